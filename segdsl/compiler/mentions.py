"""Names in conditions: what each means where it stands (language.md sections 4 and 5.9), and membership tests.

A bare name is a field of the event at hand, else an attribute or a define; an event's name asks its history.
"""

from collections.abc import Mapping
from itertools import islice

from attrs import evolve

from segdsl.compiler.context import BROKEN, Context, Item, Typed
from segdsl.compiler.fixes import another_name, declaration, declared, is_whole_name
from segdsl.compiler.history import History
from segdsl.compiler.meanings import of_segment
from segdsl.compiler.scope import EventInfo, FieldInfo
from segdsl.diagnostics.diagnostic import Fix, Label
from segdsl.diagnostics.suggest import nearest
from segdsl.plan import nodes as p
from segdsl.plan.walk import depth, walk
from segdsl.syntax import ast
from segdsl.syntax.characters import INVISIBLE
from segdsl.values import instants, limits
from segdsl.values.kinds import BOOLEAN, DATE, ERROR, INSTANT, NUMBER, TIME_OF_DAY, WEEKDAY, Kind


class Mentions(History):
    """The part of the walk that knows names."""

    # --------------------------------------------------------------------------------------------------------- mention

    def mention(self, node: ast.Mention, context: Context) -> Typed:
        name = node.name.text
        plain = node.match is None and node.where is None and node.count is None
        if plain and name.startswith("this "):
            return self._dated(node, self._this(node.name, name.removeprefix("this "), context), context)
        if plain and name.startswith("customer "):
            return self._dated(node, self._customer(node.name, name.removeprefix("customer "), context), context)
        if context.item is not None:
            return self._in_where(node, context.item, context)
        if not plain:
            return self._history_of(node, context)
        known = self._value_of(node.name, context)
        if known is not None:
            return self._dated(node, known, context)
        if name in self.scope.events:
            return self._history_of(node, context)
        return self.unknown_name(node.name, context)

    def _value_of(self, of: ast.Name, context: Context) -> Typed | None:
        """What a bare name reads, if it is a field of the event at hand, an attribute, a define or built in."""
        name = of.text
        if context.event is not None and name in context.event:
            if context.event[name] == ERROR:
                return BROKEN
            hidden = self.scope.attributes.get(name)
            if hidden is not None:
                self.error(
                    "SEG210",
                    of.span,
                    f"`{name}` is a field of the event and an attribute of the customer",
                    help=f"write `this {name}` or `customer {name}`",
                    labels=[Label(hidden.span, "the attribute")],
                )
                return BROKEN
            return Typed(context.event[name], p.Field(name))
        if name in self.scope.attributes:
            return self._attribute(name)
        if name in self.scope.defines:
            return self._define(of, context)
        return self._built_in(of, context)

    def _attribute(self, name: str) -> Typed:
        self.gathered.attributes_read.add(name)
        return Typed(self.scope.attributes[name].kind, p.Attribute(name))

    def _built_in(self, of: ast.Name, context: Context) -> Typed | None:
        match of.text:
            case "age":
                birth = self.scope.attributes.get("birth date")
                if birth is None or birth.kind != DATE:
                    self.error(
                        "SEG203",
                        of.span,
                        "`age` is known from an attribute `birth date`, which is not declared",
                        help="declare it: attribute birth date: date",
                    )
                    return BROKEN
                return Typed(NUMBER, p.Age(self._attribute("birth date").node))
            case "today":
                self.between_events(of.span, "`today`", context)
                return Typed(DATE, p.Now("date"))
            case "weekday":
                self.between_events(of.span, "`weekday`", context)
                return Typed(WEEKDAY, p.Now("weekday"))
            case "local time":
                self.between_events(of.span, "`local time`", context)
                return Typed(TIME_OF_DAY, p.Now("time of day"))
        return None

    def _this(self, of: ast.Name, field: str, context: Context) -> Typed:
        if context.start:
            return self._of_start(of, field, context.start)
        if context.event is None:
            self.error(
                "SEG212",
                of.span,
                f"there is no event here whose `{field}` could be meant",
                help="`this` is the event that started a rule",
            )
            return BROKEN
        if field not in context.event:
            return self.unknown_field(ast.Name(field, span=of.span), context.event_name, context.event)
        kind = context.event[field]
        return Typed(kind, p.Field(field)) if kind != ERROR else BROKEN

    def _of_start(self, of: ast.Name, field: str, start: Mapping[str, Kind]) -> Typed:
        """`this FIELD` behind a `wait for`: a field of the event that started the flow."""
        if field not in start:
            return self.unknown_field(ast.Name(field, span=of.span), "the event that started the flow", start)
        kind = start[field]
        return Typed(kind, p.Field(field, True)) if kind != ERROR else BROKEN

    def _customer(self, of: ast.Name, name: str, context: Context) -> Typed:
        if name not in self.scope.attributes:
            if name in self.scope.events:
                self.error(
                    "SEG203", of.span, f"`{name}` is an event", help="leave out `customer`", fix=Fix(of.span, name)
                )
                return BROKEN
            return self.unknown_name(ast.Name(name, span=of.span), context)
        if context.item is not None:
            return self._attribute_in_where(of, context.item)
        return self._attribute(name)

    def _define(self, of: ast.Name, context: Context) -> Typed:
        """A define means what its text means, wherever it is used; it never speaks of an event at hand."""
        if of.text in context.defines:
            path = " → ".join([*context.defines[context.defines.index(of.text) :], of.text])
            self.error(
                "SEG403",
                self.scope.defines[of.text].span,
                f"`{of.text}` is defined by itself: {path}",
                help="a define can use others, but never itself",
            )
            return BROKEN
        kept = self.gathered.defined.get((of.text, context.lasting))
        if kept is None:
            kept = self._defined(of, context)
            self.gathered.defined[of.text, context.lasting] = kept
        if context.defines:
            depths, user = self.gathered.depths, context.defines[-1]
            depths[user] = max(depths.get(user, 1), depths.get(of.text, 1) + 1)
        self.gathered.reads |= {node.segment for node in walk(kept.node) if isinstance(node, p.Member)}
        self.gathered.attributes_read |= {node.name for node in walk(kept.node) if isinstance(node, p.Attribute)}
        return kept

    def _defined(self, of: ast.Name, context: Context) -> Typed:
        defined = self.scope.defines[of.text]
        typed = BROKEN
        if len(context.defines) < limits.NESTING:
            inner = evolve(context, event=None, item=None, defines=(*context.defines, of.text))
            typed = self.value(defined.node.value, inner)
        if len(context.defines) >= limits.NESTING or self.gathered.depths.get(of.text, 1) > limits.NESTING:
            self.gathered.depths[of.text] = 1  # said once; those that use this one need not say it again
            self.error(
                "SEG113",
                defined.span,
                f"more than {limits.NESTING} defines use one another in a row",
                help="make some of them segments",
            )
            return BROKEN
        parts = sum(1 for _ in islice(walk(typed.node), limits.DEFINE_PARTS + 1))
        if parts > limits.DEFINE_PARTS or depth(typed.node) > limits.DEPTH:
            self.error(
                "SEG114",
                defined.span,
                f"`{of.text}` stands for too much, with the defines it uses",
                help="make some of these defines segments",
            )
            return BROKEN
        return typed

    # ----------------------------------------------------------------------------------------------- inside a `where`

    def _in_where(self, node: ast.Mention, item: Item, context: Context) -> Typed:
        name = node.name.text
        if node.match is not None or node.where is not None or node.count is not None or node.window is not None:
            if name in item.kinds:
                self.error(
                    "SEG312",
                    node.span,
                    f"a `where` speaks of {item.about} alone, not of how long ago something is now",
                    help="compare two of its fields, or a field with a value",
                )
                return BROKEN
            self.error(
                "SEG312",
                node.span,
                f"a `where` speaks of {item.about} alone, not of other events",
                help="put what concerns the customer beside it, with `and`",
            )
            return BROKEN
        if name == "it" and "" in item.kinds:
            return Typed(item.kinds[""], item.read(""))
        if name in item.kinds:
            return Typed(item.kinds[name], item.read(name))
        if name in self.scope.attributes or name in self.scope.defines or name in ("age", "today", "weekday"):
            return self._attribute_in_where(node.name, item)
        return self.unknown_field(node.name, item.what, item.kinds)

    def _attribute_in_where(self, of: ast.Name, item: Item) -> Typed:
        help_ = "what concerns the customer stands behind the `while` of a `hold`"
        if item.about == "its event":
            help_ = "a past event is judged by what it carried; put what concerns the customer beside the `where`"
        self.error(
            "SEG312",
            of.span,
            f"a `where` speaks of {item.about} alone, and `{of.text}` is not a field of it",
            help=help_,
        )
        return BROKEN

    # ----------------------------------------------------------------------------------- dates with a window; history

    def _dated(self, node: ast.Mention, value: Typed, context: Context) -> Typed:
        """A date or an instant with a window asks how long ago, or how soon, it is."""
        if node.window is None or value == BROKEN:
            return value
        if value.kind not in (DATE, INSTANT):
            self.error(
                "SEG307",
                node.window.span,
                f"`{node.name.text}` is neither an event nor a date",
                help="a window of time goes with an event's history or with a date",
            )
            return BROKEN
        moment = p.Start(value.node) if value.kind == DATE else value.node
        return Typed(BOOLEAN, self.date_window(node.window, moment, value))

    def _history_of(self, node: ast.Mention, context: Context) -> Typed:
        found = self.event_of(node.name, node.match)
        if found is None:
            return self._not_an_event(node, context)
        event, field = found
        where = self.where(event, field, node.match, node.where, context)
        return Typed(BOOLEAN, self.counted(event, where, node.count, node.window))

    def event_of(self, of: ast.Name, match: ast.Expression | None) -> tuple[EventInfo, FieldInfo | None] | None:
        """The event a name stands for and, where a value follows, the field it is compared with: the subject, or one
        named by the last words, as in `buys category "Golf"`."""
        event = self.scope.events.get(of.text)
        if event is not None:
            return event, event.subject if match is not None else None
        words = of.text.split(" ")
        for cut in range(len(words) - 1, 0, -1) if match is not None else ():
            event = self.scope.events.get(" ".join(words[:cut]))
            field = event.fields.get(" ".join(words[cut:])) if event else None
            if event is not None and field is not None:
                return event, field
        return None

    def _not_an_event(self, node: ast.Mention, context: Context) -> Typed:
        name = node.name.text
        known = self._value_of(node.name, context) if self._is_value(name, context) else None
        if known is not None:
            if known != BROKEN and node.match is not None:
                self.error(
                    "SEG307", node.span, f"`{name}` is not an event", help=f"to compare it write `{name} is ...`"
                )
            elif known != BROKEN:
                self.error("SEG307", node.span, f"`{name}` is not an event, so it has no history")
            return BROKEN
        return self.unknown_event(node.name, context)

    def _is_value(self, name: str, context: Context) -> bool:
        return name in self.scope.attributes or name in self.scope.defines or name in (context.event or {})

    # ------------------------------------------------------------------------------------------------------ membership

    def segment(self, of: ast.Name, *, filled: bool = False) -> bool:
        """Whether a segment is declared; if not, it was complained about. `filled` where a rule adds to it."""
        if of.text in self.scope.segments:
            self.gathered.reads.add(of.text)
            return True
        if not self.scope.may_be_broken(of.text) and not INVISIBLE.search(of.text):
            meant = nearest(of.text, self.scope.segments)
            written = declaration(of)
            fix = another_name(of, meant, self.scope.segments)
            if meant is None and filled:
                fix = declared(self.gathered, of.span, written)
                fix = evolve(fix, sure=is_whole_name(of)) if fix is not None else None
            help_ = f'did you mean "{meant}"? if not, declare it: {written}' if meant else f"declare it: {written}"
            meaning = of_segment(of, self.scope, self.gathered.sources)
            if meaning is not None:
                help_, fix = meaning.help, meaning.fix
            self.error("SEG201", of.span, f'there is no segment "{of.text}"', help=help_, fix=fix)
        return False

    def members(self, quantifier: str, segments: tuple[ast.Name, ...], context: Context) -> p.Expression:
        self._no_where(segments[0], context)
        tests = tuple(p.Member(of.text) for of in segments if self.segment(of))
        for of, test in zip([of for of in segments if of.text in self.scope.segments], tests, strict=True):
            self.gathered.written.note(test, ast.InSegment(of, None, span=of.span))
        if quantifier == "all":
            return tests[0] if len(tests) == 1 else p.Both(tests)
        any_of = tests[0] if len(tests) == 1 else p.Either(tests)
        return any_of if quantifier == "any" else p.Negation(any_of)

    def member(self, of: ast.Name, lasting: ast.Duration | None, context: Context) -> p.Expression:
        self._no_where(of, context)
        self.segment(of)
        if lasting is None:
            return p.Member(of.text)
        if lasting.calendar:
            self.error(
                "SEG305",
                lasting.span,
                "`for at least` takes a fixed length",
                help="write it in days or weeks, without `calendar`",
            )
            return p.Constant(None)
        return p.Member(of.text, lasting.count * instants.UNITS[lasting.unit])

    def _no_where(self, of: ast.Name, context: Context) -> None:
        if context.item is not None:
            self.error(
                "SEG312",
                of.span,
                f"a `where` speaks of {context.item.about} alone, not of segments",
                help="put `in segment` beside the `where`, with `and`",
            )

    # ----------------------------------------------------------------------------------------------- lists at the hand

    def list_at_hand(self, of: ast.Name, context: Context) -> tuple[p.Expression, Kind] | None:
        """A list that the event at hand, or the item a `where` speaks of, carries."""
        if context.item is not None:
            kind = context.item.kinds.get(of.text)
            return (context.item.read(of.text), kind) if kind is not None and kind.name == "list" else None
        kind = context.event.get(of.text) if context.event is not None else None
        return (p.Field(of.text), kind) if kind is not None and kind.name == "list" else None
