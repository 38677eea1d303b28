"""Effects out of the outbox: handed over, tried again with pauses, dead letters, and several who deliver at once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import segdsl
from segdsl.host.batches import Handler
from segdsl.records.outcomes import Effect
from segdsl.values.instants import EPOCH, HOUR, MINUTE, SECOND

RULES = """
lateness 2 days
when registers then send email "hello"
when places order then send push "thanks"
activity Basket {
  when adds to cart then wait 1 hour then send text "basket"
  stop when visits
}
"""
NOON = 1_772_366_400_000_000
"""2026-03-01T12:00:00Z."""

DROPPED = ConnectionError("the line is dead")
FAILED = {"ConnectionError: the line is dead": 1}


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now

    def pass_(self, microseconds: int) -> None:
        self.now += microseconds


class Died(BaseException):
    """The process ends here: nothing more reaches the store."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


def at(instant: int) -> datetime:
    return EPOCH + timedelta(microseconds=instant)


def micros(moment: datetime | None) -> int:
    assert moment is not None
    return (moment - EPOCH) // timedelta(microseconds=1)


Opening = Callable[..., segdsl.Engine]


@pytest.fixture(params=["memory", "sqlite"])
def opening(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Opening]:
    """Opens engines on one store, each as if it were in a process of its own."""
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'shop.store'}"
    shared = segdsl.open_backend(url)
    program = segdsl.loads(RULES)
    opened = [segdsl.Engine(program, shared, clock=clock)]

    def open_(**more: Any) -> segdsl.Engine:
        backend = shared if request.param == "memory" else url
        opened.append(segdsl.Engine(program, backend, clock=clock, **more))
        return opened[-1]

    yield open_
    for engine in opened:
        engine.close()


@pytest.fixture
def engine(opening: Opening) -> segdsl.Engine:
    return opening()


def event(name: str, customer: str, time: str = "2026-03-01T10:00:00Z") -> dict[str, Any]:
    return {"event": name, "customer": customer, "time": time, "id": f"{name} {customer} {time}"}


def register(engine: segdsl.Engine, *customers: str) -> None:
    for customer in customers:
        engine.process(event("registers", customer))


class Post:
    """A handler that remembers whose effects it took, and fails for some customers."""

    def __init__(self, **failing: BaseException) -> None:
        self.failing = failing
        self.taken: list[Effect] = []

    def __call__(self, effect: Effect) -> None:
        self.taken.append(effect)
        if error := self.failing.get(effect.customer):
            raise error

    @property
    def customers(self) -> list[str]:
        return [effect.customer for effect in self.taken]


# -------------------------------------------------------------------------------------------------------- handed over


def test_what_waits_is_handed_over_oldest_first_and_once(engine: segdsl.Engine) -> None:
    register(engine, *"zbfa")
    post = Post()
    assert engine.deliver(post) == segdsl.Delivery(4, 0, 0, None, {})
    assert engine.deliver(post) == segdsl.Delivery(0, 0, 0, None, {})
    assert post.customers == ["z", "b", "f", "a"]


def test_thousands_are_handed_over(engine: segdsl.Engine) -> None:
    customers = [f"c{number}" for number in range(1_500)]
    engine.process([event("registers", customer) for customer in customers])
    post = Post()
    assert engine.deliver(post).delivered == 1_500
    assert post.customers == customers


def test_no_more_than_the_limit_are_handed_over_and_what_is_left_is_due_now(engine: segdsl.Engine) -> None:
    register(engine, *"abcde")
    post = Post()
    delivery = engine.deliver(post, limit=3)
    assert (post.customers, delivery.delivered, delivery.again) == (["a", "b", "c"], 3, at(NOON))


def test_without_a_handler_those_of_the_engine_take_the_effects_of_their_actions(opening: Opening) -> None:
    engine = opening()
    engine.process([event("registers", "ann"), event("places order", "ann"), event("registers", "bob")])
    mails, pushes = Post(), Post()
    engine.handle("send email", mails)
    engine.handle("send push", pushes)
    assert engine.deliver().delivered == 3
    assert (mails.customers, pushes.customers) == (["ann", "bob"], ["ann"])


def test_effects_without_a_handler_stay_untried_and_hold_up_nobody(engine: segdsl.Engine) -> None:
    engine.process([event("registers", f"c{number}") for number in range(300)])
    engine.process(event("places order", "zoe"))
    pushes = Post()
    engine.handle("send push", pushes)
    assert engine.deliver() == segdsl.Delivery(1, 0, 0, None, {})
    assert {each.tries for each in engine.outbox()} == {0}
    assert len(engine.outbox()) == 300


def test_where_nobody_takes_anything_nothing_happens(engine: segdsl.Engine) -> None:
    register(engine, "ann")
    assert engine.deliver() == segdsl.Delivery(0, 0, 0, None, {})
    assert [each.tries for each in engine.outbox()] == [0]


def test_a_handler_may_process_events_whose_effects_are_handed_over_too(engine: segdsl.Engine) -> None:
    register(engine, "ann")
    post = Post()

    def answer(effect: Effect) -> None:
        post(effect)
        if effect.action == "send email":
            engine.process(event("places order", effect.customer))

    assert engine.deliver(answer).delivered == 2
    assert [effect.action for effect in post.taken] == ["send email", "send push"]


def test_what_a_handler_failed_at_right_after_the_commit_is_delivered_later(opening: Opening) -> None:
    engine = opening(handlers={"send email": Post(ann=DROPPED)})
    with pytest.raises(ConnectionError):
        register(engine, "ann")
    post = Post()
    assert engine.deliver(post).delivered == 1
    assert post.customers == ["ann"]


# ---------------------------------------------------------------------------------------------------------- tried again


def test_what_fails_is_tried_again_after_a_pause_and_nobody_waits_for_it(engine: segdsl.Engine, clock: Clock) -> None:
    engine.process([event("registers", "ann"), event("places order", "ann"), event("registers", "bob")])
    first_of_ann = Post(ann=DROPPED)
    engine.handle("send email", first_of_ann)
    engine.handle("send push", pushes := Post())
    delivery = engine.deliver()
    assert (delivery.delivered, delivery.failed, delivery.dead, delivery.errors) == (2, 1, 0, FAILED)
    assert (first_of_ann.customers, pushes.customers) == (["ann", "bob"], ["ann"])
    clock.now = micros(delivery.again)
    assert engine.deliver(post := Post()) == segdsl.Delivery(1, 0, 0, None, {})
    assert post.taken == first_of_ann.taken[:1]


def test_before_its_time_nothing_is_tried_again(engine: segdsl.Engine, clock: Clock) -> None:
    register(engine, "ann")
    again = engine.deliver(Post(ann=DROPPED)).again
    clock.now = micros(again) - 1
    assert engine.deliver(post := Post()).again == again
    assert post.taken == []


def pauses(engine: segdsl.Engine, clock: Clock, customer: str, **lengths: Any) -> list[int]:
    """After how long the effects of a customer were tried again, until they were no more (microseconds)."""
    found = []
    post = Post(**{customer: DROPPED})
    while (again := engine.deliver(post, **lengths).again) is not None:
        found.append(micros(again) - clock.now)
        clock.now = micros(again)
    return found


def test_pauses_double_up_to_the_longest_with_up_to_half_left_out(engine: segdsl.Engine, clock: Clock) -> None:
    register(engine, "ann")
    found = pauses(engine, clock, "ann", tries=10, first=timedelta(seconds=1), longest=timedelta(seconds=20))
    whole = [1, 2, 4, 8, 16, 20, 20, 20, 20]
    assert len(found) == len(whole)
    assert all(full * SECOND // 2 <= pause <= full * SECOND for pause, full in zip(found, whole, strict=True))


def test_by_default_an_effect_is_tried_for_some_hours(engine: segdsl.Engine, clock: Clock) -> None:
    register(engine, "ann")
    assert 4 * HOUR < sum(pauses(engine, clock, "ann")) < 9 * HOUR


def test_what_failed_together_does_not_come_again_together(engine: segdsl.Engine) -> None:
    register(engine, *"abcdefgh")
    engine.deliver(Post(**dict.fromkeys("abcdefgh", DROPPED)))
    assert len({each.again for each in engine.outbox()}) == 8


def test_pauses_are_the_same_wherever_they_are_worked_out(opening: Opening) -> None:
    first, second = opening(), opening()
    register(first, "ann")
    before = first.deliver(Post(ann=DROPPED)).again
    first.backend.failed(first.outbox()[0], "", None)
    first.revive()
    assert second.deliver(Post(ann=DROPPED)).again == before


def test_one_delivery_tries_each_effect_once_however_long_it_takes(engine: segdsl.Engine, clock: Clock) -> None:
    register(engine, "ann", "bob", "cem")
    tried: list[str] = []

    def slow(effect: Effect) -> None:
        tried.append(effect.customer)
        clock.pass_(HOUR)
        raise DROPPED

    assert engine.deliver(slow).failed == 3
    assert tried == ["ann", "bob", "cem"]


def test_a_clock_that_is_set_back_meanwhile_brings_nothing_again(engine: segdsl.Engine, clock: Clock) -> None:
    register(engine, "ann", "bob", "cem")
    tried: list[str] = []

    def sets_back(effect: Effect) -> None:
        tried.append(effect.customer)
        clock.pass_(-HOUR)
        raise DROPPED

    assert engine.deliver(sets_back).failed == 3
    assert tried == ["ann", "bob", "cem"]


# --------------------------------------------------------------------------------------------------------- dead letters


def test_after_so_many_tries_an_effect_is_a_dead_letter_with_its_last_error(
    engine: segdsl.Engine, clock: Clock
) -> None:
    register(engine, "ann")
    deliveries = []
    for number in range(3):
        deliveries.append(engine.deliver(Post(ann=ConnectionError(f"attempt {number}")), tries=3))
        clock.pass_(HOUR)
    assert [(each.failed, each.dead) for each in deliveries] == [(1, 0), (1, 0), (0, 1)]
    assert deliveries[-1].again is None
    [letter] = engine.dead_letters()
    assert (letter.effect.customer, letter.tries, letter.error) == ("ann", 3, "ConnectionError: attempt 2")
    assert (engine.outbox(), engine.deliver(Post()).delivered) == ([], 0)


def test_what_a_handler_refuses_is_a_dead_letter_at_once(engine: segdsl.Engine) -> None:
    register(engine, "ann", "bob")
    delivery = engine.deliver(Post(ann=segdsl.RefusedError("there is no such address")))
    assert (delivery.delivered, delivery.failed, delivery.dead) == (1, 0, 1)
    assert [(each.effect.customer, each.error) for each in engine.dead_letters()] == [
        ("ann", "there is no such address")
    ]


def test_dead_letters_come_back_when_they_are_revived(engine: segdsl.Engine) -> None:
    register(engine, "ann", "bob", "cem")
    refused = segdsl.RefusedError("no")
    engine.deliver(Post(ann=refused, bob=refused, cem=refused))
    ann, *_ = engine.dead_letters()
    assert (engine.revive([ann.effect.id]), engine.revive([ann.effect.id])) == (1, 0)
    assert engine.deliver(post := Post()).delivered == 1
    assert (engine.revive(), engine.revive()) == (2, 0)
    assert engine.deliver(post).delivered == 2
    assert post.customers == ["ann", "bob", "cem"]


def test_what_was_revived_is_tried_as_often_again(engine: segdsl.Engine, clock: Clock) -> None:
    register(engine, "ann")
    pauses(engine, clock, "ann", tries=3)
    engine.revive()
    assert len(pauses(engine, clock, "ann", tries=3)) == 2


def test_an_error_whose_text_cannot_be_told_or_stored_is_one_all_the_same(engine: segdsl.Engine) -> None:
    class BrokenError(Exception):
        def __str__(self) -> str:
            raise ValueError("no text")

    register(engine, "ann", "bob", "cem")
    engine.deliver(Post(ann=BrokenError(), bob=ValueError("a\0b\ud800"), cem=ValueError("x" * 10_000)), tries=1)
    ann, bob, cem = (each.error for each in engine.dead_letters())
    assert (ann, bob, len(cem)) == ("BrokenError: (it cannot be told)", "ValueError: a\\0b\\ud800", 1_000)


def test_errors_are_counted_and_no_more_than_a_few_are_told(engine: segdsl.Engine) -> None:
    customers = [f"c{number}" for number in range(100)]
    register(engine, *customers)
    errors = [ValueError("same") if number % 2 else ValueError(str(number)) for number in range(100)]
    delivery = engine.deliver(Post(**dict(zip(customers, errors, strict=True))))
    assert (delivery.failed, len(delivery.errors), delivery.errors["ValueError: same"]) == (100, 20, 50)


# -------------------------------------------------------------------------------------------------------------- notices


def withdrawn(engine: segdsl.Engine, clock: Clock, handler: Handler | None) -> None:
    """A reminder is in the outbox, and delivered if there is a handler; then a late event withdraws it."""
    engine.process(event("adds to cart", "ann"))
    engine.advance("2026-03-01T12:00:00Z")
    if handler is not None:
        engine.deliver(handler)
    engine.process(event("visits", "ann", "2026-03-01T10:30:00Z"))


def test_a_notice_goes_to_the_handler_of_all_with_its_mark(engine: segdsl.Engine, clock: Clock) -> None:
    post = Post()
    withdrawn(engine, clock, post)
    engine.deliver(post)
    assert [effect.mark for effect in post.taken] == ["", "withdrawn"]
    assert len({effect.id for effect in post.taken}) == 1


def test_a_notice_goes_to_the_engines_handler_of_notices_alone(opening: Opening, clock: Clock) -> None:
    post, notices = Post(), Post()
    engine = opening()
    withdrawn(engine, clock, post)
    engine.withdrawn = notices
    engine.deliver(post)
    assert ([effect.mark for effect in post.taken], [effect.mark for effect in notices.taken]) == ([""], ["withdrawn"])


def test_a_notice_that_nobody_takes_stays_whoever_takes_its_action(engine: segdsl.Engine, clock: Clock) -> None:
    withdrawn(engine, clock, Post())
    engine.handle("send text", texts := Post())
    assert engine.deliver() == segdsl.Delivery(0, 0, 0, None, {})
    assert ([each.effect.mark for each in engine.outbox()], texts.taken) == (["withdrawn"], [])


def test_an_effect_that_is_withdrawn_while_a_handler_has_it_is_followed_by_its_notice(
    opening: Opening, clock: Clock
) -> None:
    engine, other = opening(), opening()
    engine.process(event("adds to cart", "ann"))
    engine.advance("2026-03-01T12:00:00Z")
    marks: list[str] = []

    def handler(effect: Effect) -> None:
        marks.append(effect.mark)
        if not effect.mark:
            other.process(event("visits", "ann", "2026-03-01T10:30:00Z"))

    assert engine.deliver(handler).delivered == 1
    clock.pass_(HOUR)
    engine.deliver(handler)
    assert (marks, engine.outbox()) == (["", "withdrawn"], [])


def test_of_what_was_withdrawn_before_anybody_had_it_nobody_hears(engine: segdsl.Engine, clock: Clock) -> None:
    withdrawn(engine, clock, None)
    assert engine.deliver(post := Post()).delivered == 0
    assert post.taken == []


# ------------------------------------------------------------------------------------------------------- being stopped


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_who_is_stopped_in_a_handler_keeps_nothing_back_from_others(
    opening: Opening, clock: Clock, stop: type[BaseException]
) -> None:
    engine, other = opening(), opening()
    customers = [f"c{number}" for number in range(20)]
    register(engine, *customers)
    first = Post(c9=stop())
    with pytest.raises(stop):
        engine.deliver(first)
    assert first.customers == customers[:10]
    assert other.deliver(post := Post()).delivered == 10
    assert post.customers == customers[10:]


def test_what_was_in_hand_when_the_deliverer_was_stopped_is_tried_again(opening: Opening, clock: Clock) -> None:
    engine, other = opening(), opening()
    register(engine, "ann")
    with pytest.raises(KeyboardInterrupt):
        engine.deliver(Post(ann=KeyboardInterrupt()), tries=1)
    clock.pass_(SECOND)
    assert other.deliver(post := Post()).delivered == 1
    assert post.customers == ["ann"]


def test_being_stopped_is_no_try_of_what_was_not_handed_over(engine: segdsl.Engine) -> None:
    register(engine, *"abcdefgh")
    with pytest.raises(KeyboardInterrupt):
        engine.deliver(Post(d=KeyboardInterrupt()))
    assert {each.effect.customer: each.tries for each in engine.outbox()} == {"d": 1, **dict.fromkeys("efgh", 0)}


def die(*_given: object) -> None:
    raise Died


def test_who_dies_before_the_store_knows_has_it_delivered_twice_under_one_id(
    opening: Opening, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, other = opening(), opening()
    register(engine, "ann")
    first, second = Post(), Post()
    with monkeypatch.context() as patch, pytest.raises(Died):
        patch.setattr(type(engine.backend), "delivered", die)
        engine.deliver(first)
    assert other.deliver(second) == segdsl.Delivery(0, 0, 0, at(NOON + MINUTE), {})
    clock.pass_(MINUTE)
    assert other.deliver(second).delivered == 1
    assert first.taken == second.taken


def test_what_a_process_dies_of_again_and_again_is_a_dead_letter_in_the_end_and_nothing_beside_it(
    engine: segdsl.Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(engine, *"abcdefgh")
    post, deaths = Post(), 0

    def dies_of_d(effect: Effect) -> None:
        post(effect)
        if effect.customer == "d":
            for name in ("delivered", "failed", "release"):
                process.setattr(type(engine.backend), name, die)
            raise Died

    for _ in range(10):
        with monkeypatch.context() as process:
            try:
                engine.deliver(dies_of_d, tries=3)
            except Died:
                deaths += 1
        clock.pass_(MINUTE)
    assert deaths == 4
    assert [each.effect.customer for each in engine.dead_letters()] == ["d"]
    assert set(post.customers) == set("abcdefgh")
    assert engine.outbox() == []


# ---------------------------------------------------------------------------------------------------- several at a time


def test_two_who_deliver_at_once_are_never_given_the_same_effect(opening: Opening, clock: Clock) -> None:
    first, second = opening(), opening()
    register(first, *(f"c{number}" for number in range(40)))
    theirs, ours = Post(), Post()

    def and_the_other(effect: Effect) -> None:
        ours(effect)
        second.deliver(theirs, limit=1)

    first.deliver(and_the_other)
    assert sorted(ours.customers + theirs.customers) == sorted(f"c{number}" for number in range(40))
    assert ours.customers and theirs.customers


def test_what_is_claimed_is_somebody_elses_when_the_lease_is_over(opening: Opening, clock: Clock) -> None:
    first, second = opening(), opening()
    register(first, "ann")
    theirs = Post()

    def sleeps(effect: Effect) -> None:
        clock.pass_(29 * SECOND)
        assert second.deliver(theirs, lease=timedelta(seconds=30)).delivered == 0
        clock.pass_(1 * SECOND)
        assert second.deliver(theirs, lease=timedelta(seconds=30)).delivered == 1

    first.deliver(sleeps, lease=timedelta(seconds=30))
    assert theirs.customers == ["ann"]


def test_one_who_fails_after_the_lease_does_not_disturb_who_has_it_now(opening: Opening, clock: Clock) -> None:
    first, second, third = opening(), opening(), opening()
    register(first, "ann")
    theirs = Post()

    def too_slow(effect: Effect) -> None:
        clock.pass_(2 * MINUTE)
        [claimed] = second.backend.claim(1, clock.now, clock.now + MINUTE)
        assert claimed.effect == effect
        raise DROPPED

    first.deliver(too_slow)
    clock.pass_(MINUTE - 1)
    assert third.deliver(theirs).delivered == 0
    clock.pass_(1)
    assert third.deliver(theirs).delivered == 1


def test_a_handler_that_becomes_slow_leaves_what_it_does_not_come_to_to_others(opening: Opening, clock: Clock) -> None:
    first, second = opening(), opening()
    customers = [f"c{number}" for number in range(200)]
    register(first, *customers)
    ours, theirs = Post(), Post()

    def becomes_slow(effect: Effect) -> None:
        ours(effect)
        if len(ours.taken) > 100:
            clock.pass_(20 * SECOND)
            second.deliver(theirs)

    first.deliver(becomes_slow)
    assert sorted(ours.customers + theirs.customers) == sorted(customers)


def test_a_quick_handler_costs_few_claims(engine: segdsl.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.process([event("registers", f"c{number}") for number in range(1_000)])
    sizes: list[int] = []
    claim = engine.backend.claim
    monkeypatch.setattr(engine.backend, "claim", lambda limit, *more: sizes.append(limit) or claim(limit, *more))
    engine.deliver(Post())
    assert sizes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 256, 256, 256]


# ---------------------------------------------------------------------------------------------------------- wrong usage


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tries": 0}, "`tries` is 0, and an effect is tried at least once"),
        ({"limit": -1}, "`limit` is -1, and cannot be below 0"),
        ({"first": timedelta(0)}, "`first` is 0:00:00, and has to be longer than nothing"),
        ({"lease": -timedelta(seconds=1)}, "`lease` is -1 day, 23:59:59, and has to be longer than nothing"),
    ],
)
def test_what_makes_no_sense_is_refused(engine: segdsl.Engine, given: dict[str, Any], said: str) -> None:
    with pytest.raises(segdsl.InputError) as raised:
        engine.deliver(Post(), **given)
    assert str(raised.value) == said


def test_a_handler_that_has_to_be_awaited_is_refused_since_it_would_do_nothing(engine: segdsl.Engine) -> None:
    async def send(effect: Effect) -> None: ...

    register(engine, "ann")
    with pytest.raises(segdsl.InputError, match="called and not awaited"):
        engine.deliver(send)
    assert [each.tries for each in engine.outbox()] == [0]
