"""What a page says of limits on effects, and of what holds effects back."""

from collections.abc import Iterator

from segdsl.pages import amounts
from segdsl.pages.conditions import Conditions
from segdsl.pages.document import Block, Heading, Listing, Paragraph, Phrase, Ref, capital, comment, listed, say
from segdsl.pages.names import ANYWHERE
from segdsl.pages.program import Facts, limit_ref
from segdsl.syntax import ast

ABOUT = (
    "What is held back is not done, and not done later either. It is reported, and counts for no limit. Where several "
    "of these speak of the same, all of them have to let it through."
)


def limits(facts: Facts) -> Iterator[Block]:
    """The section of limits and holds, each once, in the order of what they say."""
    nodes: dict[Ref, ast.Limit | ast.Hold] = {limit_ref(node): node for node in facts.scope.limits}
    nodes |= {limit_ref(node): node for node in facts.scope.holds}
    if not nodes:
        return
    yield Heading(2, say("What is limited and held back"), Ref("section", "limits"))
    yield Paragraph(say(ABOUT))
    for ref in sorted(nodes):
        said, parts = sentence(nodes[ref], Conditions(facts.scope))
        paragraphs = [*map(comment, facts.descriptions.get(ref, ())), say("{}{}", capital(said), ":" if parts else ".")]
        for number, paragraph in enumerate(paragraphs):
            yield Paragraph(paragraph, ref if number == 0 else None)
        if parts:
            yield parts


def sentence(node: ast.Limit | ast.Hold, conditions: Conditions) -> tuple[Phrase, Listing | None]:
    """A limit or a hold as a sentence, and the parts of its condition where it has several."""
    match node:
        case ast.Limit(number, within, actions, where):
            together = ", all of them counted together" if len(actions) > 1 else ""
            what = _done(actions, where, conditions)
            window = amounts.window(within)
            return say("a customer gets at most {} of {}, {}{}", f"{number:,}", what, window, together), None
        case ast.Hold(actions, where, condition):
            said, parts = conditions.whole(condition, ANYWHERE)
            return say("{} is held back as long as {}", _done(actions, where, conditions), said), parts


def _done(actions: tuple[ast.Name, ...], where: ast.Expression | None, conditions: Conditions) -> Phrase:
    named = listed([say("{}", Ref("action", each.text)) for each in actions], "or")
    if where is None:
        return named
    fields = conditions.scope.actions[actions[0].text].fields
    return say("{} where {}", named, conditions.clause(where, ANYWHERE.inside(fields)))
