"""A file of events, run through a store of its own for the pasts of new conditions. Nothing of it stays."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from attrs import define, field

from segdsl.backends import open_backend
from segdsl.diagnostics.source import SourceMap
from segdsl.host.deploying.filling import for_a_file
from segdsl.host.deploying.parts import Part
from segdsl.host.deploying.turning import Past
from segdsl.host.engine import Engine
from segdsl.host.input import Input
from segdsl.host.loading import Program
from segdsl.host.replay import replay
from segdsl.host.runs import Listener, Progress, Report
from segdsl.plan import nodes as p
from segdsl.state.life import decode

LARGE = 64 * 1024 * 1024
"""Bytes of a file from which on its customers are kept in a temporary file, and not in memory."""


@define
class Source:
    """Where the events of the past are: a file, with its format and mapping as `replay` takes them."""

    events: str | Path
    format: str | None = None
    mapping: str | Path | None = None

    def known_by(self) -> str:
        """What a file is known again by, whatever its path: the hash of its head. Raises InputError where there is none
        that could be read."""
        with open_backend("memory://") as backend:
            known = Input.known(self.events, backend)
        return known.label.rpartition("#")[2]


@define
class Scratch:
    """Fills from the customers of a file. Use it in a `with` block."""

    engine: Engine
    parts: Sequence[Part]
    report: Report
    closing: ExitStack = field(factory=ExitStack)

    @classmethod
    def of(
        cls, source: Source, old: p.Plan, new: p.Plan, parts: Sequence[Part], at: int,
        progress: Callable[[Progress], None],
    ) -> Self:  # fmt: skip
        """The customers of a file up to an instant. What is later goes to the rejects: the store has not seen it."""
        with ExitStack() as closing:
            url = "memory://"
            path = Path(source.events)
            if path.is_file() and path.stat().st_size >= LARGE:
                folder = closing.enter_context(TemporaryDirectory(prefix="segdsl-"))
                url = f"sqlite:///{Path(folder) / 'past.store'}"
            program = Program(for_a_file(old, new, parts), SourceMap())
            engine = closing.enter_context(Engine(program, url, journal=False, clock=lambda: at))
            report = replay(
                engine, source.events, format=source.format, mapping=source.mapping, until=at,
                listener=Listener(progress=progress),
            )  # fmt: skip
            return cls(engine, parts, report, closing.pop_all())

    def pasts(self, customers: Sequence[str], at: int) -> dict[str, Past]:
        """The pasts of those of some customers whom the file knows."""
        settle = self.engine.prepared.settle
        found = self.engine.backend.load(customers)
        return {name: Past.of(settle(decode(data).head, at).state, self.parts) for name, data in found.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.closing.close()
