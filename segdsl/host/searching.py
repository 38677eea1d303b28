"""How the rules of a search change it, all of them together.

Comes in: the term and the effects of the search actions, in order: by priority, and within a rule as it is written.
Goes out: a `Search`, and what of them is passed over. Where only one can hold, the first does.
"""

from collections.abc import Callable
from typing import TypeVar

from attrs import define, field

from segdsl.host.decisions import Filter, PassedOver, Rank, Search, Sort
from segdsl.records.outcomes import Effect

ASCENDING = "ascending"
"""The direction of a sort order where none is said."""

T = TypeVar("T")


@define
class _Changing:
    """A search on its way through its rules. `replaced` and `sorted` are the effects that decided on the term and on
    the order."""

    term: str | None
    filters: list[Filter] = field(factory=list)
    top: list[str] = field(factory=list)
    rank: list[Rank] = field(factory=list)
    sort: list[Sort] = field(factory=list)
    replaced: Effect | None = None
    sorted: Effect | None = None

    def replace(self, effect: Effect) -> str | None:
        """Search for something else; the first rule that does decides."""
        if self.replaced is not None:
            return f'the search is for "{self.term}" already'
        self.term, self.replaced = effect.fields["term"], effect
        return None

    def order(self, effect: Effect) -> str | None:
        """Sort the results; one rule decides, with all that it says about it."""
        if self.sorted is not None and _rule(self.sorted) != _rule(effect):
            return f'the results are sorted by "{self.sort[0].property}" already'
        wanted = effect.fields["property"]
        if any(each.property == wanted for each in self.sort):
            return f'the results are sorted by "{wanted}" already'
        self.sort.append(Sort(wanted, effect.fields.get("direction", ASCENDING)))
        self.sorted = effect
        return None

    def ranked(self, effect: Effect) -> str | None:
        """Have some products count more or less; one factor for each property and value."""
        rank = Rank(effect.fields["property"], effect.fields["value"], effect.fields["factor"])
        for held in self.rank:
            if (held.property, held.value) == (rank.property, rank.value):
                return f'"{rank.value}" is ranked by {held.factor} already'
        self.rank.append(rank)
        return None

    def narrow(self, effect: Effect) -> str | None:
        return _added(self.filters, Filter(effect.fields["property"], effect.fields["value"]))

    def put_first(self, effect: Effect) -> str | None:
        return _added(self.top, effect.fields["product"])


Change = Callable[[_Changing, Effect], str | None]
"""Takes in an effect; gives the reason where it is passed over."""

SEARCHES: dict[str, tuple[Change, tuple[str, ...]]] = {
    "rank results": (_Changing.ranked, ("property", "value", "factor")),
    "sort results": (_Changing.order, ("property",)),
    "put first": (_Changing.put_first, ("product",)),
    "narrow search": (_Changing.narrow, ("property", "value")),
    "replace search": (_Changing.replace, ("term",)),
}
"""The search actions of the vocabulary: what each does, and the fields without which it does nothing."""


def changed(term: str | None, effects: list[Effect]) -> tuple[Search, list[PassedOver]]:
    """The search that the effects make of one, and those that are passed over, with the reason. Each of them is either
    in the search or passed over."""
    changing = _Changing(term)
    applied: list[Effect] = []
    over: list[PassedOver] = []
    for effect in effects:
        change, needed = SEARCHES[effect.action]
        missing = next((name for name in needed if name not in effect.fields), None)
        reason = change(changing, effect) if missing is None else f"its `{missing}` is not known"
        if reason is None:
            applied.append(effect)
        else:
            over.append(PassedOver(effect, reason))
    search = Search(
        changing.term, tuple(changing.filters), tuple(changing.top), tuple(changing.rank), tuple(changing.sort),
        tuple(applied),
    )  # fmt: skip
    return search, over


def _added(kept: list[T], new: T) -> str | None:
    if new in kept:
        return "the same is asked for already"
    kept.append(new)
    return None


def _rule(effect: Effect) -> str:
    return effect.because.rule
