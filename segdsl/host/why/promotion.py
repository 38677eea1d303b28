"""A promotion as a segment, so that an explanation can be given of who has it as of who is in a segment.

Comes in: a plan and one of its promotions. Goes out: the plan with one derived segment more, whose condition is that of
the promotion within its bounds. Nothing reads it, so all else stays as it is.
"""

from msgspec.structs import replace

from segdsl.compiler.written import Written
from segdsl.plan import nodes as p
from segdsl.syntax import ast


def as_segment(plan: p.Plan, promotion: p.Promotion, written: Written | None) -> tuple[p.Plan, str]:
    """The plan with the segment, and what that is called. Where the program is at hand as it is `written`, its bounds
    lead back to the text."""
    parts = [*_bounds(promotion, written), *([promotion.condition] if promotion.condition is not None else [])]
    condition = parts[0] if len(parts) == 1 else p.Both(tuple(parts))
    name = promotion.name
    while any(segment.name == name for segment in plan.segments):
        name = f"promotion {name}"
    segment = p.Segment(name, "derived", promotion.place, condition)
    return replace(plan, segments=(*plan.segments, segment)), name


def _bounds(promotion: p.Promotion, written: Written | None) -> list[p.Expression]:
    bounds: list[p.Expression] = []
    if promotion.begin is not None:
        bounds.append(p.Compare(">=", p.Now("instant"), p.Constant(promotion.begin)))
    if promotion.end is not None:
        bounds.append(p.Compare("<", p.Now("instant"), p.Constant(promotion.end)))
    node = written.get(promotion) if written is not None else None
    if written is not None and isinstance(node, ast.Promotion):
        options = sorted(node.options, key=lambda option: isinstance(option, ast.Until))
        for bound, option in zip(bounds, options, strict=True):
            written.note(bound, option)
    return bounds
