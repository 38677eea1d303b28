"""Rules that mend themselves: read, mended, shown or written (`seg check --fix`)."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from attrs import frozen

import segdsl
from segdsl.cli.parts.findings import counted
from segdsl.cli.parts.rules import STANDARD_INPUT, standard_input
from segdsl.cli.parts.writing import difference, replace_file
from segdsl.diagnostics.diagnostic import Collector
from segdsl.diagnostics.mending import Mended
from segdsl.diagnostics.source import SourceMap
from segdsl.host.files import add_text, plain_text, read_rules, rule_files


@frozen
class Rules:
    """The texts of rules as they stand in their files. What cannot be read is in the collector."""

    paths: tuple[Path | None, ...]
    named: tuple[tuple[str, str], ...]
    sources: SourceMap
    collector: Collector


def read(paths: Sequence[str]) -> Rules:
    """The files that paths mean, or standard input (whose path is None)."""
    sources, collector = SourceMap(), Collector()
    found: list[tuple[Path | None, bytes]] = []
    if "-" in paths:
        if len(paths) > 1:
            raise click.UsageError("- is standard input and stands alone: it cannot be joined with files")
        data = standard_input()
        add_text(STANDARD_INPUT, data, sources, collector)
        found.append((None, data))
    else:
        for path in rule_files(map(Path, paths), sources, collector):
            read = read_rules(path, sources, collector)
            found += [(path, read)] if read is not None else []
    if collector.errors:
        return Rules((), (), sources, collector)
    named = [(source.name, data.decode()) for source, (_, data) in zip(sources, found, strict=True)]
    return Rules(tuple(path for path, _ in found), tuple(named), sources, collector)


def mend_files(rules: Rules, *, showing: bool) -> "segdsl.Mending":
    """Mend the rules and write what changed, standard input to standard output; with `showing` print the difference
    instead. Raises OSError for a file that cannot be written; files before it are mended by then."""
    mending = segdsl.mend(rules.named)
    for path, (name, before), after in zip(rules.paths, rules.named, mending.texts, strict=True):
        if showing:
            click.echo(difference(name, plain_text(before), plain_text(after), "mended"), nl=False)
        elif path is None:
            sys.stdout.buffer.write(after.encode())
            sys.stdout.buffer.flush()
        elif after != before:
            replace_file(path, after.encode())
        _tell([each for each in mending.mended if each.file == name], showing=showing)
    return mending


def _tell(mended: Sequence[Mended], *, showing: bool) -> None:
    """What was mended in a file, each a line on standard error, and how many."""
    for each in mended:
        click.echo(f"{each.file}:{each.line}: {each.code}: {_change(each)}", err=True)
    if mended:
        word = "would be mended" if showing else "mended"
        click.echo(f"{mended[0].file}: {counted(len(mended), 'mistake')} {word}", err=True)


def _change(each: Mended) -> str:
    if not each.before:
        return f"{each.after} put in"
    return f"{each.before} → {each.after}" if each.after else f"{each.before} taken out"
