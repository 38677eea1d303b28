"""How many columns of a terminal a text takes up: for underlines and tables, one definition for both."""

from unicodedata import category, combining, east_asian_width

_JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"
_TONES = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_WITHOUT_WIDTH = ("Mn", "Me", "Cf")


def width(text: str) -> int:
    """The columns that a text takes up, as terminals that know Unicode show it.

    East Asian wide characters and emoji take two; combining marks, variation selectors and invisible characters none. A
    sequence that is one emoji (joined by U+200D, with a skin tone, a flag of two letters) takes two, and a character
    that U+FE0F makes an emoji as well.

    >>> width("日本"), width("e\u0301"), width("👩\u200d🚀")
    (4, 1, 2)
    """
    if text.isascii():
        return len(text)
    columns, last, before, flag = 0, 0, "", False
    for character in text:
        code = ord(character)
        if character == _EMOJI_STYLE and last == 1 and not before.isalpha():
            columns, last = columns + 1, 2
        elif before == _JOINER and last and _is_pictured(code):
            pass  # a part of the emoji before it
        elif code in _TONES and last == 2:
            pass
        elif code in _FLAGS and flag:
            flag = False
        elif not _has_width(character):
            before = character
            continue
        else:
            last = 2 if east_asian_width(character) in "WF" or code in _FLAGS else 1
            columns, flag = columns + last, code in _FLAGS
        before = character
    return columns


def _is_pictured(code: int) -> bool:
    return code >= 0x1F000 or 0x2190 <= code < 0x2C00


def _has_width(character: str) -> bool:
    if combining(character):
        return False
    if category(character) in _WITHOUT_WIDTH:
        return character == "\u00ad"  # a soft hyphen is shown by most terminals
    code = ord(character)
    return not 0x1160 <= code < 0x1200  # the vowels and ends of a Korean syllable join its first letter
