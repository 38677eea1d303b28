"""What a name in a condition speaks of where it stands: a field, an attribute, a define, or an event's history
(language.md section 5.9). The program was checked before, so that nothing is complained about here."""

from collections.abc import Iterable

from attrs import evolve, frozen

from segdsl.compiler.scope import TIMES, EventInfo, Scope
from segdsl.syntax import ast

BUILT_IN = frozenset({"age", "today", "weekday", "local time"})


@frozen
class At:
    """Where a condition stands. `event` are the fields of the event at hand, `item` those of what a `where` speaks of;
    `later` is true behind a `wait for`, where the event at hand is not the one that started the flow. `asked` are the
    names of which the condition asks, beside, whether they are known."""

    event: frozenset[str] = frozenset()
    item: frozenset[str] | None = None
    later: bool = False
    asked: frozenset[str] = frozenset()

    def inside(self, fields: Iterable[str]) -> "At":
        return evolve(self, item=frozenset(fields))


ANYWHERE = At()
"""Where no event is at hand: in segments, promotions and defines."""


@frozen(eq=False)
class Names:
    scope: Scope

    def event_of(self, name: str, match: ast.Expression | None) -> tuple[str, str | None]:
        """The event that a name stands for, and the field that a value behind it is compared with: the subject, or
        the one that the last words name."""
        event = self.scope.events.get(name)
        if event is not None:
            subject = event.subject
            return name, subject.name if match is not None and subject is not None else None
        words = name.split(" ")
        for cut in range(len(words) - 1, 0, -1) if match is not None else ():
            event, last = self.scope.events.get(" ".join(words[:cut])), " ".join(words[cut:])
            if event is not None and last in event.fields:
                return event.name, last
        return name, None

    def fields(self, name: str) -> frozenset[str]:
        """The fields of an event, or of what a collection holds."""
        info: EventInfo | None = self.scope.events.get(name)
        if info is None and name in self.scope.collections:
            info = self.scope.collections[name].event
        return frozenset(info.kinds()) if info is not None else frozenset()

    def items(self, name: str, at: At) -> frozenset[str]:
        """The fields of the items of a collection or of a list that the event at hand carries."""
        if name in self.scope.collections:
            return self.fields(name)
        found: set[str] = {"it"}
        for event in self.scope.events.values():
            info = event.fields.get(name)
            record = info.kind.item if info is not None else None
            found |= {field.name for field in record.fields} if record is not None else set()
        return frozenset(found)

    def at_hand(self, triggers: Iterable[ast.Trigger]) -> At:
        """Where the condition and the first steps of a rule stand: only what all triggers bring is at hand."""
        fields: frozenset[str] | None = None
        for trigger in triggers:
            brought = self._brought(trigger)
            fields = brought if fields is None else fields & brought
        return At(fields or frozenset())

    def after(self, step: ast.WaitFor, at: At) -> At:
        """Where the steps behind a `wait for` stand."""
        if not isinstance(step.trigger, ast.EventTrigger | ast.CountedTrigger):
            return at
        return At(self._brought(step.trigger), later=True)

    def _brought(self, trigger: ast.Trigger) -> frozenset[str]:
        match trigger:
            case ast.EventTrigger(name, match):
                return self.fields(self.event_of(name.text, match)[0])
            case ast.CountedTrigger(inner) | ast.AfterEach(_, inner) | ast.AfterLast(_, inner):
                return self._brought(inner)
            case _:
                return frozenset()

    def is_history(self, node: ast.Mention, at: At) -> bool:
        """Whether a mention asks for what a customer has done."""
        name = node.name.text
        if at.item is not None or name.startswith(("this ", "customer ")):
            return False
        if node.match is not None or node.where is not None or node.count is not None:
            return True
        known = name in at.event or name in self.scope.attributes or name in self.scope.defines or name in BUILT_IN
        return not known and name in self.scope.events

    def is_condition(self, node: ast.Expression, at: At) -> bool:
        """Whether an expression says something that is so or is not."""
        while isinstance(node, ast.Brackets):
            node = node.inner
        if isinstance(node, ast.Condition | ast.Test):
            return True
        return isinstance(node, ast.Mention) and (node.window is not None or self.is_history(node, at))

    def has_default(self, name: str) -> bool:
        info = self.scope.attributes.get(name)
        return info is not None and info.default is not None

    def is_time(self, name: str) -> bool:
        return name in TIMES
