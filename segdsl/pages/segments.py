"""What a segment is, and what makes a customer enter and leave it (language.md sections 2 and 5.12)."""

from collections.abc import Iterator

from segdsl.compiler.scope import SegmentInfo
from segdsl.pages.document import Block, Item, Listing, Paragraph, Phrase, Ref, joined, say
from segdsl.pages.names import ANYWHERE
from segdsl.pages.program import Facts, actions_of
from segdsl.pages.sentences import Sentences, ends
from segdsl.syntax import ast


def definition(facts: Facts, segment: SegmentInfo) -> Iterator[Block]:
    """What the segment is, in words."""
    sentences = Sentences(facts.scope)
    condition = segment.node.condition
    match segment.kind:
        case "listed":
            yield Paragraph(say("A listed segment: only customers who are included by hand are in it."))
        case "derived":
            yield from _condition(sentences, "A derived segment: a customer is in it as long as", condition)
        case "added":
            yield Paragraph(say("A segment filled by rules."))
            if condition is not None:
                lead = "Whoever was added is seen in it only while"
                yield from _condition(sentences, lead, condition)


def _condition(sentences: Sentences, lead: str, node: ast.Expression | None) -> Iterator[Block]:
    if node is None:
        return
    said, parts = sentences.conditions.whole(node, ANYWHERE)
    yield Paragraph(say("{} {}{}", lead, said, ":" if parts else "."))
    if parts is not None:
        yield Listing(tuple(Item(each.text, each.inner) for each in parts.items))


def enters(facts: Facts, segment: SegmentInfo) -> Phrase:
    """What follows `a customer enters`."""
    match segment.kind:
        case "listed":
            return say("when somebody includes them by hand.")
        case "derived":
            return say("when that becomes true, at that very instant.")
        case "added":
            pass
    ref = Ref("segment", segment.name)
    ways = [say("{} adds them{}", rule, _for(facts, rule, ref)) for rule in facts.who(ref, "fills")]
    if not ways:
        return say("only when somebody includes them by hand: no rule adds anybody.")
    besides = ", and the condition holds as well" if segment.node.condition is not None else ""
    return say("when {}{}.", joined(ways, ", or when "), besides)


def _for(facts: Facts, rule: Ref, segment: Ref) -> Phrase:
    """For how long a rule adds to a segment."""
    found = []
    for action in actions_of(facts.rules[rule].node.steps):
        if isinstance(action, ast.Add) and segment.name in {each.text for each in action.segments}:
            found.append(ends(action.lasting, action.until))
    return joined(dict.fromkeys(each for each in found if each), " or")


def leaves(facts: Facts, segment: SegmentInfo) -> Phrase:
    """What follows `a customer leaves`."""
    match segment.kind:
        case "listed":
            return say("when they are taken off the list.")
        case "derived":
            return say("when that is no longer true, at that very instant: by an event, or because time has passed.")
        case "added":
            pass
    ref = Ref("segment", segment.name)
    ways = [say("{} removes them", rule) for rule in facts.who(ref, "empties")]
    if any(_for(facts, rule, ref) for rule in facts.who(ref, "fills")):
        ways.append(say("their time is over (being added again extends it)"))
    if segment.node.condition is not None:
        ways.append(
            say("the condition no longer holds (when it holds again, they are back, unless their time is over)")
        )
    return say("when {}.", joined(ways, ", or when ")) if ways else say("by no rule: they stay.")
