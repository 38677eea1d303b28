"""What of the plan's language some programs have in them, and what came about when they ran: nothing that an engine has
to know may be quietly never drawn."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import get_args

from segdsl.engines.reference.witness import Sighting
from segdsl.plan import nodes as p
from segdsl.plan.expressions import Comparator, Measure, TextTest
from segdsl.plan.walk import structs

NODES = {kind.__name__ for union in (p.Expression, p.Trigger, p.Step, p.Action) for kind in get_args(union)} | {
    "Memory",
    "Collection",
    "Drop",
    "Segment",
    "Rule",
    "Limit",
    "Hold",
    "Promotion",
    "Path",
    "AtTime",
    "AtMoment",
}
"""The classes of all nodes that an engine has to know."""

MEASURES = [*get_args(Measure)]
OF_LISTS = [measure for measure in MEASURES if measure != "when"]


def wanted() -> set[str]:
    """Every label that programs have to meet."""
    labels = set(NODES)
    labels |= {f"memory {measure}" for measure in MEASURES}
    labels |= {f"memory {measure} in a window" for measure in MEASURES if measure != "when"}
    labels |= {f"memory {measure} of the past" for measure in MEASURES if measure != "when"}
    labels |= {f"filtered memory {measure}" for measure in MEASURES}
    labels |= {f"collection {measure}" for measure in MEASURES}
    labels |= {f"list {measure}" for measure in OF_LISTS}
    labels |= {f"window of {what}" for what in ("length", "months", "days", "whole days")}
    labels |= {f"window {which} {what}" for which in ("older", "younger") for what in ("", "months", "days")}
    labels |= {f"compare {sign}" for sign in get_args(Comparator)} | {f"text {test}" for test in get_args(TextTest)}
    labels |= {f"{domain} {sign}" for domain, signs in ARITHMETIC.items() for sign in signs}
    labels |= {f"now {what}" for what in ("instant", "date", "time of day", "weekday")}
    labels |= {f"shift {of}{up}" for of in ("date", "instant") for up in ("", " up")}
    labels |= {f"branch {kind}" for kind in ("first", "all", "random")}
    labels |= {f"schedule {every}" for every in ("day", "week", "month", "once")}
    labels |= {f"date trigger {of}{more}" for of in ("date", "instant") for more in ("", " every year", " at a time")}
    labels |= {f"after {which}{more}" for which in ("each", "last") for more in ("", " per", " without")}
    labels |= {f"count{more}" for more in (" within", " per", " match", " waited for", " waited for within")}
    labels |= {f"wait for {what}" for what in ("event", "count", "enters", "leaves", "within", "of the flow")}
    labels |= {f"rule {option}" for option in RULES}
    labels |= {f"segment {kind}" for kind in ("added", "derived", "listed", "while")}
    labels |= {"add lasting", "add until", "add for good", "set to nothing", "member lasting", "on days at times",
               "start of a date", "start at a time", "field of the start", "contains folded", "items in a window",
               "fold in a measure", "lateness", "count kept short", "path with share"}  # fmt: skip
    return labels


ARITHMETIC = {"exact": "+-*/", "whole": "+-*", "scaled": "*/", "ratio": "/"}
RULES = {
    "once": lambda r: r.once, "restarting": lambda r: r.restarting, "per": lambda r: r.per is not None,
    "holdout": lambda r: r.holdout > 0, "priority": lambda r: r.priority > 0, "begin": lambda r: r.begin is not None,
    "end": lambda r: r.end is not None, "stop": lambda r: bool(r.stops), "condition": lambda r: r.condition is not None,
    "several triggers": lambda r: len(r.triggers) > 1, "once per": lambda r: r.once and r.per is not None,
    "restarting per": lambda r: r.restarting and r.per is not None,
    "stop by the clock": lambda r: any(isinstance(s, p.DateTrigger | p.ScheduleTrigger) for s in r.stops),
    "stop by a count": lambda r: any(isinstance(s, p.CountTrigger) for s in r.stops),
    "stop looking back": lambda r: any(isinstance(s, p.AfterTrigger) for s in r.stops),
    "stop by a segment": lambda r: any(isinstance(s, p.EntersTrigger | p.LeavesTrigger) for s in r.stops),
}  # fmt: skip


def met(plan: p.Plan) -> set[str]:
    """The labels that a plan meets."""
    found = {"lateness"} if plan.lateness else set()
    memories = {memory.key: memory for memory in plan.memories}
    parts = (plan.segments, plan.memories, plan.rules, plan.collections, plan.limits, plan.holds, plan.promotions)
    for node in structs(parts):
        found.add(type(node).__name__)
        found.update(_labels(node, memories))
    return found


def _labels(node: object, memories: dict[str, p.Memory]) -> Iterator[str]:
    match node:
        case p.Memory(measure=measure, window=window):
            if node.fields:
                yield f"filtered memory {measure}"
            elif window is None:
                yield f"memory {measure}"
            else:
                past = window.younger or window.younger_months or window.younger_days
                yield f"memory {measure} {'of the past' if past else 'in a window'}"
            if node.keep is not None and window is not None:
                yield "count kept short"
            if isinstance(node.operand, p.Fold):
                yield "fold in a measure"
        case p.Aggregate(measure, items):
            yield f"{'collection' if isinstance(items, p.Items) else 'list'} {measure}"
        case p.Window():
            yield from _of_window(node)
        case p.Arithmetic(operator, _, _, domain):
            yield f"{domain} {operator}"
        case p.Compare(operator):
            yield f"compare {operator}"
        case p.TestText(operator):
            yield f"text {operator}"
        case p.Now(what):
            yield f"now {what}"
        case p.Shift(_, _, _, of, up):
            yield f"shift {of}{' up' if up else ''}"
        case p.Member(_, lasting) if lasting is not None:
            yield "member lasting"
        case p.OnDays(_, start) if start is not None:
            yield "on days at times"
        case p.Start(_, time):
            yield "start at a time" if time else "start of a date"
        case p.Field(_, True):
            yield "field of the start"
        case p.Contains(_, _, True):
            yield "contains folded"
        case p.Items(_, window) if window is not None:
            yield "items in a window"
        case _:
            yield from _of_rules(node)


def _of_window(window: p.Window) -> Iterator[str]:
    yield "window of " + ("whole days" if window.whole_days else "length" if window.older else
                          "months" if window.older_months else "days")  # fmt: skip
    for which in ("older", "younger"):
        for what, name in (("", which), ("months", f"{which}_months"), ("days", f"{which}_days")):
            if getattr(window, name):
                yield f"window {which} {what}"


def _of_rules(node: object) -> Iterator[str]:
    match node:
        case p.Rule():
            yield from (f"rule {name}" for name, has in RULES.items() if has(node))
        case p.Segment(_, kind):
            yield f"segment {kind}"
            if kind == "added" and node.condition is not None:
                yield "segment while"
        case p.Add(_, lasting, until):
            yield from ["add lasting"] if lasting is not None else []
            yield from ["add until"] if until is not None else []
            yield from ["add for good"] if lasting is None and until is None else []
        case p.SetAttribute(_, p.Constant(None)):
            yield "set to nothing"
        case p.Branch(kind):
            yield f"branch {kind}"
        case p.Path() if node.end:
            yield "path with share"
        case p.ScheduleTrigger(every):
            yield f"schedule {every}"
        case p.DateTrigger(_, of, _, every_year, time):
            yield f"date trigger {of}"
            yield from [f"date trigger {of} every year"] if every_year else []
            yield from [f"date trigger {of} at a time"] if time is not None else []
        case p.AfterTrigger():
            which = f"after {'each' if node.each else 'last'}"
            yield which
            yield from [f"{which} per"] if node.per is not None else []
            yield from [f"{which} without"] if node.without is not None else []
        case p.CountTrigger():
            yield from ["count within"] if node.within is not None else []
            yield from ["count per"] if node.per is not None else []
            yield from ["count match"] if node.match is not None else []
        case p.WaitFor(_, trigger, within):
            yield from _waited_for(trigger)
            yield from ["wait for within"] if within is not None else []


def _waited_for(trigger: p.Answer) -> Iterator[str]:
    kinds = {p.EventTrigger: "event", p.CountTrigger: "count", p.EntersTrigger: "enters", p.LeavesTrigger: "leaves"}
    yield f"wait for {kinds[type(trigger)]}"
    if isinstance(trigger, p.CountTrigger):
        yield "count waited for"
        yield from ["count waited for within"] if trigger.within is not None else []
    if any(isinstance(part, p.Field) for part in structs(trigger)):
        yield "wait for of the flow"


def tally(plans: Iterable[p.Plan]) -> Counter[str]:
    """In how many plans each label was met."""
    return Counter(label for plan in plans for label in met(plan))


# ------------------------------------------------------------------------------------------------------ what came about

REASONS = (
    "the activity has not begun", "the activity has ended", "the customer has entered once already",
    "the customer is held out", "the customer is in the flow already", "it did not come in time", "it was stopped",
    "it starts over", "its moment is not known",
)  # fmt: skip


def lived() -> set[str]:
    """Every label that has to come about when programs run."""
    triggers = {f"triggered {kind.__name__}" for kind in get_args(p.Trigger)}
    pauses = {f"{what} {kind.__name__}" for kind in get_args(p.Pause) for what in ("begun", "goes on", "left")}
    done = {f"landed {kind.__name__}" for kind in get_args(p.Action)}
    done |= {f"lost {kind}" for kind in ("Add", "Remove", "SetAttribute")}
    restrained = {f"{what} {kind}" for kind in ("Limit", "Hold") for what in ("held", "passed")}
    conditions = {
        f"judged {kind} {outcome}"
        for kind in ("Segment", "Rule", "Gate", "Path", "Hold", "Promotion")
        for outcome in (True, False, None)
    }
    return triggers | pauses | done | restrained | conditions | {"taken Path", "entered Event", *REASONS}


def came_about(sighting: Sighting) -> Iterator[str]:
    """The labels of something seen."""
    kind = type(sighting.node).__name__
    yield f"judged {kind} {sighting.outcome}" if sighting.what == "judged" else f"{sighting.what} {kind}"
    if sighting.what in ("refused", "left"):
        yield sighting.reason
