"""Pages of generated programs: they never fail, and their links always lead somewhere."""

from hypothesis import HealthCheck, given, settings

from segdsl.compiler.scope import Scope
from segdsl.host.program import check_texts
from segdsl.pages import as_data
from segdsl.pages.document import plain
from segdsl.pages.sentences import Sentences
from segdsl.syntax import ast
from tests.pages.checking import html_mistakes, markdown_mistakes, pages
from tests.strategies.programs import Written, programs
from tests.strategies.syntax_trees import rules
from tests.strategies.timed_programs import timed_programs

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@FEW
@given(programs())
def test_a_program(program: Written) -> None:
    text, html = pages(check_texts([("p.seg", program.text())]))
    assert (markdown_mistakes(text), html_mistakes(html)) == ([], [])


@settings(FEW, max_examples=15)
@given(timed_programs())
def test_a_program_with_waits(program: Written) -> None:
    checked = check_texts([("p.seg", program.text())])
    text, html = pages(checked)
    assert (markdown_mistakes(text), html_mistakes(html)) == ([], [])
    assert as_data(checked, "p")["rules"]


@settings(FEW, max_examples=150)
@given(rules())
def test_any_rule_that_can_be_written(rule: ast.Rule) -> None:
    told = Sentences(Scope()).rule(rule)
    assert plain(told.when)
    assert len(told.steps.items) == len(rule.steps)
