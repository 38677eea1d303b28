"""The segment graph: who fills and empties segments, and who reads them."""

import pytest

from segdsl.drawing.graph import Graph
from segdsl.drawing.segments import segment_graph
from tests.drawing.support import checked, edges, texts

WORDS = "segment A by activities\nsegment B by activities\n"


def drawn(text: str) -> Graph:
    return segment_graph(checked(WORDS + text))


def heads(graph: Graph, kind: str) -> list[str]:
    return [node.head for node in graph.groups[0].nodes if node.kind == kind]


def test_segments_by_their_kinds() -> None:
    graph = drawn("segment Old if age > 60\nsegment Staff listed")
    assert (heads(graph, "added"), heads(graph, "derived"), heads(graph, "listed")) == (["A", "B"], ["Old"], ["Staff"])
    assert texts(graph, "derived") == ["if age > 60"]


def test_the_host_fills_listed_segments() -> None:
    assert edges(drawn("segment Staff listed")) == {("the host", "lists", "Staff")}


@pytest.mark.parametrize(
    ("step", "label"),
    [("add to B", "adds"), ("add to B for 30 days", "adds for 30 days"), ("remove from B", "removes")],
)
def test_a_rule_fills_and_empties(step: str, label: str) -> None:
    assert edges(drawn(f"when registers then {step}")) == {("when registers", label, "B")}


def test_an_activity_is_one_node_for_all_its_rules() -> None:
    text = "activity X { when registers then add to A\nwhen visits then wait 1 day then add to A and remove from B }"
    assert edges(drawn(text)) == {("X", "adds", "A"), ("X", "removes", "B")}


@pytest.mark.parametrize(
    ("condition", "label"),
    [
        ("in segment A", "in"), ("not in segment A", "not in"), ("in segment any(A)", "in"),
        ("in segment none(A)", "not in"), ("not in segment none(A)", "in"),
        ("not (in segment A and places order)", "not in"), ("in segment A for at least 3 days", "in"),
    ],
)  # fmt: skip
def test_a_derived_segment_reads_others(condition: str, label: str) -> None:
    assert edges(drawn(f"segment C if {condition}")) == {("A", label, "C")}


def test_a_define_reads_what_it_says() -> None:
    assert edges(drawn("define fine as in segment A\nsegment C if not (fine)")) == {("A", "not in", "C")}


def test_while_reads() -> None:
    assert edges(drawn("segment C by activities while in segment A")) == {("A", "while in", "C")}


def test_a_promotion_reads() -> None:
    assert edges(drawn('promotion "Sale" if in segment A')) == {("A", "in", "Sale")}


@pytest.mark.parametrize(
    ("rule", "label"),
    [
        ("when registers if in segment A then add to B", "in"),
        ("when registers then if not in segment A then add to B", "not in"),
        ("when registers then branch all { path if in segment A then add to B }", "in"),
        ("when enters A then add to B", "enters"),
        ("when registers then wait for leaves A then add to B", "leaves"),
    ],
)
def test_a_rule_reads(rule: str, label: str) -> None:
    assert ("A", label) in {(source, said) for source, said, _ in edges(drawn(rule))}


def test_what_stops_an_activity_is_read() -> None:
    text = "activity X { when registers then add to B\nstop when enters A }"
    assert ("A", "enters", "X") in edges(drawn(text))


def test_an_attribute_joins_the_rule_that_sets_it_with_those_that_read_it() -> None:
    text = 'attribute tier: text\nwhen registers then set tier = "gold"\nsegment Gold if tier is "gold"'
    assert edges(drawn(text)) == {("when registers", "sets", "tier"), ("tier", "reads", "Gold")}


def test_an_attribute_that_nobody_reads_joins_nothing() -> None:
    assert edges(drawn('attribute tier: text\nwhen registers then set tier = "gold"')) == set()


def test_a_field_of_an_event_is_no_attribute() -> None:
    text = "event ends { tier: text }\nattribute tier: text\nwhen registers then set tier = \"gold\"\n" \
        "segment C if ends where tier is \"gold\""  # fmt: skip
    assert edges(drawn(text)) == set()


def test_an_event_made_by_a_rule_joins_it_with_those_that_hear_it() -> None:
    text = "event trial ends\nwhen registers then record trial ends\nwhen trial ends then add to A\n" \
        "segment C if trial ends within 3 days"  # fmt: skip
    assert edges(drawn(text)) == {
        ("when registers", "records", "trial ends"),
        ("trial ends", "when", "when trial ends"),
        ("when trial ends", "adds", "A"),
        ("trial ends", "looks back", "C"),
    }


def test_a_rule_that_only_sends_is_left_out() -> None:
    assert texts(drawn('when registers then send email "x"'), "rule") == []
