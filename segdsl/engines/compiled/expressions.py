"""Expressions to Python (language.md sections 4 and 5.8): one text for the value, one that is true where a condition
is, one that is true where it is false.

The texts read `s` (the state), `now`, `f` (fields of the event at hand), `b` (those of the event that started the flow;
the same where there is no other) and `i` (the item that a `where` speaks of). Three-valued truth needs no third value:
what is true and what is false are asked apart, and not known is neither.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from copy import copy
from itertools import count
from typing import Any

from segdsl.engines.compiled import provided
from segdsl.engines.compiled.operators import ANSWERS, OPPOSITES, SIGNS, TESTS, form_of
from segdsl.engines.compiled.round import NONE
from segdsl.engines.compiled.source import Source, Unit
from segdsl.plan import nodes as p
from segdsl.plan.passes.constants import always_known
from segdsl.plan.walk import depth, structs
from segdsl.state.collections import dropped, items_inside, put
from segdsl.state.customer import Pending
from segdsl.state.memories import recall, take_in
from segdsl.state.moments import plus
from segdsl.state.windows import leaves
from segdsl.values import chance, numbers, operations, text
from segdsl.values.zones import Zone

NESTED = 24
"""Parts inside one another from which on a part becomes a function of its own: Python refuses 200 brackets."""

FLAT = 8
"""Calculations inside one another that are written out as one row of tests."""

PARAMETERS = "s, now, f, b, i"

LOCALS = {"m": "s.memories", "a": "s.attributes", "members": "s.members"}
"""Parts of the state that are read into a local name at the start of a function that needs them more than once."""


def names(zone: Zone) -> dict[str, Any]:
    """What generated code can call."""
    called = {name: value for name, value in vars(provided).items() if callable(value) and not name.startswith("_")}
    return {
        **called, "zone": zone, "add": numbers.add, "subtract": numbers.subtract, "multiply": numbers.multiply,
        "divide": numbers.divide, "average": numbers.average, "within_limits": numbers.within_limits,
        "folded": text.folded, "falls_within": chance.falls_within, "recall": recall, "take_in": take_in,
        "calculate": operations.calculate, "holds_item": operations.holds_item, "age": operations.age,
        "start_of": operations.start_of, "date_of": operations.date_of, "shifted": operations.shifted,
        "items_inside": items_inside, "dropped": dropped, "put": put, "plus": plus, "leaves": leaves,
        "Pending": Pending, "NONE": NONE,
    }  # fmt: skip


def is_fixed(window: p.Window | None) -> bool:
    """Whether a window is a plain length of time that ends now."""
    return window is not None and window == p.Window(older=window.older)


class Expressions:
    """Writes expressions into the functions of one unit. `event`, `start` and `item` are the names of the event at
    hand, of the one that started the flow and of the item that is spoken of; `is_record`: that has surely fields.
    `hoists`: the state does not change in the function, so that its parts are read once."""

    def __init__(self, source: Source, unit: Unit) -> None:
        self.source = source
        self.memories = source.facts.memories
        self.unit = unit
        self.event, self.start, self.item, self.is_record = "f", "b", "i", True
        self.hoists = True
        self._body = 0
        self.shared: dict[p.Expression, str] = {}
        self.level = 0
        self._temporaries = count(1)

    # ------------------------------------------------------------------------------------------------------- functions

    def function(self, name: str, parameters: str = PARAMETERS, place: str = "") -> None:
        """Begin a function. What it reads of the state is put at its start by `end`."""
        self.unit.add(0, f"def {name}({parameters}):", place)
        self.begin_body()
        self.shared = {}

    def begin_body(self) -> None:
        """What the function reads of the state is read from here on."""
        self._body = len(self.unit.lines)

    def end(self) -> None:
        """End a function: only now it is known what it reads, and what of it more than once."""
        read = {name: sum(line.count(_mark(name)) for line in self.unit.lines[self._body :]) for name in LOCALS}
        for name, times in read.items():
            written = name if times > 1 else LOCALS[name]
            self.unit.replace(self._body, _mark(name), written)
        self.unit.insert(self._body, [f"    {name} = {LOCALS[name]}" for name, times in read.items() if times > 1])

    def share(self, conditions: Iterable[p.Expression | None]) -> None:
        """Read what several conditions of the function read, once at its start."""
        simple = [self.source.simplified(condition) for condition in conditions if condition is not None]
        counted = Counter(node for condition in simple for node in _reads(condition))
        for node, times in counted.items():
            within = 0 if isinstance(node, p.Fold) else counted[p.Fold(node)]
            if times - within > 1:
                name = self.temporary(node)
                self.unit.add(1, f"{name} = {self.value(node)}")
                self.shared[node] = name

    def temporary(self, node: p.Expression | None = None) -> str:
        """A new local name; one that tells what it is the value of, where that has a name itself."""
        number = next(self._temporaries)
        match node:
            case p.Field(name) | p.ItemField(name) | p.Attribute(name):
                return f"its_{_identifier(name)}_{number}"
            case p.Fold(p.Field(name) | p.ItemField(name) | p.Attribute(name)):
                return f"its_folded_{_identifier(name)}_{number}"
            case p.Recall():
                return f"recalled_{number}"
        return f"t{number}"

    def about(self, event: str) -> "Expressions":
        """The same function, where another event is at hand."""
        other = copy(self)
        other.event = other.start = event
        other.shared = {}
        return other

    # ---------------------------------------------------------------------------------------------------------- values

    def value(self, node: p.Expression) -> str:
        """A text with the value of an expression."""
        if node in self.shared:
            return self.shared[node]
        return self._nested(node, "value", self._value)

    def _simple(self, node: p.Expression) -> p.Expression:
        """A whole expression after all passes; a part of one has been through them."""
        return node if self.level else self.source.simplified(node)

    def _nested(self, node: p.Expression, mode: str, write: Any) -> str:
        """Write a part; where many stand inside one another, as a call of a function of its own."""
        node = self._simple(node)
        if self.level < NESTED:
            self.level += 1
            try:
                written: str = write(node)
            finally:
                self.level -= 1
            return written
        if depth(node) <= 2:
            return str(write(node))
        inner = Expressions(self.source, Unit(self.unit.name))
        name = f"part_{next(self.source.numbers)}"
        inner.is_record = self.is_record
        inner.function(name)
        returned = getattr(inner, mode)(node)
        inner.unit.add(1, f"return {returned}")
        inner.end()
        self.unit.insert(0, inner.unit.lines)
        self._body += len(inner.unit.lines)
        return f"{name}(s, now, {self.event}, {self.start}, {self.item})"

    def _value(self, node: p.Expression) -> str:
        match node:
            case p.Constant(value):
                return self.source.constant(value)
            case p.Field(name, start):
                return f"{self.start if start else self.event}.get({self.source.constant(name)})"
            case p.ItemField(name):
                read = self.source.constant(name)
                return f"{self.item}.get({read})" if self.is_record else f"item_field({self.item}, {read})"
            case p.Attribute(name):
                return f"{self.local('a')}.get({self.source.constant(name)}{self._default(name)})"
            case p.Now(what):
                return {"instant": "now", "date": "local_date(zone, now)", "time of day": "zone.time_of_day(now)",
                        "weekday": "weekday(zone, now)"}[what]  # fmt: skip
            case p.Arithmetic(_, left, right):
                return self._of_known([left, right], form_of(node))
            case p.Fold(inner):
                return self._folded(inner)
            case p.Recall():
                return self._recalled(node)
            case p.Items(key, window):
                held = f"s.collections.get({self.source.constant(key)}, ())"
                return f"items_inside({held}, {self.source.constant(window)}, now, zone)"
            case p.Aggregate():
                return self._measured(node)
            case p.Age(birth):
                return f"age({self.value(birth)}, now, zone)"
            case p.Start(date, time):
                return f"start_of({self.value(date)}, {time}, zone)"
            case p.DateOf(instant):
                return f"date_of({self.value(instant)}, zone)"
            case p.Shift(moment, months, days, of, up):
                return f"shifted({self.value(moment)}, {months}, {days}, {of!r}, {up}, zone)"
            case p.Contains(items, item, ignoring):
                return f"holds_item({self.value(items)}, {self.value(item)}, {ignoring})"
            case _:
                return self._truth_value(node)

    def _truth_value(self, node: p.Expression) -> str:
        if not self.may_be_unknown(node):
            return self.true(node)
        if isinstance(node, p.Both | p.Either):
            name = "conjunction" if isinstance(node, p.Both) else "disjunction"
            return f"{name}({', '.join(map(self.value, node.operands))})"
        if isinstance(node, p.Negation):
            return self._of_known([node.operand], "not {}")
        if isinstance(node, p.OneOf):
            return self._of_known([node.operand], f"{{}} in {self._choice(node.values)}")
        if isinstance(node, p.Compare):
            return self._of_known([node.left, node.right], f"{{}} {SIGNS[node.operator]} {{}}")
        assert isinstance(node, p.TestText)
        return self._of_known([node.left, node.right], TESTS[node.operator])

    def _of_known(self, operands: list[p.Expression], form: str) -> str:
        """A value that is made of others, and not known where one of them is not."""
        tests, read = self._known(operands)
        made = form.format(*read)
        return f"(None if {' or '.join(f'{test} is None' for test in tests)} else {made})" if tests else f"({made})"

    def _folded(self, inner: p.Expression) -> str:
        """Text without its case: of plain letters at once, of others by the one definition."""
        tests, read = self._known([inner])
        made = f"folded({read[0]})"
        if read[0].isidentifier():
            made = f"{read[0]}.casefold() if {read[0]}.isascii() else {made}"
        return f"(None if {tests[0]} is None else {made})" if tests else f"({made})"

    def _known(self, operands: Iterable[p.Expression]) -> tuple[list[str], list[str]]:
        """What is to be compared with None before operands are worth something, and how they are read then."""
        tests: list[str] = []
        read: list[str] = []
        for operand in operands:
            if not self.may_be_unknown(operand):
                read.append(self.value(operand))
            elif operand in self.shared:
                tests.append(self.shared[operand])
                read.append(self.shared[operand])
            elif isinstance(operand, p.Arithmetic) and depth(operand) <= FLAT:
                inner, parts = self._known([operand.left, operand.right])
                made = form_of(operand).format(*parts)
                name = self.temporary()
                tests += inner if operand.domain == "whole" else [*inner, f"({name} := {made})"]
                read.append(f"({made})" if operand.domain == "whole" else name)
            else:
                name = self.temporary(operand)
                tests.append(f"({name} := {self.value(operand)})")
                read.append(name)
        return tests, read

    def may_be_unknown(self, node: p.Expression) -> bool:
        """Whether an expression can be not known."""
        return not always_known(node, self.source.facts)

    def _default(self, attribute: str) -> str:
        default = self.source.facts.defaults.get(attribute)
        return f", {self.source.constant(default)}" if default is not None else ""

    def local(self, name: str) -> str:
        """How a part of the state is read."""
        return _mark(name) if self.hoists else LOCALS[name]

    def _recalled(self, node: p.Recall) -> str:
        memory = self.memories[node.memory]
        held = f"{self.local('m')}.get({self.source.constant(node.memory)})"
        if memory.fields or node.filter is not None:
            meant = self._lambda(node.filter, "true") if node.filter is not None else None
            return f"recall({self.source.constant(memory)}, {held}, now, zone, {meant})"
        name = self.temporary()
        form = None
        if memory.window is None:
            form = ANSWERS.get(memory.measure)
        elif is_fixed(memory.window) and memory.measure == "count":
            form = f"(count_since({{0}}, now - {memory.window.older}) if ({{0}} := {{1}}) else 0)"
        if form is not None:
            return form.format(name, held)
        return f"recall({self.source.constant(memory)}, {held}, now, zone)"

    def _measured(self, node: p.Aggregate) -> str:
        items = self.value(node.items)
        is_record = isinstance(node.items, p.Items)
        where = self._lambda(node.where, "true", is_record) if node.where is not None else None
        operand = self._lambda(node.operand, "value", is_record) if node.operand is not None else None
        return f"over_items({items}, {node.measure!r}, {where}, {operand})"

    def _lambda(self, node: p.Expression, mode: str, is_record: bool = True) -> str:
        """A function of an item. What stands inside speaks of that one alone."""
        outer = self.item, self.is_record, self.shared
        self.item, self.is_record = self.temporary(), is_record
        self.shared = {n: v for n, v in self.shared.items() if not any(isinstance(x, p.ItemField) for x in structs(n))}
        try:
            return f"(lambda {self.item}: {getattr(self, mode)(node)})"
        finally:
            self.item, self.is_record, self.shared = outer

    # ----------------------------------------------------------------------------------------------------------- truth

    def true(self, node: p.Expression | None) -> str:
        """A text that is true where a condition is true. No condition always holds."""
        return "True" if node is None else self._nested(node, "true", self._true)

    def false(self, node: p.Expression) -> str:
        """A text that is true where a condition is false."""
        return self._nested(node, "false", self._false)

    def _true(self, node: p.Expression) -> str:
        match node:
            case p.Constant(value):
                return str(value is True)
            case p.Compare(operator, left, right):
                return self._compared(left, SIGNS[operator], right)
            case p.TestText(operator, left, right):
                return self._when_known([left, right], TESTS[operator])
            case p.Both(operands):
                return self._joined(" and ", map(self.true, operands))
            case p.Either(operands):
                return self._joined(" or ", map(self.true, operands))
            case p.Negation(operand):
                return self.false(operand)
            case p.Known(operand):
                return f"({self.value(operand)} is not None)" if self.may_be_unknown(operand) else "True"
            case p.OneOf(operand, values):
                return self._when_known([operand], f"{{}} in {self._choice(values)}")
            case p.Member(segment, lasting):
                return self._member(segment, lasting)
            case p.OnDays(days, start, end):
                return f"on_days({days!r}, {start}, {end}, zone, now)"
            case p.Chance(seed, purpose, share):
                constant = self.source.constant
                return f"falls_within({constant(seed)}, {constant(purpose)}, s.drawn, {share})"
            case _:
                return f"({self.value(node)} is True)"

    def _false(self, node: p.Expression) -> str:
        match node:
            case p.Constant(value):
                return str(value is False)
            case p.Compare(operator, left, right):
                return self._when_known([left, right], f"{{}} {OPPOSITES[operator]} {{}}")
            case p.TestText(operator, left, right):
                return self._when_known([left, right], f"not {TESTS[operator]}")
            case p.Both(operands):
                return self._joined(" or ", map(self.false, operands))
            case p.Either(operands):
                return self._joined(" and ", map(self.false, operands))
            case p.Negation(operand):
                return self.true(operand)
            case p.OneOf(operand, values):
                return self._when_known([operand], f"{{}} not in {self._choice(values)}")
            case p.Known() | p.Member() | p.OnDays() | p.Chance():
                return f"(not {self.true(node)})"
            case _:
                return f"({self.value(node)} is False)"

    def _compared(self, left: p.Expression, sign: str, right: p.Expression) -> str:
        if sign == "==":  # nothing but itself is equal to a constant
            for one, other in ((left, right), (right, left)):
                if isinstance(other, p.Constant) and other.value is not None:
                    return f"({self.value(one)} == {self.value(other)})"
        return self._when_known([left, right], f"{{}} {sign} {{}}")

    def _when_known(self, operands: list[p.Expression], form: str) -> str:
        if any(isinstance(operand, p.Constant) and operand.value is None for operand in operands):
            return "False"
        tests, read = self._known(operands)
        return f"({' and '.join([*(f'{test} is not None' for test in tests), form.format(*read)])})"

    def _choice(self, values: tuple[Any, ...]) -> str:
        """Values to look for one among: of many, by their hash."""
        many = len(values) > 4 and all(isinstance(value, str | int) for value in values)
        return self.source.constant(frozenset(values) if many else values)

    def _joined(self, word: str, parts: Iterator[str]) -> str:
        texts = list(parts)
        if not texts:
            return str(word == " and ")
        return f"({word.join(texts)})"

    def _member(self, segment: str, lasting: int | None) -> str:
        members, name = self.local("members"), self.source.constant(segment)
        if lasting is None:
            return f"({name} in {members})"
        since = self.temporary()
        return f"(({since} := {members}.get({name})) is not None and {since} + {lasting} <= now)"


def _identifier(name: str) -> str:
    """So much of a name as can stand in generated code."""
    return "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in name[:30])


def _mark(name: str) -> str:
    """Where a part of the state is read, until it is known how: no text of a program has such a sign in it."""
    return f"\0{name}\0"


def _reads(condition: object) -> Iterator[p.Expression]:
    """What a condition reads of the event and the customer, with and without its case."""
    for node in structs(condition):
        match node:
            case p.Field() | p.ItemField() | p.Attribute():
                yield node
            case p.Fold(p.Field() | p.ItemField() | p.Attribute()):
                yield node
