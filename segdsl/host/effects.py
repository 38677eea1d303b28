"""How effects, and what kept them back, are said to a reader."""

from segdsl.records.outcomes import Effect, HeldBy
from segdsl.values.instants import instant_text
from segdsl.values.showing import shown


def effect_said(effect: Effect) -> str:
    """An effect as the language says it."""
    fields = [f"{name} = {shown(value)}" for name, value in effect.fields.items()]
    return effect.action + (f" with {', '.join(fields)}" if fields else "")


def held_said(by: HeldBy) -> str:
    """What kept an effect back: `limit 3 within 7 days for send email (rules.seg:12): 3 made since ...`."""
    said_ = f"{by.text} ({by.place})"
    return said_ if by.since is None else f"{said_}: {by.made:,} made since {instant_text(by.since)}"
