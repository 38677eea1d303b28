"""Something between a client and a server on a socket, which can lose what goes through it as a network does."""

import socket
import threading
from contextlib import suppress
from pathlib import Path


class Proxy:
    """Listens in a folder under the name that the server's socket has in its own. Use it with `with`."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder = folder
        self._server = server
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._words: list[tuple[bytes, bool]] = []
        self._listener: socket.socket | None = None
        self.accept()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *what: object) -> None:
        self.refuse()
        for pair in self._pairs:
            for each in pair:
                each.close()

    def accept(self) -> None:
        """Take new connections."""
        path = self.folder / self._server.name
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def refuse(self) -> None:
        """Take no new connections, and end those that there are, on both sides."""
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        (self.folder / self._server.name).unlink(missing_ok=True)
        for pair in self._pairs:
            for each in pair:
                _end(each)

    def lose(self, word: bytes, *, arrives: bool) -> None:
        """Once, when the client sends something with this word in it, end the connection on the client's side only: the
        server does not hear of it. What was sent arrives, and the answer is lost; or it does not arrive at all. Of
        several words each is waited for when the one before was lost."""
        self._words.append((word, arrives))

    @property
    def has_lost_all(self) -> bool:
        """Whether all that was to be lost has been."""
        return not self._words

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
                server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                server.connect(str(self._server))
            except OSError:
                return
            self._pairs.append((client, server))
            threading.Thread(target=self._to_server, args=(client, server), daemon=True).start()
            threading.Thread(target=self._to_client, args=(client, server), daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                if self._words and self._words[0][0] in data:
                    _, arrives = self._words.pop(0)
                    lost = threading.Event()
                    if arrives:
                        self._swallow = (client, lost)
                        server.sendall(data)
                        lost.wait(5)
                    _end(client)
                    return
                server.sendall(data)
            _end(server)

    _swallow: tuple[socket.socket, threading.Event] | None = None

    def _to_client(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(1 << 16):
                if self._swallow is not None and self._swallow[0] is client:
                    self._swallow[1].set()
                    self._swallow = None
                    continue
                client.sendall(data)
            _end(client)


def _end(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
