"""Stores as the command line names them: a URL, or the path of a file."""

import shlex
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click
import msgspec

import segdsl
from segdsl.diagnostics.errors import OldStoreError, StoreError
from segdsl.diagnostics.printable import printable
from segdsl.plan.nodes import Emit, Plan
from segdsl.plan.walk import structs
from segdsl.values.urls import masked

FILE = "sqlite:///"
MEMORY = "memory://"
SCHEMES = {"sqlite", "memory", "postgresql", "postgres", "redis", "rediss", "valkey"}
"""What is meant as the beginning of a URL, also where its slashes are forgotten."""


def url_of(store: str) -> str:
    """The URL of a store named by its URL or its path. Raises StoreError for what was meant as a URL and is none."""
    if "://" in store:
        return store
    scheme, colon, _ = store.partition(":")
    if colon and scheme in SCHEMES:
        raise StoreError(f"the URL of a store begins with {scheme}://, not with {scheme}: alone")
    return f"{FILE}{store}"


def url_to_keep(store: str) -> str:
    """The URL of a store that something is put into to stay. Raises UsageError for one in memory."""
    url = url_of(store)
    if url == MEMORY:
        raise click.UsageError("a store in memory is gone when this command ends: name a file, or a store on a server")
    return url


def beside(paths: Sequence[str]) -> str:
    """The store of rules that none is named for: a file beside the first of them, or in it if it is a directory; in
    memory for rules from standard input."""
    if paths[0] == "-":
        return MEMORY
    first = Path(paths[0])
    if first.is_dir():
        name = first.resolve().name or "rules"
        return f"{FILE}{first / name}.store"
    return f"{FILE}{first.with_suffix('.store')}"


def shown(url: str) -> str:
    """A store as people call it: the path of a file, `memory` for one that is not kept, else its URL without the
    password."""
    return "memory" if url == MEMORY else masked(url).removeprefix(FILE)


def path_of(store: str) -> str | None:
    """The file of a store named by its URL or its path; None for one that is no file."""
    url = url_of(store)
    return url.removeprefix(FILE) if url.startswith(FILE) else None


def existing(store: str) -> "segdsl.Engine":
    """The engine on a store that was run before.

    Raises StoreError when there is none: asking a question makes no store.
    """
    return segdsl.Engine(None, url_of_existing(store))


def existing_backend(store: str) -> "segdsl.Backend":
    """A store that was made before, whatever is in it. Raises StoreError when there is none."""
    return segdsl.open_backend(url_of_existing(store))


def warn_exposed(backend: "segdsl.Backend") -> None:
    """Say on standard error who else could write to a store, or read it, and what to do about it."""
    for sentence in backend.exposed():
        click.echo(f"seg: warning: {printable(sentence)}", err=True)


def segments_of(store: str) -> list[str]:
    """The names of the segments of a store that was run before, read without what a question needs. Raises StoreError
    when there is none."""
    plan = _plan_of(store)
    return [segment.name for segment in plan.segments] if plan is not None else []


def done_or_promised_by(store: str) -> list[str]:
    """The actions of a store's rules, and its promotions as `seg why` takes them. Raises as `segments_of`."""
    plan = _plan_of(store)
    if plan is None:
        return []
    done = {node.action for node in structs(tuple(plan.rules)) if isinstance(node, Emit)}
    return [*done, *(f"promotion {each.name}" for each in plan.promotions)]


def _plan_of(store: str) -> Plan | None:
    with segdsl.open_backend(url_of_existing(store)) as backend:
        kept = backend.program()
    return msgspec.json.decode(kept.plan, type=Plan) if kept is not None else None


def url_of_existing(store: str) -> str:
    """The URL of a store that was run before. Raises StoreError when there is none."""
    url = url_of(store)
    if url.startswith(FILE):
        path = Path(url.removeprefix(FILE))
        if not path.exists():
            raise StoreError(f"there is no store {path}: `seg run RULES --events FILE` makes one")
        if path.is_file() and path.stat().st_size == 0:
            raise StoreError(f"{path} is an empty file, not a store: `seg run RULES --events FILE` makes one")
    return url


def opened(url: str, program: "segdsl.Program", *, fresh: bool, paths: Sequence[str] = ()) -> "segdsl.Backend":
    """The store at a URL for a run of a program, made when there is none; with `fresh` an older one is removed first.

    Raises StoreError when it cannot be opened, or holds what other rules have made: `paths` are the files of these.
    """
    if fresh:
        _remove(url)
    backend = segdsl.open_backend(url)
    try:
        kept = backend.program()
        if kept is not None and kept.digest != program.digest:
            raise StoreError(
                f"the store {shown(url)} was made with other rules: to put these in their place, see what that changes "
                f"with `seg deploy {shlex.join([*paths, '--store', shown(url)])}`; or name another store with --store, "
                "or begin anew with --fresh and all events"
            )
    except BaseException:
        backend.close()
        raise
    return backend


def _remove(url: str) -> None:
    """Remove a store, if it is one of ours that nobody is writing to."""
    if url == MEMORY:
        return
    if not url.startswith(FILE):
        if not segdsl.remove_store(url):
            raise StoreError(f"--fresh cannot remove the store {shown(url)}: name another store")
        return
    path = Path(url.removeprefix(FILE))
    if not path.exists():
        return
    with suppress(OldStoreError), segdsl.open_backend(url) as backend:
        kept = backend.program()
        if kept is not None:
            backend.install(kept)  # fails while another process writes to the store
    for each in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        each.unlink(missing_ok=True)
