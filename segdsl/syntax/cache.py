"""Where the grammar lies, and the private folder for what can be made again: parse tables and trees.

Kept apart from `grammar.py`, which needs Lark, so that a start that parses nothing does not load it.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def grammar_path() -> Path:
    """Where the grammar lies: the checkout's own file in a checkout or an editable install, else the wheel's copy."""
    checkout = PACKAGE.parent / "grammar" / "seg.lark"
    return checkout if checkout.is_file() else PACKAGE / "grammar" / "seg.lark"


def cache_folder() -> Path | None:
    """The folder for what can be made again, private to the user; None where there can be none."""
    root = os.environ.get("SEGDSL_CACHE") or os.environ.get("XDG_CACHE_HOME")
    if sys.platform == "win32" and not root:
        root = os.environ.get("LOCALAPPDATA")
    try:
        folder = (Path(root) if root else Path.home() / ".cache") / "segdsl"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # no home, no room, no right
        return None
    return folder if is_ours(folder) else None


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
