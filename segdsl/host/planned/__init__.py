"""What the compiler made of a program, for people (`seg plan`, architecture rules 7 and 12): what is done on each event
and how its rules are reached, what is kept of a customer, and what the clock can turn.

Comes in: a program. Goes out: `Planned`, which is only data. It is asked of the engine that runs programs if nothing
else is said, so that what is told is what happens.

| file | holds |
|---|---|
| `parts.py` | the data, and its JSON |
| `gathering.py` | all of it gathered, event by event |
| `kept.py` | what is kept of a customer: memories, collections, counts, looks back, logs; how large it becomes |
| `starts.py` | how each rule is reached on an event, and why not by what it asks for |
| `clock.py` | what happens by itself: transitions, moments, windows that slide, ends |

The names of `__all__` are imported when they are first used, so that the help of the command line does not wait for
the engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segdsl.engines.compiled.printing import python_of, sections
    from segdsl.host.planned.gathering import planned

_PLACES = {
    "planned": "host.planned.gathering", "python_of": "engines.compiled.printing",
    "sections": "engines.compiled.printing",
}  # fmt: skip

__all__ = ["planned", "python_of", "sections"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'segdsl.host.planned' has no attribute {name!r}")
    return getattr(import_module(f"segdsl.{_PLACES[name]}"), name)
