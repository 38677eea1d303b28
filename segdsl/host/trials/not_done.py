"""Why an effect that a test expected did not come: what became of the rules that could have done it.

A test that fails is run once more with a witness on the engine of reference, which tells of each of these rules whether
it was triggered, and where its way to the action ended.
"""

from collections.abc import Iterator

from attrs import define, field

from segdsl.compiler.checked import CheckedProgram
from segdsl.engines.reference.witness import Sighting
from segdsl.plan import nodes as p
from segdsl.plan.walk import structs
from segdsl.syntax import ast
from segdsl.syntax.format_values import expression
from segdsl.values.instants import instant_text

MOST = 6
"""So many findings of a rule are told, the latest of them."""


@define(eq=False)
class NotDone:
    """Gathers what happens to the rules that do an action, up to an instant. `see` is the witness."""

    checked: CheckedProgram
    action: str
    until: int
    rules: dict[str, p.Rule] = field(init=False)
    found: dict[str, list[str]] = field(factory=dict)

    def watch(self, plan: p.Plan) -> None:
        """Choose the rules to look at."""
        self.rules = {rule.id: rule for rule in plan.rules if self._does(rule)}
        self.found = {rule: [] for rule in self.rules}

    def _does(self, node: p.Rule | p.Path) -> bool:
        return any(isinstance(each, p.Emit) and each.action == self.action for each in structs(node.steps))

    def see(self, sighting: Sighting) -> None:
        """Take note of what the witness is told."""
        rule = sighting.rule
        if rule is None or rule.id not in self.rules or sighting.key[0] > self.until:
            return
        said = self._said(sighting)
        if said:
            self.found[rule.id].append(f"at {instant_text(sighting.key[0])} {said}")

    def _said(self, sighting: Sighting) -> str:
        match sighting.what, sighting.node:
            case "refused", _:
                return f"it did not start: {sighting.reason}"
            case "left", _:
                return f"its flow ended: {sighting.reason}"
            case "judged", (p.Rule() | p.Gate() | p.Path()) as node if sighting.outcome is not True:
                on_the_way = not isinstance(node, p.Path) or self._does(node)
                if on_the_way and node.condition is not None:
                    return " and ".join(self._not_so(node.condition, sighting))
                return ""
            case _:
                return ""

    def _not_so(self, condition: p.Expression, sighting: Sighting) -> Iterator[str]:
        """The parts of a condition that kept it from being true."""
        assert sighting.value is not None, "a condition was judged"
        written = self.checked.written.get(condition)
        if isinstance(condition, p.Both) and not isinstance(written, ast.Between):
            for operand in condition.operands:
                if sighting.value(operand) is not True:
                    yield from self._not_so(operand, sighting)
        elif isinstance(written, ast.Expression):
            outcome = "not known" if sighting.value(condition) is None else "not so"
            yield f"`{expression(written)}` was {outcome}"

    def lines(self) -> Iterator[str]:
        """What to say, rule by rule."""
        for id_, rule in sorted(self.rules.items(), key=lambda each: each[1].place):
            found = self.found[id_][-MOST:]
            if not found:
                yield f"the rule at {rule.place} was not triggered, or is still on its way"
            for each in found:
                yield f"the rule at {rule.place}: {each}"
