"""Where the grammar lies, and the private folder for what can be made again: parse tables, trees and plans.

Kept apart from `grammar.py`, which needs Lark, so that a start that parses nothing does not load it.
"""

import os
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from segdsl.version import __version__

PACKAGE = Path(__file__).resolve().parent.parent

OFF = "off"
"""As SEGDSL_CACHE: keep nothing, and read nothing that was kept."""


def grammar_path() -> Path:
    """Where the grammar lies: the checkout's own file in a checkout or an editable install, else the wheel's copy."""
    checkout = PACKAGE.parent / "grammar" / "seg.lark"
    return checkout if checkout.is_file() else PACKAGE / "grammar" / "seg.lark"


def cache_folder() -> Path | None:
    """The folder for what can be made again, private to the user: in that which SEGDSL_CACHE names, else in the user's
    own for caches. None where there can be none, or is to be none (`SEGDSL_CACHE=off`)."""
    root = os.environ.get("SEGDSL_CACHE") or os.environ.get("XDG_CACHE_HOME")
    if root == OFF:
        return None
    if sys.platform == "win32" and not root:
        root = os.environ.get("LOCALAPPDATA")
    try:
        folder = (Path(root) if root else Path.home() / ".cache") / "segdsl"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # no home, no room, no right
        return None
    return folder if is_ours(folder) else None


@lru_cache(maxsize=8)
def made_by(*folders: str) -> str:
    """What stands for all that makes something of a text: this version, the grammar, and when the files of some folders
    of the package were changed, for in a checkout that is not told by the version."""
    stamps = sorted(stamp for folder in folders for stamp in _stamps(PACKAGE / folder, folder))
    return f"{__version__}\0{grammar_path().read_text('utf-8')}\0{stamps}"


def _stamps(folder: Path, name: str) -> list[tuple[str, int]]:
    """The files of a folder and of those in it, with the instants at which they were changed."""
    stamps: list[tuple[str, int]] = []
    with suppress(OSError):
        for entry in os.scandir(folder):
            if entry.name.endswith(".py"):
                stamps.append((f"{name}/{entry.name}", entry.stat().st_mtime_ns))
            elif entry.is_dir() and not entry.name.startswith(("_", ".")):
                stamps += _stamps(folder / entry.name, f"{name}/{entry.name}")
    return stamps


def is_ours(path: Path) -> bool:
    """Whether only the user can have written what is there: unpickling what another wrote would run it."""
    try:
        found = path.stat()
    except OSError:
        return False
    return not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)


def keep(path: Path, data: bytes) -> None:
    """Write a file beside its place and move it there, so that no other process reads half of it. A folder that cannot
    be written to costs time and nothing else."""
    written = path.with_name(
        f".{path.name}.{os.getpid()}.new"
    )  # not tempfile, whose import costs more than the writing
    try:
        with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
        written.replace(path)
    except OSError:
        with suppress(OSError):
            written.unlink(missing_ok=True)


def drop_oldest(folder: Path, ending: str, most: int, size: int | None = None) -> None:
    """Of the files with an ending, take away those that were not used for the longest time, where they are more than so
    many or so large together: a quarter more than must be, so that it is not done each time."""
    with suppress(OSError):
        entries = [entry for entry in os.scandir(folder) if entry.name.endswith(ending)]
        stats = {entry.path: entry.stat() for entry in entries}
        together = sum(stat.st_size for stat in stats.values())
        if len(stats) <= most and (size is None or together <= size):
            return
        left = len(stats)
        for path, stat in sorted(stats.items(), key=lambda item: item[1].st_mtime):
            if left <= most * 3 // 4 and (size is None or together <= size * 3 // 4):
                break
            Path(path).unlink(missing_ok=True)
            left, together = left - 1, together - stat.st_size
