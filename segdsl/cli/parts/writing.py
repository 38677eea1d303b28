"""Files that commands write: whole or not at all, and never in the place of somebody else's.

One rule for all of them. A file that is not there, or empty, is written. One that the same command made before is
replaced: it is known by its head, which says `made by seg NAME`, or by its keys where it is lines of JSON. Any other
is left as it is, unless `--force` is given; what the command reads is left even then. `-` is standard output.
"""

import gzip
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from difflib import unified_diff
from pathlib import Path

import click

from segdsl.diagnostics.errors import InputError

HEAD = 1_000
"""Bytes of a file in which it says who made it."""

Made = Callable[[bytes], bool]
"""Whether a file that begins with these bytes is one that may be replaced."""

force_option = click.option("--force", is_flag=True, help="Write over a file that this command did not make.")


def made_by(name: str) -> Made:
    """Known by the words in the head of what `seg NAME` writes."""
    mark = f"made by seg {name}".encode()
    return lambda head: mark in head


def made_with(*keys: str) -> Made:
    """Known as lines of JSON by the keys of the first line."""
    quoted = [f'"{key}":'.encode() for key in keys]
    return lambda head: head.startswith(b"{") and all(key in head.split(b"\n")[0] for key in quoted)


def never(head: bytes) -> bool:
    """For what people go on with by hand: it is not replaced, even where a command made it."""
    return False


def may_write(path: str | None, made: Made, *, force: bool, reads: Iterable[str | None]) -> None:
    """Refuse what must not be written to, before any work is done for it. `reads` are files that the command reads.

    Raises InputError for a file that is there already and may not be replaced, or whose folder is not there."""
    if path is None or path == "-":
        return
    with writing_to(path):
        target = Path(path)
        if not target.exists():
            if not target.parent.is_dir():
                raise InputError(f"{path} cannot be written: there is no folder {target.parent}; make it first")
            return
        if any(each is not None and _is_same(Path(each), target) for each in reads):
            raise InputError(f"{path} is what is read here: name another file to write to")
        if force or not target.is_file():
            return
        with target.open("rb") as file:
            head = file.read(HEAD)
    if head and not made(head):
        also = "" if made is never else ", and this command did not make it"
        raise InputError(f"{path} is there already{also}: name another file, or add --force to write over it")


def _is_same(one: Path, other: Path) -> bool:
    return one.exists() and one.samefile(other)


def write_whole(path: str | None, data: bytes) -> str:
    """Write all of an output. Gives what to say of it: `written: FILE`, or `replaced: FILE`; nothing where it went to
    standard output. Raises InputError where it cannot be written."""
    if path is None or path == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return ""
    target = Path(path)
    with writing_to(path):
        if not target.exists():
            _write_new(target.resolve(), data)
            return f"written: {path}"
        if not target.is_file():  # a device or a pipe
            target.write_bytes(data)
            return f"written: {path}"
        replace_file(target, data)
        return f"replaced: {path}"


@contextmanager
def private_file(path: str) -> Iterator[Callable[[bytes], object]]:
    """Something that writes to a file which only this user can read; packed if its name ends with `.gz`. It is there
    when all of it is written, or not at all. `-` is standard output.

    Raises InputError where it cannot be written."""
    if path == "-":
        yield sys.stdout.buffer.write
        sys.stdout.buffer.flush()
        return
    target = Path(path)
    if target.exists() and not target.is_file():  # a device or a pipe
        with writing_to(path), target.open("wb") as pipe:
            yield pipe.write
        return
    with writing_to(path):
        handle, beside = tempfile.mkstemp(dir=target.resolve().parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                if target.name.endswith(".gz"):
                    with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
                        yield packed.write
                else:
                    yield file.write
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(target.resolve())
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise


@contextmanager
def writing_to(path: str) -> Iterator[None]:
    """Turn what the system says of a file into words. Raises InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from error


def _write_new(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


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


# ---------------------------------------------------------------------------------------------------------- differences


def difference(path: str, before: str, after: str, what: str) -> str:
    """A unified difference of two texts with plain line ends; `what` says in its head what the second one is. Empty
    where they are alike."""
    return "".join(unified_diff(_lines(before), _lines(after), path, f"{path} ({what})"))


def _lines(text: str) -> list[str]:
    """Lines with their ends; a last one without says so, as `diff` does."""
    lines = text.split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([f"{last}\n\\ No newline at end of file\n"] if last else [])
