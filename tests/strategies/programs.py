"""Hypothesis strategies for programs that compile and run: type-directed text over a small vocabulary.

A `Written` program keeps its declarations apart, so that a law can shuffle them, split them over files, add to them or
put a condition's name in place of the condition. Windows come in few lengths, which `streams` uses for its instants.
"""

from attrs import define, evolve, frozen
from hypothesis import strategies as st

WINDOWS = ("1 hour", "90 minutes", "1 day", "2 days", "1 calendar day", "2 calendar days", "1 month")
FIXED = ("1 hour", "90 minutes", "1 day", "2 days")
ZONES = ("UTC", "America/Toronto")
ADDED = ("Added One", "Added Two", "Added Three")
VOCABULARY = (
    "event buys thing { thing: text ignoring case, kind: text, price: number, paid: instant, again: boolean }",
    "event looks { page: text, price: number, took: duration }",
    "event pings",
    "event idles",
    "event drops thing { thing: text }",
    "collection basket of buys thing by thing {\n  drop drops thing\n  clear pings\n}",
    "collection seen of looks by page",
    "attribute points: number default 2",
    'attribute grade: one of ("a", "b", "c")',
    "attribute nick: text ignoring case",
    "attribute flag: boolean",
    "attribute start: date",
    "attribute mark: number",
    "attribute mood: text",
    "action tell { what: text, amount: number, day: date }",
    "action shout { what: text, amount: number }",
    *(f"segment {name} by activities" for name in ADDED),
    "segment Listed One listed",
)
FIELDS = {
    "buys thing": {"thing": "text", "kind": "text", "price": "number", "paid": "instant", "again": "boolean"},
    "looks": {"page": "text", "price": "number", "took": "duration"},
    "pings": {},
}
ATTRIBUTES = {
    "points": "number", "grade": "choice", "nick": "text", "flag": "boolean", "start": "date", "mark": "number",
    "mood": "text",
}  # fmt: skip
COLLECTIONS = {"basket": "buys thing", "seen": "looks"}
"""What is put into each."""

TEXTS = ('"a"', '"A"', '"b"', '"ab"')
NUMBERS = ("0", "1", "2", "2.5", "3")
COUNTS = ("", " once", " twice", " at least twice", " at most once", " fewer than 2 times", " more than 1 times",
          " exactly 0 times", " from 1 to 2 times", " exactly twice", " at least 3 times")  # fmt: skip


@frozen
class Derived:
    name: str
    condition: str

    def text(self) -> str:
        return f"segment {self.name} if {self.condition}"


@frozen
class WrittenRule:
    trigger: str
    condition: str
    steps: str
    activity: str = ""

    def text(self) -> str:
        asked = f" if {self.condition}" if self.condition else ""
        rule = f"when {self.trigger}{asked} then {self.steps}"
        return f"{self.activity} {{ {rule} }}" if self.activity else rule


@frozen
class Written:
    zone: str
    defines: tuple[str, ...]
    derived: tuple[Derived, ...]
    rules: tuple[WrittenRule, ...]
    further: tuple[str, ...] = ()

    def declarations(self) -> list[str]:
        made = [f'zone "{self.zone}"', *VOCABULARY, *self.defines, *self.further]
        return made + [each.text() for each in self.derived] + list(dict.fromkeys(rule.text() for rule in self.rules))

    def text(self) -> str:
        return "\n".join(self.declarations())

    def named(self, number: int, name: str) -> "Written":
        """With the condition of a rule made a derived segment of that name, and asked for by it."""
        rule = self.rules[number]
        rules = list(self.rules)
        rules[number] = evolve(rule, condition=f"in segment {name}")
        return evolve(self, derived=(*self.derived, Derived(name, rule.condition)), rules=tuple(rules))


@define
class Names:
    """What a condition may speak of: derived segments, defines (numbers) and the event at hand."""

    segments: list[str]
    defines: list[str]
    event: str | None = None
    lasting: bool = True


def comparisons(kind: str, name: str) -> st.SearchStrategy[str]:
    match kind:
        case "number":
            tests = st.tuples(st.sampled_from(("=", "!=", "<", "<=", ">", ">=")), st.sampled_from(NUMBERS))
            return tests.map(lambda test: f"{name} {test[0]} {test[1]}") | st.sampled_from(
                (
                    f"{name} between 1 and 2",
                    f"{name} in (1, 2.5)",
                    f"{name} * 2 + 1 > 3",
                    f"{name} / 0 > 1",
                    f"{name} is known",
                )
            )
        case "text":
            tests = st.sampled_from(("is", "is not", "contains", "starts with", "ends with"))
            return st.tuples(tests, st.sampled_from(TEXTS)).map(lambda test: f"{name} {test[0]} {test[1]}")
        case "choice":
            return st.sampled_from(
                (f'{name} is "a"', f'{name} is not "b"', f'{name} in ("a", "c")', f"{name} is not known")
            )
        case "boolean":
            return st.sampled_from((f"{name} is yes", f"{name} is not yes", f"{name}"))
        case "date":
            within = st.sampled_from(WINDOWS).map(lambda length: f"{name} within {length}")
            ahead = st.sampled_from(WINDOWS).map(lambda length: f"{name} within the next {length}")
            return within | ahead | st.just(f"{name} >= 2026-03-08")
        case "instant":
            return st.sampled_from(FIXED).map(lambda length: f"{name} within {length}") | st.just(
                f"{name} since 2026-03-08"
            )
        case "duration":
            return st.sampled_from((f"{name} > 1 hour", f"{name} <= 90 minutes"))
    raise AssertionError(kind)


@st.composite
def wheres(draw: st.DrawFn, event: str, names: Names) -> str:
    fields = FIELDS[event]
    if not fields or draw(st.integers(0, 2)):
        return ""
    field = draw(st.sampled_from(sorted(fields)))
    at_hand = [name for name, kind in FIELDS.get(names.event or "", {}).items() if kind == fields[field]]
    if at_hand and draw(st.booleans()):
        sign = draw(st.sampled_from(("=", "!=")))
        return f" where ({field} {sign} this {draw(st.sampled_from(sorted(at_hand)))})"
    if fields[field] == "instant":
        test = f"{field} >= 2026-03-08"
    else:
        test = draw(comparisons(fields[field], field).filter(lambda text: "/" not in text))
    return f" where ({draw(st.sampled_from(('', 'not ')))}({test}))"


def windows() -> st.SearchStrategy[str]:
    within = st.sampled_from(WINDOWS).map(lambda length: f" within {length}")
    ago = st.sampled_from(
        (" from 2 days to 1 hour ago", " from 1 day to 90 minutes ago", " from 2 calendar days to 1 hour ago")
    )
    dates = st.sampled_from((" since 2026-03-08", " before 2026-03-08"))
    return st.just("") | within | within | ago | dates


@st.composite
def histories(draw: st.DrawFn, names: Names) -> str:
    event = draw(st.sampled_from(sorted(FIELDS)))
    window = draw(windows())
    where = draw(wheres(event, names))
    form = draw(st.integers(0, 3))
    if form == 0:
        return f"{event}{where}{draw(st.sampled_from(COUNTS))}{window}"
    if form == 1:
        sign = draw(st.sampled_from((">", ">=", "<", "<=")))
        return f"time since {event}{where} {sign} {draw(st.sampled_from(FIXED))}"
    return draw(aggregates(event, where, window))


@st.composite
def aggregates(draw: st.DrawFn, event: str, where: str, window: str) -> str:
    return draw(measures(event, f"{event}{where}{window}"))


@st.composite
def measures(draw: st.DrawFn, event: str, source: str) -> str:
    if event == "pings" or draw(st.integers(0, 4)) == 0:
        return f"count of {source} >= {draw(st.sampled_from(('1', '2', '3')))}"
    measure = draw(
        st.sampled_from(("total", "average", "smallest", "largest", "first", "latest", "distinct", "frequent"))
    )
    texts = [name for name, kind in FIELDS[event].items() if kind == "text"]
    match measure:
        case "distinct":
            return (
                f"count of distinct {draw(st.sampled_from(texts))} of {source} >= {draw(st.sampled_from(('1', '2')))}"
            )
        case "frequent":
            return draw(comparisons("text", f"most frequent {draw(st.sampled_from(texts))} of {source}"))
    return draw(comparisons("number", f"{measure} of price of {source}"))


@st.composite
def holdings(draw: st.DrawFn, names: Names) -> str:
    """Conditions on what a collection holds."""
    collection, event = draw(st.sampled_from(sorted(COLLECTIONS.items())))
    where = draw(wheres(event, names))
    match draw(st.integers(0, 3)):
        case 0:
            return f"{draw(st.sampled_from(('any', 'no')))} item of {collection}{where}"
        case 1:
            sign = draw(st.sampled_from((">", ">=", "<", "<=")))
            return f"time since {collection}{where} {sign} {draw(st.sampled_from(FIXED))}"
        case 2:
            count = draw(st.sampled_from((">= 1", ">= 2", "= 1", "< 2", "= 0")))
            return f"count of {collection}{where}{draw(windows())} {count}"
    return draw(measures(event, f"{collection}{where}{draw(windows())}"))


@st.composite
def memberships(draw: st.DrawFn, names: Names) -> str:
    known = [*ADDED, "Listed One", *names.segments]
    some = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))
    lasting = [f"in segment {some[0]} for at least {length}" for length in FIXED] if names.lasting else []
    forms = [f"in segment {word}({', '.join(some)})" for word in ("any", "all", "none")]
    return draw(st.sampled_from([*forms, f"not in segment {some[0]}", *lasting]))


def atoms(names: Names) -> st.SearchStrategy[str]:
    attribute = st.sampled_from(sorted(ATTRIBUTES.items())).flatmap(lambda one: comparisons(one[1], one[0]))
    kinds = [
        histories(names),
        histories(names),
        holdings(names),
        attribute,
        memberships(names),
        st.just('random 50% "coin"'),
    ]
    kinds += [st.sampled_from(names.defines).flatmap(lambda name: comparisons("number", name))] if names.defines else []
    fields = FIELDS.get(names.event or "", {})
    if fields:
        kinds.append(st.sampled_from(sorted(fields.items())).flatmap(lambda one: comparisons(one[1], f"this {one[0]}")))
        kinds.append(
            st.sampled_from(("on weekdays", "on Sunday from 22:00 to 03:00", "local time between 09:00 and 17:00"))
        )
    return st.one_of(kinds)


@st.composite
def conditions(draw: st.DrawFn, names: Names) -> str:
    form = draw(st.integers(0, 4))
    if form < 2:
        return draw(atoms(names))
    if form == 2:
        return f"not ({draw(atoms(names))})"
    joint = " and " if form == 3 else " or "
    return joint.join(f"({draw(atoms(names))})" for _ in range(2))


@st.composite
def actions(draw: st.DrawFn, event: str) -> str:
    added = st.sampled_from(ADDED).flatmap(lambda name: st.sampled_from((f"add to {name}", f"remove from {name}")))
    price = "this price" if "price" in FIELDS[event] else "points"
    values = ("1", "2", price, f"{price} / 2")
    sets = st.sampled_from(
        [*(f"set mark = {value}" for value in values), "clear mark", 'set mood = "a"', 'set mood = "b"']
    )
    told = st.sampled_from(
        (
            'shout "x"',
            f'shout "y" with amount = {price}',
            'tell "x"',
            f'tell "y" with amount = {price} + 1',
            "tell with day = start, what = nick",
        )
    )
    return " and ".join(draw(st.lists(added | added | sets | told, min_size=1, max_size=3, unique=True)))


@st.composite
def steps(draw: st.DrawFn, names: Names, event: str, seeded: str) -> str:
    inside = Names(names.segments, names.defines, event, names.lasting)
    form = draw(st.integers(0, 5))
    if form < 3:
        return draw(actions(event))
    if form == 3:
        return f"if {draw(conditions(inside))} then {draw(actions(event))}"
    paths = [f"path if {draw(conditions(inside))} then {draw(actions(event))}" for _ in range(2)]
    if form == 4:
        return f"branch {draw(st.sampled_from(('first', 'all')))} {{\n{chr(10).join(paths)}\n}}"
    halves = [f"path 50% then {draw(actions(event))}" for _ in range(2)]
    return f"branch random{seeded} {{\n{chr(10).join(halves)}\n}}"


@st.composite
def rules(draw: st.DrawFn, names: Names, number: int) -> WrittenRule:
    event = draw(st.sampled_from(sorted(FIELDS)))
    trigger = event + (draw(wheres(event, Names([], []))) if draw(st.booleans()) else "")
    options = ["", " once", " priority 5", " priority 2", " from 2026-03-08", " until 2026-03-08T17:00", " holdout 50%"]
    in_activity = draw(st.booleans())
    activity = f"activity Doing {number}{draw(st.sampled_from(options))}" if in_activity else ""
    asked = Names(names.segments, names.defines, event, names.lasting)
    condition = draw(st.just("") | conditions(asked))
    return WrittenRule(
        trigger, condition, draw(steps(names, event, "" if in_activity else f' seed "s{number}"')), activity
    )


LIMITED = {
    "tell": ("", ' where what is "x"', " where amount > 1", " where day is known"),
    "shout": ("", ' where (what is "y" or amount >= 2)', " where amount is not known"),
    "tell, shout": ("", ' where what is "x"', " where amount in (1, 2)", ' where not (what is "y")'),
}
"""What a limit or a hold speaks of: actions, and what it asks of their fields."""


@st.composite
def restraints(draw: st.DrawFn, conditions: st.SearchStrategy[str], least: int = 0) -> tuple[str, ...]:
    """Some limits, and perhaps a hold, on the effects of a program."""
    made = []
    for _ in range(draw(st.integers(least, 2))):
        made.append(f"limit {draw(st.integers(1, 3))} within {draw(st.sampled_from(WINDOWS))} for {draw(_limited())}")
    if draw(st.integers(0, 3)) == 0:
        made.append(f"hold {draw(_limited())} while {draw(conditions)}")
    return tuple(dict.fromkeys(made))


@st.composite
def _limited(draw: st.DrawFn) -> str:
    actions = draw(st.sampled_from(sorted(LIMITED)))
    where = draw(st.sampled_from(LIMITED[actions]))
    return actions + (f" where ({where.removeprefix(' where ')})" if where else "")


@st.composite
def programs(draw: st.DrawFn, *, lasting: bool = True, least_rules: int = 0) -> Written:
    """Programs of up to five derived segments and five rules, with limits on their effects. Without `lasting`, no
    condition asks how long a membership has lasted."""
    defined = ("worth", "visits made")
    defines = (
        f"define worth as total of price of buys thing within {draw(st.sampled_from(WINDOWS))}",
        "define visits made as count of looks - count of pings",
    )
    names = Names([], list(defined), None, lasting)
    derived: list[Derived] = []
    for number in range(draw(st.integers(1, 5))):
        derived.append(Derived(f"Derived {number}", draw(conditions(names))))
        names.segments.append(f"Derived {number}")
    written = [draw(rules(names, number)) for number in range(draw(st.integers(least_rules, 5)))]
    further = draw(restraints(conditions(names)))
    return Written(draw(st.sampled_from(ZONES)), defines, tuple(derived), tuple(written), further)


@st.composite
def nameable(draw: st.DrawFn) -> Written:
    """Programs whose first rule has a condition that a segment could hold. Without limits: a rule that is written
    otherwise has other effects, of which limits take those with the lower ids."""
    program = evolve(draw(programs()), further=())
    names = Names([each.name for each in program.derived], ["worth", "visits made"])
    first = WrittenRule(
        draw(st.sampled_from(sorted(FIELDS))), draw(conditions(names)), 'add to Added One and tell "named"'
    )
    return evolve(program, rules=(first, *program.rules))
