"""Tree to text: triggers, steps and actions, limits and holds."""

from typing import assert_never

from segdsl.syntax import ast
from segdsl.syntax.format_values import (
    STEP,
    WIDTH,
    day,
    days,
    duration,
    event,
    expression,
    fitted,
    literal,
    name,
    names,
    quoted,
    window_text,
)


def trigger(node: ast.Trigger) -> str:
    match node:
        case ast.EventTrigger(of, match, where):
            return event(of, match, where)
        case ast.CountedTrigger(counted, number, within):
            return f"{trigger(counted)} {number} times" + (f" {window_text(within)}" if within else "")
        case ast.Enters(segment):
            return f"enters {name(segment)}"
        case ast.Leaves(segment):
            return f"leaves {name(segment)}"
        case ast.AfterEach(delay, after, without):
            return f"{duration(delay)} after each {trigger(after)}" + _without(without)
        case ast.AfterLast(delay, after, without):
            return f"{duration(delay)} after the last {trigger(after)}" + _without(without)
        case ast.NearDate():
            return _near(node)
        case ast.EveryDay(at):
            return "every day" + _at(at)
        case ast.EveryWeekday(numbers, at):
            return f"every {days(numbers)}" + _at(at)
        case ast.EveryMonth(number, at):
            return f"every month on day {number}" + _at(at)
        case ast.OnceAt(moment):
            return f"once at {day(moment)}"
    assert_never(node)


def _without(node: ast.EventTrigger | None) -> str:
    return f" without {trigger(node)}" if node else ""


def _at(time: ast.ClockTime | None) -> str:
    return f" at {literal(time)}" if time else ""


def _near(node: ast.NearDate) -> str:
    text = f"{duration(node.distance)} {node.direction} {node.name.text}" if node.distance else node.name.text
    return text + (" every year" if node.every_year else "") + _at(node.at)


def _moment(node: ast.Moment) -> str:
    match node:
        case ast.AtTime(time):
            return literal(time)
        case ast.AtDay(number, time):
            return f"{days((number,))} at {literal(time)}"
        case ast.AtDate(date):
            return day(date)
        case ast.NearDate():
            return _near(node)
    assert_never(node)


def plain_step(node: ast.Gate | ast.Wait | ast.WaitUntil | ast.WaitFor | ast.Act) -> str:
    match node:
        case ast.Gate(condition):
            return f"if {expression(condition)}"
        case ast.Wait(length):
            return f"wait {duration(length)}"
        case ast.WaitUntil(moment):
            return f"wait until {_moment(moment)}"
        case ast.WaitFor(awaited, within):
            return f"wait for {trigger(awaited)}" + (f" {window_text(within)}" if within else "")
        case ast.Act(actions):
            return " and ".join(map(action, actions))
    assert_never(node)


def action(node: ast.Action) -> str:
    match node:
        case ast.Add(segments, lasting, until):
            text = f"add to {names(segments)}"
            text += f" for {duration(lasting)}" if lasting else ""
            return text + (f" until {day(until)}" if until else "")
        case ast.Remove(segments):
            return f"remove from {names(segments)}"
        case ast.SetAttribute(attribute, value):
            return f"set {attribute.text} = {expression(value)}"
        case ast.ClearAttribute(attribute):
            return f"clear {attribute.text}"
        case ast.Record(of, assignments):
            return f"record {of.text}" + values(assignments)
        case ast.Perform(of, match, assignments):
            return event(of, match, None) + values(assignments)
    assert_never(node)


def fitted_step(node: ast.Gate | ast.Wait | ast.WaitUntil | ast.WaitFor | ast.Act, before: int, pad: int) -> str:
    """A step that begins at column `before`; actions that do not fit the line stand on lines of their own, and so do
    the values they are given, indented by `pad`."""
    flat = plain_step(node)
    if before + len(flat) <= WIDTH or not isinstance(node, ast.Act):
        return flat
    first, *rest = node.actions
    lines = [_fitted(first, before, pad), *(f"and {_fitted(each, pad + 4, pad + STEP)}" for each in rest)]
    return f"\n{' ' * pad}".join(lines)


def _fitted(node: ast.Action, before: int, pad: int) -> str:
    flat = action(node)
    if before + len(flat) <= WIDTH or not isinstance(node, ast.Record | ast.Perform):
        return flat
    return with_lines(flat, node.assignments, pad)


def with_lines(flat: str, assignments: tuple[ast.Assignment, ...], pad: int) -> str:
    """What ends with values, each of them on a line of its own, indented by `pad`."""
    margin = "\n" + " " * pad
    given = [(f"{each.name.text} = ", each.value) for each in assignments]
    listed = f",{margin}".join(head + fitted(value, pad + len(head), pad + STEP) for head, value in given)
    return f"{flat.removesuffix(values(assignments))} with{margin}{listed}" if given else flat


def values(assignments: tuple[ast.Assignment, ...]) -> str:
    listed = ", ".join(f"{a.name.text} = {expression(a.value)}" for a in assignments)
    return f" with {listed}" if listed else ""


def option(node: ast.Option) -> str:
    match node:
        case ast.From(date):
            return f"from {day(date)}"
        case ast.Until(date):
            return f"until {day(date)}"
        case ast.Priority(number):
            return f"priority {number}"
        case ast.Once():
            return "once"
        case ast.Restarting():
            return "restarting"
        case ast.Per(field):
            return f"per {field.text}"
        case ast.Holdout(share):
            return f"holdout {literal(share)}"
        case ast.Seed(text):
            return f"seed {quoted(text.value)}"
    assert_never(node)


def limit_head(node: ast.Limit) -> str:
    """A limit without its `where`."""
    return f"limit {node.number} {window_text(node.within)} for {', '.join(of.text for of in node.actions)}"


def hold_head(node: ast.Hold) -> str:
    """A hold as far as its `while`."""
    where = f" where {expression(node.where)}" if node.where is not None else ""
    return f"hold {', '.join(of.text for of in node.actions)}{where}"


def limit_text(node: ast.Limit) -> str:
    """A limit on one line."""
    return limit_head(node) + (f" where {expression(node.where)}" if node.where is not None else "")


def hold_text(node: ast.Hold) -> str:
    """A hold on one line."""
    return f"{hold_head(node)} while {expression(node.condition)}"
