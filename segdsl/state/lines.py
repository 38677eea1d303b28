"""The lines of an order as events of their own (language.md section 2)."""

from collections.abc import Mapping

from segdsl.plan.nodes import EventType
from segdsl.records.inputs import Event


def expanded(event: Event, kinds: Mapping[str, EventType]) -> list[Event]:
    """The events of an order's lines, in the list's order, just before the order. `kinds` are all events by name."""
    kind = kinds.get(event.name)
    made: list[Event] = []
    for items, name in kind.lines if kind else ():
        shared = {k: v for k, v in event.fields.items() if k != items}
        declared = {field.name for field in kinds[name].fields}
        for number, item in enumerate(event.fields.get(items) or (), 1):
            fields = {k: v for k, v in {**shared, **(item or {})}.items() if k in declared and v is not None}
            made.append(
                Event(
                    f"{event.id}/{items}/{number}",
                    name,
                    event.customer,
                    event.instant,
                    fields,
                    {},
                    event.received,
                    event.place,
                    visitor=event.visitor,
                )
            )
    return [*made, event]
