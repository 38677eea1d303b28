"""Which conditions of a program never or always hold, and why: by themselves, by the event at hand, by what comes
before them in their rule, or by earlier paths of their branch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import combinations

from attrs import define, evolve, frozen

from segdsl.compiler.alongside import Asked, Earlier, Part, Written, unbracketed
from segdsl.compiler.reasoning import Facts
from segdsl.plan import nodes as p
from segdsl.plan.walk import walk
from segdsl.syntax import ast


class Because(Enum):
    """Why a condition never or always holds."""

    ITSELF = "it says so by itself"
    EVENT = "the event at hand is counted already"
    MATCH = "the trigger takes no other events"
    BEFORE = "a condition before it"
    PATHS = "the paths before it"


@frozen(eq=False)
class Verdict:
    """A condition (or a part of one) that never, or `always`, holds. `pair` are two parts of it that exclude each
    other; `before` is the one condition before it that is enough."""

    asked: Asked
    part: Part
    always: bool
    because: Because
    pair: tuple[Part, Part] | None = None
    before: Earlier | None = None

    @property
    def segments(self) -> list[str]:
        """The segments that it asks for."""
        return list(dict.fromkeys(n.segment for n in walk(self.part.condition) if isinstance(n, p.Member)))


@define(eq=False)
class Judging:
    written: Written

    def all(self, asked: Iterable[Asked]) -> Iterator[Verdict]:
        for each in asked:
            facts = self.written.facts(each)
            if any(each.so for each in facts) and self._never(p.Both(()), facts):
                yield from self._unreachable(each)
            elif each.part.condition != p.Both(()):
                yield from self._judge(each, each.part)

    def _unreachable(self, asked: Asked) -> Iterator[Verdict]:
        """Of what nobody comes to, a path behind others is told of; the rest is what comes of an earlier verdict."""
        if asked.path is None or asked.earlier[-1:] == () or asked.earlier[-1].holds:
            return
        sooner = evolve(asked, earlier=asked.earlier[:-1])
        if not self._never(p.Both(()), self.written.facts(sooner)):
            yield Verdict(asked, asked.part, False, Because.PATHS, before=self._enough(asked, asked.part, False))

    def _judge(self, asked: Asked, part: Part) -> Iterator[Verdict]:
        facts = self.written.facts(asked, paths=False)
        if self._never(part.condition, facts):
            yield self._verdict(asked, self._narrowed(part, facts, always=False), always=False)
        elif self._always(part.condition, facts):
            yield self._verdict(asked, self._narrowed(part, facts, always=True), always=True)
        elif part is asked.part and self._never(part.condition, self.written.facts(asked)):
            yield Verdict(asked, part, False, Because.PATHS, before=self._enough(asked, part, False))
        else:
            for operand in part.operands():
                yield from self._judge(asked, operand)

    def _narrowed(self, part: Part, facts: tuple[Facts, ...], *, always: bool) -> Part:
        """The smallest part that is enough: of parts joined by `and` one never holds, of those joined by `or` one
        always does."""
        joint = ast.Either if always else ast.Both
        holds = self._always if always else self._never
        if isinstance(unbracketed(part.node), joint):
            for operand in part.operands():
                if holds(operand.condition, facts):
                    return self._narrowed(operand, facts, always=always)
        return part

    def _verdict(self, asked: Asked, part: Part, *, always: bool) -> Verdict:
        holds = self._always if always else self._never
        if holds(part.condition, (Facts(),)):
            return Verdict(asked, part, always, Because.ITSELF, pair=None if always else self._pair(part))
        if holds(part.condition, tuple(Facts((), facts.happened) for facts in asked.begun)):
            return Verdict(asked, part, always, Because.EVENT)
        if holds(part.condition, asked.begun):
            return Verdict(asked, part, always, Because.MATCH)
        return Verdict(asked, part, always, Because.BEFORE, before=self._enough(asked, part, always))

    def _pair(self, part: Part) -> tuple[Part, Part] | None:
        """Two parts joined by `and` that exclude each other."""
        if not isinstance(unbracketed(part.node), ast.Both):
            return None
        for one, other in combinations(part.operands()[:20], 2):
            if self._never(p.Both((one.condition, other.condition)), (Facts(),)):
                return one, other
        return None

    def _enough(self, asked: Asked, part: Part, always: bool) -> Earlier | None:
        """The one condition before it that is enough, if there is one."""
        holds = self._always if always else self._never
        for each in reversed(asked.earlier):
            alone = evolve(asked, earlier=(each,))
            if holds(part.condition, self.written.facts(alone)):
                return each
        return None

    def _never(self, condition: p.Expression, facts: tuple[Facts, ...]) -> bool:
        return all(self.written.reasoner.never(condition, each) for each in facts)

    def _always(self, condition: p.Expression, facts: tuple[Facts, ...]) -> bool:
        return all(self.written.reasoner.always(condition, each) for each in facts)
