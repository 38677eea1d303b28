"""Who is due when: customers by the hour of their instant, so that those due are found without a look at the others."""

from collections.abc import Iterable, Iterator
from itertools import chain

from segdsl.values.instants import HOUR


class Agenda:
    """Customers by the hour in which something is due for them. The instant itself is kept by who asks."""

    def __init__(self) -> None:
        self._hours: dict[int, set[str]] = {}

    def move(self, customer: str, before: int | None, after: int | None) -> None:
        """Have a customer due at another instant than before (microseconds UTC; None: at none)."""
        was = None if before is None else before // HOUR
        is_ = None if after is None else after // HOUR
        if was == is_:
            return
        if was is not None:
            others = self._hours[was]
            others.discard(customer)
            if not others:
                del self._hours[was]
        if is_ is not None:
            found = self._hours.get(is_)
            if found is None:
                self._hours[is_] = {customer}
            else:
                found.add(customer)

    def until(self, at: int) -> Iterable[str]:
        """All who may be due at or before an instant: those of its hour are to be looked at."""
        return chain.from_iterable(self._hours[hour] for hour in self._until(at))

    def by_hour(self, at: int) -> Iterator[set[str]]:
        """The same hour by hour, in order."""
        return (self._hours[hour] for hour in sorted(self._until(at)))

    def _until(self, at: int) -> list[int]:
        last = at // HOUR
        return [hour for hour in self._hours if hour <= last]
