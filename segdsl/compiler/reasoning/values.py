"""Sets of values: intervals of numbers (dates, instants and durations are numbers too) and sets of texts."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve, frozen

Bound = int | float
"""A whole number, or infinite: numbers are millionths, lengths microseconds, dates days, truths 0 and 1."""
Span = tuple[Bound, Bound]
"""From and to, both in."""

ENDLESS = float("inf")


@frozen
class Numbers:
    """Whole numbers in some spans that do not touch, in their order. With a `step`, only multiples of it."""

    spans: tuple[Span, ...] = ((-ENDLESS, ENDLESS),)
    step: int = 1

    def meet(self, other: Numbers) -> Numbers:
        step = max(self.step, other.step)
        found = []
        for low, high in self.spans:
            for least, most in other.spans:
                span = _stepped(max(low, least), min(high, most), step)
                if span[0] <= span[1]:
                    found.append(span)
        return Numbers(tuple(found), step)

    def complement(self) -> Numbers:
        found: list[Span] = []
        low: Bound = -ENDLESS
        for least, most in self.spans:
            if low < least:
                found.append((low, least - 1))
            low = most + 1
        if low < ENDLESS:
            found.append((low, ENDLESS))
        return Numbers(tuple(found))

    @property
    def empty(self) -> bool:
        return not self.spans

    @property
    def least(self) -> Bound:
        return self.spans[0][0]

    @property
    def most(self) -> Bound:
        return self.spans[-1][1]


def _stepped(low: Bound, high: Bound, step: int) -> Span:
    if step > 1:
        low = -(-low // step) * step if isinstance(low, int) else low
        high = high // step * step if isinstance(high, int) else high
    return low, high


def numbers(values: Iterable[int]) -> Numbers:
    """Just these numbers."""
    spans: list[Span] = []
    for value in sorted(set(values)):
        if spans and spans[-1][1] == value - 1:
            spans[-1] = (spans[-1][0], value)
        else:
            spans.append((value, value))
    return Numbers(tuple(spans))


Test = tuple[str, str, bool]
"""A question about a text (`contains`, `starts with`, `ends with`), the text asked for, and the answer."""


@frozen
class Texts:
    """Texts: the `chosen` ones (None: all) without some others, that answer all `tests` so."""

    chosen: frozenset[str] | None = None
    others: frozenset[str] = frozenset()
    tests: frozenset[Test] = frozenset()

    def meet(self, other: Texts) -> Texts:
        both = Texts(_common(self.chosen, other.chosen), self.others | other.others, self.tests | other.tests)
        if both.chosen is None:
            return both
        return Texts(frozenset(each for each in both.chosen - both.others if _answers(each, both.tests)))

    def complement(self) -> Texts:
        """Of a set that one plain condition makes: the chosen ones, all but some, or one test."""
        if self.chosen is not None:
            return Texts(None, self.chosen)
        if self.others or not self.tests:
            return Texts(self.others)
        [(question, text, answer)] = self.tests
        return Texts(None, frozenset(), frozenset({(question, text, not answer)}))

    @property
    def empty(self) -> bool:
        if self.chosen is not None:
            return not self.chosen
        return any(_contradict(one, other) for one in self.tests if one[2] for other in self.tests)


def _common(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def answers(text: str, question: str, asked: str) -> bool:
    """Whether a text contains, starts with or ends with another."""
    match question:
        case "contains":
            return asked in text
        case "starts with":
            return text.startswith(asked)
    return text.endswith(asked)


def _answers(text: str, tests: frozenset[Test]) -> bool:
    return all(answers(text, question, asked) is answer for question, asked, answer in tests)


def _contradict(one: Test, other: Test) -> bool:
    """Whether no text answers both; the first answer is yes."""
    question, text, _ = one
    other_question, other_text, answer = other
    if not answer:
        # What starts with "abc" also starts with "ab", and contains whatever "abc" contains.
        return other_question in (question, "contains") and answers(text, other_question, other_text)
    if question != other_question or question == "contains":
        return False
    return not answers(text, question, other_text) and not answers(other_text, question, text)


@frozen
class Values:
    """What something may be worth: known values (True: any, False: none), and whether it may be `unknown`."""

    known: Numbers | Texts | bool = True
    unknown: bool = True

    def meet(self, other: Values) -> Values:
        return Values(_both(self.known, other.known), self.unknown and other.unknown)

    def complement(self) -> Values:
        known = not self.known if isinstance(self.known, bool) else self.known.complement()
        return Values(known, not self.unknown)

    def within(self, plain: Values) -> bool:
        """Whether all of it lies in a set that one plain condition makes."""
        return self.meet(plain.complement()).empty

    def known_only(self) -> Values:
        return evolve(self, unknown=False)

    @property
    def known_empty(self) -> bool:
        return not self.known if isinstance(self.known, bool) else self.known.empty

    @property
    def empty(self) -> bool:
        return not self.unknown and self.known_empty


def _both(one: Numbers | Texts | bool, other: Numbers | Texts | bool) -> Numbers | Texts | bool:
    if isinstance(one, bool):
        return other if one else False
    if isinstance(other, bool):
        return one if other else False
    if isinstance(one, Numbers):
        return one.meet(other) if isinstance(other, Numbers) else False
    return one.meet(other) if isinstance(other, Texts) else False


UNKNOWN = Values(False, True)
KNOWN = Values(True, False)
ANYTHING = Values()
NOTHING = Values(False, False)


def between(low: Bound, high: Bound) -> Values:
    """Known, and in a span with both ends."""
    return Values(Numbers(((low, high),)), False)


def only(*found: int | str) -> Values:
    """Known, and one of some numbers or texts."""
    if found and isinstance(found[0], str):
        return Values(Texts(frozenset(str(each) for each in found)), False)
    return Values(numbers(int(each) for each in found), False)
