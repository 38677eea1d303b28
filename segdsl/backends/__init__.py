"""Where memberships are kept: one file or folder a backend, found by the scheme of a URL.

Comes in: a URL (`memory://`, `sqlite:///path`). Goes out: an open `Backend`. Imports `records` and, here only, the
backend that is asked for. A new backend is a new file or folder; see `base.py` for the contract.
"""

from importlib import import_module
from importlib.resources import files
from types import ModuleType
from typing import cast

from segdsl.backends.base import Backend
from segdsl.diagnostics.errors import StoreError
from segdsl.diagnostics.suggest import nearest
from segdsl.values.urls import masked

ALIASES = {
    "postgres": "postgresql",
    "rediss": "redis", "unix": "redis", "redis+unix": "redis", "valkey": "redis", "valkeys": "redis",
    "valkey+unix": "redis",
}  # fmt: skip
"""Further schemes of URLs, and the backends that open them."""


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
    if not mark or ALIASES.get(scheme, scheme) not in known:
        raise StoreError(f"no store can be opened at {masked(url)!r}: {_instead(nearest(scheme, known))}")
    backend = cast(Backend, _module(url).open_backend(url))
    backend.url = url
    return backend


def remove_store(url: str) -> bool:
    """Remove the store at `url`, if there is one. Gives whether stores of its kind can be removed so: a file is removed
    by whoever can see it.

    Raises StoreError when something else lies there, or it cannot be reached.
    """
    remove = getattr(_module(url), "remove", None)
    if remove is not None:
        remove(url)
    return remove is not None


def _instead(meant: str | None) -> str:
    match meant:
        case None:
            return "a URL begins with sqlite:///, postgresql://, redis:// or memory://"
        case "sqlite":
            return "write for example sqlite:///path/to/file.store"
        case _:
            return f"write for example {meant}://"


def _module(url: str) -> ModuleType:
    scheme = url.partition("://")[0]
    return import_module(f"{__name__}.{ALIASES.get(scheme, scheme)}")
