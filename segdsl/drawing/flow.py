"""The flow diagram: for each activity, and the rules of a file outside one, what starts them and what they do.

Each rule is a tree of the author's own sentences (language.md section 3). An activity's options stand under its name.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath
from typing import assert_never

from attrs import define, field

from segdsl.compiler.checked import CheckedProgram
from segdsl.diagnostics.span import Span
from segdsl.drawing.graph import Edge, Graph, Group, Ids, Kind, Node, digest, slug
from segdsl.syntax import ast
from segdsl.syntax.format import format_module
from segdsl.syntax.format_rules import action, option, plain_step, trigger
from segdsl.syntax.format_values import expression, literal, quoted

End = tuple[str, str]
"""A node, and what stands on the way on from it."""


def flow_graph(program: CheckedProgram, activity: str | None = None) -> Graph:
    """All activities and rules of a program in the order of the text, or the one activity of that name."""
    flows = Flows(program)
    for number, module in enumerate(program.modules):
        if number not in program.scope.shipped:
            flows.take(program.sources[number].name, module, activity)
    names = [group.name for group in flows.groups]
    title = f"Flow of {activity}" if activity is not None else f"Flow of {', '.join(names[:3])}"
    title += f" and {len(names) - 3} more" if len(names) > 3 else ""
    return Graph(title, flows.described(), "down", tuple(flows.groups))


def activity_names(program: CheckedProgram) -> list[str]:
    """The names of all activities, in the order of the text."""
    return list(dict.fromkeys(node.name.text for node in program.scope.activities))


@define(eq=False)
class Flows:
    """Makes the groups of a flow diagram."""

    program: CheckedProgram
    ids: Ids = field(factory=Ids)
    groups: list[Group] = field(factory=list)
    rules: int = 0

    def take(self, file: str, module: ast.Module, activity: str | None) -> None:
        free = [node for node in module.declarations if isinstance(node, ast.Rule)]
        for node in module.declarations:
            if isinstance(node, ast.Activity) and activity in (None, node.name.text):
                self._group("activity", node.name.text, _notes(node), node.body)
            elif free and node is free[0] and activity is None:
                self._group("file", self._shown(file), ("rules outside activities",), free)

    def _shown(self, file: str) -> str:
        """The name of a file without its folders, where no other file has it."""
        last = PurePath(file).name
        alike = Counter(PurePath(source.name).name for source in self.program.sources)
        return last if last and alike[last] == 1 else file

    def _group(self, what: str, name: str, notes: tuple[str, ...], body: Iterable[ast.Rule | ast.Stop]) -> None:
        flow = Flow(self.program, name, self.ids)
        for part in body:
            if isinstance(part, ast.Rule):
                self.rules += 1
                flow.rule(part)
            else:
                flow.stop(part)
        self.groups.append(Group(self.ids.of(what, name), name, notes, tuple(flow.nodes), tuple(flow.edges)))

    def described(self) -> str:
        """What the picture shows, in words."""
        parts = [f"{group.name} ({', '.join(group.notes)})" for group in self.groups]
        return f"{self.rules} rule{'' if self.rules == 1 else 's'}: " + "; ".join(parts)


def _notes(node: ast.Activity) -> tuple[str, ...]:
    kind = node.kind if node.kind == "search rule" else f"{node.kind} activity".strip()
    return (kind, *map(option, node.options))


@define(eq=False)
class Flow:
    """Makes the nodes and edges of one group. `key` stands for the rule at hand in the ids of its nodes."""

    program: CheckedProgram
    group: str
    ids: Ids
    nodes: list[Node] = field(factory=list)
    edges: list[Edge] = field(factory=list)
    key: str = ""

    def rule(self, node: ast.Rule) -> None:
        text = self.program.sources[node.span.source].text
        # A rule is its activity and its text (section 5.7): an edit of one changes the ids of no other.
        self.key = "r" + digest(self.group, format_module(ast.Module((node,)), text))
        ends: list[End] = []
        for number, each in enumerate(node.triggers):
            text = f"{'or' if number else 'when'} {trigger(each)}"
            ends.append((self._add("trigger", text, each.span), ""))
        if node.condition is not None:
            ends = [self._asked(node.condition, ends)]
        self._steps(node.steps, ends)

    def stop(self, node: ast.Stop) -> None:
        text = "stop when " + " or ".join(map(trigger, node.triggers))
        self.key = "s" + digest(self.group, text)
        self._add("stop", text, node.span)

    def _steps(self, steps: tuple[ast.Step, ...], ends: list[End]) -> None:
        for step in steps:
            match step:
                case ast.Gate(condition):
                    ends = [self._asked(condition, ends)]
                case ast.Wait() | ast.WaitUntil():
                    ends = [(self._then("wait", plain_step(step), step.span, ends), "")]
                case ast.WaitFor():
                    waits = self._then("wait", plain_step(step), step.span, ends)
                    ends = [(waits, "in time" if step.within else "")]
                case ast.Act(actions):
                    text = "\nand ".join(map(action, actions))
                    ends = [(self._then("action", text, step.span, ends), "")]
                case ast.Branch():
                    ends = self._branch(step, ends)
                case _:
                    assert_never(step)

    def _branch(self, node: ast.Branch, ends: list[End]) -> list[End]:
        seed = f" seed {quoted(node.seed.value)}" if node.seed else ""
        branch = self._then("branch", node.kind, node.span, ends, tip=f"branch {node.kind}{seed}")
        for number, path in enumerate(node.paths, 1):
            label = f"{number}" if node.kind == "first" else ""
            if path.otherwise:
                label = "otherwise"
            elif path.share is not None:
                label = literal(path.share)
            start: End = (branch, label)
            if path.condition is not None:
                start = self._asked(path.condition, [start])
            self._steps(path.steps, [start])
        return []

    def _asked(self, condition: ast.Expression, ends: list[End]) -> End:
        return self._then("condition", f"if {expression(condition)}", condition.span, ends), "yes"

    def _then(self, kind: Kind, text: str, span: Span, ends: list[End], *, tip: str = "") -> str:
        node = self._add(kind, text, span, tip=tip)
        self.edges += [Edge(before, node, label) for before, label in ends]
        return node

    def _add(self, kind: Kind, text: str, span: Span, *, tip: str = "") -> str:
        node = self.ids.counted(f"{self.key}_{slug(text)}")
        self.nodes.append(Node(node, kind, text, place=self.program.place(span), tip=tip))
        return node
