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
from segdsl.readers.base import EventShape, Lot, Reader, Refusal, reject
from segdsl.readers.cells import Columns, Rule, id_of
from segdsl.readers.lines import Block, Line, Stream, blocks_of, chunks
from segdsl.readers.mapping import AS_MAPPED, Layout, Mapping
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject

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

    def lots(self, stream: Stream) -> Iterator[Lot]:
        """As the contract says. Reads the header at once, and raises InputError when the mapping does not fit it."""
        feed = _Feed(blocks_of(chunks(stream, self.source), self.limit), self.limit)
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
        layout = self.mapping.bind(self.shape, header)
        return self._lots(feed, rows, layout, Columns(self.mapping, layout))

    def _lots(self, feed: "_Feed", rows: Iterator[list[str]], layout: Layout, columns: Columns) -> Iterator[Lot]:
        """Rows that are a line each are read together, a block of lines at a time; others one by one."""
        row = 1
        while not feed.is_over:
            together = self._together(feed, row + 1)
            if together is not None:
                places = enumerate(together.rows, together.first)
                items = [self._item(cells, place, layout, columns, together) for place, cells in places]
                row += len(items)
                yield [item for item in items if item is not None]
                continue
            lot: Lot = []
            while True:
                row += 1
                feed.begin()
                try:
                    item = self._item(next(rows), row, layout, columns, feed)
                except StopIteration:
                    break
                except Refusal as refusal:
                    item = reject(refusal, row, raw=feed.text(row))
                except csv.Error as error:
                    item = reject(Refusal("not an event", _flaw_of(str(error))), row, raw=feed.text(row))
                if item is not None:
                    lot.append(item)
                if feed.is_between:
                    break
            yield lot

    def _together(self, feed: "_Feed", first: int) -> "_Together | None":
        """The rows of the next block, where each line of it is one."""
        block = feed.block()
        if block is None:
            return None
        try:
            lines = block.text.decode().split("\n")[:-1]
            rows = list(csv.reader(lines, delimiter=self.mapping.delimiter, strict=True))
        except (UnicodeDecodeError, csv.Error):
            return None
        if len(rows) != len(lines):
            return None
        feed.pass_over()
        return _Together(first, lines, rows)

    def _item(
        self, cells: list[str], row: int, layout: Layout, columns: Columns, of: "_Feed | _Together"
    ) -> Event | Reject | None:
        """The event of a row; None for one that is blank, or passed over."""
        if not cells or (len(cells) == 1 < layout.width and not cells[0].strip()):
            return None
        if of.undecodable:
            return self._reject("the row is not UTF-8 text", row, of)
        if len(cells) != layout.width:
            if of.open:
                return self._reject("the input stops in the middle of this row", row, of)
            return self._reject(f"the row has {len(cells)} cells, the header {layout.width}", row, of)
        for rule in columns.rules:
            for at, test in rule.tests:
                if not test[cells[at]]:
                    break
            else:
                return self._made(rule, cells, row, layout, columns, of)
        self.passed_over[AS_MAPPED] += 1
        return None

    def _reject(self, detail: str, row: int, of: "_Feed | _Together") -> Reject:
        return reject(Refusal("not an event", detail), row, raw=of.text(row))

    def _made(
        self, rule: Rule, cells: list[str], row: int, layout: Layout, columns: Columns, of: "_Feed | _Together"
    ) -> Event | Reject:
        id_ = customer = visitor = ""
        try:
            id_ = (id_of(cells, layout.id) if layout.id else "") or f"{self.source}:{row}"
            if layout.customer is not None:
                customer = columns.customers[cells[layout.customer]]
            if layout.visitor is not None:
                visitor = columns.visitors[cells[layout.visitor]]
            if not customer and not visitor:
                raise Refusal("no customer", self._nobody())
            instant = columns.times[cells[layout.time]]
            fields = {}
            for name, at, values in rule.fields:
                value = values[cells[at]]
                if value is not None:
                    fields[name] = value
            attributes = {name: values[cells[at]] for name, at, values in rule.attributes}
        except Refusal as refusal:
            return reject(refusal, row, id_, customer, of.text(row))
        return Event(id_, rule.event, customer, instant, fields, attributes, None, row, (), FORMAT, visitor)

    def _nobody(self) -> str:
        """Why nobody is named."""
        names = [name for name in (self.mapping.customer, self.mapping.visitor) if name]
        return f"the cells {' and '.join(names)} are empty" if names[1:] else f"the cell {names[0]} is empty"


class _Together:
    """Rows that are a line each: `lines` are those of the rows."""

    undecodable = open = False

    def __init__(self, first: int, lines: list[str], rows: list[list[str]]) -> None:
        self.first = first
        self.lines = lines
        self.rows = rows

    def text(self, row: int) -> str:
        """The row's text."""
        return self.lines[row - self.first]


class _Feed:
    """Lines of text for `csv.reader`, one row's after the other, with what is wrong with the row.

    Goes on after it has raised: `csv.reader` then starts a new row with the next line. Between two rows, where a block
    of lines begins, the block can be had instead.
    """

    def __init__(self, parts: Iterator[Block | Line], limit: int) -> None:
        self._parts = parts
        self._lines: Iterator[Line] = iter(())
        self._left = 0
        self._limit = limit
        self._row: list[str] = []
        self._size = 0
        self.undecodable = False
        self.open = False
        self.is_over = False

    def block(self) -> Block | None:
        """The block of lines that begins here; None within one, and where there is something else. Its lines come
        next, but for `pass_over`."""
        if self._left:
            return None
        return self._go_on()

    def pass_over(self) -> None:
        """The rest of the block has been read."""
        self._lines, self._left = iter(()), 0

    @property
    def is_between(self) -> bool:
        """Whether no more lines are there of a block."""
        return not self._left

    def _go_on(self) -> Block | None:
        part = next(self._parts, None)
        if isinstance(part, Block):
            self._lines = (Line(place, line, "") for place, line in enumerate(part.lines, part.place))
            self._left = part.size
            return part
        self.is_over = part is None
        self._lines, self._left = iter([part] if part is not None else []), int(part is not None)
        return None

    def begin(self) -> None:
        """A new row begins with the next line."""
        self._row.clear()
        self._size = 0
        self.undecodable = False

    def text(self, _row: int) -> str:
        """The row's text as far as it was read."""
        return "".join(self._row)

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if not self._left:
            self._go_on()
        _, line, flaw = next(self._lines)
        self._left -= 1
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


def _flaw_of(error: str) -> str:
    if error.startswith("field larger"):
        return "a cell is longer than 131,072 characters: is a quote left open?"
    if error.startswith("unexpected end"):
        return "the input stops inside a quoted cell"
    if error.startswith("new-line"):
        return "the row holds a carriage return that is no line end"
    return f"the row's quotes do not fit together: {error}"
