"""The law *link*: a guest linked to a new account is the account under another name, and keeps the guest's draws; after
a join with an account that was known, derived segments are those of one customer with all the events, added memberships
those of both, and who has only idled brings nothing into it.

Seen to fail when a renaming loses waits, what is looked back on or counted, `once`, the host's word, memberships or
their ends, attributes or history, is an arrival, draws anew or leaves the past of the batch behind; when `latest` for
ever is always the account's, when a joined window keeps the account's events alone, and when of waits, tallies, limits,
memberships or attributes only the account's are kept, or only the guest's.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from segdsl.engines import engines
from segdsl.host.engine import Engine
from segdsl.records.inputs import Link
from segdsl.records.outcomes import Outcome
from segdsl.state.customer import State
from segdsl.state.landing import Wish, effect_id
from segdsl.state.life import decode
from segdsl.values import chance
from segdsl.values.instants import DAY, HOUR, MINUTE
from tests.strategies.programs import Written, programs
from tests.strategies.streams import Stream, streams
from tests.strategies.timed_programs import timed_programs
from tests.strategies.visitors import naming
from tests.support.running import LATER, instant, opened, seen
from tests.support.timing import END, SHORT, live, lived

ALONE = streams(customers=("ann",), least=2)
SHORTLY = streams(customers=("ann",), least=2, gaps=SHORT)
LATELY = streams(customers=("ann",), least=3, gaps=SHORT, apart=True)
GUEST = "visitor:v#1"


DENSE = (
    'when looks 2 times then tell "two"',
    'when 1 day after the last pings then shout "last"',
    'when 2 days after each looks without buys thing then shout "each"',
    'activity Waiting once {\n  when buys thing then wait for looks 2 times then tell "waited"\n}',
    "activity Sharing per kind {\n  when buys thing then branch random {\n"
    '    path 50% then wait 1 day then tell "one"\n    path 50% then wait 2 days then tell "other"\n  }\n}',
    "when looks then add to Added One for 1 day",
)
"""Rules that keep something between events: drawn ones seldom keep what counts just when a link comes."""


def dense(program: Written) -> Written:
    return evolve(program, further=(*program.further, *DENSE))


@contextmanager
def drawing_as(whom: str) -> Iterator[None]:
    """The chance of ann and of the guest, and the ids of effects, as they are of somebody: a new account keeps those of
    its guest; and of two who are joined, the account's would differ from the guest's."""
    draw = chance.draw

    def drawn(seed: str, purpose: str, customer: str) -> int:
        return draw(seed, purpose, whom if customer in ("ann", GUEST) else customer)

    def identified(_customer: str, cause: str, wish: Wish, nth: int) -> str:
        return effect_id(whom, cause, wish, nth)

    with ExitStack() as patched:
        patched.enter_context(patch("segdsl.values.chance.draw", drawn))
        for engine in engines():
            patched.enter_context(patch(f"segdsl.engines.{engine}.making.effect_id", identified))
        yield


def as_guest(stream: Stream, at: int, data: st.DataObject) -> Stream:
    """The same events of a visitor alone, or of its guest by id, up to the one that names the account as well."""
    before = st.sampled_from(((None, "v"), (None, "v"), (GUEST, None)))
    later = st.sampled_from((("ann", "v"), (None, "v"), ("ann", None), (GUEST, None)))
    made = [naming(stream[0], None, "v"), *(naming(event, *data.draw(before)) for event in stream[1:at])]
    return [*made, naming(stream[at], "ann", "v"), *(naming(event, *data.draw(later)) for event in stream[at + 1 :])]


def by_account(effects: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Effects, those of the guest told as the account's."""
    return sorted((action, "ann", *others) for action, _, *others in effects)


def kept(engine: Engine) -> tuple[object, ...]:
    """What a store keeps beside memberships: who is known, effects that nobody was handed, inputs."""
    outbox = sorted((effect.id, effect.customer) for effect in engine.backend.outbox(10_000))
    inputs = [entry.id for entry in engine.inputs("ann") if not isinstance(entry, Link)]
    return list(engine.backend.customers()), outbox, inputs, engine.backend.journal(GUEST)


@settings(max_examples=60)
@given(programs(), ALONE, st.data())
def test_a_guest_linked_to_a_new_account_is_a_renaming(program: Written, stream: Stream, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(("", "lateness 2 days\n"))) + program.text()
    guest = as_guest(stream, data.draw(st.integers(1, len(stream) - 1)), data)
    with opened(text) as engine:
        found = seen(engine, engine.process(guest), ["ann"])
        after = kept(engine), engine.counts(LATER), [each.status for each in engine.process(guest)]
    with drawing_as(GUEST), opened(text) as engine:
        plain = seen(engine, engine.process(stream), ["ann"])
        assert after == (kept(engine), engine.counts(LATER), [each.status for each in engine.process(stream)])
    assert (found.changes, found.standing, by_account(found.effects)) == (plain.changes, plain.standing, plain.effects)


Said = dict[int, tuple[str, str, str]]


def words(stream: Stream, data: st.DataObject) -> Said:
    """What the host says before some of the events, but not before the first: a word, a segment, and an id."""
    said = st.sampled_from(("include", "exclude", "unlist", "", "", ""))
    drawn = {number: data.draw(said) for number in range(1, len(stream))}
    about = st.sampled_from(("Listed One", "Held One", "Looker"))
    return {number: (word, data.draw(about), f"said {number}") for number, word in drawn.items() if word}


def played(engine: Engine, stream: Stream, said: Said, who: list[str]) -> list[Outcome]:
    """What comes of a stream, event by event, with the host's words before some of them about the customer as known."""
    outcomes: list[Outcome] = []
    for number, event in enumerate(stream):
        if number in said:
            word, segment, id_ = said[number]
            outcomes.append(getattr(engine, word)(who[number], segment, event["time"], id=id_))
        outcomes += engine.process([event])
    return outcomes


@settings(max_examples=50)
@given(timed_programs(), SHORTLY, st.data())
def test_a_renaming_in_the_midst_of_waits_and_timers(program: Written, stream: Stream, data: st.DataObject) -> None:
    program = dense(program)
    at = data.draw(st.integers(1, len(stream) - 1))
    guest, said = as_guest(stream, at, data), words(stream, data)
    outcomes: list[Outcome] = []
    with opened(program.text()) as engine:
        outcomes += played(engine, guest[:at], said, [GUEST] * at)
        if data.draw(st.booleans()):
            moment = instant(guest[at - 1]) + data.draw(st.sampled_from((0, 1, HOUR, 5 * DAY)))
            engine.advance(moment, before_commit=outcomes.extend)
        later = {number - at: word for number, word in said.items() if number >= at}
        who = [GUEST, *data.draw(st.lists(st.sampled_from(("ann", GUEST)), min_size=len(guest), max_size=len(guest)))]
        outcomes += played(engine, guest[at:], later, who)
        found = lived(engine, outcomes)
        after = kept(engine)
    with drawing_as(GUEST), opened(program.text()) as engine:
        plain = lived(engine, played(engine, stream, said, ["ann"] * len(stream)))
        assert after[:3] == kept(engine)[:3]
    assert (found.changes, found.standing, by_account(found.effects)) == (plain.changes, plain.standing, plain.effects)


@settings(max_examples=40)
@given(timed_programs(lateness="2 days"), LATELY, st.data())
def test_a_renaming_of_events_that_come_late(program: Written, stream: Stream, data: st.DataObject) -> None:
    delays = st.sampled_from((0, 0, HOUR, DAY))
    arriving = sorted(stream, key=lambda event: instant(event) + data.draw(delays))
    guest = as_guest(arriving, data.draw(st.integers(1, len(stream) - 1)), data)
    cut = data.draw(st.integers(0, len(guest)))  # what a second batch takes back was committed with the first
    with opened(program.text()) as engine:
        found = lived(engine, [*engine.process(guest[:cut]), *engine.process(guest[cut:])], arrivals=False)
    with drawing_as(GUEST):
        plain = live(program.text(), arriving, arrivals=False)
    assert (found.changes, found.standing, by_account(found.effects)) == (plain.changes, plain.standing, plain.effects)


# --------------------------------------------------------------------------------------------------------------- joins


def of_both(stream: Stream, at: int, data: st.DataObject) -> tuple[Stream, Stream]:
    """A stream in which the account and a guest do things until an event links them; and the same as one customer's, in
    the order in which a join takes those of one instant: the account's first. Attributes are of one of them alone: of
    both, the account's are kept, and not the latest."""
    keeps = data.draw(st.sampled_from(("ann", None)))
    made: Stream = []
    for number, event in enumerate(stream):
        whom = data.draw(st.sampled_from((("ann", None), (None, "v")))) if number < at else ("ann", "v")
        named = naming(event, *whom)
        if number < at and whom[0] != keeps:
            named.pop("attributes", None)
        made.append(named)
    made[0] = naming(made[0], "ann", None) | ({} if keeps == "ann" else {"attributes": {}})
    order = sorted(range(at), key=lambda number: (instant(made[number]), made[number]["visitor"] is not None))
    one = [made[number] for number in order] + made[at:]
    return made, [naming(event, "ann", None) for event in one]


def only_filling(text: str) -> str:
    """A program whose collections nothing is taken out of."""
    filling = re.sub(r"^(collection [^{]*) \{.*?^\}", r"\1", text, flags=re.MULTILINE | re.DOTALL)
    assert "collection" in filling and "drop " not in filling
    return filling


@settings(max_examples=70)
@given(programs(lasting=False), streams(customers=("ann",), least=3), st.data())
def test_derived_segments_after_a_join_are_those_of_one_customer(
    program: Written, stream: Stream, data: st.DataObject
) -> None:
    """Collections only fill here: what one of the two took out is nothing that the other had in."""
    at = data.draw(st.integers(2, len(stream) - 1))
    both, one = of_both(stream, at, data)
    text = only_filling(evolve(program, rules=()).text())
    linked_at = instant(stream[at])
    moments = [linked_at + more for more in (0, 1, HOUR, 90 * MINUTE, DAY, 2 * DAY, 40 * DAY)]
    moments += [instant(event) for event in stream[at:]]
    with opened(text) as joined, opened(text) as whole:
        joined.process(both)
        whole.process(one)
        for moment in moments:
            found, meant = ({m.segment for m in engine.segments_of("ann", moment)} for engine in (joined, whole))
            assert found == meant


@settings(max_examples=70)
@given(programs(least_rules=3), streams(customers=("ann",), least=6), st.data())
def test_memberships_by_rules_after_a_join_are_those_of_both(
    program: Written, stream: Stream, data: st.DataObject
) -> None:
    both, _ = of_both(stream, len(stream), data)
    last = {"id": "last", "event": "idles", "customer": "ann", "visitor": "v", "time": stream[-1]["time"]}
    with opened(program.text()) as engine:
        engine.process(both)
        mine, guest = state_of(engine, "ann"), state_of(engine, GUEST)
        engine.process([last])
        after = state_of(engine, "ann")
        recorded = {each.segment: each.since for each in engine.segments_of("ann")}
    assert after is not None
    given = [state for state in (mine, guest) if state is not None]
    assert set(after.added) == {segment for state in given for segment in state.added}
    assert after.members == recorded
    whose = mine or guest  # without an account that was known it is a renaming
    assert whose is not None
    for segment in after.added:
        assert after.members[segment] == whose.members.get(segment, instant(last))


IDLE = {"id": "idle", "event": "idles", "customer": "ann"}


@settings(max_examples=50)
@given(timed_programs(), SHORTLY, st.booleans(), st.data())
def test_who_has_only_idled_brings_nothing_into_a_join(
    program: Written, stream: Stream, guest_idles: bool, data: st.DataObject
) -> None:
    """After the join, the account goes on as the one of the two who has done something would have gone on alone."""
    text = dense(without_news(program)).text()
    at = data.draw(st.integers(1, len(stream) - 1))
    now = stream[at - 1]["time"]
    link = {"id": "link", "event": "idles", "customer": "ann", "visitor": "v", "time": now}
    idle = {**IDLE, "time": now}
    said = words(stream, data)
    before = [naming(event, *(("ann", None) if guest_idles else (None, "v"))) for event in stream[:at]]
    both = [*before, naming(idle, *((None, "v") if guest_idles else ("ann", None))), link, *stream[at:]]
    one = [*stream[:at], idle, {**link, "visitor": None}, *stream[at:]]
    who = ["ann" if guest_idles else GUEST] * at + ["ann"] * (len(stream) + 2 - at)
    said = {number + 2 * (number >= at): word for number, word in said.items()}
    with drawing_as("anybody"):
        joined = after_the(instant(link), text, both, said, who)
        alone = after_the(instant(link), text, one, said, ["ann"] * len(who))
    assert joined == alone


def without_news(program: Written) -> Written:
    """Without what hears of segments entered and left, and asks how long: the account comes into them by the join."""

    def deaf(text: str) -> bool:
        return not any(word in text for word in ("enters ", "leaves ", "for at least"))

    rules = tuple(rule for rule in program.rules if deaf(rule.text()))
    derived = tuple(
        evolve(each, condition=each.condition if deaf(each.condition) else "pings") for each in program.derived
    )
    return evolve(program, rules=rules, derived=derived, further=tuple(filter(deaf, program.further)))


def after_the(moment: int, program: str, stream: Stream, said: Said, who: list[str]) -> tuple[object, ...]:
    """What can be seen of ann after an instant."""
    with opened(program) as engine:
        outcomes = played(engine, stream, said, who)
        engine.advance(END, before_commit=outcomes.extend)
        effects = [
            (e.action, e.instant, str(e.fields)) for each in outcomes for e in each.effects if e.instant > moment
        ]
        changes = [(c.segment, c.entered, c.instant) for c in engine.history("ann", END) if c.instant > moment]
        inside = [m.segment for m in engine.segments_of("ann", moment)]
        state = state_of(engine, "ann")
        assert state is not None
        return sorted(effects), sorted(changes), inside, state.attributes


def state_of(engine: Engine, customer: str) -> State | None:
    data = engine.backend.load([customer]).get(customer)
    return decode(data).head if data is not None else None
