"""Tree to canonical text, comments kept: `format_module`.

The text is made of *units*, each a line (or a wrapped one) that knows where in the source it came from; comments are
put between and behind the units by their places. Formatting is idempotent, and parsing the result gives an equal tree.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import assert_never

from segdsl.diagnostics.width import width
from segdsl.syntax import ast
from segdsl.syntax.assemble import Unit, assemble
from segdsl.syntax.format_rules import (
    fitted_step,
    hold_head,
    limit_head,
    option,
    plain_step,
    trigger,
    values,
    with_lines,
)
from segdsl.syntax.format_values import (
    STEP,
    WIDTH,
    count,
    day,
    duration,
    event,
    expression,
    fitted,
    literal,
    name,
    quoted,
)


def format_module(module: ast.Module, text: str = "") -> str:
    """The canonical text of a module. `text` is the source it was parsed from; blank lines that part its declarations
    are kept, as one. Broken declarations must not be in it."""
    formatter = Formatter(module.comments)
    groups = [list(formatter.declaration(declaration)) for declaration in module.declarations]
    return assemble(groups, module.comments, text)


class Formatter:
    def __init__(self, comments: Iterable[ast.Comment]) -> None:
        self.comments = [comment.span.start for comment in comments]

    def _fits(self, node: ast.Node, indent: int, flat: str, last: int) -> bool:
        """Whether a node goes on one line. A comment inside keeps it broken, but not one behind offset `last`, where
        its last line begins: that one comes to stand behind the node."""
        if indent + len(flat) > WIDTH:
            return False
        following = bisect_left(self.comments, node.span.start)
        return following == len(self.comments) or self.comments[following] >= last

    def declaration(self, node: ast.Declaration) -> Iterator[Unit]:
        match node:
            case ast.AttributeDeclaration(of, kind, default):
                yield from self._typed(node, f"attribute {of.text}: ", kind, _default(default), 0)
            case ast.EventDeclaration(of, wires, fields):
                yield from self._fields(node, f"event {of.text}{_wires(wires)}", fields)
            case ast.CollectionDeclaration():
                yield from self._collection(node)
            case ast.ActionDeclaration(of, fields):
                yield from self._fields(node, f"action {of.text}", fields)
            case ast.Define(of, value):
                yield from self._conditional(node, f"define {of.text} as", value)
            case ast.SegmentDeclaration():
                yield from self._segment(node)
            case ast.Promotion():
                yield from self._promotion(node)
            case ast.Limit(_, _, _, where):
                yield from self._restraint(node, limit_head(node), "where", where)
            case ast.Hold(_, _, condition):
                yield from self._restraint(node, hold_head(node), "while", condition)
            case ast.Rule():
                yield from self._rule(node, 0)
            case ast.Activity():
                yield from self._activity(node)
            case ast.TestDeclaration():
                yield from self._test(node)
            case ast.Broken():
                raise ValueError("a broken declaration cannot be formatted")
            case _:
                yield Unit(0, _short(node), node.span.start)

    # ------------------------------------------------------------------------------------------------- declarations

    def _conditional(
        self, node: ast.Node, head: str, condition: ast.Expression | None, indent: int = 0
    ) -> Iterator[Unit]:  # fmt: skip
        if condition is None:
            yield Unit(indent, head, node.span.start)
            return
        if isinstance(condition, ast.Either | ast.Both) and self._commented(node, condition.operands[-1]):
            yield from self._operands(node, head, condition, indent)
            return
        text = f"{head} {fitted(condition, indent + len(head) + 1, indent + STEP)}"
        yield Unit(indent, text, node.span.start)

    def _commented(self, start: ast.Node, end: ast.Node) -> bool:
        """Whether a comment stands between the beginnings of two nodes."""
        following = bisect_left(self.comments, start.span.start)
        return following < len(self.comments) and self.comments[following] < end.span.start

    def _operands(
        self, node: ast.Node, head: str, condition: ast.Either | ast.Both, indent: int
    ) -> Iterator[Unit]:  # fmt: skip
        """Each operand on a line of its own, so that the comments between them keep their places."""
        joint = "or" if isinstance(condition, ast.Either) else "and"
        first, *rest = condition.operands
        pad = indent + STEP
        if self._commented(node, first):
            yield Unit(indent, head, node.span.start)
            yield Unit(pad, fitted(first, pad, pad + STEP), first.span.start)
        else:
            yield Unit(indent, f"{head} {fitted(first, indent + len(head) + 1, pad + STEP)}", node.span.start)
        for operand in rest:
            yield Unit(pad, f"{joint} {fitted(operand, pad + len(joint) + 1, pad + STEP)}", operand.span.start)

    def _segment(self, node: ast.SegmentDeclaration) -> Iterator[Unit]:
        head = f"segment {name(node.name)}"
        match node.kind:
            case "listed":
                yield Unit(0, f"{head} listed", node.span.start)
            case "derived":
                yield from self._conditional(node, f"{head} if", node.condition)
            case _:
                head += " by activities while" if node.condition else " by activities"
                yield from self._conditional(node, head, node.condition)

    def _promotion(self, node: ast.Promotion) -> Iterator[Unit]:
        head = " ".join([f"promotion {name(node.name)}", *map(option, node.options)])
        if node.condition is None:
            yield Unit(0, head, node.span.start)
            return
        flat = f"{head} if {expression(node.condition)}"
        if self._fits(node, 0, flat, node.condition.span.start):
            yield Unit(0, flat, node.span.start)
            return
        yield Unit(0, head, node.span.start)
        yield from self._conditional(node.condition, "if", node.condition, STEP)

    def _restraint(
        self, node: ast.Limit | ast.Hold, head: str, word: str, condition: ast.Expression | None
    ) -> Iterator[Unit]:
        """A limit or a hold: on one line, or its last part on a line of its own."""
        if condition is None:
            yield Unit(0, head, node.span.start)
            return
        flat = f"{head} {word} {expression(condition)}"
        if self._fits(node, 0, flat, condition.span.start):
            yield Unit(0, flat, node.span.start)
            return
        yield Unit(0, head, node.span.start)
        yield from self._conditional(condition, word, condition, STEP)

    def _collection(self, node: ast.CollectionDeclaration) -> Iterator[Unit]:
        head = f"collection {node.name.text} of {node.event.text} by {node.key.text}"
        if not node.ends:
            yield Unit(0, head, node.span.start)
            return
        yield Unit(0, head + " {", node.span.start)
        for end in node.ends:
            yield Unit(STEP, f"{end.kind} {end.event.text}", end.span.start)
        yield Unit(0, "}", node.span.end - 1, closing=True)

    def _fields(self, node: ast.Node, head: str, fields: tuple[ast.FieldDeclaration, ...]) -> Iterator[Unit]:
        if not fields:
            yield Unit(0, head, node.span.start)
            return
        flat = f"{head} {{ {', '.join(map(_field, fields))} }}"
        if self._fits(node, 0, flat, node.span.end - 1):
            yield Unit(0, flat, node.span.start)
            return
        yield Unit(0, head + " {", node.span.start)
        yield from self._field_lines(fields, STEP)
        yield Unit(0, "}", node.span.end - 1, closing=True)

    def _field_lines(self, fields: tuple[ast.FieldDeclaration, ...], indent: int) -> Iterator[Unit]:
        for number, field in enumerate(fields):
            comma = "," if number < len(fields) - 1 else ""
            yield from self._typed(field, f"{field.name.text}: ", field.type, _wires(field.wires) + comma, indent)

    def _typed(self, node: ast.Node, head: str, kind: ast.Type, tail: str, indent: int) -> Iterator[Unit]:
        flat = head + _type(kind) + tail
        record = kind.item if isinstance(kind, ast.ListType) else kind
        if not isinstance(record, ast.RecordType) or self._fits(node, indent, flat, record.span.end - 1):
            yield Unit(indent, flat, node.span.start)
            return
        yield Unit(indent, head + ("list of {" if record is not kind else "{"), node.span.start)
        yield from self._field_lines(record.fields, indent + STEP)
        yield Unit(indent, "}" + tail, record.span.end - 1, closing=True)

    # ------------------------------------------------------------------------------------------- rules and activities

    def _rule(self, node: ast.Rule, indent: int) -> Iterator[Unit]:
        when = "when " + _triggers(node.triggers, None)
        if not any(isinstance(step, ast.Branch) for step in node.steps):
            condition = f" if {expression(node.condition)}" if node.condition is not None else ""
            flat = when + condition + _flat_steps(node.steps)
            if self._fits(node, indent, flat, node.steps[-1].span.start):
                yield Unit(indent, flat, node.span.start)
                return
        if indent + len(when) > WIDTH:
            when = "when " + _triggers(node.triggers, indent + STEP)
        yield Unit(indent, when, node.span.start)
        if node.condition is not None:
            yield from self._conditional(node.condition, "if", node.condition, indent)
        yield from self._steps(node.steps, indent)

    def _steps(self, steps: tuple[ast.Step, ...], indent: int) -> Iterator[Unit]:
        for step in steps:
            if isinstance(step, ast.Branch):
                yield from self._branch(step, indent)
            elif isinstance(step, ast.Gate):
                yield from self._conditional(step, "then if", step.condition, indent)
            else:
                yield Unit(indent, f"then {fitted_step(step, indent + 5, indent + STEP)}", step.span.start)

    def _branch(self, node: ast.Branch, indent: int) -> Iterator[Unit]:
        seed = f" seed {quoted(node.seed.value)}" if node.seed else ""
        yield Unit(indent, f"then branch {node.kind}{seed} {{", node.span.start)
        for path in node.paths:
            yield from self._path(path, indent + STEP)
        yield Unit(indent, "}", node.span.end - 1, closing=True)

    def _path(self, node: ast.Path, indent: int) -> Iterator[Unit]:
        head = "otherwise" if node.otherwise else "path"
        head += f" {literal(node.share)}" if node.share else ""
        condition = f" if {expression(node.condition)}" if node.condition is not None else ""
        if not any(isinstance(step, ast.Branch) for step in node.steps):
            flat = head + condition + _flat_steps(node.steps)
            if self._fits(node, indent, flat, node.steps[-1].span.start):
                yield Unit(indent, flat, node.span.start)
                return
        if node.condition is not None:
            yield from self._conditional(node, f"{head} if", node.condition, indent)
        else:
            yield Unit(indent, head, node.span.start)
        yield from self._steps(node.steps, indent + STEP)

    def _activity(self, node: ast.Activity) -> Iterator[Unit]:
        kind = node.kind if node.kind == "search rule" else f"{node.kind} activity".strip()
        head = f"{kind} {name(node.name)}{_options(node.options)}"
        if not node.body:
            yield Unit(0, head + " {", node.span.start)
            yield Unit(0, "}", node.span.end - 1, closing=True)
            return
        if len(node.body) == 1:
            units = list(self._body(node.body[0], 0))
            flat = f"{head} {{ {units[0].text} }}"
            if len(units) == 1 and "\n" not in flat and self._fits(node, 0, flat, node.span.end - 1):
                yield Unit(0, flat, node.span.start)
                return
        yield Unit(0, head + " {", node.span.start)
        for part in node.body:
            yield from self._body(part, STEP)
        yield Unit(0, "}", node.span.end - 1, closing=True)

    def _body(self, node: ast.Rule | ast.Stop, indent: int) -> Iterator[Unit]:
        if isinstance(node, ast.Rule):
            yield from self._rule(node, indent)
        else:
            flat = "stop when " + _triggers(node.triggers, None)
            if indent + len(flat) > WIDTH:
                flat = "stop when " + _triggers(node.triggers, indent + STEP)
            yield Unit(indent, flat, node.span.start)

    # ---------------------------------------------------------------------------------------------------------- tests

    def _test(self, node: ast.TestDeclaration) -> Iterator[Unit]:
        head = f"test {quoted(node.name.value)}"
        if node.table is None:
            yield Unit(0, head + " {", node.span.start)
        else:
            yield Unit(
                0, f"{head} for each {', '.join(column.text for column in node.table.columns)} in", node.span.start
            )
            yield from _rows(node.table.rows)
            yield Unit(0, "{", node.table.span.end - 1)
        for line in node.lines:
            if isinstance(line, ast.Expect):
                yield from self._conditional(line, "expect", line.condition, STEP)
            else:
                yield Unit(STEP, _fitted_line(line), line.span.start)
        yield Unit(0, "}", node.span.end - 1, closing=True)


def _short(node: ast.Zone | ast.Lateness | ast.LinesDeclaration) -> str:
    match node:
        case ast.Zone(zone):
            return f"zone {quoted(zone.value)}"
        case ast.Lateness(length):
            return f"lateness {duration(length)}"
        case ast.LinesDeclaration(of, items, source):
            return f"event {of.text} for each {items.text} of {source.text}"
    assert_never(node)


def test_line(node: ast.TestLine) -> str:
    match node:
        case ast.Given(of, value):
            return f"given {of.text} is {expression(value)}"
        case ast.GivenMember(segment):
            return f"given in segment {name(segment)}"
        case ast.GivenExcluded(segment):
            return f"given excluded from {name(segment)}"
        case ast.Happens(moment, happening):
            return _happening("on", day(moment) if moment is not None else "", happening)
        case ast.Later(delay, happening):
            return _happening("after", duration(delay) if delay is not None else "", happening)
        case ast.Expect(condition):
            return f"expect {expression(condition)}"
        case ast.ExpectEffect(of, match, assignments, absent, number):
            times = f" {count(number)}" if number is not None else ""
            return f"expect {'no ' if absent else ''}{event(of, match, None)}{times}{values(assignments)}"
        case ast.ExpectPromotion(promotion, absent):
            return f"expect {'no ' if absent else ''}promotion {name(promotion)}"
    assert_never(node)


def _happening(word: str, when: str, happening: ast.Occurrence | None) -> str:
    return " ".join(part for part in (word, when, occurrence(happening) if happening else "") if part)


def _fitted_line(node: ast.TestLine) -> str:
    """A line of a test; values that do not fit it stand on lines of their own."""
    flat = test_line(node)
    given: tuple[ast.Assignment, ...] = ()
    if isinstance(node, ast.ExpectEffect):
        given = node.assignments
    elif isinstance(node, ast.Happens | ast.Later) and node.occurrence is not None:
        given = node.occurrence.assignments
    return flat if STEP + len(flat) <= WIDTH else with_lines(flat, given, 2 * STEP)


def _rows(rows: tuple[ast.Row, ...]) -> Iterator[Unit]:
    """The rows of a table, their columns below one another."""
    cells = [[expression(value) for value in row.values] for row in rows]
    widths = [max(map(width, column)) for column in zip_longest(*cells, fillvalue="")]
    for row, texts in zip(rows, cells, strict=True):
        behind = zip(texts[:-1], widths, strict=False)
        padded = [f"{text}, ".ljust(wide + 2 + len(text) - width(text)) for text, wide in behind]
        comma = "," if row is not rows[-1] else ""
        yield Unit(STEP, f"({''.join(padded)}{texts[-1]}){comma}", row.span.start)


def occurrence(node: ast.Occurrence) -> str:
    return event(node.name, node.match, None) + values(node.assignments)


def _flat_steps(steps: tuple[ast.Step, ...]) -> str:
    return "".join(f" then {plain_step(step)}" for step in steps if not isinstance(step, ast.Branch))


def _triggers(nodes: tuple[ast.Trigger, ...], pad: int | None) -> str:
    """On one line, or each on its own, indented by `pad`."""
    return (" or " if pad is None else "\n" + " " * pad + "or ").join(map(trigger, nodes))


def _options(nodes: tuple[ast.Option, ...]) -> str:
    text = ""
    for before, node in zip((None, *nodes), nodes, strict=False):
        # `per a per b` on one line would be one name.
        text += "\n" + " " * STEP if isinstance(before, ast.Per) and isinstance(node, ast.Per) else " "
        text += option(node)
    return text


def _default(value: ast.Expression | None) -> str:
    return f" default {expression(value)}" if value is not None else ""


def _wires(wires: tuple[str, ...]) -> str:
    if not wires:
        return ""
    listed = ", ".join(map(quoted, wires))
    return f" as {listed}" if len(wires) == 1 else f" as ({listed})"


def _field(node: ast.FieldDeclaration) -> str:
    return f"{node.name.text}: {_type(node.type)}{_wires(node.wires)}"


def _type(node: ast.Type) -> str:
    match node:
        case ast.SimpleType(kind):
            return kind
        case ast.OneOfType(choices):
            return f"one of ({', '.join(map(quoted, choices))})"
        case ast.ListType(item):
            return f"list of {_type(item)}"
        case ast.RecordType(fields):
            return f"{{ {', '.join(map(_field, fields))} }}"
    assert_never(node)
