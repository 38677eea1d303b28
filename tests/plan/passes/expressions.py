"""Hypothesis strategies for expressions of a plan, with many constants and much that is not known, and for what they
are judged on."""

from typing import Any

from hypothesis import strategies as st

from segdsl.engines.reference.evaluate import View
from segdsl.plan import nodes as p
from segdsl.state.customer import State
from segdsl.values.instants import DAY, HOUR, parse_moment
from segdsl.values.numbers import RESULT_LIMIT, SCALE
from segdsl.values.zones import Zone

ZONE = "America/Toronto"
NOW = (parse_moment("2026-03-08T15:00:00Z") or (0, True))[0]
TODAY = NOW // DAY

MEMORIES = (
    p.Memory("counted", "pings", "count"),
    p.Memory("recent", "pings", "count", window=p.Window(older=DAY)),
    p.Memory("distinct", "looks", "distinct", operand=p.ItemField("page")),
    p.Memory("total", "looks", "total", operand=p.ItemField("price")),
    p.Memory("latest", "looks", "latest", operand=p.ItemField("price")),
    p.Memory("kept", "looks", "count", fields=("page", "price")),
)
PLAN = p.Plan(
    p.VERSION, "", ZONE, (),
    (p.AttributeType("points", p.Kind("number"), 2 * SCALE), p.AttributeType("mark", p.Kind("number"))),
    (), (), MEMORIES, (),
)  # fmt: skip

C = p.Constant
COMPARATORS = st.sampled_from(("=", "!=", "<", "<=", ">", ">="))
NUMBERS = st.sampled_from((None, 0, 1, -SCALE, SCALE, 2 * SCALE, 2_500_000, RESULT_LIMIT - 1))
TEXTS = st.sampled_from((None, "a", "A", "b", "ab", "straße", "STRASSE"))
DATES = st.sampled_from((None, TODAY, TODAY - 1, -20_000, 20_000, 10**9, -(10**9)))
INSTANTS = st.sampled_from((None, NOW, NOW - HOUR, NOW + DAY, 0, 10**18))
TRUTHS = st.sampled_from((None, True, False))
LENGTHS = st.integers(-13, 13)


def _some(*nodes: p.Expression) -> st.SearchStrategy[p.Expression]:
    return st.sampled_from(nodes)


def numbers(depth: int) -> st.SearchStrategy[p.Expression]:
    leaves = NUMBERS.map(C) | _some(
        p.Attribute("points"), p.Attribute("mark"), p.Field("price"), p.ItemField("price"),
        *(p.Recall(memory.key) for memory in MEMORIES), p.Age(p.Attribute("born")),
    )  # fmt: skip
    if not depth:
        return leaves
    below = st.deferred(lambda: numbers(depth - 1))
    exact = st.builds(p.Arithmetic, st.sampled_from("+-*/"), below, below)
    kept = st.builds(p.Recall, st.just("kept"), st.deferred(lambda: truths(depth - 1)))
    items = st.builds(
        p.Aggregate, st.sampled_from(("count", "total", "largest")), st.just(p.Items("cart")),
        st.none() | st.deferred(lambda: truths(depth - 1)), st.just(p.ItemField("price")),
    )  # fmt: skip
    return leaves | leaves | exact | kept | items | dates(depth - 1).map(p.Age)


def dates(depth: int) -> st.SearchStrategy[p.Expression]:
    leaves = DATES.map(C) | _some(p.Attribute("born"), p.Now("date"))
    if not depth:
        return leaves
    moved = st.builds(p.Shift, dates(depth - 1), LENGTHS, LENGTHS, st.just("date"), st.booleans())
    return leaves | moved | instants(depth - 1).map(p.DateOf)


def instants(depth: int) -> st.SearchStrategy[p.Expression]:
    leaves = INSTANTS.map(C) | _some(p.Now(), p.Field("time"), p.Attribute("joined"))
    if not depth:
        return leaves
    moved = st.builds(p.Shift, instants(depth - 1), LENGTHS, LENGTHS, st.just("instant"), st.booleans())
    whole = st.builds(p.Arithmetic, st.sampled_from("+-"), instants(depth - 1), INSTANTS.map(C), st.just("whole"))
    return leaves | moved | whole | st.builds(p.Start, dates(depth - 1), st.sampled_from((0, 2 * HOUR + HOUR // 2)))


def texts(depth: int) -> st.SearchStrategy[p.Expression]:
    leaves = TEXTS.map(C) | _some(p.Attribute("nick"), p.Field("page"), p.ItemField("page"), p.Now("weekday"))
    return leaves | texts(depth - 1).map(p.Fold) if depth else leaves


def truths(depth: int) -> st.SearchStrategy[p.Expression]:
    """Conditions of so many levels."""
    leaves = TRUTHS.map(C) | _some(
        p.Attribute("flag"), p.Member("In"), p.Member("Out"), p.Member("In", DAY), p.OnDays((6,), 22 * HOUR, 3 * HOUR),
        p.OnDays((5, 6)), p.Chance("coin", "", 500_000),
    )  # fmt: skip
    if not depth:
        return leaves
    below = st.deferred(lambda: truths(depth - 1))
    compared = [
        st.builds(p.Compare, COMPARATORS, of(depth - 1), of(depth - 1)) for of in (numbers, dates, instants, texts)
    ]
    known = st.one_of([of(depth - 1).map(p.Known) for of in (numbers, dates, instants, texts, truths)])
    tests = st.sampled_from(("contains", "starts with", "ends with"))
    tested = st.builds(p.TestText, tests, texts(depth - 1), texts(depth - 1))
    chosen = st.builds(p.OneOf, numbers(depth - 1), st.lists(st.sampled_from((0, SCALE)), max_size=2).map(tuple))
    held = st.builds(p.Contains, st.just(p.Field("tags")), texts(depth - 1), st.booleans())
    return st.one_of(
        leaves, *compared, known, tested, chosen, held, below.map(p.Negation), below.map(p.Negation),
        joined(below), joined(below), joined(below),
    )  # fmt: skip


def joined(operands: st.SearchStrategy[p.Expression]) -> st.SearchStrategy[p.Expression]:
    """An `and` or `or`, some of whose operands may stand there twice."""
    several = st.lists(operands, min_size=1, max_size=4)
    repeated = several.flatmap(lambda some: st.lists(st.sampled_from(some), max_size=2).map(lambda more: some + more))
    return st.builds(lambda made, some: made(tuple(some)), st.sampled_from((p.Both, p.Either)), repeated)


def _present(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the values, those that are known."""
    drawn = st.fixed_dictionaries(values)
    return drawn.map(lambda found: {name: value for name, value in found.items() if value is not None})


_LOOK = _present(page=TEXTS, price=st.sampled_from((None, 0, SCALE, 2 * SCALE)), time=st.just(NOW - HOUR))


@st.composite
def views(draw: st.DrawFn) -> View:
    """What a condition is judged on: a customer of whom some is known, an event at hand, an item."""
    state = State("ann", NOW, NOW, NOW)
    state.attributes = draw(
        _present(points=NUMBERS, mark=NUMBERS, nick=TEXTS, born=DATES, joined=INSTANTS, flag=TRUTHS)
    )
    state.members = {"In": draw(st.sampled_from((NOW, NOW - DAY)))}
    state.collections = {"cart": [[NOW - HOUR, "a", item] for item in draw(st.lists(_LOOK, max_size=2))]}
    entries = [[NOW - HOUR, None, draw(_LOOK)], [NOW, None, draw(_LOOK)]]
    held = {
        "counted": [2, 0, "e1"], "recent": [NOW - 2 * DAY, NOW - HOUR], "distinct": ["a", "b"], "total": [3 * SCALE, 2],
        "latest": [NOW, SCALE], "kept": entries,
    }  # fmt: skip
    state.memories = draw(st.sets(st.sampled_from(sorted(held))).map(lambda some: {key: held[key] for key in some}))
    event = draw(_present(page=TEXTS, price=NUMBERS, time=st.just(NOW), tags=st.sampled_from((None, ["a", "B"]))))
    memories = {memory.key: memory for memory in MEMORIES}
    return View(state, NOW, Zone(ZONE), memories, {"points": 2 * SCALE}, event, draw(_LOOK))
