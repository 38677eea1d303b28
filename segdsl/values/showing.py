"""JSON values in messages."""

import json

SHOWN = 60
"""Characters of a text that a message shows."""

DIGIT_BITS = 3_300
"""About a thousand digits: a longer whole number is no identity and no text."""


def shown(raw: object) -> str:
    """A JSON value as a message shows it: one line, cut when it is long."""
    match raw:
        case bool() | None:
            return json.dumps(raw)
        case str():
            cut = raw if len(raw) <= SHOWN else raw[: SHOWN - 1] + "…"
            return json.dumps(cut.encode("utf-8", "replace").decode("utf-8"), ensure_ascii=False)
        case int() if raw.bit_length() > DIGIT_BITS:
            return "a whole number of more than 900 digits"
        case dict():
            return "an object"
        case list() | tuple():
            return "a list"
    text = str(raw)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
