"""The search: whether a sentence can be so at all. Where it would take too long the answer is *do not know*."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field

from segdsl.compiler.reasoning.facts import NO_FACTS, Facts
from segdsl.compiler.reasoning.formulas import All, Claim, Formula, Lies, Some, formula
from segdsl.compiler.reasoning.relations import NONE, related
from segdsl.compiler.reasoning.terms import Domains, Memories, Term
from segdsl.compiler.reasoning.values import ANYTHING, UNKNOWN, Values, only
from segdsl.plan import nodes as p
from segdsl.values.kinds import BOOLEAN, Kind

CASES = 60
"""How many cases a search goes through before it gives up."""
EXPANDED = 30
"""How many segments a search takes for their conditions; of further ones it only knows whether they hold."""

OF_NOTHING = ("count", "distinct", "total")
"""What is 0 over nothing; the other measures are not known then."""

Store = dict[Term, Values]


@define(eq=False)
class Reasoner:
    """Answers about the conditions of a program. `derived` are the conditions of derived segments, `only_while` those
    of segments that rules fill."""

    domains: Domains
    derived: Mapping[str, p.Expression]
    only_while: Mapping[str, p.Expression]
    emptied: Mapping[str, frozenset[str]] = field(factory=dict)
    _known: dict[tuple[str, Claim], Formula] = field(factory=dict, init=False)
    _claims: dict[tuple[int, Claim], tuple[p.Expression, Formula]] = field(factory=dict, init=False)
    _met: dict[frozenset[p.Expression], bool] = field(factory=dict, init=False)

    @classmethod
    def of(
        cls,
        kinds: Mapping[str, Kind],
        given: frozenset[str],
        memories: Memories,
        derived: Mapping[str, p.Expression],
        only_while: Mapping[str, p.Expression],
        emptied: Mapping[str, frozenset[str]] | None = None,
    ) -> Reasoner:
        """`kinds` are those of the attributes, `given` those of them with a default. `emptied` are, by events, the
        collections (by their keys) that such an event certainly leaves empty."""
        choices: dict[str, Values] = {}
        for name, kind in kinds.items():
            if kind == BOOLEAN:
                choices[name] = Values(only(0, 1).known)
            elif kind.choices:
                choices[name] = Values(only(*kind.choices).known)
        return cls(Domains(choices, given, memories), derived, only_while, emptied or {})

    def claim(self, condition: p.Expression, claim: Claim) -> Formula:
        """A sentence about a condition, for `Facts`."""
        # By identity, since the hash of a large condition takes as long as the sentence. What is kept stays itself.
        kept = self._claims.get((id(condition), claim))
        if kept is None:
            kept = self._claims[id(condition), claim] = condition, formula(condition, claim, self.domains.memories)
        return kept[1]

    def never(self, condition: p.Expression, facts: Facts = NO_FACTS) -> bool:
        """Whether a condition is certainly true of nobody at any time."""
        return not self._possible(self.claim(condition, "true"), facts)

    def always(self, condition: p.Expression, facts: Facts = NO_FACTS) -> bool:
        """Whether a condition is certainly true of everybody at any time."""
        return not self._possible(self.claim(condition, "not true"), facts)

    def implies(self, one: p.Expression, other: p.Expression, facts: Facts = NO_FACTS) -> bool:
        """Whether the other is certainly true wherever the one is."""
        return self.always(other, facts.also(self.claim(one, "true")))

    # ---------------------------------------------------------------------------------------------------------- search

    def _possible(self, sentence: Formula, facts: Facts) -> bool:
        return Search(self, facts).possible({}, [sentence, *facts.so])

    def nothing_meets(self, tests: frozenset[p.Expression]) -> bool:
        """Whether certainly no event meets all tests."""
        if not tests:
            return False
        if tests not in self._met:
            sentences: list[Formula] = [self.claim(test, "true") for test in tests]
            self._met[tests] = not Search(self, NO_FACTS).possible({}, sentences)
        return self._met[tests]

    def of_segment(self, segment: str, claim: Claim) -> Formula | None:
        """What membership says of its condition: that of a derived segment is true or not, as the customer is in it or
        not; that of a `while` is true for members."""
        key = (segment, claim)
        if key not in self._known:
            condition = self.derived.get(segment)
            if condition is None and claim == "true":
                condition = self.only_while.get(segment)
            self._known[key] = self.claim(condition, claim) if condition is not None else All()
        return self._known[key]


@define(eq=False)
class Search:
    reasoner: Reasoner
    facts: Facts
    cases: int = 0
    expanded: int = 0

    def possible(self, store: Store, sentences: list[Formula]) -> bool:
        """Whether all sentences can be so together, with what is in the store. The store is used up."""
        self.cases += 1
        if self.cases > CASES:
            return True
        choices: list[Some] = []
        while sentences:
            if not self._take(store, sentences, choices):
                return False
            sentences = [each for each in related(store, self.facts.happened) if self._tells(store, each)]
            if not sentences:
                ways = [way for choice in choices if (way := self._left(store, choice)) is not None]
                if not all(ways):
                    return False
                sentences = [way[0] for way in ways if len(way) == 1]
                choices = [Some(tuple(way)) for way in ways if len(way) > 1]
        if not choices:
            return True
        shortest = min(choices, key=lambda choice: len(choice.parts))
        others = [choice for choice in choices if choice is not shortest]
        return any(self.possible(dict(store), [part, *others]) for part in shortest.parts)

    def _take(self, store: Store, sentences: list[Formula], choices: list[Some]) -> bool:
        """Put sentences into the store, and those with several ways to be so into the choices. False where one cannot
        be so."""
        waiting = list(sentences)
        while waiting:
            match waiting.pop():
                case Lies(term, values):
                    before = self._worth(store, term)
                    after = before.meet(values)
                    if after.empty:
                        return False
                    store[term] = after
                    if term.what == "member":
                        waiting += self._membership(term, before, after)
                case All(parts):
                    waiting += parts
                case Some() as choice:
                    choices.append(choice)
        return True

    def _worth(self, store: Store, term: Term) -> Values:
        found = store.get(term)
        if found is None:
            found = self.reasoner.domains.of(term)
            if term.what in ("count", "since") and self.reasoner.nothing_meets(term.of.tests):
                found = found.meet(NONE if term.what == "count" else UNKNOWN)
            if self._is_of_nothing(term):
                found = found.meet(NONE if term.of.measure in OF_NOTHING else UNKNOWN)
            if self.facts.blank:
                found = found.meet(self._of_a_stranger(term, found))
            store[term] = found
        return found

    def _is_of_nothing(self, term: Term) -> bool:
        """Whether it asks for a collection that certainly holds nothing."""
        match term.of:
            case p.Aggregate(_, p.Items(collection)):
                now = (each.event for each in self.facts.happened if each.now)
                return self.facts.blank or any(collection in self.reasoner.emptied.get(event, ()) for event in now)
        return False

    def _of_a_stranger(self, term: Term, worth: Values) -> Values:
        """What it is worth for a customer of whom nothing is known and who has done nothing."""
        match term.what:
            case "count":
                return NONE
            case "since":
                return UNKNOWN
            case "member" if term.of not in self.reasoner.derived:
                return UNKNOWN
            case "value" if isinstance(term.of, p.Attribute) and worth.unknown:
                return UNKNOWN
        return ANYTHING

    def _membership(self, term: Term, before: Values, after: Values) -> list[Formula]:
        if self.expanded >= EXPANDED:
            return []
        if not after.unknown and before.unknown:
            found = self.reasoner.of_segment(term.of, "true")
        elif after.known_empty and not before.known_empty:
            found = self.reasoner.of_segment(term.of, "not true")
        else:
            return []
        self.expanded += 1
        return [found] if found is not None else []

    def _tells(self, store: Store, sentence: Lies) -> bool:
        """Whether it says more than the store knows."""
        before = self._worth(store, sentence.term)
        return before.meet(sentence.values) != before

    def _left(self, store: Store, choice: Some) -> list[Formula] | None:
        """The ways in which a choice can still be so; None where it is so already."""
        left: list[Formula] = []
        for part in choice.parts:
            if isinstance(part, Lies):
                worth = self._worth(store, part.term)
                if worth.meet(part.values).empty:
                    continue
                if worth.meet(part.values) == worth:
                    return None
            elif isinstance(part, All) and not part.parts:
                return None
            left.append(part)
        return left
