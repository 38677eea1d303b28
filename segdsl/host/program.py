"""Rules to a program that can be run: `load` from files, `loads` from text, `check` for what is wrong with them."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path

import msgspec
from attrs import field, frozen

from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.pipeline import check_modules, compile_program
from segdsl.diagnostics.diagnostic import Collector, Diagnostic
from segdsl.diagnostics.errors import CompileError
from segdsl.diagnostics.render import render_all
from segdsl.diagnostics.source import SourceMap
from segdsl.host import files
from segdsl.plan import nodes as p
from segdsl.syntax import ast
from segdsl.syntax.trees import module_of

Path_ = str | PathLike[str]


@frozen(eq=False)
class Program:
    """A program that can be run: its plan, its sources (the shipped vocabulary first), and what was warned of."""

    plan: p.Plan
    sources: SourceMap
    warnings: tuple[Diagnostic, ...] = ()
    texts: tuple[tuple[str, str], ...] = field(default=())

    @cached_property
    def digest(self) -> str:
        return self.plan.digest


def load(*paths: Path_) -> Program:
    """Load `.seg` files, and all `.seg` files of directories, as one program.

    Raises CompileError, with all mistakes and their places.
    """
    return build(check(*paths))


def loads(text: str, name: str = "<text>") -> Program:
    """Load a program from text. Raises CompileError, with all mistakes and their places."""
    return build(check_texts([(name, text)]))


def check(*paths: Path_) -> CheckedProgram:
    """Parse and check files and directories as one program; mistakes are in the result's `collector`."""
    sources, collector = SourceMap(), Collector()
    sources.add(files.vocabulary())
    for path in files.rule_files(map(Path, paths), sources, collector):
        files.read_rules(path, sources, collector)
    return _checked(sources, collector)


def check_texts(texts: Iterable[tuple[str, str | bytes]]) -> CheckedProgram:
    """Parse and check texts, given as (name, text), as one program."""
    sources, collector = SourceMap(), Collector()
    sources.add(files.vocabulary())
    for name, text in texts:
        files.add_text(name, text, sources, collector)
    return _checked(sources, collector)


def _checked(sources: SourceMap, collector: Collector) -> CheckedProgram:
    modules = [module_of(source, number, collector) for number, source in enumerate(sources)]
    return check_modules(sources, modules, collector)


def check_trees(
    sources: SourceMap, modules: list[ast.Module], collector: Collector, questions: Sequence[ast.Expression] = ()
) -> CheckedProgram:
    """Check what was parsed before as one program, a module for each source; `questions` are expressions that are to be
    asked of a customer, and stand in one of the sources."""
    return check_modules(sources, modules, collector, questions)


def build(checked: CheckedProgram, *, tests: bool = False) -> Program:
    """The program that was checked; with `tests` it remembers what the tests beside the rules ask for as well.

    Raises CompileError, with all mistakes and their places."""
    plan, errors = compile_program(checked, tests=tests)
    if plan is None:
        raise CompileError(errors, render_all(errors, checked.sources))
    texts = tuple((source.name, source.text) for source in checked.sources if not source.shipped)
    return Program(plan, checked.sources, tuple(checked.collector), texts)


def as_written(sources: Iterable[tuple[str, str]], digest: str) -> tuple[p.Plan, CheckedProgram] | None:
    """A program that a store kept, with its text: plan and tree from one compilation, so that nodes lead back to the
    text. None where this version makes another plan of the texts."""
    checked = check_texts(sources)
    plan, _ = compile_program(checked)
    return (plan, checked) if plan is not None and plan.digest == digest else None


def plan_of(data: bytes) -> p.Plan:
    """A plan that a store kept. Raises msgspec.ValidationError for one of another format."""
    return msgspec.json.decode(data, type=p.Plan)
