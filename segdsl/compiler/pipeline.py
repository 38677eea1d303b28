"""All stages in their order: modules → scope → checked program (and what is doubtful in it) → plan. Parsing comes
before, in `syntax`."""

from collections.abc import Sequence

from segdsl.compiler import lints
from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.context import BROKEN, Context, Gathered
from segdsl.compiler.declare import declare
from segdsl.compiler.expressions import Expressions
from segdsl.compiler.limits import LimitChecker
from segdsl.compiler.lower import lower
from segdsl.compiler.rules import RuleChecker
from segdsl.compiler.segments import check_segments
from segdsl.compiler.trials import TestChecker
from segdsl.diagnostics.diagnostic import Collector, Diagnostic, Severity
from segdsl.diagnostics.source import SourceMap
from segdsl.plan import nodes as p
from segdsl.syntax import ast


def check_modules(
    sources: SourceMap, modules: list[ast.Module], collector: Collector, questions: Sequence[ast.Expression] = (),
    *, linted: bool = True,
) -> CheckedProgram:  # fmt: skip
    """Check modules that were parsed already, and expressions of any kind that are asked of a customer. Nobody reads
    the lints of a program that is not `linted`, such as one that was changed to see whether tests notice."""
    shipped = {number for number, source in enumerate(sources) if source.shipped}
    scope = declare(modules, shipped, collector)
    gathered = Gathered(scope, collector, sources)
    expressions = Expressions(gathered)
    if scope.lateness is not None and scope.lateness.length.calendar:
        expressions.literal(scope.lateness.length)
    defaults = _defaults(gathered, expressions)
    table = check_segments(gathered, expressions)
    program = CheckedProgram(sources, modules, scope, collector, table, defaults=defaults)
    rules = RuleChecker(gathered, expressions, table, program.place)
    program.rules, program.spans = rules.check_all(), rules.spans
    limited = LimitChecker(gathered, expressions, program.place)
    limited.check_all()
    program.limits, program.holds = list(limited.limits.values()), list(limited.holds.values())
    program.spans |= limited.spans
    tests = TestChecker(gathered, expressions, table.promotions)
    tests.check_all()
    program.tests = tests.tests
    program.asked = [expressions.value(question, Context("test")) for question in questions]
    program.memories, program.written = gathered.memories, gathered.written
    program.collections = gathered.collections
    if linted and not collector.errors:
        collector.extend(lints.found(program))
    return program


def compile_program(program: CheckedProgram, *, tests: bool = False) -> tuple[p.Plan | None, list[Diagnostic]]:
    """The plan of a checked program, or the errors that keep it from having one. With `tests`, the plan remembers what
    the tests ask for as well; what the program was `asked` it always remembers."""
    errors = [d for d in program.collector if d.severity is Severity.ERROR]
    expected = [parts for test in program.tests for parts in test.expected.values()] if tests else []
    asked = [
        node for parts in expected for each in parts for node in (each.condition, *(x.node for x in each.looks_at))
    ]
    asked += [question.node for question in program.asked]
    return (None, errors) if errors else (lower(program, asked), [])


def _defaults(gathered: Gathered, expressions: Expressions) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, info in gathered.scope.attributes.items():
        if info.default is None:
            continue
        read = ast.Mention(ast.Name(name, span=info.default.span), span=info.default.span)
        equal = ast.Is(read, False, info.default, span=info.default.span)
        expressions.condition(equal, Context("segment"))
        typed = expressions.value(info.default, Context("segment"))
        if typed != BROKEN and isinstance(typed.node, p.Constant):
            values[name] = typed.node.value
    return values
