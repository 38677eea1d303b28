"""A mapping: which events the rows of a table make. Read from TOML, then bound to a table's columns.

Comes in: a TOML file and, with the table, the names of its columns. Goes out: a `Layout` by which a reader of tables
makes events without looking up a name. All mistakes are said at once. The form of the file, which is the same for CSV,
Parquet and JSON:

    delimiter = ","                        # of CSV: one character; this is the default
    zone = "UTC"                           # of times without an offset; default: the program's zone
    customer = "CustomerID"
    visitor = "Session"                    # the browser or device; beside `customer` or in its place
    time = "InvoiceDate"
    id = ["InvoiceNo", "StockCode"]        # a column or several, joined with ":"; default: made of file and row
    [[event]]
    name = "returns item"
    where = { Quantity = "<0" }            # all tests must hold; without `where` every row fits
    fields = { product = "StockCode", quantity = "Quantity" }
    attributes = { country = "Country" }
    [[event]]
    name = "buys item"
    fields = { product = "StockCode", quantity = "Quantity" }

A column may be a path into what a row holds: `data.order.id`, `items.0.sku`; in CSV it is only a name. Tests are `<0`,
`<=0`, `>5`, `>=5`, `=GB`, `!=GB`, `starts C` and `known`; an empty cell, or a missing one, meets none.
"""

import tomllib
from collections.abc import Callable, Iterable, Sequence
from operator import ge, gt, le, lt
from pathlib import Path
from typing import Any, NamedTuple

from attrs import define, field

from segdsl.diagnostics.errors import InputError
from segdsl.diagnostics.suggest import nearest
from segdsl.readers.base import EventShape, KnownEvent, KnownField, Refusal
from segdsl.values import numbers
from segdsl.values.kinds import NUMBER, Kind
from segdsl.values.text import normal
from segdsl.values.wire import BadValue, decode_text
from segdsl.values.zones import Zone

Test = Callable[[str], bool]

AS_MAPPED = "rows that no event of the mapping fits"
"""What is passed over by a mapping."""

_TOP = ("delimiter", "zone", "customer", "visitor", "time", "id", "event")
_EVENT = ("name", "where", "fields", "attributes")
_ORDERS = {"<=": le, ">=": ge, "<": lt, ">": gt}
_UTC = Zone("UTC")


class Cell(NamedTuple):
    """Where a value comes from and what it becomes: the column (from 0) and its name, the field's name and kind."""

    at: int
    column: str
    name: str
    kind: Kind


class RowRule(NamedTuple):
    """An event that a row makes when all tests on its cells hold."""

    event: str
    tests: tuple[tuple[int, Test], ...]
    fields: tuple[Cell, ...]
    attributes: tuple[Cell, ...]


class Layout(NamedTuple):
    """A mapping bound to the columns of a table: indices instead of names. `zone` is for times without an offset."""

    width: int
    zone: Zone
    customer: int | None
    visitor: int | None
    time: int
    id: tuple[int, ...]
    rules: tuple[RowRule, ...]


@define
class EventRule:
    """An `[[event]]` of the file, as it is written: tests, fields and attributes by name, with their column."""

    place: str
    name: str
    where: dict[str, str]
    fields: dict[str, str]
    attributes: dict[str, str]


@define
class Mapping:
    """What a mapping file says. `problems` are the mistakes found so far; they are told by `bind`, together with those
    that only the table and the program can show."""

    path: str
    delimiter: str = ","
    zone: Zone | None = None
    customer: str = ""
    visitor: str = ""
    time: str = ""
    id: tuple[str, ...] = ()
    rules: tuple[EventRule, ...] = ()
    problems: list[str] = field(factory=list)

    @classmethod
    def load(cls, path: Path) -> "Mapping":
        """Read a mapping file. Raises InputError when there is none or it is not TOML."""
        try:
            return cls.parse(tomllib.loads(path.read_bytes().decode("utf-8-sig")), str(path))
        except OSError as error:
            raise InputError(f"the mapping {path} cannot be read: {(error.strerror or str(error)).lower()}") from error
        except UnicodeDecodeError:
            raise InputError(f"the mapping {path} is not UTF-8 text") from None
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise InputError(f"the mapping {path} is not TOML: {error}") from error

    @classmethod
    def parse(cls, table: dict[str, Any], path: str) -> "Mapping":
        """A mapping from what its TOML holds. Never raises: mistakes are kept as `problems`."""
        found = _Findings()
        found.unknown_keys(table, _TOP, "")
        delimiter = found.text(table, "delimiter", "", ",")
        if len(delimiter) != 1 or delimiter in '"\r\n':
            found.problems.append("`delimiter` is one character, not a quote or a line end")
            delimiter = ","
        written = table.get("event")
        if not isinstance(written, list) or not written:
            found.problems.append("no event is described: write at least one [[event]]")
            written = []
        ids = table.get("id", [])
        if isinstance(ids, str):
            ids = [ids]
        if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
            found.problems.append("`id` names a column, or a list of columns")
            ids = []
        return cls(
            path,
            delimiter,
            found.zone(table),
            found.text(table, "customer", "") if "visitor" not in table or "customer" in table else "",
            found.text(table, "visitor", "") if "visitor" in table else "",
            found.text(table, "time", ""),
            tuple(ids),
            tuple(found.rule(each, number) for number, each in enumerate(written, start=1)),
            found.problems,
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names, each once."""
        named = [self.customer, self.visitor, self.time, *self.id]
        for rule in self.rules:
            named += [*rule.where, *rule.fields.values(), *rule.attributes.values()]
        return tuple(dict.fromkeys(normal(column).strip() for column in named if column.strip()))

    def bind(self, shape: EventShape, columns: Sequence[str], *, cells: bool = True) -> Layout:
        """Bind the mapping to a table's columns and a program's events. `cells`: a row's values are text, and so
        neither lists nor records. Raises InputError that lists every mistake."""
        binding = _Binding(shape, tuple(normal(column).strip() for column in columns), cells, list(self.problems))
        layout = Layout(
            len(columns),
            self.zone or shape.zone,
            binding.column(self.customer, "customer") if self.customer or not self.visitor else None,
            binding.column(self.visitor, "visitor") if self.visitor else None,
            binding.column(self.time, "time"),
            tuple(binding.column(column, "id") for column in self.id),
            tuple(binding.rule(rule) for rule in self.rules),
        )
        if binding.problems:
            listed = "".join(f"\n  {problem}" for problem in dict.fromkeys(binding.problems))
            raise InputError(f"the mapping {self.path} does not fit:{listed}")
        return layout


class _Findings:
    """What is wrong with a file's own form."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def unknown_keys(self, table: dict[str, Any], known: tuple[str, ...], place: str) -> None:
        self.problems.extend(
            f"{place}there is no setting `{key}`{_meant(key, known)}" for key in table if key not in known
        )

    def text(self, table: dict[str, Any], key: str, place: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if isinstance(value, str) and value:
            return value
        self.problems.append(f"{place}`{key}` is missing" if value is None else f"{place}`{key}` is text")
        return ""

    def texts(self, table: dict[str, Any], key: str, place: str) -> dict[str, str]:
        value = table.get(key, {})
        if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
            return value
        self.problems.append(f'{place}`{key}` is a table of texts: {key} = {{ name = "text" }}')
        return {}

    def zone(self, table: dict[str, Any]) -> Zone | None:
        name = table.get("zone")
        if name is None:
            return None
        try:
            return Zone(name)
        except (ValueError, TypeError) as error:
            self.problems.append(f"`zone`: {error}")
            return None

    def rule(self, table: Any, number: int) -> EventRule:
        place = f"event {number}: "
        if not isinstance(table, dict):
            self.problems.append(f"{place}write it as [[event]]")
            return EventRule(place, "", {}, {}, {})
        self.unknown_keys(table, _EVENT, place)
        name = self.text(table, "name", place)
        where, fields, attributes = (self.texts(table, key, place) for key in ("where", "fields", "attributes"))
        return EventRule(f"event {number} ({name}): " if name else place, name, where, fields, attributes)


@define
class _Binding:
    """Names to indices and kinds, with all that does not fit."""

    shape: EventShape
    columns: tuple[str, ...]
    cells: bool
    problems: list[str]

    def column(self, name: str, place: str) -> int:
        """The index of a column; 0 when there is none, which is a problem then."""
        wanted = normal(name).strip()
        times = self.columns.count(wanted)
        if times == 1:
            return self.columns.index(wanted)
        if wanted and times:
            self.problems.append(f'{place}: the file has more than one column "{name}"')
        elif wanted:
            self.problems.append(f'{place}: the file has no column "{name}"{_meant(name, self.columns)}')
        return 0

    def rule(self, rule: EventRule) -> RowRule:
        known = self._event(rule)
        place = rule.place
        tests = []
        for column, written in rule.where.items():
            index = self.column(column, f"{place}where")
            try:
                tests.append((index, parse_test(written)))
            except ValueError as error:
                self.problems.append(f"{place}where {column}: {error}")
        fields = () if known is None else self._cells(rule.fields, known.keys, place, f'"{known.name}" has no field')
        attributes = self._cells(rule.attributes, self.shape.attributes, place, "the program has no attribute")
        return RowRule(known.name if known else "", tuple(tests), fields, attributes)

    def _event(self, rule: EventRule) -> KnownEvent | None:
        try:
            return self.shape.known(rule.name) if rule.name else None
        except Refusal as refusal:
            self.problems.append(f"{rule.place}{refusal.detail}")
            return None

    def _cells(self, written: dict[str, str], keys: dict[str, KnownField], place: str, none: str) -> tuple[Cell, ...]:
        cells: dict[str, Cell] = {}
        for key, column in written.items():
            index = self.column(column, f"{place}{key}")
            named = (each for each in keys.values() if each.name == normal(key))  # one called `time` is under no key
            known = keys.get(normal(key)) or next(named, None)
            if known is None:
                names = (each.name for each in keys.values())
                self.problems.append(f'{place}{none} "{key}"{_meant(key, names)}')
            elif self.cells and known.kind.name in ("list", "record"):
                self.problems.append(f"{place}{known.name} is a {known.kind.name}, which no cell can hold")
            elif known.name in cells:
                self.problems.append(f"{place}{known.name} is given twice")
            else:
                cells[known.name] = Cell(index, column, known.name, known.kind)
        return tuple(cells.values())


def parse_test(written: str) -> Test:
    """A test on the text of a cell: `<0` `<=0` `>5` `>=5` `=GB` `!=GB` `starts C` `known`. An empty cell meets none.

    Orders compare exact numbers, and are not met by a cell that is none; the others compare text as it stands. Raises
    ValueError for what is no test.
    """
    text = normal(written).strip()
    if text == "known":
        return lambda cell: bool(cell) and not cell.isspace()
    if text.startswith("starts "):
        start = text.removeprefix("starts ").strip()
        return lambda cell: normal(cell).startswith(start)
    if text.startswith("!="):
        other = text.removeprefix("!=").strip()
        return lambda cell: bool(cell.strip()) and normal(cell).strip() != other
    if text.startswith("=") and text.removeprefix("=").strip():
        same = text.removeprefix("=").strip()
        return lambda cell: normal(cell).strip() == same
    for sign, holds in _ORDERS.items():
        if text.startswith(sign):
            bound = _number(text.removeprefix(sign))
            if bound is None:
                raise ValueError(f'"{written}" compares with no number')
            return _ordered(holds, bound)
    raise ValueError(f'"{written}" is no test: write "<0", ">=5", "=GB", "!=GB", "starts C" or "known"')


def _ordered(holds: Callable[[int, int], bool], bound: int) -> Test:
    def test(cell: str) -> bool:
        number = _number(cell)
        return number is not None and holds(number, bound)

    return test


def _number(text: str) -> int | None:
    """Millionths. The common whole number is read without a detour."""
    if len(text) < 12 and text.isascii() and text.removeprefix("-").isdigit():
        return int(text) * numbers.SCALE
    try:
        number: int | None = decode_text(NUMBER, text, _UTC)
    except BadValue:
        return None
    return number


def _meant(name: str, candidates: Iterable[str]) -> str:
    near = nearest(name, candidates)
    return f'; did you mean "{near}"?' if near else ""
