"""`seg plan`: what the compiler made of rules."""

import json
from collections.abc import Iterable, Iterator

import click

import segdsl
from segdsl.cli.parts.colors import color_option
from segdsl.cli.parts.completing import seg_files
from segdsl.cli.parts.findings import Findings
from segdsl.cli.parts.planned import Telling
from segdsl.cli.parts.rules import checked_rules
from segdsl.diagnostics.suggest import nearest
from segdsl.host import planned
from segdsl.host.planned.parts import Planned


@click.command(no_args_is_help=True, short_help="Tell what the compiler made of the rules.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", shell_complete=seg_files)
@click.option("--event", metavar="NAME", help="Only what is done on this event.")
@click.option("--rule", metavar="RULE", help="Only one rule: its place, as in shop.seg:7, or its activity.")
@click.option("--all", "every", is_flag=True, help="Leave nothing out, however much there is.")
@click.option("--json", "as_json", is_flag=True, help="Write all of it as JSON.")
@click.option("--python", is_flag=True, help="Write the Python that is made of the rules.")
@color_option
def command(
    paths: tuple[str, ...], event: str | None, rule: str | None, every: bool, as_json: bool, python: bool,
    color: bool | None,
) -> None:  # fmt: skip
    """Tell what the compiler made of the rules: what is done on each event and how its rules are reached, what is kept
    of each customer and how large that becomes, and what the clock can turn.

    \b
      seg plan rules/
      seg plan rules/ --event searches
      seg plan rules/ --rule rules/shop.seg:7

    Ten thousand rules cost what ten cost if each asks for something by which it can be found: a value, as in
    `searches "Acme"`, a membership, or the bound of a number. A rule for which that is not so is looked at on each such
    event; the plan says why, and what to write instead:

    \b
      searches
        goes through at most 1 rule
        starts  shop.seg:7  rule  looked at each time  term contains "ski"
                    it looks for a part of a text
                    instead: where the whole text is meant, `is` or `in (...)` can be looked up

    With --python the plan is shown as the program that runs it, with the places in the rules as comments. Sizes are
    those in memory, about.

    Exit code: 0 done, 1 the rules have mistakes, 2 something cannot be read, or there is no such event or rule.
    """
    if as_json and python:
        raise click.UsageError("--json and --python are two ways to write the plan: name one")
    if event is not None and rule is not None:
        raise click.UsageError("--event and --rule are two parts of the plan: name one")
    checked = checked_rules(paths)
    findings = Findings.of(checked.collector, checked.sources)
    if findings.errors:
        findings.refuse(color)
    program = segdsl.build(checked)
    found = planned.planned(program)
    events = [] if event is None else [_event(event, found, [each.name for each in program.plan.events])]
    places = [] if rule is None else _places(rule, found)
    if python:
        _print(_python(program, events, places))
    elif as_json:
        click.echo(json.dumps(found.only(events, places).as_json(), ensure_ascii=False, indent=2))
    else:
        _print(_told(found, events, places, every=every))


def _told(found: Planned, events: list[str], places: list[str], *, every: bool) -> Iterator[str]:
    telling = Telling(every)
    if events:
        for each in found.events:
            if each.name in events:
                yield from telling.event(each)
                yield from telling.kept_for(each)
        if not any(each.name in events for each in found.events):
            yield f"{events[0]}: nothing takes notice of it"
    elif places:
        for place in places:
            yield from telling.rule(found, place)
    else:
        yield from telling.program(found)


def _python(program: "segdsl.Program", events: list[str], places: list[str]) -> Iterator[str]:
    """The generated functions of all, of an event, or of some rules."""

    def wanted(kind: str, of: str) -> bool:
        if events:
            return kind == "event" and of in events
        return not places or (kind == "rule" and of in places)

    for section in planned.sections(program.plan, wanted):
        yield section.text
        yield ""


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _event(name: str, found: Planned, declared: list[str]) -> str:
    """The event of a name. Raises UsageError."""
    asked = " ".join(name.split())
    if asked in declared:
        return asked
    meant = nearest(asked, declared)
    hint = f": did you mean {meant!r}?" if meant else f"; those that matter: {', '.join(e.name for e in found.events)}"
    raise click.UsageError(f"there is no event {name!r}{hint}")


def _places(asked: str, found: Planned) -> list[str]:
    """The places of the rules that are meant: by a place, its end, or an activity. Raises UsageError."""
    activities = {start.place: start.activity for start in found.starts}
    for is_meant in (
        lambda place: place == asked,
        lambda place: place.endswith(f"/{asked}"),
        lambda place: activities.get(place) == asked,
    ):
        places = [place for place in found.rules if is_meant(place)]
        if places:
            return list(dict.fromkeys(places))
    meant = nearest(asked, [*found.rules, *filter(None, activities.values())])
    hint = f": did you mean {meant!r}?" if meant else ": write its place, as in shop.seg:7, or its activity"
    raise click.UsageError(f"there is no rule {asked!r}{hint}")
