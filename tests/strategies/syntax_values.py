"""Hypothesis strategies for names, values and expressions of the language, as nodes of the syntax tree."""

import unicodedata

from hypothesis import strategies as st

from segdsl.syntax import ast
from segdsl.syntax.words import RESERVED, RESERVED_FIRST, misplaced
from segdsl.values import instants

_WORDS = (
    "places order", "x1", "a_b", "zone", "promotion", "path", "starts", "checkout", "arrives", "at", "removes", "from",
    "cart", "priority", "If", "AND", "Then", "android", "notes", "input", "été", "naïve", "名前", "नाम", "segment",
    "stop", "seed", "count", "time", "event", "listed", "before", "since", "for", "per", "holdout", "total", "first",
    "any", "days", "text", "number", "times", "ends", "to", "ago", "calendar", "least", "year", "rule", "search",
    "activity",
)  # fmt: skip
_TAKES_A_NUMBER = frozenset(("at", "from", "since", "before", "priority", "holdout", "path"))


def kept(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def words() -> st.SearchStrategy[ast.Name]:
    """Names of events, attributes, fields, collections and actions: all that may be declared."""
    plain = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3).map(" ".join)
    return plain.filter(lambda name: misplaced(name) is None).map(ast.Name)


def _folded(text: str) -> str:
    return " ".join(kept(text).split())


def names() -> st.SearchStrategy[ast.Name]:
    """Names of segments, activities and promotions: anything goes, in quotes if it must."""
    odd = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
    parts = [*_WORDS, *RESERVED, *RESERVED_FIRST, "20%", "any(", 'say "hi"', "a,b", "{x}", "#1"]
    plain = st.lists(st.sampled_from(parts), min_size=1, max_size=4).map(" ".join)
    return st.one_of(plain, odd).map(_folded).filter(bool).map(ast.Name)


def texts() -> st.SearchStrategy[ast.Text]:
    return st.one_of(
        st.sampled_from(
            ['"', "\\", "\\n", "\n", "a # b", "{", "\r\n", "\t", "\x00", "\u2028", "e\u0301", "\U0001f600"]
        ),
        st.text(st.characters(exclude_categories=("Cs",)), max_size=10),
    ).map(lambda text: ast.Text(kept(text)))


def numbers() -> st.SearchStrategy[ast.Number]:
    return st.integers(0, 10**18 - 1).map(ast.Number) | st.integers(0, 1000).map(lambda n: ast.Number(n * 1_000_000))


def percents() -> st.SearchStrategy[ast.Percent]:
    return st.integers(0, 1_000_000).map(ast.Percent)


def durations() -> st.SearchStrategy[ast.Duration]:
    fixed = st.builds(ast.Duration, st.integers(1, 400), st.sampled_from(("second", "minute", "hour", "day", "week")))
    calendar = st.builds(
        ast.Duration, st.integers(1, 400), st.sampled_from(("day", "week", "month", "year")), st.just(True)
    )
    return fixed | calendar


def days() -> st.SearchStrategy[ast.Day]:
    dates = st.dates().map(lambda day: ast.DateValue(instants.from_date(day)))
    moments = st.builds(ast.InstantValue, st.integers(instants.EARLIEST, instants.LATEST - 1), st.booleans())
    return dates | moments


def clock_times() -> st.SearchStrategy[ast.ClockTime]:
    return st.integers(0, 24 * 60 * 60 - 1).map(lambda second: ast.ClockTime(second * instants.SECOND))


def shown() -> st.SearchStrategy[ast.Literal]:
    """Values that may stand right behind a name."""
    return st.one_of(texts(), numbers(), percents(), durations(), days(), clock_times())


def constants() -> st.SearchStrategy[ast.Literal]:
    return shown() | st.booleans().map(ast.Boolean)


def values() -> st.SearchStrategy[ast.Expression]:
    return constants() | numbers().map(ast.Minus)


def maybe(strategy: st.SearchStrategy[ast.Node]) -> st.SearchStrategy[ast.Node | None]:
    return st.none() | strategy


@st.composite
def matched(draw: st.DrawFn) -> tuple[ast.Name, ast.Literal | None]:
    """A name and the value behind it, leaving out pairs that mean something else: `arrives at 5`."""
    name, match = draw(words()), draw(maybe(shown()))
    last = name.text.split(" ")[-1]
    swallowed = (last == "seed") if isinstance(match, ast.Text) else last in _TAKES_A_NUMBER
    return name, None if swallowed else match


def mention(name: ast.Name) -> ast.Mention:
    return ast.Mention(name)


@st.composite
def wheres(draw: st.DrawFn, inner: st.SearchStrategy[ast.Expression]) -> ast.Expression:
    """What may stand behind `where`: one comparison of a field with plain values, or anything in brackets."""
    field = mention(draw(words()))
    plain = values() | words().map(mention)
    flag = draw(st.booleans())
    return draw(
        st.one_of(
            inner.map(ast.Brackets),
            st.builds(ast.Comparison, st.just(field), _operators(), plain),
            st.builds(ast.Is, st.just(field), st.just(flag), plain),
            st.just(ast.IsKnown(field, flag)),
            st.builds(ast.In, st.just(field), st.just(flag), tuples(values(), 1, 3)),
            st.builds(ast.Between, st.just(field), plain, plain),
            st.builds(ast.TextTest, st.just(field), _text_tests(), plain),
        )
    )


def tuples(strategy: st.SearchStrategy[ast.Node], low: int, high: int) -> st.SearchStrategy[tuple[ast.Node, ...]]:
    return st.lists(strategy, min_size=low, max_size=high).map(tuple)


def _operators() -> st.SearchStrategy[str]:
    return st.sampled_from(("<", "<=", ">", ">=", "=", "!="))


def _text_tests() -> st.SearchStrategy[str]:
    return st.sampled_from(("contains", "starts with", "ends with"))


def withins() -> st.SearchStrategy[ast.Within]:
    return st.builds(ast.Within, durations())


def windows() -> st.SearchStrategy[ast.Window]:
    return st.one_of(
        withins(),
        st.builds(ast.WithinNext, durations()),
        st.builds(ast.Ago, durations(), durations()),
        st.builds(ast.Since, days()),
        st.builds(ast.Before, days()),
    )


def counts() -> st.SearchStrategy[ast.Count]:
    tests = st.sampled_from(("at least", "at most", "more than", "fewer than", "exactly"))
    number = st.integers(0, 10**6)
    word = st.sampled_from(((1, "once"), (2, "twice")))
    return st.one_of(
        st.builds(ast.CountIs, tests, number),
        st.builds(lambda test, said: ast.CountIs(test, *said), st.none() | tests, word),
        st.builds(ast.CountRange, number, number),
    )


@st.composite
def sources(draw: st.DrawFn, inner: st.SearchStrategy[ast.Expression]) -> ast.Source:
    name, match = draw(matched())
    return ast.Source(name, match, draw(maybe(wheres(inner))), draw(maybe(windows())))


@st.composite
def mentions(draw: st.DrawFn, inner: st.SearchStrategy[ast.Expression]) -> ast.Mention:
    name, match = draw(matched())
    return ast.Mention(name, match, draw(maybe(wheres(inner))), draw(maybe(counts())), draw(maybe(windows())))


def _atoms(inner: st.SearchStrategy[ast.Expression]) -> st.SearchStrategy[ast.Expression]:
    operand = words().map(mention) | inner.map(ast.Brackets)
    functions = ("total", "average", "smallest", "largest", "first", "latest", "most frequent")
    return st.one_of(
        constants(),
        words().map(mention),
        mentions(inner),
        inner.map(ast.Brackets),
        st.builds(ast.Aggregate, st.sampled_from(functions), operand, sources(inner)),
        st.builds(ast.CountDistinct, operand, sources(inner)),
        st.builds(ast.CountOf, sources(inner)),
        st.builds(ast.TimeSince, sources(inner)),
    )


def _rest(
    signs: tuple[str, ...], operand: st.SearchStrategy[ast.Expression]
) -> st.SearchStrategy[tuple[tuple[str, ast.Expression], ...]]:
    return st.lists(st.tuples(st.sampled_from(signs), operand), min_size=1, max_size=2).map(tuple)


def sums(inner: st.SearchStrategy[ast.Expression]) -> st.SearchStrategy[ast.Expression]:
    """Arithmetic, each operand no looser than the place it stands in allows."""
    atom = st.deferred(lambda: _atoms(inner))
    factor = st.deferred(lambda: st.one_of(atom, atom, atom.map(ast.Minus)))
    product = st.deferred(lambda: st.one_of(factor, factor, st.builds(ast.Product, factor, _rest(("*", "/"), factor))))
    return st.one_of(product, product, st.builds(ast.Sum, product, _rest(("+", "-"), product)))


def _tests(inner: st.SearchStrategy[ast.Expression]) -> st.SearchStrategy[ast.Expression]:
    weekdays = st.lists(st.integers(0, 6), min_size=1, max_size=3).map(tuple)
    hours = st.tuples(clock_times(), clock_times()) | st.just((None, None))
    return st.one_of(
        st.builds(ast.InAny, st.sampled_from(("any", "all", "none")), tuples(names(), 1, 3)),
        st.builds(ast.InSegment, names(), maybe(durations())),
        st.builds(ast.ItemTest, st.booleans(), words(), maybe(wheres(inner))),
        st.builds(lambda days, span: ast.OnDays(days, False, *span), weekdays, hours),
        st.builds(lambda span: ast.OnDays((0, 1, 2, 3, 4), True, *span), hours),
        st.builds(ast.Chance, percents(), texts()),
    )


def _comparisons(inner: st.SearchStrategy[ast.Expression]) -> st.SearchStrategy[ast.Expression]:
    value = st.deferred(lambda: sums(inner))
    return st.one_of(
        value,
        _tests(inner),
        st.builds(ast.Comparison, value, _operators(), value),
        st.builds(ast.Is, value, st.booleans(), value),
        st.builds(ast.IsKnown, value, st.booleans()),
        st.builds(ast.In, value, st.booleans(), tuples(values(), 1, 3)),
        st.builds(ast.Between, value, value, value),
        st.builds(ast.TextTest, value, _text_tests(), value),
    )


def _ladder(inner: st.SearchStrategy[ast.Expression]) -> st.SearchStrategy[ast.Expression]:
    comparison = st.deferred(lambda: _comparisons(inner))
    negation = st.deferred(lambda: st.one_of(comparison, comparison, comparison.map(ast.Not)))
    conjunction = st.deferred(lambda: st.one_of(negation, negation, st.builds(ast.Both, tuples(negation, 2, 3))))
    return st.one_of(conjunction, conjunction, st.builds(ast.Either, tuples(conjunction, 2, 3)))


# Deferred at every step: Hypothesis writes a strategy out in full now and then, and these hold each other many times.
_simple = st.deferred(lambda: words().map(mention))
_shallow = st.deferred(lambda: _ladder(_simple))
_deeper = st.deferred(lambda: _ladder(_shallow))
EXPRESSIONS: st.SearchStrategy[ast.Expression] = st.deferred(lambda: _ladder(_deeper))
"""Any expression, brackets where the grammar needs them, and some where it does not."""
