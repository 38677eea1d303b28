"""The way to a server is cut, or the server ends and is started again, while a run is under way: the run goes on by
itself, each batch lands once, and what is told of is told of.

Seen to fail when ...
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest

from segdsl.backends import open_backend
from segdsl.backends.base import Backend, nothing
from tests.faults import killing
from tests.faults.conftest import Fresh
from tests.faults.cutting import KINDS, Cutting
from tests.faults.unharmed import Unharmed, lines
from tests.faults.whole import differences, whole
from tests.support.servers import postgresql, redis

CUTS = 15
BATCH = 12
COMMITS = {"postgresql": (b"COMMIT",), "redis": (b"EXEC",)}
"""What in what is sent says that a batch lands."""


def server_of(scheme: str) -> Path:
    return postgresql.packaged().directory / ".s.PGSQL.5432" if scheme == "postgresql" else redis.server().socket


def by_way_of(url: str, cutting: Cutting) -> str:
    """The same store, through the one that cuts."""
    if url.startswith("postgresql:"):
        return url.replace(quote(str(cutting.server.parent), safe=""), quote(str(cutting.folder), safe=""))
    return url.replace(str(cutting.server), str(cutting.path))


def comes_to(url: str, unharmed: Unharmed, told: Path) -> None:
    with open_backend(url) as backend:
        assert differences(unharmed.moments[-1], whole(backend)) == []
    assert lines(told).keys() == unharmed.lines.keys()


@pytest.mark.parametrize("scheme", COMMITS)
def test_a_run_whose_connection_is_cut_again_and_again_ends_as_if_it_were_not(
    scheme: str, request: pytest.FixtureRequest, unharmed: Unharmed, tmp_path: Path
) -> None:
    url, told = request.getfixturevalue(f"fresh_{scheme}")(), tmp_path / "lines.jsonl"
    with Cutting(server_of(scheme), Random(3), COMMITS[scheme], 0.2) as cutting:
        with open_backend(by_way_of(url, cutting)) as backend:
            cutting.most = CUTS
            killing.told(backend, unharmed.inputs, str(told), BATCH)
        assert cutting.cuts.total() == CUTS
        assert all(cutting.of_words[kind] for kind in KINDS), cutting.of_words
    comes_to(url, unharmed, told)
