"""What one batch knows of visitors, and of guests who turned out to be customers: what the store keeps, and what the
batch has changed of it so far (language.md section 5.18).
"""

from collections.abc import Iterable

from attrs import define, field, frozen
from msgspec.structs import replace

from segdsl.backends.base import Backend, StoredLink, StoredVisitor
from segdsl.records.outcomes import Outcome
from segdsl.state.life import Life, Taken
from segdsl.state.visitor import Visitor, decode_visitor, encode_visitor


@frozen
class Linked:
    """A guest who turned out to be a customer: the `life` of the customer with it, and what came of it: for the guest,
    if both were joined, and for the customer."""

    stored: StoredLink
    taken: Taken
    life: Life
    outcomes: tuple[Outcome, ...]


@define(eq=False)
class Links:
    """`visitors` are those looked up (None: never seen), with the `versions` that they had; `made` the links of guests.
    `renamed` are the guests whom a new customer took over, `ended` those who were joined with one who was known, since
    the store was last written."""

    backend: Backend
    visitors: dict[str, Visitor | None] = field(factory=dict)
    versions: dict[str, int] = field(factory=dict)
    touched: dict[str, None] = field(factory=dict)
    made: dict[str, StoredLink] = field(factory=dict)
    undone: set[str] = field(factory=set)
    renamed: dict[str, str] = field(factory=dict)
    ended: dict[str, None] = field(factory=dict)

    def load(self, visitors: Iterable[str]) -> None:
        """Look some visitors up."""
        wanted = [name for name in dict.fromkeys(visitors) if name and name not in self.visitors]
        kept = self.backend.visitors(wanted) if wanted else {}
        found = {name: decode_visitor(bytes(data.state)) for name, data in kept.items()}
        self.versions |= {name: data.version for name, data in kept.items()}
        self.visitors |= {name: found.get(name) for name in wanted}

    def visitor(self, name: str) -> Visitor | None:
        """What is known of a visitor; None of one never seen."""
        if name not in self.visitors:
            self.load([name])
        return self.visitors[name]

    def whose(self, name: str, offs: int) -> list[str]:
        """The customers whom a visitor's events can be of that name no customer, and that log off so many times."""
        visitor = self.visitor(name) or Visitor(name)
        following = [replace(visitor, number=visitor.number + number).guest for number in range(1, offs + 1)]
        return [visitor.account or visitor.guest, *following]

    def keep(self, visitor: Visitor) -> None:
        self.visitors[visitor.name] = visitor
        self.touched[visitor.name] = None

    def add(self, link: StoredLink) -> None:
        """A guest became a customer."""
        self.made[link.guest] = link
        if link.renamed:
            self.renamed[link.guest] = link.account
        else:
            self.ended[link.guest] = None

    def became(self, guest: str) -> StoredLink | None:
        """Whom a guest became, if anybody."""
        if guest in self.made:
            return self.made[guest]
        link = self.backend.links([guest]).get(guest)
        return None if link is None or guest in self.undone or link.account in self.undone else link

    def guests_of(self, account: str) -> list[str]:
        """The guests who became a customer."""
        kept = [] if account in self.undone else [link.guest for link in self.backend.links_of(account)]
        made = [link.guest for link in self.made.values() if link.account == account]
        return [guest for guest in dict.fromkeys([*kept, *made]) if guest not in self.undone or guest in self.made]

    def visitors_of(self, account: str) -> list[Visitor]:
        """The visitors that are linked to a customer."""
        self.load(self.backend.visitors_of(account))
        return [each for each in self.visitors.values() if each is not None and each.account == account]

    def forget(self, customer: str) -> list[str]:
        """Undo the links of a customer, and to one. Gives the ids of all customers of whom nothing is to be left, and
        of the guests that the visitors are from now on: older events are kept out from them, too."""
        guests = self.guests_of(customer)
        following = []
        for visitor in self.visitors_of(customer):
            alone = replace(visitor, account="", number=visitor.number + 1, seen={})
            following.append(alone.guest)
            self.keep(alone)
        for name in (customer, *guests):
            self.made.pop(name, None)
            self.renamed.pop(name, None)
            self.ended.pop(name, None)
            self.undone.add(name)
        return [*guests, *following]

    def versions_touched(self) -> dict[str, int]:
        """The versions that the visitors had which are to be kept anew (0: not seen before)."""
        return {name: self.versions.get(name, 0) for name in self.touched}

    def stored(self) -> list[StoredVisitor]:
        """The visitors that are to be kept."""
        kept = [self.visitors[name] for name in self.touched]
        return [StoredVisitor(each.name, each.account, encode_visitor(each)) for each in kept if each is not None]
