"""What is proposed where one types, and the parts of it that are coloured."""

import pytest

from segdsl.repl.complete import proposals
from segdsl.repl.highlight import parts
from segdsl.repl.rules import Rules
from segdsl.repl.session import Session
from segdsl.repl.words import words
from tests.repl.conftest import RULES

MORE = 'attribute tier: one of ("gold", "silver")\ndefine spent as total of amount of places order\n'


@pytest.fixture(scope="module")
def session() -> Session:
    return Session.begin(Rules.of([("shop.seg", RULES + MORE)]))


@pytest.mark.parametrize(("text", "wanted"), [
    ("", "when"), ("", "registers"), ("wh", "when"), ("when ", "registers"), ("when pla", "places order"),
    ("when places o", "places order"), ("when places order ", "then"), ("when places order where ", "amount"),
    ("when registers then ", "send email"), ("when registers then ", "add to"),
    ("when registers then add to ", '"Bed and Bath"'), ("when registers then add to Sk", "Skiers"),
    ("when registers then send email with ", "template"), ("in segment ", "Rich"), ("in segment any(", "Bed and Bath"),
    ("in segment any(Rich, Gol", "Golfers"), ("tier is ", '"gold"'), ("tier is \"s", '"silver"'), ("inc", "income"),
    ("spe", "spent"), ("count of ", "places order"), ("total of ", "amount"), ("total of amount of pl", "places order"),
    ("places order within 30 ", "days"), ("places order with am", "amount"), ("given ", "income"),
    ("given in segment G", "Golfers"), ("expect not in ", "segment"), ("segment X ", "by"), (":w", ":why"),
    (":why ", "Rich"), (":why Bed a", "Bed and Bath"), (":help un", "undo"), (":drop Sk", "segment Skiers"),
    ("segment Bed if income > 5 and ", "tier"), ("attribute a: ", "number"),
    ("count of ca", "cart"), ("total of price of ", "cart"), ("any item of ", "cart"), ("any item of ", "items"),
    ("time since ", "cart"), ("any item of cart where ", "brand"), ("collection mine of ", "views product"),
    ("collection mine of views product by ", "category"),
    ("collection mine of views product by product { drop ", "removes from cart"),
])  # fmt: skip
def test_what_can_come_next_is_proposed(session: Session, text: str, wanted: str):
    if text.startswith(":drop"):
        text = ":drop segment Sk"
    assert wanted in [each.text for each in proposals(session, text)]


@pytest.mark.parametrize(("text", "unwanted"), [
    ("when registers then add to ", "Rich"), ("when ", "income"), ("tier is ", "registers"), ("segment ", "Rich"),
    ("segment X ", "registers"), ("count of ", "income"), ("when registers then send email with ", "amount"),
    ("attribute ", "income"), ('searches "', "registers"), ("when ", "cart"), ("any item of ", "registers"),
    ("collection mine of ", "cart"), ("collection mine of views product by ", "registers"),
])  # fmt: skip
def test_what_cannot_come_next_is_not(session: Session, text: str, unwanted: str):
    assert unwanted not in [each.text for each in proposals(session, text)]


@pytest.mark.parametrize("text", ["when pla", "in segment Ri", "tier is ", ":why Bed", "count of "])
def test_every_proposal_can_be_put_in_place_of_what_was_typed(session: Session, text: str):
    found = proposals(session, text)
    assert found
    for each in found:
        begun = text[len(text) - each.typed :].removeprefix('"')
        assert each.text.removeprefix('"').casefold().startswith(begun.casefold())


def test_the_words_of_the_language_come_from_its_grammar():
    assert words()["_ADD_TO"] == ("add to",)
    assert set(words()["COUNT_TEST"]) >= {"at least", "exactly"}
    assert "total of" in words()["AGGREGATE"]


TEXTS = [
    "when places order where amount >= 20 then add to High Spenders # comment",
    'searches "Acme" with category = "a"', ":clock 2026-03-01", "count of places order within 30 d", "zork \"open",
    "# only a comment", "segment A if\n  income > 5\n  # inside\n  and age < 30", "", "  ", "{{{", "5 > > 3 \"x\" # y",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_the_coloured_parts_are_the_text_again(text: str):
    assert "".join(part for _, part in parts(text)) == text


def test_the_parts_have_the_kinds_that_the_parser_sees(snapshot):
    assert [[(kind, part) for kind, part in parts(text) if kind] for text in TEXTS] == snapshot
