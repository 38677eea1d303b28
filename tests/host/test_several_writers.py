"""Several engines on one store: a batch is worked out anew where another has written what it was worked out from."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import segdsl
from segdsl.backends.base import Backend, Batch, StoredProgram, nothing
from segdsl.diagnostics.errors import ConflictError, StoreError
from segdsl.host.batches import ANEW
from segdsl.records.outcomes import Effect
from segdsl.values.instants import DAY

RULES = """
segment Buyers if places order at least 3 times
segment Guests by activities
when registers then add to Guests and send email "Welcome"
when 1 day after the last registers then send email "Still there?"
"""
T0 = 1_772_359_200_000_000  # 2026-03-01T10:00Z


def event(name: str, customer: str, number: int, **more: Any) -> dict[str, Any]:
    time = f"2026-03-01T10:00:{number:02}Z"
    return {"id": f"e{number}", "event": name, "customer": customer, "time": time, **more}


class Between:
    """A backend on which, right before a commit, others do something, so many times."""

    def __init__(self, engine: segdsl.Engine, do: Callable[[], object], times: int = 1) -> None:
        self.backend: Backend = engine.backend
        self.commit_, self.do, self.left = engine.backend.commit, do, times
        engine.backend.commit = self.commit  # type: ignore[method-assign]

    def commit(self, batch: Batch, sure: Callable[[], object] = nothing) -> list[Effect]:
        if self.left:
            self.left -= 1
            self.do()
        return self.commit_(batch, sure)


@pytest.fixture
def program() -> segdsl.Program:
    return segdsl.loads(RULES)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/shop.store"


@pytest.fixture
def one(program: segdsl.Program, url: str) -> Iterator[segdsl.Engine]:
    with segdsl.Engine(program, url, clock=lambda: T0 + DAY) as engine:
        engine.pause = lambda seconds: None
        yield engine


@pytest.fixture
def other(one: segdsl.Engine, program: segdsl.Program, url: str) -> Iterator[segdsl.Engine]:
    with segdsl.Engine(program, url, clock=lambda: T0 + DAY) as engine:
        yield engine


def orders(engine: segdsl.Engine, customer: str) -> int:
    return len(engine.journal(customer))


def test_no_event_is_lost_of_a_customer_about_whom_two_write(one: segdsl.Engine, other: segdsl.Engine) -> None:
    one.process(event("places order", "ann", 1))
    Between(one, lambda: other.process(event("places order", "ann", 2)))
    one.process(event("places order", "ann", 3))
    assert [each.customer for each in one.members("Buyers")] == ["ann"]


def test_a_customer_who_appeared_meanwhile_is_gone_on_with(one: segdsl.Engine, other: segdsl.Engine) -> None:
    Between(one, lambda: other.process([event("places order", "ann", 1), event("places order", "ann", 2)]))
    one.process(event("places order", "ann", 3))
    assert [each.customer for each in other.members("Buyers")] == ["ann"]


def test_the_event_that_came_second_is_judged_as_that(one: segdsl.Engine, other: segdsl.Engine) -> None:
    Between(one, lambda: other.process(event("places order", "ann", 5)))
    (outcome,) = one.process(event("places order", "ann", 3))
    assert outcome.reject is not None and outcome.reject.reason == "late"


def test_the_same_event_through_two_engines_is_taken_once(one: segdsl.Engine, other: segdsl.Engine) -> None:
    Between(one, lambda: other.process(event("places order", "ann", 3)))
    (outcome,) = one.process(event("places order", "ann", 3))
    assert (outcome.status, orders(one, "ann")) == ("repeated", 1)


def test_one_who_was_forgotten_meanwhile_stays_so(one: segdsl.Engine, other: segdsl.Engine) -> None:
    Between(one, lambda: other.forget("ann", "2026-03-01T11:00:00Z"))
    (outcome,) = one.process(event("registers", "ann", 3))
    assert outcome.reject is not None and outcome.reject.reason == "forgotten"
    assert list(one.members("Guests")) == []


def test_effects_of_a_batch_that_did_not_land_are_not_handed_over(one: segdsl.Engine, other: segdsl.Engine) -> None:
    handed: list[str] = []
    one.handle("send email", lambda effect: handed.append(effect.id))
    Between(one, lambda: other.process(event("registers", "ann", 1)))
    one.process(event("registers", "ann", 1))
    assert handed == []


def test_a_batch_that_has_landed_is_not_worked_out_anew_whatever_its_handlers_raise(one: segdsl.Engine) -> None:
    handed: list[str] = []

    def handle(effect: Effect) -> None:
        handed.append(effect.id)
        raise ConflictError("others have written to another store meanwhile")

    one.handle("send email", handle)
    with pytest.raises(StoreError, match=r"the batch was kept, but .* to another store meanwhile"):
        one.process(event("registers", "ann", 1))
    assert len(handed) == 1
    assert [each.customer for each in one.members("Guests")] == ["ann"]


def test_a_batch_whose_effects_cannot_be_said_to_be_delivered_is_not_worked_out_anew(one: segdsl.Engine) -> None:
    def conflict(effects: object) -> None:
        raise ConflictError("others have written to the store meanwhile")

    one.handle("send email", lambda effect: None)
    one.backend.delivered = conflict  # type: ignore[method-assign]
    with pytest.raises(StoreError, match="the batch was kept"):
        one.process(event("registers", "ann", 1))
    assert [each.effect.action for each in one.outbox()] == ["send email"]


def test_outcomes_are_told_once_of_what_lands(one: segdsl.Engine, other: segdsl.Engine) -> None:
    told: list[str] = []
    Between(one, lambda: other.process(event("registers", "ann", 1)))
    read = one.shape.to_event(event("registers", "ann", 1), 1, "test")
    one.take([read], before_commit=lambda outcomes: told.extend(each.status for each in outcomes))
    assert told == ["repeated"]


@pytest.mark.parametrize("word", ["include", "exclude"])
def test_the_word_of_the_host_is_said_anew(one: segdsl.Engine, other: segdsl.Engine, word: str) -> None:
    one.process(event("registers", "ann", 1))
    Between(one, lambda: other.process(event("places order", "ann", 2)))
    getattr(one, word)("ann", "Buyers")
    assert ([each.customer for each in one.members("Buyers")], orders(other, "ann")) == (
        ["ann"] * (word == "include"),
        3,
    )


def test_a_list_of_customers_is_gone_through_anew(one: segdsl.Engine, other: segdsl.Engine) -> None:
    Between(one, lambda: other.process(event("places order", "bob", 2)))
    for _ in one.list_many("include", "Buyers", ["ann", "bob"]):
        pass
    assert ([each.customer for each in other.members("Buyers")], orders(other, "bob")) == (["ann", "bob"], 2)


def test_the_clock_does_once_what_two_want_it_to_do(one: segdsl.Engine, other: segdsl.Engine) -> None:
    one.process(event("registers", "ann", 1))
    until = "2026-03-02T12:00:00Z"
    Between(one, lambda: other.advance(until))
    one.advance(until)
    assert [effect.action for effect in one.backend.outbox(9)] == ["send email"] * 2


def test_forgetting_is_done_anew(one: segdsl.Engine, other: segdsl.Engine) -> None:
    one.process(event("registers", "ann", 1))
    Between(one, lambda: other.process(event("places order", "ann", 2)))
    assert one.forget("ann", "2026-03-01T11:00:00Z")
    assert (list(one.backend.customers()), one.journal("ann")) == ([], [])


def test_a_guest_who_logs_on_twice_is_one_customer(one: segdsl.Engine, other: segdsl.Engine) -> None:
    one.process(event("places order", "", 1, visitor="v"))
    Between(one, lambda: other.process(event("places order", "ann", 2, visitor="v")))
    one.process(event("places order", "", 3, visitor="v"))
    assert [each.customer for each in one.members("Buyers")] == ["ann"]


def test_waiting_grows_until_it_is_given_up(one: segdsl.Engine, other: segdsl.Engine) -> None:
    waits: list[float] = []
    one.pause = waits.append
    numbers = iter(range(1, 60))
    Between(one, lambda: other.process(event("places order", "ann", next(numbers))), times=ANEW)
    with pytest.raises(ConflictError, match="others have written"):
        one.process(event("places order", "ann", 59))
    assert len(waits) == ANEW - 1 and waits[0] < 0.01 < 0.1 < max(waits) < 0.5


def test_rules_that_were_put_in_place_meanwhile_end_the_engine(one: segdsl.Engine, other: segdsl.Engine) -> None:
    kept = other.backend.program()
    assert kept is not None
    changed = segdsl.loads("segment Others by activities")
    Between(one, lambda: other.backend.install(type(kept)(changed.digest, changed.encoded, (), "2026a", b"s")))
    with pytest.raises(segdsl.StoreError, match="other rules were put in place"):
        one.process(event("registers", "ann", 1))
    assert list(other.backend.customers()) == []


def test_two_who_begin_a_store_at_once_remember_the_forgotten_alike(program: segdsl.Program, url: str) -> None:
    with segdsl.open_backend(url) as backend:
        found = backend.program

        def late() -> StoredProgram | None:
            """Another begins the store between the first look at it and the first word."""
            seen = found()
            backend.program = found  # type: ignore[method-assign]
            segdsl.Engine(program, url).close()
            return seen

        backend.program = late  # type: ignore[method-assign]
        with segdsl.Engine(program, backend) as one, segdsl.Engine(program, url) as other:
            assert one.stored.secret == other.stored.secret
