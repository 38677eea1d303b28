"""Modules to a scope: every name is declared once, fit to be read, and not readable in two ways (sections 1 and 2)."""

from attrs import frozen

from segdsl.compiler.meanings import Meaning, ran_on
from segdsl.compiler.scope import (
    TIMES,
    ActionInfo,
    AttributeInfo,
    CollectionInfo,
    DefineInfo,
    EventInfo,
    FieldInfo,
    Scope,
    SegmentInfo,
)
from segdsl.diagnostics.diagnostic import Collector, Fix, Label
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.suggest import instead, nearest
from segdsl.syntax import ast
from segdsl.syntax.format_values import quoted
from segdsl.syntax.words import misplaced
from segdsl.values.kinds import ERROR, FOLDED, SIMPLE, WEEKDAYS, Kind, RecordField
from segdsl.values.zones import Zone, zone_meant

BUILT_IN = frozenset({"age", "today", "weekday", "local time", "time", "received", "it"})
"""Names the language itself gives a meaning to."""

WIRE_KEYS = frozenset({"id", "event", "customer", "visitor", "time", "received", "attributes"})
"""Keys of an event on the wire that are not fields (section 8)."""


def declare(modules: list[ast.Module], shipped: set[int], collector: Collector) -> Scope:
    """The scope of a program. Modules whose source number is in `shipped` are the package's vocabulary, whose
    declarations any other module may replace."""
    declaring = Declaring(collector, Scope(shipped=shipped), {})
    ordered = sorted(modules, key=lambda module: module.span.source not in shipped)
    for module in ordered:
        for node in module.declarations:
            declaring.declare(node)
    declaring.finish()
    return declaring.scope


@frozen(eq=False)
class Declaring:
    collector: Collector
    scope: Scope
    places: dict[tuple[str, str], Span]

    def declare(self, node: ast.Declaration) -> None:
        scope = self.scope
        match node:
            case ast.Broken(text):
                scope.broken.append(text)
            case ast.Zone():
                self._zone(node)
            case ast.Lateness():
                if self._first("lateness", "lateness", node.span):
                    scope.lateness = node
            case ast.AttributeDeclaration(of, kind, default):
                if self._named("name", of, "attribute"):
                    scope.attributes[of.text] = AttributeInfo(of.text, self._kind(kind), of.span, default)
            case ast.EventDeclaration():
                self._event(node)
            case ast.LinesDeclaration(of):
                if self._named("name", of, "event"):
                    scope.events[of.text] = EventInfo(of.text, of.span, made_of=node.event.text, items=node.items.text)
                    self.places["lines", of.text] = node.items.span
                    self.places["of lines", of.text] = node.event.span
            case ast.CollectionDeclaration(of, event):
                if self._named("name", of, "collection"):
                    info = EventInfo(event.text, event.span)
                    scope.collections[of.text] = CollectionInfo(of.text, of.span, info, node)
            case ast.ActionDeclaration(of, fields):
                if self._named("action", of, "action"):
                    scope.actions[of.text] = ActionInfo(of.text, of.span, self._fields(fields, wire=False))
            case ast.Define(of):
                if self._named("name", of, "define"):
                    scope.defines[of.text] = DefineInfo(of.text, of.span, node)
            case ast.SegmentDeclaration(of, kind):
                if self._first("segment", of.text, of.span):
                    scope.segments[of.text] = SegmentInfo(of.text, of.span, kind, node)
            case ast.Promotion(of):
                if self._first("promotion", of.text, of.span):
                    scope.promotions[of.text] = node
            case ast.Activity(_, of):
                if self._first("activity", of.text, of.span):
                    scope.activities.append(node)
            case ast.Limit():
                scope.limits.append(node)
            case ast.Hold():
                scope.holds.append(node)
            case ast.Rule():
                scope.rules.append(node)
            case ast.TestDeclaration(of):
                if self._first("test", of.value, of.span):
                    scope.tests.append(node)

    # ------------------------------------------------------------------------------------------------------- each name

    def _first(self, space: str, name: str, span: Span) -> bool:
        """Whether this declaration is to be taken: the first of its name, or the program's in place of the shipped."""
        before = self.places.get((space, name))
        if before is not None and before.source not in self.scope.shipped:
            what = "name" if space == "name" else space
            shown = f" `{name}`" if space not in ("zone", "lateness") else ""
            self.collector.error(
                "SEG207",
                span,
                f"the {what}{shown} is declared twice",
                labels=[Label(before, "first declared here")],
                help="keep one of the two",
            )
            return False
        self.places[space, name] = span
        if before is not None and space == "name":
            for table in (self.scope.events, self.scope.attributes, self.scope.defines, self.scope.collections):
                table.pop(name, None)
        return True

    def _named(self, space: str, name: ast.Name, what: str) -> bool:
        word = misplaced(name.text)
        if word is not None:
            word = word.replace(" 5", " and a number")
            self.collector.error(
                "SEG208",
                name.span,
                f"`{word}` cannot stand in the name of an {what}"
                if what[0] in "aeiou"
                else f"`{word}` cannot stand in the name of a {what}",
                help="it is a word of the language; `seg words` lists them all",
            )
            return False
        if name.text in BUILT_IN or name.text.split(" ")[0] in WEEKDAYS:
            self.collector.error(
                "SEG208", name.span, f"`{name.text}` has a meaning in the language already", help="choose another name"
            )
            return False
        return self._first(space, name.text, name.span)

    def _zone(self, node: ast.Zone) -> None:
        if not self._first("zone", "zone", node.span):
            return
        try:
            self.scope.zone = Zone(node.name.value)
            self.scope.zone_span = node.span
        except ValueError:
            meant = zone_meant(node.name.value)
            self.collector.error(
                "SEG213",
                node.name.span,
                f"there is no time zone called `{node.name.value}`",
                help=f'did you mean "{meant[0]}"?'
                if meant
                else 'time zones are called after cities, as in "America/Toronto"',
                fix=Fix(node.name.span, quoted(meant[0]), sure=meant[1]) if meant else None,
            )

    def _event(self, node: ast.EventDeclaration) -> None:
        if self._named("name", node.name, "event"):
            fields = self._fields(node.fields, wire=True)
            self.scope.events[node.name.text] = EventInfo(node.name.text, node.name.span, node.wires, fields)

    def _fields(self, nodes: tuple[ast.FieldDeclaration, ...], *, wire: bool) -> dict[str, FieldInfo]:
        fields: dict[str, FieldInfo] = {}
        for node in nodes:
            name = node.name.text
            if name in fields:
                self.collector.error(
                    "SEG207",
                    node.name.span,
                    f"the field `{name}` is declared twice",
                    labels=[Label(fields[name].span, "first declared here")],
                )
                continue
            word = misplaced(name)
            if word is not None or (wire and name in WIRE_KEYS) or (wire and name in BUILT_IN):
                shown = (word or name).replace(" 5", " and a number")
                self.collector.error(
                    "SEG208",
                    node.name.span,
                    f"`{shown}` cannot be the name of a field",
                    help="it is a word of the language; `seg words` lists them all"
                    if word
                    else "it has a meaning of its own in every event; choose another name",
                )
                continue
            fields[name] = FieldInfo(name, self._kind(node.type), node.wires, node.name.span)
        return fields

    def _kind(self, node: ast.Type) -> Kind:
        match node:
            case ast.SimpleType(name):
                return SIMPLE[name]
            case ast.OneOfType(choices):
                if len(set(choices)) < len(choices):
                    self.collector.error("SEG207", node.span, "a choice stands twice in `one of`")
                return Kind("one of", choices)
            case ast.ListType(item):
                return Kind("list", item=self._kind(item))
            case ast.RecordType(fields):
                infos = self._fields(fields, wire=False)
                return Kind("record", fields=tuple(RecordField(i.name, i.kind, i.wires) for i in infos.values()))

    # --------------------------------------------------------------------------------------- when all names are there

    def finish(self) -> None:
        for event in list(self.scope.events.values()):
            if event.made_of is not None:
                self._lines(event)
        for collection in list(self.scope.collections.values()):
            self._collection(collection)
        self._wires()
        self._two_readings()

    def _lines(self, event: EventInfo) -> None:
        """Give a line's event the fields of the item and, where the item has none of the name, those of the order."""
        place = self.places["lines", event.name]
        source = self.scope.events.get(event.made_of or "")
        if event.span.source in self.scope.shipped and (source is None or event.items not in source.fields):
            del self.scope.events[event.name]  # the program replaced the event it was made of
            return
        if source is None:
            self._unknown_event(event.made_of or "", self.places["of lines", event.name])
            return
        items = source.fields.get(event.items or "")
        if source.made_of is not None or items is None or items.kind.name != "list":
            lists = [f.name for f in source.fields.values() if f.kind.name == "list"]
            meant = nearest(event.items or "", lists)
            self.collector.error(
                "SEG211",
                place,
                f"`{event.items}` is not a list that `{source.name}` carries",
                help=f"did you mean `{meant}`?" if meant else None,
                fix=instead(place, event.items or "", meant, lists),
            )
            return
        record = items.kind.item
        for field in record.fields if record and record.name == "record" else ():
            event.fields[field.name] = FieldInfo(field.name, field.kind, field.wires, items.span)
        for info in source.fields.values():
            if info is not items:
                event.fields.setdefault(info.name, info)
        source.lines.append((items.name, event.name))

    def _collection(self, collection: CollectionInfo) -> None:
        """Give a collection the fields of what is put in, and see that all events that carry a key have one."""
        node = collection.node
        shipped = collection.span.source in self.scope.shipped
        event = self.scope.events.get(node.event.text)
        carrying = [node.event, *(end.event for end in node.ends if end.kind == "drop")]
        events = [self.scope.events.get(name.text) for name in (*carrying, *(end.event for end in node.ends))]
        keys = [each.fields.get(node.key.text) if each else None for each in events[: len(carrying)]]
        if shipped and (None in events or not self._are_keys(keys)):
            del self.scope.collections[collection.name]  # the program replaced an event that it is made of
            return
        for name in (node.event, *(end.event for end in node.ends)):
            if name.text not in self.scope.events:
                self._unknown_event(name.text, name.span, ran_on(name, self.scope.events))
        if event is None:
            return
        collection.event.fields.update(event.fields)
        if self._key_of(event, node.key, node.key):
            for name, carrier in list(zip(carrying, events, strict=False))[1:]:
                if carrier is not None and self._key_of(carrier, node.key, name):
                    self._alike(node, event, carrier, name)
        collection.folded = any(key is not None and key.kind == FOLDED for key in keys)

    def _are_keys(self, keys: list[FieldInfo | None]) -> bool:
        """Whether keys are there, plain, and comparable with one another."""
        first = keys[0]
        return first is not None and all(
            k is not None and _is_plain(k.kind) and _alike(first.kind, k.kind) for k in keys
        )

    def _key_of(self, event: EventInfo, key: ast.Name, place: ast.Name) -> bool:
        """Whether an event carries the key of a collection, as a plain value; if not, it is complained about where the
        key or the event stands."""
        field = event.fields.get(key.text)
        if field is None:
            self._no_key(event, key, place)
        elif not _is_plain(field.kind):
            self.collector.error(
                "SEG303",
                place.span,
                f"`{key.text}` of `{event.name}` is a {field.kind.name}, which cannot be a key",
                labels=[Label(field.span, "declared here")],
                help="the key is one plain value, such as a text or a number",
            )
        return field is not None and _is_plain(field.kind)

    def _no_key(self, event: EventInfo, key: ast.Name, place: ast.Name) -> None:
        meant = nearest(key.text, event.fields)
        if place is key:
            help_ = f"did you mean `{meant}`?" if meant else f"it has: {', '.join(event.fields)}"
            fix = instead(key.span, key.text, meant, event.fields)
        else:
            has = f"it has: {', '.join(event.fields)}; " if event.fields else ""
            help_, fix = f"{has}the event that drops an item says by its `{key.text}` which one", None
        self.collector.error(
            "SEG204", place.span, f"`{event.name}` has no field `{key.text}`", help=help_, fix=fix,
            labels=[Label(key.span, "the key of the collection")] if place is not key else (),
        )  # fmt: skip

    def _alike(self, node: ast.CollectionDeclaration, event: EventInfo, other: EventInfo, place: ast.Name) -> None:
        """See that the key with which an item is dropped can be the one with which it was put in."""
        one, another = event.fields[node.key.text], other.fields[node.key.text]
        if not _alike(one.kind, another.kind):
            self.collector.error(
                "SEG301",
                place.span,
                f"`{node.key.text}` of `{other.name}` is a {another.kind.name}, and that of `{event.name}` a "
                f"{one.kind.name}",
                labels=[Label(one.span, f"of `{event.name}`"), Label(another.span, f"of `{other.name}`")],
                help="an item is dropped by the very key that it was put in with",
            )

    def _unknown_event(self, name: str, span: Span, meaning: Meaning | None = None) -> None:
        if self.scope.may_be_broken(name):
            return
        meant = nearest(name, self.scope.events)
        help_ = f"did you mean `{meant}`?" if meant else f"declare it: event {name} {{ ... }}"
        fix = instead(span, name, meant, self.scope.events)
        if meaning is not None:
            help_, fix = meaning.help, meaning.fix
        self.collector.error("SEG202", span, f"there is no event `{name}`", help=help_, fix=fix)

    def _wires(self) -> None:
        seen: dict[str, EventInfo] = {}
        for event in sorted(self.scope.events.values(), key=lambda e: e.span.source not in self.scope.shipped):
            for wire in (event.name, *event.wires):
                other = seen.get(wire)
                if other is None or other is event or other.span.source in self.scope.shipped:
                    seen[wire] = event
                    continue
                self.collector.error(
                    "SEG207",
                    event.span,
                    f"`{wire}` on the wire would be two events",
                    labels=[Label(other.span, f"`{other.name}` has that name too")],
                )

    def _two_readings(self) -> None:
        """`views product "A"` must not be both an event `views product` and an event `views` with its `product`."""
        names = set(self.scope.events)
        for event in self.scope.events.values():
            for field in (*event.fields, *TIMES):
                other = self.scope.events.get(f"{event.name} {field}")
                if other is not None and f"{event.name} {field}" in names:
                    later, earlier = sorted((event, other), key=lambda e: e.span)[::-1]
                    self.collector.error(
                        "SEG209",
                        later.span,
                        f"`{other.name}` can be read in two ways",
                        labels=[
                            Label(
                                earlier.span,
                                f"as the event `{other.name}`, and as the field `{field}` of `{event.name}`",
                            )
                        ],
                        help="rename one of them",
                    )


def _is_plain(kind: Kind) -> bool:
    return kind.name not in ("list", "record")


def _alike(one: Kind, other: Kind) -> bool:
    return one == other or (one.is_text and other.is_text) or ERROR in (one, other)
