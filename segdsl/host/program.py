"""Rules compiled to a program that can be run: `loads` from text, `check` for what is wrong with them. Files are loaded
by `loading.py`, which has them compiled here where they are new."""

from collections.abc import Iterable, Sequence

from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.pipeline import check_modules, compile_program
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.errors import CompileError
from segdsl.diagnostics.render import render_all
from segdsl.diagnostics.source import SourceMap
from segdsl.host import files
from segdsl.host.loading import Path_, read
from segdsl.host.loading import Program as Program
from segdsl.host.loading import load as load
from segdsl.host.loading import plan_of as plan_of
from segdsl.host.tidying import seldom_tidied
from segdsl.plan import nodes as p
from segdsl.syntax import ast
from segdsl.syntax.trees import module_of


def loads(text: str, name: str = "<text>") -> Program:
    """Load a program from text. Raises CompileError, with all mistakes and their places."""
    return build(check_texts([(name, text)]))


def check(*paths: Path_) -> CheckedProgram:
    """Parse and check files and directories as one program; mistakes are in the result's `collector`."""
    return _checked(*read(paths))


def check_texts(texts: Iterable[tuple[str, str | bytes]]) -> CheckedProgram:
    """Parse and check texts, given as (name, text), as one program."""
    sources, collector = SourceMap(), Collector()
    sources.add(files.vocabulary())
    for name, text in texts:
        files.add_text(name, text, sources, collector)
    return _checked(sources, collector)


def _checked(sources: SourceMap, collector: Collector) -> CheckedProgram:
    with seldom_tidied():
        modules = [module_of(source, number, collector) for number, source in enumerate(sources)]
        return check_modules(sources, modules, collector)


def check_trees(
    sources: SourceMap, modules: list[ast.Module], collector: Collector, questions: Sequence[ast.Expression] = ()
) -> CheckedProgram:
    """Check what was parsed before as one program, a module for each source; `questions` are expressions that are to be
    asked of a customer, and stand in one of the sources."""
    return check_modules(sources, modules, collector, questions)


def compiled(sources: SourceMap, collector: Collector) -> Program:
    """The program of some sources. Raises CompileError, with all mistakes and their places, those that the collector
    holds already among them."""
    return build(_checked(sources, collector))


def build(checked: CheckedProgram, *, tests: bool = False) -> Program:
    """The program that was checked; with `tests` it remembers what the tests beside the rules ask for as well.

    Raises CompileError, with all mistakes and their places."""
    with seldom_tidied():
        plan, errors = compile_program(checked, tests=tests)
    if plan is None:
        raise CompileError(errors, render_all(errors, checked.sources), checked.sources)
    return Program.of(plan, checked.sources, tuple(checked.collector))


def as_written(sources: Iterable[tuple[str, str]], digest: str) -> tuple[p.Plan, CheckedProgram] | None:
    """A program that a store kept, with its text: plan and tree from one compilation, so that nodes lead back to the
    text. None where this version makes another plan of the texts."""
    checked = check_texts(sources)
    plan, _ = compile_program(checked)
    return (plan, checked) if plan is not None and plan.digest == digest else None
