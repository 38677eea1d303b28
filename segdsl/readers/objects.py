"""JSON objects to events: what all formats of JSON have in common, and `Dialect`, the part in which they differ.

Comes in: the bytes of a stream, or objects that were decoded elsewhere. Goes out: an event or a reject for each. A
dialect turns what one system writes into plain objects (language.md section 8); `EventShape` makes events of these.
Numbers are read from their digits, never through a float. Where an object has a key twice, the last one counts. `NaN`
and `Infinity` are not JSON. Is no format.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, ClassVar

from msgspec import ValidationError
from msgspec.json import Decoder

from segdsl.readers.base import EventShape, Lot, Reader, Refusal, reject
from segdsl.readers.cutting import Piece, blocks
from segdsl.readers.lenient import loosened
from segdsl.readers.lines import Block, Stream, parted
from segdsl.records.inputs import PLAIN, Event
from segdsl.records.outcomes import Reject
from segdsl.values.limits import EVENT_BYTES
from segdsl.values.quick import UNUSUAL
from segdsl.values.wire import shown

FEW = 64
"""Lines that are tried together again where one of many more is no object."""

Object = dict[str, Any]


class PassedOver(Exception):  # noqa: N818 - nothing is wrong
    """An object is passed over on purpose. `what` it is, in the plural, as the run's account says it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Dialect(ABC):
    """How one system writes events as JSON objects. `format` is its name; `shape` the program's events."""

    format: str
    exact: ClassVar[bool] = False
    """Whether values must have the very form of their kinds."""

    is_plain: ClassVar[bool] = False
    """Whether its objects are in the plain shape as they are: `plain` gives what it gets. Then it `knows` each object
    that has an `event` and a `time`."""

    def __init__(self, shape: EventShape) -> None:
        self.shape = shape

    @abstractmethod
    def knows(self, obj: Object) -> bool:
        """Whether an object has the look of this system, and of no other."""

    def calls(self, obj: Object) -> list[Any] | None:
        """What an object holds that is sent in one, as a batch; None for an object that is one event."""
        return None

    @abstractmethod
    def plain(self, obj: Object) -> list[Object]:
        """The events of one object, in the plain shape, with values as JSON decoders give them. Where one object makes
        several and they have an id, each has its own. Raises Refusal, or PassedOver."""


class Choice(ABC):
    """Chooses the dialect by which an object is read. `last` is the one that was chosen last: an object that it `knows`
    is read by it too."""

    last: Dialect

    @abstractmethod
    def choose(self, obj: Object) -> Dialect:
        """The dialect of the next object."""


class always(Choice):  # noqa: N801 - it is said as a word
    """Every object is read by one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self.last = dialect

    def choose(self, obj: Object) -> Dialect:
        return self.last


class Objects(Reader):
    """Reads JSON objects: one a line, those of one array, or one after another over several lines. A list of objects in
    place of one, and what a dialect calls a batch, are read one by one. The place is the line's number.
    """

    def __init__(self, shape: EventShape, source: str, choice: Choice, limit: int = EVENT_BYTES) -> None:
        super().__init__(shape, source, limit)
        self.choice = choice

    def lots(self, stream: Stream) -> Iterator[Lot]:
        """As the contract says. What is not JSON, or too long, is a reject; blank lines are passed over."""
        for part in blocks(stream, self.limit, self.source):
            if isinstance(part, Piece):
                yield list(self._piece(part))
                continue
            objects = decoded_lines(part)
            if objects is not None:
                yield self._lines(objects, part)
            else:
                yield [item for few in parted(part, FEW) for item in self._few(few)]

    def _few(self, block: Block) -> Iterable[Event | Reject]:
        """The events of lines among which there may be one that is no object: then each is read by itself."""
        objects = decoded_lines(block)
        if objects is not None:
            return self._lines(objects, block)
        return [item for n, line in enumerate(block.lines, block.place) for item in self._piece(Piece(n, line, ""))]

    def _piece(self, piece: Piece) -> Iterable[Event | Reject]:
        try:
            obj = self._decoded(piece)
        except Refusal as refusal:
            is_told = piece.text.strip() or piece.flaw in ("long", "cut")
            return [reject(refusal, piece.place, raw=piece.text)] if is_told else []
        return self.items(obj, piece.place, piece.text, f".{piece.item}" if piece.item > 1 else "")

    def _lines(self, objects: list[Any], block: Block) -> Lot:
        """The events of objects of which each is a line of a block. Those of a form that is known take the short way;
        the line of one that does not is looked up, since its reject shows it."""
        made: Lot = []
        known, source, choice = self.shape.forms.known, self.source, self.choice
        is_plain, lines = choice.last.is_plain, None
        instants = self.shape.instants(objects) if is_plain else [None] * len(objects)
        for place, obj, instant in zip(range(block.place, block.place + len(objects)), objects, instants, strict=True):
            if is_plain and instant is not None:
                try:
                    made.append(known[obj["event"]][tuple(obj)](obj, instant, place, source, "", PLAIN))
                    continue
                except UNUSUAL:
                    pass
            if lines is None:
                lines = block.lines
            line = lines[place - block.place]
            is_tried = is_plain and instant is not None
            if is_tried and isinstance(obj, dict) and choice.choose(obj).is_plain:
                made.append(self.shape.patiently(obj, place, source, line, format=PLAIN))
            else:
                made += self.items(obj, place, line)
            is_plain = choice.last.is_plain
        return made

    def texts(self, text: bytes, place: int) -> Iterator[Event | Reject]:
        """The events of one JSON text, which stood at `place`."""
        try:
            if len(text) > self.limit:
                raise Refusal("not an event", f"the text is longer than {self.limit:,} bytes")
            obj = decoded(text, "the text")
        except Refusal as refusal:
            yield reject(refusal, place, raw=text)
            return
        yield from self.items(obj, place, text)

    def items(self, obj: Any, place: int, raw: bytes | str = b"", part: str = "") -> Iterable[Event | Reject]:
        """The events of a decoded object or list, which stood at `place`. `part` goes into the ids of events that have
        none, where several stand at one place. Never raises for what the object holds."""
        if _is_batch(obj):
            return self._batch(obj, None, place, raw, part)
        if not isinstance(obj, dict):
            return [reject(_no_object(obj), place, raw=raw)]
        dialect = self.choice.choose(obj)
        calls = dialect.calls(obj)
        if calls is None:
            return self._events(obj, dialect, place, raw, part)
        return self._batch(calls, dialect, place, raw, part)

    def _batch(
        self, calls: list[Any], dialect: Dialect | None, place: int, raw: bytes | str, part: str
    ) -> Iterator[Event | Reject]:
        """The events of what was sent in one; without a `dialect`, each tells its own."""
        for number, call in enumerate(calls, 1):
            of = part if number == 1 else f"{part}.{number}"
            found: Iterable[Event | Reject] = [reject(_no_object(call), place, raw=raw)]
            if isinstance(call, dict):
                found = self._events(call, dialect or self.choice.choose(call), place, raw, of)
            for item in found:
                yield _within(item, number, len(calls)) if isinstance(item, Reject) else item

    def _events(self, obj: Object, dialect: Dialect, place: int, raw: bytes | str, part: str) -> list[Event | Reject]:
        """The events of one object."""
        try:
            plain = dialect.plain(obj)
        except PassedOver as passed:
            self.passed_over[passed.what] += 1
            return []
        except Refusal as refusal:
            return [reject(refusal, place, raw=raw)]
        made: list[Event | Reject] = []
        for number, each in enumerate(plain, 1):
            of = part if number == 1 else f"{part}/{number}"
            if not dialect.exact:
                loosened(each, self.shape)
            made.append(self.shape.to_event(each, place, self.source, raw, part=of, format=dialect.format))
        return made

    def _decoded(self, piece: Piece) -> Any:
        """Raises Refusal for what is not JSON."""
        what = "item" if piece.item else "line"
        if piece.flaw == "long":
            raise Refusal("not an event", f"the {what} is longer than {self.limit:,} bytes")
        if piece.flaw == "cut":
            raise Refusal(
                "not an event", "the packed input is damaged or stops here: nothing from here on could be read"
            )
        return decoded(piece.text, f"the {what}", piece.flaw == "open", f"the input stops in the middle of this {what}")


def decoded(text: bytes, what: str, open: bool = False, stops: str = "") -> Any:
    """The value of a JSON text. Raises Refusal for what is none; for one that is `open`, the reason is `stops`."""
    try:
        return _FAST.decode(text)
    except (ValueError, ArithmeticError, RecursionError) as error:
        found: Exception = error
    if isinstance(found, ArithmeticError):  # only a monstrous number stands in the way
        try:
            return _PATIENT.decode(text)
        except (ValueError, RecursionError) as second:
            found = second
    raise Refusal("not an event", _flaw_of(found, text, what, stops if open else ""))


def decoded_lines(block: Block) -> list[Any] | None:
    """The values of lines of which each is an object; None where that is not certain. Decoded together they cost less,
    but lines that are something else must be told apart.

    There are as many values as lines, and between them as many line ends that stand between a `}` and a `{`, which
    cannot be inside a value: so each value is a line.
    """
    if block.text[:1] != b"{":
        return None
    try:
        values = _FAST.decode_lines(block.text)
    except (ValueError, ArithmeticError, RecursionError):
        return None
    ends = b"}\r\n{" if block.text[-2:-1] == b"\r" else b"}\n{"
    return values if block.text.count(ends) == len(values) - 1 == block.size - 1 else None


def _flaw_of(error: Exception, text: bytes, what: str, stops: str) -> str:
    """In the words of a person, not of the decoder."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return f"{what} is not UTF-8 text"
    if stops:
        return stops
    match error:
        case RecursionError():
            return f"{what}'s brackets go too deep"
        case ValidationError():
            return f"{what} has a whole number of too many digits"
    why = str(error).removeprefix("JSON is malformed: ")
    return f"{what} is not JSON: {'it ends too early' if why == 'Input data was truncated' else why}"


def _small_or_huge(digits: str) -> Decimal:
    """A number whose exponent is beyond even `Decimal`'s: as good as nothing, or out of every range."""
    try:
        return Decimal(digits)
    except ArithmeticError:
        return Decimal(0) if "e-" in digits.lower() else Decimal("Infinity")


def _is_batch(obj: Any) -> bool:
    """A list of objects in place of one. An empty list, or one of other things, is no event."""
    return isinstance(obj, list) and bool(obj) and all(isinstance(each, dict) for each in obj)


def _no_object(obj: Any) -> Refusal:
    return Refusal("not an event", f"this is {shown(obj)}, not an object with an event's keys")


def _within(item: Reject, number: int, of: int) -> Reject:
    if of == 1:
        return item
    detail = f"{item.detail} (number {number} of {of} in this batch)"
    return Reject(item.reason, detail, item.place, item.id, item.customer, item.raw)


_FAST: Decoder[Any] = Decoder(float_hook=Decimal)
_PATIENT: Decoder[Any] = Decoder(float_hook=_small_or_huge)
