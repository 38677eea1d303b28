"""Engines are found by their names."""

import pytest

from segdsl.cli.run import ENGINES
from segdsl.diagnostics.errors import UnknownNameError
from segdsl.engines import DEFAULT, engines, prepare
from segdsl.host.program import loads


def test_the_command_offers_all_engines_the_default_first():
    assert (sorted(ENGINES), ENGINES[0]) == (engines(), DEFAULT)


def test_an_engine_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(UnknownNameError, match="no engine 'fast': there are compiled and reference"):
        prepare(loads("segment A by activities").plan, "fast")
