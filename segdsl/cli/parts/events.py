"""Options of commands that read events."""

import click

import segdsl
from segdsl.cli.parts.completing import any_files, event_formats


class Formats(click.Option):
    """Names the formats when its help is asked for: a start of another command need not look for them."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        names = ", ".join(segdsl.formats())
        self.help = f"How events are written: {names}. Default: by the file's name; JSON by its shape."
        return super().get_help_record(ctx)


format_option = click.option("--format", cls=Formats, metavar="NAME", shell_complete=event_formats)
mapping_option = click.option(
    "--mapping",
    metavar="FILE",
    shell_complete=any_files,
    help="Which column of CSV or Parquet, or which part of a JSON object, is which field: a TOML file.",
)
