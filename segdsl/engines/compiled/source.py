"""Generated Python: written line by line with the place in the rules that each line is of, compiled once, and found
again by tracebacks and debuggers.

Comes in: lines, from the modules beside this one. Goes out: functions. Constants of a program go in as `repr` where
that gives them back, else by a name; no text of a program is ever code, and in comments it is one printable line.
"""

import linecache
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

from attrs import define, field


@define(eq=False)
class Source:
    """All that is generated for one plan. `names` are what generated code can call and read. `files` are the texts that
    were compiled, by the name that tracebacks show, and `places` the place in the rules of each of their lines."""

    title: str
    names: dict[str, Any]
    files: dict[str, str] = field(factory=dict)
    places: dict[str, list[str]] = field(factory=dict)
    parts: int = 0

    def constant(self, value: Any) -> str:
        """How generated code writes a value of the program."""
        if _is_plain(value):
            return _literal(value)
        name = f"constant_{len(self.names)}"
        self.names[name] = value
        return name

    def function(self, unit: "Unit") -> Callable[..., Any]:
        """Compile a unit. Gives its last function."""
        file = f"<{self.title}: {unit.name}>"
        text = "\n".join(unit.lines) + "\n"
        self.files[file], self.places[file] = text, unit.places
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        made: dict[str, Any] = {}
        exec(compile(text, file, "exec"), self.names, made)  # noqa: S102 - our own text, from a checked plan
        self.names.update(made)
        function: Callable[..., Any] = next(reversed(made.values()))
        return function

    def place(self, trace: TracebackType | None) -> str | None:
        """The place in the rules of the innermost generated line of a traceback."""
        found = None
        for file, line in _lines(trace):
            if file in self.places:
                found = next((place for place in reversed(self.places[file][:line]) if place), found)
        return found

    def close(self) -> None:
        """Let the texts go."""
        for file in self.files:
            linecache.cache.pop(file, None)


@define(eq=False)
class Unit:
    """The text of one function, with those it needs before it. `name` is for people; `places` has one for each line,
    empty where it is that of the line before."""

    name: str
    lines: list[str] = field(factory=list)
    places: list[str] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.name = printable(self.name)

    def add(self, level: int, text: str, place: str = "") -> None:
        """A line, `level` steps to the right, made of what stands at a place in the rules."""
        self.lines.append("    " * level + text)
        self.places.append(place)

    def note(self, level: int, text: str, place: str = "") -> None:
        """A comment."""
        self.add(level, f"# {printable(text)}", place)

    def insert(self, at: int, lines: list[str]) -> None:
        """Put lines where others stand already."""
        self.lines[at:at] = lines
        self.places[at:at] = [""] * len(lines)


def printable(text: str) -> str:
    """A text of the program as one line in a comment or in the name of a file."""
    return "".join(sign if sign.isprintable() else "?" for sign in " ".join(text.split()))


def _lines(trace: TracebackType | None) -> Iterator[tuple[str, int]]:
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return len(value) <= 8 and all(map(_is_plain, value))
    return value is None or type(value) in (bool, int, str)


def _literal(value: Any) -> str:
    text = repr(value)
    return text if text.isprintable() and text.isascii() else ascii(value)
