"""Who was in which segment from when to when, in memory: each stay as a few bytes.

A stay is an array in MessagePack: instant, arrival, round, the number of why (reason, place and rule, which few
thousand share) and the cause of the change that began it, then the same of the one that ended it, if one did.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from segdsl.backends.base import Batch, Membership, Moves, StoredStay
from segdsl.diagnostics.errors import StoreError
from segdsl.records.outcomes import Because, Change
from segdsl.values.instants import DAY

Stay = bytes
Key = tuple[str, str]
"""A segment and a customer."""

PARTS = 5
"""Of a change, in a stay."""

_OPEN = 0x90 | PARTS  # the first byte of a stay that goes on: an array of so many
_CLOSED = bytes([0x90 | 2 * PARTS])
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple).decode


class Stays:
    """Every recorded stay. `open` says of each segment how many go on."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self._of: dict[str, dict[str, Stay | tuple[Stay, ...]]] = {}  # by segment and customer; several: oldest first
        self._segments: dict[str, tuple[str, ...]] = {}  # by customer, in order; equal ones are one
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._whys: list[tuple[str, str, str]] = []
        self._numbers: dict[tuple[str, str, str], int] = {}

    # ------------------------------------------------------------------------------------------------------- a batch

    def after(self, batch: Batch) -> dict[Key, list[Stay]]:
        """What a batch makes of the stays that it touches; nothing is changed. Raises StoreError where it does not
        fit."""
        erased = set(batch.erased)
        names = {account: guest for guest, account in batch.renamed.items()}
        after: dict[Key, list[Stay]] = {}

        def begun(key: Key) -> list[Stay]:
            before = names.get(key[1], key[1]) if names else key[1]
            after[key] = found = [] if before in erased else self._kept(key[0], before)
            return found

        for change in reversed(batch.undone):
            key = (change.segment, change.customer)
            self._undo(after[key] if key in after else begun(key), change)
        for change in batch.changes:
            key = (change.segment, change.customer)
            stays = after.get(key)
            self._add(begun(key) if stays is None else stays, change)
        return after

    def put(self, after: dict[Key, list[Stay]], batch: Batch) -> None:
        """Keep what `after` gave of a batch, once those erased and renamed are."""
        fresh: dict[str, list[str]] = {}
        for (segment, customer), stays in after.items():
            of = self._of.get(segment)
            if of is None:
                of = self._of[segment] = {}
            if not stays:
                of.pop(customer, None)
                continue
            if customer not in of:
                others = fresh.get(customer)
                if others is None:
                    fresh[customer] = [segment]
                else:
                    others.append(segment)
            of[customer] = stays[0] if len(stays) == 1 else tuple(stays)
        for customer, segments in fresh.items():
            known = self._segments.get(customer)
            both = tuple(sorted({*known, *segments} if known else segments))
            self._segments[customer] = self._shared.setdefault(both, both)
        for change in batch.undone:
            self.open[change.segment] -= 1 if change.entered else -1
        self.open.update([change.segment for change in batch.changes if change.entered])
        self.open.subtract([change.segment for change in batch.changes if not change.entered])

    def erase(self, customer: str) -> None:
        for segment in self._segments.pop(customer, ()):
            found = self._of[segment].pop(customer, None)
            if found is not None and _goes_on(_last(found)):
                self.open[segment] -= 1

    def rename(self, guest: str, account: str) -> None:
        segments = self._segments.pop(guest, ())
        for segment in segments:
            of = self._of[segment]
            if guest in of:
                of[account] = of.pop(guest)
        if segments:
            self._segments[account] = segments

    def prune(self, customer: str, before: int) -> int:
        """Drop those of a customer that ended before an instant. Gives how many did."""
        dropped = 0
        for segment in self._segments.get(customer, ()):
            kept = self._kept(segment, customer)
            left = [stay for stay in kept if _goes_on(stay) or _decode(stay)[PARTS] >= before]
            dropped += len(kept) - len(left)
            if not left:
                self._of[segment].pop(customer, None)
            elif len(left) < len(kept):
                self._of[segment][customer] = left[0] if len(left) == 1 else tuple(left)
        if dropped:
            left_in = tuple(name for name in self._segments[customer] if customer in self._of[name])
            self._segments[customer] = self._shared.setdefault(left_in, left_in)
            if not left_in:
                del self._segments[customer]
        return dropped

    def _kept(self, segment: str, customer: str) -> list[Stay]:
        of = self._of.get(segment)
        found = of.get(customer) if of is not None else None
        if found is None:
            return []
        return [found] if isinstance(found, bytes) else list(found)

    def _add(self, stays: list[Stay], change: Change) -> None:
        """Begin or end a stay. Raises StoreError when the change does not fit."""
        if change.entered == (bool(stays) and stays[-1][0] == _OPEN):
            did = "enters a segment that it is in already" if change.entered else "leaves a segment that it is not in"
            raise StoreError(f"nothing of the batch was kept: customer {change.customer!r} {did}: {change.segment}")
        try:
            if change.entered:
                stays.append(_encode(self._packed(change)))
            else:
                stays[-1] = _both(stays[-1], _encode(self._packed(change)))
        except UnicodeEncodeError as error:
            raise StoreError(f"nothing of the batch was kept: {error}") from error

    def _undo(self, stays: list[Stay], change: Change) -> None:
        """Take the last change back. Raises StoreError when it is another one."""
        recorded = list(self._changes(change.segment, change.customer, stays.pop())) if stays else []
        if not recorded or change != recorded[-1]:
            raise StoreError(
                f"nothing of the batch was kept: a change of customer {change.customer!r} is to be undone that is not "
                f"the last one in its segment: {change.segment}"
            )
        if len(recorded) > 1:
            stays.append(_encode(self._packed(recorded[0])))

    def _packed(self, change: Change) -> tuple[int, int, int, int, str]:
        because = change.because
        why = (because.reason, because.place, because.rule)
        number = self._numbers.get(why)
        if number is None:
            number = self._numbers[why] = len(self._whys)
            self._whys.append(why)
        return change.instant, change.arrival, change.round, number, because.cause

    # ----------------------------------------------------------------------------------------------------- questions

    def memberships(self, customer: str, at: int | None) -> list[Membership]:
        """Those of a customer at an instant (None: those that go on), by segment."""
        segments = self._segments.get(customer, ())
        found = ((segment, self._at(self._kept(segment, customer), at)) for segment in segments)
        return [self._membership(segment, customer, stay) for segment, stay in found if stay is not None]

    def members(self, segment: str, at: int | None) -> Iterator[Membership]:
        """The members as they are now, in the order of their ids, whatever is committed meanwhile."""
        stays = self._stays(segment, at)
        return (self._membership(segment, customer, stay) for customer, stay in sorted(stays))

    def count(self, segment: str, at: int | None) -> int:
        return self.open[segment] if at is None else sum(1 for _ in self._stays(segment, at))

    def _stays(self, segment: str, at: int | None) -> Iterator[tuple[str, Stay]]:
        for customer, kept in self._of.get(segment, {}).items():
            stay = self._at(kept if isinstance(kept, tuple) else (kept,), at)
            if stay is not None:
                yield customer, stay

    @staticmethod
    def _at(stays: Sequence[Stay], at: int | None) -> Stay | None:
        """The stay at an instant, if there is one; its end is the first instant that no longer belongs to it."""
        if at is None:
            return stays[-1] if stays and _goes_on(stays[-1]) else None
        for stay in stays:
            parts = _decode(stay)
            if parts[0] <= at and (len(parts) == PARTS or at < parts[PARTS]):
                return stay
        return None

    def history(self, customer: str) -> list[Change]:
        """All recorded changes of a customer, in the order in which they happened."""
        changes = [
            change
            for segment in self._segments.get(customer, ())
            for stay in self._kept(segment, customer)
            for change in self._changes(segment, customer, stay)
        ]
        return sorted(changes, key=lambda each: (each.instant, each.arrival, each.round, each.entered, each.segment))

    def stored(self) -> Iterator[StoredStay]:
        """All of them, those of a customer and segment in the order in which they were recorded."""
        for segment, of in self._of.items():
            for customer in of:
                for stay in self._kept(segment, customer):
                    yield StoredStay(*self._changes(segment, customer, stay))

    def moves(self) -> Iterator[Moves]:
        """How many stays of a segment began and ended, day by day."""
        entered: Counter[tuple[str, int]] = Counter()
        left: Counter[tuple[str, int]] = Counter()
        for segment, of in self._of.items():
            for customer in of:
                for parts in map(_decode, self._kept(segment, customer)):
                    if len(parts) == PARTS or parts[0] < parts[PARTS]:
                        entered[segment, parts[0] // DAY] += 1
                        if len(parts) > PARTS:
                            left[segment, parts[PARTS] // DAY] += 1
        return iter([Moves(*key, entered[key], left[key]) for key in sorted({*entered, *left})])

    def standings(self, at: int | None) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every customer who is in a segment at an instant (None: now), by id, with all their segments."""
        return iter([(customer, found) for customer in sorted(self._segments) if (found := self._in(customer, at))])

    def _in(self, customer: str, at: int | None) -> tuple[str, ...]:
        segments = self._segments[customer]
        return tuple(segment for segment in segments if self._at(self._kept(segment, customer), at) is not None)

    def _membership(self, segment: str, customer: str, stay: Stay) -> Membership:
        parts = _decode(stay)
        until = parts[PARTS] if len(parts) > PARTS else None
        return Membership(customer, segment, parts[0], until, Because(*self._whys[parts[3]], parts[4]))

    def _changes(self, segment: str, customer: str, stay: Stay) -> Iterable[Change]:
        """The change that began a stay, and the one that ended it."""
        parts = _decode(stay)
        for start in range(0, len(parts), PARTS):
            instant, arrival, round_, why, cause = parts[start : start + PARTS]
            entered = start == 0
            yield Change(customer, segment, entered, instant, arrival, round_, Because(*self._whys[why], cause))


def _both(began: Stay, ended: Stay) -> Stay:
    """A stay that has ended, of the parts of its two changes."""
    return _CLOSED + began[1:] + ended[1:]


def _last(kept: Stay | tuple[Stay, ...]) -> Stay:
    return kept[-1] if isinstance(kept, tuple) else kept


def _goes_on(stay: Stay) -> bool:
    return stay[0] == _OPEN
