"""What could have stood where a mistake is, in the words of a rule's author."""

from lark.exceptions import UnexpectedInput

_PHRASES = {
    "NAME": "a name", "ACT_NAME": "a name", "BARE_NAME": "a name", "LISTED_NAME": "a segment's name",
    "STRING": "a text in quotes", "NUMBER": "a number", "PERCENT": "a share such as 10%",
    "DATE": "a date such as 2026-03-01", "TIME": "a time of day such as 09:00", "UNIT": "a unit such as `days`",
    "COMPARE": "a comparison", "LPAR": "`(`", "RPAR": "`)`", "LBRACE": "`{`", "RBRACE": "`}`", "COMMA": "`,`",
    "COLON": "`:`", "EQUAL": "`=`", "DAY": "a weekday such as `Monday`", "TYPE": "a type such as `number`",
    "BRANCH_KIND": "`first`, `all` or `random`", "COUNT_TEST": "a count such as `at least 3 times`",
    "ACTIVITY_KIND": "`activity`", "ONCE": "`once`", "KNOWN": "`known`", "NOT": "`not`", "NO": "`no`",
    "WEEKDAYS": "`weekdays`", "EVERY_YEAR": "`every year`", "_DAY_WORD": "`day`",
    "_FOR_AT_LEAST": "`for at least 30 days`",
    "_OF": "`of` with an event or collection",
}  # fmt: skip
"""Of the words that are not simply the keyword of their name."""

_DECLARATION = "a declaration such as `when` or `segment`"
_GROUPS: tuple[tuple[str, set[str], set[str]], ...] = (
    (_DECLARATION, {"_WHEN", "_SEGMENT", "_EVENT"},
     {"_ACTIVITY", "ACTIVITY_KIND", "_SEARCH_RULE", "_ATTRIBUTE", "_DEFINE", "_ACTION", "_COLLECTION", "_PROMOTION",
      "_LIMIT", "_HOLD", "_TEST", "_ZONE", "_LATENESS"}),
    ("a condition", {"_COUNT_OF", "_IN", "_RANDOM"},
     {"NAME", "STRING", "NUMBER", "PERCENT", "DATE", "DATETIME", "TIME", "YES", "NO", "NOT", "_ON", "MINUS", "LPAR",
      "AGGREGATE", "ITEM_TEST", "_TIME_SINCE"}),
    ("a value", {"_COUNT_OF", "AGGREGATE", "STRING"},
     {"NAME", "NUMBER", "PERCENT", "DATE", "DATETIME", "TIME", "YES", "NO", "MINUS", "LPAR", "_TIME_SINCE"}),
    ("a value", {"STRING", "NUMBER", "DATE", "YES"},
     {"NAME", "PERCENT", "DATETIME", "TIME", "NO", "MINUS"}),
    ("a step such as `add to`", {"_WAIT", "_BRANCH"}, {"_IF", "_ADD_TO", "_REMOVE_FROM", "_SET", "_CLEAR", "_RECORD",
                                                       "ACT_NAME"}),
    ("an action such as `add to`", {"_ADD_TO", "_SET"}, {"_REMOVE_FROM", "_CLEAR", "_RECORD", "ACT_NAME"}),
    ("a trigger such as `registers`", {"_ENTERS", "_EVERY"}, {"_LEAVES", "ONCE", "NAME", "NUMBER"}),
    ("a line such as `given`, `on` or `expect`", {"_GIVEN", "_EXPECT"}, {"_ON", "_AFTER"}),
    ("a date such as 2026-03-01", {"DATE", "DATETIME"}, set()),
    ("a name", {"BARE_NAME"}, {"STRING", "QUANTIFIER"}),
    ("a segment's name", {"LISTED_NAME"}, {"STRING"}),
    ("a unit such as `days`", {"UNIT"}, {"CALENDAR"}),
    ("a type such as `number`", {"TYPE", "_ONE_OF"}, {"_FOLDED", "_LIST_OF", "LBRACE"}),
    ("an option such as `priority`", {"_PRIORITY", "_HOLDOUT"},
     {"_FROM", "_UNTIL", "ONCE", "_RESTARTING", "_PER", "_SEED"}),
    ("a comparison", {"COMPARE", "_IS"},
     {"_IN", "NOT", "_BETWEEN", "TEXT_TEST", "PLUS", "MINUS", "TIMES_SIGN", "DIVIDE", "KNOWN"}),
)  # fmt: skip
"""Words that stand for one thing to the author: (phrase, the words that tell it, those that go with it)."""

_SELDOM = frozenset((
    "PLUS", "MINUS", "TIMES_SIGN", "DIVIDE", "YES", "CALENDAR", "DATETIME", "QUANTIFIER", "TWICE", "ONCE", "_SINCE",
    "_BEFORE", "_FROM", "COUNT_TEST", "_WHERE", "_WITHIN", "DATE", "TIME", "PERCENT", "NUMBER", "STRING", "_WITH",
))  # fmt: skip
"""Left out where there is much else to say."""

_BEHIND_A_NAME = frozenset(("_THEN", "_AND", "_OR", "_IF", "_WITH", "_WHERE", "COMPARE", "RBRACE"))
_VALUES = frozenset(("STRING", "NUMBER", "PERCENT", "DATE", "DATETIME", "TIME", "EVERY_YEAR"))

_MARKS = frozenset(("$end", "datetime", "compare", "quantifier", "plus", "minus", "divide", "aggregate", "folded"))
"""Kinds that are no word themselves."""

_MANY = 6


def accepted(error: UnexpectedInput) -> set[str]:
    """The kinds of word that could have stood where the parser stopped."""
    parser = getattr(error, "interactive_parser", None)
    return set(parser.accepts()) if parser is not None else set()


def phrases(kinds: set[str]) -> list[str]:
    """Those kinds as phrases, the few that help; none where there would be too many."""
    kinds = kinds - {"$END"}
    if kinds & _BEHIND_A_NAME and "NAME" not in kinds:
        kinds = kinds - _VALUES  # those of `searches "coffee"`: seldom what is missing
    found = []
    for phrase, telling, others in _GROUPS:
        if telling <= kinds:
            kinds = kinds - telling - others
            found.append(phrase)
    if len(kinds) + len(found) > _MANY - 2:
        kinds = kinds - _SELDOM
    named = sorted({_PHRASES.get(kind) or f"`{kind.strip('_').lower().replace('_', ' ')}`" for kind in kinds})
    found = [*named, *(found if not named else [phrase for phrase in found if phrase != _DECLARATION])]
    return found if len(found) <= _MANY else []


def written_words(kinds: set[str]) -> set[str]:
    """Those of the kinds that are one word of the language each, as they are written."""
    return {kind.strip("_").lower() for kind in kinds if kind not in _PHRASES and "_" not in kind.strip("_")} - _MARKS


def listed(parts: list[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " or " + parts[-1]
