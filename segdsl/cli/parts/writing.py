"""Files of rules that a command rewrites: what would change as a difference, and the writing, whole or not at all."""

import os
import stat
import tempfile
from contextlib import suppress
from difflib import unified_diff
from pathlib import Path


def difference(path: str, before: str, after: str, what: str) -> str:
    """A unified difference of two texts with plain line ends; `what` says in its head what the second one is. Empty
    where they are alike."""
    return "".join(unified_diff(_lines(before), _lines(after), path, f"{path} ({what})"))


def _lines(text: str) -> list[str]:
    """Lines with their ends; a last one without says so, as `diff` does."""
    lines = text.split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([f"{last}\n\\ No newline at end of file\n"] if last else [])


def replace_file(path: Path, data: bytes) -> None:
    """Put a new text in the place of a file, whole or not at all, with the same permissions and, if we may, owner. A
    link stays one. Raises OSError, also for a file that may not be written."""
    path = path.resolve()
    before = path.stat()
    if not before.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise PermissionError(13, "this file may not be written", str(path))
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        with suppress(OSError, AttributeError):
            os.chown(beside, before.st_uid, before.st_gid)
        Path(beside).chmod(stat.S_IMODE(before.st_mode))
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
