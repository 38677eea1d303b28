"""A session: one thing after the other is taken, answered, and can be taken back.

Comes in: texts, as they are typed. Goes out: an `Answer` for each. There is no terminal here, and no clock but the
session's own, which is told and only goes forward. Whatever is wrong, the program and what has happened stay as they
were before.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import attrs
from attrs import define, field, frozen

from segdsl import CheckedProgram, Diagnostic, Engine, Event
from segdsl.diagnostics.diagnostic import Severity
from segdsl.diagnostics.errors import CompileError, SegdslError
from segdsl.diagnostics.render import render_all
from segdsl.host.trials.sentences import CannotRun
from segdsl.host.trying import events_of, moment_of
from segdsl.repl import telling
from segdsl.repl.answers import Answer, Line, Speech, refused
from segdsl.repl.asking import FORGETS, ask, missing_of
from segdsl.repl.commands import obey
from segdsl.repl.play import Before, Doing, Play
from segdsl.repl.reading import Kind, Reading, Unfinished, is_blank, read
from segdsl.repl.rules import Rules, said
from segdsl.syntax import ast
from segdsl.values.instants import LATEST, parse_moment
from segdsl.values.zones import Zone

CUSTOMER = "me"
"""The customer of a session that names none."""

START = "2026-03-01T10:00"
"""Where the clock of a session begins that has no events, in the zone of the program."""


BARE = frozenset(("help", "exit", "quit"))
"""Commands that people type without the colon."""

UNFILLED = "SEG906"
"""The code of a segment by activities that no rule fills."""


@frozen
class Standing:
    """All that can be taken back: the program, what has happened, the customer, and the clock (microseconds UTC).
    `number` is that of the last thing typed, `own`: the program is no longer just that of the store."""

    rules: Rules
    journal: tuple[Doing, ...]
    customer: str
    clock: int
    number: int = 0
    own: bool = False


class Step(NamedTuple):
    """What can be taken back: how things stood, and what was done then. `play` is None where that was played on."""

    standing: Standing
    before: Before
    play: Play | None
    done: str


@define(eq=False)
class Session:
    """Begin one with `Session.begin`, and give it what is typed with `take`."""

    standing: Standing
    play: Play
    before: Before
    reread: Callable[[Engine], Before]
    done: list[Step] = field(factory=list)
    warned: set[tuple[str, str, str]] = field(factory=set)
    events: str | None = None
    torn: bool = False

    @classmethod
    def begin(
        cls, rules: Rules, *, events: str | None = None, format: str | None = None, mapping: str | None = None,
        store: Engine | None = None,
    ) -> "Session":  # fmt: skip
        """A session on a program, with the events of a file, or on a store whose customers are looked at and never
        changed. Raises CompileError for rules with mistakes, InputError for events that cannot be read."""

        def reread(engine: Engine) -> Before:
            items = events_of(engine, events, format, mapping) if events is not None else ()
            return Before(tuple(items), store)

        checked = _whole(rules, rules.checked())
        play = Play.of(rules, checked, Before((), store), (), store.now() if store else 0, own=store is None)
        before = reread(play.engine)
        latest = max((item.instant for item in before.items if isinstance(item, Event)), default=None)
        clock = latest if latest is not None else store.now() if store else _start(checked.scope.zone)
        play = Play.of(rules, checked, before, (), clock, own=store is None)
        play.bring(CUSTOMER)
        return cls(Standing(rules, (), CUSTOMER, clock, own=store is None), play, before, reread, events=events)

    # ----------------------------------------------------------------------------------------------------------- taking

    def take(self, text: str) -> Answer:
        """Take one thing that was typed. Never raises: what goes wrong is an answer."""
        text = text.strip("\n").rstrip()
        try:
            answer = self._take(text)
        except CannotRun as error:
            answer = refused("mistake", str(error))
        except SegdslError as error:
            answer = refused("mistake", str(error).rstrip())
        except OSError as error:
            answer = refused("mistake", f"{error.filename}: {(error.strerror or str(error)).lower()}")
        except Exception as error:  # a session goes on whatever happens: all that was typed would be lost
            answer = refused(
                "mistake", f"a mistake in segdsl itself: {type(error).__name__}: {error}",
                "nothing has changed; please report it with what you typed",
            )  # fmt: skip
        self._mend()
        return answer

    def interrupted(self) -> Answer:
        """The answer when taking something was interrupted: what has happened is as it was before."""
        self.torn = True
        self._mend()
        return refused("mistake", "stopped; nothing has changed")

    def _mend(self) -> None:
        """Play anew what something that went wrong may have happened in."""
        if self.torn:
            self.play, self.torn = self._again(), False

    def _take(self, text: str) -> Answer:
        if is_blank(text):
            return Answer("nothing")
        return obey(self, text.strip()) if text.lstrip().startswith(":") else self.take_text(text)

    def take_text(self, text: str) -> Answer:
        """Take what is no command. Raises what `take` turns into an answer."""
        if text.strip() in BARE and text.strip() not in self.play.checked.scope.events:
            return obey(self, f":{text.strip()}")
        reading = read(text)
        if isinstance(reading, Reading):
            return self._take_kinds(text, reading.kinds)
        if isinstance(reading, Unfinished) and reading.kinds and self._is_event(text, reading.kinds):
            return self._take_kinds(text, reading.kinds)
        return self.mistaken(text, reading.kind)

    def _take_kinds(self, text: str, kinds: Sequence[Kind]) -> Answer:
        match kinds[0]:
            case "declarations":
                return self._declare(text)
            case "lines":
                return self._happen(text, "lines")
            case "event" if self._is_event(text, kinds):
                return self._happen(text, "event")
        return ask(self, text) if "question" in kinds else self.mistaken(text, "question")

    def _is_event(self, text: str, kinds: Sequence[Kind]) -> bool:
        """Whether a sentence names an event, or an event and a field of it."""
        if "event" not in kinds:
            return False
        [line] = self.standing.rules.with_text(text, "event", self.name).last.lines
        if not isinstance(line, ast.Happens) or line.occurrence is None:
            return False
        name, events = line.occurrence.name.text, self.play.checked.scope.events
        return name in events or any(
            name.startswith(f"{event} ") and name.removeprefix(f"{event} ") in info.fields
            for event, info in events.items()
        )

    @property
    def name(self) -> str:
        """What the next text is called in places."""
        return f"typed {self.standing.number + 1}"

    @property
    def speech(self) -> Speech:
        """How things are said under the program as it stands."""
        return Speech(self.play.checked.scope.zone, self.play.rule_places())

    @property
    def zone(self) -> Zone:
        """The zone of the program."""
        return self.play.checked.scope.zone

    # ---------------------------------------------------------------------------------------------------- declarations

    def _declare(self, text: str) -> Answer:
        rules = self.standing.rules.with_text(text, "declarations", self.name)
        nodes = rules.last.module.declarations
        for node in nodes:
            place = rules.same_rule(node) if isinstance(node, ast.Rule | ast.Limit | ast.Hold) else None
            if place is not None and len(nodes) == 1:
                return Answer("declaration", (Line(f"this {said(node)} is there already, at {place}", "hint"),))
        rules, replaced = rules.replacing()
        checked = rules.checked()
        if rules.errors(checked):
            return self.refused(rules, checked)
        play = self._replayed(rules, checked)
        before, old = self.play, self.standing
        done = ", ".join(said(node) for node in nodes)
        self._stand(attrs.evolve(old, rules=rules, number=old.number + 1, own=True), done, play)
        lines = telling.declared(nodes, replaced, before, play, self.standing.customer, self.speech)
        if play.forgets:
            lines.append(Line(FORGETS, "hint"))
        return Answer("declaration", tuple(lines), found={"declared": [said(node) for node in nodes],
                      "replaced": replaced, **telling.difference(before, play, old.customer)},
                      diagnostics=tuple(self.warnings(play)), sources=rules.sources())  # fmt: skip

    def _replayed(self, rules: Rules, checked: CheckedProgram) -> Play:
        """All that has happened, under another program, which has no mistakes."""
        standing, before = self.standing, self.before
        if self.events is not None and _shape(checked) != _shape(self.play.checked):
            before = self.reread(Play.of(rules, checked, Before(), (), 0).engine)
        play = Play.of(rules, checked, before, standing.journal, standing.clock)
        play.bring(standing.customer)
        return play

    def without(self, rules: Rules, done: str) -> Answer:
        """Go on with a program that lacks something."""
        checked = rules.checked()
        if rules.errors(checked):
            return self.refused(rules, checked)
        play = self._replayed(rules, checked)
        before, old = self.play, self.standing
        self._stand(attrs.evolve(old, rules=rules, number=old.number + 1, own=True), done, play)
        lines = [Line(done), *telling.moved(before, play, old.customer, self.speech)]
        return Answer("command", tuple(lines), found=telling.difference(before, play, old.customer))

    def mistaken(self, text: str, kind: Kind) -> Answer:
        """The answer to a text that is nothing, read as what it comes nearest to."""
        rules = self.standing.rules.with_text(text, kind, self.name)
        if kind == "declarations":
            return self.refused(rules, rules.checked())
        found = [_begins_nothing(d) if d.span.start == 0 else d for d in rules.placed(rules.last.found)]
        return Answer("mistake", failed=True, diagnostics=tuple(found), sources=rules.sources())

    def refused(self, rules: Rules, checked: CheckedProgram) -> Answer:
        """The answer to a text with which the program has mistakes."""
        errors = rules.placed(rules.errors(checked))
        return Answer("mistake", failed=True, diagnostics=tuple(errors), sources=rules.sources())

    def warnings(self, play: Play) -> list[Diagnostic]:
        """What a program is warned of, each once in a session. A program in the making has segments that no rule fills
        yet, which is nothing to be told."""
        found = []
        checked, rules = play.checked, play.rules
        for diagnostic in rules.placed(checked.collector):
            source = rules.texts[diagnostic.span.source].source
            key = (diagnostic.code, diagnostic.message, source.name)
            if diagnostic.code == UNFILLED:
                continue
            if diagnostic.severity is Severity.WARNING and key not in self.warned and not source.shipped:
                self.warned.add(key)
                found.append(diagnostic)
        return found

    # ---------------------------------------------------------------------------------------------------- what happens

    def _happen(self, text: str, kind: Kind) -> Answer:
        rules = self.standing.rules.with_text(text, kind, self.name)
        checked = rules.checked()
        if rules.errors(checked):
            return self.refused(rules, checked)
        old, journal = self.standing, list(self.standing.journal)
        shown: list[Line] = []
        found: dict[str, list[object]] = {"changes": [], "effects": [], "missing": []}
        clock, number = old.clock, old.number + 1
        play = self.play.under(rules, checked)
        known = telling.ahead(play, old.customer, self.speech)
        for at, line in enumerate(rules.last.lines):
            match line:
                case ast.Expect() | ast.ExpectEffect() | ast.ExpectPromotion():
                    missing = missing_of(self, rules, checked, line, journal, clock)
                    shown += telling.expected(missing)
                    found["missing"] += [each.found for each in missing]
                    continue
                case ast.Happens() | ast.Later() if kind == "lines":
                    clock = self.forward(moment_of(line, clock, checked.scope.zone), clock)
            doing = Doing(number, old.customer, clock, rules.last.number, at)
            self.torn = True
            news = play.take(doing)
            if news.reject is not None:
                return refused("event", news.reject.detail)
            journal.append(doing)
            shown += telling.news(news, play, line, Speech(checked.scope.zone, play.rule_places()))
            telling.note(found, news)
        if len(journal) > len(old.journal):
            standing = attrs.evolve(old, rules=rules, journal=tuple(journal), clock=clock, number=number)
            self.torn = False
            self._stand(standing, text.strip())
            self.play = play
            following = telling.ahead(play, old.customer, self.speech)
            shown += following if following != known else []
        failed = bool(found["missing"])
        return Answer("expectation" if not journal[len(old.journal) :] else "event", tuple(shown), failed, found=found)

    def forward(self, instant: int, clock: int) -> int:
        """The instant, if the clock can go there. Raises CannotRun."""
        if instant < clock:
            shown = self.speech.instant
            raise CannotRun(
                f"the clock only goes forward: it is {shown(clock)}, and {shown(instant)} was before; `:undo` takes "
                "things back"
            )
        if instant >= LATEST:
            raise CannotRun("the clock ends with the year 2199")
        return instant

    def move(self, instant: int) -> Answer:
        """Let the clock run to an instant."""
        old = self.standing
        clock = self.forward(instant, old.clock)
        doing = Doing(old.number + 1, old.customer, clock)
        play, self.torn = self.play, True
        news = play.take(doing)
        standing = attrs.evolve(old, journal=(*old.journal, doing), clock=clock, number=old.number + 1)
        self.torn = False
        self._stand(standing, f"the clock went on to {self.speech.instant(clock)}")
        lines = [Line(f"it is {self.speech.instant(clock)}"), *telling.news(news, play, None, self.speech)]
        found: dict[str, list[object]] = {"changes": [], "effects": []}
        telling.note(found, news)
        return Answer("clock", (*lines, *telling.ahead(play, old.customer, self.speech)), found=found)

    def _again(self) -> Play:
        """All of it played once more, as things stand: what has happened cannot be taken out of an engine."""
        now = self.standing
        checked = now.rules.checked()
        play = Play.of(now.rules, checked, self.before, now.journal, now.clock, own=now.own)
        play.bring(now.customer)
        return play

    # --------------------------------------------------------------------------------------------------- back and forth

    def turn_to(self, customer: str) -> None:
        """Go on with another customer."""
        self.play.bring(customer)
        old = self.standing.customer
        self._stand(attrs.evolve(self.standing, customer=customer), f"from {old} to {customer}")

    def undo(self) -> str | None:
        """Take back the last thing done. Gives what it was; None when there is nothing left."""
        if not self.done:
            return None
        now = self.standing
        self.standing, self.before, play, done = self.done.pop()
        if play is not None:
            self.play = play
        elif attrs.evolve(now, customer=self.standing.customer) != self.standing:
            self.play = self._again()
        return done

    def _stand(self, standing: Standing, done: str, play: Play | None = None) -> None:
        """Things stand so now; `play` is a new one, which leaves the one before as it was."""
        self.done.append(Step(self.standing, self.before, self.play if play is not None else None, done))
        self.standing = standing
        if play is not None:
            self.play, self.before = play, play.before


def _whole(rules: Rules, checked: CheckedProgram) -> CheckedProgram:
    """A program without mistakes. Raises CompileError."""
    errors = rules.placed(rules.errors(checked))
    if errors:
        raise CompileError(errors, render_all(errors, rules.sources()), rules.sources())
    return checked


def _begins_nothing(diagnostic: Diagnostic) -> Diagnostic:
    """The mistake of a text whose first word already is one."""
    message, cut, _ = diagnostic.message.partition(" cannot stand here;")
    if not cut:
        return diagnostic
    goes_on = "to go on with a sentence that could end there, end its line with Alt-Enter"
    return attrs.evolve(
        diagnostic, message=f"{message} begins nothing; a declaration, an event, a condition or a command was expected",
        help=goes_on if message in ("`then`", "`and`", "`or`", "`if`", "`where`", "`within`") else ":help says more",
    )  # fmt: skip


def _start(zone: Zone) -> int:
    moment = parse_moment(START)
    assert moment is not None, "a moment was written"
    return zone.instant(moment[0])


def _shape(checked: CheckedProgram) -> object:
    """What the reading of events goes by."""
    scope = checked.scope
    events = [(e.name, e.wires, [(f.name, f.kind, f.wires) for f in e.fields.values()]) for e in scope.events.values()]
    return events, [(a.name, a.kind, a.set_by is None) for a in scope.attributes.values()], scope.zone
