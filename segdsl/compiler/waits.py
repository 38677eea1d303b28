"""Waits: where a flow stands still, and what it has to keep until it goes on (language.md section 5.10 and 5.14).

A wait is known by the hash of what waits behind it, so that a flow goes on in a program that was changed elsewhere.
"""

from typing import Any

import msgspec
from attrs import define, evolve

from segdsl.compiler.context import Context, digest
from segdsl.compiler.expressions import Expressions
from segdsl.compiler.lengths import length, moment_near, shortest
from segdsl.compiler.triggers import TriggerChecker
from segdsl.compiler.written import Written
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.plan.walk import walk
from segdsl.syntax import ast
from segdsl.values.instants import duration_text
from segdsl.values.kinds import DATE, ERROR, INSTANT

Steps = tuple[p.Step, ...]


@define(eq=False)
class WaitChecker:
    """Lowers waits. `begin` and `end` bound the activity around them (None: not bounded)."""

    expressions: Expressions
    triggers: TriggerChecker
    begin: int | None = None
    end: int | None = None

    def lower(self, node: ast.Wait | ast.WaitUntil | ast.WaitFor, context: Context) -> tuple[p.Pause | None, Context]:
        """The plan's wait, and where what follows it stands."""
        match node:
            case ast.Wait(of):
                return p.Wait("", length(of)), context
            case ast.WaitUntil(moment):
                return self._until(moment, context), context
            case ast.WaitFor(trigger, within):
                answer, event = self.triggers.answer(trigger, context)
                if event is not None:
                    start = context.start if context.start is not None else (context.event or {})
                    context = evolve(context, event=event.kinds(), event_name=event.name, start=start)
                if not isinstance(answer, p.Answer):
                    return None, context
                return p.WaitFor("", answer, length(within.length) if within is not None else None), context

    def _until(self, node: ast.Moment, context: Context) -> p.WaitUntil | None:
        match node:
            case ast.AtTime(time):
                return p.WaitUntil("", p.AtTime(time.time))
            case ast.AtDay(day, time):
                return p.WaitUntil("", p.AtTime(time.time, day))
            case ast.AtDate(date):
                instant = self.expressions.instant(date)
                if self.end is not None and instant >= self.end:
                    self._outlives(node.span)
                return p.WaitUntil("", p.AtMoment(p.Constant(instant)))
        typed = self.expressions.value(ast.Mention(node.name, span=node.name.span), context)
        if typed.kind == ERROR:
            return None
        if typed.kind not in (DATE, INSTANT):
            self.expressions.error("SEG307", node.name.span, f"`{node.name.text}` is neither a date nor an instant")
            return None
        return p.WaitUntil("", p.AtMoment(moment_near(node, typed.node, typed.kind)))

    # -------------------------------------------------------------------------------------- waits that are never over

    def check_lengths(self, nodes: tuple[ast.Step, ...], before: int = 0) -> None:
        """Warn of a wait that ends after the activity even for who starts first; `before` are the waits before it."""
        if self.begin is None or self.end is None:
            return
        for node in nodes:
            match node:
                case ast.Wait(of):
                    before += shortest(length(of))
                    if before >= self.end - self.begin:
                        self._outlives(node.span)
                        return
                case ast.Branch(_, paths):
                    for path in paths:
                        self.check_lengths(path.steps, before)
                case _:
                    pass

    def _outlives(self, span: Span) -> None:
        collector: Collector = self.expressions.collector
        lasts = f", which runs {duration_text(self.end - self.begin)}" if self.begin is not None and self.end else ""
        collector.warning(
            "SEG484",
            span,
            f"this wait is not over before the activity ends{lasts}",
            help="customers leave the flow at `until`: shorten the wait, or let the activity run longer",
        )


# ------------------------------------------------------------------------------------------------------ what is kept


def keyed(steps: Steps, activity: str, per: str | None, written: Written) -> Steps:
    """The steps of a rule with the keys of their waits, and what each wait keeps of its events."""
    made: Steps = ()
    for before in reversed(steps):
        step = before
        match step:
            case p.Branch():
                paths = tuple(_keyed_path(path, activity, per, written) for path in step.paths)
                step = msgspec.structs.replace(step, paths=paths)
            case p.Wait() | p.WaitUntil() | p.WaitFor():
                answer = step.trigger if isinstance(step, p.WaitFor) else None
                at_hand = (answer,) if _brings(step) else (answer, made)
                step = msgspec.structs.replace(
                    step,
                    key=digest((activity, answer, _without_stages(made))),
                    fields=tuple(sorted(fields_needed(at_hand))),
                    start=tuple(sorted(_start_needed((answer, made)) | ({per} if per is not None else set()))),
                )
            case _:
                pass
        written.carry(before, step)
        made = (step, *made)
    return made


def _keyed_path(path: p.Path, activity: str, per: str | None, written: Written) -> p.Path:
    made = msgspec.structs.replace(path, steps=keyed(path.steps, activity, per, written))
    written.carry(path, made)
    return made


def _brings(step: object) -> bool:
    """Whether a wait brings another event to hand."""
    return isinstance(step, p.WaitFor) and isinstance(step.trigger, p.EventTrigger | p.CountTrigger)


def fields_needed(of: object) -> set[str]:
    """The fields of the event at hand that some steps (or triggers) read before another event comes to hand."""
    match of:
        case p.Field(name, False):
            return {name}
        case p.WaitFor(_, trigger) if _brings(of):
            return fields_needed(trigger)
        case tuple():
            needed: set[str] = set()
            for part in of:
                needed |= fields_needed(part)
                if isinstance(part, p.WaitFor) and _brings(part):
                    break
            return needed
        case msgspec.Struct():
            return {
                name
                for field in of.__struct_fields__
                if isinstance(value := getattr(of, field), msgspec.Struct | tuple)
                for name in fields_needed(value)
            }
    return set()


def _start_needed(of: object) -> set[str]:
    return {node.name for node in walk(of) if isinstance(node, p.Field) and node.start}


def _without_stages(steps: Steps) -> Any:
    """Steps as they are compared when a program changes: how many stages stand before them does not matter."""

    def stripped(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: stripped(of) for key, of in value.items() if key != "stage"}
        return [stripped(each) for each in value] if isinstance(value, list | tuple) else value

    return stripped(msgspec.to_builtins(steps))
