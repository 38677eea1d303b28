"""Plans of programs that were compiled before, in the user's private cache.

A plan is kept as JSON, which can be read and cannot be run, with the warnings about its rules. Its name is the hash of
all that makes a plan: the texts and their names, this version, and the data on which it looks something up. What is
damaged, was made by another version, or could have been written by somebody else is passed over and made again.
"""

import os
import unicodedata
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.diagnostics.source import SourceMap
from segdsl.host.moments import database_version
from segdsl.plan import nodes as p
from segdsl.syntax import cache

ENDING = ".plan"

PLANS, BYTES = 50, 200_000_000
"""Plans kept at most, and their size together; those that were not read for the longest time go first."""

FOLDERS = ("compiler", "diagnostics", "grammar", "plan", "syntax", "values")
"""Where what makes plans and warnings lies: in a checkout, files change and the version does not."""


class Kept(msgspec.Struct, frozen=True):
    """What is kept of a program. Its sources are read in any case."""

    warnings: tuple[Diagnostic, ...]
    plan: p.Plan


def place_of(sources: SourceMap) -> Path | None:
    """Where the plan of some sources is kept, if it is; None where nothing can be kept."""
    folder = cache.cache_folder()
    if folder is None:
        return None
    made_by = (cache.made_by(*FOLDERS), p.VERSION, database_version(), unicodedata.unidata_version)
    hashed = sha256(repr(made_by).encode())
    for source in sources:
        for part in (source.name, source.text):
            data = part.encode("utf-8", "surrogatepass")
            hashed.update(b"%d %d " % (source.shipped, len(data)))
            hashed.update(data)
    return folder / f"{hashed.hexdigest()[:40]}{ENDING}"


def read(place: Path) -> Kept | None:
    """What is kept there; None where there is nothing, or nothing that can be trusted."""
    if not cache.is_ours(place):
        return None
    try:
        data = place.read_bytes()
        digest, end, content = data[:64], data[64:65], memoryview(data)[65:]
        if end == b"\n" and sha256(content).hexdigest().encode() == digest:
            found = msgspec.json.decode(content, type=Kept)
            with suppress(OSError):  # it was read just now, and is not the next to go
                os.utime(place)
            return found
    except (OSError, msgspec.MsgspecError, ValueError):
        pass
    with suppress(OSError):
        place.unlink(missing_ok=True)
    return None


def keep(place: Path, plan: p.Plan, warnings: tuple[Diagnostic, ...]) -> None:
    """Keep a plan for the next start. Where that cannot be done, or the plan cannot be had back just as it is, the next
    start takes as long as this one."""
    whole = Kept(warnings, plan)
    try:
        content = msgspec.json.encode(whole)
        if len(content) > BYTES or msgspec.json.decode(content, type=Kept) != whole:
            return
    except (msgspec.MsgspecError, TypeError, ValueError):
        return
    cache.keep(place, sha256(content).hexdigest().encode() + b"\n" + content)
    cache.drop_oldest(place.parent, ENDING, PLANS, BYTES)
