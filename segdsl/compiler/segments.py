"""Segments, defines and promotions: their conditions, and the order in which they depend on each other."""

import re
from functools import cached_property

from attrs import define, field

from segdsl.compiler.context import Context, Gathered
from segdsl.compiler.expressions import Expressions
from segdsl.compiler.scope import SegmentInfo
from segdsl.compiler.windows import exchanged
from segdsl.diagnostics.diagnostic import Fix, Label
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.syntax import ast
from segdsl.values.kinds import ERROR

_CONDITION_IN_A_NAME = re.compile(r"\s(?P<word>when|whenever|where|unless|(?:not\s+)?in\s+segment)\s")


@define(eq=False, slots=False)
class SegmentTable:
    """The condition of each derived segment and of each with a `while`, what they read directly, and all segments in
    the order of dependence; and the promotions, by name."""

    conditions: dict[str, p.Expression] = field(factory=dict)
    reads: dict[str, set[str]] = field(factory=dict)
    attributes: dict[str, set[str]] = field(factory=dict)
    order: list[str] = field(factory=list)
    promotions: dict[str, p.Promotion] = field(factory=dict)

    def touched_by(self, segments: set[str], attributes: set[str]) -> set[str]:
        """The segments themselves and every derived one whose answer can change with them or with the attributes."""
        # Rules that change the same are many, and each of their stages asks.
        key = frozenset(segments), frozenset(attributes)
        if key not in self._touched:
            self._touched[key] = self._reached(segments, attributes)
        return self._touched[key]

    @cached_property
    def _touched(self) -> dict[tuple[frozenset[str], frozenset[str]], set[str]]:
        return {}

    def _reached(self, segments: set[str], attributes: set[str]) -> set[str]:
        by_segment, by_attribute = self._readers
        touched = set(segments)
        waiting = list(segments)
        waiting += [reader for attribute in attributes for reader in by_attribute.get(attribute, ())]
        touched.update(waiting)
        while waiting:
            further = [reader for reader in by_segment.get(waiting.pop(), ()) if reader not in touched]
            touched.update(further)
            waiting += further
        return touched

    @cached_property
    def _readers(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """The segments that read a segment, and those that read an attribute. Asked when all are checked."""
        by_segment: dict[str, list[str]] = {}
        by_attribute: dict[str, list[str]] = {}
        for read_by, readers in ((self.reads, by_segment), (self.attributes, by_attribute)):
            for name, read in read_by.items():
                for each in read:
                    readers.setdefault(each, []).append(name)
        return by_segment, by_attribute


def check_segments(gathered: Gathered, expressions: Expressions) -> SegmentTable:
    """Check and lower the conditions of all segments, defines and promotions."""
    table = SegmentTable()
    for info in gathered.scope.segments.values():
        gathered.reads, gathered.attributes_read = set(), set()
        if info.node.condition is not None:
            context = Context("segment", lasting=True)
            condition = expressions.condition(info.node.condition, context)
            table.conditions[info.name] = condition
        table.reads[info.name] = set(gathered.reads)
        table.attributes[info.name] = gathered.attributes_read
    for defined in gathered.scope.defines.values():
        kind = expressions.value(defined.node.value, Context("define", defines=(defined.name,))).kind
        if kind.name in ("list", "record") and kind != ERROR:
            expressions.error("SEG303", defined.node.value.span, "a define is a value or a condition, not a list")
    for promotion in gathered.scope.promotions.values():
        table.promotions[promotion.name.text] = _promotion(promotion, gathered, expressions)
    table.order = _ordered(gathered, table)
    return table


def _promotion(node: ast.Promotion, gathered: Gathered, expressions: Expressions) -> p.Promotion:
    condition = None
    if node.condition is not None:
        condition = expressions.condition(node.condition, Context("promotion", lasting=True))
    else:
        _check_no_condition_in_name(node.name, expressions)
    check_said_once(node.options, expressions)
    begin, end = check_span(node.options, expressions)
    place = gathered.sources.place(node.name.span).rpartition(":")[0]
    made = p.Promotion(node.name.text, place, condition, begin, end)
    gathered.written.note(made, node)
    return made


def _check_no_condition_in_name(name: ast.Name, expressions: Expressions) -> None:
    """A bare name runs on to the line's end: a condition behind another word than `if` would be a part of it, and the
    promotion for everybody."""
    written = expressions.gathered.sources.text(name.span)
    found = None if written.startswith('"') else _CONDITION_IN_A_NAME.search(written)
    if found is None:
        return
    word, at = found["word"], name.span.start + found.start("word")
    span, fix = Span(name.span.source, at, at + len(word)), None
    if word in ("when", "whenever", "where"):
        fix = Fix(span, "if", sure=False)
    elif word != "unless":
        fix = Fix(Span(span.source, at, at), "if ", sure=False)
    expressions.error(
        "SEG208",
        span,
        f"the condition of a promotion stands behind `if`; with `{word}` it is a part of the name, and the promotion "
        "is for everybody",
        help=f'write `promotion NAME if CONDITION`; if `{word}` belongs to the name: promotion "{name.text}"',
        fix=fix,
    )


def check_said_once(options: tuple[ast.Option, ...], expressions: Expressions) -> None:
    """Each option of an activity or a promotion is said once."""
    seen: dict[type[ast.Option], ast.Option] = {}
    for option in options:
        if type(option) in seen:
            expressions.error(
                "SEG207",
                option.span,
                "this is said twice",
                labels=[Label(seen[type(option)].span, "first said here")],
            )
        seen[type(option)] = option


def check_span(options: tuple[ast.Option, ...], expressions: Expressions) -> tuple[int | None, int | None]:
    """The instants of `from` and `until`; they must come in that order."""
    begin = next((option for option in options if isinstance(option, ast.From)), None)
    end = next((option for option in options if isinstance(option, ast.Until)), None)
    first = expressions.instant(begin.date) if begin else None
    last = expressions.instant(end.date) if end else None
    if begin and end and first is not None and last is not None and first >= last:
        expressions.error(
            "SEG405",
            end.span,
            "this ends before it begins",
            labels=[Label(begin.span, "it begins here")],
            help="`from` is in and `until` is out",
            fix=exchanged(begin.date.span, end.date.span, expressions.gathered.sources) if first > last else None,
        )
    return first, last


def _ordered(gathered: Gathered, table: SegmentTable) -> list[str]:
    """Segments after those they read. A cycle is refused with its path."""
    order: list[str] = []
    done: set[str] = set()
    segments = gathered.scope.segments
    for start in sorted(segments):
        path: list[str] = []
        stack = [(start, iter(sorted(table.reads[start])))] if start not in done else []
        path = [start] if stack else []
        while stack:
            name, rest = stack[-1]
            following = next((r for r in rest if r in segments and r not in done), None)
            if following is None:
                stack.pop()
                path.pop()
                done.add(name)
                order.append(name)
            elif following in path:
                _refuse_cycle(gathered, [segments[n] for n in path[path.index(following) :]])
                done.update(path)
                order += [n for n in reversed(path) if n not in order]
                break
            else:
                path.append(following)
                stack.append((following, iter(sorted(table.reads[following]))))
    return order


def _refuse_cycle(gathered: Gathered, cycle: list[SegmentInfo]) -> None:
    # The cycle is told from its first segment in the text, so that the message does not depend on the search.
    first = min(range(len(cycle)), key=lambda at: cycle[at].span)
    cycle = cycle[first:] + cycle[:first]
    path = " → ".join([info.name for info in [*cycle, cycle[0]]])
    gathered.collector.error(
        "SEG402",
        cycle[0].span,
        f'the segment "{cycle[0].name}" depends on itself: {path}',
        labels=[
            Label(info.span, f'reads "{following.name}"')
            for info, following in zip(cycle, [*cycle[1:], cycle[0]], strict=True)
        ],
        help="a segment can read others, but never, round about, itself",
    )
