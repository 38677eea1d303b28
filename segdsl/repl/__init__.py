"""The prompt, `seg repl`: rules tried out sentence by sentence. A face: it imports public names, and what lies below.

Comes in: lines from a terminal or from standard input. Goes out: answers. `reading.py` says what was typed, `rules.py`
holds the program so far, `play.py` what has happened under it, `session.py` takes one thing after the other and knows
how to take it back; `commands.py` is the table of commands. None of these knows a terminal: that is `terminal.py`,
with `complete.py` and `highlight.py`, the only ones to meet prompt_toolkit. `script.py` reads standard input.

The names of `__all__` are imported when they are first used, so that the help of the command line does not wait for the
compiler.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segdsl.repl.rules import Rules
    from segdsl.repl.script import run
    from segdsl.repl.session import Session

_PLACES = {"Rules": "rules", "Session": "session", "run": "script"}

__all__ = ["Rules", "Session", "run"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'segdsl.repl' has no attribute {name!r}")
    return getattr(import_module(f"segdsl.repl.{_PLACES[name]}"), name)
