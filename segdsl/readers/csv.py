"""CSV with a mapping of columns: every row makes the event of the first rule that it fits.

Comes in: the bytes of a stream whose first row names the columns, and a mapping file, of which `mapping.py` tells the
form. Goes out: an event or a reject for every row that a rule fits; rows that none fits are passed over and counted.

An empty cell of a field is not known, and one of an attribute makes it not known. With `id`, two rows of one customer
with the same id are one event: the second is a repetition and changes nothing (two equal lines of an invoice, for
example). Without `id`, or where its cells are empty, the row's number tells them apart.

The place is the row's number: the header is row 1, blank rows count, and a row whose quoted cells hold line ends is one
row. Quotes are doubled inside quotes (RFC 4180). A cell of more than 131,072 characters, as after a quote that is never
closed, is a reject, and reading goes on at the next line.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from segdsl.diagnostics.errors import InputError
from segdsl.readers.base import EventShape, Lot, Reader, Refusal, identity, reject
from segdsl.readers.lines import Line, Stream, lines
from segdsl.readers.mapping import AS_MAPPED, Cell, Layout, Mapping, RowRule
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject
from segdsl.values.kinds import INSTANT
from segdsl.values.wire import BadValue, decode_text
from segdsl.values.zones import Zone

FORMAT = "csv"


def open_reader(shape: EventShape, source: str, mapping: Path | None, limit: int) -> "Csv":
    """A reader of CSV. Raises InputError when no mapping is given, or it cannot be read."""
    if mapping is None:
        raise InputError(
            f"{source} is read as CSV, which needs a mapping (--mapping): a TOML file that says which events its "
            "rows are"
        )
    return Csv(shape, source, Mapping.load(mapping), limit)


class Csv(Reader):
    """Reads CSV by a mapping. `limit` is the most bytes of a row."""

    heading = 1

    def __init__(self, shape: EventShape, source: str, mapping: Mapping, limit: int) -> None:
        super().__init__(shape, source, limit)
        self.mapping = mapping
        self._last_time = ("", 0)

    def lots(self, stream: Stream) -> Iterator[Lot]:
        """As the contract says. Reads the header at once, and raises InputError when the mapping does not fit it."""
        feed = _Feed(lines(stream, self.limit, self.source), self.limit)
        rows = csv.reader(feed, delimiter=self.mapping.delimiter, strict=True)
        try:
            header = next(rows, None)
        except Refusal as refusal:
            raise InputError(f"{self.source} has no readable header: {refusal.detail}") from None
        except csv.Error as error:
            raise InputError(f"{self.source} has no readable header: {_flaw_of(str(error))}") from None
        if not header or feed.undecodable:
            flaw = "it is not UTF-8 text" if feed.undecodable else "the first row is empty"
            raise InputError(f"{self.source} has no header with the names of columns: {flaw}")
        return ([item] for item in self._items(feed, rows, self.mapping.bind(self.shape, header)))

    def _items(self, feed: "_Feed", rows: Iterator[list[str]], layout: Layout) -> Iterator[Event | Reject]:
        row = 1
        while True:
            row += 1
            feed.begin()
            try:
                cells = next(rows)
                if not cells or (len(cells) == 1 < layout.width and not cells[0].strip()):
                    continue
                event = self._event(cells, row, layout, feed)
                if event is None:
                    self.passed_over[AS_MAPPED] += 1
                else:
                    yield event
            except StopIteration:
                return
            except Refusal as refusal:
                yield reject(refusal, row, raw=feed.raw)
            except csv.Error as error:
                yield reject(Refusal("not an event", _flaw_of(str(error))), row, raw=feed.raw)

    def _event(self, cells: list[str], row: int, layout: Layout, feed: "_Feed") -> Event | Reject | None:
        if feed.undecodable:
            raise Refusal("not an event", "the row is not UTF-8 text")
        if len(cells) != layout.width:
            if feed.open:
                raise Refusal("not an event", "the input stops in the middle of this row")
            raise Refusal("not an event", f"the row has {len(cells)} cells, the header {layout.width}")
        for rule in layout.rules:
            if all(test(cells[index]) for index, test in rule.tests):
                return self._made(rule, cells, row, layout, feed)
        return None

    def _made(self, rule: RowRule, cells: list[str], row: int, layout: Layout, feed: "_Feed") -> Event | Reject:
        id_ = customer = ""
        try:
            id_ = self._id(cells, layout) or f"{self.source}:{row}"
            customer = self._whom(layout.customer, self.mapping.customer, cells)
            visitor = self._whom(layout.visitor, self.mapping.visitor, cells)
            if not customer and not visitor:
                raise Refusal("no customer", self._nobody())
            instant = self._instant(cells[layout.time], layout.zone)
            fields = {}
            for cell in rule.fields:
                value = _value(cell, cells, layout.zone, "bad field")
                if value is not None:
                    fields[cell.name] = value
            attributes = {cell.name: _value(cell, cells, layout.zone, "bad attribute") for cell in rule.attributes}
        except Refusal as refusal:
            return reject(refusal, row, id_, customer, feed.raw)
        return Event(id_, rule.event, customer, instant, fields, attributes, None, row, (), FORMAT, visitor)

    def _whom(self, column: int | None, name: str, cells: list[str]) -> str:
        return _named(name, cells[column], "no customer") if column is not None else ""

    def _nobody(self) -> str:
        """Why nobody is named."""
        columns = [name for name in (self.mapping.customer, self.mapping.visitor) if name]
        return f"the cells {' and '.join(columns)} are empty" if columns[1:] else f"the cell {columns[0]} is empty"

    def _id(self, cells: list[str], layout: Layout) -> str:
        parts = [cells[index].strip() for index in layout.id]
        return _named("id", ":".join(parts), "bad field") if any(parts) else ""

    def _instant(self, text: str, zone: Zone) -> int:
        """Rows of one order stand together and have one time: it is read once."""
        if text == self._last_time[0] and text:
            return self._last_time[1]
        try:
            instant = decode_text(INSTANT, text, zone)
        except BadValue as bad:
            raise Refusal("bad instant", bad.about(self.mapping.time)) from None
        if instant is None:
            raise Refusal("no instant", f"the cell {self.mapping.time} is empty")
        self._last_time = (text, instant)
        return int(instant)


class _Feed:
    """Lines of text for `csv.reader`, one row's after the other, with what is wrong with the row.

    Goes on after it has raised: `csv.reader` then starts a new row with the next line.
    """

    def __init__(self, source: Iterator[Line], limit: int) -> None:
        self._lines = source
        self._limit = limit
        self._row: list[str] = []
        self._size = 0
        self.undecodable = False
        self.open = False

    def begin(self) -> None:
        """A new row begins with the next line."""
        self._row.clear()
        self._size = 0
        self.undecodable = False

    @property
    def raw(self) -> str:
        """The row's text as far as it was read."""
        return "".join(self._row)

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        _, line, flaw = next(self._lines)
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = line.decode(errors="replace")
            self.undecodable = flaw != "long"
        if flaw != "open":
            text += "\n"
        self.open = flaw == "open"
        self._row.append(text)
        self._size += len(line)
        if flaw == "long" or self._size > self._limit:
            raise Refusal("not an event", f"the row is longer than {self._limit:,} bytes")
        if flaw == "cut":
            raise Refusal(
                "not an event", "the packed input is damaged or stops here: nothing from here on could be read"
            )
        return text


def _value(cell: Cell, cells: list[str], zone: Zone, reason: str) -> object:
    try:
        return decode_text(cell.kind, cells[cell.at], zone)
    except BadValue as bad:
        name = cell.name if cell.name == cell.column else f"{cell.name} ({cell.column})"
        raise Refusal(reason, bad.about(name)) from None


def _named(name: str, text: str, reason: str) -> str:
    try:
        return identity(text)
    except BadValue as bad:
        raise Refusal(reason, bad.about(name)) from None


def _flaw_of(error: str) -> str:
    if error.startswith("field larger"):
        return "a cell is longer than 131,072 characters: is a quote left open?"
    if error.startswith("unexpected end"):
        return "the input stops inside a quoted cell"
    if error.startswith("new-line"):
        return "the row holds a carriage return that is no line end"
    return f"the row's quotes do not fit together: {error}"
