"""The backend `redis://host:port/database?prefix=name`: a store on a server of Redis (6.2 or newer) or Valkey, which
many processes share.

Comes in: batches. Goes out: answers. `address.py` takes the URL apart, `opening.py` opens, makes and removes a store,
`wire.py` goes to the server and back (through a `line.py`), `writing.py` writes all or nothing; `layout.py` says what
lies under which key. `landing.py` turns a batch into commands, with `stays.py` for memberships and `effects.py` for the
outbox. `backend.py` answers, with `memberships.py` and `delivering.py`. `copying.py` moves whole stores, `auditing.py`
looks for faults, `exposure.py` for who else could write, `failures.py` says what went wrong. Needs the extra `redis`.

**What it promises.** A batch lands whole or not at all, and once, also where the connection is cut and the answer lost.
Nobody else writes between the checks of a batch and its landing; `commit` says when a batch is refused all the same
after `sure` was called. A lost connection is made anew for 30 seconds.

**Its limits.**

- All of it lies in the server's memory, on one server: of a cluster too, since only keys of one slot can be written
  together. A customer with a small state takes some 0.8 KB, each open membership some 150 bytes more, an effect in the
  outbox 0.7 KB, the journal what it is.
- It lasts as long as the server's disk keeps it: with `appendonly yes` and `appendfsync always` what was committed is
  never lost, with `everysec` the last second can be when the machine dies, without `appendonly` all since it last
  saved. `exposed` says so. A server that comes back without its last seconds is noticed: a batch that was worked out
  from what is gone is refused (by `generation`, which grows whenever the server was started anew, so a batch should
  name it) and worked out anew, or, if its input's position is gone too, ends its run, which goes on from what is there
  when it is started again. A server that comes back empty is an error, never an empty store. The same is true where a
  replica takes over.
- The server carries out one batch at a time. Who commits waits for the others; work on different customers goes on
  beside it.
- Several databases and prefixes are several stores. Whoever may write to the server may write to all of them.
"""

from importlib import import_module
from typing import Any, cast

from segdsl.backends.base import Backend
from segdsl.backends.redis.address import Address, address_of
from segdsl.diagnostics.extras import load_extra

__all__ = ["Address", "open_backend", "opened", "remove", "wire_to"]


def open_backend(url: str) -> Backend:
    """The store at a URL, made when there is none: `redis://`, `valkey://`, `rediss://` (TLS; `ca`, `cert` and `key`
    name files), `unix:///run/redis.sock`, with `?prefix=name` (else `segdsl`), under which several stores can share a
    database. A password may stand in the URL, or in the variable REDISCLI_AUTH.

    Raises StoreError when the URL is wrong, the server cannot be reached or holds something else there;
    MissingExtraError without the extra `redis`.
    """
    return opened(wire_to(address_of(url)))


def wire_to(address: Address, **more: Any) -> Any:
    """A `Wire`; `more` are its further parameters. Raises MissingExtraError without the extra `redis`."""
    load_extra(
        "redis", "redis", "redis", "a store on a Redis or Valkey server needs the package", "a file needs nothing more"
    )
    return import_module(f"{__name__}.wire").Wire(address, **more)


def opened(wire: Any) -> Backend:
    """The store behind a wire, which is closed again when it cannot be opened. Raises StoreError."""
    try:
        import_module(f"{__name__}.opening").open_store(wire)
    except BaseException:
        wire.close()
        raise
    return cast(Backend, import_module(f"{__name__}.backend").RedisBackend(wire))


def remove(url: str) -> None:
    """Remove the store at a URL, of whatever layout, if there is one. Raises as `open_backend` does."""
    wire = wire_to(address_of(url))
    try:
        import_module(f"{__name__}.opening").remove_store(wire)
    finally:
        wire.close()
