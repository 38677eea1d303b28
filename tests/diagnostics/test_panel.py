"""The panel: whole programs as somebody writes them who does not know the language yet, in `tests/corpus/panel`, and
beside each what `seg check` prints of it. `pytest --snapshot-update` renews the texts."""

import re
from pathlib import Path

import pytest

from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.host.program import check_texts
from segdsl.syntax.grammar import parser
from tests.support.messages import CORPUS, expected, printed

FILES = sorted((CORPUS / "panel").glob("*.seg"))
SHOWS_ANOTHER_PLACE = {"missing-brace", "missing-bracket"}
"""Those whose advice is a label: the place of what is not closed."""

over_the_panel = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def diagnostics(path: Path) -> list[Diagnostic]:
    checked = check_texts([(path.name, path.read_bytes())])
    return list(checked.collector)


def said(path: Path) -> str:
    found = diagnostics(path)
    return " ".join(
        f"{each.message} {each.help or ''} {' '.join(label.message for label in each.labels)}" for each in found
    )


def test_the_panel_is_large() -> None:
    assert len(FILES) >= 60


@over_the_panel
def test_the_message_reads_as_it_is_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    found = printed(path, monkeypatch)
    assert found == expected(path, found, pytestconfig)


@over_the_panel
def test_the_place_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert re.search(rf"^  --> {re.escape(path.name)}:[0-9]+:[0-9]+$", printed(path, monkeypatch), re.MULTILINE)


@over_the_panel
def test_no_message_speaks_of_the_parser(path: Path) -> None:
    terminals = {each.name for each in parser().terminals if "_" in each.name or len(each.name) > 4}
    told = said(path)
    names = set(re.findall(r"(?<![\w\"`])[A-Z_]{3,}(?![\w\"`])", told))
    assert not names & (terminals - {"SEGMENT", "NAME", "EVENT", "CONDITION", "ATTRIBUTE", "VALUE"})
    assert not re.search(r"Token|Tree\b|Unexpected|NoneType|\bstr\b|\bint\b|\bdict\b|lark|Exception|Traceback", told)


@over_the_panel
def test_each_message_says_what_to_write_instead(path: Path) -> None:
    labelled = path.stem.partition("-")[2] in SHOWS_ANOTHER_PLACE
    assert [each.message for each in diagnostics(path) if not (each.labels if labelled else each.help)] == []


@over_the_panel
def test_one_mistake_has_one_message(path: Path) -> None:
    found = diagnostics(path)
    places = [(each.span.source, each.span.start) for each in found]
    assert found and len(places) == len(set(places))
