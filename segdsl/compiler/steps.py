"""The steps of a rule: gates, branches, waits and the stages of actions (language.md section 3, and 5.4)."""

from typing import assert_never

from attrs import define, field

from segdsl.compiler.actions import ActionChecker
from segdsl.compiler.context import Context, Gathered
from segdsl.compiler.expressions import Expressions
from segdsl.compiler.segments import SegmentTable
from segdsl.compiler.waits import WaitChecker
from segdsl.diagnostics.diagnostic import Label
from segdsl.diagnostics.span import Span
from segdsl.plan import nodes as p
from segdsl.syntax import ast

WHOLE = 1_000_000


@define(eq=False)
class Stages:
    """What the stages so far of one way through a rule have changed, with the places where they did."""

    segments: dict[str, Span] = field(factory=dict)
    attributes: dict[str, Span] = field(factory=dict)

    def copy(self) -> "Stages":
        return Stages(dict(self.segments), dict(self.attributes))


@define(eq=False)
class StepChecker:
    """Checks and lowers the steps of one rule. `draws_for` goes into the purpose of its draws, beside the branch's
    number, so that the rules of one activity draw apart and adding one changes no draw of another (section 5.19)."""

    gathered: Gathered
    expressions: Expressions
    table: SegmentTable
    actions: ActionChecker
    waits: WaitChecker
    draws_for: str = ""
    stage: int = 0
    draws: int = 0

    def steps(self, nodes: tuple[ast.Step, ...], context: Context, *, seed: str) -> tuple[p.Step, ...]:
        self.waits.check_lengths(nodes)
        return self._steps(nodes, context, seed, Stages())

    def _steps(self, nodes: tuple[ast.Step, ...], context: Context, seed: str, before: Stages) -> tuple[p.Step, ...]:
        made: list[p.Step] = []
        for number, node in enumerate(nodes):
            match node:
                case ast.Gate(condition):
                    made.append(p.Gate(self._read(condition, context, before)))
                case ast.Act():
                    made.append(self._act(node, context, before))
                case ast.Branch():
                    made.append(self._branch(node, context, seed, before))
                    if number < len(nodes) - 1:
                        self.expressions.error(
                            "SEG407",
                            nodes[number + 1].span,
                            "nothing comes after a branch",
                            labels=[Label(node.span, "each path of this branch goes on by itself")],
                            help="put what follows into the paths, or into a rule of its own",
                        )
                case ast.Wait() | ast.WaitUntil() | ast.WaitFor():
                    pause, context = self.waits.lower(node, context)
                    if pause is None:
                        continue
                    made.append(pause)
                    before = Stages()  # what follows belongs to a later step
                case _:
                    assert_never(node)
            self.gathered.written.note(made[-1], node)
        return tuple(made)

    def _read(self, node: ast.Expression, context: Context, before: Stages) -> p.Expression:
        """A condition of a later stage: it cannot read what an earlier one of the same step has changed."""
        self.gathered.reads, self.gathered.attributes_read = set(), set()
        condition = self.expressions.condition(node, context)
        self._refuse_stale(node, before)
        return condition

    def _refuse_stale(self, node: ast.Node, before: Stages) -> None:
        if not before.segments and not before.attributes:
            return
        touched = self.table.touched_by(set(before.segments), set(before.attributes))
        stale = sorted(self.gathered.reads & touched)
        attributes = sorted(self.gathered.attributes_read & set(before.attributes))
        if not stale and not attributes:
            return
        what = f'"{stale[0]}"' if stale else f"`{attributes[0]}`"
        places = [*before.segments.values(), *before.attributes.values()]
        span = before.segments.get(stale[0], places[0]) if stale else before.attributes[attributes[0]]
        self.expressions.error(
            "SEG408",
            node.span,
            f"{what} is read as it was before the step, not as this rule has just changed it",
            labels=[Label(span, "changed here, when the step is over")],
            help="ask before the change, or in a rule that is triggered by it",
        )

    def _act(self, node: ast.Act, context: Context, before: Stages) -> p.Act:
        self.gathered.reads, self.gathered.attributes_read = set(), set()
        self.stage += 1
        made = p.Act(self.stage, self.actions.actions(node.actions, context))
        self._refuse_stale(node, before)
        for action in node.actions:
            match action:
                case ast.Add(segments) | ast.Remove(segments):
                    for name in segments:
                        before.segments.setdefault(name.text, name.span)
                case ast.SetAttribute(name) | ast.ClearAttribute(name):
                    before.attributes.setdefault(name.text, name.span)
                case _:
                    pass
        return made

    # -------------------------------------------------------------------------------------------------------- branches

    def _branch(self, node: ast.Branch, context: Context, seed: str, before: Stages) -> p.Branch:
        purpose = ""
        own_seed = node.seed.value if node.seed else seed
        if node.kind == "random":
            self.draws += 1
            purpose = f"{self.draws} {self.draws_for}".strip()
            if node.seed is None and context.activity is None:
                self.expressions.error(
                    "SEG410",
                    node.span,
                    "outside an activity a random branch needs a seed",
                    help='as in `branch random seed "spring test" { ... }`',
                )
        elif node.seed is not None:
            self.expressions.error("SEG404", node.seed.span, "only a random branch has a seed")
        self._check_shares(node)
        paths: list[p.Path] = []
        start = 0
        for number, path in enumerate(node.paths):
            if path.otherwise and (node.kind != "first" or number < len(node.paths) - 1):
                help_ = "of `branch all` each path has a condition of its own, of `branch random` a share"
                self.expressions.error(
                    "SEG414", path.span, "`otherwise` is the last path of `branch first`", help=help_
                )
            share = path.share.value if path.share else 0
            condition = self._read(path.condition, context, before) if path.condition is not None else None
            steps = self._steps(path.steps, context, seed, before.copy())
            paths.append(p.Path(condition, steps, start, start + share))
            self.gathered.written.note(paths[-1], path)
            start += share
        return p.Branch(node.kind, tuple(paths), own_seed, purpose)  # type: ignore[arg-type]

    def _check_shares(self, node: ast.Branch) -> None:
        if node.kind != "random":
            for path in node.paths:
                if path.share is not None:
                    self.expressions.error(
                        "SEG404",
                        path.share.span,
                        f"a path of `branch {node.kind}` has no share",
                        help="shares belong to `branch random`",
                    )
            return
        missing = next((path for path in node.paths if path.share is None), None)
        if missing is not None:
            self.expressions.error("SEG404", missing.span, "this path has no share", help="as in `path 50% then ...`")
            return
        total = sum(path.share.value for path in node.paths if path.share)
        if total != WHOLE:
            given = f"{total / 10_000:g}%"
            help_ = "each customer takes one path: give the paths shares that make 100% together"
            message = f"the shares of this branch make {given}, not 100%"
            self.expressions.error("SEG404", node.span, message, help=help_)
