"""A store as lines of JSON: the format of `seg store export`.

The first line says what the file is:

    {"format": "segdsl store", "version": 1, "states": 1, "plan": 3, "made by": "segdsl 0.1.0"}

`version` is that of this format, `states` that of the coding of states (`state.life.CODING`), `plan` that of plans.
Then comes a line for each part of the store (`backends.stored.Content`), in the order in which backends give and take
them: an object with its `kind` and its fields by their names. Bytes (a state, a page of a journal, a plan, what is kept
of a visitor) are base64, instants are microseconds since 1970 UTC. The last line counts what came before, and has the
SHA-256 of all its bytes, so that a file that was cut off or changed is noticed:

    {"end": {"lines": 1234, "sha256": "..."}}
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from msgspec import MsgspecError, Struct
from msgspec import field as named
from msgspec.json import Decoder, Encoder
from msgspec.structs import replace

from segdsl.backends import base as b
from segdsl.plan.nodes import VERSION as PLAN
from segdsl.state.life import CODING
from segdsl.version import __version__

FORMAT = "segdsl store"
VERSION = 1

KINDS: dict[str, type[b.Content]] = {
    "program": b.StoredProgram,
    "clock": b.StoredClock,
    "state": b.StoredState,
    "stay": b.StoredStay,
    "inputs": b.StoredInputs,
    "effect": b.StoredEffect,
    "forgotten": b.StoredTombstone,
    "visitor": b.StoredVisitor,
    "link": b.StoredLink,
    "position": b.StoredPosition,
    "tally": b.StoredTally,
    "note": b.StoredNote,
}
"""The kinds of lines."""


class Header(Struct):
    """The first line."""

    format: str
    version: int
    states: int
    plan: int
    made_by: str = named(default="", name="made by")


class Ended(Struct):
    lines: int
    sha256: str


class End(Struct):
    """The last line."""

    end: Ended


class _Kind(Struct):
    kind: str


class _State(Struct):
    """A state on its line, where it is bytes."""

    customer: str
    state: bytes
    clock: int
    due: int | None
    timer: int | None = None


_encode = Encoder(decimal_format="number").encode
_kind = Decoder(_Kind).decode
_decoders: dict[str, Callable[[bytes], Any]] = {
    kind: Decoder(_State if of is b.StoredState else of, float_hook=Decimal).decode for kind, of in KINDS.items()
}
_beginnings = {of: f'{{"kind":"{kind}",'.encode() for kind, of in KINDS.items()}
decode_header = Decoder(Header).decode
decode_end = Decoder(End).decode


def kind_of(content: b.Content) -> str:
    """The kind of a part of a store."""
    return next(kind for kind, of in KINDS.items() if type(content) is of)


def header() -> bytes:
    """The first line of a file that is written now."""
    return _encode(Header(FORMAT, VERSION, CODING, PLAN, f"segdsl {__version__}")) + b"\n"


def line(content: b.Content) -> bytes:
    """The line of a part of a store."""
    if type(content) is b.StoredState and type(content.state) is not bytes:
        content = replace(content, state=bytes(content.state))
    return _beginnings[type(content)] + _encode(content)[1:] + b"\n"


def content_of(line: bytes) -> b.Content:
    """The part of a store whose line this is. Raises MsgspecError for any other line."""
    kind = _kind(line).kind
    if kind not in _decoders:
        raise MsgspecError(f"`{kind}` is no kind of line")
    found = _decoders[kind](line)
    if type(found) is _State:
        return b.StoredState(found.customer, found.state, found.clock, found.due, found.timer)
    return cast(b.Content, found)


def end(lines: int, sha256: str) -> bytes:
    """The last line."""
    return _encode(End(Ended(lines, sha256))) + b"\n"
