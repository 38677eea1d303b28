"""Options of commands that read events."""

import click

import segdsl
from segdsl.cli.parts.completing import any_files, event_formats

format_option = click.option(
    "--format",
    metavar="NAME",
    shell_complete=event_formats,
    help=f"How events are written: {', '.join(segdsl.formats())}. Default: by the file's name; JSON by its shape.",
)
mapping_option = click.option(
    "--mapping",
    metavar="FILE",
    shell_complete=any_files,
    help="Which column of CSV or Parquet, or which part of a JSON object, is which field: a TOML file.",
)
