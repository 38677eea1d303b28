"""What terms have to do with one another: counts of the same events in shorter and longer windows, the time since the
latest one, and what has certainly happened."""

from collections.abc import Iterator, Mapping, Sequence

from segdsl.compiler.reasoning.facts import Happened
from segdsl.compiler.reasoning.formulas import Lies
from segdsl.compiler.reasoning.terms import Remembered, Term
from segdsl.compiler.reasoning.values import ENDLESS, KNOWN, Numbers, Values, between
from segdsl.plan import nodes as p
from segdsl.values.numbers import SCALE

Store = Mapping[Term, Values]
COMPARED = 40
"""So many counts of one condition are compared with one another."""

AT_LEAST_ONE = between(SCALE, ENDLESS)
NONE = between(0, 0)


def related(store: Store, happened: Sequence[Happened]) -> Iterator[Lies]:
    """What follows for some terms from what others are worth."""
    counts = [term for term in store if term.what == "count"]
    sinces = [term for term in store if term.what == "since"]
    for term in counts[:COMPARED]:
        for other in counts[:COMPARED]:
            if term is not other and _contains(other.of, term.of):
                yield from _not_more(store, term, other)
        for since in sinces:
            yield from _since_and_count(store, since, term)
    for event in happened:
        yield from _after(event, counts, sinces)


def _not_more(store: Store, fewer: Term, more: Term) -> Iterator[Lies]:
    less, greater = store[fewer].known, store[more].known
    if isinstance(less, Numbers) and isinstance(greater, Numbers) and less.spans and greater.spans:
        yield Lies(fewer, between(-ENDLESS, greater.most))
        yield Lies(more, between(less.least, ENDLESS))


def _contains(wider: Remembered, narrower: Remembered) -> bool:
    """Whether all events of one are events of the other, at every instant."""
    if wider.event != narrower.event or not wider.tests <= narrower.tests:
        return False
    return wider.window is None or wider.window == narrower.window or _longer(wider.window, narrower.window)


def _longer(wider: p.Window, narrower: p.Window | None) -> bool:
    if narrower is None or not (_fixed(wider) and _fixed(narrower)):
        return False
    return wider.older >= narrower.older and wider.younger <= narrower.younger


def _fixed(window: p.Window) -> bool:
    calendar = (window.older_months, window.older_days, window.younger_months, window.younger_days)
    return not any(calendar) and not window.whole_days


def _since_and_count(store: Store, since: Term, count: Term) -> Iterator[Lies]:
    """The latest event lies in a window that reaches to now, or none does."""
    window = count.of.window
    if since.of.event != count.of.event or since.of.tests != count.of.tests:
        return
    if window is not None and (window.younger or not _fixed(window)):
        return
    inside = KNOWN if window is None else between(0, window.older - 1)
    one = store[count].meet(AT_LEAST_ONE).empty, store[count].meet(NONE).empty
    if one[0]:
        yield Lies(since, inside.complement())
    if one[1]:
        yield Lies(since, inside)
    if store[since].meet(inside).empty:
        yield Lies(count, NONE)
    if store[since].within(inside):
        yield Lies(count, AT_LEAST_ONE)


def _after(event: Happened, counts: Sequence[Term], sinces: Sequence[Term]) -> Iterator[Lies]:
    for term in counts:
        asked: Remembered = term.of
        if asked.event == event.event and asked.tests <= event.tests and _reaches(asked.window, event.now):
            yield Lies(term, AT_LEAST_ONE)
    for term in sinces:
        if term.of.event == event.event and term.of.tests <= event.tests:
            yield Lies(term, between(0, 0) if event.now else KNOWN)


def _reaches(window: p.Window | None, now: bool) -> bool:
    if window is None:
        return True
    return now and not (window.younger or window.younger_months or window.younger_days)
