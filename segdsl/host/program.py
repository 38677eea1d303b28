"""Rules to a program that can be run: `load` from files, `loads` from text, `check` for what is wrong with them."""

import pickle  # our own trees, from a folder that only the user can write to
from collections.abc import Iterable
from functools import cached_property
from hashlib import sha256
from os import PathLike
from pathlib import Path

import msgspec
from attrs import field, frozen

from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.pipeline import check_modules, compile_program
from segdsl.diagnostics.diagnostic import Collector, Diagnostic
from segdsl.diagnostics.errors import CompileError
from segdsl.diagnostics.render import render_all
from segdsl.diagnostics.source import Source, SourceMap
from segdsl.host import files
from segdsl.plan import nodes as p
from segdsl.syntax import ast
from segdsl.syntax.grammar import cache_folder, grammar_path
from segdsl.syntax.parse import parse
from segdsl.version import __version__

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
    modules = [vocabulary_module(sources[0])]
    for number, source in list(enumerate(sources))[1:]:
        modules.append(parse(source, number, collector))
    return check_modules(sources, modules, collector)


def build(checked: CheckedProgram) -> Program:
    """The program that was checked. Raises CompileError, with all mistakes and their places."""
    plan, errors = compile_program(checked)
    if plan is None:
        raise CompileError(errors, render_all(errors, checked.sources))
    texts = tuple((source.name, source.text) for source in checked.sources if not source.shipped)
    return Program(plan, checked.sources, tuple(checked.collector), texts)


def vocabulary_module(source: Source) -> ast.Module:
    """The tree of the shipped vocabulary, kept in the user's cache since it is the same at every start."""
    folder = cache_folder()
    key = sha256(f"{__version__}\0{source.text}\0{grammar_path().read_text('utf-8')}".encode()).hexdigest()[:24]
    kept = folder / f"vocabulary-{key}.tree" if folder else None
    if kept is not None and kept.is_file():
        try:
            module = pickle.loads(kept.read_bytes())  # noqa: S301 - see the import
            if isinstance(module, ast.Module):
                return module
        except (
            OSError,
            pickle.UnpicklingError,
            EOFError,
            AttributeError,
            ImportError,
            IndexError,
            TypeError,
            ValueError,
        ):
            pass
    module = parse(source, 0, Collector())
    if kept is not None:
        _keep(kept, pickle.dumps(module))
    return module


def _keep(path: Path, data: bytes) -> None:
    try:
        beside = path.with_suffix(".new")
        beside.write_bytes(data)
        beside.replace(path)
    except OSError:
        return


def plan_of(data: bytes) -> p.Plan:
    """A plan that a store kept. Raises msgspec.ValidationError for one of another format."""
    return msgspec.json.decode(data, type=p.Plan)
