"""A source to its tree, from the cache where the same text was parsed before.

Parsing needs Lark and its tables, which cost more to load than most files cost to parse; so the tree of a text without
mistakes is kept in the user's private cache, under a hash of the text and of all that makes a tree of it.
"""

import pickle  # our own trees, from a folder that only the user can write to
from contextlib import suppress
from hashlib import sha256
from importlib import import_module
from pathlib import Path

from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.source import Source
from segdsl.syntax import ast
from segdsl.syntax.cache import cache_folder, drop_oldest, is_ours, keep, made_by

ENDING = ".tree"

KEPT = 400
"""Trees kept at most; the oldest go first."""

LARGEST = 200_000
"""Characters of a text whose tree is kept."""


def module_of(source: Source, number: int, collector: Collector) -> ast.Module:
    """The module a source holds, as `parse` gives it. `number` is the source's in its `SourceMap`."""
    place = _place(source, number) if len(source.text) <= LARGEST else None
    module = _kept(place) if place is not None else None
    if module is not None:
        return module
    found = Collector()
    # Not at the top: Lark is loaded only where there is something to parse.
    module = import_module("segdsl.syntax.parse").parse(source, number, found)
    assert isinstance(module, ast.Module)
    collector.extend(found)
    if place is not None and not found.found:
        keep(place, pickle.dumps(module))
        drop_oldest(place.parent, ENDING, KEPT)
    return module


def _place(source: Source, number: int) -> Path | None:
    folder = cache_folder()
    if folder is None:
        return None
    key = sha256(f"{made_by('syntax')}\0{number}\0{source.text}".encode("utf-8", "surrogatepass")).hexdigest()
    return folder / f"{key[:32]}{ENDING}"


def _kept(place: Path) -> ast.Module | None:
    if not is_ours(place):
        return None
    try:
        module = pickle.loads(place.read_bytes())  # noqa: S301 - see the import
    except Exception:  # a damaged pickle can raise anything
        with suppress(OSError):
            place.unlink(missing_ok=True)
        return None
    return module if isinstance(module, ast.Module) else None
