"""Rules whose mistakes mend themselves: the sure fixes of all diagnostics, again and again until there are none.

Comes in: texts as they stand in their files, with their line ends and byte-order marks. Goes out: the same texts
mended, and the check of what is left. Nothing is read or written here.
"""

from collections.abc import Sequence

from attrs import evolve, frozen

from segdsl.compiler.checked import CheckedProgram
from segdsl.diagnostics.diagnostic import Edit, Severity
from segdsl.diagnostics.mending import Mended, edited, edits_of, mended, sure_fixes
from segdsl.diagnostics.span import Span
from segdsl.host.program import check_texts

ROUNDS = 100
"""How often the program is checked anew; each round mends at least one mistake."""

BYTE_ORDER_MARK = "\ufeff"


@frozen
class Mending:
    """What came of it: the texts (in the order given), what was mended, and the check of the mended texts."""

    texts: list[str]
    mended: list[Mended]
    checked: CheckedProgram


def mend(named: Sequence[tuple[str, str]]) -> Mending:
    """Mend texts, given as (name, text), that are one program. Every text that comes back is one that was checked; a
    text without a sure fix comes back as it is."""
    texts, done = [text for _, text in named], []
    checked = check_texts(named)
    for _ in range(ROUNDS):
        chosen = sure_fixes(checked.collector, checked.sources)
        if not chosen:
            break
        edits = edits_of(fix for _, fix in chosen)
        changed = [
            _written(text, [edit for edit in edits if edit.span.source == number + 1])
            for number, text in enumerate(texts)
        ]
        again = check_texts([(name, text) for (name, _), text in zip(named, changed, strict=True)])
        if changed == texts or _worse(checked, again):
            break
        done += [mended(diagnostic, fix, checked.sources) for diagnostic, fix in chosen]
        texts, checked = changed, again
    return Mending(texts, done, checked)


def _worse(before: CheckedProgram, after: CheckedProgram) -> bool:
    """Whether mending broke sentences: then what it did was not sure after all."""

    def broken(checked: CheckedProgram) -> int:
        return sum(d.severity is Severity.ERROR and d.code < "SEG2" for d in checked.collector)

    return broken(after) > broken(before)


def _written(text: str, edits: list[Edit]) -> str:
    """The edits, which speak of the text with plain line ends, made in the text as it stands in the file."""
    if not edits:
        return text
    places = _places(text)
    end = _line_end(text)
    placed = [
        evolve(
            edit,
            span=Span(edit.span.source, places[edit.span.start], places[edit.span.end]),
            text=edit.text.replace("\n", end),
        )
        for edit in edits
    ]
    return edited(text, placed)


def _places(text: str) -> Sequence[int]:
    """Where each character of a source's text stands in the text of its file (see `Source`)."""
    if "\r" not in text and not text.startswith(BYTE_ORDER_MARK):
        return range(len(text) + 1)
    places = [
        at
        for at, character in enumerate(text)
        if not (character == "\n" and at and text[at - 1] == "\r") and not (at == 0 and character == BYTE_ORDER_MARK)
    ]
    return [*places, len(text)]


def _line_end(text: str) -> str:
    """How lines end in a text: as the first one does."""
    first = next((at for at, character in enumerate(text) if character in "\r\n"), None)
    if first is None or text[first] == "\n":
        return "\n"
    return "\r\n" if text[first + 1 : first + 2] == "\n" else "\r"
