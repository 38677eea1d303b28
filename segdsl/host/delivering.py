"""Effects out of a store's outbox, to those who do them: tries, pauses between them, and dead letters.

Effects are claimed a page at a time, so that nobody else is given them as long as the claim lasts (its lease); they are
handed over one by one, and the whole page is taken out of the outbox. Whatever happens in between, an effect that was
not taken out is claimed again by somebody later: each is handed over at least once.

A page is one effect at first. It grows as long as handlers are quick, so that what a crash has handed over twice is
what was handed over in the last second or so, and what nobody comes to is claimed by others soon.
"""

from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from inspect import iscoroutinefunction

from attrs import define, field, frozen
from msgspec import Struct

from segdsl.backends.base import Backend, StoredEffect
from segdsl.diagnostics.errors import InputError, RefusedError, SegdslError
from segdsl.records.outcomes import Effect
from segdsl.values.chance import BITS, draw
from segdsl.values.instants import EPOCH, MICROSECOND, SECOND

Handler = Callable[[Effect], object]

NOTICES = ""
"""The name under which notices of withdrawal are claimed, beside the names of actions."""

PAGE = 256
"""Effects that are claimed at once, at most."""

QUICK = SECOND
"""How long a page should take. What is left of it then is given back."""

TOLD = 1_000
"""Characters of an error that are kept."""

DIFFERENT = 20
"""Errors that are told one by one."""

LOST = "handed out again and again, and nothing came back: whoever had it may have died of it, or takes too long"


class Delivery(Struct, frozen=True):
    """What came of a delivery: how many effects were `delivered`, how many `failed` and will be tried again, how many
    are `dead` letters now. `again` is the instant (UTC) at which the next of those that wait can be delivered, also of
    those that others have claimed; None when none waits. `errors` are what handlers raised, as text, with how often: up
    to 20 different ones."""

    delivered: int
    failed: int
    dead: int
    again: datetime | None
    errors: dict[str, int]


@frozen
class Patience:
    """How often an effect is tried, and how long it waits between (microseconds). `lease` is for how long a page of
    effects is claimed."""

    tries: int
    first: int
    longest: int
    lease: int

    def pause(self, effect: Effect, tries: int) -> int:
        """How long an effect waits after so many tries: `first`, then twice as long each time, never longer than
        `longest`. Up to half of it is taken off, the same for the same effect and try, so that what failed together
        does not come again together."""
        whole = min(self.first << min(tries - 1, 64), self.longest)
        return whole - (whole // 2 * draw(effect.id, "again", str(tries)) >> BITS)


def patience(tries: int, first: timedelta, longest: timedelta, lease: timedelta) -> Patience:
    """Raises InputError for what makes no sense."""
    for name, length in (("first", first), ("longest", longest), ("lease", lease)):
        if length < MICROSECOND:
            raise InputError(f"`{name}` is {length}, and has to be longer than nothing")
    if tries < 1:
        raise InputError(f"`tries` is {tries}, and an effect is tried at least once")
    return Patience(tries, first // MICROSECOND, longest // MICROSECOND, lease // MICROSECOND)


@frozen
class Receivers:
    """Who takes effects: `every` takes those of all actions, or `by_action` each those of its own; `withdrawn` takes
    notices, in place of `every`."""

    every: Handler | None
    by_action: Mapping[str, Handler]
    withdrawn: Handler | None

    def check(self) -> None:
        """Raises InputError for one that would have to be awaited, since nothing would be done."""
        for each in (self.every, self.withdrawn, *self.by_action.values()):
            if iscoroutinefunction(each):
                raise InputError("a handler is called and not awaited: this one is an `async def`")

    @property
    def actions(self) -> Collection[str] | None:
        """The actions whose effects somebody takes, for `claim`; None for all of them, and notices."""
        if self.every is not None:
            return None
        return [*self.by_action, *([NOTICES] if self.withdrawn is not None else [])]

    def of(self, effect: Effect) -> Handler | None:
        if effect.is_notice:
            return self.withdrawn or self.every
        return self.every or self.by_action.get(effect.action)


def deliver(
    backend: Backend, clock: Callable[[], int], receivers: Receivers, patience: Patience, limit: int | None
) -> Delivery:
    """Hand over what is in the outbox and due, oldest first: up to `limit` effects (None: all), each once. `clock`
    gives the instant in microseconds UTC."""
    receivers.check()
    if limit is not None and limit < 0:
        raise InputError(f"`limit` is {limit}, and cannot be below 0")
    begun = clock()
    work = _Delivering(backend, clock, receivers, receivers.actions, patience, begun, begun)
    if work.actions is None or work.actions:
        work.drain(limit)
    return work.account()


@define
class _Delivering:
    """One delivery. It claims what was due when it was `begun`, so that what fails is not tried again by it. `now`
    never goes back, even if the clock does."""

    backend: Backend
    clock: Callable[[], int]
    receivers: Receivers
    actions: Collection[str] | None
    patience: Patience
    begun: int
    now: int
    delivered: int = 0
    failed: int = 0
    dead: int = 0
    errors: Counter[str] = field(factory=Counter)

    def tick(self) -> int:
        self.now = max(self.now, self.clock())
        return self.now

    def drain(self, limit: int | None) -> None:
        page = 1
        while limit is None or limit > 0:
            start = self.tick()
            asked = page if limit is None else min(page, limit)
            claimed = self.backend.claim(asked, self.begun, start + self.patience.lease, self.actions)
            if not claimed:
                if self.set_right():
                    continue
                return
            handed = self.hand_over(deque(claimed), start)
            if limit is not None:
                limit -= handed
            took = self.now - start
            if took > QUICK:
                page = max(1, page // 2)
            elif took * 2 <= QUICK:
                page = min(page * 2, PAGE)

    def set_right(self) -> bool:
        """Have effects be due that wait for longer than any effect does: the machine's clock was set back after they
        were claimed, or put off. Those who deliver from one store are taken to have the same patience. Gives whether
        there are any."""
        longest = self.tick() + self.patience.longest + self.patience.lease
        astray = [each for each in self.backend.waiting(PAGE, self.actions) if each.again > longest]
        for each in astray:
            self.backend.failed(each, each.error, self.begun)
        return bool(astray)

    def hand_over(self, claimed: deque[StoredEffect], start: int) -> int:
        """Hand over the effects of a page, the first in any case, then as long as there is time. Gives how many were.
        What nobody comes to is given back, also where something stops it all, such as Ctrl-C in a handler."""
        enough = start + min(QUICK, self.patience.lease // 2)
        size = len(claimed)
        done: list[Effect] = []
        try:
            while claimed:
                each = claimed.popleft()
                if self.try_one(each, start):
                    done.append(each.effect)
                if self.tick() >= enough:
                    break
        except BaseException:
            with suppress(SegdslError):  # what stops it is to be heard of; the claims end by themselves
                self.put_down(done, claimed)
            raise
        self.put_down(done, claimed)
        return size - len(claimed)

    def put_down(self, done: list[Effect], rest: Collection[StoredEffect]) -> None:
        if done:
            self.backend.delivered(done)
            self.delivered += len(done)
        if rest:
            self.backend.release(list(rest))

    def try_one(self, claimed: StoredEffect, start: int) -> bool:
        """Hand over one effect. Gives whether that went well; if not, it is known in the store what becomes of it."""
        effect = claimed.effect
        handler = self.receivers.of(effect)
        if handler is None:
            raise AssertionError(f"{effect.action!r} was claimed, and nobody takes it")
        if claimed.tries > self.patience.tries:
            # Who claimed it last did not come to tell of it. It may be one that a process dies of, or may have stood
            # beside one in its page. So it is marked, and tried once more.
            if claimed.error == LOST:
                self.bury(claimed, LOST)
                return False
            self.backend.failed(claimed, LOST, start + self.patience.lease)
        try:
            handler(effect)
        except RefusedError as error:
            self.bury(claimed, _told(error))
            return False
        except Exception as error:
            if claimed.tries >= self.patience.tries:
                self.bury(claimed, _told(error))
            else:
                self.failed += 1
                self.later(claimed, _told(error))
            return False
        except BaseException as error:
            with suppress(SegdslError):
                self.later(claimed, _told(error))
            raise
        return True

    def bury(self, claimed: StoredEffect, error: str) -> None:
        self.dead += 1
        self.note(error)
        self.backend.failed(claimed, error, None)

    def later(self, claimed: StoredEffect, error: str) -> None:
        self.note(error)
        self.backend.failed(claimed, error, self.tick() + self.patience.pause(claimed.effect, claimed.tries))

    def note(self, error: str) -> None:
        if error in self.errors or len(self.errors) < DIFFERENT:
            self.errors[error] += 1

    def account(self) -> Delivery:
        next_ones = self.backend.waiting(1, self.actions) if self.actions is None or self.actions else []
        again = EPOCH + timedelta(microseconds=max(next_ones[0].again, self.tick())) if next_ones else None
        return Delivery(self.delivered, self.failed, self.dead, again, dict(self.errors))


def _told(error: BaseException) -> str:
    """An error as it is kept: its text, with its kind before it unless the handler said itself what is wrong."""
    try:
        text = str(error)
    except Exception:
        text = "(it cannot be told)"
    if not isinstance(error, RefusedError):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return text[:TOLD].encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
