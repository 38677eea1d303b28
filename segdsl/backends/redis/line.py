"""One connection to the server: commands go, answers come. When it is lost, it is over; `wire.py` makes another."""

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis import exceptions
from redis.backoff import NoBackoff
from redis.connection import Connection, SSLConnection, UnixDomainSocketConnection
from redis.retry import Retry

from segdsl.backends.redis.address import SOCKET, TLS, Address
from segdsl.backends.redis.failures import LostError, explained, is_later
from segdsl.backends.redis.layout import Command
from segdsl.diagnostics.errors import StoreError

CONNECTING = 5.0
ANSWERING = 60.0
"""Seconds to wait for a connection, and for each part of an answer."""

_LOST = (exceptions.ConnectionError, exceptions.TimeoutError, exceptions.InvalidResponse, socket.timeout, OSError)
_REFUSED = (exceptions.AuthenticationError, exceptions.AuthorizationError)


class Line:
    """Connects when it is made. `run` is the id of the server's process, another one after each start; `client` that of
    the connection. Raises LostError when the server cannot be reached, StoreError when it does not let us in."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._over = False
        self._connection = _connection(address)
        try:
            self._connection.connect()
        except _REFUSED as error:
            self.close()
            raise explained(address, error) from None  # the cause may name the user
        except _LOST as error:
            self.close()
            if (wrong := _certificate(error)) is not None:
                raise StoreError(f"the store {address} cannot be opened: {wrong}") from error
            raise _lost_by(error) from error
        except exceptions.RedisError as error:
            self.close()
            raise explained(address, error) from None
        try:
            client, about = self.checked([("CLIENT", "ID"), ("INFO", "server")])
        except StoreError:
            self.close()
            raise
        lines: list[bytes] = about.split(b"\r\n")
        self.client = int(client)
        self.run = next((line.partition(b":")[2] for line in lines if line.startswith(b"run_id:")), b"")

    def close(self) -> None:
        self._over = True
        self._connection.disconnect()

    def send(self, commands: Sequence[Command]) -> list[Any]:
        """The answers to some commands, an error among them as what it is. Raises LostError when the connection is lost
        or the server cannot answer yet: some of the commands may have been carried out."""
        if self._over:  # it would connect anew by itself
            raise LostError("the connection was lost before")
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
            self.close()
            raise explained(self._address, error) from None
        except _LOST as error:
            self.close()
            raise _lost_by(error) from error
        except BaseException:  # such as Ctrl-C: answers that are still to come would be taken for others
            self.close()
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
                raise _lost_by(answer) from answer
            raise explained(self._address, answer) from answer


def _lost_by(error: Exception) -> LostError:
    return LostError(str(error)[:200] or type(error).__name__)


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
