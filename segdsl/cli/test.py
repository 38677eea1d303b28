"""`seg test`: the tests beside the rules, what they have seen of the rules, and whether they notice changes to them."""

import time
from typing import Any

import click
from attrs import frozen

import segdsl
from segdsl.cli.parts.changes import print_changes
from segdsl.cli.parts.colors import color_option
from segdsl.cli.parts.completing import seg_files
from segdsl.cli.parts.coverage import print_coverage
from segdsl.cli.parts.findings import Findings
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.recording import record
from segdsl.cli.parts.results import print_failures, result_line, summary, write_junit
from segdsl.cli.parts.rules import checked_rules, names_of
from segdsl.cli.parts.writing import force_option, made_by, may_write
from segdsl.diagnostics.errors import CompileError


class Share(click.ParamType[float]):
    """A share in hundredths, from 0 to 100: `90`, `90%`."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            share = float(value.removesuffix("%"))
        except ValueError:
            share = -1.0
        if not 0 <= share <= 100:
            self.fail(f"{value!r} is no share: write a number from 0 to 100", param, ctx)
        return share


@frozen
class Options:
    """What was asked for, by the names of the options."""

    paths: tuple[str, ...]
    named: str
    coverage: bool
    coverage_min: float | None
    coverage_unknown: bool
    mutate: bool
    mutate_min: float | None
    mutants: int | None
    seed: int
    as_json: bool
    junit: str | None
    force: bool
    color: bool | None

    @property
    def covers(self) -> bool:
        return self.coverage or self.coverage_unknown or self.coverage_min is not None

    @property
    def mutates(self) -> bool:
        return self.mutate or self.mutate_min is not None or self.mutants is not None


class Testing(click.Command):
    """The command, and behind the word `record` another one: a file of that name is `./record`."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if args[:1] == [record.name]:
            return record.make_context(f"{info_name} {record.name}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(cls=Testing, no_args_is_help=True, short_help="Run the tests beside the rules.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", shell_complete=seg_files)
@click.option("--named", default="", metavar="TEXT", help="Only the tests whose name holds this text.")
@click.option("--coverage", is_flag=True, help="Say what of the rules the tests have never seen.")
@click.option(
    "--coverage-min", type=Share(), metavar="SHARE", help="Fail where they have seen less than so much: 0 to 100."
)
@click.option("--coverage-unknown", is_flag=True,
              help="Count also whether a condition was *not known*, which often it cannot be.")  # fmt: skip
@click.option("--mutate", is_flag=True, help="Change the rules a little, one change at a time: do the tests notice?")
@click.option("--mutate-min", type=Share(), metavar="SHARE", help="Fail where they notice less than so much: 0 to 100.")
@click.option("--mutants", type=click.IntRange(min=1), metavar="N", help="Try only so many changes, drawn at random.")
@click.option("--seed", type=int, default=0, metavar="NUMBER", help="Draw others: the same number draws the same.")
@click.option("--json", "as_json", is_flag=True, help="Write each test as a line of JSON to standard output.")
@click.option(
    "--junit",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the results as JUnit XML there; older ones are replaced.",
)
@force_option
@color_option
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Run the tests that stand beside the rules. All paths together are one program, as for `seg check`.

    A test is a fresh customer and a clock of its own; with a table, each row is a test:

    \b
      test "an earner of {pay}" for each pay, skier in
        (150000, yes),
        (90000,  no)
      {
        given income is pay
        on 2026-03-01T10:00 registers
        after 7 days
        expect (in segment Skiers) is skier
        expect no send email
      }

    \b
      seg test rules/
      seg test rules/ --named skier
      seg test rules/ --junit report.xml

    --coverage tells which rules never fired, which paths were never taken, which waits never went on or ended
    unanswered, and which conditions, and parts of them, were never true or never false. Where a condition was not known
    is told but not counted, since often it cannot be.

    --mutate tells of each small change to the rules, such as `>= 3` become `> 3`, an `and` become `or`, or a condition
    left out, whether some test fails with it. One that none notices may be a mistake that none would find.

    \b
      seg test rules/ --coverage --coverage-min 90
      seg test rules/ --mutate --mutate-min 90
      seg test rules/ --mutate --mutants 200

    `seg test record` makes a test of what a real customer did: see `seg test record --help`. (Rules in a file that is
    called record are ./record.)

    Exit code: 0 all hold, 1 some do not, too little was seen or noticed, or the rules have mistakes, 2 something cannot
    be read.
    """
    options = Options(**given)
    checked = checked_rules(options.paths)
    may_write(options.junit, made_by("test"), force=options.force, reads=names_of(checked))
    begun = time.perf_counter()
    results, coverage = _run(checked, options)
    if options.named and not results:
        raise click.UsageError(f"no test's name holds {options.named!r}")
    if options.junit is not None:
        write_junit(options.junit, results, time.perf_counter() - begun)
    if options.as_json:
        print_lines(map(result_line, results))
    else:
        for result in results:
            print_failures(result, options.color)
    click.echo(summary(results), err=options.as_json)
    hold = not any(result.failures for result in results)
    if coverage is not None:
        hold = print_coverage(coverage, options.coverage_min, options.as_json) and hold
    if options.mutates and any(result.failures for result in results):
        click.echo("no changes were tried: they are when all tests hold", err=True)
    elif options.mutates:
        hold = _mutate(checked, options) and hold
    ctx.exit(0 if hold else 1)


def _run(
    checked: "segdsl.CheckedProgram", options: Options
) -> "tuple[list[segdsl.TestResult], segdsl.Coverage | None]":
    """Run the tests, and see what they cover if that is asked; or the end of the command with what is wrong."""
    try:
        if options.covers:
            return segdsl.cover(checked, named=options.named, unknown=options.coverage_unknown)
        return list(segdsl.run_tests(checked, named=options.named)), None
    except CompileError as error:
        Findings.of(error.diagnostics, checked.sources).refuse(options.color)


def _mutate(checked: "segdsl.CheckedProgram", options: Options) -> bool:
    """Try the tests, which hold, with changes to the rules. Gives whether enough of them are noticed."""
    changes = segdsl.Mutation(checked, options.named, options.mutants, options.seed)
    return print_changes(changes, options.mutate_min, options.as_json)
