"""The rules of `retail.py` as programs written by hand: `run` means what segdsl means, `only_sets` gives no more than
who is in which segment in the end. See `stream_by_hand.py`."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.answers import EPOCH, TICK, Answer, counted, microseconds

QUARTER, HALF = timedelta(days=90), timedelta(days=180)
NEVER = datetime.max.replace(tzinfo=UTC)
SEGMENTS = (
    "Big Spenders", "Frequent Buyers", "One Big Ticket", "Lapsed", "British", "Heart Collectors", "Returners", "VIP",
    "Bulk Buyers",
)  # fmt: skip
HEART = "85123A"


class Attributes(Struct, gc=False):
    country: str | None = None


class Event(Struct, gc=False):
    id: str
    event: str
    customer: str
    time: datetime
    product: str
    quantity: Decimal
    price: Decimal
    invoice: str
    attributes: Attributes


class Customer:
    """What is kept of one. `invoices` are those of the last 90 days, each with its latest instant, in their order;
    `ticket` and `bought` the latest instants of a big ticket, and of a purchase."""

    __slots__ = (
        "bought", "due", "hearts", "history", "ids", "invoices", "kept", "latest", "members", "returned", "ticket",
    )  # fmt: skip

    def __init__(self) -> None:
        self.latest = EPOCH
        self.ids: set[str] = set()
        self.kept = Decimal()
        self.invoices: dict[str, datetime] = {}
        self.ticket = self.bought = NEVER
        self.hearts = self.returned = 0
        self.members: dict[str, datetime] = {}
        self.history: list[tuple[datetime, str, bool, str]] = []
        self.due = NEVER

    def put(self, segment: str, holds: bool, at: datetime, cause: str) -> None:
        """Have the customer in a segment, or not."""
        if holds != (segment in self.members):
            if holds:
                self.members[segment] = at
            else:
                del self.members[segment]
            self.history.append((at, segment, holds, cause))

    def derive(self, at: datetime, cause: str) -> None:
        """What hangs on windows and on other segments, and when it changes next by itself."""
        invoices, members = self.invoices, self.members
        since = at - QUARTER
        while invoices and invoices[first := next(iter(invoices))] <= since:
            del invoices[first]
        self.due = NEVER
        frequent = len(invoices) >= 5
        if frequent != ("Frequent Buyers" in members):
            self.put("Frequent Buyers", frequent, at, cause)
        if frequent:
            self.due = [*invoices.values()][-5] + QUARTER
        if self.ticket is not NEVER:
            big = self.ticket + HALF > at
            self.put("One Big Ticket", big, at, cause)
            if big:
                self.due = min(self.due, self.ticket + HALF)
        if self.bought is not NEVER:
            lapsed = at - self.bought > HALF
            self.put("Lapsed", lapsed, at, cause)
            if not lapsed:
                self.due = min(self.due, self.bought + HALF + TICK)
        vip = frequent and "Big Spenders" in members and not ("Lapsed" in members or "Returners" in members)
        if vip != ("VIP" in members):
            self.put("VIP", vip, at, cause)

    def settle(self, until: datetime) -> None:
        while (at := self.due) <= until:
            self.derive(at, "")

    def take(self, event: Event) -> str:
        """Take in an event. Gives the rule that fired."""
        at, cause, fired = event.time, event.id, ""
        amount = event.price * event.quantity
        self.kept += amount
        country = event.attributes.country
        if country is not None:
            self.put("British", country == "United Kingdom", at, cause)
        if event.event == "buys":
            self.invoices.pop(event.invoice, None)
            self.invoices[event.invoice] = self.bought = at
            if amount >= 1000:
                self.ticket = at
            if event.product == HEART:
                self.hearts += 1
                self.put("Heart Collectors", self.hearts >= 2, at, cause)
            if event.quantity >= 1000:
                fired = "bulk"
        else:
            self.returned += 1
            self.put("Returners", self.returned >= 3, at, cause)
            if event.quantity <= -1000:
                fired = "bulk back"
        self.put("Big Spenders", self.kept >= 5000, at, cause)
        self.derive(at, cause)
        if fired:
            self.put("Bulk Buyers", fired == "bulk", at, cause)
        return fired


def run(path: Path) -> Callable[[], Answer]:
    """All of it. What comes back makes an answer to be compared, which is not part of the work."""
    events, rejects = read(path)
    customers: dict[str, Customer] = {}
    fired: Counter[str] = Counter()
    taken = repeated = 0
    for event in events:
        at = event.time
        customer = customers.get(event.customer)
        if customer is None:
            customer = customers[event.customer] = Customer()
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
        rule = customer.take(event)
        if rule:
            fired[rule] += 1
    first, last = events[0].time, events[-1].time
    for customer in customers.values():
        if customer.due <= last:
            customer.settle(last)
    changes = sum(len(customer.history) for customer in customers.values())
    return lambda: _answer(customers, (taken, repeated, rejects, fired, changes), (first, last))


def read(path: Path) -> tuple[list[Event], Counter[str]]:
    """The events in the order of time, then of the file; and why the other lines are none."""
    events: list[Event] = []
    rejects: Counter[str] = Counter()
    decode = msgspec.json.Decoder(Event).decode
    with path.open("rb") as file:
        for line in file:
            try:
                event = decode(line)
            except msgspec.ValidationError:
                rejects["bad field"] += 1
            except msgspec.DecodeError:
                rejects["not an event"] += 1
            else:
                if event.event not in ("buys", "returns item"):
                    rejects["unknown event"] += 1
                elif not event.customer:
                    rejects["no customer"] += 1
                else:
                    events.append(event)
    events.sort(key=attrgetter("time"))
    return events, rejects


def _answer(
    customers: dict[str, Customer],
    counts: tuple[int, int, Counter[str], Counter[str], int],
    between: tuple[datetime, datetime],
) -> Answer:
    members: dict[str, dict[str, int]] = {name: {} for name in SEGMENTS}
    for who, customer in customers.items():
        for segment, since in customer.members.items():
            members[segment][who] = microseconds(since)
    history = {
        who: sorted((microseconds(at), segment, entered, cause) for at, segment, entered, cause in customer.history)
        for who, customer in customers.items()
        if customer.history
    }
    return Answer(members, history, counted(*counts, (microseconds(between[0]), microseconds(between[1]))))


def only_sets(path: Path) -> dict[str, set[str]]:
    """Who is in which segment in the end, and nothing else. The file is in the order of time, without repetitions."""
    kept: Counter[str] = Counter()
    hearts: Counter[str] = Counter()
    returned: Counter[str] = Counter()
    invoices: dict[str, dict[str, datetime]] = {}
    tickets: dict[str, datetime] = {}
    bought: dict[str, datetime] = {}
    countries: dict[str, str | None] = {}
    bulk: set[str] = set()
    last = EPOCH
    decode = msgspec.json.Decoder(Event).decode
    with path.open("rb") as file:
        for line in file:
            event = decode(line)
            who = event.customer
            if not who:
                continue
            last = event.time
            amount = event.price * event.quantity
            kept[who] += amount  # type: ignore[assignment]
            countries[who] = event.attributes.country
            if event.event == "buys":
                invoices.setdefault(who, {})[event.invoice] = bought[who] = last
                hearts[who] += event.product == HEART
                if amount >= 1000:
                    tickets[who] = last
                if event.quantity >= 1000:
                    bulk.add(who)
            else:
                returned[who] += 1
                if event.quantity <= -1000:
                    bulk.discard(who)
    since = last - QUARTER
    members = {
        "Big Spenders": {who for who, total in kept.items() if total >= 5000},
        "Frequent Buyers": {who for who, own in invoices.items() if sum(at > since for at in own.values()) >= 5},
        "One Big Ticket": {who for who, at in tickets.items() if at + HALF > last},
        "Lapsed": {who for who, at in bought.items() if last - at > HALF},
        "British": {who for who, country in countries.items() if country == "United Kingdom"},
        "Heart Collectors": {who for who, number in hearts.items() if number >= 2},
        "Returners": {who for who, number in returned.items() if number >= 3},
        "Bulk Buyers": bulk,
    }
    vip = members["Big Spenders"] & members["Frequent Buyers"] - members["Lapsed"] - members["Returners"]
    return members | {"VIP": vip}
