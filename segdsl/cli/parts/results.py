"""What came of tests, as text, as JSON and as JUnit XML."""

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

import click

import segdsl
from segdsl.cli.parts.findings import counted
from segdsl.cli.parts.writing import write_whole
from segdsl.diagnostics.printable import printable


def print_failures(result: "segdsl.TestResult", color: bool | None) -> None:
    """A test that does not hold, with what it expected and what was found."""
    if not result.failures:
        return
    click.echo(
        click.style("fails", fg="red", bold=True) + f': "{printable(result.name)}" at {result.place}', color=color
    )
    for failure in result.failures:
        click.echo(f"  {failure.place}: expected {failure.expected}", color=color)
        click.echo(f"    found: {failure.found}", color=color)
        for line in failure.why:
            click.echo(f"      {line}", color=color)
    click.echo()


def summary(results: Sequence["segdsl.TestResult"]) -> str:
    """How many hold, in a line."""
    failed = sum(1 for result in results if result.failures)
    if not results:
        return 'there are no tests: write test "..." { ... } beside the rules'
    if not failed:
        return f"{counted(len(results), 'test')}: all hold" if len(results) > 1 else "1 test: it holds"
    return f"{counted(len(results), 'test')}: {failed:,} {'does' if failed == 1 else 'do'} not hold"


def result_line(result: "segdsl.TestResult") -> dict[str, Any]:
    """A test as a JSON object."""
    failures = [
        {"place": each.place, "expected": each.expected, "found": each.found, "why": list(each.why)}
        for each in result.failures
    ]
    return {"test": result.name, "place": result.place, "holds": not failures, "failures": failures}


def write_junit(path: str, results: Sequence["segdsl.TestResult"], seconds: float) -> None:
    """All of them as a file of JUnit XML. Raises InputError where it cannot be written."""
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
    text = ET.tostring(suite, encoding="unicode")
    write_whole(path, f'<?xml version="1.0" encoding="utf-8"?>\n<!-- made by seg test -->\n{text}\n'.encode())


def _printable(text: str) -> str:
    """Text as XML can hold it: without control characters."""
    return "".join(each if each >= " " or each in "\t\n" else "�" for each in text)
