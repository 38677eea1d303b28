"""The commands of a session, each a row of one table: what begins with a colon.

Comes in: a session and the words of a command. Goes out: an `Answer`. A new command is a function here or beside it,
and a row in `TABLE`; help, completion and the nearest name go by the table.
"""

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from attrs import frozen

import segdsl
from segdsl.diagnostics.printable import printable
from segdsl.diagnostics.suggest import nearest
from segdsl.host.moments import instant_of
from segdsl.host.trying import moment_of
from segdsl.repl import saving, showing
from segdsl.repl.answers import Answer, Line, refused
from segdsl.repl.reading import Reading, entries, read, text_of
from segdsl.syntax import ast
from segdsl.values.instants import instant_text

if TYPE_CHECKING:
    from segdsl.repl.session import Session

Takes = Literal["", "segment or promotion", "customer", "file", "command", "declared"]
"""What the argument of a command names, for completion."""


@frozen
class Command:
    """A command: how it is written, what it does in a line and in full, and what its argument names."""

    name: str
    usage: str
    short: str
    run: "Callable[[Session, str], Answer]"
    more: str = ""
    takes: Takes = ""


def obey(session: "Session", text: str) -> Answer:
    """Do what a command says; `text` begins with the colon."""
    name, _, argument = text.lstrip()[1:].partition(" ")
    found = named(name)
    if isinstance(found, Answer):
        return found
    return found.run(session, argument.strip())


def named(name: str) -> Command | Answer:
    """The command of a name, or the only one that begins so; else what is wrong with it."""
    if name in TABLE:
        return TABLE[name]
    fitting = sorted({command.name for key, command in TABLE.items() if name and key.startswith(name)})
    if len(fitting) == 1:
        return TABLE[fitting[0]]
    if fitting:
        return refused("mistake", f"`:{name}` could be {' or '.join(f':{each}' for each in fitting)}")
    meant = nearest(name, TABLE)
    hint = f"did you mean `:{meant}`?" if meant else "`:help` lists the commands"
    return refused("mistake", f"there is no command `:{name}`", hint)


# ------------------------------------------------------------------------------------------------------ who and when


def _customer(session: "Session", name: str) -> Answer:
    if not name:
        return Answer("command", (Line(f"the customer is {session.standing.customer}"),),
                      found={"customer": session.standing.customer})  # fmt: skip
    if len(name) >= 2 and name[0] == name[-1] == '"':
        name = name[1:-1]
    if not name.strip() or not name.isprintable():
        return refused("mistake", "a customer's id cannot be empty, or hold what cannot be seen")
    known = name in session.play.customers()
    session.turn_to(name)
    said = f"the customer is {name}" + ("" if known else ", of whom nothing is known yet")
    return Answer("command", (Line(said),), found={"customer": name, "known": known})


def _clock(session: "Session", moment: str) -> Answer:
    clock = session.standing.clock
    if moment:
        try:
            instant = instant_of(moment.replace(" ", "T", 1), session.zone)
        except segdsl.ClockError as error:
            return refused("mistake", str(error), "an instant is written 2026-03-01 or 2026-03-01T10:00")
        return session.move(instant)
    said = f"it is {session.speech.instant(clock)} ({session.zone.name})"
    return Answer("clock", (Line(said),), found={"clock": instant_text(clock)})


def _after(session: "Session", delay: str) -> Answer:
    if not isinstance(read(f"after {delay}"), Reading):
        return refused("mistake", "how long? as in `:after 31 days`, `:after 2 hours`, `:after 1 calendar month`")
    lines = text_of(f"after {delay}", "lines", "after", 0).lines
    if len(lines) != 1 or not isinstance(lines[0], ast.Later) or lines[0].occurrence is not None:
        return refused("mistake", "`:after` takes a length of time alone; `after 2 days registers` does more")
    return session.move(moment_of(lines[0], session.standing.clock, session.zone))


def _undo(session: "Session", _argument: str) -> Answer:
    done = session.undo()
    if done is None:
        return refused("mistake", "there is nothing to take back")
    first, *more = done.splitlines() or [""]
    return Answer("command", (Line(f"taken back: {printable(first)}{' ...' if more else ''}"),), found={"undone": done})


# ----------------------------------------------------------------------------------------------------------- the rules


def _drop(session: "Session", name: str) -> Answer:
    return saving.dropped(session, name)


def _load(session: "Session", path: str) -> Answer:
    if not path:
        return refused("mistake", "which file? as in `:load shop.seg`")
    text = Path(path).expanduser().read_bytes().decode("utf-8-sig", "replace")
    if path.endswith(".seg"):
        return session.take_text(text)
    answers = [session.take_text(entry) for entry in entries(text)]
    failed = next((answer for answer in answers if answer.failed), None)
    if failed is not None:
        return failed
    lines = [line for answer in answers for line in answer.lines]
    return Answer("command", tuple(lines) or (Line("there is nothing in this file", "hint"),))


def _save(session: "Session", path: str) -> Answer:
    return saving.save(session, path)


# ---------------------------------------------------------------------------------------------------------------- help


def _help(session: "Session", name: str) -> Answer:
    if name:
        found = named(name.removeprefix(":"))
        if isinstance(found, Answer):
            return found
        lines = [Line(found.usage, "title"), Line(f"  {found.short}")]
        if found.more:
            lines += [Line(f"  {line}") for line in textwrap.dedent(found.more).strip().splitlines()]
        return Answer("help", tuple(lines))
    lines = [Line(line, "title" if line and not line.startswith(" ") else "plain") for line in HELP.splitlines()]
    rows = {command.usage: command.short for command in TABLE.values()}
    wide = max(map(len, rows))
    lines += [Line(f"  {usage:<{wide}}  {short}") for usage, short in rows.items()]
    return Answer("help", tuple(lines))


def _quit(_session: "Session", _argument: str) -> Answer:
    return Answer("command", ended=True)


HELP = """\
Type a declaration or a rule: it joins the program, and you see what it changes.
  segment Skiers by activities
  when searches "skis" then add to Skiers for 30 days
Type an event: it happens to the customer, now. Lines of tests work as well.
  searches "skis"
  places order with amount = 40
  given income is 50000
  after 31 days
Type a condition or anything that has a value: it is answered for the customer, now.
  count of places order within 30 days >= 2
  income
  (registers)
The name of an event alone has it happen; in brackets it is asked whether it has happened.
A sentence that is not finished goes on in the next line; an empty line ends it. Alt-Enter goes on in any case.
Commands, which may be cut short:"""

_ROWS = (
    Command("customer", ":customer ID", "go on with another customer", _customer, takes="customer",
            more="Without ID it says who the customer is. One who is not known yet is a new one."),
    Command("customers", ":customers", "list the customers", showing.customers),
    Command("clock", ":clock [INSTANT]", "show the clock, or let it run to an instant", _clock,
            more="""
            It only goes forward, for all customers, and rules act whose time comes on the way.
              :clock 2026-03-08
              :clock 2026-03-08T09:30"""),
    Command("after", ":after LENGTH", "let the clock run for a while, as in :after 31 days", _after),
    Command("segments", ":segments", "show the segments of the customer, since when and why", showing.segments),
    Command("promotions", ":promotions", "show the promotions that the customer has", showing.promotions),
    Command("why", ":why NAME", "say why the customer is in a segment, or has a promotion, or not", showing.why,
            takes="segment or promotion"),
    Command("next", ":next", "say what the clock does next for the customer", showing.next_change),
    Command("history", ":history", "show what has happened to the customer, and what came of it", showing.history),
    Command("undo", ":undo", "take back the last thing done", _undo,
            more="A declaration, an event, the clock or the customer; again for the one before."),
    Command("program", ":program", "show the rules so far, given and typed", showing.program),
    Command("plan", ":plan", "show the plan: what is kept of a customer, and what each rule listens to", showing.plan),
    Command("drop", ":drop NAME", "take a declaration out, by its name or the place of a rule", _drop,
            takes="declared", more="""
            :drop Skiers
            :drop typed 3"""),
    Command("save", ":save FILE [--test]", "write what you have typed as rules", _save, takes="file",
            more="""
            Only declarations are written, in the form of `seg fmt`. With --test also what has happened to the
            customer, as a test that holds now. A file that is there is only overwritten with `:save! FILE`."""),
    Command("load", ":load FILE", "take what stands in a file, as if it were typed", _load, takes="file",
            more="A file of rules (.seg) is taken as a whole; of any other each sentence by itself."),
    Command("help", ":help [COMMAND]", "say more of a command", _help, takes="command"),
    Command("quit", ":quit", "end the session; so does Ctrl-D", _quit),
)  # fmt: skip

TABLE = {command.name: command for command in _ROWS}
"""All commands by their names, in the order of help. `:rules`, `:exit` and `:save!` are other names."""
TABLE |= {"rules": TABLE["program"], "exit": TABLE["quit"]}
TABLE["save!"] = Command("save!", ":save! FILE [--test]", "the same, in place of a file that is there",
                         lambda session, path: saving.save(session, path, over=True), takes="file")  # fmt: skip
