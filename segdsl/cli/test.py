"""`seg test`: the tests beside the rules."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import click

import segdsl
from segdsl.cli.parts.colors import color_option
from segdsl.cli.parts.findings import Findings, counted
from segdsl.cli.parts.lines import print_lines
from segdsl.cli.parts.recording import record
from segdsl.cli.parts.rules import checked_rules
from segdsl.diagnostics.errors import CompileError, InputError


class Testing(click.Command):
    """The command, and behind the word `record` another one: a file of that name is `./record`."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if args[:1] == [record.name]:
            return record.make_context(f"{info_name} {record.name}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(cls=Testing, no_args_is_help=True, short_help="Run the tests beside the rules.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--named", default="", metavar="TEXT", help="Only the tests whose name holds this text.")
@click.option("--json", "as_json", is_flag=True, help="Write each test as a line of JSON to standard output.")
@click.option("--junit", type=click.Path(dir_okay=False), metavar="FILE", help="Write the results as JUnit XML there.")
@color_option
@click.pass_context
def command(
    ctx: click.Context, paths: tuple[str, ...], named: str, as_json: bool, junit: str | None, color: bool | None
) -> None:
    """Run the tests that stand beside the rules. All paths together are one program, as for `seg check`.

    A test is a fresh customer and a clock of its own:

    \b
      test "an earner who registers becomes a skier" {
        given income is 150000
        on 2026-03-01T10:00 registers
        after 7 days
        expect in segment Skiers
        expect no send email
      }

    \b
      seg test rules/
      seg test rules/ --named skier
      seg test rules/ --junit report.xml

    `seg test record` makes a test of what a real customer did: see `seg test record --help`. (Rules in a file that is
    called record are ./record.)

    Exit code: 0 all hold, 1 some do not, or the rules have mistakes, 2 something cannot be read.
    """
    checked = checked_rules(paths)
    begun = time.perf_counter()
    try:
        results = list(segdsl.run_tests(checked, named=named))
    except CompileError as error:
        Findings.of(error.diagnostics, checked.sources).refuse(color)
    if named and not results:
        raise click.UsageError(f"no test's name holds {named!r}")
    if junit is not None:
        _write_junit(junit, results, time.perf_counter() - begun)
    if as_json:
        print_lines(map(_as_json, results))
    else:
        for result in results:
            _print(result, color)
    click.echo(_summary(results), err=as_json)
    ctx.exit(1 if any(result.failures for result in results) else 0)


def _print(result: "segdsl.TestResult", color: bool | None) -> None:
    """A test that does not hold, with what it expected and what was found."""
    if not result.failures:
        return
    click.echo(click.style("fails", fg="red", bold=True) + f': "{result.name}" at {result.place}', color=color)
    for failure in result.failures:
        click.echo(f"  {failure.place}: expected {failure.expected}", color=color)
        click.echo(f"    found: {failure.found}", color=color)
        for line in failure.why:
            click.echo(f"      {line}", color=color)
    click.echo()


def _summary(results: Sequence["segdsl.TestResult"]) -> str:
    failed = sum(1 for result in results if result.failures)
    if not results:
        return 'there are no tests: write test "..." { ... } beside the rules'
    if not failed:
        return f"{counted(len(results), 'test')}: all hold" if len(results) > 1 else "1 test: it holds"
    return f"{counted(len(results), 'test')}: {failed:,} {'does' if failed == 1 else 'do'} not hold"


def _as_json(result: "segdsl.TestResult") -> dict[str, Any]:
    failures = [
        {"place": each.place, "expected": each.expected, "found": each.found, "why": list(each.why)}
        for each in result.failures
    ]
    return {"test": result.name, "place": result.place, "holds": not failures, "failures": failures}


def _write_junit(path: str, results: Sequence["segdsl.TestResult"], seconds: float) -> None:
    failed = str(sum(1 for result in results if result.failures))
    suite = ET.Element("testsuite", name="seg test", tests=str(len(results)), failures=failed, time=f"{seconds:.3f}")
    for result in results:
        file, _, line = result.place.rpartition(":")
        case = ET.SubElement(suite, "testcase", name=_printable(result.name), classname=file, file=file, line=line)
        for failure in result.failures:
            said = f"{failure.place}: expected {failure.expected}"
            ET.SubElement(case, "failure", message=_printable(said)).text = _printable(
                "\n".join([f"found: {failure.found}", *failure.why])
            )
    try:
        ET.ElementTree(suite).write(Path(path), encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from error


def _printable(text: str) -> str:
    """Text as XML can hold it: without control characters."""
    return "".join(each if each >= " " or each in "\t\n" else "�" for each in text)
