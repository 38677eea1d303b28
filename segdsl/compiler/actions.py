"""What a rule does: adding, removing, setting, recording, and declared effects (language.md section 3)."""

from collections.abc import Mapping
from typing import assert_never

from attrs import define

from segdsl.compiler.arithmetic import a_kind
from segdsl.compiler.context import BROKEN, Context, Gathered, Typed
from segdsl.compiler.expressions import Expressions
from segdsl.compiler.fixes import another_choice, another_field, declaration
from segdsl.compiler.lengths import length
from segdsl.compiler.meanings import of_action
from segdsl.compiler.scope import FieldInfo
from segdsl.diagnostics.diagnostic import Fix, Label
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.suggest import instead, nearest
from segdsl.plan import nodes as p
from segdsl.records.inputs import FORGET
from segdsl.syntax import ast
from segdsl.values.kinds import DATE, INSTANT, Kind


@define(eq=False)
class ActionChecker:
    gathered: Gathered
    expressions: Expressions

    def actions(self, nodes: tuple[ast.Action, ...], context: Context) -> tuple[p.Action, ...]:
        made: list[p.Action] = []
        for node in nodes:
            before = len(made)
            match node:
                case ast.Add(segments, lasting, until):
                    ends = (
                        length(lasting) if lasting is not None else None,
                        self.expressions.instant(until) if until is not None else None,
                    )
                    made += [p.Add(name.text, *ends) for name in segments if self._added(name, "add to")]
                case ast.Remove(segments):
                    made += [p.Remove(name.text) for name in segments if self._added(name, "remove from")]
                case ast.SetAttribute(name, value):
                    made += self._set(name, value, context)
                case ast.ClearAttribute(name):
                    if self._attribute(name):
                        made.append(p.SetAttribute(name.text, p.Constant(None)))
                case ast.Record():
                    made += self._record(node, context)
                case ast.Perform():
                    made += self._perform(node, context)
                case _:
                    assert_never(node)
            for each in made[before:]:
                self.gathered.written.note(each, node)
        return tuple(made)

    # ---------------------------------------------------------------------------------------------------- memberships

    def _added(self, name: ast.Name, what: str) -> bool:
        reads = set(self.gathered.reads)
        declared = self.expressions.segment(name, filled=what == "add to")
        self.gathered.reads = reads  # adding to a segment does not read it
        if not declared:
            return False
        segment = self.gathered.scope.segments[name.text]
        if segment.kind == "added":
            return True
        because = (
            "its condition decides who is in it" if segment.kind == "derived" else "only the host includes members"
        )
        written = declaration(name)
        self.expressions.error(
            "SEG401",
            name.span,
            f'no rule can {what} "{name.text}": {because}',
            labels=[Label(segment.span, "declared here")],
            help=f"to let rules fill it declare it so: {written}",
            fix=Fix(segment.node.span, written, sure=False),
        )
        return False

    # ----------------------------------------------------------------------------------------------------- attributes

    def _attribute(self, name: ast.Name) -> bool:
        info = self.gathered.scope.attributes.get(name.text)
        if info is None:
            if not self.gathered.scope.may_be_broken(name.text):
                meant = nearest(name.text, self.gathered.scope.attributes)
                self.expressions.error(
                    "SEG203",
                    name.span,
                    f"there is no attribute `{name.text}`",
                    help=f"did you mean `{meant}`?" if meant else f"declare it: attribute {name.text}: text",
                    fix=another_field(name, meant, self.gathered.scope.attributes),
                )
            return False
        info.set_by = info.set_by or name.span
        return True

    def _set(self, name: ast.Name, value: ast.Expression, context: Context) -> list[p.Action]:
        before = set(self.gathered.attributes_read)
        self.gathered.attributes_read = set()
        typed = self.expressions.value(value, context)
        if name.text in self.gathered.attributes_read:
            self.expressions.error(
                "SEG412",
                value.span,
                f"`{name.text}` cannot be set from itself",
                help="count over history instead: define score as count of ... * 10",
            )
        self.gathered.attributes_read |= before
        if not self._attribute(name):
            return []
        info = self.gathered.scope.attributes[name.text]
        node = self._fitting(name.text, info.kind, typed, value, info.span)
        return [p.SetAttribute(name.text, node)] if node is not None else []

    # -------------------------------------------------------------------------------------------------------- effects

    def _perform(self, node: ast.Perform, context: Context) -> list[p.Action]:
        info = self.gathered.scope.actions.get(node.name.text)
        if info is None:
            unknown_action(node.name, self.gathered, self.expressions)
            for assignment in node.assignments:
                self.expressions.value(assignment.value, context)
            return []
        values: dict[str, p.Expression] = {}
        if node.match is not None:
            if info.subject is None:
                self.expressions.error(
                    "SEG206",
                    node.match.span,
                    f"`{info.name}` takes no value",
                    labels=[Label(info.span, "it is declared without fields")],
                )
            else:
                typed = self.expressions.value(node.match, context)
                fitted = self._fitting(info.subject.name, info.subject.kind, typed, node.match, info.subject.span)
                values[info.subject.name] = fitted if fitted is not None else p.Constant(None)
        values |= self._assigned(info.name, info.fields, node.assignments, context, set(values))
        ordered = tuple((name, values[name]) for name in info.fields if name in values)
        return [p.Emit(info.name, ordered)]

    def _assigned(
        self,
        what: str,
        fields: Mapping[str, FieldInfo],
        nodes: tuple[ast.Assignment, ...],
        context: Context,
        given: set[str],
    ) -> dict[str, p.Expression]:
        values: dict[str, p.Expression] = {}
        for node in nodes:
            typed = self.expressions.value(node.value, context)
            name = node.name.text
            info = fields.get(name)
            if info is None:
                if not self.gathered.scope.may_be_broken(name):
                    meant = nearest(name, fields)
                    self.expressions.error(
                        "SEG206",
                        node.name.span,
                        f"`{what}` has no field `{name}`",
                        help=f"did you mean `{meant}`?" if meant else f"it has: {', '.join(fields) or 'none'}",
                        fix=instead(node.name.span, name, meant, fields),
                    )
                continue
            if name in values or name in given:
                self.expressions.error("SEG207", node.name.span, f"`{name}` is given twice")
                continue
            fitted = self._fitting(name, info.kind, typed, node.value, info.span)
            values[name] = fitted if fitted is not None else p.Constant(None)
        return values

    def _fitting(
        self, name: str, kind: Kind, typed: Typed, value: ast.Expression, declared: Span
    ) -> p.Expression | None:
        """The value as the field or attribute takes it; None where it does not."""
        if typed == BROKEN:
            return None
        if typed.since:
            self.expressions.error("SEG314", value.span, "`time since` is only compared with a duration")
            return None
        if kind == INSTANT and typed.kind == DATE:
            return p.Start(typed.node)
        if kind.takes(typed.kind):
            return typed.node
        constant = typed.node.value if isinstance(typed.node, p.Constant) else None
        if kind.name == "one of" and isinstance(constant, str):
            if constant in kind.choices:
                return typed.node
            meant = nearest(constant, kind.choices)
            self.expressions.error(
                "SEG304",
                value.span,
                f'"{constant}" is none of the values `{name}` can have',
                labels=[Label(declared, "declared here")],
                help=f'did you mean "{meant}"?' if meant else f"it is {kind}",
                fix=another_choice(value, constant, meant, kind.choices),
            )
            return None
        self.expressions.error(
            "SEG309",
            value.span,
            f"`{name}` is {_told_apart(kind, typed.kind)}, and this is {_told_apart(typed.kind, kind)}",
            labels=[Label(declared, "declared here")],
            help=f"give it {_told_apart(kind, typed.kind)}",
        )
        return None

    def _record(self, node: ast.Record, context: Context) -> list[p.Action]:
        if node.name.text == FORGET:
            self.expressions.error(
                "SEG202", node.name.span, f"no rule can record `{FORGET}`", help="only the host forgets a customer"
            )
            return []
        event = self.gathered.scope.events.get(node.name.text)
        if event is None:
            self.expressions.unknown_event(node.name)
            return []
        values = self._assigned(event.name, event.fields, node.assignments, context, set())
        return [p.Record(event.name, tuple((name, values[name]) for name in event.fields if name in values))]


def unknown_action(name: ast.Name, gathered: Gathered, expressions: Expressions) -> None:
    """Complain of the name of an action that is not declared, unless a broken declaration may declare it."""
    scope = gathered.scope
    if scope.may_be_broken(name.text):
        return
    meant = nearest(name.text, scope.actions)
    help_ = f"did you mean `{meant}`?" if meant else f"declare it: action {name.text} {{ ... }}"
    fix = instead(name.span, name.text, meant, scope.actions)
    meaning = of_action(name, scope)
    if meaning is not None:
        help_, fix = meaning.help, meaning.fix
    expressions.error("SEG205", name.span, f"there is no action `{name.text}`", help=help_, fix=fix)


def _told_apart(kind: Kind, other: Kind) -> str:
    """A kind in words by which it differs from another: two lists by their items, two records by their fields."""
    if kind.name != other.name or kind.item is None or other.item is None:
        return a_kind(kind)
    if kind.item.name != other.item.name:
        return "a list of records" if kind.item.name == "record" else f"a {kind}"
    if kind.item.name != "record":
        return f"a list of {_told_apart(kind.item, other.item)}" if kind.item.item else f"a {kind}"
    return "a list of { " + ", ".join(f"{each.name}: {each.kind}" for each in kind.item.fields) + " }"
