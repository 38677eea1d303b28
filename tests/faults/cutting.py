"""Something between a client and its server that cuts them off from each other, again and again: what was just sent may
not arrive, arrive in part, or arrive with its answer lost."""

import socket
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random
from threading import Event, Thread

from attrs import define, field

KINDS = ("nothing arrives", "half arrives", "the answer is lost")
CALM = 16
"""Times that clients send something after a cut and are not cut off."""


@define
class Cutting:
    """Listens on a socket of its own, named as the server's. Of what clients send `share` is cut, and
    `share_of_words` of what holds one of the `words`, up to `most` times: at first none. Use it with `with`."""

    server: Path
    random: Random
    words: tuple[bytes, ...]
    share: float
    share_of_words: float = 0.7
    most: int = 0
    calm: int = 0
    folder: Path = field(factory=lambda: Path(tempfile.mkdtemp(prefix="segdsl-cut-", dir="/tmp")))
    cuts: Counter[str] = field(factory=Counter)
    of_words: Counter[str] = field(factory=Counter)
    sockets: list[socket.socket] = field(factory=list)
    threads: list[Thread] = field(factory=list)
    listener: socket.socket = field(init=False)

    @property
    def path(self) -> Path:
        return self.folder / self.server.name

    def __enter__(self) -> "Cutting":
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(self.path))
        self.listener.listen()
        self._start(self._serve)
        return self

    def __exit__(self, *_what: object) -> None:
        for each in (self.listener, *self.sockets):
            _end(each)
        for thread in self.threads:
            thread.join()
        for each in (self.listener, *self.sockets):
            each.close()
        self.path.unlink()
        self.folder.rmdir()

    def _start(self, work, *given) -> None:
        thread = Thread(target=work, args=given, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self.sockets += [client, server]
                server.connect(str(self.server))
                lost = Event()
                self._start(self._to_server, client, server, lost)
                self._start(self._to_client, client, server, lost)

    def _to_server(self, client: socket.socket, server: socket.socket, lost: Event) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                match self._cut(data):
                    case "nothing arrives":
                        break
                    case "half arrives":
                        server.sendall(data[: len(data) // 2])
                        break
                    case "the answer is lost":
                        lost.set()
                server.sendall(data)
        _end(server)
        _end(client)

    def _to_client(self, client: socket.socket, server: socket.socket, lost: Event) -> None:
        with suppress(OSError):
            while data := server.recv(1 << 16):
                if lost.is_set():
                    break
                client.sendall(data)
        _end(client)
        _end(server)

    def _cut(self, data: bytes) -> str | None:
        """How what was sent is cut off, if it is."""
        named = any(word in data for word in self.words)
        self.calm = max(self.calm - 1, 0)
        share = self.share_of_words if named else self.share
        if self.calm or self.cuts.total() >= self.most or self.random.random() >= share:
            return None
        self.calm = CALM
        kind = KINDS[(self.of_words.total() if named else self.cuts.total() - self.of_words.total()) % len(KINDS)]
        self.cuts[kind] += 1
        self.of_words[kind] += named
        return kind


def _end(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
