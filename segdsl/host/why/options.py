"""Options: acts that may turn an answer, how large they are, and how they are put together."""

from collections.abc import Iterable, Iterator
from itertools import islice, product
from typing import Any, Literal

from attrs import frozen

from segdsl.host.why.answer import Act
from segdsl.plan import nodes as p
from segdsl.values import instants
from segdsl.values.numbers import SCALE

Goal = Literal["true", "false", "not true"]

OPTIONS = 12
"""Options that are kept of each part: the cheapest."""

EVENTS = 40
"""Events in a row that are thought of."""


@frozen
class FieldIs:
    """A field of the event at hand would have to have this value."""

    name: str
    value: Any


Option = tuple[Act | FieldIs, ...]


def cost(option: Option) -> float:
    """How large a change is: events and attributes count by number, waiting little, the host's word much."""
    total = 0.0
    for act in option:
        match act:
            case FieldIs():
                total += 0.1
            case Act("event", fields=fields, times=times):
                total += times + len(fields) / 10
            case Act("attribute"):
                total += 1
            case Act("wait"):
                total += 0.5 if len(option) > 1 else 3
            case Act():
                total += 20
    return total


def best(options: Iterable[Option]) -> list[Option]:
    """The cheapest options, each once."""
    kept: list[Option] = []
    for option in sorted(islice(options, 500), key=cost):
        if option not in kept:
            kept.append(option)
    return kept[:OPTIONS]


def together(parts: Iterable[list[Option]]) -> list[Option]:
    """Options that do all of several things."""
    made: list[Option] = [()]
    for part in parts:
        made = best(option for one, other in product(made, part[:4]) for option in _both(one, other))
    return made


def _both(one: Option, other: Option) -> Iterator[Option]:
    """Both of two options; where one is waiting, it may also have to come first."""
    yield (*one, *(act for act in other if act not in one))
    if one and any(isinstance(act, Act) and act.kind == "wait" for act in other):
        yield (*other, *(act for act in one if act not in other))


def joined(acts: list[Act]) -> Option:
    """Equal acts in a row as one."""
    made: list[Act] = []
    for act in acts:
        if made and made[-1].fields == act.fields and made[-1].name == act.name:
            made[-1] = Act("event", act.name, act.fields, times=made[-1].times + act.times)
        else:
            made.append(act)
    return tuple(made)


def longest(length: p.Length) -> int:
    """The longest that a length of the calendar can be, with its clocks set back."""
    calendar = length.days + length.months * 31
    return length.fixed + calendar * instants.DAY + (instants.HOUR if calendar else 0)


def more_needed(operator: p.Comparator, value: int, worth: int) -> int:
    """How many more a count needs; 0 where more do not help."""
    match operator:
        case ">=" | "=":
            wanted = -(-value // SCALE)
        case ">":
            wanted = value // SCALE + 1
        case "!=":
            return 1
        case _:
            return 0
    return int(wanted - worth // SCALE)


def until_inside(window: p.Window | None) -> tuple[Act, ...]:
    """Waiting until what happens now comes into a window that ends in the past."""
    if window is None or not (window.younger or window.younger_days or window.younger_months):
        return ()
    length = p.Length(window.younger, window.younger_months, window.younger_days)
    return (Act("wait", wait=longest(length)),)
