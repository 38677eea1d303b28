"""The page of a program, as blocks: what stands where, and in which order. `vocabulary.py` adds the words it uses."""

from collections.abc import Iterator, Sequence

from attrs import define

from segdsl.compiler.scope import SegmentInfo
from segdsl.pages import amounts
from segdsl.pages.document import (
    Block,
    Document,
    Heading,
    Item,
    Listing,
    Paragraph,
    Phrase,
    Ref,
    Table,
    anchored,
    comment,
    joined,
    listed,
    plain,
    say,
    strong,
)
from segdsl.pages.limits import limits
from segdsl.pages.names import ANYWHERE
from segdsl.pages.program import Facts, RuleFacts
from segdsl.pages.segments import definition, enters, leaves
from segdsl.pages.sentences import Sentences, kind_of, opening
from segdsl.pages.vocabulary import vocabulary
from segdsl.syntax import ast
from segdsl.syntax.format_values import duration

READING = (
    "What is not known never makes a condition true. A customer without an income is neither below nor above one.",
    "A day is 24 hours and a week 7 times that. A calendar day, a month or a year goes by the calendar.",
    "What depends on time changes at its very instant, whether or not anything else happens then.",
    "Whoever runs the rules can include or exclude a customer by hand, in every segment. Excluded beats included, "
    "and included beats the rest.",
)


def contents(facts: Facts, title: str) -> Document:
    """The page of a program."""
    writing = _Writing(facts)
    blocks = tuple(writing.blocks())
    targets = [
        each.target for each in blocks if isinstance(each, Heading | Paragraph) and each.target is not None
    ]  # fmt: skip
    return Document(title, blocks, anchored(targets), labels(facts))


def labels(facts: Facts) -> dict[Ref, str]:
    """How rules are called where they are linked to: by their activity, or by what starts them."""
    found: dict[Ref, str] = {}
    for rule in facts.rules.values():
        if rule.activity is None:
            told = Sentences(facts.scope).triggers.any_of(rule.node.triggers)
            found[rule.ref] = plain(say("the rule “when {}”", told))
        elif len(facts.of_activity(rule.activity.name.text)) == 1:
            found[rule.ref] = rule.activity.name.text
        else:
            found[rule.ref] = f"{rule.activity.name.text}, rule {rule.number}"
    for ref, tests in facts.promises.items():
        found[promise(ref)] = "1 test" if len(tests) == 1 else f"{len(tests):,} tests"
    return found


def section(name: str, text: str) -> Heading:
    return Heading(2, say(text), Ref("section", name))


@define(eq=False)
class _Writing:
    facts: Facts

    def blocks(self) -> Iterator[Block]:
        yield from self._introduction()
        yield from self._segments()
        yield from self._activities()
        yield from self._rules()
        yield from limits(self.facts)
        yield from self._promotions()
        yield from self._defines()
        yield from self._promises()
        yield from vocabulary(self.facts)
        yield section("reading", "How to read this page")
        yield Listing(tuple(Item(say(each)) for each in READING))

    def _introduction(self) -> Iterator[Block]:
        scope = self.facts.scope
        for paragraph in self.facts.introduction:
            yield Paragraph(comment(paragraph))
        zone = amounts.text_value(scope.zone.name).text
        yield Paragraph(say("Dates, days and times of day are those of {}.", zone))
        if scope.lateness is not None:
            length = duration(scope.lateness.length)
            yield Paragraph(say("An event may come up to {} late, and counts as if it had come on time. What comes "
                                "later than that is refused.", length))  # fmt: skip

    def _described(self, ref: Ref) -> Iterator[Block]:
        for paragraph in self.facts.descriptions.get(ref, ()):
            yield Paragraph(comment(paragraph))

    # -------------------------------------------------------------------------------------------------------- segments

    def _segments(self) -> Iterator[Block]:
        segments = sorted(self.facts.scope.segments.values(), key=lambda each: each.name)
        if not segments:
            return
        yield section("segments", "Segments")
        yield Table(("Segment", "Filled by", "Read by"), tuple(
            (
                say("{}", Ref("segment", each.name)),

                self._filled(each),
                named(self.facts.who(Ref("segment", each.name), "reads")),
            )
            for each in segments
        ))  # fmt: skip
        for each in segments:
            ref = Ref("segment", each.name)
            yield Heading(3, say(each.name), ref)
            yield from self._described(ref)
            yield from definition(self.facts, each)
            items = [
                Item(say("{} {}", strong("A customer enters"), enters(self.facts, each))),
                Item(say("{} {}", strong("A customer leaves"), leaves(self.facts, each))),
            ]
            items.append(Item(say("{} {}.", strong("Read by:"), named(self.facts.who(ref, "reads")))))
            yield Listing((*items, *self._promised(ref)))

    def _filled(self, segment: SegmentInfo) -> Phrase:
        match segment.kind:
            case "derived":
                return say("its condition")
            case "listed":
                return say("hand")
            case "added":
                return named(self.facts.who(Ref("segment", segment.name), "fills"))

    def _promised(self, ref: Ref) -> Iterator[Item]:
        if ref in self.facts.promises:
            yield Item(say("{} {}.", strong("Promised by:"), promise(ref)))

    # ------------------------------------------------------------------------------------------- activities and rules

    def _activities(self) -> Iterator[Block]:
        activities = sorted(self.facts.scope.activities, key=lambda each: each.name.text)
        if activities:
            yield section("activities", "Activities")
        for activity in activities:
            ref = Ref("activity", activity.name.text)
            sentences = Sentences(self.facts.scope)
            yield Heading(3, say(activity.name.text), ref)
            yield from self._described(ref)
            yield Paragraph(say(kind_of(activity)))
            said = sentences.about(activity)
            if said:
                yield Listing(tuple(map(Item, said)))
            rules = self.facts.of_activity(activity.name.text)
            for rule in rules:
                yield from self._rule(rule, f"Rule {rule.number}" if len(rules) > 1 else "", sentences)

    def _rules(self) -> Iterator[Block]:
        rules = self.facts.outside()
        if rules:
            yield section("rules", "Rules outside of activities")
            yield Paragraph(say("They always run."))
        for rule in rules:
            yield from self._rule(rule, "", Sentences(self.facts.scope))

    def _rule(self, rule: RuleFacts, lead: str, sentences: Sentences) -> Iterator[Block]:
        told = sentences.rule(rule.node, rule.activity)
        described = self.facts.descriptions.get(rule.ref, ())
        begin: list[Phrase] = [(strong(f"{lead}. "),)] if lead and described else []
        begin += map(comment, described)
        if begin:
            yield Paragraph(joined(begin[:2], " ") if lead else begin[0], rule.ref)
            yield from map(Paragraph, begin[2:] if lead else begin[1:])
        opened = strong(*say("{}{}:", f"{lead}. " if lead and not described else "", opening(told)))
        target = None if begin else rule.ref
        steps = told.steps.items
        if len(steps) == 1 and told.conditions is None:
            end = "" if steps[0].inner is not None else "."
            yield Paragraph(say("{} {}{}", opened, steps[0].text, end), target)
            if steps[0].inner is not None:
                yield steps[0].inner
        else:
            yield Paragraph((opened,), target)
            if told.conditions is not None:
                yield told.conditions
                yield Paragraph(say("Then:"))
            yield told.steps
        if told.notes:
            yield Paragraph(say(" ".join(told.notes)))

    # ----------------------------------------------------------------------------------------- promotions and defines

    def _promotions(self) -> Iterator[Block]:
        promotions = sorted(self.facts.scope.promotions.items())
        if promotions:
            yield section("promotions", "Promotions")
            yield Paragraph(say("A promotion only reads: it says who may have it. The shop asks which ones a customer "
                                "has at an instant."))  # fmt: skip
        for name, node in promotions:
            ref, sentences = Ref("promotion", name), Sentences(self.facts.scope)
            yield Heading(3, say(name), ref)
            yield from self._described(ref)
            yield from promotion_blocks(sentences, node)
            if ref in self.facts.promises:
                yield Paragraph(say("Promised by: {}.", promise(ref)))

    def _defines(self) -> Iterator[Block]:
        names = self.facts.shown("define")
        if names:
            yield section("defines", "Names for conditions and sums")
        for name in names:
            ref, sentences = Ref("define", name), Sentences(self.facts.scope)
            sentences.conditions.explained.add(name)
            value = self.facts.scope.defines[name].node.value
            yield Heading(3, say(name), ref)
            yield from self._described(ref)
            if sentences.conditions.names.is_condition(value, ANYWHERE):
                yield from condition_blocks(sentences, "It holds as long as", value)
            else:
                yield Paragraph(say("It is {}.", sentences.conditions.formula(value)))
            yield Paragraph(say("Read by: {}.", named(self.facts.who(ref, "reads"))))

    # -------------------------------------------------------------------------------------------------------- promises

    def _promises(self) -> Iterator[Block]:
        if not self.facts.promises:
            return
        yield section("promises", "What is promised")
        yield Paragraph(say("These are the names of the tests beside the rules, by what they expect something of. "
                            "Running them tells whether they hold."))  # fmt: skip
        order = ("segment", "action", "promotion", "attribute", "define", "event", "collection")
        for ref in sorted(self.facts.promises, key=lambda each: (order.index(each.kind), each.name)):
            yield Paragraph((strong(*say("{}:", ref)),), promise(ref))
            yield Listing(tuple(Item((amounts.text_value(name),)) for name in self.facts.promises[ref]))


def promise(ref: Ref) -> Ref:
    """Where the tests stand that expect something of it."""
    return Ref("promise", f"{ref.kind} {ref.name}")


def named(refs: Sequence[Ref]) -> Phrase:
    return listed([say("{}", each) for each in refs]) if refs else say("nothing")


def promotion_blocks(sentences: Sentences, node: ast.Promotion) -> Iterator[Block]:
    """When a promotion is on, and for whom."""
    for option in node.options:
        yield Paragraph(sentences.bound(option))
    if node.condition is None:
        yield Paragraph(say("It is for every customer."))
    else:
        yield from condition_blocks(sentences, "It is for a customer as long as", node.condition)


def condition_blocks(sentences: Sentences, lead: str, node: ast.Expression) -> Iterator[Block]:
    """A condition that stands by itself, behind words that lead it."""
    said, parts = sentences.conditions.whole(node, ANYWHERE)
    yield Paragraph(say("{} {}{}", lead, said, ":" if parts else "."))
    if parts:
        yield parts
