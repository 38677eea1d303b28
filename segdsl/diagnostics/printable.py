"""Text from outside, made safe to show: one definition for terminals, pages and pictures."""


def printable(text: str, kept: str = "") -> str:
    """A text in which what cannot be printed, could steer a terminal or would turn the line round is shown by its
    number; the characters of `kept` stay as they are.

    >>> printable("a\\x1b[31m\\n"), printable("a\\n", kept="\\n")
    ('a\\\\u001b[31m\\\\u000a', 'a\\n')
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in kept else f"\\u{ord(c):04x}" for c in text)
