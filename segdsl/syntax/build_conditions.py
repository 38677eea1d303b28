"""Lark's tree to our nodes: conditions and arithmetic. One method per grammar rule, of the same name."""

from typing import Any

from lark import Token

from segdsl.syntax import ast
from segdsl.syntax.build_values import Children, Meta, ValueBuilder


class ConditionBuilder(ValueBuilder):
    def brackets(self, meta: Meta, children: Children) -> ast.Brackets:
        return ast.Brackets(children[0], span=self.span(meta))

    def either(self, meta: Meta, children: Children) -> ast.Either:
        return ast.Either(tuple(children), span=self.span(meta))

    def both(self, meta: Meta, children: Children) -> ast.Both:
        return ast.Both(tuple(children), span=self.span(meta))

    def negation(self, meta: Meta, children: Children) -> ast.Not:
        return ast.Not(children[1], span=self.span(meta))

    def comparison(self, meta: Meta, children: Children) -> ast.Comparison:
        left, operator, right = children
        return ast.Comparison(left, str(operator), right, span=self.span(meta))

    def is_value(self, meta: Meta, children: Children) -> ast.Is:
        operand, negated, value = children
        return ast.Is(operand, negated is not None, value, span=self.span(meta))

    def is_known(self, meta: Meta, children: Children) -> ast.IsKnown:
        operand, negated, _ = children
        return ast.IsKnown(operand, negated is not None, span=self.span(meta))

    def one_of(self, meta: Meta, children: Children) -> ast.In:
        operand, negated, *choices = children
        return ast.In(operand, negated is not None, tuple(choices), span=self.span(meta))

    def between(self, meta: Meta, children: Children) -> ast.Between:
        return ast.Between(*children, span=self.span(meta))

    def text_test(self, meta: Meta, children: Children) -> ast.TextTest:
        left, operator, right = children
        return ast.TextTest(left, " ".join(str(operator).split()), right, span=self.span(meta))

    def sum(self, meta: Meta, children: Children) -> ast.Sum:
        return ast.Sum(children[0], _pairs(children), span=self.span(meta))

    def product(self, meta: Meta, children: Children) -> ast.Product:
        return ast.Product(children[0], _pairs(children), span=self.span(meta))

    def minus(self, meta: Meta, children: Children) -> ast.Minus:
        operand = children[1]
        if isinstance(operand, Token):
            operand = self.number_of(operand)
        return ast.Minus(operand, span=self.span(meta))

    def name_read(self, meta: Meta, children: Children) -> ast.Mention:
        return ast.Mention(self.words(children[0]), span=self.span(meta))

    def mention(self, meta: Meta, children: Children) -> ast.Mention:
        name, match, where, count, window = children
        return ast.Mention(self.words(name), match, where, count, window, span=self.span(meta))

    def where(self, meta: Meta, children: Children) -> ast.Expression:
        condition: ast.Expression = children[0]
        return condition

    def count(self, meta: Meta, children: Children) -> ast.CountIs:
        test, number = children
        return ast.CountIs(" ".join(str(test).split()), self.whole(number), span=self.span(meta))

    def count_word(self, meta: Meta, children: Children) -> ast.CountIs:
        test, word = children
        number = 1 if str(word) == "once" else 2
        return ast.CountIs(" ".join(str(test).split()) if test else None, number, str(word), span=self.span(meta))

    def count_range(self, meta: Meta, children: Children) -> ast.CountRange:
        return ast.CountRange(self.whole(children[0]), self.whole(children[1]), span=self.span(meta))

    def window(self, meta: Meta, children: Children) -> ast.Window:
        window: ast.Window = children[0]
        return window

    def within(self, meta: Meta, children: Children) -> ast.Within:
        return ast.Within(children[0], span=self.span(meta))

    def within_next(self, meta: Meta, children: Children) -> ast.WithinNext:
        return ast.WithinNext(children[0], span=self.span(meta))

    def ago(self, meta: Meta, children: Children) -> ast.Ago:
        return ast.Ago(*children, span=self.span(meta))

    def since(self, meta: Meta, children: Children) -> ast.Since:
        return ast.Since(children[0], span=self.span(meta))

    def before(self, meta: Meta, children: Children) -> ast.Before:
        return ast.Before(children[0], span=self.span(meta))

    def in_any(self, meta: Meta, children: Children) -> ast.InAny:
        quantifier = str(children[0]).rstrip("( \t\n")
        return ast.InAny(quantifier, tuple(children[1:]), span=self.span(meta))

    def in_segment(self, meta: Meta, children: Children) -> ast.InSegment:
        return ast.InSegment(*children, span=self.span(meta))

    def source(self, meta: Meta, children: Children) -> ast.Source:
        name, match, where, window = children
        return ast.Source(self.words(name), match, where, window, span=self.span(meta))

    def aggregate(self, meta: Meta, children: Children) -> ast.Aggregate:
        function, operand, source = children
        function = " ".join(str(function).split()).removesuffix(" of")
        return ast.Aggregate(function, operand, source, span=self.span(meta))

    def count_distinct(self, meta: Meta, children: Children) -> ast.CountDistinct:
        return ast.CountDistinct(*children, span=self.span(meta))

    def count_of(self, meta: Meta, children: Children) -> ast.CountOf:
        return ast.CountOf(children[0], span=self.span(meta))

    def time_since(self, meta: Meta, children: Children) -> ast.TimeSince:
        return ast.TimeSince(children[0], span=self.span(meta))

    def item_test(self, meta: Meta, children: Children) -> ast.ItemTest:
        test, name, where = children
        return ast.ItemTest(str(test).startswith("no"), self.words(name), where, span=self.span(meta))

    def on_days(self, meta: Meta, children: Children) -> ast.OnDays:
        *days, start, end = children
        if str(days[0]) == "weekdays":
            return ast.OnDays((0, 1, 2, 3, 4), True, start, end, span=self.span(meta))
        return ast.OnDays(tuple(map(self.day, days)), False, start, end, span=self.span(meta))

    def chance(self, meta: Meta, children: Children) -> ast.Chance:
        return ast.Chance(self.share(children[0]), self.string(children[1]), span=self.span(meta))


def _pairs(children: Children) -> tuple[tuple[str, Any], ...]:
    return tuple((str(children[at]), children[at + 1]) for at in range(1, len(children), 2))
