"""The grammar has no conflicts, and the builder and `words.py` say the same as it does."""

import inspect
import re

import lark
import pytest

from segdsl.syntax import ast, words
from segdsl.syntax.build import Builder
from segdsl.syntax.grammar import OPTIONS, grammar_path, parser
from tests.syntax.reading import read

TERMINALS = {terminal.name: terminal.pattern for terminal in parser().terminals}
NAME = re.compile(TERMINALS["NAME"].to_regexp())
ACT_NAME = re.compile(TERMINALS["ACT_NAME"].to_regexp())
BARE_NAME = re.compile(TERMINALS["BARE_NAME"].to_regexp())
LISTED_NAME = re.compile(TERMINALS["LISTED_NAME"].to_regexp())


def test_the_grammar_has_no_conflicts() -> None:
    lark.Lark(grammar_path().read_text(encoding="utf-8"), **OPTIONS, strict=True)


# ------------------------------------------------------------------------------------------------- builder and grammar


def names_of_rules() -> set[str]:
    """What a tree's `data` may be: a rule's alias, else its own name; rules with `_` and `?` leave no tree."""
    return {
        str(rule.alias or rule.origin.name)
        for rule in parser().rules
        if rule.alias or not (rule.origin.name.startswith("_") or rule.options.expand1)
    }


def names_of_methods() -> set[str]:
    methods = inspect.getmembers(Builder, inspect.isfunction)
    return {name for name, method in methods if list(inspect.signature(method).parameters)[1:] == ["meta", "children"]}


def test_every_rule_has_a_method_of_the_builder() -> None:
    assert names_of_rules() - names_of_methods() == set()


def test_every_method_of_the_builder_has_a_rule() -> None:
    assert names_of_methods() - names_of_rules() == set()


# --------------------------------------------------------------------------------------------------- names and words


def taken(pattern: re.Pattern[str], text: str) -> str:
    """What of a text one name would take in."""
    match = pattern.match(text)
    return match.group() if match else ""


@pytest.mark.parametrize("word", words.RESERVED)
def test_a_reserved_word_ends_a_name(word: str) -> None:
    assert (taken(NAME, f"some {word} other"), taken(NAME, f"{word} other")) == ("some", "")


@pytest.mark.parametrize("phrase", words.RESERVED_PHRASES)
def test_a_reserved_phrase_ends_a_name(phrase: str) -> None:
    assert taken(NAME, f"some {phrase}") == "some"


@pytest.mark.parametrize("word", sorted({word for phrase in words.RESERVED_PHRASES for word in phrase.split(" ")}))
def test_a_word_of_a_reserved_phrase_may_stand_in_a_name(word: str) -> None:
    if not word.isalpha() or word in words.RESERVED:
        pytest.skip("it cannot by itself")
    assert taken(NAME, f"some {word} other") == f"some {word} other"


@pytest.mark.parametrize("word", [word for word in words.RESERVED if word not in ("with",)])
def test_a_word_that_begins_with_a_reserved_one_is_free(word: str) -> None:
    assert taken(NAME, f"some {word}x other") == f"some {word}x other"


def test_what_ends_a_name_is_on_the_lists() -> None:
    """Of all the words of the grammar, those that end a name are the reserved ones and no other."""
    spoken = {word for pattern in TERMINALS.values() for word in re.findall(r"[a-z]{2,}", str(pattern.value))}
    assert {word for word in spoken if taken(NAME, f"some {word} other") == "some"} <= set(words.RESERVED)


def test_an_action_s_name_differs_only_in_what_would_be_a_comparison() -> None:
    free = [phrase for phrase in words.RESERVED_PHRASES if taken(ACT_NAME, f"some {phrase}") != "some"]
    assert [phrase for phrase in free if not phrase.endswith(" with")] == []


def test_the_event_of_an_action_may_end_in_what_would_be_a_comparison() -> None:
    (rule,) = read('when a then record trial starts with plan = "gold"')[0].declarations
    assert isinstance(rule, ast.Rule)
    (act,) = rule.steps
    assert isinstance(act, ast.Act)
    assert act.actions == (ast.Record(ast.Name("trial starts"), (ast.Assignment(ast.Name("plan"), ast.Text("gold")),)),)


FIRST = {
    "NAME": (*words.RESERVED_FIRST, *words.RESERVED_STARTS),
    "ACT_NAME": (*words.RESERVED_FIRST, *words.RESERVED_STARTS),
}
IN_TESTS = {"given", "expect", "after", "promotion", "excluded from"}
"""Free at a name's beginning, except of what stands right behind `on 2026-03-01`, `after 3 days`, `given` and
`expect` in a test."""


def test_a_word_that_cannot_begin_a_name_is_on_the_lists() -> None:
    """Wherever a name may stand, a word of the language that may stand there too is read as that word."""
    spoken: set[str] = set()
    states = parser().parser.parser._parse_table.states  # type: ignore[union-attr]
    for actions in states.values():
        if {"NAME", "ACT_NAME"} & actions.keys():
            patterns = [TERMINALS[kind] for kind in actions if kind in TERMINALS and not kind.endswith("NAME")]
            spoken |= {word for pattern in patterns for word in _words(str(pattern.value))}
    listed = {*words.RESERVED, *words.RESERVED_FIRST, *words.RESERVED_STARTS, *words.RESERVED_PHRASES}
    assert spoken - listed - IN_TESTS == set()


def _words(pattern: str) -> set[str]:
    """The words or phrases that a keyword's pattern stands for."""
    text = pattern.replace(r"(?!\w)", "").replace(r"\s+", " ")
    if not re.match(r"(?:\(\?:)*[A-Za-z]", text):
        return set()
    nested = re.fullmatch(r"\(\?:\(\?:([^()]*)\) of\|([^()]*)\)", text)
    if nested:
        return {f"{word} of" for word in nested.group(1).split("|")} | {nested.group(2)}
    group = re.fullmatch(r"\(\?:([^()]*)\)(.*)", text)
    return {word + group.group(2) for word in group.group(1).split("|")} if group else {text}


@pytest.mark.parametrize(
    "name",
    [
        "zone", "zone entered", "promotion code", "path", "path seen", "starts checkout", "ends", "arrives at",
        "removes from cart", "priority", "priority lane", "seed", "stop", "request stop", "count", "most wanted",
        "first name", "time zone", "event attended", "test drive", "given name", "listed", "for sale",
        "pays every month", "If", "AND", "notes", "android", "x1", "a_b", "été", "नाम", "名前",
    ],
)  # fmt: skip
def test_such_a_name_is_one_name(name: str) -> None:
    text = (
        f"attribute {name}: text\ndefine x as {name}\nwhen {name} then {name}\nsegment A if {name} is known and {name}"
    )
    module, messages = read(text)
    found = module.declarations[1]
    assert (messages, words.misplaced(name)) == ([], None)
    assert isinstance(found, ast.Define)
    assert found.value == ast.Mention(ast.Name(name))


@pytest.mark.parametrize(
    "name", ["event seen", "path taken", "test done", "zone left", "segment chosen", "action taken"]
)
def test_an_event_in_a_test_may_begin_like_a_declaration(name: str) -> None:
    assert read(f'test "t" {{ on 2026-03-01 {name}\nafter 3 days {name} }}')[1] == []


@pytest.mark.parametrize("word", words.NAME_ENDS)
def test_some_words_end_a_bare_name(word: str) -> None:
    name = f"some {word} other"
    assert (taken(BARE_NAME, name), words.can_be_bare(name)) == ("some", False)


@pytest.mark.parametrize("mark", [*',(){}"#“”„', "\n"])
def test_some_marks_end_a_bare_name(mark: str) -> None:
    name = f"some{mark}other"
    assert (taken(BARE_NAME, name), words.can_be_bare(name)) == ("some", False)


@pytest.mark.parametrize("word", sorted({*words.RESERVED, *words.RESERVED_FIRST} - set(words.NAME_ENDS)))
def test_other_words_may_stand_in_a_bare_name(word: str) -> None:
    name = f"some {word} other"
    assert (taken(BARE_NAME, name), words.can_be_bare(name)) == (name, True)


@pytest.mark.parametrize("name", ["Bed and Bath", "20% off", "any", "it's", "a-b", "A & B", "{x}", "for sale"])
def test_a_name_in_a_list_runs_to_its_end(name: str) -> None:
    assert taken(LISTED_NAME, f"{name}, other") == name


@pytest.mark.parametrize("name", ["a\tb", " a", "a ", "a  b", "a\u200bb", "a\x07b", ""])
def test_a_name_that_would_not_come_back_is_quoted(name: str) -> None:
    assert not words.can_be_bare(name)
    assert not words.can_be_listed(name)
