"""Hypothesis strategies for programs in which time does things: timers, transitions, waits, ends, recorded events.

Built on `programs`: its declarations, derived segments and conditions, with rules that listen to the clock beside its
own. A rule that the compiler refuses (it would go round, or read what it has just changed) is left out.
"""

from attrs import evolve, frozen
from hypothesis import strategies as st

from segdsl.diagnostics.errors import CompileError
from segdsl.host.program import loads
from tests.strategies.programs import ADDED, Names, Written, conditions, programs, restraints, wheres

FURTHER = (
    "event notes { what: text, price: number }",
    "collection notebook of notes by what {\n  clear buys thing\n}",
    "segment Noted if any item of notebook where price >= 1",
    "segment Filled if count of basket within 2 days >= 2",
    "segment Held One by activities while flag is yes",
    "segment Looker if looks within 1 day",
    "segment Buyer if buys thing at least 2 times within 2 days",
    "segment Quiet if time since pings > 90 minutes",
)
HEARERS = (
    (
        "when looks then add to Added One for 90 minutes",
        'when leaves Added One then tell "left"',
        'when enters Buyer then tell "in"',
    ),
    (
        "when pings then add to Added Two for 1 day",
        'when leaves Added Two then record notes with what = "left"',
        "when leaves Quiet then add to Added Three",
    ),
)
"""Rules that listen to what other rules, ends and the clock do: drawn ones seldom listen to the segment in question."""

OWN = ("Held One", "Looker", "Buyer", "Quiet", "Noted", "Filled")
SIMPLE = (
    "any item of basket",
    "count of notebook >= 2",
    "not looks within 1 hour",
    "pings within 2 days",
    "count of looks >= 2",
    "not buys thing",
    "points >= 1",
)
"""Conditions that are often true and often not: a rule behind one of `programs` seldom does anything."""

LENGTHS = ("1 hour", "90 minutes", "1 day", "2 days", "1 calendar day", "1 month")
BOUNDS = " from 2026-03-07 until 2026-03-12"
"""Of activities with schedules, which would otherwise go on for the whole of a run."""

CLOCKS = ("every day at 02:30", "every Sunday, Monday at 07:00", "every month on day 8 at 01:30", "every day")
DATES = ("1 day after start at 09:00", "1 day after start", "12 hours before start", "start every year at 02:30",
         "1 day before start every year", "start every year")  # fmt: skip
EVENTS = ("buys thing", "looks", "pings", "notes")


@frozen
class TimedRule:
    """A rule of an activity, or alone, with the activity's options and stops."""

    text_of_rule: str
    activity: str = ""
    stop: str = ""

    def text(self) -> str:
        if not self.activity:
            return self.text_of_rule
        return "\n".join((f"{self.activity} {{", self.text_of_rule, *([self.stop] if self.stop else []), "}"))


def segments_of(names: Names) -> list[str]:
    return [*ADDED, *OWN, *OWN, "Listed One", *names.segments]


@st.composite
def asked(draw: st.DrawFn, names: Names, event: str | None) -> str:
    match draw(st.integers(0, 3)):
        case 0:
            return draw(conditions(Names(names.segments, names.defines, event)))
        case 1:
            return f"in segment {draw(st.sampled_from(('any', 'none')))}({draw(st.sampled_from(segments_of(names)))})"
    return draw(st.sampled_from(SIMPLE))


@st.composite
def transitions(draw: st.DrawFn, names: Names) -> str:
    return f"{draw(st.sampled_from(('enters', 'leaves')))} {draw(st.sampled_from(segments_of(names)))}"


def events(draw: st.DrawFn) -> str:
    event = draw(st.sampled_from(EVENTS))
    return event + (draw(wheres(event, Names([], []))) if event != "notes" else "")


@st.composite
def triggers(draw: st.DrawFn, names: Names) -> tuple[str, str | None]:
    """A trigger, and the event it brings to hand."""
    match draw(st.integers(0, 6)):
        case 0 | 1:
            return draw(transitions(names)), None
        case 2:
            event = draw(st.sampled_from(("buys thing", "looks", "pings")))
            within = draw(st.sampled_from(("", *(f" within {length}" for length in LENGTHS))))
            return f"{event} {draw(st.integers(1, 3))} times{within}", event
        case 3 | 4:
            event, other = (draw(st.sampled_from(("buys thing", "looks", "pings"))) for _ in range(2))
            which = draw(st.sampled_from(("each", "the last")))
            without = draw(st.sampled_from(("", f" without {other}")))
            same = event == other == "buys thing" and draw(st.booleans())
            without = " without buys thing where thing is this thing" if same else without
            return f"{draw(st.sampled_from(LENGTHS))} after {which} {event}{without}", event
        case 5:
            return draw(st.sampled_from(DATES)), None
    event = draw(st.sampled_from(("buys thing", "looks", "pings")))
    return event, event


@st.composite
def actions(draw: st.DrawFn, names: Names, event: str | None) -> str:
    end = draw(st.sampled_from(("", "", *(f" for {length}" for length in LENGTHS), " until 2026-03-09")))
    segment = draw(st.sampled_from((*ADDED, "Held One")))
    price = "this price" if event in ("buys thing", "looks") else "points"
    said = draw(st.sampled_from(("u", "v", "w")))
    kinds = (
        f"add to {segment}{end}", f"add to {segment}{end}", f"remove from {segment}", f'tell "{said}"',
        f'tell "{said}" with amount = {price}', f'shout "{said}"',
        f'record notes with what = "{said}", price = {price}',
        "set mark = 1", "clear mark",
    )  # fmt: skip
    return " and ".join(draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3, unique=True)))


@st.composite
def pauses(draw: st.DrawFn, names: Names, event: str | None) -> str:
    within = draw(st.sampled_from(("", *(f" within {length}" for length in LENGTHS))))
    waited = st.sampled_from(("buys thing", "looks", "pings", "notes"))
    match draw(st.integers(0, 6)):
        case 0 | 1:
            return f"wait {draw(st.sampled_from(LENGTHS))}"
        case 2:
            moments = ("02:30", "09:00", "Monday at 01:30", "2026-03-08", "2026-03-08T17:00", "1 hour before start")
            return f"wait until {draw(st.sampled_from(moments))}"
        case 3:
            return f"wait for {draw(transitions(names))}{within}"
        case 4:
            return f"wait for {draw(waited)} 2 times{within}"
    match = " where price = this price" if event in ("buys thing", "looks") and draw(st.booleans()) else ""
    other = draw(st.sampled_from(("buys thing", "looks"))) if match else draw(waited)
    return f"wait for {other}{match}{within}"


@st.composite
def sentences(draw: st.DrawFn, names: Names, event: str | None) -> str:
    """What follows `then`: waits, gates, branches and actions."""
    parts: list[str] = [draw(actions(names, event))] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(0, 2))):
        parts.append(draw(pauses(names, event)))
        if draw(st.integers(0, 2)) == 0:
            parts.append(f"if {draw(asked(names, None))}")
    last = draw(actions(names, event))
    if draw(st.integers(0, 4)) == 0:
        paths = [f"path then {draw(pauses(names, event))} then {draw(actions(names, event))}" for _ in range(2)]
        last = "branch all {\n" + "\n".join(paths) + "\n}"
    return " then ".join([*parts, last])


@st.composite
def timed_rules(draw: st.DrawFn, names: Names, number: int) -> TimedRule:
    if draw(st.integers(0, 5)) == 0:
        text = f"when {draw(st.sampled_from(CLOCKS))} then {draw(sentences(names, None))}"
        return TimedRule(text, f"activity Timed {number}{BOUNDS}")
    trigger, event = draw(triggers(names))
    condition = f" if {draw(asked(names, event))}" if draw(st.integers(0, 2)) == 0 else ""
    text = f"when {trigger}{condition} then {draw(sentences(names, event))}"
    if draw(st.booleans()):
        return TimedRule(text)
    options = ["", " once", " restarting", " restarting", " priority 3", " until 2026-03-09", " holdout 50%"]
    options += [f" per {field}" for field in ("thing", "kind") if event == "buys thing"]
    chosen = "".join(sorted(draw(st.sets(st.sampled_from(options), max_size=2))))
    stops = ["", f"stop when {draw(transitions(names))}", f"stop when {draw(st.sampled_from(EVENTS))}",
             "stop when 1 day after the last pings", "stop when 2 days after start"]  # fmt: skip
    return TimedRule(text, f"activity Timed {number}{chosen}", draw(st.sampled_from(stops)))


@st.composite
def timed_programs(draw: st.DrawFn, *, lateness: str = "", least_limits: int = 0) -> Written:
    """Programs of a plain rule and some timed ones; with `lateness`, events may come so late."""
    program = draw(programs())
    names = Names([each.name for each in program.derived], ["worth", "visits made"])
    hearers = draw(st.sampled_from((*HEARERS, ())))
    limited = draw(restraints(st.sampled_from((*SIMPLE, "in segment any(Looker, Buyer)")), least_limits))
    further = (*FURTHER, *hearers, *limited, *([f"lateness {lateness}"] if lateness else []))
    kept = evolve(program, derived=program.derived[:2], rules=program.rules[:1], further=further)
    kept = kept if compiles(kept) else evolve(kept, derived=(), rules=())
    names = Names([each.name for each in kept.derived], list(names.defines))
    for number in range(draw(st.integers(0 if hearers else 2, 5))):
        rule = draw(timed_rules(names, number))
        more = evolve(kept, rules=(*kept.rules, rule))
        kept = more if compiles(more) else kept
    return kept


def compiles(program: Written) -> bool:
    try:
        loads(program.text())
    except CompileError:
        return False
    return True
