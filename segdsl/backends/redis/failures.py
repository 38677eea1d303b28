"""What a failure of the server or of the way to it means to whoever runs the store, and what they can do about it."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from segdsl.diagnostics.errors import StoreError

DAMAGED = (
    "is damaged, or somebody else writes to its keys: restore the server from a backup, or build the store anew from "
    "the inputs"
)
KEPT_NOTHING = "nothing of the batch was kept"

WORDS = {
    "OOM": "cannot grow: the server has used up its memory (maxmemory); give it more, then go on",
    "MISCONF": "cannot be written: the server cannot write to its disk and so takes nothing in; make room there, or "
    "see its log, then go on",
    "READONLY": "cannot be written: the server is a replica; give the address of the primary server",
    "NOREPLICAS": "cannot be written: the server has fewer replicas than it demands (min-replicas-to-write)",
    "NOAUTH": "cannot be opened: the server wants a password; write redis://:PASSWORD@host, or set REDISCLI_AUTH",
    "WRONGPASS": "cannot be opened: the user or the password is wrong, or the server has none",
    "NOPERM": "cannot be used: the user lacks a right on the server",
    "DENIED": "cannot be opened: the server is in protected mode; set a password there, and give it in the URL",
    "MOVED": "cannot be used: the server is one of a cluster, and another one has the store; give the address of that",
    "ASK": "cannot be used now: the cluster is moving the store to another server; give the address of that",
    "CROSSSLOT": "cannot be used: the cluster, or a proxy, wants to lay its keys on several servers",
    "WRONGTYPE": DAMAGED,
}
"""By the first word of what the server says: what is to be done. To try again helps with none of these."""

LATER = frozenset({"LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN"})
"""First words of what a server says that will answer by and by."""

_SAYS_MORE = frozenset({"MOVED", "ASK", "NOPERM"})


class LostError(Exception):
    """The connection was lost, or the server cannot answer yet: whether it did what it was asked to is not known."""


def is_later(error: Exception) -> bool:
    return _word(error) in LATER or type(error).__name__ in _LATER_KINDS


def explained(store: object, error: Exception) -> StoreError:
    """What to raise for a server's answer that is an error. redis-py takes the first word off some of them; their
    types tell it."""
    word = _KINDS.get(type(error).__name__) or _word(error)
    text = str(error)
    if any(words in text for words in _WRONG):
        word = "WRONGPASS"
    if "max number of clients" in text:
        return StoreError(f"the store {store} cannot be opened: the server has as many clients as it may (maxclients)")
    if word not in WORDS:
        return StoreError(f"the store {store} cannot be used: the server says {text[:200]!r}")
    return StoreError(f"the store {store} {WORDS[word]}{f' ({text[:200]})' if word in _SAYS_MORE else ''}")


_LATER_KINDS = frozenset({"BusyLoadingError", "ClusterDownError", "MasterDownError", "TryAgainError"})

_WRONG = ("invalid username-password pair", "without any password configured", "invalid password")

_KINDS = {
    "OutOfMemoryError": "OOM",
    "ReadOnlyError": "READONLY",
    "NoPermissionError": "NOPERM",
    "MovedError": "MOVED",
    "AskError": "ASK",
    "ClusterCrossSlotError": "CROSSSLOT",
    "AuthenticationError": "NOAUTH",
    "AuthenticationWrongNumberOfArgsError": "NOAUTH",
}


def _word(error: Exception) -> str:
    return str(error).partition(" ")[0]


@contextmanager
def coded(store: object) -> Iterator[None]:
    """Turn what coding and decoding raises into a StoreError that says what to do."""
    try:
        yield
    except msgspec.MsgspecError as error:
        raise StoreError(f"the store {store} {DAMAGED}") from error
    except UnicodeDecodeError as error:
        raise StoreError(f"the store {store} {DAMAGED}") from error
    except (OverflowError, UnicodeEncodeError) as error:
        raise StoreError(f"the store {store} cannot keep a value: {error}; {KEPT_NOTHING}") from error
