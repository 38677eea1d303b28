"""The URL of a store on a server: looked at before it is used, and shown without its password."""

import psycopg
from psycopg.conninfo import conninfo_to_dict

from segdsl.diagnostics.errors import StoreError

EXAMPLE = "postgresql://ann:secret@db.example.com/shop"

# What is said to libpq where the URL says nothing of it. A server that is gone is noticed after a minute at most.
DEFAULTS = {
    "application_name": "segdsl",
    "client_encoding": "UTF8",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}


class Address:
    """Where a store lies. `parameters` are for libpq and may hold a password: they are shown nowhere. `shown` is the
    URL without it."""

    def __init__(self, url: str) -> None:
        """Raises StoreError when libpq cannot read the URL. What it says about it may quote the password, and so is
        not repeated."""
        place = url.partition("://")[2].partition("?")[0]
        authority, _, path = place.partition("/")
        if authority.count("@") > 1 or "@" in path:
            raise StoreError(
                "the URL of the store cannot be read: in a user's name and a password write %40 for @, %2F for / and "
                f"%3F for ?, as in {EXAMPLE.replace('secret', 'pass%40word')}"
            )
        try:
            given = conninfo_to_dict(url)
        except (psycopg.Error, ValueError):
            given = {"port": "?"}
        if "\0" in url or not all(port.isdecimal() or not port for port in str(given.get("port") or "").split(",")):
            raise StoreError(
                "the URL of the store cannot be read (it is not shown, since it may hold a password): write for "
                f"example {EXAMPLE}, with %25 for % in a password"
            ) from None
        self.parameters: dict[str, str] = {**DEFAULTS, **{key: str(value) for key, value in given.items()}}
        self.shown = _shown({key: str(value) for key, value in given.items()})

    def __repr__(self) -> str:
        return f"Address({self.shown})"


def _shown(given: dict[str, str]) -> str:
    user, host, port = (given.get(key, "") for key in ("user", "host", "port"))
    who = f"{user}@" if user else ""
    at = f":{port}" if port else ""
    if host.startswith(("/", "@")):
        return f"postgresql://{who}{at}/{given.get('dbname', '')}?host={host}"
    return f"postgresql://{who}{host or given.get('hostaddr', '')}{at}/{given.get('dbname', '')}"
