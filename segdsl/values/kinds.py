"""The kinds of value the language has (language.md section 2)."""

from __future__ import annotations

from attrs import field, frozen


@frozen
class Kind:
    """A kind of value. `name` is the language's own word; `choices` belong to `one of`, `item` to `list of`,
    `fields` (name, kind, wire names) to records."""

    name: str
    choices: tuple[str, ...] = ()
    item: Kind | None = None
    fields: tuple[RecordField, ...] = ()

    def __str__(self) -> str:
        match self.name:
            case "one of":
                return "one of (" + ", ".join(f'"{c}"' for c in self.choices) + ")"
            case "list":
                return f"list of {self.item}"
            case "record":
                return "record"
        return self.name

    @property
    def is_text(self) -> bool:
        return self.name in ("text", "text ignoring case", "one of")

    @property
    def is_ordered(self) -> bool:
        return self.name in ("number", "date", "instant", "duration", "time of day")


@frozen
class RecordField:
    """A field of an event or a record: its name in the language, its kind, and the names it may have on the wire, which
    make it no other kind."""

    name: str
    kind: Kind
    wires: tuple[str, ...] = field(default=(), eq=False)


TEXT = Kind("text")
FOLDED = Kind("text ignoring case")
NUMBER = Kind("number")
BOOLEAN = Kind("boolean")
DATE = Kind("date")
INSTANT = Kind("instant")
DURATION = Kind("duration")
TIME_OF_DAY = Kind("time of day")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAY = Kind("one of", WEEKDAYS)
ERROR = Kind("?")
"""The kind of what could not be understood: later checks pass over it silently."""

SIMPLE = {k.name: k for k in (TEXT, FOLDED, NUMBER, BOOLEAN, DATE, INSTANT, DURATION)}
