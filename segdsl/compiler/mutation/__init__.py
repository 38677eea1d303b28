"""Small changes to rules, one at a time, by which tests are tried: a test that is worth its name notices them.

Comes in: checked modules. Goes out: `Mutant`s, each a module with one change in its tree. `conditions.py` knows what
can be changed in a condition or a value, `rules.py` in a rule or an activity; here is the walk that finds the places.
What cannot be told from the original by any test, or by none but by chance, is not made: `>= 3` of a count does not
become `> 2`, no seed is changed, and nothing is moved by a microsecond.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
from attrs import frozen

from segdsl.compiler.mutation.change import Change, evolved, replaced
from segdsl.compiler.mutation.conditions import changed_expression
from segdsl.compiler.mutation.rules import Contested, changed_rule
from segdsl.diagnostics.span import Span
from segdsl.syntax import ast

_CHANGED = (
    ast.Rule, ast.Activity, ast.SegmentDeclaration, ast.Define, ast.Limit, ast.Hold, ast.Promotion,
)  # fmt: skip
"""The declarations that say what a program does."""


@frozen
class Mutant:
    """A module with one change. `number` is the module's; `before` became `after`, which is empty where it was left
    out. `span` is the place of what was changed."""

    number: int
    module: ast.Module
    span: Span
    before: str
    after: str


def mutants(modules: Sequence[ast.Module], shipped: set[int]) -> Iterator[Mutant]:
    """All mutants of a program, in the order of its text; the shipped vocabulary is left as it is."""
    contested = Contested.of(modules)
    for number, module in enumerate(modules):
        if number in shipped:
            continue
        for at, declaration in enumerate(module.declarations):
            if not isinstance(declaration, _CHANGED):
                continue
            found = sorted(_changes(declaration, contested), key=lambda change: change.span)
            for change in found:
                made = () if change.node is None else (change.node,)
                declarations = (*module.declarations[:at], *made, *module.declarations[at + 1 :])
                yield Mutant(
                    number, evolved(module, declarations=declarations), change.span, change.before, change.after
                )


def _changes(node: ast.Node, contested: Contested) -> Iterator[Change]:
    """All changes of a node: its own, and those of the nodes in it. A change to nothing is the node left out."""
    yield from changed_expression(node)
    yield from changed_rule(node, contested)
    for name in _parts(node):
        value = getattr(node, name)
        if isinstance(value, ast.Node):
            for change in _changes(value, contested):
                if change.node is not None:
                    yield replaced(change, evolved(node, **{name: change.node}))
        elif isinstance(value, tuple):
            for items, change in _items(value, contested):
                yield replaced(change, evolved(node, **{name: items}))


def _parts(node: Any) -> list[str]:
    """The fields of a node in which changes are looked for. Whom chance falls on is nothing that a test can rely on."""
    if isinstance(node, ast.Seed | ast.Chance):
        return []
    return [field.name for field in attrs.fields(type(node)) if field.eq and field.name != "seed"]


def _items(items: tuple[Any, ...], contested: Contested) -> Iterator[tuple[tuple[Any, ...], Change]]:
    """A tuple with one of its items changed; those of sums and products stand behind their signs."""
    for at, item in enumerate(items):
        behind_sign = isinstance(item, tuple)
        node = item[-1] if behind_sign else item
        if not isinstance(node, ast.Node):
            continue
        for change in _changes(node, contested):
            if change.node is not None:
                made = (*item[:-1], change.node) if behind_sign else change.node
                yield (*items[:at], made, *items[at + 1 :]), change
