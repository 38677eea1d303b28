"""Hypothesis strategies for conditions that often exclude one another or follow from one another: few things to ask of,
and many ways to ask. Over the vocabulary of `programs`."""

from hypothesis import strategies as st

from tests.strategies.programs import VOCABULARY

TOPICS: dict[str, tuple[str, ...]] = {
    "points": (
        "points > 1", "points <= 1", "points >= 1", "points = 1", "points between 1 and 2", "points in (0, 3)",
        "points != 1", "points is known", "points not in (1, 2)", "points < 0.5", "1 < points",
    ),
    "grade": (
        'grade is "a"', 'grade is not "a"', 'grade in ("a", "b")', 'grade not in ("a", "b")', 'grade is "c"',
        "grade is known", "grade is not known",
    ),
    "nick": (
        'nick is "A"', 'nick is not "a"', 'nick in ("a", "ab")', 'nick contains "b"', 'nick starts with "A"',
        'nick ends with "b"', 'nick starts with "ab"', 'nick = "b"', "nick is known", 'nick starts with "b"',
    ),
    "flag": ("flag", "flag is yes", "flag is no", "flag is not yes", "flag is known"),
    "start": (
        "start >= 2026-03-08", "start < 2026-03-08", "start = 2026-03-08", "start within 1 day", "start within 2 days",
        "start within the next 1 day", "start is known", "start > 2026-03-07", "start since 2026-03-09",
    ),
    "pings": (
        "pings", "pings within 1 hour", "pings within 1 day", "pings within 2 days", "pings at least twice",
        "pings at least 3 times within 1 day", "pings at most once", "pings at most twice within 1 day",
        "pings exactly once", "pings within 1 calendar day", "pings from 2 days to 1 hour ago", "count of pings > 1",
        "count of pings within 1 day <= 0.5", "time since pings > 1 day", "time since pings <= 1 hour",
        "time since pings >= 1 day", "pings since 2026-03-08", "pings from 1 to 2 times within 2 days",
    ),
    "looks": (
        "looks", "looks where price > 1", "looks where (price > 1 and page is known)", "looks where price <= 1",
        "looks where (price > 1 and price < 1)", "looks at most once", "looks where price > 1 within 1 day",
        "looks where price > 1 at least twice", "looks within 1 day", "time since looks > 1 hour",
        "time since looks where price > 1 < 1 day", "count of distinct page of looks >= 1",
        "count of distinct page of looks < 0.5", "largest of price of looks > 1", "largest of price of looks <= 1",
    ),
    "basket": (
        "any item of basket", "no item of basket", "count of basket >= 2", "count of basket > 0.5",
        "count of basket = 0", "count of basket <= 1", "any item of basket where price > 1",
        "count of basket where price > 1 >= 1",
        "count of basket within 1 day >= 1", "time since basket > 1 hour", "time since basket <= 1 hour",
        "total of price of basket > 1", "total of price of basket <= 1", "largest of price of basket > 1",
        "count of distinct kind of basket >= 1", "count of distinct kind of basket < 0.5",
    ),
    "coin": (
        'random 50% "coin"', 'random 20% "coin"', 'random 100% "coin"', 'random 50% "other coin"',
    ),
    "members": (
        "in segment Added One", "not in segment Added One", "in segment any(Added One, Added Two)",
        "in segment none(Added One, Listed One)", "in segment Added One for at least 1 hour",
    ),
}  # fmt: skip

DERIVED = ("First", "Second")


@st.composite
def conditions(draw: st.DrawFn, topic: str, known: tuple[str, ...] = (), depth: int = 2) -> str:
    """A condition of one topic and the `known` derived segments."""
    segments = [each for name in known for each in (f"in segment {name}", f"not in segment {name}")]
    segments += [f"in segment all({', '.join(known)})", f"in segment none({', '.join(known)})"] if known else []
    return draw(_joined((*TOPICS[topic], *segments), depth))


@st.composite
def _joined(draw: st.DrawFn, atoms: tuple[str, ...], depth: int) -> str:
    form = draw(st.integers(0, 6)) if depth else 0
    if form < 2:
        return draw(st.sampled_from(atoms))
    if form == 2:
        return f"not ({draw(_joined(atoms, depth - 1))})"
    parts = [draw(_joined(atoms, depth - 1)) for _ in range(draw(st.integers(2, 3)))]
    return (" and " if form < 5 else " or ").join(f"({part})" for part in parts)


@st.composite
def asked_segments(draw: st.DrawFn) -> str:
    """A program whose segments `One`, `Other` and `Both` ask of the same things, some of them through others."""
    topic = draw(st.sampled_from(sorted(TOPICS)))
    first, second = draw(conditions(topic)), draw(conditions(topic, ("First",)))
    one, other = draw(conditions(topic, DERIVED)), draw(conditions(topic, DERIVED))
    fills = "when looks then add to Added One for 1 hour\nwhen pings then remove from Added One"
    return "\n".join(
        [
            f'zone "{draw(st.sampled_from(("UTC", "America/Toronto")))}"', *VOCABULARY, fills,
            f"segment First if {first}", f"segment Second if {second}",
            f"segment One if {one}", f"segment Other if {other}", f"segment Both if ({one}) and ({other})",
        ]
    )  # fmt: skip


@st.composite
def asked_rules(draw: st.DrawFn) -> str:
    """A program with a rule that asks about the event that starts it and others, and one that asks nothing."""
    trigger = draw(
        st.sampled_from(
            ("pings", "looks", "looks where price > 1", "looks where (price > 1 and page is known)", "pings or looks")
        )
    )
    fields = ("this price > 1", "this price <= 1", "this price is known") if trigger.startswith("looks") else ()
    topic = draw(st.sampled_from(("pings", "looks", *sorted(TOPICS))))
    asked = draw(conditions(topic, ("First",)))
    more = draw(st.sampled_from(("", *(f" and {each}" for each in fields))))
    gate = draw(st.sampled_from(("", " then if {}"))).format(draw(conditions(topic)))
    return "\n".join(
        [
            *VOCABULARY, f"segment First if {draw(conditions(topic))}",
            f'when {trigger} then tell "started"',
            f'when {trigger} if ({asked}){more} then tell "asked"{gate} then tell "gone on"',
        ]
    )  # fmt: skip
