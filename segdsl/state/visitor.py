"""What is kept of a visitor, a browser or device: whose it is, and which events it was seen in (language.md 5.18)."""

import msgspec
from msgspec import Struct

from segdsl.records.inputs import GUEST


class Visitor(Struct, omit_defaults=True):
    """`account` is the customer to whom the visitor is linked, empty while it is a guest; `number` is that of the
    guest, which grows with each `logs off`. `latest` is the instant of the latest event, in microseconds UTC, and
    `seen` are the ids of events that named the visitor alone and could still come again, with their instants: one that
    names a customer is known again by that customer."""

    name: str
    number: int = 1
    account: str = ""
    latest: int | None = None
    seen: dict[str, int] = {}

    @property
    def guest(self) -> str:
        """The customer that the visitor is while it is linked to none."""
        return f"{GUEST}{self.name}#{self.number}"

    def after(self, instant: int, lateness: int) -> "Visitor":
        """The visitor with an event more, and without the ids of those of which none could come any more."""
        latest = instant if self.latest is None else max(self.latest, instant)
        seen = {id_: at for id_, at in self.seen.items() if at >= latest - lateness}
        return Visitor(self.name, self.number, self.account, latest, seen)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Visitor)


def encode_visitor(visitor: Visitor) -> bytes:
    """The bytes of a visitor, for a backend."""
    return _encoder.encode(visitor)


def decode_visitor(data: bytes) -> Visitor:
    """The visitor whose bytes these are."""
    return _decoder.decode(data)
