"""The way to the server: commands go, answers come, and a lost connection is made anew.

One connection, asked by one thread. Questions change nothing, so they are simply asked again; what changes the store
goes through `writing.py`. With every question goes one for the store's mark: a server that has lost the store, or in
whose place there is another one meanwhile, is not taken for an empty one.
"""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from redis import exceptions
from redis.backoff import NoBackoff
from redis.connection import Connection, SSLConnection, UnixDomainSocketConnection
from redis.retry import Retry

from segdsl.backends.redis.address import SOCKET, TLS, Address
from segdsl.backends.redis.failures import LostError, explained, is_later
from segdsl.backends.redis.layout import Command, Keys
from segdsl.diagnostics.errors import StoreError

PATIENCE = 30.0
"""Seconds for which a server that is not there is asked again."""

CONNECTING = 5.0
ANSWERING = 60.0
"""Seconds to wait for a connection, and for each part of an answer."""

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0

_LOST = (exceptions.ConnectionError, exceptions.TimeoutError, exceptions.InvalidResponse, socket.timeout, OSError)
_REFUSED = (exceptions.AuthenticationError, exceptions.AuthorizationError)


class Wire:
    """`marks` are those that the store may have, once it is open; until then nobody looks at it. `run` is the id of the
    server's process, another one after each start; `client` that of the connection. `pause` and `now` are those of the
    machine."""

    def __init__(
        self,
        address: Address,
        patience: float = PATIENCE,
        pause: Callable[[float], object] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.address = address
        self.keys = Keys(address.prefix)
        self.marks: tuple[bytes, ...] = ()
        self.run = b""
        self.client = 0
        self.pause = pause
        self._patience = patience
        self._now = now
        self._connection = _connection(address)
        self._connected = False
        self._closed = False
        self._lost = ""  # what was said last of a connection that was lost
        self.connections = 0
        """How often a connection was made: what was learnt through an older one may be out of date."""

    def close(self) -> None:
        self._closed = True
        self._drop()

    def connect(self) -> None:
        """Have a connection. Raises LostError, and StoreError when the server does not let us in."""
        if self._closed:
            raise StoreError(f"the store {self.address} is closed")
        if self._connected:
            return
        try:
            self._connection.connect()
        except _REFUSED as error:
            self._drop()
            raise explained(self.address, error) from None  # the cause may name the user
        except _LOST as error:
            self._drop()
            if (wrong := _certificate(error)) is not None:
                raise StoreError(f"the store {self.address} cannot be opened: {wrong}") from error
            raise self._lost_by(error) from error
        except exceptions.RedisError as error:
            self._drop()
            raise explained(self.address, error) from None
        self._connected = True
        self.connections += 1
        try:
            client, about = self.checked([("CLIENT", "ID"), ("INFO", "server")])
        except StoreError:
            self._drop()
            raise
        self.client = client
        lines = about.split(b"\r\n")
        self.run = next((line.partition(b":")[2] for line in lines if line.startswith(b"run_id:")), b"")

    def send(self, commands: Sequence[Command]) -> list[Any]:
        """The answers to some commands, an error among them as what it is. Raises LostError when the connection is lost
        or the server cannot answer yet: some of the commands may have been carried out."""
        self.connect()
        answers: list[Any] = []
        connection = self._connection
        try:
            connection.send_packed_command(connection.pack_commands(commands), check_health=False)
            for _ in commands:
                try:
                    answers.append(connection.read_response())
                except exceptions.ResponseError as error:
                    answers.append(error)
        except _REFUSED as error:
            self._drop()
            raise explained(self.address, error) from None
        except _LOST as error:
            self._drop()
            raise self._lost_by(error) from error
        except BaseException:  # such as Ctrl-C: answers that are still to come would be taken for others
            self._drop()
            raise
        return answers

    def checked(self, commands: Sequence[Command]) -> list[Any]:
        """The same; an error is raised, as StoreError, or as LostError if the server will answer by and by."""
        answers = self.send(commands)
        for answer in answers:
            self.check(answer)
        return answers

    def check(self, answer: Any) -> None:
        if isinstance(answer, exceptions.RedisError):
            if is_later(answer):
                raise self._lost_by(answer) from answer
            raise explained(self.address, answer) from answer

    def tries(self) -> Iterator[None]:
        """Once, then again after growing pauses, until the patience is at its end, from the first time that something
        was lost. A caller tries each time, and stops when nothing was lost. Raises StoreError at the end."""
        limit = self._patience
        wait = FIRST_PAUSE
        yield
        begun = self._now()
        while self._now() - begun + wait <= limit:
            self.pause(wait)
            wait = min(2 * wait, LONGEST_PAUSE)
            yield
        raise StoreError(
            f"the server of the store {self.address} was not reached, or did not answer, for {limit:g} seconds: see "
            f"that it runs, then go on; what was committed is kept ({self._lost})"
        )

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """The answers to some questions, asked again when the connection is lost. Raises StoreError when the store is
        no longer there."""
        for _ in self.tries():
            try:
                mark, *answers = self.checked([("GET", self.keys.mark), *commands])
            except LostError:
                continue
            self.see(mark)
            return answers
        raise AssertionError("tries() ends with an error")

    def see(self, mark: bytes | None) -> None:
        """Look at a mark that was read. Raises StoreError when it is not that of the store that was opened."""
        if not self.marks or mark in self.marks:
            return
        if mark is None:
            raise StoreError(
                f"the store {self.address} is gone: somebody removed it, or the server was started anew and had not "
                "kept it (appendonly no); build it anew from the inputs, or restore the server from a backup"
            )
        raise StoreError(f"the store {self.address} was made anew by somebody else: open it again")

    def _lost_by(self, error: Exception) -> LostError:
        self._lost = str(error)[:200] or type(error).__name__
        return LostError(self._lost)

    def _drop(self) -> None:
        self._connected = False
        self._connection.disconnect()


def _connection(address: Address) -> Any:
    """A connection that does nothing by itself: it tries nothing twice."""
    common: dict[str, Any] = {
        "db": address.database,
        "username": address.user,
        "password": address.password,
        "socket_timeout": ANSWERING,
        "socket_connect_timeout": CONNECTING,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        "client_name": "segdsl",
    }
    for path in (address.ca, address.cert, address.key):
        if path and not Path(path).is_file():
            raise StoreError(f"the store {address} cannot be opened: there is no file {path}")
    made: Any = {SOCKET: UnixDomainSocketConnection, TLS: SSLConnection}.get(address.kind, Connection)
    if address.kind == SOCKET:
        return made(path=address.socket, **common)
    common.update(host=address.host, port=address.port, socket_keepalive=True)
    if address.kind == TLS:
        common.update(ssl_cert_reqs="required", ssl_check_hostname=True, ssl_ca_certs=address.ca or None)
        common.update(ssl_certfile=address.cert or None, ssl_keyfile=address.key or None)
    return made(**common)


def _certificate(error: Exception) -> str | None:
    """What is wrong with certificates, if that is what an error is about: it does not pass by itself."""
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" not in text:
        return None
    if "match" in text:
        return "the server's certificate is not for the host of this address"
    return "the server's certificate is not believed; give the file of who signed it, as ?ca=/path/ca.pem"
