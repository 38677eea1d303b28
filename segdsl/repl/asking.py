"""Questions at the prompt: a condition or a value, answered for the customer, and what a line of a test expects.

Comes in: a session and a text. Goes out: an answer; nothing changes. What the program itself does not remember of the
past is remembered by playing the customer's own past once more, with the question beside the rules.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from segdsl import CheckedProgram
from segdsl.host.trying import answers, failures
from segdsl.repl import telling
from segdsl.repl.answers import Answer, Line, refused
from segdsl.repl.play import Doing, Play
from segdsl.repl.rules import Rules
from segdsl.syntax import ast
from segdsl.syntax.format_values import expression

if TYPE_CHECKING:
    from segdsl.repl.session import Session

FORGETS = "  the store keeps no events: what its own rules never counted is counted from now on"


def ask(session: "Session", text: str) -> Answer:
    """Answer a condition, or anything that has a value, for the customer, now."""
    rules = session.standing.rules.with_text(text, "question", session.name)
    [line] = rules.last.lines
    if not isinstance(line, ast.Expect):
        return _no_question(session, text, line)
    operands = line.condition.operands if isinstance(line.condition, ast.Both | ast.Either) else ()
    alone = Rules((*rules.texts[:-1], attrs.evolve(rules.last, module=ast.Module((), span=line.span))))
    checked = alone.checked([line.condition, *operands])
    if alone.errors(checked):
        instead = _no_question(session, text, line) if isinstance(line.condition, ast.Mention) else None
        return instead if instead is not None and instead.lines else session.refused(rules, checked)
    standing = session.standing
    play = of_customer(session, rules, checked, standing.journal, standing.clock)
    found = answers(play.engine, checked, standing.customer, standing.clock)
    parts = [expression(operand) for operand in operands]
    lines = telling.answered(found, parts, session.speech)
    if play.forgets:
        lines.append(Line(FORGETS, "hint"))
    kind, value = found[0]
    value_said = session.speech.value(kind, value)
    return Answer("question", tuple(lines), found={"value": value_said, "value_kind": str(kind)})


def _no_question(session: "Session", text: str, line: ast.TestLine) -> Answer:
    """The answer to an action, which only rules do; nothing for what is none."""
    named = line.condition if isinstance(line, ast.Expect) else line
    name = named.name.text if isinstance(named, ast.Mention | ast.ExpectEffect) else ""
    if name not in session.play.checked.scope.actions:
        return session.mistaken(text, "event") if not isinstance(line, ast.Expect) else Answer("nothing")
    return refused(
        "mistake", f"`{name}` is an action: rules do it, as in `when registers then {name} ...`",
        f"whether it was done is asked with `expect {text.strip()}`",
    )  # fmt: skip


def of_customer(
    session: "Session", rules: Rules, checked: CheckedProgram, journal: Sequence[Doing], clock: int, *,
    tests: bool = False,
) -> Play:  # fmt: skip
    """What has happened to the customer alone, under a program that asks more."""
    customer = session.standing.customer
    own = [doing for doing in journal if doing.customer == customer]
    play = Play.of(rules, checked, session.before.of(customer), own, clock, tests=tests)
    play.bring(customer)
    return play


def missing_of(
    session: "Session", rules: Rules, checked: CheckedProgram,
    line: ast.Expect | ast.ExpectEffect | ast.ExpectPromotion, journal: Sequence[Doing], clock: int,
) -> list[telling.Missing]:  # fmt: skip
    """What the customer does not fulfil of an expectation, after what has happened up to the clock."""
    customer = session.standing.customer
    play = of_customer(session, rules, checked, journal, clock, tests=True)
    found = failures(play.engine, checked, line, customer, clock, play.effects.get(customer, []))
    return [telling.Missing(each.expected, each.found) for each in found]
