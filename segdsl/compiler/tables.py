"""Tests with a table (language.md section 7): each row becomes a test of its own, as if it had been written out.

The names of columns are replaced in the tree before anything is resolved, so that all later stages see plain values, at
their places in the table.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs
from attrs import define, field, frozen

from segdsl.compiler.context import Gathered
from segdsl.compiler.scope import ActionInfo, EventInfo
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.suggest import nearest
from segdsl.syntax import ast
from segdsl.syntax.format_values import expression

_COLUMN = re.compile(r"\{([^{}]*)\}")


@frozen
class Row:
    """A test that can be run by itself: a plain one, or a row of a table with its values in the place of columns. Its
    `span` is that of the test, or of the row."""

    name: str
    span: Span
    lines: tuple[ast.TestLine, ...]
    test: ast.TestDeclaration


def rows_of(test: ast.TestDeclaration, gathered: Gathered) -> list[Row]:
    """The tests that a declaration holds. What is wrong with its table goes to the collector."""
    table = test.table
    if table is None:
        return [Row(test.name.value, test.span, test.lines, test)]
    checker = _Table(test, table, gathered)
    if not checker.check():
        return []
    columns = [column.text for column in table.columns]
    names = _names(test.name.value, columns, table.rows)
    rows = []
    for name, row in zip(names, table.rows, strict=True):
        values = dict(zip(columns, row.values, strict=True))
        lines = tuple(_Filled(values, gathered).line(line) for line in test.lines)
        rows.append(Row(name, row.span, lines, test))
    return rows


# ------------------------------------------------------------------------------------------------------------ the names


def _names(name: str, columns: list[str], rows: Iterable[ast.Row]) -> list[str]:
    """A name for each row: the test's with the values in it, all values behind it where two would be called the same,
    and a number where that does not tell them apart either."""
    shown = [[_said(value) for value in row.values] for row in rows]
    made = [_named(name, dict(zip(columns, row, strict=True))) for row in shown]
    if len(set(made)) < len(made):
        made = [f"{each} ({', '.join(row)})" for each, row in zip(made, shown, strict=True)]
    seen: dict[str, int] = {}
    for at, each in enumerate(made):
        seen[each] = seen.get(each, 0) + 1
        made[at] = each if seen[each] == 1 else f"{each} #{seen[each]}"
    return made


def _named(name: str, values: Mapping[str, str]) -> str:
    return _COLUMN.sub(lambda match: values[match.group(1).strip()], name)


def _said(value: ast.Expression) -> str:
    return value.value if isinstance(value, ast.Text) else expression(value)


# ------------------------------------------------------------------------------------------------------- what is wrong


@define
class _Table:
    """Checks a table: its columns, the length of its rows, and that each column is of use."""

    test: ast.TestDeclaration
    table: ast.Table
    gathered: Gathered

    def check(self) -> bool:
        """Whether the rows can be taken as they stand."""
        collector = self.gathered.collector
        before = collector.errors
        columns = [column.text for column in self.table.columns]
        for number, column in enumerate(self.table.columns):
            self._check_column(column, columns[:number])
        for row in self.table.rows:
            if len(row.values) != len(columns):
                values, wanted = _many(len(row.values), "value"), _many(len(columns), "column")
                collector.error("SEG421", row.span, f"this row has {values}, and the table {wanted}",
                                help=f"a value for each of: {', '.join(columns)}")  # fmt: skip
        named = {match.group(1).strip() for match in _COLUMN.finditer(self.test.name.value)}
        for name in sorted(named - set(columns)):
            meant = nearest(name, columns)
            help_ = f"did you mean `{{{meant}}}`?" if meant else f"it has: {', '.join(columns)}"
            collector.error("SEG422", self.test.name.span, f"the table has no column `{name}`", help=help_)
        if collector.errors == before:
            self._check_use(named)
        return collector.errors == before

    def _check_column(self, column: ast.Name, before: list[str]) -> None:
        if column.text in before:
            self.gathered.collector.error("SEG207", column.span, f"the column `{column.text}` is there twice",
                                          help="call one of the two otherwise")  # fmt: skip
        what = self._hidden(column.text)
        if what is not None:
            self.gathered.collector.error("SEG420", column.span, f"`{column.text}` is {what} already",
                                          help="give the column another name, such as "
                                               f"`wanted {column.text}`")  # fmt: skip

    def _hidden(self, name: str) -> str | None:
        """What a column of this name would hide."""
        scope = self.gathered.scope
        tables: tuple[tuple[str, Mapping[str, Any]], ...] = (
            ("an event", scope.events), ("an attribute", scope.attributes), ("a define", scope.defines),
            ("a collection", scope.collections), ("a segment", scope.segments), ("an action", scope.actions),
        )  # fmt: skip
        found = next((what for what, names in tables if name in names), None)
        if found is not None:
            return found
        owner = next((owner.name for owner in self._owners() if name in owner.fields), None)
        if owner is not None:
            return f"a field of `{owner}`"
        built_in = ("age", "today", "weekday", "time", "received", "local time")
        return "a word with a meaning of its own" if name in built_in else None

    def _owners(self) -> Iterator[EventInfo | ActionInfo]:
        """What has fields that a column could hide: all of the program's own, and of the shipped vocabulary what the
        test speaks of, so that a word more in the vocabulary costs nobody a column."""
        scope = self.gathered.scope
        said = {f"{name} " for name in _names_in(self.test.lines)}
        said |= {f"{info.event.name} " for name, info in scope.collections.items() if f"{name} " in said}
        owners: list[EventInfo | ActionInfo] = [*scope.events.values(), *scope.actions.values()]
        for owner in owners:
            if owner.span.source not in scope.shipped or any(each.startswith(f"{owner.name} ") for each in said):
                yield owner

    def _check_use(self, named: set[str]) -> None:
        used = set(named)
        for row in self.table.rows[:1]:
            filled = _Filled(dict(zip([c.text for c in self.table.columns], row.values, strict=True)), self.gathered)
            for line in self.test.lines:
                filled.line(line)
            used |= filled.used
        for column in self.table.columns:
            if column.text not in used:
                self.gathered.collector.error("SEG423", column.span, f"nothing in the test reads `{column.text}`",
                                              help="use it in the test, or leave the column out")  # fmt: skip


def _names_in(node: Any) -> Iterator[str]:
    """All names that stand in a part of a tree."""
    if isinstance(node, ast.Name):
        yield node.text
    elif isinstance(node, tuple):
        for each in node:
            yield from _names_in(each)
    elif isinstance(node, ast.Node):
        kind: Any = type(node)
        for each in attrs.fields(kind):
            yield from _names_in(getattr(node, each.name))


def _many(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


# ------------------------------------------------------------------------------------------------- values for columns


@define
class _Filled:
    """Puts the values of a row in the place of the columns' names. `used` are the columns that were found."""

    values: Mapping[str, ast.Expression]
    gathered: Gathered
    used: set[str] = field(factory=set)

    def line(self, line: ast.TestLine) -> ast.TestLine:
        match line:
            case ast.Happens(None, occurrence) if occurrence is not None:
                moment, rest = self._leading(occurrence, ast.DateValue | ast.InstantValue)
                if isinstance(moment, ast.Day):
                    line = ast.Happens(moment, rest, span=line.span)
            case ast.Later(None, occurrence) if occurrence is not None:
                delay, rest = self._leading(occurrence, ast.Duration)
                if isinstance(delay, ast.Duration):
                    line = ast.Later(delay, rest, span=line.span)
            case _:
                pass
        filled: ast.TestLine = self._fill(line)
        return filled

    def _leading(self, node: ast.Occurrence, wanted: Any) -> tuple[ast.Expression | None, ast.Occurrence | None]:
        """The column that the first words of what happens name, and what then happens."""
        words = node.name.text.split(" ")
        for cut in range(len(words), 0, -1):
            value = self.values.get(" ".join(words[:cut]))
            if value is None:
                continue
            self.used.add(" ".join(words[:cut]))
            if not isinstance(value, wanted):
                break
            if cut == len(words):
                return value, None
            name = ast.Name(" ".join(words[cut:]), span=node.name.span)
            return value, ast.Occurrence(name, node.match, node.assignments, span=node.span)
        return None, node

    def _fill(self, node: Any) -> Any:
        if isinstance(node, tuple):
            return tuple(self._fill(each) for each in node)
        if not isinstance(node, ast.Node) or isinstance(node, ast.Name):
            return node
        if isinstance(node, ast.Mention) and _is_plain(node) and node.name.text in self.values:
            self.used.add(node.name.text)
            return self.values[node.name.text]
        if isinstance(node, ast.Mention | ast.Occurrence | ast.ExpectEffect | ast.Source):
            node = self._matched(node)
        fields = [each.name for each in attrs.fields(type(node)) if each.name != "span"]
        return attrs.evolve(node, **{name: self._fill(getattr(node, name)) for name in fields})

    def _matched(self, node: Any) -> Any:
        """`searches term` with a column `term` is the event with the column's value behind it."""
        scope = self.gathered.scope
        words = node.name.text.split(" ")
        if node.match is not None or node.name.text in scope.events or node.name.text in scope.actions:
            return node
        for cut in range(1, len(words)):
            column = " ".join(words[cut:])
            if column in self.values and self._happens(words[:cut]):
                self.used.add(column)
                name = ast.Name(" ".join(words[:cut]), span=node.name.span)
                return attrs.evolve(node, name=name, match=self.values[column])
        return node

    def _happens(self, words: list[str]) -> bool:
        """Whether words name an event or an action, with or without one of its fields."""
        scope = self.gathered.scope
        names = [" ".join(words[:cut]) for cut in range(len(words), 0, -1)]
        return any(name in scope.events or name in scope.actions for name in names)


def _is_plain(node: ast.Mention) -> bool:
    return node.match is None and node.where is None and node.count is None and node.window is None
