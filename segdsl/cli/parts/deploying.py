"""What putting other rules in place changes, as text for a terminal."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from segdsl.cli.parts.findings import counted
from segdsl.cli.parts.tables import table
from segdsl.diagnostics.printable import printable
from segdsl.values.instants import instant_text

if TYPE_CHECKING:  # the help of all commands comes by here, and needs none of them
    import segdsl
    from segdsl.host.deploying.difference import Named, Remembered

PLURAL = {
    "segment": "segments", "rule": "rules", "activity": "activities", "promotion": "promotions", "limit": "limits",
    "hold": "holds", "event": "events", "attribute": "attributes",
}  # fmt: skip
"""The kinds of what is declared, in the order in which they are told."""

FATES = ("new", "changed", "gone")

FILLED = {
    "journal": "filled from the journal", "file": "filled from the file", "empty": "starts with nothing",
    "": "its past is missing",
}  # fmt: skip


def lines_of(difference: "segdsl.Difference", store: str) -> Iterator[str]:
    """All of a difference, but for what stays as it is, of which only the number is told."""
    if difference.same:
        yield f"{store} has these rules already: what they mean is the same"
        return
    known = counted(difference.customers, "customer")
    yield f"{store}: {known}; the new rules count since {instant_text(difference.at)}"
    if difference.turned:
        yield f"a deployment that was stopped goes on: {counted(difference.turned, 'customer')} of them are done"
    for what, title in PLURAL.items():
        yield from _named(title, [each for each in difference.named if each.what == what])
    yield from _remembered(difference.remembered)
    yield from _waits(difference)
    if difference.missing:
        yield "a past is missing: give the events of before with --backfill FILE, or start with nothing by --from-now"


def _named(title: str, named: list["Named"]) -> Iterator[str]:
    told = [each for each in named if each.fate in FATES]
    if not told:
        return
    kept = sum(each.fate == "kept" for each in named)
    yield f"{title}:" + (f" {kept:,} {'stays as it is' if kept == 1 else 'stay as they are'}" if kept else "")
    told.sort(key=lambda each: FATES.index(each.fate))
    yield from _indented([each.fate, printable(each.name), each.place, _detail(each)] for each in told)


def _detail(named: "Named") -> str:
    if named.members:
        return f"{counted(named.members, 'member')} {'leaves' if named.members == 1 else 'leave'}"
    return printable(named.detail)


def _remembered(remembered: Iterable["Remembered"]) -> Iterator[str]:
    rows = []
    kept = 0
    for each in remembered:
        readers = ", ".join(each.readers[:2]) + (f" and {len(each.readers) - 2} more" if len(each.readers) > 2 else "")
        match each.fate:
            case "kept":
                kept += 1
                continue
            case "new":
                missing = f": {each.missing}" if each.missing and not each.filled else ""
                changed = f" ({each.detail})" if each.detail else ""
                rows.append(["new", printable(each.text) + changed, f"{FILLED[each.filled]}{missing}", readers])
            case _:
                rows.append(["gone", printable(each.text), "is no longer kept", readers])
    if rows or kept:
        many = counted(kept, "condition")
        yield "what is kept of the past:" + (
            f" {many} {'keeps its' if kept == 1 else 'keep their'} history" if kept else ""
        )
        yield from _indented(rows)


def _waits(difference: "segdsl.Difference") -> Iterator[str]:
    if difference.waits:
        yield "flows that wait:"
    yield from _indented(
        [
            "go on" if each.goes_on else "end",
            counted(each.customers, "customer"),
            printable(each.text),
            each.place,
            each.reason,
        ]
        for each in difference.waits
    )


def _indented(rows: Iterable[list[str]]) -> Iterator[str]:
    yield from (f"  {line.rstrip()}" for line in table(rows))
