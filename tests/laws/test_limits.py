"""The law *limits*: what limits and holds keep back is all that they change, and they keep back no more than they say.

Seen to fail when effects of one step are judged in the order of the rules, when what is held back counts as well, when
a limit counts what another one holds back, when the older end of a window is in, when a `where` is not asked, when it
takes two to hold something back, and when a hold is judged after the actions of the step have landed.
"""

from collections.abc import Callable, Iterable
from typing import Any

from attrs import frozen
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from segdsl.records.outcomes import Effect, Outcome
from segdsl.values.instants import DAY, HOUR, MINUTE
from segdsl.values.zones import Zone
from tests.strategies.programs import Names, Written, conditions, programs
from tests.strategies.streams import Stream, streams
from tests.strategies.timed_programs import timed_programs
from tests.support.running import LATER, instant, opened
from tests.support.timing import END

CLOSE = (0, MINUTE, 20 * MINUTE, 40 * MINUTE, HOUR, 80 * MINUTE, 90 * MINUTE - 1, 90 * MINUTE, 8 * HOUR, DAY)
"""Gaps between events, shorter than windows as often as not, so that what was made and what was held back lie in one
window, and leave it one after the other."""

short = streams(gaps=CLOSE, customers=("ann",), least=5)
late = streams(gaps=CLOSE, customers=("ann",), apart=True, least=5)

TALKATIVE = (
    'when looks then tell "x" with amount = this price and shout "y"',
    'activity Loud priority 4 { when pings or looks then shout "x" then wait 1 hour then tell "u" }',
    'when buys thing then tell "y" with amount = this price',
)
"""Rules that want something of nearly every event; those of drawn programs seldom do."""

delays = st.sampled_from((0, 0, HOUR, DAY, 2 * DAY - 1, 2 * DAY))

SIMPLE_WHERES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "": lambda fields: True,
    'what is "x"': lambda fields: fields.get("what") == "x",
    'what in ("u", "y")': lambda fields: fields.get("what") in ("u", "y"),
    "amount > 1": lambda fields: fields.get("amount", 0) > 1,
    "amount is not known": lambda fields: "amount" not in fields,
}
"""What a limit asks of the fields of an effect, and the same once more."""

LENGTHS = {"1 hour": HOUR, "90 minutes": 90 * MINUTE, "1 day": DAY, "2 days": 2 * DAY}


@frozen
class Limit:
    """A limit as this law understands it, apart from any code of ours."""

    number: int
    within: str
    actions: str
    where: str

    def text(self) -> str:
        where = f" where {self.where}" if self.where else ""
        return f"limit {self.number} within {self.within} for {self.actions}{where}"

    def counts(self, effect: Effect) -> bool:
        return effect.action in self.actions.split(", ") and SIMPLE_WHERES[self.where](effect.fields)

    def reaches(self, before: int, now: int, zone: Zone) -> bool:
        """Whether what was made at an instant is still in the window."""
        if self.within == "1 calendar day":
            return bool(zone.date(before) == zone.date(now))
        return now - before < LENGTHS[self.within]


limits = st.lists(
    st.builds(
        Limit,
        st.integers(1, 3),
        st.sampled_from((*LENGTHS, "1 calendar day")),
        st.sampled_from(("tell", "shout", "tell, shout")),
        st.sampled_from(sorted(SIMPLE_WHERES)),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda limit: limit.text(),
)


def order(effect: Effect) -> tuple[Any, ...]:
    return effect.customer, effect.instant, effect.arrival, effect.round, -effect.priority, effect.id


def let_through(wanted: Iterable[Effect], given: list[Limit], zone: Zone) -> list[str]:
    """The ids of the effects that limits let through, one by one."""
    made: list[Effect] = []
    for effect in sorted(wanted, key=order):
        concerned = [limit for limit in given if limit.counts(effect)]
        before = [each for each in made if each.customer == effect.customer]
        if all(
            sum(limit.counts(e) and limit.reaches(e.instant, effect.instant, zone) for e in before) < limit.number
            for limit in concerned
        ):
            made.append(effect)
    return sorted(effect.id for effect in made)


def lived(text: str, stream: Stream, until: int = END) -> tuple[dict[str, Effect], dict[str, Effect]]:
    """The effects of a plain run that were made, and those that were held back, by their ids."""
    outcomes: list[Outcome] = []
    with opened(text) as engine:
        outcomes += engine.process(stream)
        engine.advance(until, before_commit=outcomes.extend)
    return net(outcomes)


def net(outcomes: Iterable[Outcome]) -> tuple[dict[str, Effect], dict[str, Effect]]:
    """What was made less what was withdrawn, and what was held back and not made after all."""
    made: dict[str, Effect] = {}
    held: dict[str, Effect] = {}
    for outcome in outcomes:
        for effect in outcome.withdrawn:
            del made[effect.id]
        for effect in outcome.effects:
            assert effect.id not in made, "made twice"
            made[effect.id] = effect
            held.pop(effect.id, None)
        for each in outcome.held:
            assert each.by, "held back by nothing"
            held[each.effect.id] = each.effect
    return made, held


def without(program: Written, *words: str) -> Written:
    kept = tuple(each for each in program.further if not each.startswith(words))
    return Written(program.zone, program.defines, program.derived, program.rules, kept)


@settings(max_examples=60)
@given(timed_programs(), limits, short)
def test_limits_let_through_what_there_is_room_for(program: Written, given_: list[Limit], stream: Stream) -> None:
    free = "\n".join([without(program, "limit", "hold").text(), *TALKATIVE])
    wanted, none = lived(free, stream)
    made, held = lived("\n".join([free, *(limit.text() for limit in given_)]), stream)
    assert not none
    assert sorted(made) == let_through(wanted.values(), given_, Zone(program.zone))
    assert sorted([*made, *held]) == sorted(wanted)


@settings(max_examples=50)
@given(timed_programs(lateness="2 days"), limits, late, st.data())
def test_late_events_leave_what_limits_would_have_let_through(
    program: Written, given_: list[Limit], stream: Stream, data: st.DataObject
) -> None:
    free = "\n".join([without(program, "limit", "hold").text(), *TALKATIVE])
    limited = "\n".join([free, *(limit.text() for limit in given_)])
    outcomes: list[Outcome] = []
    with opened(limited) as engine:
        for event in sorted(stream, key=lambda event: instant(event) + data.draw(delays)):
            outcomes += engine.process([event])
        engine.advance(END, before_commit=outcomes.extend)
    made, _ = net(outcomes)
    on_time, _ = lived(limited, stream)
    assert sorted(made) == sorted(on_time)
    assert sorted(made) == let_through(lived(free, stream)[0].values(), given_, Zone(program.zone))


@settings(max_examples=80)
@given(programs(), streams())
def test_without_limits_and_holds_all_that_was_held_is_made(program: Written, stream: Stream) -> None:
    assume(program.further)
    made, held = lived(program.text(), stream, LATER)
    wanted, _ = lived(without(program, "limit", "hold").text(), stream, LATER)
    assert not set(made) & set(held)
    assert sorted([*made, *held]) == sorted(wanted)


@settings(max_examples=50)
@given(programs(), streams(), st.data())
def test_a_hold_while_a_condition_is_one_while_in_the_segment_of_it(
    program: Written, stream: Stream, data: st.DataObject
) -> None:
    condition = data.draw(conditions(Names([each.name for each in program.derived], ["worth"])))
    text = "\n".join([without(program, "hold").text(), *TALKATIVE])
    plain = lived(f"{text}\nhold tell, shout while {condition}", stream, LATER)
    named = lived(f"{text}\nsegment Held If if {condition}\nhold tell, shout while in segment Held If", stream, LATER)
    assert [sorted(each) for each in plain] == [sorted(each) for each in named]
