"""Generated Python: written line by line with the place in the rules that each line is of, compiled once, and found
again by tracebacks and debuggers.

Comes in: lines, from the modules beside this one. Goes out: functions. Constants of a program go in as `repr` where
that gives them back, else by a name; no text of a program is ever code, and in comments it is one printable line.
"""

import linecache
from collections.abc import Callable, Iterator
from itertools import count
from types import TracebackType
from typing import Any
from weakref import ReferenceType, finalize, ref

from attrs import define, field

from segdsl.plan.expressions import Expression
from segdsl.plan.passes import optimised_part
from segdsl.plan.passes.facts import Facts
from segdsl.plan.text import Text

Place = str | Callable[[], str]
"""A place in the rules, such as `shop.seg:7`; or what finds it, where that takes long and is seldom asked."""

COMMENT = 240
"""Characters of a comment."""

_numbers = count(1)
"""Of all that was ever generated, so that no two texts have one name."""


@define(eq=False)
class Source:
    """All that is generated for one plan. `names` are what generated code can call and read, `text` gives the words of
    the rules for its comments, `facts` what is known of the plan. `files` are the texts that were compiled,
    by the name that tracebacks show: of as many functions as there still are."""

    title: str
    names: dict[str, Any]
    text: Text
    facts: Facts
    files: dict[str, "Unit"] = field(factory=dict)
    numbers: Iterator[int] = field(factory=lambda: count(1))
    named: dict[int, str] = field(factory=dict)

    def constant(self, value: Any) -> str:
        """How generated code writes a value of the program."""
        if _is_plain(value):
            return _literal(value)
        name = self.named.get(id(value))
        if name is None:
            name = self.named[id(value)] = f"constant_{next(self.numbers)}"
            self.names[name] = value  # is kept there, so that no other value gets its identity
        return name

    def simplified(self, node: Expression) -> Expression:
        """An expression after all passes."""
        return optimised_part(node, self.facts)

    def function(self, unit: "Unit") -> Callable[..., Any]:
        """Compile a unit. Gives its last function; when nobody has it any more, its text goes too."""
        file = f"<{self.title}, {next(_numbers)}: {unit.name}>"
        text = unit.text
        made: dict[str, Any] = {}
        exec(compile(text, file, "exec"), self.names, made)  # noqa: S102 - our own text, from a checked plan
        self.names.update(made)
        function: Callable[..., Any] = next(reversed(made.values()))
        self.files[file] = unit
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        finalize(function, _let_go, ref(self), file).atexit = False
        return function

    def tell(self, error: BaseException) -> None:
        """Say, in a note, for what in the rules the code was generated in which an error arose."""
        place = self.place(error.__traceback__)
        note = f"in the code made for {place}"
        if place and note not in getattr(error, "__notes__", ()):
            error.add_note(note)

    def place(self, trace: TracebackType | None) -> str | None:
        """The place in the rules of the innermost generated line of a traceback."""
        found: Place | None = None
        for file, line in _lines(trace):
            if file in self.files:
                found = self.files[file].place(line) or found
        return found() if callable(found) else found


def _let_go(source: "ReferenceType[Source]", file: str) -> None:
    linecache.cache.pop(file, None)
    of = source()
    if of is not None:
        of.files.pop(file, None)


class Later:
    """A function that is generated when it is first called."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Callable[..., Any]]) -> None:
        self._make = make
        self._made: Callable[..., Any] | None = None

    def __call__(self, *given: Any) -> Any:
        made = self._made
        if made is None:
            made = self.generate()
        return made(*given)

    def generate(self) -> Callable[..., Any]:
        """The function."""
        made = self._made = self._made or self._make()
        return made


@define(eq=False)
class Unit:
    """The text of one function, with those it needs before it. `name` is for people; `places` has one for each line,
    empty where it is that of the line before."""

    name: str
    lines: list[str] = field(factory=list)
    places: list[Place] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.name = printable(self.name)

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def add(self, level: int, text: str, place: Place = "") -> None:
        """A line, `level` steps to the right, made of what stands at a place in the rules."""
        self.lines.append("    " * level + text)
        self.places.append(place)

    def note(self, level: int, text: str, place: Place = "") -> None:
        """A comment."""
        self.add(level, f"# {shortened(printable(text))}", place)

    def insert(self, at: int, lines: list[str]) -> None:
        """Put lines where others stand already: of the place there, or at the start of what was last written."""
        places: list[Place] = [""] * len(lines)
        if lines and at == 0:
            places[0] = self.place(len(self.places)) or ""
        self.lines[at:at] = lines
        self.places[at:at] = places

    def replace(self, start: int, mark: str, text: str) -> None:
        """Write something in place of a mark, from a line on."""
        self.lines[start:] = [line.replace(mark, text) for line in self.lines[start:]]

    def place(self, line: int) -> Place | None:
        """The place in the rules of a line, the first being 1."""
        return next((place for place in reversed(self.places[:line]) if place), None)


def printable(text: str) -> str:
    """A text of the program as one line in a comment or in the name of a file."""
    return "".join(sign if sign.isprintable() else "?" for sign in " ".join(text.split()))


def shortened(text: str) -> str:
    """Not more of a text than a comment may have."""
    return text if len(text) <= COMMENT else f"{text[: COMMENT - 4]} ..."


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
