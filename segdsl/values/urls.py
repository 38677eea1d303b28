"""Addresses of stores as they may be shown: without a password."""

import re


def masked(url: str) -> str:
    """A store's URL as it may be shown and logged: any password in it is `***`. Of a URL with mistakes rather too much
    is hidden than too little."""
    scheme, mark, rest = url.partition("://")
    if not mark or scheme in ("memory", "sqlite"):
        return url
    if "@" in rest:
        who, _, where = rest.rpartition("@")
        name, colon, _ = who.partition(":")
        rest = f"{name}{':***' if colon else ''}@{where}"
    hidden = _SECRET.sub(r"\1***", rest)
    return f"{scheme}://{hidden}"


_SECRET = re.compile(r"([?&][^=&]*pass[^=&]*=)[^&]*", re.IGNORECASE)
