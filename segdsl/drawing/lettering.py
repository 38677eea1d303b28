"""How wide text is, and how it is broken into lines.

Which font `sans-serif` is, is for whoever shows a picture to say: these are the widths of one that runs wide, so that
text fits its box in all the usual ones.
"""

from collections.abc import Iterator
from unicodedata import category, combining, east_asian_width

from attrs import frozen

from segdsl.diagnostics.printable import printable

SIZE = 13.0
"""Of the letters in a box, in pixels."""

LINE = 18.0
"""From one line of them to the next."""

BOLD = 1.15
"""How much wider bold letters are."""

_CLASSES = {
    0.30: "\"'IJijl", 0.35: " ,./:;\\|", 0.40: "()-[]ft", 0.45: "!r", 0.50: "*_`", 0.55: "?csz", 0.60: "FLkvxy",
    0.65: "$0123456789EPSTYabdeghnopqu{}", 0.70: "ABCKRVXZ", 0.75: "NU", 0.80: "&DGHOQ", 0.85: "#+<=>^w~", 0.90: "M",
    0.95: "%", 1.00: "@Wm",
}  # fmt: skip
_WIDTHS = {ord(letter): ems for ems, letters in _CLASSES.items() for letter in letters} | {ord('"'): 0.5}
_LETTER, _CAPITAL, _WIDE, _PICTURE = 0.72, 0.85, 1.05, 1.4
_PICTURES = 0x1F000


@frozen
class Lettering:
    """Lines of text, and the width of the widest in pixels. `cut` says that not all of the text is there."""

    lines: tuple[str, ...]
    width: float
    cut: bool = False


def text_width(text: str, size: float = SIZE) -> float:
    """The width of a line in pixels."""
    return size * sum(_width(letter) for letter in text)


def _width(letter: str) -> float:
    code = ord(letter)
    width = _WIDTHS.get(code)
    if width is not None:
        return width
    if combining(letter) or category(letter) in ("Mn", "Me", "Cf"):
        return 0.0
    if code >= _PICTURES:
        return _PICTURE
    if east_asian_width(letter) in "WF":
        return _WIDE
    return _CAPITAL if letter.isupper() else _LETTER


def plain(text: str) -> str:
    """Text as every format can hold it: what is not printable is shown by its number. Line ends stay."""
    return printable(text, kept="\n")


def wrapped(text: str, limit: float, size: float = SIZE, most: int = 10) -> Lettering:
    """Break text at its blanks into lines no wider than `limit`, a word that is wider anywhere; behind `most` lines
    it ends with an ellipsis. The lines are about as wide as each other."""
    lines = list(_broken(text, limit, size))
    if len(lines) > most:
        last = lines[most - 1]
        while last and text_width(last + "…", size) > limit:
            last = last[:-1]
        lines = [*lines[: most - 1], last.rstrip() + "…"]
        return Lettering(tuple(lines), max(text_width(line, size) for line in lines), cut=True)
    low, high = limit / 2, limit
    for _ in range(6):
        middle = (low + high) / 2
        narrower = list(_broken(text, middle, size))
        if len(narrower) > len(lines) or _breaks_words(narrower, text):
            low = middle
        else:
            high, lines = middle, narrower
    return Lettering(tuple(lines), max(text_width(line, size) for line in lines))


def _breaks_words(lines: list[str], text: str) -> bool:
    return " ".join(lines).split() != text.split()


def _broken(text: str, limit: float, size: float) -> Iterator[str]:
    for part in text.split("\n"):
        line = ""
        for word in part.split(" "):
            longer = f"{line} {word}" if line else word
            if text_width(longer, size) <= limit:
                line = longer
                continue
            if line:
                yield line
            *whole, line = _pieces(word, limit, size)
            yield from whole
        yield line


def _pieces(word: str, limit: float, size: float) -> Iterator[str]:
    """A word, cut where it gets too wide."""
    piece, width = "", 0.0
    for letter in word:
        more = size * _width(letter)
        if piece and width + more > limit:
            yield piece
            piece, width = "", 0.0
        piece, width = piece + letter, width + more
    yield piece
