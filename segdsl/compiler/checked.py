"""What checking gives: a program whose names are resolved and whose expressions have kinds."""

from attrs import define, field

from segdsl.compiler.context import Typed
from segdsl.compiler.scope import Scope
from segdsl.compiler.segments import SegmentTable
from segdsl.compiler.trials import CheckedTest
from segdsl.compiler.written import Written
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.source import SourceMap
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.syntax import ast


@define(eq=False)
class CheckedProgram:
    """A program as far as it could be understood. It can be lowered only when `collector` holds no error. `spans` are
    the places of rules by their ids, and of limits and holds by their keys; `tests` the tests beside them, each row of
    a table one of its own; `asked` are expressions asked beside the program. `written` leads from the nodes of the plan
    back to the text."""

    sources: SourceMap
    modules: list[ast.Module]
    scope: Scope
    collector: Collector
    table: SegmentTable
    rules: list[p.Rule] = field(factory=list)
    spans: dict[str, Span] = field(factory=dict)
    limits: list[p.Limit] = field(factory=list)
    holds: list[p.Hold] = field(factory=list)
    memories: dict[str, p.Memory] = field(factory=dict)
    collections: dict[str, p.Collection] = field(factory=dict)
    defaults: dict[str, object] = field(factory=dict)
    tests: list[CheckedTest] = field(factory=list)
    asked: list[Typed] = field(factory=list)
    written: Written = field(factory=Written)

    def place(self, span: Span) -> str:
        """`file:line` of a span."""
        return self.sources.place(span).rpartition(":")[0]
