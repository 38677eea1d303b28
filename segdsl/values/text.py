"""Text: one normal form, one folding (language.md sections 1 and 2)."""

import unicodedata


def normal(text: str) -> str:
    """NFC, in which all text is kept and compared."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """What `text ignoring case` compares: Unicode's full case folding, in NFC.

    >>> folded("STRASSE") == folded("straße")
    True
    """
    return text.casefold() if text.isascii() else unicodedata.normalize("NFC", text.casefold())


def name(text: str) -> str:
    """A name as it is kept: NFC, runs of blanks folded to one, none at the ends."""
    return " ".join(normal(text).split())
