"""Files to a program that can be run. Where the same files were compiled before, the plan is read from the cache, and
neither compiler nor parser is loaded: they come in by name, only where there is something to compile.
"""

from functools import cached_property
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import cast

import msgspec
from attrs import field, frozen

from segdsl.diagnostics.diagnostic import Collector, Diagnostic
from segdsl.diagnostics.source import SourceMap
from segdsl.host import files, kept
from segdsl.plan import nodes as p

Path_ = str | PathLike[str]


@frozen(eq=False)
class Program:
    """A program that can be run: its plan, its sources (the shipped vocabulary first), and what was warned of."""

    plan: p.Plan
    sources: SourceMap
    warnings: tuple[Diagnostic, ...] = ()
    texts: tuple[tuple[str, str], ...] = field(default=())

    @classmethod
    def of(cls, plan: p.Plan, sources: SourceMap, warnings: tuple[Diagnostic, ...]) -> "Program":
        texts = tuple((source.name, source.text) for source in sources if not source.shipped)
        return cls(plan, sources, warnings, texts)

    @cached_property
    def digest(self) -> str:
        return self.plan.digest

    @cached_property
    def encoded(self) -> bytes:
        """The plan as a store keeps it; `plan_of` reads it."""
        return msgspec.json.encode(self.plan)


def load(*paths: Path_) -> Program:
    """Load `.seg` files, and all `.seg` files of directories, as one program.

    Raises CompileError, with all mistakes and their places.
    """
    sources, collector = read(paths)
    place = kept.place_of(sources) if not collector.found else None
    found = kept.read(place) if place is not None else None
    if found is not None:
        return Program.of(found.plan, sources, found.warnings)
    program = cast(Program, import_module("segdsl.host.program").compiled(sources, collector))
    if place is not None:
        kept.keep(place, program.plan, program.warnings)
    return program


def read(paths: tuple[Path_, ...]) -> tuple[SourceMap, Collector]:
    """The vocabulary and what paths mean, as sources; what cannot be read is said in the collector."""
    sources, collector = SourceMap(), Collector()
    sources.add(files.vocabulary())
    for path in files.rule_files(map(Path, paths), sources, collector):
        files.read_rules(path, sources, collector)
    return sources, collector


def plan_of(data: bytes) -> p.Plan:
    """A plan that a store kept. Raises msgspec.ValidationError for one of another format."""
    return msgspec.json.decode(data, type=p.Plan)
