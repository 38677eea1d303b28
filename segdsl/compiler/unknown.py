"""What to say of a name that is not declared: the nearest one, or what may have been meant (language.md section 1)."""

import re
from collections.abc import Iterable

from segdsl.compiler.context import BROKEN, Context, Typed
from segdsl.compiler.fixes import another_field
from segdsl.compiler.meanings import Meaning, of_event, of_trigger, of_value, outside_where, ran_on
from segdsl.compiler.windows import Windows
from segdsl.diagnostics.diagnostic import Fix
from segdsl.diagnostics.suggest import instead, nearest
from segdsl.syntax import ast
from segdsl.values.kinds import DATE, INSTANT


class UnknownNames(Windows):
    """The part of the walk that complains of names. Nothing is said of one that a broken declaration may declare."""

    def unknown_name(self, of: ast.Name, context: Context) -> Typed:
        if self.scope.may_be_broken(of.text):
            return BROKEN
        if of.text in self.scope.actions:
            return self._action(of, context)
        names = self.names_of(context)
        if of.text in self.scope.collections:
            self.error("SEG303", of.span, f"`{of.text}` is a collection", help=f"ask `count of {of.text} >= 1`")
            return BROKEN
        if of.text in self.scope.segments:
            self.error("SEG203", of.span, f"`{of.text}` is a segment", help=f"ask `in segment {of.text}`",
                       fix=Fix(of.span, f"in segment {of.text}", sure=False))  # fmt: skip
            return BROKEN
        meant = nearest(of.text, names)
        meaning = outside_where(of, self.scope, self.gathered.sources) or of_value(of, self.scope)
        if meaning is not None:
            advice, fix = meaning.help, meaning.fix
        else:
            advice = f"did you mean `{meant}`?" if meant else f"declare it: attribute {of.text}: number"
            fix = another_field(of, meant, names)
        self.error("SEG203", of.span, f"there is no event, attribute or field `{of.text}`", help=advice, fix=fix)
        return BROKEN

    def names_of(self, context: Context) -> list[str]:
        """The names that can stand by themselves in a condition or a comparison."""
        fields = context.item.kinds if context.item is not None else context.event or {}
        declared = (*self.scope.attributes, *self.scope.defines, *self.scope.events, *self.scope.collections)
        return [*fields, *declared, "age", "today", "weekday", "local time"]

    def unknown_field(self, of: ast.Name, event: str, fields: Iterable[str]) -> Typed:
        names = [name for name in fields if name]
        if not self.scope.may_be_broken(of.text):
            meant = nearest(of.text, names)
            listed = ", ".join(names[:8])
            self.error(
                "SEG204",
                of.span,
                f"`{event}` has no field `{of.text}`",
                help=f"did you mean `{meant}`?" if meant else f"it has: {listed}",
                fix=another_field(of, meant, names),
            )
        return BROKEN

    def unknown_event(self, of: ast.Name, context: Context | None = None, *, source: bool = False) -> Typed:
        """Complain of a name that is no event. What an aggregate looks at, a `source`, may be a collection as well."""
        if self.scope.may_be_broken(of.text):
            return BROKEN
        if of.text in self.scope.actions:
            return self._action(of, context)
        words = of.text.split(" ")
        for cut in range(len(words) - 1, 0, -1):
            event = self.scope.events.get(" ".join(words[:cut]))
            if event is not None and (field := nearest(" ".join(words[cut:]), event.fields)):
                self.error(
                    "SEG204",
                    of.span,
                    f"`{event.name}` has no field `{' '.join(words[cut:])}`",
                    help=f"did you mean `{event.name} {field}`?",
                    fix=instead(of.span, " ".join(words[cut:]), field, event.fields, f"{event.name} {field}"),
                )
                return BROKEN
        trimmed = re.sub(r"^(?:(?:a|the) )?customer ", "", of.text, flags=re.IGNORECASE)
        names = [*self.scope.events, *(self.scope.collections if source else ())]
        meant = trimmed if trimmed in self.scope.events else nearest(of.text, names)
        capital = next(
            (w for w in words if w != w.lower() and w.lower() in ("if", "then", "when", "where", "and", "or")), None
        )
        help_ = f"did you mean `{meant}`?" if meant else f"declare it: event {of.text} {{ ... }}"
        fix = instead(of.span, of.text, meant, names)
        values = {*self.scope.attributes, *self.scope.defines, *(context.event or {} if context else {}), "age"}
        meaning = of_trigger(of, self.scope.segments) or self._date(of) or ran_on(of, self.scope.events)
        meaning = meaning or of_event(of, self.scope, values, self.gathered.sources)
        if capital:
            help_, fix = f"the words of the language are lower case: `{capital.lower()}`", self._lower(of, capital)
        elif meaning is not None:
            help_, fix = meaning.help, meaning.fix
        self.error("SEG202", of.span, f"there is no event `{of.text}`", help=help_, fix=fix)
        return BROKEN

    def _action(self, of: ast.Name, context: Context | None) -> Typed:
        """An action, where what happened is asked for."""
        if context is not None and context.place == "test":
            help_ = f"a test asks for it on a line of its own: `expect {of.text}`, `expect no {of.text}`"
        else:
            help_ = "rules do it; what customers do is an event, such as `opens email`"
        self.error("SEG202", of.span, f"`{of.text}` is an action, not an event", help=help_)
        return BROKEN

    def _date(self, of: ast.Name) -> Meaning | None:
        """What to write where no event is meant, but a date."""
        attribute = self.scope.attributes.get(of.text)
        if attribute is None or attribute.kind not in (DATE, INSTANT):
            return None
        return Meaning(f"it is a date: write `{of.text} every year`, or `1 day after {of.text}`")

    def _lower(self, of: ast.Name, capital: str) -> Fix:
        """The name with that word of the language in lower case, wherever it stands in it."""
        words = self.gathered.sources.text(of.span).split(" ")
        return Fix(of.span, " ".join(word.lower() if word == capital else word for word in words))
