"""The words that all programs know: those of `tests.strategies.programs`, and what is needed to speak of every kind of
value. Kinds are named `number`, `text`, `folded`, `choice`, `boolean`, `date`, `instant`, `duration`, `clock` (a time
of day), `day` (a weekday), and `texts`, `foldeds`, `numbers`, `parts` for lists."""

from tests.strategies.programs import ADDED, ATTRIBUTES, FIELDS, VOCABULARY

WORDS = (
    *VOCABULARY,
    """event orders {
  number: text, worth: number, size: one of ("s", "m", "l"), gift: boolean, due: date, departs: instant, span: duration,
  tags: list of text, marks: list of text ignoring case, sizes: list of number,
  parts: list of { article: text ignoring case, price: number, pieces: number, labels: list of text }
}""",
    "event takes for each parts of orders",
    "event asks { thing: text ignoring case, kind: text, day: date, moment: instant }",
    "event notes { what: text, price: number, tags: list of text }",
    "collection notebook of notes by what {\n  clear buys thing\n}",
    "collection open orders of orders by number {\n  clear asks\n}",
    "collection bag of takes by article {\n  clear pings\n}",
    "collection last asked of asks by kind {\n  clear asks\n}",
    "collection wishes of asks by thing {\n  drop buys thing\n  drop drops thing\n}",
    "attribute seen at: instant",
    "attribute gap: duration",
    "attribute likes: list of text",
    "attribute picks: list of text ignoring case",
    'attribute stage: one of ("a", "b", "c") default "a"',
    "attribute ready: boolean default no",
    "attribute last day: date",
    "attribute last time: instant",
    "attribute lasted: duration",
    "attribute name made: text ignoring case",
    "attribute heard: list of text",
    'attribute alias: text ignoring case default "Ab"',
    "attribute joined: date default 2026-03-07",
    "attribute met at: instant default 2026-03-07T13:00:00Z",
    "attribute patience: duration default 90 minutes",
    "attribute wary: boolean default yes",
    "action write { what: text, amount: number, day: date, moment: instant, took: duration, folded: text ignoring case,"
    ' list: list of text, really: boolean, size: one of ("s", "m", "l") }',
    "segment Held One by activities while flag is yes",
    "segment Held Two by activities while looks within 1 day",
)

EVENTS: dict[str, dict[str, str]] = {
    "buys thing": {**FIELDS["buys thing"], "thing": "folded"},
    "looks": FIELDS["looks"],
    "pings": {},
    "orders": {
        "number": "text", "worth": "number", "size": "choice of size", "gift": "boolean", "due": "date",
        "departs": "instant", "span": "duration", "tags": "texts", "marks": "foldeds", "sizes": "numbers",
        "parts": "parts",
    },
    "takes": {
        "article": "folded", "price": "number", "pieces": "number", "labels": "texts", "number": "text",
        "worth": "number", "due": "date", "departs": "instant",
    },
    "asks": {"thing": "folded", "kind": "text", "day": "date", "moment": "instant"},
    "notes": {"what": "text", "price": "number", "tags": "texts"},
    "drops thing": {"thing": "folded"},
}  # fmt: skip
"""The fields of each event that programs speak of."""

PART = {"article": "folded", "price": "number", "pieces": "number", "labels": "texts"}
"""The fields of an item of `parts`."""

TRAITS: dict[str, str] = {
    **ATTRIBUTES, "grade": "choice of grade", "nick": "folded", "birth date": "date", "seen at": "instant",
    "gap": "duration", "likes": "texts", "picks": "foldeds", "stage": "choice of grade", "ready": "boolean",
    "last day": "date", "last time": "instant", "lasted": "duration", "name made": "folded", "heard": "texts",
    "alias": "folded", "joined": "date", "met at": "instant", "patience": "duration", "wary": "boolean",
}  # fmt: skip
"""The attributes that programs speak of."""

RULED = ("mark", "mood", "stage", "ready", "last day", "last time", "lasted", "name made", "heard")
"""Those that rules set, and no event."""

HOLDERS = {"basket": "buys thing", "seen": "looks", "notebook": "notes", "open orders": "orders", "bag": "takes",
           "wishes": "asks", "last asked": "asks"}  # fmt: skip
"""Collections, with what is put into each."""

FILLED = (*ADDED, "Held One", "Held Two")
"""Segments by activities."""

ACTIONS: dict[str, dict[str, str]] = {
    "tell": {"what": "text", "amount": "number", "day": "date"},
    "shout": {"what": "text", "amount": "number"},
    "write": {
        "what": "text", "amount": "number", "day": "date", "moment": "instant", "took": "duration", "folded": "folded",
        "list": "texts", "really": "boolean", "size": "choice of size",
    },
}  # fmt: skip

CHOICES = {"choice of grade": ("a", "b", "c"), "choice of size": ("s", "m", "l")}

TEXT_LIKE = ("text", "folded", *CHOICES)
LISTS = ("texts", "foldeds", "numbers", "parts")
ITEMS_OF = {"texts": "text", "foldeds": "folded", "numbers": "number"}
