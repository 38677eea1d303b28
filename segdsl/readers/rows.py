"""Objects of any shape by a mapping: every one makes the event of the first rule that it fits.

Comes in: decoded objects, such as lines of JSON or rows of Parquet, and a mapping whose columns are paths into them.
Goes out: plain objects. What no rule fits is passed over, and counted. Serves the readers, and is no format.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from segdsl.readers.base import EventShape, Refusal, identity
from segdsl.readers.lenient import as_declared, as_moment
from segdsl.readers.mapping import AS_MAPPED, Cell, Mapping, RowRule
from segdsl.readers.objects import Dialect, Object, PassedOver
from segdsl.values import instants
from segdsl.values.text import normal
from segdsl.values.wire import BadValue

Look = Callable[[Object], Any]


class Rows(Dialect):
    """Reads objects by a mapping. Raises InputError when the mapping does not fit the program."""

    exact = True

    def __init__(self, shape: EventShape, mapping: Mapping, format: str) -> None:
        super().__init__(shape)
        self.format = format
        self.mapping = mapping
        self.columns = mapping.columns
        self.layout = mapping.bind(shape, self.columns, cells=False)
        self._looks = tuple(map(_look, self.columns))
        self._keys = {rule.event: _keys(shape, rule.event) for rule in self.layout.rules}

    def knows(self, obj: Object) -> bool:
        return False

    def plain(self, obj: Object) -> list[Object]:
        cells = [look(obj) for look in self._looks]
        for rule in self.layout.rules:
            if all(test(_as_text(cells[index])) for index, test in rule.tests):
                return [self._made(rule, cells)]
        raise PassedOver(AS_MAPPED)

    def _made(self, rule: RowRule, cells: list[Any]) -> Object:
        layout, keys = self.layout, self._keys[rule.event]
        made = {
            "event": rule.event,
            "customer": cells[layout.customer] if layout.customer is not None else None,
            "visitor": cells[layout.visitor] if layout.visitor is not None else None,
            "time": self._moment(as_moment(cells[layout.time])),
            "id": self._id(cells),
        }
        for cell in rule.fields:
            made[keys[cell.name]] = self._value(cell, cells)
        if rule.attributes:
            made["attributes"] = {cell.name: self._value(cell, cells) for cell in rule.attributes}
        return made

    def _value(self, cell: Cell, cells: list[Any]) -> Any:
        raw = as_declared(cell.kind, cells[cell.at], self.layout.zone)
        return self._moment(raw) if cell.kind.name == "instant" else raw

    def _moment(self, raw: Any) -> Any:
        """A moment without an offset is in the mapping's zone, which may be another than the program's."""
        if self.mapping.zone is None or not isinstance(raw, str):
            return raw
        moment = instants.parse_moment(raw)
        if moment is None or moment[1] or not instants.EARLIEST <= moment[0] < instants.LATEST - instants.DAY:
            return raw
        return instants.instant_text(self.mapping.zone.instant(moment[0]))

    def _id(self, cells: list[Any]) -> str:
        try:
            parts = [identity(cells[index]).strip() for index in self.layout.id]
        except BadValue as bad:
            raise Refusal("bad field", bad.about("id")) from None
        return ":".join(parts) if any(parts) else ""


def _look(path: str) -> Look:
    """How the value of a column is found: under its whole name, else along its parts between dots."""
    parts = path.split(".")

    def look(obj: Object) -> Any:
        if path in obj or len(parts) == 1:
            return obj.get(path)
        found: Any = obj
        for part in parts:
            if isinstance(found, dict):
                found = found.get(part)
            elif isinstance(found, list) and part.isdecimal() and len(part) < 6 and int(part) < len(found):
                found = found[int(part)]
            else:
                return None
        return found

    return look


def _keys(shape: EventShape, event: str) -> dict[str, str]:
    """For each field of an event a key on the wire that stands for nothing else."""
    known = shape.found(event)
    keys: dict[str, str] = {}
    for key, field in known.keys.items() if known is not None else ():
        keys.setdefault(field.name, key)
    return keys


def _as_text(value: Any) -> str:
    """A value as a test of a mapping sees it; what is missing, and what holds others, is empty."""
    match value:
        case str():
            return normal(value)
        case bool():
            return "true" if value else "false"
        case int() if value.bit_length() < 1_000:
            return str(value)
        case Decimal() if value.is_finite() and abs(value.adjusted()) < 100:
            return format(value, "f")
    return ""
