"""Rules that always pull against each other: one event adds to a segment and removes from it (language.md section 5.6).

Only what is sure is warned of: rules without conditions, on the same event, with the same priority.
"""

from collections.abc import Iterable, Iterator

from segdsl.diagnostics.diagnostic import Collector, Label
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p

Wish = tuple[str, int, str]
"""Event, priority, and the segment or attribute."""


def warn_of_conflicts(rules: Iterable[p.Rule], spans: dict[str, Span], collector: Collector) -> None:
    """Warn where an unconditional add meets an unconditional remove, and where one attribute is set twice."""
    added: dict[Wish, Span] = {}
    removed: dict[Wish, Span] = {}
    values: dict[Wish, tuple[Span, p.Expression]] = {}
    for rule in sorted(rules, key=lambda rule: spans[rule.id]):
        for event, action in _always_done(rule):
            match action:
                case p.Add(segment):
                    added.setdefault((event, rule.priority, segment), spans[rule.id])
                case p.Remove(segment):
                    removed.setdefault((event, rule.priority, segment), spans[rule.id])
                case p.SetAttribute(attribute, value):
                    before = values.setdefault((event, rule.priority, attribute), (spans[rule.id], value))
                    if before[1] != value:
                        _warn_set(event, attribute, before[0], spans[rule.id], collector)
                case p.Emit() | p.Record():
                    pass
    for wish, span in removed.items():
        if wish in added:
            event, _, segment = wish
            other = added[wish]
            collector.warning(
                "SEG481",
                max(span, other),
                f'`{event}` both adds to and removes from "{segment}"; remove wins',
                labels=[Label(min(span, other), "the other rule")],
                help="give one of them a higher priority, in an activity, or a condition",
            )


def _warn_set(event: str, attribute: str, first: Span, second: Span, collector: Collector) -> None:
    collector.warning(
        "SEG481",
        second,
        f"`{event}` sets `{attribute}` twice; the greater value wins",
        labels=[Label(first, "the other rule")],
        help="give one of them a higher priority, in an activity, or a condition",
    )


def _always_done(rule: p.Rule) -> Iterator[tuple[str, p.Action]]:
    if rule.condition is not None or rule.begin is not None or rule.end is not None or rule.once or rule.holdout:
        return
    for trigger in rule.triggers:
        if not isinstance(trigger, p.EventTrigger) or trigger.match is not None:
            continue
        for step in rule.steps:
            if not isinstance(step, p.Act):
                break
            for action in step.actions:
                yield trigger.event, action
