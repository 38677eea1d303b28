"""Rules and activities, drawn: every trigger, every step, every option."""

from random import Random

from attrs import evolve

from tests.strategies.whole.conditions import condition
from tests.strategies.whole.values import CALENDAR, FIXED, Scope, matched, value, where
from tests.strategies.whole.words import ACTIONS, EVENTS, FILLED, LISTS, RULED, TRAITS

LENGTHS = (*FIXED, *FIXED, *CALENDAR)
CLOCKS = ("every day at 02:30", "every Sunday, Monday at 07:00", "every month on day 8 at 01:30", "every day",
          "every month on day 31", "once at 2026-03-08T02:30", "once at 2026-03-10")  # fmt: skip
DATES = (
    "1 day after start at 09:00", "1 day after start", "12 hours before start", "start every year at 02:30",
    "1 day before start every year", "start every year", "1 month after start", "1 hour after seen at",
    "1 calendar day before seen at at 12:00", "seen at every year", "2 days after last day", "birth date every year",
    "90 minutes after last time", "1 day after last time every year at 00:00",
)  # fmt: skip
BOUNDS = " from 2026-03-07 until 2026-03-16"
"""Of activities with schedules, which would otherwise go on for the whole of a run."""


def _event(random: Random, scope: Scope, *, flow: bool = False) -> tuple[str, str]:
    """An event, with a match or a `where` now and then. In a `flow` the test may speak of the flow's event."""
    event = random.choice([*EVENTS, "buys thing", "looks", "looks", "pings"])
    inside = scope if flow else evolve(scope, event=None, start=None)
    return event + (matched(random, event) or where(random, inside, EVENTS[event])), event


def _transition(random: Random, scope: Scope) -> str:
    return f"{random.choice(('enters', 'leaves'))} {random.choice(scope.segments)}"


def _counted(random: Random, scope: Scope, *, flow: bool = False) -> tuple[str, str]:
    text, event = _event(random, scope, flow=flow)
    within = f" within {random.choice(LENGTHS)}" if random.random() < 0.6 else ""
    return f"{text} {random.randint(1, 3)} times{within}", event


def _after(random: Random, scope: Scope) -> tuple[str, str]:
    text, event = _event(random, scope)
    without = ""
    if random.random() < 0.5:
        looking = evolve(scope, event=EVENTS[event], start=None)
        without = f" without {_event(random, looking, flow=True)[0]}"
    return f"{random.choice(LENGTHS)} after {random.choice(('each', 'the last'))} {text}{without}", event


def trigger(random: Random, scope: Scope) -> tuple[str, str | None]:
    """A trigger, and the event it brings to hand."""
    form = random.random()
    if form < 0.4:
        return _event(random, scope)
    if form < 0.58:
        return _transition(random, scope), None
    if form < 0.72:
        return _counted(random, scope)
    if form < 0.88:
        return _after(random, scope)
    return random.choice(DATES), None


# --------------------------------------------------------------------------------------------------------------- steps


def action(random: Random, scope: Scope) -> str:
    form = random.random()
    if form < 0.3:
        end = random.choice(("", "", *(f" for {length}" for length in LENGTHS), " until 2026-03-09",
                             " for 1 day until 2026-03-08T07:00", " until 2026-03-01"))  # fmt: skip
        return f"add to {', '.join(random.sample(FILLED, k=random.choice((1, 1, 2))))}{end}"
    if form < 0.42:
        return f"remove from {random.choice(FILLED)}"
    if form < 0.6:
        name = random.choice(RULED)
        worth = _worth(random, TRAITS[name], scope)
        return f"clear {name}" if name in worth or random.random() < 0.2 else f"set {name} = {worth}"
    if form < 0.72:
        return f"record notes{_given(random, scope, EVENTS['notes'])}"
    name = random.choice(list(ACTIONS))
    said = f' "{random.choice("uvw")}"' if random.random() < 0.5 else ""
    fields = {field: kind for field, kind in ACTIONS[name].items() if not (said and field == "what")}
    return f"{name}{said}{_given(random, scope, fields)}"


def _worth(random: Random, kind: str, scope: Scope) -> str:
    return value(random, kind, scope, 1)


def _given(random: Random, scope: Scope, fields: dict[str, str]) -> str:
    some = random.sample(sorted(fields), k=random.randint(0, min(3, len(fields))))
    return " with " + ", ".join(f"{name} = {_worth(random, fields[name], scope)}" for name in some) if some else ""


def actions(random: Random, scope: Scope) -> str:
    return " and ".join(action(random, scope) for _ in range(random.choice((1, 1, 2, 2, 3))))


def _pause(random: Random, scope: Scope) -> tuple[str, Scope]:
    """A wait, and what may be spoken of behind it."""
    within = f" within {random.choice(LENGTHS)}" if random.random() < 0.5 else ""
    form = random.random()
    if form < 0.3:
        return f"wait {random.choice(LENGTHS)}", scope
    if form < 0.5:
        moments = ["02:30", "09:00", "Monday at 01:30", "2026-03-08", "2026-03-08T17:00", "1 hour before start",
                   "start", "1 day after start at 09:00", "1 month after seen at", "seen at"]  # fmt: skip
        at_hand = scope.start if scope.start is not None else scope.event or {}
        moments += [f"1 day before this {name}" for name, kind in at_hand.items() if kind == "date"]
        moments += [f"90 minutes after this {name}" for name, kind in at_hand.items() if kind == "instant"]
        return f"wait until {random.choice(moments)}", scope
    if form < 0.65:
        return f"wait for {_transition(random, scope)}{within}", scope
    if form < 0.8:
        text, event = _counted(random, scope, flow=True)
        waited = f"wait for {text}{within}" if " within " in text else f"wait for {text}"
    else:
        text, event = _event(random, scope, flow=True)
        waited = f"wait for {text}{within}"
    start = scope.start if scope.start is not None else scope.event or {}
    return waited, evolve(scope, event=EVENTS[event], start=start)


def sentence(random: Random, scope: Scope, seeded: str, depth: int = 2) -> str:
    """What follows `then`: waits, gates, branches and actions."""
    parts = [actions(random, scope)] if random.random() < 0.4 else []
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        if random.random() < 0.7:
            pause, scope = _pause(random, scope)
            parts.append(pause)
        if random.random() < 0.3:
            parts.append(f"if {condition(random, scope)}")
        if random.random() < 0.3:
            parts.append(actions(random, scope))
    if depth and random.random() < 0.3:
        return " then ".join([*parts, _branch(random, scope, seeded, depth - 1)])
    return " then ".join([*parts, actions(random, scope)])


def _branch(random: Random, scope: Scope, seeded: str, depth: int) -> str:
    kind = random.choice(("first", "first", "all", "random"))
    paths = []
    if kind == "random":
        for share in random.choice(((50, 50), (10, 60, 30), (33.3333, 66.6667))):
            asked = f" if {condition(random, scope)}" if random.random() < 0.2 else ""
            paths.append(f"path {share}%{asked} then {sentence(random, scope, seeded, depth)}")
        return f"branch random{seeded} {{\n" + "\n".join(paths) + "\n}"
    for _ in range(random.choice((1, 2, 2, 3))):
        asked = "" if kind == "all" and random.random() < 0.2 else f" if {condition(random, scope)}"
        paths.append(f"path{asked} then {sentence(random, scope, seeded, depth)}")
    if kind == "first" and random.random() < 0.5:
        paths.append(f"otherwise then {sentence(random, scope, seeded, depth)}")
    return f"branch {kind} {{\n" + "\n".join(paths) + "\n}"


def rule(random: Random, scope: Scope, seeded: str, found: tuple[str, str | None] | None = None) -> str:
    """A rule. With `found` it has this trigger."""
    text, event = found or trigger(random, scope)
    at_hand = EVENTS[event] if event is not None else {}
    if found is None and random.random() < 0.15:
        other, brought = trigger(random, scope)
        text = f"{text} or {other}"
        more = EVENTS[brought] if brought is not None else {}
        at_hand = {name: kind for name, kind in at_hand.items() if more.get(name) == kind}
    inside = evolve(scope, event=at_hand, lasting=False)
    asked = f" if {condition(random, inside)}" if random.random() < 0.35 else ""
    return f"when {text}{asked} then {sentence(random, inside, seeded)}"


# ---------------------------------------------------------------------------------------------------------- activities


def _stop(random: Random, scope: Scope) -> str:
    form = random.random()
    if form < 0.3:
        return f"stop when {_transition(random, scope)}"
    if form < 0.6:
        return f"stop when {_event(random, scope)[0]}"
    if form < 0.75:
        return f"stop when {_counted(random, scope)[0]}"
    if form < 0.85:
        return f"stop when {_after(random, scope)[0]}"
    return f"stop when {random.choice((*DATES, 'every day at 02:30'))}"


def activity(random: Random, scope: Scope, number: int) -> str:
    """An activity with its options, rules and stops."""
    options = {" once", " restarting", f" priority {random.choice((1, 2, 3, 5))}"}
    chosen = random.sample(sorted(options), k=random.choice((0, 1, 1, 2)))
    if random.random() < 0.2:
        chosen.append(f" holdout {random.choice((10, 50))}%")
    if random.random() < 0.15:
        chosen.append(f' seed "s{random.choice("ab")}"')
    if random.random() < 0.25:
        chosen.append(
            random.choice(
                (" until 2026-03-09", " until 2026-03-08T07:00", " from 2026-03-11", BOUNDS, " from 2026-03-07T12:00")
            )
        )
    found: tuple[str, str | None] | None = None
    if random.random() < 0.35:
        event = random.choice([name for name, fields in EVENTS.items() if fields])
        plain = [name for name, kind in EVENTS[event].items() if kind not in LISTS]
        chosen.append(f" per {random.choice(plain)}")
        found = _per(random, scope, event)
    elif random.random() < 0.15:
        found = random.choice(CLOCKS), None
        often = not found[0].startswith(("every month", "once"))
        chosen = [option for option in chosen if "until" not in option and "from" not in option]
        chosen += [BOUNDS] if often else []
    rules = [rule(random, scope, "", found) for _ in range(random.choice((1, 1, 2)) if found is None else 1)]
    stops = [_stop(random, scope) for _ in range(random.choice((0, 0, 1, 1, 2)))]
    lines = "\n".join([*rules, *stops])
    return f"{random.choice(('activity', 'dialog activity'))} Doing {number}{''.join(chosen)} {{\n{lines}\n}}"


def _per(random: Random, scope: Scope, event: str) -> tuple[str, str]:
    """A trigger of an event, whose field tells flows apart."""
    about = where(random, evolve(scope, event=None), EVENTS[event])
    form = random.random()
    if form < 0.55:
        return f"{event}{about}", event
    if form < 0.75:
        return f"{event}{about} {random.randint(1, 3)} times within {random.choice(LENGTHS)}", event
    without = f" without {_event(random, evolve(scope, event=EVENTS[event]), flow=True)[0]}"
    which = random.choice(("each", "the last"))
    return f"{random.choice(FIXED)} after {which} {event}{about}{random.choice(('', without))}", event
