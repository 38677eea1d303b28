"""`seg test record`: a test made of what a real customer did."""

from pathlib import Path

import click

import segdsl
from segdsl.cli.parts.colors import color_option
from segdsl.cli.parts.completing import seg_files
from segdsl.cli.parts.events import format_option, mapping_option
from segdsl.cli.parts.findings import Findings, counted
from segdsl.cli.parts.rules import checked_rules, names_of
from segdsl.cli.parts.stores import existing, shown, url_of
from segdsl.cli.parts.writing import may_write, never, write_whole
from segdsl.diagnostics.errors import CompileError, InputError


@click.command("record", no_args_is_help=True, short_help="Make a test of what a real customer did.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", shell_complete=seg_files)
@click.option("--events", metavar="FILE", help="The events: a file, or - for standard input.")
@click.option("--store", metavar="URL", help="The store that keeps them, in place of --events: what seg run wrote.")
@format_option
@mapping_option
@click.option("--customer", required=True, metavar="ID", help="Whose events.")
@click.option("--until", metavar="INSTANT", help="The end of the test. Default: the customer's latest event.")
@click.option("--name", metavar="TEXT", help="The test's name. Default: made of the customer and the file.")
@click.option("--steps", is_flag=True, help="Expect memberships after each event that changes some, too.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, allow_dash=True), metavar="FILE",
              help="Write the test there, to a new file. Default: standard output.")  # fmt: skip
@click.option("--force", is_flag=True, help="Write also over a file that is there already.")
@color_option
def record(  # noqa: PLR0913 - its options
    paths: tuple[str, ...], events: str | None, store: str | None, format: str | None, mapping: str | None,
    customer: str, until: str | None, name: str | None, steps: bool, output: str | None, force: bool,
    color: bool | None,
) -> None:  # fmt: skip
    """Make a test of what a real customer did: their events, and what came of them.

    The test is run before it is given out, and holds as it stands. What a test cannot say, such as a list in an event,
    is left out, and a comment in the test says so. Nothing else of the file is in it but this customer's events.

    \b
      seg test record shop.seg --events events.jsonl --customer alice
      seg test record shop.seg --store shop.store --customer alice --steps
      seg test record rules/ --events events.jsonl --customer alice --until 2026-03-31 --output alice.seg

    Exit code: 0 made, 1 the rules have mistakes, 2 there is no such customer, or something cannot be read or written.
    """
    if events == "-" and "-" in paths:
        raise click.UsageError("rules and events cannot both come from standard input")
    if (events is None) == (store is None):
        raise click.UsageError("name where the events are, with --events FILE or with --store URL")
    checked = checked_rules(paths)
    may_write(output, never, force=force, reads=[*names_of(checked), events, mapping])
    try:
        if store is not None:
            made = _of_store(checked, store, customer, until, name, steps)
        else:
            assert events is not None, "one of the two is named"
            made = segdsl.record_test(
                checked, events, customer, format=format, mapping=mapping, until=until, name=name, steps=steps
            )
    except CompileError as error:
        Findings.of(error.diagnostics, checked.sources).refuse(color)
    done = write_whole(output, made.text.encode())
    if done:
        click.echo(done, err=True)
    if made.left_out:
        click.echo(f"{counted(len(made.left_out), 'thing')} of it a test cannot say: see the comments", err=True)


def _of_store(
    checked: "segdsl.CheckedProgram", store: str, customer: str, until: str | None, name: str | None, steps: bool
) -> "segdsl.RecordedTest":
    """The test of what a store keeps of a customer."""
    with existing(store) as engine:
        inputs = engine.inputs(customer)
    if not inputs:
        raise InputError(f"the store {shown(url_of(store))} has no event of a customer {customer!r}")
    named = name or f"{customer}, as in {Path(shown(url_of(store))).name}"
    return segdsl.record_inputs(checked, inputs, name=named, until=until, steps=steps)
