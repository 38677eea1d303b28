"""What a batch does to the memberships: changes taken back, and changes that begin and end them."""

from collections import Counter
from collections.abc import Callable, Sequence
from operator import itemgetter

from segdsl.backends.base import Batch
from segdsl.backends.postgresql import statements
from segdsl.backends.postgresql.coding import moment, recorded
from segdsl.backends.postgresql.failures import ENTERS_TWICE, LEAVES_TWICE, NOT_THE_LAST
from segdsl.backends.postgresql.rows import Transaction
from segdsl.diagnostics.errors import StoreError
from segdsl.records.outcomes import Change

Check = Callable[[], object]
"""Asked when the statements of a transaction have run. Raises what is wrong."""


def erase(transaction: Transaction, customers: list[str]) -> Counter[str]:
    """Delete the memberships of some customers; by segment how many that went on are gone (negative)."""
    counts: Counter[str] = Counter()
    if customers:
        counts.subtract(dict(transaction.rows(statements.DROP_STAYS, customers)))
    return counts


def undo(transaction: Transaction, undone: Sequence[Change]) -> None:
    """Take recorded changes back. The stays concerned are read from the last one back."""
    if not undone:
        return
    by_key: dict[tuple[str, str], list[Change]] = {}
    for change in undone:
        by_key.setdefault((change.customer, change.segment), []).append(change)
    keys = sorted(by_key)
    asked = [(*key, len(by_key[key]) // 2 + 1, number) for number, key in enumerate(keys)]
    dropped: list[tuple[str, str, int]] = []
    reopened: list[tuple[str, str, int]] = []
    for number, sequence, *moments in transaction.many(statements.LAST_STAYS, asked).rows():
        key = keys[number]
        left = by_key[key]
        changes = recorded(*key, moments)
        if not left:
            continue
        while changes and left:
            if changes.pop() != left.pop():
                raise StoreError(NOT_THE_LAST)
        (reopened if changes else dropped).append((*key, sequence))
    if any(by_key.values()):
        raise StoreError(NOT_THE_LAST)
    # Dropped first, so that nobody seems to be in a segment twice when an earlier stay goes on again.
    transaction.many(statements.DROP_STAY, sorted(dropped))
    transaction.many(statements.REOPEN_STAY, sorted(reopened))


def change(transaction: Transaction, changes: Sequence[Change]) -> Check:
    """Close memberships, then insert those that begin and end within the batch, then those that stay open: in this
    order nobody seems to be in a segment twice. Sorted, since neighbours in an index cost less than strangers."""
    last: dict[tuple[str, str], Change] = {}
    closed, whole = [], []
    for each in changes:
        key = (each.segment, each.customer)
        before = last.get(key)
        if before is not None and before.entered == each.entered:
            raise StoreError(ENTERS_TWICE if each.entered else LEAVES_TWICE)
        last[key] = each
        if not each.entered:
            if before is None:
                closed.append((each.customer, each.segment, *moment(each)))
            else:
                whole.append((each.customer, each.segment, *moment(before), *moment(each)))
    closed.sort(key=itemgetter(1, 0))
    entered = sorted(key for key, each in last.items() if each.entered)
    put_closed = transaction.many(statements.CLOSE_OPEN, closed)
    put_whole = transaction.many(statements.PUT_WHOLE, whole)
    transaction.many(
        statements.PUT_OPEN, [(customer, name, *moment(last[name, customer])) for name, customer in entered]
    )

    def check() -> None:
        if put_closed.total() != len(closed):
            raise StoreError(LEAVES_TWICE)
        if put_whole.changed() != len(whole):
            raise StoreError(ENTERS_TWICE)

    return check


def count(batch: Batch, counts: Counter[str]) -> Counter[str]:
    """How many more members segments have after a batch; `counts` are those whom it erased."""
    for each in batch.undone:
        counts[each.segment] -= 1 if each.entered else -1
    for each in batch.changes:
        counts[each.segment] += 1 if each.entered else -1
    return counts
