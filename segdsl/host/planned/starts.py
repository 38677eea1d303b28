"""How rules are reached on an event (architecture rule 12), as the compiled engine does it: by a table, or gone
through; and why not by what they ask for."""

from collections import Counter, defaultdict

from segdsl.engines.compiled import Compiled, entering, selecting
from segdsl.host.planned.parts import By, Start, Table
from segdsl.plan import nodes as p
from segdsl.plan.index import Access, access
from segdsl.plan.readers import in_order
from segdsl.plan.text import Text, some_of
from segdsl.plan.unindexed import NOTHING_ASKED, Reason, reason


class Starts:
    """The ways in which the rules of a plan start on events."""

    def __init__(self, plan: p.Plan, compiled: Compiled) -> None:
        self.selecting, self.text = compiled.history.selecting, Text(plan)
        self.memories = {memory.key: memory for memory in plan.memories}
        self.told: dict[str, list[Start]] = defaultdict(list)
        for rule in plan.rules:
            for trigger in rule.triggers:
                if isinstance(trigger, p.CountTrigger | p.AfterTrigger):
                    by: By = "count" if isinstance(trigger, p.CountTrigger) else "look back"
                    self.told[trigger.event].append(Start(rule.place, rule.activity, self.text.trigger(trigger), by))

    def of_event(self, event: str) -> tuple[list[Start], list[Table]]:
        """The rules that an event can start, in the order of their places, and the tables by which they are found."""
        asked = self.selecting.asked(event)
        tables, _ = selecting.tables(asked)
        looked_up = {id(each) for table in tables for each in table.members}
        found = [self._asked(each, id(each) in looked_up) for each in asked]
        found += self.told.get(event, ())
        return sorted(found, key=lambda start: in_order(start.place)), [self._table(table) for table in tables]

    def _asked(self, asked: selecting.Asked, looked_up: bool) -> Start:
        rule, reached, text = asked.rule, asked.reached, self.text
        trigger = text.trigger(p.EventTrigger(asked.event, asked.match))
        if reached.by != "nothing":
            return Start(rule.place, rule.activity, trigger, reached.by, self._said(reached, asked.event), looked_up)
        why = reason(asked.match, rule.condition)
        if why == NOTHING_ASKED:
            return Start(rule.place, rule.activity, trigger, "every event")
        return Start(rule.place, rule.activity, trigger, "each time", self._part(why, asked.event), False,
                     why.why, why.instead)  # fmt: skip

    def _part(self, why: Reason, event: str) -> str:
        """The part that a reason is about, as it is written."""
        if why.part is None:
            return ""
        return self.text.condition(why.part, (event,), event if why.of_item else "")

    def _said(self, reached: Access, event: str) -> str:
        """What something is found by."""
        if reached.by == "history":
            return self.text.part(self.memories[reached.values[0]])
        if reached.key is None:
            return f"in segment {_any(list(reached.values))}"
        if reached.by == "threshold":
            return self.text.condition(
                p.Compare(reached.operator, reached.key, p.Constant(reached.values[0])), (event,)
            )
        if len(reached.values) == 1:
            return self.text.condition(p.Compare("=", reached.key, p.Constant(reached.values[0])), (event,))
        return self.text.condition(p.OneOf(reached.key, reached.values), (event,))

    def _table(self, table: selecting.Table) -> Table:
        if table.by == "threshold":
            values = Counter(each.reached.values[0] for each in table.members)
            most = len(table.members)
        else:
            values = Counter(value for each in table.members for value in dict.fromkeys(each.reached.values))
            most = max(values.values()) if table.by == "equality" else len(table.members)
        by = "each time" if table.by == "nothing" else table.by
        first = min((each.rule.place for each in table.members), key=in_order)
        return Table("rules", by, table.told(self.text), len(table.members), len(values), most, first)

    def tables_of_the_past(self, guarded: list[entering.Guarded]) -> list[Table]:
        """The tables by which it is found what keeps an event."""
        found = []
        for key, members in entering.tables(guarded).items():
            values = Counter(value for each in members for value in dict.fromkeys(access(each.condition).values))
            of = f"by the value of {self.text.condition(key)}"
            first = self.text.part(members[0].part)
            found.append(Table("past", "equality", of, len(members), len(values), max(values.values()), first))
        return found


def _any(segments: list[str]) -> str:
    return segments[0] if len(segments) == 1 else f"any{some_of(segments)}"
