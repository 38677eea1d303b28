"""Limits on effects, and what holds them back (language.md, limits and holds): what of them makes no sense, and the
plan's nodes.

A limit or a hold has no name: it is what it says, and said twice it is one.
"""

import re
from collections.abc import Callable

from attrs import define, field

from segdsl.compiler.actions import unknown_action
from segdsl.compiler.arithmetic import a_kind
from segdsl.compiler.context import Context, Gathered, Item, digest
from segdsl.compiler.expressions import Expressions
from segdsl.compiler.meanings import text_without_quotes
from segdsl.compiler.scope import ActionInfo
from segdsl.diagnostics.diagnostic import Fix, Label
from segdsl.diagnostics.source import SourceMap
from segdsl.diagnostics.span import Span
from segdsl.diagnostics.suggest import instead, nearest
from segdsl.plan import nodes as p
from segdsl.plan.walk import walk
from segdsl.syntax import ast
from segdsl.syntax.format_rules import hold_text, limit_text
from segdsl.values import limits


@define(eq=False)
class LimitChecker:
    """Checks and lowers all limits and holds. `place` tells the `file:line` of a span. `spans` are their places by
    their keys."""

    gathered: Gathered
    expressions: Expressions
    place: Callable[[Span], str]
    limits: dict[str, p.Limit] = field(factory=dict)
    holds: dict[str, p.Hold] = field(factory=dict)
    spans: dict[str, Span] = field(factory=dict)
    errors: int = 0

    def check_all(self) -> None:
        for limit in self.gathered.scope.limits:
            self.errors = self.gathered.collector.errors
            self._limit(limit)
        for hold in self.gathered.scope.holds:
            self.errors = self.gathered.collector.errors
            self._hold(hold)

    def _limit(self, node: ast.Limit) -> None:
        if node.number == 0:
            first = node.actions[0].text
            self.expressions.error(
                "SEG461",
                node.span,
                "a limit of 0 lets nothing through",
                help=f"write `hold {first} while ...` to say when it is held back; if it is never to be done, take it "
                "out of the rules",
            )
        elif node.number > limits.WINDOW_ENTRIES:
            self.expressions.error(
                "SEG461", node.span, f"a limit is at most {limits.WINDOW_ENTRIES:_}", help="a larger one is none"
            )
        window = self.expressions.looking_back(node.within)
        actions, where = self._concerned(node.actions, node.where)
        scope = digest(("made", window, actions, where))
        key = digest((scope, node.number))
        made = p.Limit(key, self.place(node.span), limit_text(node), scope, node.number, window, actions, where)
        if self._is_first(key, node, "limit"):
            self.limits[key] = made
            self.gathered.written.note(made, node)

    def _hold(self, node: ast.Hold) -> None:
        actions, where = self._concerned(node.actions, node.where)
        reads, attributes = set(self.gathered.reads), set(self.gathered.attributes_read)
        condition = self.expressions.condition(node.condition, Context("hold", lasting=True))
        self.gathered.reads, self.gathered.attributes_read = reads, attributes
        key = digest((actions, where, condition))
        made = p.Hold(key, self.place(node.span), hold_text(node), condition, actions, where)
        if self._is_first(key, node, "hold"):
            self.holds[key] = made
            self.gathered.written.note(made, node)

    def _is_first(self, key: str, node: ast.Limit | ast.Hold, what: str) -> bool:
        """Whether it is to be taken: one without mistakes that was not said before."""
        if self.gathered.collector.errors > self.errors:
            return False
        if key not in self.spans:
            self.spans[key] = node.span
            return True
        self.gathered.collector.warning(
            "SEG463",
            node.span,
            f"this {what} is written twice, and counts once",
            labels=[Label(self.spans[key], f"the same {what}")],
            help="leave one of the two out",
        )
        return False

    # ------------------------------------------------------------------------------------------ which effects are meant

    def _concerned(
        self, names: tuple[ast.Name, ...], where: ast.Expression | None
    ) -> tuple[tuple[str, ...], p.Expression | None]:
        """The actions by name, and what is asked of their fields. A limit speaks of all of them together, so its
        `where` reads the same fields in each."""
        known: dict[str, ActionInfo] = {}
        for name in names:
            info = self.gathered.scope.actions.get(name.text)
            if info is None:
                self._unknown(name)
            elif name.text in known:
                self.gathered.collector.warning("SEG463", name.span, f"`{name.text}` is named twice, and counts once",
                                                help="leave one of the two out")  # fmt: skip
            else:
                known[name.text] = info
        if where is None or not known:
            return tuple(sorted(known)), None
        if any(not self._has_fields(where, info) for info in known.values()):
            return tuple(sorted(known)), None
        first, *others = known.values()
        kinds = {name: info.kind for name, info in first.fields.items()}
        item = Item(first.name, kinds, about="the action")
        condition = self.expressions.condition(where, Context("hold", lasting=True).inside(item))
        for read in sorted({node.name for node in walk(condition) if isinstance(node, p.ItemField)}):
            self._same_kind(where, first, others, read)
        return tuple(sorted(known)), condition

    def _unknown(self, name: ast.Name) -> None:
        """Complain of an action that is not declared: `hold back send email` names it behind a word too many."""
        meant = name.text.removeprefix("back ")
        if meant != name.text and meant in self.gathered.scope.actions:
            fix = Fix(name.span, meant)
            self.expressions.error("SEG205", name.span, f"there is no action `{name.text}`",
                                   help=f"write `hold {meant}`, without `back`", fix=fix)  # fmt: skip
        else:
            unknown_action(name, self.gathered, self.expressions)

    def _has_fields(self, where: ast.Expression, info: ActionInfo) -> bool:
        """Whether an action has the fields that are asked of it; if not, it was complained about."""
        complete = True
        scope = self.gathered.scope
        for mention in _mentions(where):
            name = mention.name
            of_others = name.text in scope.attributes or name.text.startswith(("this ", "customer "))
            if name.text in info.fields or of_others:
                continue  # what is not of the action is refused where the condition is checked
            complete = False
            if scope.may_be_broken(name.text):
                continue
            meant = nearest(name.text, info.fields)
            help_ = f"did you mean `{meant}`?" if meant else f"it has: {', '.join(info.fields) or 'none'}"
            fix = instead(name.span, name.text, meant, info.fields)
            if meant is None and _is_compared_with(name.span, self.gathered.sources):
                meaning = text_without_quotes(name, self.gathered.sources)
                help_, fix = meaning.help, meaning.fix
            self.expressions.error(
                "SEG206",
                name.span,
                f"`{info.name}` has no field `{name.text}`",
                labels=[Label(info.span, "it is declared here")] if info.span.source not in scope.shipped else [],
                help=help_,
                fix=fix,
            )
        return complete

    def _same_kind(self, where: ast.Expression, first: ActionInfo, others: list[ActionInfo], name: str) -> None:
        for info in others:
            one, other = first.fields[name].kind, info.fields[name].kind
            if one != other:
                span = next(mention.span for mention in _mentions(where) if mention.name.text == name)
                self.expressions.error(
                    "SEG462",
                    span,
                    f"`{name}` is {a_kind(one)} in `{first.name}` and {a_kind(other)} in `{info.name}`",
                    help="write a declaration for each of them, or give the fields the same type",
                )


def _is_compared_with(span: Span, sources: SourceMap) -> bool:
    """Whether something stands behind the sign of a comparison, where a text is usual."""
    before = sources[span.source].text[max(0, span.start - 20) : span.start]
    return re.search(r"(?:=|\bis|\bis\s+not)\s*$", before) is not None


def _mentions(node: ast.Node) -> list[ast.Mention]:
    """The names that are read in what is asked of an action, in the order of the text."""
    found: list[ast.Mention] = []
    waiting: list[object] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Mention):
            found.append(part)
        elif isinstance(part, ast.Node):
            waiting += [value for name, value in vars(part).items() if name != "span"]
        elif isinstance(part, tuple):
            waiting += part
    return sorted(found, key=lambda mention: mention.span)
