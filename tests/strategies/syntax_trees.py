"""Hypothesis strategies for whole modules of the language: every declaration, trigger, step and action."""

from hypothesis import strategies as st

from segdsl.syntax import ast
from tests.strategies.syntax_values import (
    EXPRESSIONS,
    clock_times,
    counts,
    days,
    durations,
    matched,
    maybe,
    names,
    percents,
    sums,
    texts,
    tuples,
    values,
    wheres,
    withins,
    words,
)

_FREE_IN_TESTS = frozenset(("after", "expect", "given", "promotion"))


def _wires() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(texts().map(lambda text: text.value), max_size=3).map(tuple)


def _fields(types: st.SearchStrategy[ast.Type], low: int) -> st.SearchStrategy[tuple[ast.FieldDeclaration, ...]]:
    return tuples(st.builds(ast.FieldDeclaration, words(), types, _wires()), low, 4)


def types() -> st.SearchStrategy[ast.Type]:
    simple = st.sampled_from(
        ("text", "text ignoring case", "number", "boolean", "date", "instant", "duration")
    ).map(ast.SimpleType)  # fmt: skip
    choices = st.lists(texts().map(lambda text: text.value), min_size=1, max_size=3).map(tuple).map(ast.OneOfType)
    flat = simple | choices

    def deeper(inner: st.SearchStrategy[ast.Type]) -> st.SearchStrategy[ast.Type]:
        record = _fields(inner, 1).map(ast.RecordType)
        return st.one_of(record, (flat | record).map(ast.ListType))

    return st.one_of(flat, flat, st.recursive(flat, deeper, max_leaves=6))


# ------------------------------------------------------------------------------------------------------------ triggers


@st.composite
def event_triggers(draw: st.DrawFn) -> ast.EventTrigger:
    name, match = draw(matched())
    return ast.EventTrigger(name, match, draw(maybe(wheres(EXPRESSIONS))))


def counted(within: st.SearchStrategy[ast.Within | None]) -> st.SearchStrategy[ast.CountedTrigger]:
    # A name that ends in `at` and the like would take the count's number for its own: `arrives at 5 times`.
    ends = ("at", "from", "since", "before", "priority", "holdout")
    triggers = event_triggers().filter(lambda t: t.match or t.where or t.name.text.split(" ")[-1] not in ends)
    return st.builds(ast.CountedTrigger, triggers.filter(_ends_plainly), st.integers(0, 10**6), within)


def _ends_plainly(trigger: ast.EventTrigger) -> bool:
    """Whether a number may follow: not behind a name in `where f = name at`."""
    node: object = trigger.where
    for attribute in ("right", "value", "high"):
        node = getattr(node, attribute, node)
    ends = ("at", "from", "since", "before", "priority", "holdout")
    return not (isinstance(node, ast.Mention) and node.name.text.split(" ")[-1] in ends)


@st.composite
def near_dates(draw: st.DrawFn, *, moment: bool) -> ast.NearDate:
    direction = draw(st.sampled_from(("before", "after", "on")))
    distance = None if direction == "on" else draw(durations())
    every_year = not moment and (direction == "on" or draw(st.booleans()))
    return ast.NearDate(direction, draw(words()), distance, every_year, draw(maybe(clock_times())))


def triggers() -> st.SearchStrategy[ast.Trigger]:
    at = maybe(clock_times())
    week = st.lists(st.integers(0, 6), min_size=1, max_size=3).map(tuple)
    without = maybe(event_triggers())
    return st.one_of(
        event_triggers(),
        counted(maybe(withins())),
        st.builds(ast.Enters, names()),
        st.builds(ast.Leaves, names()),
        st.builds(ast.AfterEach, durations(), event_triggers(), without),
        st.builds(ast.AfterLast, durations(), event_triggers(), without),
        near_dates(moment=False),
        st.builds(ast.EveryDay, at),
        st.builds(ast.EveryWeekday, week, at),
        st.builds(ast.EveryMonth, st.integers(1, 31), at),
        st.builds(ast.OnceAt, days()),
    )


# --------------------------------------------------------------------------------------------------- steps and actions


def moments() -> st.SearchStrategy[ast.Moment]:
    return st.one_of(
        st.builds(ast.AtTime, clock_times()),
        st.builds(ast.AtDay, st.integers(0, 6), clock_times()),
        st.builds(ast.AtDate, days()),
        near_dates(moment=True),
    )


def waits_for() -> st.SearchStrategy[ast.WaitFor]:
    plain = st.one_of(event_triggers(), st.builds(ast.Enters, names()), st.builds(ast.Leaves, names()))
    within = maybe(withins())
    return st.one_of(
        st.builds(ast.WaitFor, plain, within),
        st.builds(ast.WaitFor, counted(withins()), within),
        st.builds(ast.WaitFor, counted(st.none())),
    )


def assignments(
    value: st.SearchStrategy[ast.Expression], low: int = 0
) -> st.SearchStrategy[tuple[ast.Assignment, ...]]:
    return tuples(st.builds(ast.Assignment, words(), value), low, 3)


def actions() -> st.SearchStrategy[ast.Action]:
    value = sums(EXPRESSIONS)
    return st.one_of(
        st.builds(ast.Add, tuples(names(), 1, 3), maybe(durations()), maybe(days())),
        st.builds(ast.Remove, tuples(names(), 1, 3)),
        st.builds(ast.SetAttribute, words(), value),
        st.builds(ast.ClearAttribute, words()),
        st.builds(ast.Record, words(), assignments(value)),
        st.builds(lambda pair, given: ast.Perform(*pair, given), matched(), assignments(value)),
    )


def _sentence(branches: st.SearchStrategy[ast.Branch] | None) -> st.SearchStrategy[tuple[ast.Step, ...]]:
    step = st.one_of(
        st.builds(ast.Gate, EXPRESSIONS),
        st.builds(ast.Wait, durations()),
        st.builds(ast.WaitUntil, moments()),
        waits_for(),
        tuples(st.deferred(actions), 1, 2).map(ast.Act),
    )
    plain = tuples(step, 1, 3)
    if branches is None:
        return plain
    return plain | st.builds(lambda steps, branch: (*steps, branch), tuples(step, 0, 2), branches)


def _branches(steps: st.SearchStrategy[tuple[ast.Step, ...]]) -> st.SearchStrategy[ast.Branch]:
    path = st.builds(ast.Path, maybe(percents()), maybe(EXPRESSIONS), steps)
    otherwise = st.builds(lambda steps: ast.Path(None, None, steps, True), steps)
    paths = tuples(path | otherwise, 1, 3)
    return st.builds(ast.Branch, st.sampled_from(("first", "all", "random")), paths, maybe(texts()))


_PLAIN = st.deferred(lambda: _sentence(None))
_INNER = st.deferred(lambda: _sentence(_branches(_PLAIN)))
_DEEP = st.deferred(lambda: _sentence(_branches(_INNER)))


def rules() -> st.SearchStrategy[ast.Rule]:
    return st.builds(ast.Rule, tuples(st.deferred(triggers), 1, 3), maybe(EXPRESSIONS), _DEEP)


def stops() -> st.SearchStrategy[ast.Stop]:
    return st.builds(ast.Stop, tuples(st.deferred(triggers), 1, 3))


def options() -> st.SearchStrategy[ast.Option]:
    return st.one_of(
        st.builds(ast.From, days()),
        st.builds(ast.Until, days()),
        st.builds(ast.Priority, st.integers(0, 10**6)),
        st.builds(ast.Once),
        st.builds(ast.Restarting),
        st.builds(ast.Per, words()),
        st.builds(ast.Holdout, percents()),
        st.builds(ast.Seed, texts()),
    )


def activities() -> st.SearchStrategy[ast.Activity]:
    kinds = st.sampled_from(("", "dialog", "web", "search rule"))
    return st.builds(
        ast.Activity, kinds, names(), tuples(options(), 0, 4), tuples(st.deferred(rules) | st.deferred(stops), 0, 3)
    )


# --------------------------------------------------------------------------------------------------------------- tests


def _plain() -> st.SearchStrategy[ast.Expression]:
    """A plain value, or the name of a column that stands for one."""
    return values() | words().map(ast.Mention)


def _occurrences() -> st.SearchStrategy[ast.Occurrence]:
    free = matched().filter(lambda pair: pair[0].text.split(" ")[0] not in _FREE_IN_TESTS)
    return st.builds(lambda pair, given: ast.Occurrence(*pair, given), free, assignments(_plain()))


def _effects() -> st.SearchStrategy[ast.ExpectEffect]:
    free = matched().filter(lambda pair: pair[0].text.split(" ")[0] not in _FREE_IN_TESTS)
    # `expect trial starts with ...` is a comparison.
    unlike = free.filter(lambda pair: pair[1] is not None or pair[0].text.split(" ")[-1] not in ("starts", "ends"))
    value = sums(EXPRESSIONS)
    return st.one_of(
        st.builds(
            lambda pair, given, count: ast.ExpectEffect(*pair, given, count=count),
            unlike,
            assignments(value, 1),
            maybe(counts()),
        ),
        st.builds(lambda pair, given: ast.ExpectEffect(*pair, given, True), free, assignments(value)),
    )


def tests() -> st.SearchStrategy[ast.TestDeclaration]:
    line = st.one_of(
        st.builds(ast.Given, words(), _plain()),
        st.builds(ast.GivenMember, names()),
        st.builds(ast.GivenExcluded, names()),
        st.builds(ast.Happens, days(), maybe(_occurrences())),
        st.builds(ast.Happens, st.none(), _occurrences()),
        st.builds(ast.Later, durations(), maybe(_occurrences())),
        st.builds(ast.Later, st.none(), _occurrences()),
        st.builds(ast.Expect, EXPRESSIONS.map(_expectable)),
        _effects(),
        st.builds(ast.ExpectPromotion, names(), st.booleans()),
    )
    return st.builds(ast.TestDeclaration, texts(), tuples(line, 0, 4), maybe(_tables()))


def _tables() -> st.SearchStrategy[ast.Table]:
    """Also with rows of other lengths than the columns: they can be written."""
    rows = tuples(tuples(values(), 1, 3).map(ast.Row), 1, 3)
    return st.builds(ast.Table, tuples(words(), 1, 3), rows)


def _expectable(condition: ast.Expression) -> ast.Expression:
    """In brackets where its first word would be read as `promotion NAME`."""
    return ast.Brackets(condition) if _first_name(condition).startswith("promotion") else condition


def _first_name(node: object) -> str:
    while not isinstance(node, ast.Mention):
        for attribute in ("operands", "left", "operand", "first"):
            child = getattr(node, attribute, None)
            if child is not None and not isinstance(node, ast.Not | ast.Minus | ast.Aggregate | ast.CountDistinct):
                node = child[0] if isinstance(child, tuple) else child
                break
        else:
            return ""
    return node.name.text


# ---------------------------------------------------------------------------------------------------------- everything


def declarations() -> st.SearchStrategy[ast.Declaration]:
    ends = tuples(st.builds(ast.CollectionEnd, st.sampled_from(("drop", "clear")), words()), 0, 3)
    bounds = tuples(st.builds(ast.From, days()) | st.builds(ast.Until, days()), 0, 2)
    segment_kinds = st.one_of(
        st.tuples(st.just("added"), maybe(EXPRESSIONS)),
        st.tuples(st.just("derived"), EXPRESSIONS),
        st.just(("listed", None)),
    )
    return st.one_of(
        st.builds(ast.Zone, texts()),
        st.builds(ast.Lateness, durations()),
        st.builds(ast.AttributeDeclaration, words(), types(), maybe(values())),
        st.builds(ast.EventDeclaration, words(), _wires(), _fields(types(), 0)),
        st.builds(ast.LinesDeclaration, words(), words(), words()),
        st.builds(ast.CollectionDeclaration, words(), words(), words(), ends),
        st.builds(ast.ActionDeclaration, words(), _fields(types(), 0)),
        st.builds(ast.Define, words(), EXPRESSIONS),
        st.builds(lambda name, kind: ast.SegmentDeclaration(name, *kind), names(), segment_kinds),
        st.builds(ast.Promotion, names(), bounds, maybe(EXPRESSIONS)),
        st.builds(ast.Limit, st.integers(0, 10**6), withins(), tuples(words(), 1, 3), maybe(wheres(EXPRESSIONS))),
        st.builds(ast.Hold, tuples(words(), 1, 3), maybe(wheres(EXPRESSIONS)), EXPRESSIONS),
        rules(),
        activities(),
        tests(),
    )


DECLARATIONS: st.SearchStrategy[ast.Declaration] = st.deferred(declarations)


def modules() -> st.SearchStrategy[ast.Module]:
    return st.builds(ast.Module, tuples(DECLARATIONS, 0, 4))
