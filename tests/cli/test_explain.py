"""`seg explain`: what is behind a code."""

import json

import pytest

from segdsl.diagnostics.codes import CODES
from tests.cli.conftest import Seg


def test_a_code(run: Seg, snapshot):
    result = run("explain", "SEG416")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == snapshot


@pytest.mark.parametrize("given", ["203", "seg203", "SEG203"])
def test_a_code_may_be_written_short(run: Seg, given: str):
    assert run("explain", given).stdout == run("explain", "SEG203").stdout


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_its_page(run: Seg, code: str):
    assert run("explain", code).stdout.startswith(f"{code}: {CODES[code].title}\n")


def test_all_codes_are_listed(run: Seg):
    lines = run("explain").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(CODES)


def test_codes_of_a_kind_are_listed_by_their_first_digit(run: Seg):
    lines = run("explain", "SEG9").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [code for code in CODES if code.startswith("SEG9")]


def test_as_json(run: Seg):
    page = json.loads(run("explain", "SEG203", "--json").stdout)
    assert (page["code"], page["title"]) == ("SEG203", CODES["SEG203"].title)


def test_an_unknown_code(run: Seg):
    result = run("explain", "SEG20")
    assert result.exit_code == 2
    assert "there is no code 'SEG20': did you mean SEG2" in result.stderr
