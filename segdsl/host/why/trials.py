"""Trying what could turn an answer: acts are played on the customer's state, and only what turns it is told of.

Comes in: options. Goes out: the smallest that was seen to turn the answer, without what was not needed.
"""

from collections.abc import Iterable

from attrs import define
from msgspec.structs import replace

from segdsl.host.why.answer import Act
from segdsl.host.why.course import Course, Player
from segdsl.host.why.options import Option, cost
from segdsl.records.inputs import Event, Exclude, Include, Input, Unlist
from segdsl.values.instants import LATEST

TRIED = 60
"""Options that are tried at most."""

STEPS_TRIED = 1_500
"""Steps of the clock that trials take together; then only the host's word is still tried."""

STEPS = 500
"""Instants that are looked at to wait no longer than needed."""


@define
class Trials:
    """Trials on the state that a course has come to, about one segment. `until` is when the clock alone turns the
    answer. `spent`: not all options were tried, since it would have taken too long."""

    player: Player
    course: Course
    segment: str
    known: bool
    until: int | None = None
    spent: bool = False

    def smallest(self, options: Iterable[Option]) -> tuple[Act, ...]:
        """The smallest option that turns the answer; nothing where none does."""
        tried, most = 0, self.player.steps + STEPS_TRIED
        for option in sorted(options, key=cost):
            acts = tuple(act for act in option if isinstance(act, Act))
            if not acts or (
                (tried >= TRIED or self.player.steps > most) and acts[0].kind in ("event", "attribute", "wait")
            ):
                continue
            tried += 1
            if self.turns(acts):
                return self._sooner(self._earlier(self._shortened(acts)))
        return ()

    def turns(self, acts: tuple[Act, ...]) -> bool:
        """Whether the answer is another one after the acts."""
        inputs, until = entries(acts, self.course.customer, self.course.now)
        if not inputs and until == self.until:
            return True
        if until >= LATEST or not (inputs or until > self.course.now):
            return False
        state = self.course.state if self.known else None
        if state is None and not inputs:
            return False
        after = self.player.go_on(state, inputs, until)
        return (self.segment in after.members) is not self.course.standing(self.segment)

    def _earlier(self, acts: tuple[Act, ...]) -> tuple[Act, ...]:
        """The acts with no more waiting before them than is needed."""
        if len(acts) < 2 or acts[0].kind != "wait" or not self.known:
            return acts
        state, now = self.course.state, self.course.now
        for _ in range(TRIED):
            if state is None or state.due is None or state.due >= now + acts[0].wait:
                break
            state = self.player.go_on(state, (), state.due)
            sooner = (replace(acts[0], wait=state.clock - now), *acts[1:])
            if state.clock > now and self.turns(sooner):
                return sooner
        return acts

    def _sooner(self, acts: tuple[Act, ...]) -> tuple[Act, ...]:
        """The acts with no more waiting at their end than is needed."""
        if len(acts) < 2 or acts[-1].kind != "wait":
            return acts
        inputs, begun = entries(acts[:-1], self.course.customer, self.course.now)
        if not (inputs or self.known):
            return acts
        state = self.player.go_on(self.course.state if self.known else None, inputs, begun)
        for _ in range(STEPS):
            if state.due is None or state.due > begun + acts[-1].wait:
                break
            state = self.player.go_on(state, (), state.due)
            if (self.segment in state.members) is not self.course.standing(self.segment):
                return (*acts[:-1], replace(acts[-1], wait=state.clock - begun)) if state.clock > begun else acts[:-1]
        return acts

    def _shortened(self, acts: tuple[Act, ...]) -> tuple[Act, ...]:
        """The acts without those, and fewer times those, that turn it as well."""
        for number in range(len(acts) - 1, -1, -1):
            without = acts[:number] + acts[number + 1 :]
            if without and self.turns(without):
                return self._shortened(without)
        for number, act in enumerate(acts):
            for times in range(1, act.times):
                fewer = replace(act, times=times)
                if self.turns((*acts[:number], fewer, *acts[number + 1 :])):
                    return (*acts[:number], fewer, *acts[number + 1 :])
        return acts


def entries(acts: tuple[Act, ...], customer: str, now: int) -> tuple[list[Input], int]:
    """The inputs that acts mean, one after the other from `now` on, and the instant at which all is over."""
    made: list[Input] = []
    for act in acts:
        for _ in range(act.times):
            id_ = f"what if {len(made) + 1}"
            match act:
                case Act("event", name, fields):
                    made.append(Event(id_, name, customer, now, fields))
                case Act("attribute", name, value=value):
                    made.append(Event(id_, "", customer, now, {}, {name: value}))
                case Act("wait", wait=wait):
                    now += wait
                case Act("include", name):
                    made.append(Include(id_, customer, now, name))
                case Act("exclude", name):
                    made.append(Exclude(id_, customer, now, name))
                case Act(_, name):
                    made.append(Unlist(id_, customer, now, name))
    return made, now
