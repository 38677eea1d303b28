"""Parquet, row group by row group: by a mapping of its columns, or in a shape that JSON may have too.

Comes in: a stream that can be rewound, since a Parquet file is read from its end. Goes out: an event or a reject for
every row; the place is the row's number, from 1. With a mapping (see `mapping.py`), a column may be a path into nested
ones, and lists and records are read as such. Without one, each row is read as an object of JSON would be: in the plain
shape, or as a row of GA4's export.

Whole numbers, decimals and times are exact, finer times than microseconds cut off; a floating-point number is read as
its shortest decimal. A row group that is damaged is one reject, and the next one is read.
"""

import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from segdsl.diagnostics.errors import InputError
from segdsl.diagnostics.extras import load_extra
from segdsl.diagnostics.suggest import nearest
from segdsl.readers.base import RAW_CHARACTERS, EventShape, Lot, Reader, Refusal, reject
from segdsl.readers.detecting import Detecting
from segdsl.readers.lines import Stream
from segdsl.readers.mapping import Mapping
from segdsl.readers.objects import Choice, Objects, always
from segdsl.readers.rows import Rows
from segdsl.records.inputs import Event
from segdsl.records.outcomes import Reject
from segdsl.values.wire import shown

FORMAT = "parquet"

ROWS = 1_000
"""Rows decoded together at most; fewer where they are long."""

ROWS_BYTES = 16_000_000

_ALL: tuple[str, ...] = ()


def open_reader(shape: EventShape, source: str, mapping: Path | None, limit: int) -> Reader:
    """A reader of Parquet. Raises InputError when the mapping cannot be read or used, MissingExtraError when the
    package that reads Parquet is not installed."""
    arrow, parquet = (
        load_extra(module, "pyarrow", "parquet", "Parquet files need", "CSV and JSON are read without it")
        for module in ("pyarrow", "pyarrow.parquet")
    )
    if mapping is None:
        return Parquet(shape, source, Detecting(shape), limit, (arrow, parquet), _ALL)
    rows = Rows(shape, Mapping.load(mapping), FORMAT)
    return Parquet(shape, source, always(rows), limit, (arrow, parquet), rows.columns)


class Parquet(Objects):
    """Reads Parquet. `columns` are those to be read, as paths; none: all."""

    def __init__(
        self, shape: EventShape, source: str, choice: Choice, limit: int, modules: tuple[Any, Any],
        columns: tuple[str, ...],
    ) -> None:  # fmt: skip
        super().__init__(shape, source, choice, limit)
        self.arrow, self.parquet = modules
        self.columns = columns

    def lots(self, stream: Stream) -> Iterator[Lot]:
        """As the contract says. Reads the schema at once, and raises InputError when it is none, or lacks a column of
        the mapping."""
        if not stream.seekable():
            raise InputError(
                f"{self.source} is read as Parquet, which takes a file: a pipe, or one that is followed, has no end to "
                "begin at"
            )
        file, error = self._tried(lambda: self.parquet.ParquetFile(stream))
        if error:
            raise InputError(f"{self.source} is no Parquet file, or not a whole one: {error}")
        return self._rows(file, self._wanted(file.schema_arrow))

    def _wanted(self, schema: Any) -> list[str] | None:
        """The columns to read. Raises InputError for those that are not there."""
        if not self.columns:
            return None
        missing = [column for column in self.columns if not self._has(schema, column)]
        if missing:
            said = "".join(f"\n  {shown(column)}{_meant(column, schema.names)}" for column in missing)
            raise InputError(f"{self.source} has no such columns as the mapping names:{said}")
        return list(dict.fromkeys(c if c in schema.names else c.partition(".")[0] for c in self.columns))

    def _has(self, schema: Any, path: str) -> bool:
        if path in schema.names:
            return True
        first, *parts = path.split(".")
        if first not in schema.names:
            return False
        kind = schema.field(first).type
        for part in parts:
            if not self.arrow.types.is_struct(kind):
                return True  # a list or a map: each row has others in it
            names = [kind.field(at).name for at in range(kind.num_fields)]
            if part not in names:
                return False
            kind = kind.field(names.index(part)).type
        return True

    def _rows(self, file: Any, columns: list[str] | None) -> Iterator[Lot]:
        place = 0
        for number in range(file.metadata.num_row_groups):
            group = file.metadata.row_group(number)
            last = place + group.num_rows
            many = max(1, min(ROWS, ROWS_BYTES * max(group.num_rows, 1) // max(group.total_byte_size, 1)))
            batches = file.iter_batches(batch_size=many, row_groups=[number], columns=columns)
            while place < last:
                rows, error = self._tried(lambda batches=batches: self._decoded(next(batches)))  # type: ignore[misc]
                if not rows:
                    which = f"row {last:,}" if place + 1 == last else f"rows {place + 1:,} to {last:,}"
                    why = f"row group {number + 1} is damaged: {error or 'it ends too early'}"
                    yield [reject(Refusal("not an event", f"{which} cannot be read, since {why}"), place + 1)]
                    place = last
                    continue
                yield [item for at, row in enumerate(rows, place + 1) for item in self._made(row, at)]
                place += len(rows)

    def _made(self, row: dict[str, Any], place: int) -> Iterator[Event | Reject]:
        for item in self.items(_as_json(row), place):
            yield replace(item, raw=repr(row)[:RAW_CHARACTERS]) if isinstance(item, Reject) else item

    def _decoded(self, batch: Any) -> list[dict[str, Any]]:
        schema = self.arrow.schema([field.with_type(self._exact(field.type)) for field in batch.schema])
        if schema != batch.schema:
            batch = self.arrow.Table.from_batches([batch]).cast(schema, safe=False)
        rows: list[dict[str, Any]] = batch.to_pylist()
        return rows

    def _exact(self, kind: Any) -> Any:
        """A type whose values Python has: in microseconds, and without a dictionary."""
        arrow, types = self.arrow, self.arrow.types
        if types.is_timestamp(kind) and kind.unit == "ns":
            return arrow.timestamp("us", tz=kind.tz)
        if types.is_duration(kind) and kind.unit == "ns":
            return arrow.duration("us")
        if types.is_time64(kind) and kind.unit == "ns":
            return arrow.time64("us")
        if types.is_dictionary(kind):
            return self._exact(kind.value_type)
        if types.is_list(kind):
            return arrow.list_(kind.value_field.with_type(self._exact(kind.value_type)))
        if types.is_large_list(kind):
            return arrow.large_list(kind.value_field.with_type(self._exact(kind.value_type)))
        if types.is_struct(kind):
            fields = [kind.field(at) for at in range(kind.num_fields)]
            return arrow.struct([field.with_type(self._exact(field.type)) for field in fields])
        return kind

    def _tried(self, work: Callable[[], Any]) -> tuple[Any, str]:
        """What the package makes of its input; or None, and why it cannot."""
        flaws = (self.arrow.ArrowException, OSError, EOFError, zlib.error, ValueError, OverflowError, StopIteration)
        try:
            return work(), ""
        except flaws as error:
            text = " ".join(str(error).split())
            return None, text[:200] or "it ends too early"


def _as_json(value: Any) -> Any:
    """A value as a decoder of JSON would give it. All rows have all columns: a null is what JSON would leave out."""
    match value:
        case float():
            return Decimal(repr(value))
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return f"{Decimal(value // timedelta(microseconds=1)).scaleb(-6):f} seconds"
        case dict():
            return {key: _as_json(each) for key, each in value.items() if each is not None}
        case list() if value and isinstance(value[0], tuple):  # a map
            return {str(key): _as_json(each) for key, each in value}
        case list():
            return [_as_json(each) for each in value]
        case bytes():
            with suppress(UnicodeDecodeError):
                return value.decode()
    return value


def _meant(name: str, names: list[str]) -> str:
    near = nearest(name, names)
    return f"; did you mean {shown(near)}?" if near else ""
