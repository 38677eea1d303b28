"""What tests have seen of the rules, as text and as JSON."""

from collections.abc import Iterator
from typing import Any

import click

import segdsl
from segdsl.cli.parts.findings import counted
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.tables import table


def print_coverage(coverage: "segdsl.Coverage", least: float | None, as_json: bool) -> bool:
    """Write it to standard output. Gives whether it is as much as was asked for, and says so where it is not."""
    if as_json:
        print_lines([_as_json(coverage)])
    else:
        click.echo()
        for line in _lines(coverage):
            click.echo(line)
    return enough("coverage", coverage.share, least)


def enough(what: str, share: float, least: float | None) -> bool:
    """Whether a share is as much as was asked for; where it is not, a line on standard error says so."""
    if least is None or share >= least:
        return True
    click.echo(f"{what} is {shown(share)}, and {least:g}% is asked for", err=True)
    return False


def shown(share: float) -> str:
    """A share in hundredths, rounded down: only all of it is 100%."""
    return f"{int(share)}%"


def _lines(coverage: "segdsl.Coverage") -> Iterator[str]:
    rows = [("coverage", *(f"{kind}s" for kind in coverage.kinds), "all")]
    for file in coverage.files:
        rows.append(
            (
                file,
                *(_cell(*coverage.counts(kind, file)) for kind in coverage.kinds),
                _share(*coverage.counts("", file)),
            )
        )
    if len(coverage.files) > 1:
        rows.append(
            ("together", *(_cell(*coverage.counts(kind)) for kind in coverage.kinds), _share(*coverage.counts()))
        )
    yield from table(rows, right=range(1, len(rows[0])))
    never = [f"{part.place} {part.text}: never {', never '.join(missing)}" for part, missing in coverage.never_seen()]
    if never:
        yield ""
        yield from never
    unknown = [part for part in coverage.parts if part.was_unknown]
    of = [part for part in coverage.parts if part.kind == "condition"]
    if of and not coverage.unknown:
        yield ""
        yield f"not known was seen of {len(unknown):,} of {counted(len(of), 'condition')}, which is not counted"


def _cell(seen: int, of: int) -> str:
    return f"{seen}/{of}" if of else "-"


def _share(seen: int, of: int) -> str:
    return shown(100 * seen / of) if of else "-"


def _as_json(coverage: "segdsl.Coverage") -> dict[str, Any]:
    parts = [
        {
            "kind": part.kind, "place": part.place, "text": part.text,
            "seen": part.in_order(),
            "never": part.missing(unknown=coverage.unknown),
        }
        for part in coverage.parts
    ]  # fmt: skip
    return {"coverage": round(coverage.share, 2), "parts": parts}
