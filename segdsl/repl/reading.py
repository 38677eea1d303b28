"""What was typed: a declaration, an event, a line of a test or a question, told apart by the grammar itself.

Comes in: a text. Goes out: a `Reading`, `Unfinished` where more has to follow, or a `Mistake`. A sentence that stands
inside a test in a file is parsed inside one here too; places are those of the text that was typed.
"""

from collections.abc import Iterator
from typing import Literal

import attrs
from attrs import frozen
from lark.exceptions import UnexpectedInput, UnexpectedToken

from segdsl.diagnostics.diagnostic import Collector, Diagnostic, Fix, Label
from segdsl.diagnostics.source import Source
from segdsl.diagnostics.span import Span
from segdsl.syntax import ast
from segdsl.syntax.grammar import parser
from segdsl.syntax.mistakes import explain
from segdsl.syntax.parse import parse
from segdsl.syntax.pieces import OPENERS

Kind = Literal["declarations", "lines", "event", "question"]

KINDS: tuple[Kind, ...] = ("declarations", "lines", "event", "question")
"""In the order in which they are tried."""

_WITHIN: dict[Kind, tuple[str, str]] = {
    "declarations": ("", ""),
    "lines": ('test "{name}" {{ ', "\n}}"),
    "event": ('test "{name}" {{ on 2000-01-01 ', "\n}}"),
    "question": ('test "{name}" {{ expect ', "\n}}"),
}
"""What is put around a text, so that the grammar reads it as what it is meant to be."""


@frozen(eq=False)
class Text:
    """A text of the session, or one that was given, as a source of the program. `before` is the length of what was put
    in front of it; `found` are what the parser complained about. `given`: it was there before anything was typed."""

    source: Source
    number: int
    module: ast.Module
    before: int = 0
    found: tuple[Diagnostic, ...] = ()
    given: bool = False

    @property
    def lines(self) -> tuple[ast.TestLine, ...]:
        """The sentences of what is no declaration."""
        [test] = self.module.declarations
        assert isinstance(test, ast.TestDeclaration), "a sentence was put into a test"
        return test.lines

    @property
    def typed(self) -> str:
        """The text without what was put around it."""
        text = self.source.text
        return text[self.before : len(text) - 2] if self.before else text

    def placed(self, diagnostic: Diagnostic) -> Diagnostic:
        """A diagnostic of this program, with the places that lie in this text as they were typed."""

        def moved(span: Span) -> Span:
            if span.source != self.number or not self.before:
                return span
            last = len(self.typed)
            start, end = (min(max(at - self.before, 0), last) for at in (span.start, span.end))
            return Span(span.source, start, end)

        labels = tuple(Label(moved(label.span), label.message) for label in diagnostic.labels)
        fix = Fix(moved(diagnostic.fix.span), diagnostic.fix.text) if diagnostic.fix else None
        return attrs.evolve(diagnostic, span=moved(diagnostic.span), labels=labels, fix=fix)


@frozen
class Reading:
    """What a text may be; more than one where only the program can tell (`registers` happens, `income` is asked)."""

    kinds: tuple[Kind, ...]


@frozen
class Mistake:
    """Why a text can be none of it, read as a text of the kind that comes nearest."""

    kind: Kind


@frozen
class Unfinished:
    """The beginning of something, nearest to a text of the kind; it may be something whole of other kinds as well."""

    kind: Kind
    kinds: tuple[Kind, ...] = ()


LINES = frozenset(("on", "after", "given", "expect"))
"""The first words of a test's lines."""


def read(text: str) -> Reading | Mistake | Unfinished:
    """What a text is, as far as the grammar can tell. It is not empty."""
    fitting: list[Kind] = []
    reached: list[tuple[int, bool, Kind]] = []
    unfinished: list[tuple[int, bool, Kind]] = []
    first = text.split(None, 1)[0]
    led: Kind | None = "declarations" if first in OPENERS else "lines" if first in LINES else None
    for kind in KINDS:
        error = _error(text, kind)
        if error is None and kind == "lines" and _has_columns(text):
            continue
        if error is None:
            fitting.append(kind)
            if kind in ("declarations", "lines"):
                break
            continue
        before = len(around(kind, "x")[0])
        at = (error.pos_in_stream if error.pos_in_stream is not None else before + len(text)) - before
        reached.append((at, kind == (led or "question"), kind))
        if isinstance(error, UnexpectedToken) and (error.token.type == "$END" or at >= len(text.rstrip())):
            unfinished.append(reached[-1])
    if unfinished and not fitting and led != "declarations":
        return Unfinished(max(unfinished)[2])
    if any(kind == led for _, _, kind in unfinished):
        return Unfinished(led or "question", tuple(fitting))
    if fitting:
        return Reading(tuple(fitting))
    return Mistake(max(reached)[2])


def _has_columns(text: str) -> bool:
    """Whether lines of a test name columns of a table, which only a whole test has: `on Monday` is a question."""
    [test] = text_of(text, "lines", "x", 0).module.declarations
    lines = test.lines if isinstance(test, ast.TestDeclaration) else ()
    return any(
        (isinstance(line, ast.Happens) and line.moment is None) or (isinstance(line, ast.Later) and line.delay is None)
        for line in lines
    )


def is_blank(text: str) -> bool:
    """Whether there is nothing in a text but blanks and comments."""
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())


def is_whole(text: str) -> bool:
    """Whether a text can be taken as it stands; a line that is not goes on in the next."""
    return is_blank(text) or text.lstrip().startswith(":") or not isinstance(read(text), Unfinished)


def text_of(text: str, kind: Kind, name: str, number: int) -> Text:
    """A text as the source of that number. Mistakes are in its `found`."""
    before, after = around(kind, name)
    source = Source(name, before + text + after)
    if kind != "declarations" and (error := _error(text, kind, name)) is not None:
        found = (explain(error, source.text, number, len(before), len(source.text) - len(after)),)
        return Text(source, number, ast.Module((), span=Span(number, 0, 0)), len(before), found)
    collector = Collector()
    module = parse(source, number, collector)
    return Text(source, number, module, len(before), tuple(collector))


def around(kind: Kind, name: str) -> tuple[str, str]:
    """What is put before and behind a text so that the grammar reads it as one of that kind."""
    before, after = _WITHIN[kind]
    return before.format(name=name), after.format()


def _error(text: str, kind: Kind, name: str = "x") -> UnexpectedInput | None:
    before, after = around(kind, name)
    try:
        tree = parser().parse(before + text + after)
    except UnexpectedInput as error:
        return error
    if before and len(tree.children) != 1:  # a brace closed the test that was put around it, and another one began
        return UnexpectedInput()
    return None


# ------------------------------------------------------------------------------------------------- texts of many lines


def entries(text: str) -> Iterator[str]:
    """The texts that stand in one of many lines, as they would be typed one after the other: each goes on as long as
    the next line belongs to it; an empty line ends it."""
    lines = text.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        if is_blank(lines[at]):
            at += 1
            continue
        held = [lines[at]]
        at += 1
        while at < len(lines) and not is_blank(lines[at]) and _goes_on("\n".join(held), lines[at]):
            held.append(lines[at])
            at += 1
        # Inside braces an empty line or a comment ends nothing.
        while at < len(lines) and _is_open("\n".join(held)):
            held.append(lines[at])
            at += 1
        yield "\n".join(held)


def _goes_on(held: str, line: str) -> bool:
    """Whether a line belongs to what is held: that is unfinished, or goes on with it, and the line cannot stand alone
    or is indented."""
    if held.lstrip().startswith(":") or line.lstrip().startswith(":"):
        return False
    whole = read(held)
    if isinstance(whole, Unfinished):
        return True
    if not isinstance(whole, Reading) or not (line[:1].isspace() or isinstance(read(line), Mistake)):
        return False
    joined = f"{held}\n{line}"
    more = read(joined)
    if isinstance(more, Reading):
        return more.kinds[0] in whole.kinds and _size(more, held) == _size(more, joined)
    return isinstance(more, Unfinished)


def _size(reading: Reading, text: str) -> int:
    """How many declarations or lines a text holds."""
    held = text_of(text, reading.kinds[0], "x", 0)
    return len(held.module.declarations) if reading.kinds[0] == "declarations" else len(held.lines)


def _is_open(text: str) -> bool:
    """Whether a brace or a bracket waits to be closed."""
    depth = 0
    quoted = commented = False
    for character in text:
        if character == "\n":
            quoted = commented = False
        elif commented:
            continue
        elif character == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif character == "#":
            commented = True
        else:
            depth += (character in "({") - (character in ")}")
    return depth > 0 and not text.lstrip().startswith(":")
