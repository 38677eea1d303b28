"""What the documents show is tried: rules parse, check and (unless they say otherwise) compile; Python code runs."""

import re
from pathlib import Path

import pytest
from attrs import frozen

import segdsl
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.source import Source
from segdsl.syntax import words
from segdsl.syntax.format import format_module
from segdsl.syntax.parse import parse

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "grammar" / "README.md"
DOCUMENTS = [REFERENCE, ROOT / "README.md"]
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@frozen
class Snippet:
    """A fenced piece of a document. `info` stands behind the fence's opening: `seg`, `seg-part` (it only parses),
    or another language."""

    place: str
    info: str
    text: str


def snippets(path: Path) -> list[Snippet]:
    text = path.read_text("utf-8")
    return [
        Snippet(f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, found.start()) + 1}", found[1].strip(), found[2])
        for found in FENCE.finditer(text)
    ]


ALL = [snippet for path in DOCUMENTS for snippet in snippets(path)]
RULES = [snippet for snippet in ALL if snippet.info.split(" ")[0] in ("seg", "seg-part")]
WHOLE = [snippet for snippet in RULES if snippet.info != "seg-part"]
KNOWN = next(snippet for snippet in RULES if snippet.place.startswith("grammar"))
"""The declarations that all examples of the language reference know."""

FILLED_ELSEWHERE = "SEG906"
"""A snippet is a part of a program: the rules that fill the segments which all examples know stand in others."""

tried = pytest.mark.parametrize


def place(snippet: Snippet) -> str:
    return snippet.place


def texts(snippet: Snippet) -> list[tuple[str, str]]:
    shared = [(KNOWN.place, KNOWN.text)] if snippet.place.startswith("grammar") and snippet is not KNOWN else []
    return [*shared, (snippet.place, snippet.text)]


def test_the_documents_have_snippets() -> None:
    assert len(WHOLE) >= 20
    assert {snippet.info for snippet in ALL} <= {"seg", "seg-part", "json", "toml", "python", "sh", ""}


@tried("snippet", RULES, ids=place)
def test_rules_parse(snippet: Snippet) -> None:
    collector = Collector()
    parse(Source(snippet.place, snippet.text), 0, collector)
    assert not [each.message for each in collector]


@tried("snippet", WHOLE, ids=place)
def test_rules_check(snippet: Snippet) -> None:
    found = segdsl.check_texts(texts(snippet)).collector
    assert not [each.message for each in found if each.code != FILLED_ELSEWHERE]


@tried("snippet", [snippet for snippet in WHOLE if snippet.info == "seg"], ids=place)
def test_rules_can_be_run(snippet: Snippet) -> None:
    segdsl.loads("".join(text for _, text in texts(snippet)))


@tried("snippet", [snippet for snippet in WHOLE if re.search(r"^test ", snippet.text, re.MULTILINE)], ids=place)
def test_tests_hold(snippet: Snippet) -> None:
    results = list(segdsl.run_tests(segdsl.check_texts(texts(snippet))))
    assert results
    assert not [failure for result in results for failure in result.failures]


@tried("snippet", RULES, ids=place)
def test_rules_keep_their_meaning_when_formatted(snippet: Snippet) -> None:
    collector = Collector()
    module = parse(Source(snippet.place, snippet.text), 0, collector)
    formatted = format_module(module, snippet.text)
    assert parse(Source(snippet.place, formatted), 0, collector).declarations == module.declarations
    assert not list(collector)


@tried(
    "listed",
    [words.RESERVED, words.RESERVED_PHRASES, words.RESERVED_FIRST, words.RESERVED_STARTS, words.NAME_ENDS],
    ids=["anywhere", "beside one another", "first word", "first words", "ends of bare names"],
)
def test_every_word_is_in_the_reference(listed: tuple[str, ...]) -> None:
    section = REFERENCE.read_text("utf-8").split("## Words that cannot stand in names")[1].split("\n## ")[0]
    assert any(sorted(re.findall("`([^`]+)`", part)) == sorted(listed) for part in re.split(r"\n- |: (?=`)", section))


@tried("snippet", [snippet for snippet in ALL if snippet.info == "python"], ids=place)
def test_python_runs_and_prints_what_it_says(
    snippet: Snippet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(snippet.text.replace("shop.store", str(tmp_path / "shop.store")), snippet.place, "exec"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"# -> (.*)$", snippet.text, re.MULTILINE)


def test_the_files_that_commands_name_are_there() -> None:
    named = [word for path in DOCUMENTS for word in re.findall(r"\bexamples/[\w./-]+", path.read_text("utf-8"))]
    assert named
    assert not [word for word in named if not (ROOT / word.rstrip(".")).exists()]


def test_links_lead_somewhere() -> None:
    further = [ROOT / "segdsl" / "README.md", ROOT / "CHANGELOG.md", ROOT / "grammar" / "hcl-commerce.md"]
    for path in [*DOCUMENTS, *further]:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", path.read_text("utf-8")):
            assert (path.parent / link).exists(), f"{path.relative_to(ROOT)} links to {link}"


def test_the_map_names_what_is_there() -> None:
    text = (ROOT / "segdsl" / "README.md").read_text("utf-8")
    folders = {path.parent.name for path in (ROOT / "segdsl").glob("*/__init__.py")}
    assert set(re.findall(r"^\| `(\w+)/` \|", text, re.MULTILINE)) == folders
    files = re.findall(r"`((?:\w+/)+\w+\.(?:py|seg|lark))`", text)
    assert files
    assert not [name for name in files if not (ROOT / "segdsl" / name).exists() and "NAME" not in name]
