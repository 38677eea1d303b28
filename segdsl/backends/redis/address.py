"""Where a store lies: its URL taken apart, without ever showing the password in it."""

import ipaddress
import os
from collections.abc import Mapping
from string import ascii_letters, digits
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from msgspec import Struct

from segdsl.diagnostics.errors import StoreError

EXAMPLE = "redis://localhost:6379/0?prefix=shop"
PREFIX = "segdsl"
PORT = 6379
PASSWORD = "REDISCLI_AUTH"  # noqa: S105  the variable of the environment that Redis' own tools read

TCP, TLS, SOCKET = "redis", "rediss", "unix"
KINDS = {
    "redis": TCP,
    "valkey": TCP,
    "rediss": TLS,
    "valkeys": TLS,
    "unix": SOCKET,
    "redis+unix": SOCKET,
    "valkey+unix": SOCKET,
}
"""The schemes of URLs, and how the server is reached."""

OPTIONS = {TCP: ("prefix", "db"), TLS: ("prefix", "db", "ca", "cert", "key"), SOCKET: ("prefix", "db")}
IN_PREFIX = frozenset(ascii_letters + digits + "._:-")
LONGEST_PREFIX = 100


class Address(Struct, frozen=True):
    """What a URL says. `socket` is the path of a Unix socket, empty for a host and port. `ca`, `cert` and `key` are
    files for TLS: whom to believe (empty: whom the system believes), and who we are. Neither `str` nor `repr` of it
    tells the password."""

    kind: str
    host: str
    port: int
    socket: str
    database: int
    prefix: str
    user: str | None
    password: str | None
    ca: str = ""
    cert: str = ""
    key: str = ""

    def __str__(self) -> str:
        place = self.socket if self.kind == SOCKET else f"{_bracketed(self.host)}:{self.port}/{self.database}"
        database = f"&db={self.database}" if self.kind == SOCKET and self.database else ""
        return f"{self.kind}://{place}?prefix={self.prefix}{database}"

    def __repr__(self) -> str:
        return f"<{self}>"

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it under this name."""
        if self.kind == SOCKET or self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def address_of(url: str, environment: Mapping[str, str] = os.environ) -> Address:
    """The parts of `redis://[[user]:password@]host[:port][/database][?prefix=name]` and its likes. A password that is
    not in the URL is taken from REDISCLI_AUTH of the environment, so that it need not be in a list of processes.

    Raises StoreError when a part is missing or means nothing; it does not repeat the URL, which may hold a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _wrong("its host or port cannot be read") from error
    kind = KINDS.get(parts.scheme)
    if kind is None:
        raise _wrong(f"its scheme is none of {', '.join(KINDS)}")
    if parts.fragment:
        raise _wrong("it has a #; in a password write %23")
    options = _options(kind, parts)
    socket, database = _place(kind, parts, options)
    secret = parts.password if parts.password is not None else environment.get(PASSWORD)
    return Address(
        kind=kind,
        host=unquote(parts.hostname or ""),
        port=PORT if port is None else port,
        socket=socket,
        database=database,
        prefix=_prefix(options.get("prefix", PREFIX)),
        user=unquote(parts.username) if parts.username else None,
        password=(unquote(parts.password) if parts.password is not None else secret) or None,
        ca=options.get("ca", ""),
        cert=options.get("cert", ""),
        key=options.get("key", ""),
    )


def _place(kind: str, parts: SplitResult, options: Mapping[str, str]) -> tuple[str, int]:
    """The socket, if it is one, and the number of the database."""
    path = unquote(parts.path)
    if kind == SOCKET:
        if not path.startswith("/") or parts.hostname:
            raise _wrong("it names no socket, as unix:///run/redis.sock does")
        return path, _number(options.get("db", ""))
    if not parts.hostname:
        raise _wrong("it names no host")
    return "", _number(path.strip("/") or options.get("db", ""))


def _options(kind: str, parts: SplitResult) -> dict[str, str]:
    options: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in OPTIONS[kind]:
            raise _wrong(f"behind the ? it may have {', '.join(OPTIONS[kind])}")
        options[name] = value
    return options


def _number(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise _wrong("the part behind the host is the number of a database, as 0 is")
    return int(text)


def _prefix(text: str) -> str:
    if not text or len(text) > LONGEST_PREFIX or not IN_PREFIX.issuperset(text):
        raise _wrong(
            f"the prefix may have up to {LONGEST_PREFIX} letters (a to z), digits and . _ : - and has to have some"
        )
    return text


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _wrong(why: str) -> StoreError:
    return StoreError(f"no store can be opened at this URL: {why}; write for example {EXAMPLE}")
