"""Lark's tree to our nodes: declarations, types, tests and values. One method per grammar rule, of the same name.

Conditions and rules are in `build_conditions.py` and `build_rules.py`; `Builder` here joins them.
"""

from typing import Any

from lark import Token

from segdsl.syntax import ast
from segdsl.syntax.build_conditions import ConditionBuilder
from segdsl.syntax.build_rules import RuleBuilder
from segdsl.syntax.build_values import Children, Meta


class Builder(RuleBuilder, ConditionBuilder):
    """Makes `ast` nodes of one source; what is wrong with a value goes to the collector."""

    def start(self, meta: Meta, children: Children) -> list[Any]:
        return children

    def zone(self, meta: Meta, children: Children) -> ast.Zone:
        return ast.Zone(self.string(children[0]), span=self.span(meta))

    def lateness(self, meta: Meta, children: Children) -> ast.Lateness:
        return ast.Lateness(children[0], span=self.span(meta))

    def attribute(self, meta: Meta, children: Children) -> ast.AttributeDeclaration:
        name, kind, default = children
        return ast.AttributeDeclaration(self.words(name), kind, default, span=self.span(meta))

    def event(self, meta: Meta, children: Children) -> ast.EventDeclaration:
        name, wires, fields = children
        return ast.EventDeclaration(self.words(name), wires or (), fields or (), span=self.span(meta))

    def lines(self, meta: Meta, children: Children) -> ast.LinesDeclaration:
        name, items, event = map(self.words, children)
        return ast.LinesDeclaration(name, items, event, span=self.span(meta))

    def fields(self, meta: Meta, children: Children) -> tuple[ast.FieldDeclaration, ...]:
        return tuple(child for child in children if child is not None)

    def field(self, meta: Meta, children: Children) -> ast.FieldDeclaration:
        name, kind, wires = children
        return ast.FieldDeclaration(self.words(name), kind, wires or (), span=self.span(meta))

    def wires(self, meta: Meta, children: Children) -> tuple[str, ...]:
        return tuple(self.string(child).value for child in children)

    def simple_type(self, meta: Meta, children: Children) -> ast.SimpleType:
        return ast.SimpleType(str(children[0]), span=self.span(meta))

    def folded_type(self, meta: Meta, children: Children) -> ast.SimpleType:
        return ast.SimpleType("text ignoring case", span=self.span(meta))

    def one_of_type(self, meta: Meta, children: Children) -> ast.OneOfType:
        return ast.OneOfType(tuple(self.string(child).value for child in children), span=self.span(meta))

    def list_type(self, meta: Meta, children: Children) -> ast.ListType:
        return ast.ListType(children[0], span=self.span(meta))

    def record_type(self, meta: Meta, children: Children) -> ast.RecordType:
        return ast.RecordType(tuple(child for child in children if child is not None), span=self.span(meta))

    def collection(self, meta: Meta, children: Children) -> ast.CollectionDeclaration:
        name, event, key = (self.words(child) for child in children[:3])
        ends = tuple(child for child in children[3:] if child is not None)
        return ast.CollectionDeclaration(name, event, key, ends, span=self.span(meta))

    def drop(self, meta: Meta, children: Children) -> ast.CollectionEnd:
        return ast.CollectionEnd("drop", self.words(children[0]), span=self.span(meta))

    def clear_all(self, meta: Meta, children: Children) -> ast.CollectionEnd:
        return ast.CollectionEnd("clear", self.words(children[0]), span=self.span(meta))

    def action(self, meta: Meta, children: Children) -> ast.ActionDeclaration:
        return ast.ActionDeclaration(self.words(children[0]), children[1] or (), span=self.span(meta))

    def define(self, meta: Meta, children: Children) -> ast.Define:
        return ast.Define(self.words(children[0]), children[1], span=self.span(meta))

    def segment_by_activities(self, meta: Meta, children: Children) -> ast.SegmentDeclaration:
        return ast.SegmentDeclaration(children[0], "added", children[1], span=self.span(meta))

    def segment_derived(self, meta: Meta, children: Children) -> ast.SegmentDeclaration:
        return ast.SegmentDeclaration(children[0], "derived", children[1], span=self.span(meta))

    def segment_listed(self, meta: Meta, children: Children) -> ast.SegmentDeclaration:
        return ast.SegmentDeclaration(children[0], "listed", span=self.span(meta))

    def promotion(self, meta: Meta, children: Children) -> ast.Promotion:
        return ast.Promotion(children[0], tuple(children[1:-1]), children[-1], span=self.span(meta))

    def limit(self, meta: Meta, children: Children) -> ast.Limit:
        number, within, *names, where = children
        return ast.Limit(self.whole(number), within, tuple(map(self.words, names)), where, span=self.span(meta))

    def hold(self, meta: Meta, children: Children) -> ast.Hold:
        *names, where, condition = children
        return ast.Hold(tuple(map(self.words, names)), where, condition, span=self.span(meta))

    # ---------------------------------------------------------------------------------------------------------- tests

    def test(self, meta: Meta, children: Children) -> ast.TestDeclaration:
        name, *lines = children
        table = lines.pop(0) if lines and isinstance(lines[0], ast.Table) else None
        return ast.TestDeclaration(self.string(name), tuple(lines), table, span=self.span(meta))

    def table(self, meta: Meta, children: Children) -> ast.Table:
        *tokens, _brace = [child for child in children if isinstance(child, Token)]
        columns = tuple(map(self.words, tokens))
        rows = tuple(child for child in children if isinstance(child, ast.Row))
        return ast.Table(columns, rows, span=self.span(meta))

    def row(self, meta: Meta, children: Children) -> ast.Row:
        return ast.Row(tuple(children), span=self.span(meta))

    def given(self, meta: Meta, children: Children) -> ast.Given:
        return ast.Given(self.words(children[0]), children[1], span=self.span(meta))

    def given_member(self, meta: Meta, children: Children) -> ast.GivenMember:
        return ast.GivenMember(children[0], span=self.span(meta))

    def given_excluded(self, meta: Meta, children: Children) -> ast.GivenExcluded:
        return ast.GivenExcluded(children[0], span=self.span(meta))

    def happens(self, meta: Meta, children: Children) -> ast.Happens:
        return ast.Happens(*children, span=self.span(meta))

    def happens_at_column(self, meta: Meta, children: Children) -> ast.Happens:
        return ast.Happens(None, children[0], span=self.span(meta))

    def later(self, meta: Meta, children: Children) -> ast.Later:
        return ast.Later(*children, span=self.span(meta))

    def later_by_column(self, meta: Meta, children: Children) -> ast.Later:
        return ast.Later(None, children[0], span=self.span(meta))

    def occurrence(self, meta: Meta, children: Children) -> ast.Occurrence:
        name, match, assignments = children
        return ast.Occurrence(self.words(name), match, assignments or (), span=self.span(meta))

    def expect(self, meta: Meta, children: Children) -> ast.Expect:
        return ast.Expect(children[0], span=self.span(meta))

    def expect_with(self, meta: Meta, children: Children) -> ast.ExpectEffect:
        name, match, count, assignments = children
        return ast.ExpectEffect(self.words(name), match, assignments, count=count, span=self.span(meta))

    def expect_no(self, meta: Meta, children: Children) -> ast.ExpectEffect:
        _, name, match, assignments = children
        return ast.ExpectEffect(self.words(name), match, assignments or (), absent=True, span=self.span(meta))

    def expect_promotion(self, meta: Meta, children: Children) -> ast.ExpectPromotion:
        absent, name = children
        return ast.ExpectPromotion(name, isinstance(absent, Token), span=self.span(meta))
