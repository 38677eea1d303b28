"""`seg fmt`: rules in their canonical form."""

import sys
from pathlib import Path

import click
from attrs import frozen

from segdsl.cli.parts.colors import color_option
from segdsl.cli.parts.completing import seg_files
from segdsl.cli.parts.failures import MISTAKES
from segdsl.cli.parts.findings import Findings, counted
from segdsl.cli.parts.rules import STANDARD_INPUT, standard_input
from segdsl.cli.parts.writing import difference, replace_file
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.source import SourceMap
from segdsl.host.files import add_text, read_rules, rule_files
from segdsl.syntax.format import format_module
from segdsl.syntax.parse import parse


@click.command(short_help="Rewrite rules in their canonical form.")
@click.argument("paths", nargs=-1, metavar="[PATH...]", shell_complete=seg_files)
@click.option("--check", "checking", is_flag=True, help="Change nothing; exit code 1 when a file would change.")
@click.option("--diff", "differing", is_flag=True, help="Change nothing; print what would change.")
@color_option
@click.pass_context
def command(ctx: click.Context, paths: tuple[str, ...], checking: bool, differing: bool, color: bool | None) -> None:
    """Rewrite rules in their canonical form, comments kept, meaning unchanged.

    Without a path, all .seg files in the current directory and below; - reads standard input and writes standard
    output. A file with mistakes in its sentences is left alone.

    \b
      seg fmt shop.seg
      seg fmt --check rules/

    Exit code: 0 done, 1 a file has mistakes (or, with --check, would change), 2 something cannot be read.
    """
    if "-" in paths and len(paths) > 1:
        raise click.UsageError("- is standard input and stands alone: it cannot be joined with files")
    collector, sources = Collector(), SourceMap()
    files = _read(paths or (".",), sources, collector)
    findings = Findings.of(collector, sources)
    findings.print(color)
    changed = [file for file in files if file.changed]
    if differing:
        for file in changed:
            click.echo(file.diff(), nl=False)
    elif paths == ("-",) and not checking:
        for file in files:
            sys.stdout.buffer.write(file.formatted)
    if paths != ("-",):
        _settle(changed, len(files), writing=not (checking or differing))
    would = MISTAKES if checking and changed else 0
    ctx.exit(findings.exit_code or would)


@frozen
class File:
    """A file without mistakes: its bytes as they stand in it, and as they should."""

    path: str
    text: str
    data: bytes
    formatted: bytes

    @property
    def changed(self) -> bool:
        return self.data != self.formatted

    def diff(self) -> str:
        found = difference(self.path, self.text, self.formatted.decode(), "formatted")
        return found or f"{self.path}: only line ends or a byte-order mark would change\n"


def _read(paths: tuple[str, ...], sources: SourceMap, collector: Collector) -> list[File]:
    """The files that paths mean, those with mistakes left out; these are in the collector."""
    files: list[File] = []
    if paths == ("-",):
        data = standard_input()
        add_text(STANDARD_INPUT, data, sources, collector)
        _add(files, STANDARD_INPUT, data, sources, collector)
        return files
    for path in rule_files(map(Path, paths), sources, collector):
        read = read_rules(path, sources, collector)
        if read is not None:
            _add(files, str(path), read, sources, collector)
    return files


def _add(files: list[File], path: str, data: bytes, sources: SourceMap, collector: Collector) -> None:
    """Format the source added last, unless it has mistakes or could not be read as text."""
    number = len(sources.sources) - 1
    found = Collector()
    if any(each.span.source == number for each in collector):
        return
    source = sources[number]
    module = parse(source, number, found)
    collector.extend(each for each in found)
    if not found.errors:
        files.append(File(path, source.text, data, format_module(module, source.text).encode()))


def _settle(changed: list[File], of: int, *, writing: bool) -> None:
    """Write what changed, and say so."""
    for file in changed:
        if writing:
            replace_file(Path(file.path), file.formatted)
        click.echo(f"{'formatted' if writing else 'would format'} {file.path}", err=True)
    rest = of - len(changed)
    done = "formatted" if writing else "would be formatted"
    parts = [f"{counted(len(changed), 'file')} {done}"] if changed else []
    parts += [f"{counted(rest, 'file')} left as {'it is' if rest == 1 else 'they are'}"] if rest else []
    if parts:
        click.echo(", ".join(parts), err=True)
