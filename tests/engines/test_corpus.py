"""The corpus: the language as programs with tests of their own, each test run on every engine."""

from functools import cache
from pathlib import Path

import pytest

from segdsl.engines import engines
from segdsl.host.program import check_texts
from segdsl.host.trials.running import Failure, run_tests
from segdsl.syntax import ast
from segdsl.syntax.format import format_module
from tests.support.corpus import programs
from tests.syntax.reading import read

FILES = programs()


@cache
def failures(path: Path, engine: str) -> dict[str, tuple[Failure, ...]]:
    """By the name of each test of a program, what it expected and did not find."""
    checked = check_texts([(f"{path.parent.name}/{path.name}", path.read_text("utf-8"))])
    return {result.name: result.failures for result in run_tests(checked, engine=engine)}


def _names(path: Path) -> list[str]:
    """The names of a program's tests; those with a table are worked out, since each row is a test of its own."""
    module, _ = read(path.read_text("utf-8"))
    tests = [node for node in module.declarations if isinstance(node, ast.TestDeclaration)]
    if any(node.table is not None for node in tests):
        return [test.name for test in check_texts([(path.name, path.read_text("utf-8"))]).tests]
    return [node.name.value for node in tests]


def _trials() -> list[object]:
    found: list[object] = []
    for path in FILES:
        names = _names(path)
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
