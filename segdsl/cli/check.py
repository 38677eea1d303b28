"""`seg check`: what is wrong with rules."""

import json
import shlex

import click

import segdsl
from segdsl.cli.parts import reports
from segdsl.cli.parts.colors import color_option
from segdsl.cli.parts.completing import seg_files
from segdsl.cli.parts.failures import MISTAKES
from segdsl.cli.parts.findings import Findings, counted
from segdsl.cli.parts.mending import mend_files, read
from segdsl.cli.parts.rules import checked_rules
from segdsl.diagnostics.codes import CODES
from segdsl.diagnostics.mending import sure_fixes
from segdsl.diagnostics.suggest import nearest


@click.command(no_args_is_help=True, short_help="Say what is wrong with rules, and mend it.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", shell_complete=seg_files)
@click.option(
    "--format", type=click.Choice(("text", "json", "github", "sarif")), default="text", show_default=True,
    help="How mistakes are written: for people; as lines of JSON; as annotations of a GitHub action; as SARIF.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--fix", "mending", flag_value="fix", help="Mend the mistakes that have one sure answer, in the files.")
@click.option("--diff", "mending", flag_value="diff", help="Show what --fix would change; write nothing.")
@click.option(
    "--allow",
    multiple=True,
    metavar="CODE",
    help="Say nothing of warnings with this code; SEG9 means all that begin so. May be given several times.",
)
@click.option("--strict", is_flag=True, help="Warnings count as mistakes for the exit code.")
@color_option
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    format: str,
    as_json: bool,
    mending: str | None,
    allow: tuple[str, ...],
    strict: bool,
    color: bool | None,
) -> None:
    """Say what is wrong with rules, with the line and what to write instead.

    All paths together are one program; a directory means all .seg files in it; - is standard input.

    \b
      seg check shop.seg
      seg check rules/
      seg check rules/ --format github
      seg check rules/ --strict --allow SEG914

    Many mistakes have one sure answer: a word written wrong, a forgotten `then`, curly quotes. --fix writes it into the
    files, says what it mended, and reports what is left; --diff shows it first. Rules from standard input go, mended,
    to standard output.

    \b
      seg check rules/ --diff
      seg check rules/ --fix

    Exit code: 0 no mistakes (there may be warnings, unless --strict), 1 mistakes, 2 something cannot be read or
    written. With --diff the files are left as they are, and so is the exit code.
    """
    codes = tuple(_allowed(code) for code in allow)
    if as_json and format not in ("text", "json"):
        raise click.UsageError(f"--json and --format {format} are two formats: name one")
    chosen = "json" if as_json else format
    if (mending == "diff" or (mending and "-" in paths)) and chosen != "text":
        raise click.UsageError(f"standard output cannot hold both the rules and --format {chosen}")
    if mending:
        _mend(ctx, paths, chosen, color, showing=mending == "diff", allow=codes, strict=strict)
        return
    checked = checked_rules(paths)
    findings = _findings(checked, codes)
    _print(findings, chosen, color)
    _summarize(checked, findings, chosen, paths, strict=strict)
    ctx.exit(_exit_code(findings, strict))


def _mend(
    ctx: click.Context, paths: tuple[str, ...], format: str, color: bool | None,
    *, showing: bool, allow: tuple[str, ...], strict: bool,
) -> None:  # fmt: skip
    """Mend the rules, or show how, and tell what is left."""
    rules = read(paths)
    if rules.collector.errors:
        findings = Findings.of(rules.collector, rules.sources)
        _print(findings, format, color)
        click.echo(f"{findings.counted()}; nothing is mended", err=True)
        ctx.exit(findings.exit_code)
    before = _exit_code(_findings(segdsl.check_texts(rules.named), allow), strict) if showing else 0
    mending = mend_files(rules, showing=showing)
    left = _findings(mending.checked, allow)
    _print(left, format, color)
    then = showing and bool(mending.mended)
    _summarize(mending.checked, left, format, paths, aside=showing or rules.paths == (None,), strict=strict, then=then)
    ctx.exit(before if showing else _exit_code(left, strict))


def _findings(checked: "segdsl.CheckedProgram", allow: tuple[str, ...]) -> Findings:
    found = Findings.of(checked.collector, checked.sources)
    return found.without(allow)


def _exit_code(findings: Findings, strict: bool) -> int:
    return findings.exit_code or (MISTAKES if strict and findings.warnings else 0)


def _summarize(
    checked: "segdsl.CheckedProgram", findings: Findings, format: str, paths: tuple[str, ...],
    *, aside: bool = False, strict: bool = False, then: bool = False,
) -> None:  # fmt: skip
    """One line for all of it, and how to go on; on standard error where standard output holds something else. `then`:
    it is so once what was shown is mended."""
    if findings.errors:
        more = f"; `seg explain {findings.errors[0].code}` says more of the first"
        summary = findings.counted() + (more if format == "text" else "")
    else:
        size = f"{counted(len(checked.scope.segments), 'segment')}, {counted(len(checked.rules), 'rule')}"
        warned = f", {findings.counted()}" if findings.warnings else ""
        warned += " (mistakes for --strict)" if strict and findings.warnings else ""
        summary = f"no mistakes{warned}: {size}"
    click.echo(f"after that, {summary}" if then else summary, err=aside or format != "text")
    mendable = len(sure_fixes(findings.all, findings.sources))
    if mendable and format == "text":
        one = "it mends itself" if len(findings.all) == 1 else "1 of them mends itself"
        which = one if mendable == 1 else f"{mendable} of them mend themselves"
        click.echo(f"{which}: seg check --fix {shlex.join(paths)}", err=aside)


def _allowed(given: str) -> str:
    """The code, or the beginning of codes, that `--allow` names. Raises UsageError."""
    code = f"SEG{given.upper().removeprefix('SEG')}"
    if code == "SEG" or not any(each.startswith(code) for each in CODES):
        meant = nearest(code, CODES)
        hint = f"did you mean {meant}?" if meant else "`seg explain` lists all"
        raise click.UsageError(f"there is no code {given!r} to allow: {hint}")
    return code


def _print(findings: Findings, format: str, color: bool | None) -> None:
    match format:
        case "json":
            findings.print_json()
        case "github":
            for line in reports.github(findings.shown(), findings.sources):
                click.echo(line)
        case "sarif":
            click.echo(json.dumps(reports.sarif(findings.shown(), findings.sources), indent=2, ensure_ascii=False))
        case _:
            findings.print(color)
