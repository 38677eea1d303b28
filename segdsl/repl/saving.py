"""What a session leaves: its declarations as a file of rules, and what happened to a customer as a test.

Comes in: a session and a path. Goes out: a file, never in place of another one unless that is said; and, for `:drop`,
a program that lacks a declaration.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import segdsl
from segdsl.repl.answers import Answer, Line, listed, refused
from segdsl.repl.rules import Rules, key_of, place_of, said
from segdsl.repl.telling import counted
from segdsl.syntax import ast
from segdsl.syntax.format import occurrence, test_line
from segdsl.syntax.format_values import name as segment_name
from segdsl.syntax.format_values import quoted
from segdsl.values.instants import DAY, HOUR, MINUTE, SECOND, instant_text

if TYPE_CHECKING:
    from segdsl.repl.session import Session

TEST = "--test"


def save(session: "Session", argument: str, *, over: bool = False) -> Answer:
    """Write what was typed; `over`: also in place of a file that is there."""
    words = argument.split(" ")
    with_test = TEST in words
    path = Path(" ".join(word for word in words if word != TEST).strip())
    if not path.name:
        return refused("mistake", "into which file? as in `:save shop.seg`")
    path = path.expanduser()
    declared = [text for _, text in session.standing.rules.declared(given=False)]
    if not declared and not with_test:
        return refused("mistake", "nothing was declared yet that could be written")
    if with_test:
        test = as_test(session)
        if isinstance(test, Answer):
            return test
        declared.append(test)
    try:
        with path.open("w" if over else "x", encoding="utf-8") as file:
            file.write("\n\n".join(declared) + "\n")
    except FileExistsError:
        return refused("mistake", f"{path} is there already", f"`:save! {argument}` writes in place of it")
    except OSError as error:
        return refused("mistake", f"{path} cannot be written: {(error.strerror or str(error)).lower()}")
    number = len(session.standing.rules.declared(given=False))
    wrote = counted(number, "declaration") + (" and a test" if with_test else "")
    return Answer("command", (Line(f"{wrote} written to {path}"),), found={"file": str(path)})


def as_test(session: "Session") -> str | Answer:
    """What has happened to the customer as a test that holds now; or why it cannot be one."""
    customer, play = session.standing.customer, session.play
    if play.past(customer) or customer in play.known_in_store():
        return refused("mistake", f"not all that has happened to {customer} was typed, so no test can tell of it",
                       "`:customer` goes to a new one")  # fmt: skip
    doings = [d for d in session.standing.journal if d.customer == customer and d.line is not None]
    lines: list[str] = []
    reached: int | None = None
    for doing in doings:
        line = session.standing.rules.texts[doing.text].lines[doing.line or 0]
        if isinstance(line, ast.Given | ast.GivenMember | ast.GivenExcluded):
            lines.append(test_line(line))
        elif isinstance(line, ast.Happens | ast.Later) and line.occurrence is not None:
            lines.append(f"on {instant_text(doing.instant)} {occurrence(line.occurrence)}")
            reached = doing.instant
    if reached is None:
        return refused("mistake", f"nothing has happened to {customer} yet that a test could tell of")
    if session.standing.clock > reached:
        lines.append(f"after {_delay(session.standing.clock - reached)}")
    lines += _expectations(session)
    body = "\n".join(f"  {line}" for line in lines)
    test = f"test {quoted(f'what happened to {customer}')} {{\n{body}\n}}"
    return test if _holds(session, test) else refused(
        "mistake", "what has happened cannot be told as a test: in one, what is given holds from the next event on"
    )  # fmt: skip


def _holds(session: "Session", test: str) -> bool:
    """Whether a test holds under the program as it stands."""
    texts = [(text.source.name, text.typed) for text in session.standing.rules.texts
             if not text.before and not text.source.shipped]  # fmt: skip
    results = segdsl.run_tests(segdsl.check_texts([*texts, ("saved", test)]), named="what happened to")
    return all(not result.failures for result in results if result.place.startswith("saved"))


def _expectations(session: "Session") -> list[str]:
    customer, play = session.standing.customer, session.play
    members = {m.segment for m in play.engine.segments_of(customer)}
    typed = {node.name.text for text in session.standing.rules.texts if not text.before and not text.given
             for node in text.module.declarations if isinstance(node, ast.SegmentDeclaration)}  # fmt: skip
    lines = [f"expect in segment {segment_name(ast.Name(each))}" for each in sorted(members)]
    lines += [f"expect not in segment {segment_name(ast.Name(each))}" for each in sorted(typed - members)]
    done = sorted({effect.action for effect in play.effects.get(customer, [])})
    return lines + [f"expect {action}" for action in done]


def _delay(duration: int) -> str:
    """A length of time as a test says it, in the largest whole unit."""
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if duration % unit == 0:
            return counted(duration // unit, name).replace(",", "_")
    return counted(-(-duration // SECOND), "second").replace(",", "_")


def line_text(line: ast.TestLine) -> str:
    """What happens in a line of a test, without its moment."""
    if isinstance(line, ast.Happens | ast.Later) and line.occurrence is not None:
        return occurrence(line.occurrence)
    return test_line(line)


# ----------------------------------------------------------------------------------------------------------- taking out


def dropped(session: "Session", name: str) -> Answer:
    """The answer to `:drop`: the declaration of that name, or at that place, is taken out of the program."""
    if not name:
        return refused("mistake", "what? as in `:drop Skiers`, or the place of a rule: `:drop typed 3`")
    rules = session.standing.rules
    found = []
    for text in rules.texts:
        for node in () if text.before or text.source.shipped else text.module.declarations:
            key = key_of(node)
            if name in (said(node), key[1] if key else "", place_of(text, node), text.source.name):
                found.append((text, node))
    if not found:
        return refused("mistake", f"nothing of the session is called {name}", "`:program` shows what there is")
    if len(found) > 1:
        places = listed([place_of(text, node) for text, node in found])
        return refused("mistake", f"{name} could be several: {places}", "name the place of one")
    [(text, node)] = found
    left: Rules = rules.without(text, node)
    return session.without(left, f"{said(node)} at {place_of(text, node)} is no longer there")
