"""The exceptions a host program can catch. What the author of a rule got wrong is a `Diagnostic` instead."""

from collections.abc import Sequence

from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.diagnostics.source import SourceMap


class SegdslError(Exception):
    """The base of all of them. `str()` of it is one or two sentences for a person: what, where, what to do."""


class CompileError(SegdslError):
    """The program has mistakes. `diagnostics` holds them, `rendered` their full text with the lines of `sources`."""

    def __init__(self, diagnostics: Sequence[Diagnostic], rendered: str, sources: SourceMap) -> None:
        super().__init__(rendered)
        self.diagnostics = tuple(diagnostics)
        self.rendered = rendered
        self.sources = sources


class StoreError(SegdslError):
    """A store cannot be opened, read or written: locked, full, damaged, of another version, or of other rules."""


class OldStoreError(StoreError):
    """A store was made by an older version of segdsl, whose layout this one does not read."""


class ConflictError(StoreError):
    """Others have written to a store what a batch was worked out from; nothing of it was kept. Worked out anew it may
    land."""


class TakenError(StoreError):
    """Another run has handled an input further than the one that wanted to go on with it."""


class WorkerError(SegdslError):
    """A process in which a part of a run was done has ended before its time. What was committed stays, and the same run
    goes on from there."""


class InputError(SegdslError):
    """An input as a whole cannot be read: no such file, a mapping with mistakes, not the format it is said to be."""


class UnknownNameError(SegdslError, LookupError):
    """The host asked for a segment or an action that the program does not declare."""


class ClockError(SegdslError, ValueError):
    """The host gave an instant that cannot be used: no time zone, or earlier than what the store has seen."""


class RefusedError(SegdslError):
    """Raised by a handler of effects for one that nobody will ever take, such as a mail to an address that there is
    not: it is not tried again, and is kept as a dead letter with the text."""


class MissingExtraError(SegdslError):
    """Something was asked for that needs an optional package which is not installed; the text names the extra."""
