"""Plain JSON lines: one object a line, in the shape of language.md section 8.

Comes in: the bytes of a stream. Goes out: an event or a reject for every line that is not blank; the place is the
line's number, from 1. Numbers are read from their digits, never through a float. Where an object has a key twice, the
last one counts. `NaN` and `Infinity` are not JSON.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import ValidationError
from msgspec.json import Decoder

from segdsl.diagnostics.errors import InputError
from segdsl.readers.base import EventShape, Reader, Refusal, reject
from segdsl.readers.lines import Line, Stream, lines
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject


def open_reader(shape: EventShape, source: str, mapping: Path | None, limit: int) -> "JsonLines":
    """A reader of JSON lines, which take no mapping. Raises InputError when one is given."""
    if mapping is not None:
        raise InputError(f"{source} is read as JSON lines, which take no mapping; with a mapping, read it as csv")
    return JsonLines(shape, source, limit)


class JsonLines(Reader):
    """Reads JSON lines."""

    def read(self, stream: Stream) -> Iterator[Event | Reject]:
        """As the contract says. A line that is not JSON, or too long, is a reject; blank lines are passed over."""
        to_event, source, decode = self.shape.to_event, self.source, _FAST.decode
        for line in lines(stream, self.limit, source):
            place, text, flaw = line
            if flaw == "long" or flaw == "cut":
                yield reject(self._flawed(line), place, raw=text)
                continue
            try:
                obj = decode(text)
            except (ValueError, ArithmeticError, RecursionError) as error:
                if not text.strip():
                    continue
                try:
                    obj = _again(error, line)
                except Refusal as refusal:
                    yield reject(refusal, place, raw=text)
                    continue
            yield to_event(obj, place, source, text)

    def _flawed(self, line: Line) -> Refusal:
        if line.flaw == "long":
            return Refusal("not an event", f"the line is longer than {self.limit:,} bytes")
        return Refusal("not an event", "the packed input is damaged or stops here: nothing from here on could be read")


def _small_or_huge(digits: str) -> Decimal:
    """A number whose exponent is beyond even `Decimal`'s: as good as nothing, or out of every range."""
    try:
        return Decimal(digits)
    except ArithmeticError:
        return Decimal(0) if "e-" in digits.lower() else Decimal("Infinity")


def _again(error: Exception, line: Line) -> Any:
    """The object of a line that could not be decoded at first, when only a monstrous number stood in the way. Raises
    Refusal otherwise."""
    if isinstance(error, ArithmeticError):
        try:
            return _PATIENT.decode(line.text)
        except (ValueError, RecursionError) as second:
            error = second
    raise Refusal("not an event", _flaw_of(error, line))


def _flaw_of(error: Exception, line: Line) -> str:
    """In the words of a person, not of the decoder."""
    try:
        line.text.decode()
    except UnicodeDecodeError:
        return "the line is not UTF-8 text"
    if line.flaw == "open":
        return "the input stops in the middle of this line"
    match error:
        case RecursionError():
            return "the line's brackets go too deep"
        case ValidationError():
            return "the line has a whole number of too many digits"
    what = str(error).removeprefix("JSON is malformed: ")
    return f"the line is not JSON: {'it ends too early' if what == 'Input data was truncated' else what}"


_FAST: Decoder[Any] = Decoder(float_hook=Decimal)
_PATIENT: Decoder[Any] = Decoder(float_hook=_small_or_huge)
