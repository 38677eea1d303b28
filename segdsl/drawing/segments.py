"""The segment graph: the segments of a program, who fills and empties them, and who reads them.

An activity is one node, a rule outside one as well. Attributes that rules set, and events that rules make, are there
where something else takes them up, since they join rules as segments do.
"""

from collections.abc import Iterable
from typing import assert_never

from attrs import define, field, frozen

from segdsl.compiler.checked import CheckedProgram
from segdsl.compiler.scope import SegmentInfo
from segdsl.drawing.graph import Edge, EdgeKind, Graph, Group, Ids, Kind, Node, digest
from segdsl.drawing.reads import Reader, Reads
from segdsl.syntax import ast
from segdsl.syntax.format import format_module
from segdsl.syntax.format_rules import option, trigger
from segdsl.syntax.format_values import duration, expression

HOST = "host"


def segment_graph(program: CheckedProgram) -> Graph:
    """All segments of a program, and what is between them."""
    made = Segments(program, Reader(program.scope))
    for info in program.scope.segments.values():
        made.segment(info)
    for number, module in enumerate(program.modules):
        if number not in program.scope.shipped:
            made.take(module)
    for promotion in program.scope.promotions.values():
        made.promotion(promotion)
    return made.graph()


@frozen
class Link:
    """Between two nodes, or to or from what an attribute or event is called."""

    source: str
    target: str
    label: str
    kind: EdgeKind


@define(eq=False)
class Segments:
    """Makes the nodes and links. A thing is known here by its kind and name, as `segment Skiers`, since the ids of
    nodes are for those of the picture alone."""

    program: CheckedProgram
    reader: Reader
    ids: Ids = field(factory=Ids)
    nodes: dict[str, Node] = field(factory=dict)
    links: list[Link] = field(factory=list)

    # -------------------------------------------------------------------------------------------------------- segments

    def segment(self, info: SegmentInfo) -> None:
        key, condition = f"segment {info.name}", info.node.condition
        asked = expression(condition) if condition is not None else ""
        match info.kind:
            case "added":
                self._add(key, "added", info.name, f"while {asked}" if asked else "", info.node)
            case "derived":
                self._add(key, "derived", info.name, f"if {asked}", info.node)
            case "listed":
                self._add(key, "listed", info.name, "", info.node)
                self.nodes.setdefault(HOST, Node("host", "host", "the host"))
                self._link(HOST, key, "lists", "writes")
            case _:
                assert_never(info.kind)
        if condition is not None:
            self._read(key, self.reader.of_expression(condition), "while " if info.kind == "added" else "")

    def promotion(self, node: ast.Promotion) -> None:
        if node.condition is not None:
            key = f"promotion {node.name.text}"
            text = " ".join([*map(option, node.options), f"if {expression(node.condition)}"])
            self._add(key, "promotion", node.name.text, text, node)
            self._read(key, self.reader.of_expression(node.condition), "")

    # ----------------------------------------------------------------------------------------------------------- rules

    def take(self, module: ast.Module) -> None:
        for node in module.declarations:
            match node:
                case ast.Activity():
                    kind = node.kind if node.kind == "search rule" else f"{node.kind} activity".strip()
                    key = f"activity {node.name.text}"
                    self._add(key, "activity", node.name.text, kind, node)
                    for part in node.body:
                        self._part(key, part)
                case ast.Rule():
                    text = format_module(ast.Module((node,)), self.program.sources[node.span.source].text).strip()
                    key = f"rule {digest(text)}"
                    started = "when " + " or ".join(map(trigger, node.triggers))
                    asked = f"\nif {expression(node.condition)}" if node.condition is not None else ""
                    self._add(key, "rule", "", started + asked, node, tip=text, name=key.removeprefix("rule "))
                    self._part(key, node)
                case _:
                    pass  # nothing else does anything; segments and promotions are looked up by name

    def _part(self, key: str, node: ast.Rule | ast.Stop) -> None:
        for each in node.triggers:
            self._hear(key, each)
        if isinstance(node, ast.Rule):
            if node.condition is not None:
                self._read(key, self.reader.of_expression(node.condition), "")
            self._steps(key, node.steps)

    def _steps(self, key: str, steps: tuple[ast.Step, ...]) -> None:
        for step in steps:
            match step:
                case ast.Gate(condition):
                    self._read(key, self.reader.of_expression(condition), "")
                case ast.Wait():
                    pass
                case ast.WaitUntil(moment):
                    if isinstance(moment, ast.NearDate):
                        self._hear(key, moment)
                case ast.WaitFor(awaited):
                    self._hear(key, awaited)
                case ast.Branch(_, paths):
                    for path in paths:
                        if path.condition is not None:
                            self._read(key, self.reader.of_expression(path.condition), "")
                        self._steps(key, path.steps)
                case ast.Act(actions):
                    for action in actions:
                        self._act(key, action)
                case _:
                    assert_never(step)

    def _hear(self, key: str, node: ast.Trigger) -> None:
        """What starts, stops or answers a rule."""
        match node:
            case ast.EventTrigger(name, match, where):
                self._read_events(key, self.reader.event_of(name, match), "when")
                for inner in (match, where):
                    if inner is not None:
                        self._read(key, self.reader.of_expression(inner, about_event=True), "")
            case ast.CountedTrigger(counted):
                self._hear(key, counted)
            case ast.AfterEach(_, after, without) | ast.AfterLast(_, after, without):
                self._hear(key, after)
                if without is not None:
                    self._hear(key, without)
            case ast.Enters(segment):
                self._link(f"segment {segment.text}", key, "enters", "reads")
            case ast.Leaves(segment):
                self._link(f"segment {segment.text}", key, "leaves", "reads")
            case ast.NearDate(_, name):
                self._link(f"attribute {name.text}", key, "reads", "reads")
            case ast.EveryDay() | ast.EveryWeekday() | ast.EveryMonth() | ast.OnceAt():
                pass
            case _:
                assert_never(node)

    def _act(self, key: str, node: ast.Action) -> None:
        match node:
            case ast.Add(segments, lasting, _):
                for segment in segments:
                    label = f"adds for {duration(lasting)}" if lasting else "adds"
                    self._link(key, f"segment {segment.text}", label, "writes")
            case ast.Remove(segments):
                for segment in segments:
                    self._link(key, f"segment {segment.text}", "removes", "writes")
            case ast.SetAttribute(name, value):
                self._link(key, f"attribute {name.text}", "sets", "writes")
                self._read(key, self.reader.of_expression(value), "")
            case ast.ClearAttribute(name):
                self._link(key, f"attribute {name.text}", "clears", "writes")
            case ast.Record(name, assignments):
                self._link(key, f"event {name.text}", "records", "writes")
                self._assign(key, assignments)
            case ast.Perform(_, _, assignments):
                self._assign(key, assignments)
            case _:
                assert_never(node)

    def _assign(self, key: str, assignments: tuple[ast.Assignment, ...]) -> None:
        for assignment in assignments:
            self._read(key, self.reader.of_expression(assignment.value), "")

    # ----------------------------------------------------------------------------------------------------------- links

    def _read(self, key: str, reads: Reads, prefix: str) -> None:
        for segment, negated in reads.segments:
            self._link(f"segment {segment}", key, prefix + ("not in" if negated else "in"), "reads")
        for attribute in reads.attributes:
            self._link(f"attribute {attribute}", key, "reads", "reads")
        self._read_events(key, reads.events, "looks back")

    def _read_events(self, key: str, events: Iterable[str], label: str) -> None:
        for event in events:
            self._link(f"event {event}", key, label, "reads")

    def _link(self, source: str, target: str, label: str, kind: EdgeKind) -> None:
        self.links.append(Link(source, target, label, kind))

    def _add(
        self, key: str, kind: Kind, head: str, text: str, node: ast.Node, *, tip: str = "", name: str = ""
    ) -> None:  # fmt: skip
        if key not in self.nodes:
            place = self.program.place(node.span)
            self.nodes[key] = Node(self.ids.of(key.partition(" ")[0], name or head), kind, text, head, place, tip)

    # ----------------------------------------------------------------------------------------------------------- graph

    def graph(self) -> Graph:
        self._add_between()
        edges = self._edges()
        joined = {end for edge in edges for end in (edge.source, edge.target)}
        kept = [
            node for node in self.nodes.values() if node.kind in ("added", "derived", "listed") or node.id in joined
        ]
        count = len(self.program.scope.segments)
        said = f"{count} segment{'' if count == 1 else 's'}: " + "; ".join(self._said(kept, edges))
        return Graph("Segments, and who fills and reads them", said, "right", (Group("all", "", (), tuple(kept),
                     tuple(edges)),))  # fmt: skip

    def _add_between(self) -> None:
        """Nodes for attributes and events that rules make and something reads."""
        written = {link.target for link in self.links if link.kind == "writes"}
        read = {link.source for link in self.links if link.kind == "reads"}
        for link in self.links:
            key = link.target
            kind, _, name = key.partition(" ")
            if link.kind == "writes" and key in read & written and key not in self.nodes:
                if kind == "attribute":
                    self.nodes[key] = Node(self.ids.of(kind, name), "attribute", name, tip=f"attribute {name}")
                elif kind == "event":
                    self.nodes[key] = Node(self.ids.of(kind, name), "event", name, tip=f"event {name}")

    def _edges(self) -> list[Edge]:
        """One edge for all that goes from one node to another."""
        labels: dict[tuple[str, str, EdgeKind], list[str]] = {}
        for link in self.links:
            if link.source in self.nodes and link.target in self.nodes and link.source != link.target:
                ends = self.nodes[link.source].id, self.nodes[link.target].id, link.kind
                found = labels.setdefault(ends, [])
                if link.label not in found:
                    found.append(link.label)
        return [Edge(source, target, ", ".join(said), kind) for (source, target, kind), said in labels.items()]

    def _said(self, nodes: list[Node], edges: list[Edge]) -> Iterable[str]:
        names = {node.id: node.head or node.text.replace("\n", " ") for node in nodes}
        for edge in edges:
            yield f"{names[edge.source]} → {names[edge.target]} ({edge.label})"
