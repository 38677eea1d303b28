"""What can be changed in rules, activities and promotions: parts left out, actions turned round, kinds of branch and
look back."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from attrs import field, frozen

from segdsl.compiler.mutation.change import Change, evolved
from segdsl.compiler.mutation.conditions import day_moved, left_out
from segdsl.syntax import ast
from segdsl.syntax.format_rules import action, hold_text, limit_text, option, plain_step, trigger
from segdsl.syntax.format_values import duration, expression, names, window_text


@frozen
class Contested:
    """The segments and attributes over which rules can come into conflict (language.md section 5.6), and the priorities
    that there are: only there a priority decides anything."""

    names: frozenset[str] = frozenset()
    priorities: tuple[int, ...] = field(default=())

    @classmethod
    def of(cls, modules: Iterable[ast.Module]) -> "Contested":
        added: set[str] = set()
        removed: set[str] = set()
        settings: list[str] = []
        priorities = {0}
        for module in modules:
            for declaration in module.declarations:
                for each in _actions(declaration):
                    match each:
                        case ast.Add(segments):
                            added.update(of.text for of in segments)
                        case ast.Remove(segments):
                            removed.update(of.text for of in segments)
                        case ast.SetAttribute(of) | ast.ClearAttribute(of):
                            settings.append(of.text)
                        case _:
                            pass
                if isinstance(declaration, ast.Activity):
                    priorities |= {each.value for each in declaration.options if isinstance(each, ast.Priority)}
        several = {name for name in settings if settings.count(name) > 1}
        return cls(frozenset(added & removed | several), tuple(sorted(priorities)))

    def concerns(self, node: ast.Activity) -> bool:
        """Whether an activity does anything over which there can be a conflict."""
        for each in _actions(node):
            of = each.segments if isinstance(each, ast.Add | ast.Remove) else (getattr(each, "name", None),)
            if any(name is not None and name.text in self.names for name in of):
                return True
        return False


def _actions(node: object) -> Iterator[ast.Action]:
    """All actions in a declaration."""
    match node:
        case ast.Activity():
            for part in node.body:
                yield from _actions(part)
        case ast.Rule() | ast.Path():
            for step in node.steps:
                yield from _actions(step)
        case ast.Branch():
            for path in node.paths:
                yield from _actions(path)
        case ast.Act(actions):
            yield from actions
        case _:
            return


def changed_rule(node: ast.Node, contested: Contested) -> Iterator[Change]:
    """The changes of a node itself, where it is a rule, an activity or a part of one."""
    match node:
        case ast.Activity():
            yield from _options(node, contested)
            yield from _body(node)
        case ast.Promotion():
            yield from _bounds(node)
            if node.condition is not None:
                yield left_out(node, "condition", f"if {expression(node.condition)}")
        case ast.Rule(triggers, condition, steps):
            yield from _fewer(node, "triggers", triggers, trigger)
            if condition is not None:
                yield left_out(node, "condition", f"if {expression(condition)}")
            yield from _steps(node, steps)
            if len(steps) == 1 and isinstance(steps[0], ast.Act) and len(steps[0].actions) == 1:
                yield Change(None, steps[0].span, f"then {plain_step(steps[0])}")
        case ast.Path(share, condition, steps):
            if condition is not None and share is None:
                yield left_out(node, "condition", f"if {expression(condition)}")
            yield from _steps(node, steps)
        case ast.Branch():
            yield from _branch(node)
        case ast.Act(actions):
            yield from _fewer(node, "actions", actions, action)
        case ast.Add() | ast.Remove():
            yield from _membership(node)
        case ast.AfterEach(delay, after, without) | ast.AfterLast(delay, after, without):
            other = ast.AfterLast if isinstance(node, ast.AfterEach) else ast.AfterEach
            swapped = other(delay, after, without, span=node.span)
            yield Change(swapped, node.span, trigger(node), trigger(swapped))
            if without is not None:
                yield left_out(node, "without", f"without {trigger(without)}")
        case ast.CountedTrigger(_, number, within):
            for moved in (number - 1, number + 1):
                if moved > 0:
                    changed = evolved(node, number=moved)
                    yield Change(changed, node.span, trigger(node), trigger(changed))
            if within is not None:
                yield left_out(node, "within", window_text(within))
        case ast.WaitFor(_, within) if within is not None:
            yield left_out(node, "within", window_text(within))
        case ast.NearDate(_, _, _, every_year) if every_year:
            changed = evolved(node, direction="before" if node.direction == "after" else "after")
            if node.distance is not None:
                yield Change(changed, node.span, trigger(node), trigger(changed))
        case ast.SegmentDeclaration(_, kind, condition) if kind == "added" and condition is not None:
            yield left_out(node, "condition", f"while {expression(condition)}")
        case ast.Limit() | ast.Hold():
            yield from _restrained(node)
        case _:
            return


def _restrained(node: ast.Limit | ast.Hold) -> Iterator[Change]:
    """A limit or a hold left out, of fewer actions, or of all their effects; a limit of one more or less."""
    yield Change(None, node.span, limit_text(node) if isinstance(node, ast.Limit) else hold_text(node))
    if isinstance(node, ast.Limit):
        for moved in (node.number - 1, node.number + 1):
            if moved > 0:
                yield Change(evolved(node, number=moved), node.span, f"limit {node.number}", f"limit {moved}")
    yield from _fewer(node, "actions", node.actions, lambda name: name.text)
    if node.where is not None:
        yield left_out(node, "where", f"where {expression(node.where)}")


def _fewer(node: Any, name: str, parts: Sequence[Any], text: Any) -> Iterator[Change]:
    for at, part in enumerate(parts if len(parts) > 1 else ()):
        rest = (*parts[:at], *parts[at + 1 :])
        yield Change(evolved(node, **{name: rest}), part.span, text(part))


# ---------------------------------------------------------------------------------------------------------- activities


def _options(node: ast.Activity, contested: Contested) -> Iterator[Change]:
    for at, each in enumerate(node.options):
        rest = (*node.options[:at], *node.options[at + 1 :])
        match each:
            case ast.Once() | ast.Restarting() | ast.Per():
                yield Change(evolved(node, options=rest), each.span, option(each))
            case ast.From(date) | ast.Until(date):
                yield Change(evolved(node, options=rest), each.span, option(each))
                for way in () if _fires_seldom(node) else (-1, 1):
                    yield _with_option(node, at, type(each)(day_moved(date, way), span=each.span))
            case ast.Priority(value) if contested.concerns(node):
                highest = contested.priorities[-1]
                yield _with_option(node, at, ast.Priority(0 if value == highest else highest + 1, span=each.span))
            case _:
                pass


def _fires_seldom(node: ast.Activity) -> bool:
    """Whether an activity starts on some days only, so that one day more or less may hold none of them."""
    triggers = [each for rule in node.body if isinstance(rule, ast.Rule) for each in rule.triggers]
    return all(isinstance(each, ast.EveryWeekday | ast.EveryMonth | ast.OnceAt) for each in triggers)


def _bounds(node: ast.Promotion) -> Iterator[Change]:
    for at, each in enumerate(node.options):
        rest = (*node.options[:at], *node.options[at + 1 :])
        yield Change(evolved(node, options=rest), each.span, option(each))
        for way in (-1, 1):
            yield _with_option(node, at, type(each)(day_moved(each.date, way), span=each.span))


def _with_option(node: ast.Activity | ast.Promotion, at: int, changed: ast.Option) -> Change:
    options = (*node.options[:at], changed, *node.options[at + 1 :])
    made = evolved(node, options=options)
    return Change(made, changed.span, option(node.options[at]), option(changed))


def _body(node: ast.Activity) -> Iterator[Change]:
    """A `stop when` is left out, and so is a rule that does a single thing."""
    for at, part in enumerate(node.body):
        made = evolved(node, body=(*node.body[:at], *node.body[at + 1 :]))
        match part:
            case ast.Stop(triggers):
                yield Change(made, part.span, "stop when " + " or ".join(map(trigger, triggers)))
            case ast.Rule(_, _, (ast.Act((single,)),)):
                yield Change(made, single.span, f"then {action(single)}")
            case _:
                pass


# --------------------------------------------------------------------------------------------------------------- steps


def _steps(node: ast.Rule | ast.Path, steps: tuple[ast.Step, ...]) -> Iterator[Change]:
    """A gate, a wait or an action that stands alone is left out, where something else is left to do."""
    for at, step in enumerate(steps):
        rest = (*steps[:at], *steps[at + 1 :])
        if isinstance(step, ast.Branch) or (isinstance(step, ast.Act) and len(step.actions) > 1):
            continue
        if any(isinstance(each, ast.Act | ast.Branch) for each in rest):
            yield Change(evolved(node, steps=rest), step.span, f"then {plain_step(step)}")


def _branch(node: ast.Branch) -> Iterator[Change]:
    if node.kind in ("first", "all") and not any(path.otherwise for path in node.paths):
        other = "all" if node.kind == "first" else "first"
        yield Change(evolved(node, kind=other), node.span, f"branch {node.kind}", f"branch {other}")
    for at, path in enumerate(node.paths if len(node.paths) > 1 and node.kind != "random" else ()):
        condition = f" if {expression(path.condition)}" if path.condition is not None else ""
        said = ("otherwise" if path.otherwise else "path") + condition
        rest = (*node.paths[:at], *node.paths[at + 1 :])
        yield Change(evolved(node, paths=rest), path.span, said)


def _membership(node: ast.Add | ast.Remove) -> Iterator[Change]:
    match node:
        case ast.Add(segments, lasting, until):
            other: ast.Add | ast.Remove = ast.Remove(segments, span=node.span)
            if lasting is not None:
                yield left_out(node, "lasting", f"for {duration(lasting)}")
            if until is not None:
                yield left_out(node, "until", action(node)[action(node).rindex("until") :])
        case ast.Remove(segments):
            other = ast.Add(segments, span=node.span)
    yield Change(other, node.span, action(node), action(other))
    for at, segment in enumerate(segments if len(segments) > 1 else ()):
        rest = (*segments[:at], *segments[at + 1 :])
        yield Change(evolved(node, segments=rest), segment.span, names((segment,)))
