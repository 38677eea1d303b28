"""Where memberships are kept: one file or folder a backend, found by the scheme of a URL.

Comes in: a URL (`memory://`, `sqlite:///path`). Goes out: an open `Backend`. Imports `records` and, here only, the
backend that is asked for. A new backend is a new file or folder; see `base.py` for the contract.
"""

import re
from importlib import import_module
from importlib.resources import files
from typing import cast

from segdsl.backends.base import Backend
from segdsl.diagnostics.errors import StoreError
from segdsl.diagnostics.suggest import nearest


def schemes() -> list[str]:
    """The schemes that a store's URL may have."""
    entries = list(files(__name__).iterdir())
    in_files = {entry.name.removesuffix(".py") for entry in entries if entry.name.endswith(".py")}
    in_folders = {entry.name for entry in entries if entry.is_dir() and entry.joinpath("__init__.py").is_file()}
    return sorted((in_files | in_folders) - {"__init__", "base", "stored"})


def open_backend(url: str) -> Backend:
    """Open the store at `url`, or make it.

    Raises StoreError when the scheme is unknown or the store cannot be opened.
    """
    scheme, mark, _ = url.partition("://")
    known = schemes()
    if not mark or scheme not in known:
        meant = nearest(scheme, known) if mark else "sqlite"
        example = f"{meant or 'sqlite'}:///path/to/file.store" if (meant or "sqlite") == "sqlite" else f"{meant}://"
        raise StoreError(f"no store can be opened at {masked(url)!r}: write for example {example}")
    return cast(Backend, import_module(f"{__name__}.{scheme}").open_backend(url))


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
