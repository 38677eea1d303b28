"""Opening a store: its mark is looked at before anything is written, made where nothing lies yet, and removed with it.

The mark is `segdsl LAYOUT ID`, or `filling LAYOUT ID` while the contents of another store are put in. The id is drawn
at random, so a store that was removed and made anew is known for another one.
"""

import secrets
from collections.abc import Iterator

from segdsl.backends.redis.address import Address
from segdsl.backends.redis.failures import LostError
from segdsl.backends.redis.layout import VERSION
from segdsl.backends.redis.wire import Wire
from segdsl.diagnostics.errors import OldStoreError, StoreError

OURS, FILLING = b"segdsl", b"filling"
SCANNED = 5_000
"""Keys that the server looks at in one go: some milliseconds."""


def open_store(wire: Wire) -> None:
    """Open the store that a wire leads to, or make it. Raises StoreError when the server cannot be reached, or when
    something else lies there, or a store of another layout."""
    _reach(wire)
    keys = wire.keys
    (mark,) = wire.ask([("GET", keys.mark)])
    if mark is None:
        _look_for_others(wire)
        fresh = b"%s %d %s" % (OURS, VERSION, secrets.token_hex(8).encode())
        # Of two who do this at once the first one makes the store, and both open it.
        first = [("MULTI",), ("SET", keys.mark, fresh, "NX"), ("HSETNX", keys.meta, "run", wire.run), ("EXEC",)]
        *_, made, mark = wire.ask([*first, ("GET", keys.mark)])
        for answer in made or ():
            wire.connect().check(answer)
    look_at(mark, wire.address)
    wire.marks = (mark,)


def look_at(mark: bytes, address: Address) -> None:
    """Raises StoreError when a mark is not that of a store that can be opened."""
    kind, _, rest = mark.partition(b" ")
    version = rest.partition(b" ")[0]
    if kind not in (OURS, FILLING) or not version.isdigit():
        raise _not_ours(address)
    if int(version) < VERSION:
        raise OldStoreError(
            f"the store {address} was made by an older version of segdsl (layout {int(version)}, this one reads "
            f"{VERSION}): run anew with --fresh and all events, or give another prefix"
        )
    if int(version) > VERSION:
        raise StoreError(
            f"the store {address} was made by a newer version of segdsl (layout {int(version)}, this one reads "
            f"{VERSION}): upgrade segdsl, or give another prefix"
        )
    if kind == FILLING:
        raise StoreError(
            f"the store {address} is being filled with the contents of another one, or that was broken off: wait for "
            "it, or begin anew with --fresh"
        )


def remove_store(wire: Wire) -> None:
    """Remove the keys of a store, if it is one, of whatever layout. Raises StoreError when it is something else."""
    _reach(wire)
    keys = wire.keys
    (mark,) = wire.ask([("GET", keys.mark)])
    if mark is None:
        _look_for_others(wire)
    elif mark.partition(b" ")[0] not in (OURS, FILLING):
        raise _not_ours(wire.address)
    # The mark goes first: whoever writes finds the store gone, whoever opens it finds that something lies there.
    wire.ask([("UNLINK", keys.mark)])
    for found in scan(wire):
        if found:
            wire.ask([("UNLINK", *found)])


def _reach(wire: Wire) -> None:
    try:
        wire.connect()
    except LostError as error:
        raise StoreError(
            f"no store can be opened at {wire.address}: the server cannot be reached ({error}); see that it runs, that "
            "the address is right, and that it is rediss:// if the server wants TLS"
        ) from error


def _look_for_others(wire: Wire) -> None:
    """Raises StoreError when something lies under the prefix that bears no mark. The lock and what writers remember
    may be left over from a store that was removed; they end by themselves."""
    keys = wire.keys
    for found in scan(wire):
        if any(key != keys.lock and not key.startswith(keys.landed(b"")) for key in found):
            (mark,) = wire.ask([("GET", keys.mark)])
            if mark is None:  # nobody has made a store meanwhile
                raise _not_ours(wire.address)
            return


def scan(wire: Wire) -> Iterator[list[bytes]]:
    cursor = b"0"
    pattern = wire.keys.head + b"*"  # a prefix holds nothing that means something in a pattern
    while True:
        ((cursor, found),) = wire.ask([("SCAN", cursor, "MATCH", pattern, "COUNT", SCANNED)])
        yield found
        if cursor == b"0":
            return


def _not_ours(address: Address) -> StoreError:
    return StoreError(
        f"there is something else than a segdsl store under the prefix {address.prefix!r} of {address}; it was not "
        "touched: give another prefix, as in ?prefix=shop"
    )
