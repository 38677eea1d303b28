"""What an explanation says, as data: `text.py` says it to a person, `as_json` to a program."""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from segdsl.host.why.text import text_of
from segdsl.values.instants import instant_text


class Occurrence(Struct, frozen=True):
    """Something that happened to the customer: an event, the host's word, or the clock's. `fields` and `attributes`
    hold JSON values; `instant` is in microseconds since 1970 UTC. An event that a rule recorded is `recorded`. `text`
    names it in a few words, without its instant."""

    kind: Literal["event", "recorded", "host", "clock"]
    name: str
    instant: int
    id: str = ""
    fields: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    text: str = ""


class Finding(Struct, frozen=True):
    """A condition and how it turned out: true, false, or not known (None). `text` is what was written, `place` its
    `file:line:column`, `found` what its names were worth. `events` are those that count for it, the latest last (of
    `counted` in all, only the last few are listed). The `parts` are those of an `and`, an `or` or a `not`, by what they
    are `joined`; or, where a condition asks for segments, what those have as conditions. Such a part names its
    `segment`."""

    text: str
    place: str
    outcome: bool | None
    found: str = ""
    events: tuple[Occurrence, ...] = ()
    counted: int = 0
    parts: tuple["Finding", ...] = ()
    joined: Literal["", "and", "or", "not", "segments"] = ""
    segment: str = ""


class Link(Struct, frozen=True):
    """One link of the chain that led to the answer: at an instant something happened, which had a rule (or a segment's
    condition) do something. `what` says what, in a few words; `rule` is the rule's text, `place` its `file:line`."""

    instant: int
    what: str
    occurrence: Occurrence | None = None
    rule: str = ""
    place: str = ""
    findings: tuple[Finding, ...] = ()


class Act(Struct, frozen=True):
    """One part of a change that would turn the answer. `event` happens with its `fields` (run-time values), `times`
    over; or the attribute `name` becomes `value` (None: not known any more; with `any`, another would do as well); or
    the host's word `include`, `exclude` or `unlist`; or nothing happens for a while: `wait` microseconds."""

    kind: Literal["event", "attribute", "include", "exclude", "unlist", "wait"]
    name: str = ""
    fields: dict[str, Any] = {}
    value: Any = None
    times: int = 1
    wait: int = 0
    any: bool = False


class Why(Struct, frozen=True):
    """Why a customer is or is not in a segment, or has a promotion or has it not, at an instant (microseconds since
    1970 UTC).

    | field | holds |
    |---|---|
    | `segment` | the name of the segment, or of the promotion where `of_promotion` |
    | `member`, `since` | the answer, and since when (None: never was) |
    | `reason` | the answer in a few words |
    | `chain` | what led to it, or took it away, the earliest first |
    | `condition` | how the segment's own condition stands: that of a derived one, or a `while` (None: it has none) |
    | `rules` | for somebody whom no rule has added: how far the rules came that could have, the furthest first |
    | `rules_in_all` | how many could have: of many only some are told of |
    | `decisive` | the parts of conditions, in the condition or the rules, that keep somebody out |
    | `named` | the event without which the answer would be another, where one event alone decides |
    | `without` | what the answer would be without it |
    | `change` | the smallest change found that would turn the answer, and `change_text`, the same in words |
    | `until` | the instant at which the clock alone turns it, if nothing more happens; None: not by itself |
    | `looked_until` | where the clock never rests: the instant up to which that was looked at |
    | `left_open` | what was not looked into, since it would take too long, a sentence each |
    """

    customer: str
    segment: str
    at: int
    known: bool
    member: bool
    since: int | None
    reason: str
    chain: tuple[Link, ...] = ()
    condition: Finding | None = None
    rules: tuple[Link, ...] = ()
    rules_in_all: int = 0
    decisive: tuple[Finding, ...] = ()
    named: Occurrence | None = None
    without: str = ""
    change: tuple[Act, ...] = ()
    change_text: str = ""
    until: int | None = None
    looked_until: int | None = None
    left_open: tuple[str, ...] = ()
    of_promotion: bool = False

    @property
    def standing(self) -> str:
        """What there is to be, in words: `in Skiers`, `entitled to Spring sale`."""
        return f"{'entitled to' if self.of_promotion else 'in'} {self.segment}"

    def as_json(self) -> dict[str, Any]:
        """JSON values; instants are text in UTC. Of a promotion, it says `promotion` and `entitled` in place of
        `segment` and `member`."""
        made: dict[str, Any] = instants_as_text(msgspec.to_builtins(self))
        del made["change"]
        made["change"] = made.pop("change_text")
        if made.pop("of_promotion"):
            renamed = {"segment": "promotion", "member": "entitled"}
            return {renamed.get(key, key): value for key, value in made.items()}
        return made

    def text(self) -> str:
        """The answer for a person, lines of text."""
        return text_of(self)


def deciding(finding: Finding, wanted: bool = True) -> list[Finding]:
    """The parts of a condition that keep it from being true (or, with `wanted` False, from being false): none where it
    is."""
    if finding.outcome is wanted:
        return []
    inner: list[Finding] = []
    for part in finding.parts:
        match finding.joined:
            case "and" | "or":
                inner += deciding(part, wanted)
            case "not":
                inner += deciding(part, not wanted)
            case "segments" if wanted:
                inner += deciding(part)
    return inner or [finding]


_INSTANTS = ("instant", "at", "since", "until", "looked_until")


def instants_as_text(value: Any) -> Any:
    """JSON values in which instants are text in UTC."""
    if isinstance(value, dict):
        return {key: _instant_as_text(of) if key in _INSTANTS else instants_as_text(of) for key, of in value.items()}
    return [instants_as_text(each) for each in value] if isinstance(value, list | tuple) else value


def _instant_as_text(value: Any) -> Any:
    return instant_text(value) if isinstance(value, int) else value
