"""Who else on this machine could read a store's file, or write to it: what the permissions of files and folders say.

What is writable to others lets them change who is in which segment, or put another file in its place. Where a folder
on the way cannot be gone through by others, what is in it cannot be reached. On Windows nothing is said: permissions
mean something else there.
"""

import os
import shlex
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

GROUP, OTHERS = 0o070, 0o007
READ, WRITE, SEARCH = 0o444, 0o222, 0o111

if sys.platform != "win32":
    import grp
    import pwd


def exposed(path: Path) -> list[str]:
    """Whom the file of a store, and those beside it, should not be open to: a sentence each, with what to do.

    Files beside it are told of only where the file itself is private: SQLite makes them anew with its permissions."""
    if sys.platform == "win32":
        return []
    file = path.resolve()
    files = [file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")]
    reached = _reached(file.parent)
    found: list[str] = []
    with suppress(FileNotFoundError):
        found += _folder(file.parent, _reached(file.parent.parent))
    for each in files:
        with suppress(FileNotFoundError):
            told = list(_file(each, reached))
            found += told
            if told and each is file:
                break
    return found


def _reached(folder: Path) -> int:
    """The classes of users (`GROUP`, `OTHERS`) who may go through a folder and all folders above it."""
    reached = GROUP | OTHERS
    for each in (folder, *folder.parents):
        mode = each.stat().st_mode
        if not mode & SEARCH & OTHERS:
            reached &= ~OTHERS
        if not mode & SEARCH & (GROUP | OTHERS):
            reached &= ~GROUP
    return reached


def _open_to(status: os.stat_result, reached: int, what: int) -> bool:
    """Whether somebody else may do something, of the classes that come so far."""
    classes = status.st_mode & reached & what
    return bool(classes & OTHERS or (classes & GROUP and not _alone(status)))


def _alone(status: os.stat_result) -> bool:
    """Whether the group is the owner's own, as many systems make one for each user."""
    if sys.platform == "win32":
        return False
    with suppress(KeyError):
        owner, group = pwd.getpwuid(status.st_uid), grp.getgrgid(status.st_gid)
        return owner.pw_gid == status.st_gid and set(group.gr_mem) <= {owner.pw_name}
    return False


def _strange(status: os.stat_result) -> str:
    """The owner, where that is neither this user nor the system's."""
    if sys.platform == "win32" or status.st_uid in (os.geteuid(), 0):
        return ""
    with suppress(KeyError):
        return pwd.getpwuid(status.st_uid).pw_name
    return f"user {status.st_uid}"


def _folder(folder: Path, reached: int) -> Iterator[str]:
    status = folder.stat()
    named = shlex.quote(str(folder))
    if _open_to(status, reached, WRITE) and not status.st_mode & stat.S_ISVTX:
        yield f"others can put files in the place of those in {folder}: chmod go-w {named}"
    if owner := _strange(status):
        yield f"{folder} belongs to {owner}, who can put another file in the store's place: move the store elsewhere"


def _file(file: Path, reached: int) -> Iterator[str]:
    status = file.stat()
    named = shlex.quote(str(file))
    if _open_to(status, reached, WRITE):
        yield f"others can change {file}: chmod go-rwx {named}"
    elif _open_to(status, reached, READ):
        yield f"others can read {file}, and with it what is known of all customers: chmod go-rwx {named}"
    if owner := _strange(status):
        yield f"{file} belongs to {owner}, who can change it: chown {_user()} {named}"


def _user() -> str:
    if sys.platform == "win32":
        return ""
    with suppress(KeyError):
        return pwd.getpwuid(os.geteuid()).pw_name
    return str(os.geteuid())
