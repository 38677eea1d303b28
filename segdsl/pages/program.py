"""Who fills and reads what in a program: gathered once, as data (`gather`); `listing.py` makes JSON of it.

Comes in: a checked program. Goes out: `Facts`, in an order that depends on names, and within an activity on the text.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from typing import Literal, assert_never

from attrs import define, field, frozen

from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.scope import Scope
from segdsl.compiler.trials import CheckedTest
from segdsl.diagnostics.source import Source, SourceMap
from segdsl.pages.descriptions import Descriptions, Paragraphs
from segdsl.pages.document import Ref
from segdsl.pages.names import ANYWHERE, Names
from segdsl.pages.reading import reads
from segdsl.syntax import ast
from segdsl.syntax.format import format_module
from segdsl.syntax.format_rules import hold_text, limit_text

How = Literal["fills", "empties", "reads", "sets", "makes", "does", "limits"]
"""What somebody does with something: rules fill and empty segments, set attributes, make events, do actions; rules,
segments, promotions, holds, defines and collections read; limits and holds limit actions."""


Shown = Literal["event", "attribute", "action", "collection", "define"]
"""What has an entry only where it is the program's own or used."""


@frozen(eq=False)
class RuleFacts:
    """A rule: `number` is its place in its activity, from 1, or 0 outside of one."""

    ref: Ref
    node: ast.Rule
    activity: ast.Activity | None
    number: int
    text: str


@frozen(eq=False, slots=False)
class Facts:
    """What is known of a program. `uses` tells for each thing who does what with it; `promises` are the names of the
    tests that expect something of it; `own` is what the program declares itself."""

    checked: CheckedProgram
    rules: Mapping[Ref, RuleFacts]
    uses: Mapping[Ref, Mapping[How, tuple[Ref, ...]]]
    promises: Mapping[Ref, tuple[str, ...]]
    own: frozenset[Ref]
    descriptions: Mapping[Ref, Paragraphs]
    introduction: Paragraphs

    @property
    def scope(self) -> Scope:
        return self.checked.scope

    def who(self, thing: Ref, how: How) -> tuple[Ref, ...]:
        return self.uses.get(thing, {}).get(how, ())

    def of_activity(self, name: str) -> list[RuleFacts]:
        return self._by_activity.get(name, [])

    @cached_property
    def _by_activity(self) -> dict[str | None, list[RuleFacts]]:
        found: dict[str | None, list[RuleFacts]] = {}
        for rule in self.rules.values():
            found.setdefault(rule.activity.name.text if rule.activity is not None else None, []).append(rule)
        return found

    def outside(self) -> list[RuleFacts]:
        return self._by_activity.get(None, [])

    def shown(self, kind: Shown) -> list[str]:
        """The names that have an entry: those of the program's own, and of the shipped vocabulary what is used."""
        used = {ref.name for ref in self.uses if ref.kind == kind} | {ref.name for ref in self.own if ref.kind == kind}
        declared = self._declared(kind)
        return sorted(name for name in used if name in declared)

    def _declared(self, kind: Shown) -> Mapping[str, object]:
        match kind:
            case "event":
                return self.scope.events
            case "attribute":
                return self.scope.attributes
            case "action":
                return self.scope.actions
            case "collection":
                return self.scope.collections
            case "define":
                return self.scope.defines
        assert_never(kind)


def gather(checked: CheckedProgram) -> Facts:
    """Gather the facts of a program that was checked without errors."""
    gathering = _Gathering(checked.scope, checked.sources)
    gathering.rules_of(checked.scope)
    gathering.declarations(checked.scope)
    told = _Told(checked, {each.node.span: each.ref for each in gathering.rules.values()})
    for module in checked.modules:
        if not checked.sources[module.span.source].shipped:
            told.take(module)
    uses = {
        thing: {how: _in_order(by, gathering.rules) for how, by in found.items()}
        for thing, found in gathering.uses.items()
    }
    promises = _promises(checked)
    return Facts(
        checked,
        gathering.rules,
        uses,
        promises,
        frozenset(told.own),
        told.descriptions,
        tuple(told.introduction),
    )


def _in_order(refs: Iterable[Ref], rules: Mapping[Ref, RuleFacts]) -> tuple[Ref, ...]:
    """Each once, by kind and name; rules by their activity and place in it. An activity, which reads by its `stop
    when`, is left out where one of its rules stands already."""

    def key(ref: Ref) -> tuple[str, str, int]:
        rule = rules.get(ref)
        if rule is None:
            return (ref.kind, ref.name, 0)
        return (
            ("activity", rule.activity.name.text, rule.number) if rule.activity is not None else ("rule", rule.text, 0)
        )

    found = set(refs)
    running = {rules[ref].activity for ref in found if ref.kind == "rule"}
    named = {each.name.text for each in running if each is not None}
    return tuple(sorted((ref for ref in found if ref.kind != "activity" or ref.name not in named), key=key))


def rule_ref(node: ast.Rule, activity: ast.Activity | None, source: Source) -> tuple[Ref, str]:
    """The name of a rule, made of its text in its usual form and its activity, and that text."""
    lines = format_module(ast.Module((node,)), source.text).split("\n")
    text = "\n".join(line for line in lines if line)
    whole = f"{activity.name.text if activity else ''}\n{text}"
    return Ref("rule", sha256(whole.encode("utf-8", "replace")).hexdigest()[:8]), text


def limit_ref(node: ast.Limit | ast.Hold) -> Ref:
    """The name of a limit or a hold: what it says, in its usual form."""
    return Ref("limit", limit_text(node) if isinstance(node, ast.Limit) else hold_text(node))


@define(eq=False)
class _Gathering:
    scope: Scope
    sources: SourceMap
    rules: dict[Ref, RuleFacts] = field(factory=dict)
    uses: dict[Ref, dict[How, list[Ref]]] = field(factory=dict)
    names: Names = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.names = Names(self.scope)

    def _note(self, thing: Ref, how: How, who: Ref) -> None:
        self.uses.setdefault(thing, {}).setdefault(how, []).append(who)

    def _reads(self, who: Ref, *read: Ref) -> None:
        for each in read:
            self._note(each, "reads", who)

    # ----------------------------------------------------------------------------------------------------------- rules

    def rules_of(self, scope: Scope) -> None:
        for activity in sorted(scope.activities, key=lambda each: each.name.text):
            owner = Ref("activity", activity.name.text)
            number = 0
            for part in activity.body:
                if isinstance(part, ast.Stop):
                    self._reads(owner, *reads(part.triggers, ANYWHERE, self.names))
                elif self._rule(part, activity, number + 1):
                    number += 1
        for rule in sorted(scope.rules, key=lambda each: each.span):
            self._rule(rule, None, 0)

    def _rule(self, node: ast.Rule, activity: ast.Activity | None, number: int) -> bool:
        """Take a rule, unless the same one was taken already."""
        ref, text = rule_ref(node, activity, self.sources[node.span.source])
        if ref in self.rules:
            return False
        self.rules[ref] = RuleFacts(ref, node, activity, number, text)
        at = self.names.at_hand(node.triggers)
        self._reads(ref, *reads(node.triggers, ANYWHERE, self.names))
        self._reads(ref, *reads((node.condition,), at, self.names), *reads(node.steps, at, self.names))
        for action in actions_of(node.steps):
            self._acts(ref, action)
        return True

    def _acts(self, who: Ref, action: ast.Action) -> None:
        match action:
            case ast.Add(segments):
                for segment in segments:
                    self._note(Ref("segment", segment.text), "fills", who)
            case ast.Remove(segments):
                for segment in segments:
                    self._note(Ref("segment", segment.text), "empties", who)
            case ast.SetAttribute(name) | ast.ClearAttribute(name):
                self._note(Ref("attribute", name.text), "sets", who)
            case ast.Record(name):
                self._note(Ref("event", name.text), "makes", who)
            case ast.Perform(name):
                self._note(Ref("action", name.text), "does", who)

    # ---------------------------------------------------------------------------------------------------- declarations

    def declarations(self, scope: Scope) -> None:
        """What segments, promotions and defines read, and the collections and lines that are used."""
        for segment in scope.segments.values():
            self._condition(Ref("segment", segment.name), segment.node.condition)
        for name, promotion in scope.promotions.items():
            self._condition(Ref("promotion", name), promotion.condition)
        for defined in scope.defines.values():
            self._condition(Ref("define", defined.name), defined.node.value)
        for collection in scope.collections.values():
            who = Ref("collection", collection.name)
            if who in self.uses or collection.span.source not in scope.shipped:
                events = (collection.node.event, *(end.event for end in collection.node.ends))
                self._reads(who, *(Ref("event", each.text) for each in events))
        for limit in scope.limits:
            self._limits(limit, limit.actions)
        for hold in scope.holds:
            self._limits(hold, hold.actions)
            self._condition(limit_ref(hold), hold.condition)
        for event in scope.events.values():
            who = Ref("event", event.name)
            if event.made_of is not None and (who in self.uses or event.span.source not in scope.shipped):
                self._reads(who, Ref("event", event.made_of))

    def _limits(self, node: ast.Limit | ast.Hold, actions: tuple[ast.Name, ...]) -> None:
        for action in actions:
            self._note(Ref("action", action.text), "limits", limit_ref(node))

    def _condition(self, who: Ref, condition: ast.Expression | None) -> None:
        self._reads(who, *reads((condition,), ANYWHERE, self.names))


def actions_of(steps: Iterable[ast.Step]) -> Iterator[ast.Action]:
    """All actions of a sentence, those of its paths among them."""
    for step in steps:
        if isinstance(step, ast.Act):
            yield from step.actions
        elif isinstance(step, ast.Branch):
            for path in step.paths:
                yield from actions_of(path.steps)


@define(eq=False)
class _Told:
    """What the files of a program say in comments, and which names they declare."""

    checked: CheckedProgram
    rules: Mapping[object, Ref]
    own: set[Ref] = field(factory=set)
    descriptions: dict[Ref, Paragraphs] = field(factory=dict)
    introduction: list[str] = field(factory=list)

    def take(self, module: ast.Module) -> None:
        comments = Descriptions.of(self.checked.sources[module.span.source], module.comments)
        first = min(module.declarations, key=lambda each: each.span.start, default=None)
        if not all(isinstance(each, ast.TestDeclaration) for each in module.declarations):
            self.introduction += comments.beginning(first)
        for node in module.declarations:
            ref = self._named(node)
            if ref is not None:
                self.own.add(ref)
                self._describe(ref, comments.above(node))
            if isinstance(node, ast.Activity):
                for part in node.body:
                    rule = self.rules.get(part.span)
                    if rule is not None:
                        self._describe(rule, comments.above(part, node))

    def _describe(self, ref: Ref, said: Paragraphs) -> None:
        if said:
            self.descriptions[ref] = said

    def _named(self, node: ast.Declaration) -> Ref | None:
        match node:
            case ast.SegmentDeclaration(name):
                return Ref("segment", name.text)
            case ast.Activity(_, name):
                return Ref("activity", name.text)
            case ast.Promotion(name):
                return Ref("promotion", name.text)
            case ast.AttributeDeclaration(name):
                return Ref("attribute", name.text)
            case ast.EventDeclaration(name) | ast.LinesDeclaration(name):
                return Ref("event", name.text)
            case ast.CollectionDeclaration(name):
                return Ref("collection", name.text)
            case ast.ActionDeclaration(name):
                return Ref("action", name.text)
            case ast.Define(name):
                return Ref("define", name.text)
            case ast.Rule():
                return self.rules.get(node.span)
            case ast.Limit() | ast.Hold():
                return limit_ref(node)
            case ast.Zone() | ast.Lateness() | ast.TestDeclaration() | ast.Broken():
                return None


def _promises(checked: CheckedProgram) -> dict[Ref, tuple[str, ...]]:
    """By what they expect something of, the names of the tests."""
    names = Names(checked.scope)
    found: dict[Ref, list[str]] = {}
    for test in checked.tests:
        for line in test.lines:
            for ref in _expects(line, test, names):
                found.setdefault(ref, []).append(test.name)
    return {ref: tuple(dict.fromkeys(tests)) for ref, tests in found.items()}


def _expects(line: ast.TestLine, test: CheckedTest, names: Names) -> Iterator[Ref]:
    match line:
        case ast.ExpectEffect(name):
            yield Ref("action", name.text)
        case ast.ExpectPromotion(name):
            yield Ref("promotion", name.text)
        case ast.Expect(ast.Mention(name)) if line.span not in test.expected:
            yield Ref("action", name.text)
        case ast.Expect(condition):
            yield from reads((condition,), ANYWHERE, names)
        case _:
            return
