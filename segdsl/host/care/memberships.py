"""The recorded memberships of one customer: in each segment one after the other, without two at once."""

from collections.abc import Iterable, Iterator

from segdsl.backends.base import Backend
from segdsl.records.outcomes import Change
from segdsl.values.instants import instant_text


def guests_past(backend: Backend, customers: Iterable[str]) -> Iterator[str]:
    """The guests who were joined with some customers: their past is kept under their own ids."""
    for customer in customers:
        yield from (link.guest for link in backend.links_of(customer) if not link.renamed)


def faults_of(customer: str, history: Iterable[Change]) -> Iterator[str]:
    """What is wrong with the history of a customer, in the order in which it happened."""
    inside: dict[str, Change] = {}
    for change in history:
        before = inside.pop(change.segment, None)
        if change.entered:
            if before is not None:
                yield (
                    f"{customer!r} came into {change.segment} at {instant_text(before.instant)} and again at "
                    f"{instant_text(change.instant)}, without leaving it"
                )
            inside[change.segment] = change
        elif before is None:
            yield f"{customer!r} left {change.segment} at {instant_text(change.instant)} without being in it"
