"""The characters of a text, before anything else: those that are none, and those that make it read other than it is."""

import re
import unicodedata

from segdsl.diagnostics.diagnostic import Collector, Edit, Fix
from segdsl.diagnostics.span import Span

_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_BIDIRECTIONAL = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_TEXT_OR_INVISIBLE = re.compile(rf'"(?:[^"\\\n]|\\.)*"|#[^\n]*|(?P<invisible>{INVISIBLE.pattern})')
_AT_ONCE = 1_000
"""Characters that one fix takes out; more come in its next round."""
_WORD = re.compile(r"\w+")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
_SHOWN = 40


def check_characters(text: str, number: int, collector: Collector) -> bool:
    """Report characters that cannot stand in a text or mislead its reader (language.md section 1). False where it is
    no text at all."""
    found = _NO_TEXT.search(text)
    if found:
        what = "a zero byte" if found.group() == "\x00" else "half of a character"
        collector.error("SEG101", _at(found, number), f"this is not a text: it holds {what}",
                        help="rules are files of text, saved as UTF-8")  # fmt: skip
        return False
    found = _CONTROL.search(text)
    if found:
        code = f"{ord(found.group()):04x}"
        collector.error("SEG101", _at(found, number), f"an invisible control character (U+{code.upper()}) stands here",
                        help=f"take it out, or write it as \\u{code} in a text",
                        fix=_without(list(_CONTROL.finditer(text)), number))  # fmt: skip
    if not text.isascii():
        _report_invisible(text, number, collector)
        _warn_of_lookalikes(text, number, collector)
    return True


def _at(found: re.Match[str], number: int) -> Span:
    return Span(number, *found.span())


def _without(found: list[re.Match[str]], number: int) -> Fix:
    """The fix that takes characters out, all at once."""
    first, *others = [Edit(_at(match, number), "") for match in found[:_AT_ONCE]]
    return Fix(first.span, "", tuple(others))


def _report_invisible(text: str, number: int, collector: Collector) -> None:
    """Characters that no editor shows, outside of texts and comments: a name that holds one would be another name."""
    found = [m for m in _TEXT_OR_INVISIBLE.finditer(text) if m["invisible"]] if INVISIBLE.search(text) else []
    if found:
        collector.error("SEG101", _at(found[0], number), f"an invisible character (U+{ord(found[0].group()):04X}) "
                        "stands here", help="take it out: no editor shows it, and a name that holds it is another one",
                        fix=_without(found, number))  # fmt: skip


def _warn_of_lookalikes(text: str, number: int, collector: Collector) -> None:
    found = _BIDIRECTIONAL.search(text)
    if found:
        collector.warning("SEG190", _at(found, number), "an invisible character turns the direction of the text",
                          help="take it out, unless a text of a language that is written from the right needs it",
                          fix=Fix(_at(found, number), "", sure=False))  # fmt: skip
    for word in _WORD.finditer(text):
        letters = word.group()[:1000]
        if not letters.isascii() and len({_script(letter) for letter in set(letters)} - {""}) > 1:
            shown = letters if len(letters) <= _SHOWN else letters[:_SHOWN] + "..."
            collector.warning("SEG191", _at(word, number), f"`{shown}` mixes letters of several alphabets",
                              help="a letter may look like another one and be a different one")  # fmt: skip


def _script(character: str) -> str:
    name = unicodedata.name(character, "")
    return next((script for script in _SCRIPTS if name.startswith(script)), "")
