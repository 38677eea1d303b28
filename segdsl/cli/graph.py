"""`seg graph`: pictures of rules."""

from pathlib import Path
from typing import Literal, get_args

import click

import segdsl
from segdsl import drawing
from segdsl.cli.parts.colors import color_option
from segdsl.cli.parts.findings import Findings, counted
from segdsl.cli.parts.rules import checked_rules, names_of
from segdsl.cli.parts.writing import force_option, made_by, may_write, write_whole
from segdsl.diagnostics.suggest import nearest
from segdsl.drawing.graph import Theme

Format = Literal["svg", "mermaid", "dot"]

ENDINGS: dict[str, Format] = {
    ".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot",
}  # fmt: skip


@click.command(no_args_is_help=True, short_help="Draw rules, or the segments and who fills and reads them.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--segments", is_flag=True, help="Draw the segments, and who fills and reads them, not the rules' steps.")
@click.option("--activity", metavar="NAME", help="Draw this activity alone.")
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, allow_dash=True), metavar="FILE",
    help="Write the picture there; an older one is replaced. Default: standard output.",
)  # fmt: skip
@click.option(
    "--format", type=click.Choice(get_args(Format)),
    help="How it is written. Default: by the name of the output, else mermaid.",
)  # fmt: skip
@click.option(
    "--theme", type=click.Choice(get_args(Theme)),
    help="The colours of SVG. Default: auto, light or dark as whoever looks at it prefers.",
)  # fmt: skip
@force_option
@color_option
def command(
    paths: tuple[str, ...], segments: bool, activity: str | None, output: str | None, format: Format | None,
    theme: Theme | None, force: bool, color: bool | None,
) -> None:  # fmt: skip
    """Draw rules: what starts each, what it asks, waits for and does, a box for each activity.

    All paths together are one program, as for `seg check`.

    \b
      seg graph rules/ --output flow.svg
      seg graph rules/ --activity "Abandoned cart" --output cart.svg
      seg graph rules/ --segments --output segments.svg
      seg graph rules/ --segments --format dot | dot -Tpng -o segments.png

    SVG needs nothing but a browser to look at; point at a box to see all of its text and its line. Mermaid is text that
    GitHub and many wikis show as a picture, in a block that begins with ```mermaid. DOT is for Graphviz. The text of
    both changes only where the rules do.

    Exit code: 0 drawn, 1 the rules have mistakes, 2 wrong usage, or something cannot be read or written.
    """
    chosen = _format(output, format)
    if theme is not None and chosen != "svg":
        raise click.UsageError(f"--theme is for svg, and this is {chosen}")
    if segments and activity is not None:
        raise click.UsageError("--segments and --activity are two pictures: name one")
    checked = checked_rules(paths)
    findings = Findings.of(checked.collector, checked.sources)
    if findings.errors:
        findings.refuse(color)
    may_write(output, made_by("graph"), force=force, reads=names_of(checked))
    graph = _segments(checked) if segments else _flow(checked, activity)
    done = write_whole(output, _text(graph, chosen, theme or "auto").encode())
    if done:
        click.echo(f"{done} ({_size(graph)})", err=True)


def _format(output: str | None, asked: Format | None) -> Format:
    if asked is not None or output in (None, "-"):
        return asked or "mermaid"
    found = ENDINGS.get(Path(output).suffix.lower())
    if found is None:
        raise click.UsageError(f"{output} does not say how to draw: end it in {', '.join(ENDINGS)}, or add --format")
    return found


def _segments(checked: "segdsl.CheckedProgram") -> "drawing.Graph":
    if not checked.scope.segments:
        raise click.UsageError("there is no segment to draw")
    return drawing.segment_graph(checked)


def _flow(checked: "segdsl.CheckedProgram", activity: str | None) -> "drawing.Graph":
    names = drawing.activity_names(checked)
    if activity is not None and activity not in names:
        meant = nearest(activity, names)
        hint = f'; did you mean "{meant}"?' if meant else f"; there are: {', '.join(names)}" if names else ""
        raise click.UsageError(f'there is no activity "{activity}"{hint}')
    graph = drawing.flow_graph(checked, activity)
    if not graph.groups:
        raise click.UsageError("there is no rule to draw: --segments draws the segments")
    return graph


def _text(graph: "drawing.Graph", format: Format, theme: Theme) -> str:
    match format:
        case "svg":
            return drawing.to_svg(graph, theme)
        case "mermaid":
            return drawing.to_mermaid(graph)
        case "dot":
            return drawing.to_dot(graph)


def _size(graph: "drawing.Graph") -> str:
    boxes = sum(len(group.nodes) for group in graph.groups)
    arrows = sum(len(group.edges) for group in graph.groups)
    return f"{counted(boxes, 'box', 'boxes')} and {counted(arrows, 'arrow')}"
