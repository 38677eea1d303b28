"""The cells of a table, read once for each text: what a column holds, it mostly holds again.

Comes in: a mapping bound to the columns of a table. Goes out: for each column that it uses, what gives the value of a
text. Serves the reader of CSV, and is no format.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from segdsl.readers.base import Refusal, identity
from segdsl.readers.mapping import Cell, Layout, Mapping, RowRule
from segdsl.values.kinds import INSTANT
from segdsl.values.wire import BadValue, decode_text
from segdsl.values.zones import Zone

KEPT = 20_000
"""Texts of one column whose values are kept; then they are gathered anew."""

LONGEST = 100
"""Characters of a text whose value is kept."""


class Values(dict[str, Any]):
    """The values of a column's texts. A text that has none raises what `read` does, and is not kept."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, text: str) -> Any:
        value = self.read(text)
        if len(text) <= LONGEST:
            if len(self) >= KEPT:
                self.clear()
            self[text] = value
        return value


class Rule(NamedTuple):
    """An event that a row makes: `tests` by the cell that they are on, `fields` and `attributes` by name."""

    event: str
    tests: list[tuple[int, Values]]
    fields: list[tuple[str, int, Values]]
    attributes: list[tuple[str, int, Values]]


class Columns:
    """The columns of a table as a mapping uses them. What they give raises Refusal for what is no such value."""

    def __init__(self, mapping: Mapping, layout: Layout) -> None:
        self.customers = Values(lambda text: _named(mapping.customer, text, "no customer"))
        self.visitors = Values(lambda text: _named(mapping.visitor, text, "no customer"))
        self.times = Values(lambda text: _instant(text, mapping.time, layout.zone))
        self.rules = [self._rule(rule, layout.zone) for rule in layout.rules]

    def _rule(self, rule: RowRule, zone: Zone) -> Rule:
        return Rule(
            rule.event,
            [(at, Values(test)) for at, test in rule.tests],
            [(cell.name, cell.at, _values(cell, zone, "bad field")) for cell in rule.fields],
            [(cell.name, cell.at, _values(cell, zone, "bad attribute")) for cell in rule.attributes],
        )


def id_of(cells: list[str], columns: tuple[int, ...]) -> str:
    """The id that is made of some cells; empty where they are."""
    parts = [cells[at].strip() for at in columns]
    return _named("id", ":".join(parts), "bad field") if any(parts) else ""


def _values(cell: Cell, zone: Zone, reason: str) -> Values:
    name = cell.name if cell.name == cell.column else f"{cell.name} ({cell.column})"

    def read(text: str) -> Any:
        try:
            return decode_text(cell.kind, text, zone)
        except BadValue as bad:
            raise Refusal(reason, bad.about(name)) from None

    return Values(read)


def _instant(text: str, column: str, zone: Zone) -> int:
    try:
        instant = decode_text(INSTANT, text, zone)
    except BadValue as bad:
        raise Refusal("bad instant", bad.about(column)) from None
    if instant is None:
        raise Refusal("no instant", f"the cell {column} is empty")
    return int(instant)


def _named(name: str, text: str, reason: str) -> str:
    try:
        return identity(text)
    except BadValue as bad:
        raise Refusal(reason, bad.about(name)) from None
