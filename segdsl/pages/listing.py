"""The facts of a program as JSON, with what its rules mean in plain text beside how they are written."""

from collections.abc import Iterable
from typing import Any

from segdsl.pages.conditions import Conditions
from segdsl.pages.contents import contents, labels, promotion_blocks
from segdsl.pages.document import Block, Listing, Paragraph, Phrase, Ref, plain
from segdsl.pages.limits import sentence
from segdsl.pages.program import Facts, RuleFacts, Shown, limit_ref
from segdsl.pages.segments import definition, enters, leaves
from segdsl.pages.sentences import Sentences, opening
from segdsl.syntax import ast

_SHOWN: tuple[Shown, ...] = ("event", "attribute", "action", "collection", "define")


def listing(facts: Facts, title: str) -> dict[str, Any]:
    """All that the page tells, as plain data. Things are named by kind and name, rules by their id."""
    return _Listing(facts, labels(facts)).all(title)


class _Listing:
    def __init__(self, facts: Facts, called: dict[Ref, str]) -> None:
        self.facts = facts
        self.called = called
        self.anchors = contents(facts, "").anchors

    def all(self, title: str) -> dict[str, Any]:
        scope = self.facts.scope
        return {
            "title": title,
            "introduction": list(self.facts.introduction),
            "zone": scope.zone.name,
            "segments": [self._segment(name) for name in sorted(scope.segments)],
            "activities": [self._activity(each) for each in sorted(scope.activities, key=lambda a: a.name.text)],
            "rules": [self._rule(each) for each in self.facts.rules.values()],
            "limits": [*map(self._limit, scope.limits), *map(self._limit, scope.holds)],
            "promotions": [self._promotion(name) for name in sorted(scope.promotions)],
            **{f"{kind}s": [self._thing(Ref(kind, name)) for name in self.facts.shown(kind)] for kind in _SHOWN},
        }

    def _thing(self, ref: Ref) -> dict[str, Any]:
        return {
            "name": ref.name,
            "anchor": self.anchors.get(ref),
            "description": list(self.facts.descriptions.get(ref, ())),
            "own": ref in self.facts.own,
            "uses": {how: [_ref(each) for each in by] for how, by in sorted(self.facts.uses.get(ref, {}).items())},
            "tests": list(self.facts.promises.get(ref, ())),
        }

    def _plain(self, phrase: Phrase) -> str:
        return plain(phrase, self.called)

    def _lines(self, told: Listing, indent: str = "") -> list[str]:
        lines = []
        for item in told.items:
            lines.append(indent + self._plain(item.text))
            lines += self._lines(item.inner, indent + "  ") if item.inner is not None else []
        return lines

    def _segment(self, name: str) -> dict[str, Any]:
        info = self.facts.scope.segments[name]
        told = self._told(definition(self.facts, info))
        words = {"enters": self._plain(enters(self.facts, info)), "leaves": self._plain(leaves(self.facts, info))}
        place = self.facts.checked.place(info.span)
        return self._thing(Ref("segment", name)) | {"kind": info.kind, "place": place, "means": told} | words

    def _told(self, blocks: Iterable[Block]) -> list[str]:
        told: list[str] = []
        for block in blocks:
            if isinstance(block, Paragraph):
                told.append(self._plain(block.text))
            elif isinstance(block, Listing):
                told += self._lines(block, "  ")
        return told

    def _promotion(self, name: str) -> dict[str, Any]:
        node = self.facts.scope.promotions[name]
        told = self._told(promotion_blocks(Sentences(self.facts.scope), node))
        place = self.facts.checked.place(node.name.span)
        return self._thing(Ref("promotion", name)) | {"place": place, "means": told}

    def _limit(self, node: ast.Limit | ast.Hold) -> dict[str, Any]:
        said, parts = sentence(node, Conditions(self.facts.scope))
        told = [self._plain(said), *(self._lines(parts, "  ") if parts else [])]
        kind = "limit" if isinstance(node, ast.Limit) else "hold"
        return {
            "kind": kind,
            "anchor": self.anchors.get(limit_ref(node)),
            "description": list(self.facts.descriptions.get(limit_ref(node), ())),
            "place": self.facts.checked.place(node.span),
            "text": limit_ref(node).name,
            "actions": [name.text for name in node.actions],
            "means": told,
        }

    def _activity(self, node: ast.Activity) -> dict[str, Any]:
        sentences = Sentences(self.facts.scope)
        said = [self._plain(each) for each in sentences.about(node)]
        rules = [each.ref.name for each in self.facts.of_activity(node.name.text)]
        about = {"kind": node.kind, "place": self.facts.checked.place(node.span), "means": said, "rules": rules}
        return self._thing(Ref("activity", node.name.text)) | about

    def _rule(self, rule: RuleFacts) -> dict[str, Any]:
        told = Sentences(self.facts.scope).rule(rule.node, rule.activity)
        return {
            "id": rule.ref.name,
            "activity": rule.activity.name.text if rule.activity is not None else None,
            "place": self.facts.checked.place(rule.node.span),
            "description": list(self.facts.descriptions.get(rule.ref, ())),
            "text": rule.text,
            "means": {
                "when": self._plain(opening(told)),
                "if": self._lines(told.conditions) if told.conditions is not None else [],
                "then": self._lines(told.steps),
                "notes": list(told.notes),
            },
        }


def _ref(ref: Ref) -> dict[str, str]:
    return {"kind": ref.kind, "name": ref.name}
