"""What every reader builds on: the contract `Reader`, and `EventShape`, which makes events of decoded objects.

Comes in: the plan's declarations, then one JSON object after another in the plain shape (language.md section 8). Goes
out: `Event` with run-time values under the names of the language, or `Reject` with a reason from `REASONS`. A new
format is a file beside this one with an `open_reader`; it imports `plan`, `records` and `values`, never another reader.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from itertools import chain
from typing import Any, ClassVar

from attrs import frozen

from segdsl.diagnostics.suggest import nearest
from segdsl.plan.nodes import EventField, EventType, Plan
from segdsl.readers.forms import Forms
from segdsl.readers.lines import Stream
from segdsl.readers.written import Chosen
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject
from segdsl.values.kinds import INSTANT, Kind
from segdsl.values.limits import EVENT_BYTES, IDENTITY_BYTES, IDENTITY_CHARACTERS, NAME_CHARACTERS
from segdsl.values.quick import UNUSUAL, Moments
from segdsl.values.text import normal
from segdsl.values.wire import BadValue, as_text, decode, shown
from segdsl.values.zones import Zone

RESERVED = frozenset(("id", "event", "customer", "visitor", "time", "received", "attributes"))
"""Keys of an event on the wire that are not fields."""

REASONS = (
    "not an event", "unknown event", "no customer", "no instant", "bad instant", "bad field", "bad attribute",
)  # fmt: skip
"""The words a reader's rejects are counted under."""

RAW_CHARACTERS = 500
"""What a reject shows of its input."""

DISTINCT_IGNORED = 1_000
"""Names of undeclared fields that are counted one by one; further ones are counted together under `OTHERS`."""

OTHERS = ("", "")

Lot = list[Event | Reject]
"""Items of an input that stand one after another."""


class Reader(ABC):
    """Reads one input in one format. `source` is a short stable name of the input, of which the ids of events without
    one are made; `limit` the most bytes one event may have.

    `heading` is how many lines at the start say nothing of what happened, and may be the same in another input.
    `passed_over` counts what was passed over on purpose, by what it is (in the plural). A reader reads once.
    """

    heading: ClassVar[int] = 0

    def __init__(self, shape: "EventShape", source: str, limit: int = EVENT_BYTES) -> None:
        self.shape = shape
        self.source = source
        self.limit = limit
        self.passed_over: Counter[str] = Counter()

    @property
    def skipped_rows(self) -> int:
        """How much was passed over."""
        return self.passed_over.total()

    def read(self, stream: Stream) -> Iterator[Event | Reject]:
        """The events of an open binary stream and what was not one, in the order of the input, as they arrive.

        The stream is unpacked already and stays open: who opened it closes it. Raises InputError when the input as a
        whole cannot be read; what is wrong with a part of it is a Reject, and the rest goes on.
        """
        return chain.from_iterable(self.lots(stream))

    @abstractmethod
    def lots(self, stream: Stream) -> Iterator[Lot]:
        """The same in lots, which cost less: as much as has come together. Nothing waits for more in order to be in a
        larger one, and a lot may be empty. Within a lot, and from one to the next, places do not go back."""


class Refusal(Exception):  # noqa: N818 - a finding about the data
    """An object is no event: `reason` is one of `REASONS`, `detail` is for a person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@frozen
class KnownField:
    """What a key on the wire stands for. Of several keys for one field the one with the lowest `rank` counts."""

    name: str
    kind: Kind
    rank: int


@frozen
class KnownEvent:
    """An event with the keys its fields may have. `made_of` names the event of whose lines it is made, if any."""

    name: str
    keys: dict[str, KnownField]
    made_of: str | None = None


class EventShape:
    """What events of a program look like on the wire. Built once from a plan, used for every event.

    `zone` is the program's, for times without an offset. `ignored_fields` counts what was not declared, by (event,
    field) and ("attributes", name).
    """

    def __init__(self, plan: Plan) -> None:
        self.zone = Zone(plan.zone)
        self.ignored_fields: Counter[tuple[str, str]] = Counter()
        self.events = _events(plan.events)
        self.attributes: dict[str, KnownField] = _keys(
            tuple(EventField(attribute.name, attribute.kind) for attribute in plan.attributes)
        )
        self.forms = Forms(Moments(self.zone), identity, self.ignored_fields)
        self._known = self.forms.known
        self._moment = self.forms.moments.of
        self._unknown: dict[str, str] = {}
        self._ignored: list[tuple[str, str]] = []  # by the event that is being read

    def to_event(
        self, obj: Any, place: int, source: str, raw: bytes | str = b"", *, part: str = "", format: str = ""
    ) -> Event | Reject:
        """The event a decoded JSON object describes, or why it describes none.

        `place` is where it stood, from 1; without an `id` the event's is `source:place`, followed by `part` where
        several stand at one place. `raw` is what was read, for the reject to show. `format` is how the event was
        written, if the object was made of another. Never raises for what the object holds.
        """
        try:
            make = self._known[obj["event"]][tuple(obj)]
            return make(obj, self._moment(obj["time"]), place, source, part, format)
        except UNUSUAL:
            return self.patiently(obj, place, source, raw, part=part, format=format)

    def instants(self, objects: list[Any]) -> Sequence[int | None]:
        """The instants of objects in the plain shape; None where `to_event` has to say more."""
        try:
            raws = [obj["time"] for obj in objects]
        except UNUSUAL:
            raws = [obj.get("time") if isinstance(obj, dict) else None for obj in objects]
        return self.forms.moments.of_each(raws)

    def patiently(
        self, obj: Any, place: int, source: str, raw: bytes | str = b"", *, part: str = "", format: str = ""
    ) -> Event | Reject:
        """The same, for whatever it may be: this is what an object means. The forms of objects of which it makes events
        are kept, so that `to_event` can take the short way with the next ones."""
        try:
            event = self._event(obj, place, f"{source}:{place}{part}", format)
        except Refusal as refusal:
            known = obj if isinstance(obj, dict) else {}
            return reject(refusal, place, _quietly(known.get("id")), _quietly(known.get("customer")), raw)
        self._keep_forms(obj)
        return event

    def _keep_forms(self, obj: dict[str, Any]) -> None:
        name, attributes = obj["event"], obj.get("attributes")
        if self.forms.is_wanted(name, obj):
            known = self.known(name)
            fields, ignored = _chosen(known.keys, obj, RESERVED)
            counted = tuple(self._counted_as(known.name, each) for each in ignored)
            self.forms.keep(name, tuple(obj), known.name, _by_key(fields), counted)
        if attributes and not self.forms.keeps_attributes(attributes):
            chosen, ignored = _chosen(self.attributes, attributes)
            counted = tuple(self._counted_as("attributes", each) for each in ignored)
            self.forms.keep_attributes(tuple(attributes), _by_key(chosen), counted)

    def _event(self, obj: Any, place: int, made: str, format: str) -> Event:
        self._ignored = []
        if not isinstance(obj, dict):
            raise Refusal("not an event", f"this is {shown(obj)}, not an object with an event's keys")
        known = self.known(obj.get("event"))
        customer, visitor = self._whom(obj)
        instant = self._instant(obj)
        id_ = obj.get("id")
        if id_ is not None:
            id_ = _identity("id", id_, "bad field")
        received = obj.get("received")
        if received is not None:
            received = self._value(INSTANT, received, "received", "bad instant")
        attributes = obj.get("attributes")
        return Event(
            id_ or made,
            known.name,
            customer,
            instant,
            self._fields(known, obj),
            self._attributes(attributes) if attributes else {},
            received,
            place,
            tuple(self._ignored),
            format,
            visitor,
        )

    def found(self, name: Any) -> KnownEvent | None:
        """The event of that name, or wire name; None when there is none."""
        return (self.events.get(name) or self.events.get(normal(name))) if isinstance(name, str) else None

    def known(self, name: Any) -> KnownEvent:
        """The event of that name, or wire name, that may come in. Raises Refusal (`unknown event`) when there is
        none."""
        if not isinstance(name, str) or not name:
            given = "no `event` is named" if name is None or name == "" else f"`event` is {shown(name)}, not a name"
            raise Refusal("unknown event", given)
        known = self.found(name)
        if known is None:
            raise Refusal("unknown event", self._no_such_event(name))
        if known.made_of is not None:
            raise Refusal(
                "unknown event",
                f'"{known.name}" does not come in by itself: it is made from the lines of "{known.made_of}"',
            )
        return known

    def _no_such_event(self, name: str) -> str:
        """Found once for each name: a stream of a million unknown events looks for the nearest name once."""
        detail = self._unknown.get(name)
        if detail is None:
            detail = f"the program declares no event {shown(name)}"
            if len(name) <= NAME_CHARACTERS and len(self._unknown) < DISTINCT_IGNORED:
                meant = nearest(name, (key for key, known in self.events.items() if known.made_of is None))
                detail += f'; did you mean "{meant}"?' if meant else ""
                self._unknown[name] = detail
        return detail

    def _whom(self, obj: dict[str, Any]) -> tuple[str, str]:
        """The customer and the visitor that are named, one of them at least (language.md section 5.18)."""
        customer = _identity("customer", obj.get("customer"), "no customer")
        visitor = _identity("visitor", obj.get("visitor"), "no customer")
        if not customer and not visitor:
            raise Refusal("no customer", "no customer and no visitor is named")
        return customer, visitor

    def _instant(self, obj: dict[str, Any]) -> int:
        time = obj.get("time")
        if time is None or time == "" or (isinstance(time, str) and time.isspace()):
            raise Refusal("no instant", "no time is given")
        instant: int = self._value(INSTANT, time, "time", "bad instant")
        return instant

    def _value(self, kind: Kind, raw: Any, name: str, reason: str) -> Any:
        try:
            return decode(kind, raw, self.zone)
        except BadValue as bad:
            raise Refusal(reason, bad.about(name)) from None

    def _fields(self, known: KnownEvent, obj: dict[str, Any]) -> dict[str, Any]:
        chosen, ignored = _chosen(known.keys, obj, RESERVED)
        self._count_ignored(known.name, ignored)
        fields = {}
        for name, (key, field) in chosen.items():
            value = self._value(field.kind, obj[key], name if field.rank < 2 else f"{name} ({key})", "bad field")
            if value is not None:
                fields[name] = value
        return fields

    def _attributes(self, raw: Any) -> dict[str, Any]:
        """One that is `null` is kept as None: with this event it becomes not known."""
        if not isinstance(raw, dict):
            raise Refusal("bad attribute", f"`attributes` is {shown(raw)}, not an object")
        chosen, ignored = _chosen(self.attributes, raw)
        self._count_ignored("attributes", ignored)
        return {n: self._value(field.kind, raw[key], n, "bad attribute") for n, (key, field) in chosen.items()}

    def _count_ignored(self, owner: str, names: list[str]) -> None:
        for name in names:
            key = self._counted_as(owner, name)
            self.ignored_fields[key] += 1
            self._ignored.append(key)

    def _counted_as(self, owner: str, name: str) -> tuple[str, str]:
        """The key under which what is not declared is counted."""
        if not name.isascii():  # half a character of UTF-16 cannot be kept
            name = name.encode("utf-8", "replace").decode()
        key = (owner, name[:NAME_CHARACTERS])
        return OTHERS if key not in self.ignored_fields and len(self.ignored_fields) >= DISTINCT_IGNORED else key


def identity(raw: Any) -> str:
    """A customer or an id: text in its normal form, or a whole number as its digits; empty when missing or blank.

    Raises BadValue for all else, and when it is longer than `IDENTITY_CHARACTERS` or `IDENTITY_BYTES`.
    """
    if raw is None:
        return ""
    if not isinstance(raw, str | int) or isinstance(raw, bool):
        raise BadValue(f"{shown(raw)}, not text or a whole number")
    text = as_text(raw)
    if len(text) > IDENTITY_CHARACTERS:
        raise BadValue(f"longer than {IDENTITY_CHARACTERS:,} characters")
    if 4 * len(text) > IDENTITY_BYTES and len(text.encode("utf-8", "surrogatepass")) > IDENTITY_BYTES:
        raise BadValue(f"longer than {IDENTITY_BYTES:,} bytes")
    return "" if text.isspace() else text


def reject(refusal: Refusal, place: int, id_: str = "", customer: str = "", raw: bytes | str = b"") -> Reject:
    """The record of a refusal, with the start of what was read."""
    if isinstance(raw, bytes):
        raw = raw[: 4 * RAW_CHARACTERS].decode("utf-8", "replace")
    return Reject(refusal.reason, refusal.detail, place, id_, customer, raw[:RAW_CHARACTERS].rstrip("\r\n"))


def _identity(name: str, raw: Any, reason: str) -> str:
    try:
        return identity(raw)
    except BadValue as bad:
        raise Refusal(reason, bad.about(name)) from None


def _quietly(raw: Any) -> str:
    """An identity for a reject, which names what can be named."""
    try:
        return identity(raw)
    except BadValue:
        return ""


def _chosen(
    keys: dict[str, KnownField], obj: dict[str, Any], reserved: Container[str] = ()
) -> tuple[dict[str, tuple[str, KnownField]], list[str]]:
    """For each declared name that an object has: the key that counts. And the keys of all else."""
    chosen: dict[str, tuple[str, KnownField]] = {}
    ignored: list[str] = []
    for key in obj:
        field = keys.get(key)
        if field is None:
            if key in reserved:
                continue
            field = keys.get(normal(str(key)))
            if field is None:
                ignored.append(str(key))
                continue
        held = chosen.get(field.name)
        if held is None or field.rank < held[1].rank:
            chosen[field.name] = (key, field)
    return chosen, ignored


def _by_key(chosen: dict[str, tuple[str, KnownField]]) -> Chosen:
    return {key: (name, field.kind) for name, (key, field) in chosen.items()}


def _events(types: tuple[EventType, ...]) -> dict[str, KnownEvent]:
    """By name and by wire name; a name counts before another event's wire name."""
    made_of = {made: each.name for each in types for _, made in each.lines}
    events: dict[str, KnownEvent] = {}
    known = {
        each.name: KnownEvent(
            each.name,
            {key: field for key, field in _keys(each.fields).items() if key not in RESERVED},
            made_of.get(each.name, "another event") if each.made else None,
        )
        for each in types
    }
    for each in types:
        events.setdefault(normal(each.name), known[each.name])
    for each in types:
        for wire in each.wires:
            events.setdefault(normal(wire), known[each.name])
    return events


def _keys(fields: tuple[EventField, ...]) -> dict[str, KnownField]:
    """The keys that fields may have on the wire: all names first, so that no wire name takes another field's own."""
    keys: dict[str, KnownField] = {}
    for field in fields:
        keys.setdefault(normal(field.name), KnownField(field.name, field.kind, 0))
    for field in fields:
        keys.setdefault(normal(field.name).replace(" ", "_"), KnownField(field.name, field.kind, 1))
    for field in fields:
        for rank, wire in enumerate(field.wires, start=2):
            keys.setdefault(normal(wire), KnownField(field.name, field.kind, rank))
    return keys
