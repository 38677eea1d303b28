"""Lark's tree to our nodes: triggers, steps, actions, rules and activities. One method per grammar rule."""

from lark import Token

from segdsl.diagnostics.span import Span
from segdsl.syntax import ast
from segdsl.syntax.build_values import Children, Meta, ValueBuilder

_TRIGGERS = (
    ast.EventTrigger, ast.CountedTrigger, ast.Enters, ast.Leaves, ast.AfterEach, ast.AfterLast, ast.NearDate,
    ast.EveryDay, ast.EveryWeekday, ast.EveryMonth, ast.OnceAt,
)  # fmt: skip
_STEPS = (ast.Gate, ast.Wait, ast.WaitUntil, ast.WaitFor, ast.Branch, ast.Act)


class RuleBuilder(ValueBuilder):
    # ------------------------------------------------------------------------------------------------------- triggers

    def event_trigger(self, meta: Meta, children: Children) -> ast.EventTrigger:
        name, match, where = children
        return ast.EventTrigger(self.words(name), match, where, span=self.span(meta))

    def counted(self, meta: Meta, children: Children) -> ast.CountedTrigger:
        name, *rest, number = children
        match = where = None
        for child in rest:
            if isinstance(child, ast.Literal):
                match = child
            else:
                where = child
        trigger = ast.EventTrigger(self.words(name), match, where, span=self.span(meta))
        return ast.CountedTrigger(trigger, self.whole(number), span=self.span(meta))

    def counted_trigger(self, meta: Meta, children: Children) -> ast.CountedTrigger:
        counted, within = children
        return ast.CountedTrigger(counted.trigger, counted.number, within, span=self.span(meta))

    def enters(self, meta: Meta, children: Children) -> ast.Enters:
        return ast.Enters(children[0], span=self.span(meta))

    def leaves(self, meta: Meta, children: Children) -> ast.Leaves:
        return ast.Leaves(children[0], span=self.span(meta))

    def after_each(self, meta: Meta, children: Children) -> ast.AfterEach:
        return ast.AfterEach(*children, span=self.span(meta))

    def after_last(self, meta: Meta, children: Children) -> ast.AfterLast:
        return ast.AfterLast(*children, span=self.span(meta))

    def without(self, meta: Meta, children: Children) -> ast.EventTrigger:
        trigger: ast.EventTrigger = children[0]
        return trigger

    def before_date(self, meta: Meta, children: Children) -> ast.NearDate:
        return self._near("before", meta, children)

    def after_date(self, meta: Meta, children: Children) -> ast.NearDate:
        return self._near("after", meta, children)

    def on_date(self, meta: Meta, children: Children) -> ast.NearDate:
        return self._near("on", meta, [None, *children])

    def _near(self, direction: str, meta: Meta, children: Children) -> ast.NearDate:
        distance, name, *rest = children
        every_year = any(isinstance(child, Token) for child in rest)
        at = rest[-1] if not isinstance(rest[-1], Token) else None
        return ast.NearDate(direction, self.words(name), distance, every_year, at, span=self.span(meta))

    def every_day(self, meta: Meta, children: Children) -> ast.EveryDay:
        return ast.EveryDay(children[0], span=self.span(meta))

    def every_weekday(self, meta: Meta, children: Children) -> ast.EveryWeekday:
        *days, at = children
        return ast.EveryWeekday(tuple(map(self.day, days)), at, span=self.span(meta))

    def every_month(self, meta: Meta, children: Children) -> ast.EveryMonth:
        number, at = children
        day = self.whole(number)
        if not 1 <= day <= 31:
            self.collector.error("SEG103", self.token_span(number), f"no month has a day {day}")
        return ast.EveryMonth(day, at, span=self.span(meta))

    def once_at(self, meta: Meta, children: Children) -> ast.OnceAt:
        return ast.OnceAt(children[-1], span=self.span(meta))

    # ---------------------------------------------------------------------------------------------- steps and actions

    def gate(self, meta: Meta, children: Children) -> ast.Gate:
        return ast.Gate(children[0], span=self.span(meta))

    def wait(self, meta: Meta, children: Children) -> ast.Wait:
        return ast.Wait(children[0], span=self.span(meta))

    def wait_until(self, meta: Meta, children: Children) -> ast.WaitUntil:
        return ast.WaitUntil(children[0], span=self.span(meta))

    def wait_for(self, meta: Meta, children: Children) -> ast.WaitFor:
        return ast.WaitFor(*children, span=self.span(meta))

    def wait_for_count(self, meta: Meta, children: Children) -> ast.WaitFor:
        counted, *rest = children
        windows = [child for child in rest if child is not None]
        within = windows[0] if windows else None
        span = Span(self.file, counted.span.start, within.span.end) if within else counted.span
        trigger = ast.CountedTrigger(counted.trigger, counted.number, within, span=span)
        return ast.WaitFor(trigger, windows[1] if len(windows) > 1 else None, span=self.span(meta))

    def at_time(self, meta: Meta, children: Children) -> ast.AtTime:
        return ast.AtTime(children[0], span=self.span(meta))

    def at_day(self, meta: Meta, children: Children) -> ast.AtDay:
        return ast.AtDay(self.day(children[0]), children[1], span=self.span(meta))

    def at_date(self, meta: Meta, children: Children) -> ast.AtDate:
        return ast.AtDate(children[0], span=self.span(meta))

    def branch(self, meta: Meta, children: Children) -> ast.Branch:
        kind, seed, *paths = children
        return ast.Branch(str(kind), tuple(paths), seed, span=self.span(meta))

    def branch_seed(self, meta: Meta, children: Children) -> ast.Text:
        return self.string(children[0])

    def path(self, meta: Meta, children: Children) -> ast.Path:
        share, condition, *steps = children
        percent = self.share(share) if share is not None else None
        return ast.Path(percent, condition, tuple(steps), span=self.span(meta))

    def otherwise(self, meta: Meta, children: Children) -> ast.Path:
        return ast.Path(None, None, tuple(children), otherwise=True, span=self.span(meta))

    def act(self, meta: Meta, children: Children) -> ast.Act:
        return ast.Act(tuple(children), span=self.span(meta))

    def add(self, meta: Meta, children: Children) -> ast.Add:
        *segments, lasting, until = children
        return ast.Add(tuple(segments), lasting, until, span=self.span(meta))

    def remove(self, meta: Meta, children: Children) -> ast.Remove:
        return ast.Remove(tuple(children), span=self.span(meta))

    def set(self, meta: Meta, children: Children) -> ast.SetAttribute:
        return ast.SetAttribute(self.words(children[0]), children[1], span=self.span(meta))

    def clear(self, meta: Meta, children: Children) -> ast.ClearAttribute:
        return ast.ClearAttribute(self.words(children[0]), span=self.span(meta))

    def record(self, meta: Meta, children: Children) -> ast.Record:
        return ast.Record(self.words(children[0]), children[1] or (), span=self.span(meta))

    def effect(self, meta: Meta, children: Children) -> ast.Perform:
        name, match, assignments = children
        return ast.Perform(self.words(name), match, assignments or (), span=self.span(meta))

    def with_values(self, meta: Meta, children: Children) -> tuple[ast.Assignment, ...]:
        return tuple(children)

    def assignment(self, meta: Meta, children: Children) -> ast.Assignment:
        return ast.Assignment(self.words(children[0]), children[1], span=self.span(meta))

    # ------------------------------------------------------------------------------------------- rules and activities

    def rule(self, meta: Meta, children: Children) -> ast.Rule:
        triggers = tuple(child for child in children if isinstance(child, _TRIGGERS))
        steps = tuple(child for child in children if isinstance(child, _STEPS))
        condition = children[len(triggers)]
        return ast.Rule(triggers, condition, steps, span=self.span(meta))

    def activity(self, meta: Meta, children: Children) -> ast.Activity:
        kind, name, *rest = children
        return self._activity(str(kind) if kind else "", name, rest, meta)

    def search_rule(self, meta: Meta, children: Children) -> ast.Activity:
        name, *rest = children
        return self._activity("search rule", name, rest, meta)

    def _activity(self, kind: str, name: ast.Name, rest: Children, meta: Meta) -> ast.Activity:
        body = tuple(child for child in rest if isinstance(child, ast.Rule | ast.Stop))
        options = tuple(child for child in rest if child is not None and not isinstance(child, ast.Rule | ast.Stop))
        return ast.Activity(kind, name, options, body, span=self.span(meta))

    def stop(self, meta: Meta, children: Children) -> ast.Stop:
        return ast.Stop(tuple(children), span=self.span(meta))

    def from_option(self, meta: Meta, children: Children) -> ast.From:
        return ast.From(children[0], span=self.span(meta))

    def until_option(self, meta: Meta, children: Children) -> ast.Until:
        return ast.Until(children[0], span=self.span(meta))

    def priority_option(self, meta: Meta, children: Children) -> ast.Priority:
        return ast.Priority(self.whole(children[0]), span=self.span(meta))

    def once_option(self, meta: Meta, children: Children) -> ast.Once:
        return ast.Once(span=self.span(meta))

    def restarting_option(self, meta: Meta, children: Children) -> ast.Restarting:
        return ast.Restarting(span=self.span(meta))

    def per_option(self, meta: Meta, children: Children) -> ast.Per:
        return ast.Per(self.words(children[0]), span=self.span(meta))

    def holdout_option(self, meta: Meta, children: Children) -> ast.Holdout:
        return ast.Holdout(self.share(children[0]), span=self.span(meta))

    def seed_option(self, meta: Meta, children: Children) -> ast.Seed:
        return ast.Seed(self.string(children[0]), span=self.span(meta))
