"""What `check` finds in a store, fault by fault: each is planted, and told with whom it is about."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

import segdsl
from segdsl.backends import base as b
from segdsl.backends import open_backend
from segdsl.diagnostics.errors import StoreError
from segdsl.host.care.checking import Checked, check
from segdsl.records.inputs import Event
from segdsl.state.customer import State
from segdsl.state.life import Life, Taken, decode, encode, encode_inputs
from segdsl.state.visitor import Visitor, encode_visitor

RULES = """
lateness 1 day
segment Buyers if places order at least twice within 30 days
segment Keen by activities
when adds to cart then add to Keen and send email "Hello"
when places order then remove from Keen
"""
NOON = 1_772_366_400_000_000  # 2026-03-01T12:00:00Z
HOUR = 3_600_000_000


def events() -> list[dict[str, Any]]:
    told: list[tuple[dict[str, str], str]] = [
        ({"customer": "ann"}, "adds to cart"), ({"customer": "bob"}, "adds to cart"),
        ({"customer": "ann"}, "places order"), ({"customer": "ann"}, "places order"),
        ({"visitor": "phone"}, "adds to cart"), ({"visitor": "phone", "customer": "ann"}, "registers"),
        ({"visitor": "laptop"}, "adds to cart"), ({"customer": "ann"}, "adds to cart"),
    ]  # fmt: skip
    return [
        {"id": f"e{n}", "event": name, **who, "time": f"2026-03-01T{12 + n}:00:00Z"}
        for n, (who, name) in enumerate(told)
    ]


@pytest.fixture(scope="module")
def sound() -> Iterator[list[b.Content]]:
    """All parts of a store in which nothing is wrong."""
    with segdsl.Engine(segdsl.loads(RULES), clock=lambda: NOON + 100 * HOUR) as engine:
        engine.process(events())
        yield list(engine.backend.contents())


Planted = Callable[[Callable[[b.Content], Iterable[b.Content]]], Checked]


@pytest.fixture
def planted(sound: list[b.Content]) -> Iterator[Planted]:
    """What is found in the store with some of its parts in another form."""
    opened: list[b.Backend] = []

    def plant(changed: Callable[[b.Content], Iterable[b.Content]]) -> Checked:
        opened.append(open_backend("memory://"))
        opened[-1].fill([each for content in sound for each in changed(content)])
        return check(opened[-1], deep=True)

    yield plant
    for backend in opened:
        backend.close()


def state_of(customer: str, change: Callable[[Life], Life]) -> Callable[[b.Content], list[b.Content]]:
    """The same but for one customer's life."""

    def changed(content: b.Content) -> list[b.Content]:
        if isinstance(content, b.StoredState) and content.customer == customer:
            return [replace(content, state=encode(change(decode(bytes(content.state)))))]
        return [content]

    return changed


def with_head(**values: Any) -> Callable[[Life], Life]:
    def changed(life: Life) -> Life:
        head: State = life.head.copy()
        for name, value in values.items():
            setattr(head, name, value)
        return Life(head, life.base, life.tail)

    return changed


def only(kind: type, change: Callable[[Any], Iterable[b.Content]]) -> Callable[[b.Content], Iterable[b.Content]]:
    """The same but for what is of a kind."""
    return lambda content: change(content) if isinstance(content, kind) else [content]


def test_nothing_is_wrong_with_a_store_that_was_run(planted: Planted) -> None:
    found = planted(lambda content: [content])
    assert found.faults == ()
    assert (found.customers, found.journals) == (3, 3)


def test_a_state_that_cannot_be_read(planted: Planted) -> None:
    found = planted(
        only(b.StoredState, lambda each: [replace(each, state=b"\xc1")] if each.customer == "bob" else [each])
    )
    assert "the state of 'bob' cannot be read: MessagePack data is malformed" in found.faults[0]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"clock": 1}, "'bob': the clock is kept as 1970-01-01T00:00:00.000001Z, and is 2026-03-01T13:00:00Z"),
        ({"due": 1}, "'bob': what is next due is kept as 1970-01-01T00:00:00.000001Z, and is nothing in the state"),
        ({"timer": 1}, "'bob': the next timer is kept as 1970-01-01T00:00:00.000001Z, and is nothing in the state"),
    ],
)
def test_a_clock_or_a_timer_that_is_not_that_of_the_state(
    changed: dict[str, Any], sentence: str, planted: Planted
) -> None:
    found = planted(only(b.StoredState, lambda each: [replace(each, **changed)] if each.customer == "bob" else [each]))
    assert any(fault.startswith(sentence) for fault in found.faults)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"customer": "eve"}, "'bob': the state is that of 'eve'"),
        ({"first": NOON * 2}, "are not in this order"),
        ({"due": 5}, "something was due at 1970-01-01T00:00:00.000005Z, before the last step"),
        ({"latest": NOON}, "'bob': the latest input is of 2026-03-01T13:00:00Z, and is 2026-03-01T12:00:00Z"),
        (
            {"members": {}},
            "'bob' is in Keen since never as the state has it, since 2026-03-01T13:00:00Z as is recorded",
        ),
        ({"members": {"Keen": NOON}}, "'bob' is in Keen since 2026-03-01T12:00:00Z as the state has it, since 2026"),
        (
            {"members": {"Keen": NOON + HOUR, "Buyers": 1}},
            "'bob' is in Buyers since 1970-01-01T00:00:00.000001Z as the",
        ),
        ({"memories": {"x": 1}}, "'bob': the journal comes to another state than is kept: what is remembered"),
    ],
)
def test_a_state_that_is_not_what_it_should_be(values: dict[str, Any], sentence: str, planted: Planted) -> None:
    found = planted(state_of("bob", with_head(**values)))
    assert any(sentence in fault for fault in found.faults), found.faults


def test_inputs_that_are_out_of_order(planted: Planted) -> None:
    found = planted(state_of("ann", lambda life: Life(life.head, life.base, life.tail[::-1])))
    assert "'ann': the inputs that late ones can come before are not in order" in found.faults


def test_a_membership_that_ended_before_it_began(planted: Planted) -> None:
    def changed(stay: b.StoredStay) -> Iterator[b.Content]:
        early = stay.ended is not None and stay.began.customer == "ann" and stay.began.segment == "Keen"
        yield replace(stay, ended=replace(stay.ended, instant=NOON - HOUR)) if early and stay.ended else stay

    found = planted(only(b.StoredStay, changed))
    assert any(
        fault.startswith("'ann' left Keen at 2026-03-01T11:00:00Z, before coming into it at 2026-03-01T12:00:00Z")
        for fault in found.faults
    )


def test_two_memberships_at_once(planted: Planted) -> None:
    def changed(stay: b.StoredStay) -> Iterator[b.Content]:
        if stay.began.customer == "bob":
            left = replace(stay.began, entered=False, instant=NOON + 5 * HOUR)
            yield b.StoredStay(replace(stay.began, instant=NOON), left)
        yield stay

    assert (
        "'bob' came into Keen at 2026-03-01T12:00:00Z and again at 2026-03-01T13:00:00Z, without leaving it"
        in planted(only(b.StoredStay, changed)).faults
    )


def test_what_is_recorded_of_somebody_who_is_not_known(planted: Planted) -> None:
    gone = planted(only(b.StoredState, lambda each: [] if each.customer == "bob" else [each]))
    assert "memberships of 'bob' are recorded, who is not known" in gone.faults


def test_an_account_that_is_not_known(planted: Planted) -> None:
    found = planted(only(b.StoredState, lambda each: [] if each.customer == "ann" else [each])).faults
    assert "the visitor 'phone' is linked to 'ann', who is not known" in found
    assert "the guest 'visitor:phone#1' became 'ann', who is not known" in found


def test_a_guest_who_is_still_there(planted: Planted) -> None:
    found = planted(
        only(b.StoredLink, lambda each: [each, replace(each, guest="visitor:laptop#1", first=each.instant + 1)])
    ).faults
    assert "the guest 'visitor:laptop#1' became 'ann', and is still there" in found
    assert "the guest 'visitor:laptop#1' became 'ann' before there was one" in found


def test_a_visitor_whose_record_says_something_else(planted: Planted) -> None:
    other = encode_visitor(Visitor("phone", account="bob"))
    found = planted(
        only(b.StoredVisitor, lambda each: [replace(each, record=other if each.visitor == "phone" else b"\xc1")])
    ).faults
    assert "the visitor 'phone' is kept as linked to 'ann', and the record says 'phone' and 'bob'" in found
    assert any(fault.startswith("what is kept of the visitor 'laptop' cannot be read") for fault in found)


def test_a_journal_that_cannot_be_read(planted: Planted) -> None:
    found = planted(only(b.StoredInputs, lambda each: [replace(each, inputs=b"\xc1")])).faults
    assert any(fault.startswith("a page of the journal of 'bob' cannot be read") for fault in found)


def test_a_journal_that_lacks_an_input(planted: Planted) -> None:
    found = planted(only(b.StoredInputs, lambda each: [] if each.customer == "bob" else [each])).faults
    assert found == ("'bob' is known, and the journal holds no input of theirs",)


def test_a_journal_with_one_input_more(planted: Planted) -> None:
    more = encode_inputs([Taken(1, Event("x", "places order", "bob", NOON + 1))])
    found = planted(
        only(b.StoredInputs, lambda each: [each, replace(each, inputs=more)] if each.customer == "bob" else [each])
    ).faults
    assert any("'bob': the journal comes to another state than is kept: " in fault for fault in found)


def test_an_effect_of_no_action(planted: Planted) -> None:
    found = planted(
        only(b.StoredEffect, lambda each: [replace(each, effect=replace(each.effect, action="fly"), dead=True)])
    ).faults
    assert any(fault.endswith("is of an action that is not declared: fly") for fault in found)
    assert any(fault.endswith("is said to have been tried 0 times") for fault in found)


def test_a_position_before_the_beginning(planted: Planted) -> None:
    def changed(content: b.Content) -> list[b.Content]:
        more = b.StoredPosition("events.jsonl", b.Position(-1, 0, 0))
        return [content, more] if isinstance(content, b.StoredClock) else [content]

    assert planted(changed).faults == ("the input 'events.jsonl' is said to be handled up to -1 places, place 0",)


def test_a_clock_that_history_is_ahead_of(planted: Planted) -> None:
    found = planted(only(b.StoredClock, lambda each: [replace(each, pruned=each.clock + 1)])).faults
    assert found == ("history was dropped up to an instant to which the store has not come",)


def test_a_program_that_cannot_be_read(sound: list[b.Content]) -> None:
    with open_backend("memory://") as backend:
        backend.fill([replace(each, plan=b"{}") if isinstance(each, b.StoredProgram) else each for each in sound])
        found = check(backend).faults
    assert any("cannot be read" in fault and fault.startswith("the plan of the program") for fault in found)


def test_a_count_that_is_not_that_of_the_members(sound: list[b.Content], monkeypatch: pytest.MonkeyPatch) -> None:
    with open_backend("memory://") as backend:
        backend.fill(sound)
        monkeypatch.setattr(backend, "count", lambda segment, at=None: 7)
        assert "Keen is said to have 7 members, and has 3" in check(backend).faults


def test_what_the_backend_finds_is_told(sound: list[b.Content], monkeypatch: pytest.MonkeyPatch) -> None:
    with open_backend("memory://") as backend:
        backend.fill(sound)
        monkeypatch.setattr(backend, "faults", lambda: ["the file is damaged"])
        assert check(backend).faults == ("the file is damaged",)


def test_a_sample_of_customers_is_stepped_anew(sound: list[b.Content]) -> None:
    with open_backend("memory://") as backend:
        backend.fill(sound)
        assert check(backend, deep=True, sample=2).journals == 2
        assert check(backend, deep=True, sample=200).journals == 3


def test_without_a_journal_nothing_can_be_stepped_anew() -> None:
    with segdsl.Engine(segdsl.loads(RULES), journal=False) as engine:
        assert check(engine.backend).faults == ()
        with pytest.raises(StoreError, match="keeps no events of its customers"):
            check(engine.backend, deep=True)


def test_no_more_faults_are_told_than_were_asked_for(sound: list[b.Content]) -> None:
    with open_backend("memory://") as backend:
        backend.fill([replace(each, clock=1) if isinstance(each, b.StoredState) else each for each in sound])
        assert len(check(backend, limit=2).faults) == 2
