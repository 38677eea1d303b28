"""The corpus: the language as programs with tests of their own, each test run on every engine."""

from functools import cache
from pathlib import Path

import pytest

from segdsl.engines import engines
from segdsl.host.program import check_texts
from segdsl.host.trials import Failure, run_tests
from segdsl.syntax import ast
from segdsl.syntax.format import format_module
from tests.syntax.reading import read

CORPUS = Path(__file__).parent.parent / "corpus"
FILES = sorted(
    path for path in CORPUS.glob("*/*.seg") if path.parent.name not in ("syntax", "errors", "messages", "panel")
)


@cache
def failures(path: Path, engine: str) -> dict[str, tuple[Failure, ...]]:
    """By the name of each test of a program, what it expected and did not find."""
    checked = check_texts([(f"{path.parent.name}/{path.name}", path.read_text("utf-8"))])
    return {result.name: result.failures for result in run_tests(checked, engine=engine)}


def _trials() -> list[object]:
    found: list[object] = []
    for path in FILES:
        module, _ = read(path.read_text("utf-8"))
        names = [node.name.value for node in module.declarations if isinstance(node, ast.TestDeclaration)]
        for engine in engines():
            found += [pytest.param(path, name, engine, id=f"{path.stem}: {name} [{engine}]") for name in names]
    return found


@pytest.mark.parametrize(("path", "name", "engine"), _trials())
def test_a_program_of_the_corpus_does_what_its_test_expects(path: Path, name: str, engine: str) -> None:
    assert failures(path, engine)[name] == ()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_program_of_the_corpus_formats_to_what_formats_to_itself(path: Path) -> None:
    text = path.read_text("utf-8")
    once = format_module(read(text)[0], text)
    assert format_module(read(once)[0], once) == once


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("engine", engines())
def test_a_program_of_the_corpus_has_tests(path: Path, engine: str) -> None:
    assert failures(path, engine)
