"""The rules of `stream.py` as programs written by hand, as a careful engineer would for exactly these rules.

`run` means what segdsl means: events in the order of time, each once, exact numbers, text without case, bad lines
counted by reason, memberships with the instant since when and their histories, in which windows and ends are over at
their instants; and the counts of the report. `only_sets` gives no more than who is in which segment in the end.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.answers import EPOCH, TICK, Answer, counted, microseconds

MONTH, TWO_MONTHS = timedelta(days=30), timedelta(days=60)
NEVER = datetime.max.replace(tzinfo=UTC)
EVENTS = {"searches", "views product", "places order", "registers"}


class Attributes(Struct, gc=False):
    income: Decimal | None = None


class Event(Struct, gc=False):
    id: str
    event: str
    customer: str
    time: datetime
    term: str = ""
    amount: Decimal | None = None
    attributes: Attributes | None = None


class Customer:
    """What is kept of one: `ids` are those of the events at the latest instant."""

    __slots__ = ("due", "history", "ids", "latest", "members", "orders", "spent", "ticket_end")

    def __init__(self) -> None:
        self.latest = EPOCH
        self.ids: set[str] = set()
        self.spent = Decimal()
        self.orders: list[datetime] = []  # the latest three
        self.ticket_end = NEVER
        self.members: dict[str, datetime] = {}
        self.history: list[tuple[datetime, str, bool, str]] = []
        self.due = NEVER

    def enter(self, segment: str, at: datetime, cause: str) -> None:
        self.members[segment] = at
        self.history.append((at, segment, True, cause))

    def leave(self, segment: str, at: datetime, cause: str) -> None:
        del self.members[segment]
        self.history.append((at, segment, False, cause))

    def settle(self, until: datetime) -> None:
        """What the clock does, instant by instant."""
        while (at := self.due) <= until:
            members, orders = self.members, self.orders
            if "Regulars" in members and orders[0] + MONTH == at:
                self.leave("Regulars", at, "")
            if "Lapsed" not in members and orders and orders[-1] + TWO_MONTHS + TICK == at:
                self.enter("Lapsed", at, "")
            if self.ticket_end == at:
                self.leave("Big Tickets", at, "")
                self.ticket_end = NEVER
            self.set_due()

    def set_due(self) -> None:
        members, orders = self.members, self.orders
        due = self.ticket_end
        if orders:
            if "Regulars" in members:
                due = min(due, orders[0] + MONTH)
            if "Lapsed" not in members:
                due = min(due, orders[-1] + TWO_MONTHS + TICK)
        self.due = due

    def order(self, event: Event, amount: Decimal) -> bool:
        """Take in an order. Gives whether it is a big ticket."""
        at, members, orders = event.time, self.members, self.orders
        self.spent += amount
        if self.spent >= 2000 and "Big Spenders" not in members:
            self.enter("Big Spenders", at, event.id)
        orders.append(at)
        if len(orders) > 3:
            del orders[0]
        if len(orders) == 3 and "Regulars" not in members and orders[0] + MONTH > at:
            self.enter("Regulars", at, event.id)
        if "Lapsed" in members:
            self.leave("Lapsed", at, event.id)
        big = amount >= 400
        if big:
            self.ticket_end = at + MONTH
            if "Big Tickets" not in members:
                self.enter("Big Tickets", at, event.id)
        self.set_due()
        return big


def run(path: Path, brands: int) -> Callable[[], Answer]:  # noqa: PLR0915 - one loop, as calls cost time
    """All of it. What comes back makes an answer to be compared, which is not part of the work."""
    events, rejects = read(path)
    segments = {f"brand {n}": (f"Brand {n} Fans", f"brand {n}") for n in range(brands)}
    customers: dict[str, Customer] = {}
    fired: Counter[str] = Counter()
    taken = repeated = 0
    for event in events:
        who, at = event.customer, event.time
        customer = customers.get(who)
        if customer is None:
            customer = customers[who] = Customer()
        if at == customer.latest:
            if event.id in customer.ids:
                repeated += 1
                continue
            customer.ids.add(event.id)
        else:
            if customer.due <= at:
                customer.settle(at)
            customer.latest, customer.ids = at, {event.id}
        taken += 1
        if event.attributes is not None and event.attributes.income is not None:
            members = customer.members
            if event.attributes.income >= 100_000:
                if "High-Income Earners" not in members:
                    customer.enter("High-Income Earners", at, event.id)
            elif "High-Income Earners" in members:
                customer.leave("High-Income Earners", at, event.id)
        match event.event:
            case "searches":
                term = event.term.casefold()
                found = segments.get(term)
                if found is not None:
                    fired[found[1]] += 1
                    if found[0] not in customer.members:
                        customer.enter(found[0], at, event.id)
                elif term == "golf":
                    fired["golf"] += 1
                    if "Golf Fans" not in customer.members:
                        customer.enter("Golf Fans", at, event.id)
                elif term == "no golf":
                    fired["no golf"] += 1
                    if "Golf Fans" in customer.members:
                        customer.leave("Golf Fans", at, event.id)
            case "places order":
                if event.amount is not None:
                    fired["big ticket"] += customer.order(event, event.amount)
            case "registers":
                if "High-Income Earners" in customer.members:
                    fired["skiers"] += 1
                    if "Skiers" not in customer.members:
                        customer.enter("Skiers", at, event.id)
    last = events[-1].time
    for customer in customers.values():
        if customer.due <= last:
            customer.settle(last)
    changes = sum(len(customer.history) for customer in customers.values())
    return lambda: _answer(customers, brands, (taken, repeated, rejects, fired, changes), (events[0].time, last))


def read(path: Path) -> tuple[list[Event], Counter[str]]:
    """The events in the order of time, then of the file; and why the other lines are none."""
    events: list[Event] = []
    rejects: Counter[str] = Counter()
    decode = msgspec.json.Decoder(Event).decode
    with path.open("rb") as file:
        for line in file:
            try:
                event = decode(line)
                if event.event not in EVENTS or not event.customer:
                    rejects[reason(line)] += 1
                    continue
            except msgspec.MsgspecError:
                rejects[reason(line)] += 1
            else:
                events.append(event)
    events.sort(key=attrgetter("time"))
    return events, rejects


def reason(line: bytes) -> str:
    """Why a line is no event."""
    try:
        event = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return "not an event"
    if event.get("event") not in EVENTS:
        return "unknown event"
    if not event.get("customer"):
        return "no customer"
    if not event.get("time"):
        return "no instant"
    try:
        msgspec.convert(event["time"], datetime)
    except msgspec.ValidationError:
        return "bad instant"
    return "bad field"


def _answer(
    customers: dict[str, Customer],
    brands: int,
    counts: tuple[int, int, Counter[str], Counter[str], int],
    between: tuple[datetime, datetime],
) -> Answer:
    names = ["Big Spenders", "Regulars", "Lapsed", "High-Income Earners", "Golf Fans", "Skiers", "Big Tickets"]
    members: dict[str, dict[str, int]] = {name: {} for name in names + [f"Brand {n} Fans" for n in range(brands)]}
    for who, customer in customers.items():
        for segment, since in customer.members.items():
            members[segment][who] = microseconds(since)
    history = {
        who: sorted((microseconds(at), segment, entered, cause) for at, segment, entered, cause in customer.history)
        for who, customer in customers.items()
        if customer.history
    }
    return Answer(members, history, counted(*counts, (microseconds(between[0]), microseconds(between[1]))))


def only_sets(path: Path, brands: int) -> dict[str, set[str]]:
    """Who is in which segment in the end, and nothing else."""
    decode = msgspec.json.Decoder(Event).decode
    events: list[Event] = []
    with path.open("rb") as file:
        for line in file:
            try:
                event = decode(line)
            except msgspec.MsgspecError:
                continue
            if event.event in EVENTS:
                events.append(event)
    events.sort(key=attrgetter("time"))
    seen: set[tuple[str, str]] = set()
    spent: dict[str, Decimal] = {}
    orders: dict[str, list[datetime]] = {}
    tickets: dict[str, datetime] = {}
    members: dict[str, set[str]] = {f"Brand {n} Fans": set() for n in range(brands)}
    by_term = {f"brand {n}": members[f"Brand {n} Fans"].add for n in range(brands)}
    golf, rich, skiers = set[str](), set[str](), set[str]()
    by_term |= {"golf": golf.add, "no golf": golf.discard}
    last = EPOCH
    for event in events:
        who, at = event.customer, event.time
        if at != last:
            last = at
            seen.clear()
        if (who, event.id) in seen:
            continue
        seen.add((who, event.id))
        if event.attributes is not None and event.attributes.income is not None:
            (rich.add if event.attributes.income >= 100_000 else rich.discard)(who)
        if event.event == "searches":
            put = by_term.get(event.term.casefold())
            if put is not None:
                put(who)
        elif event.event == "places order" and event.amount is not None:
            spent[who] = spent.get(who, Decimal()) + event.amount
            orders.setdefault(who, []).append(last)
            if event.amount >= 400:
                tickets[who] = last
        elif event.event == "registers" and who in rich:
            skiers.add(who)
    return members | {
        "Big Spenders": {who for who, total in spent.items() if total >= 2000},
        "Regulars": {who for who, times in orders.items() if len(times) > 2 and times[-3] + MONTH > last},
        "Lapsed": {who for who, times in orders.items() if last - times[-1] > TWO_MONTHS},
        "High-Income Earners": rich,
        "Golf Fans": golf,
        "Skiers": skiers,
        "Big Tickets": {who for who, at in tickets.items() if at + MONTH > last},
    }
