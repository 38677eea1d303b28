"""Who fills, empties and reads what in a program, and what its comments and tests say."""

from segdsl.host.program import check_texts
from segdsl.pages.contents import labels
from segdsl.pages.document import Ref
from segdsl.pages.program import Facts, How, Shown, gather

RULES = """\
# What the shop knows.

segment Trial by activities while marketing consent is yes
# Whoever spent something.
#
# In euros.
segment Spenders if spent >= 100
define spent as total of amount of places order

# Not above anything.

activity Start {
  # Says hello.
  when registers then add to Trial for 30 days and send email "hello" with name = first name
  when leaves Trial if age > 30 then set mood = "sad"
  stop when places order
}

attribute mood: text

when mood logs if in segment Spenders then remove from Trial and record mood logs
event mood logs
event idle
when views product then wait for buys where product is this product then send push "x" with name = category

test "says hello" {
  on 2026-01-01 registers
  expect send email "hello"
  expect in segment Trial and mood is not known
}
test "shows nothing" {
  on 2026-01-01 registers
  expect no show content
  expect in segment none(Trial, Spenders)
}
"""


def facts(text: str = RULES) -> Facts:
    return gather(check_texts([("rules.seg", text)]))


def who(kind: Shown | str, name: str, how: How) -> list[str]:
    found = facts()
    called = labels(found)
    return [called.get(ref, ref.name) for ref in found.who(Ref(kind, name), how)]  # type: ignore[arg-type]


def test_who_fills_and_empties_a_segment() -> None:
    assert who("segment", "Trial", "fills") == ["Start, rule 1"]
    assert who("segment", "Trial", "empties") == ["the rule “when the customer mood logs”"]


def test_who_reads_a_segment() -> None:
    assert who("segment", "Trial", "reads") == ["Start, rule 2"]
    assert who("segment", "Spenders", "reads") == ["the rule “when the customer mood logs”"]


def test_who_reads_an_event() -> None:
    assert who("event", "places order", "reads") == ["Start", "spent", "buys"]
    assert who("event", "registers", "reads") == ["Start, rule 1"]


def test_who_makes_an_event_and_does_an_action() -> None:
    assert who("event", "mood logs", "makes") == ["the rule “when the customer mood logs”"]
    assert who("action", "send email", "does") == ["Start, rule 1"]


def test_who_reads_and_sets_an_attribute() -> None:
    assert who("attribute", "first name", "reads") == ["Start, rule 1"]
    assert who("attribute", "marketing consent", "reads") == ["Trial"]
    assert who("attribute", "birth date", "reads") == ["Start, rule 2"]
    assert who("attribute", "mood", "sets") == ["Start, rule 2"]


def test_a_field_of_the_event_at_hand_is_no_attribute() -> None:
    text = "attribute category: text\nwhen views product then wait for buys then send push category"
    assert facts(text.replace("push category", 'push "x" with name = this category')).uses.get(
        Ref("attribute", "category")
    ) is None  # fmt: skip


def test_who_reads_a_define() -> None:
    assert who("define", "spent", "reads") == ["Spenders"]


def test_the_words_shown_are_the_own_ones_and_those_used() -> None:
    assert facts().shown("event") == [
        "buys", "idle", "mood logs", "places order", "registers", "views product",
    ]  # fmt: skip
    assert facts().shown("attribute") == ["birth date", "first name", "marketing consent", "mood"]
    assert facts().shown("action") == ["send email", "send push"]


def test_a_comment_directly_above_is_a_description() -> None:
    found = facts().descriptions
    assert found[Ref("segment", "Spenders")] == ("Whoever spent something.", "In euros.")
    assert {ref for ref in found if ref.kind != "rule"} == {Ref("segment", "Spenders")}
    assert list(found.values())[1:] == [("Says hello.",)]


def test_what_a_file_begins_with_introduces_the_page() -> None:
    assert facts().introduction == ("What the shop knows.",)


def test_a_beginning_directly_above_a_declaration_describes_it() -> None:
    found = facts("# Of A.\nsegment A listed")
    assert (found.introduction, found.descriptions) == ((), {Ref("segment", "A"): ("Of A.",)})


def test_tests_promise_what_they_expect() -> None:
    assert facts().promises == {
        Ref("action", "send email"): ("says hello",),
        Ref("segment", "Trial"): ("says hello", "shows nothing"),
        Ref("attribute", "mood"): ("says hello",),
        Ref("action", "show content"): ("shows nothing",),
        Ref("segment", "Spenders"): ("shows nothing",),
    }


def test_a_rule_keeps_its_name_however_it_is_laid_out() -> None:
    one = "segment A listed\nsegment B by activities\nwhen registers then add to B"
    two = "# More.\nsegment B by activities\n\nwhen registers\n\n  then add to B # so\nsegment A listed"
    assert list(facts(one).rules) == list(facts(two).rules)


def test_a_heading_of_strokes_is_no_description() -> None:
    assert facts("# -------------- by hand\nsegment A listed").descriptions == {}
