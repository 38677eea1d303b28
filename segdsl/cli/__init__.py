"""The command line, `seg`: one file a command, found by the file's name and imported only when it is asked for.

Comes in: arguments, files, standard input. Goes out: text, JSON lines and an exit code (0 done, 1 mistakes in rules, 2
wrong usage or what cannot be read, 70 a mistake of segdsl itself, 130 interrupted). A command converts, calls the
public names of `segdsl`, and prints; what several of them need is in `parts/`. A new command is a new file that defines
`command`.
"""

import gc
import os
import sys
from importlib import import_module
from io import TextIOWrapper
from pkgutil import iter_modules

import click

from segdsl.cli.parts.group import Commands
from segdsl.version import __version__

HELP = """Rules for customer segments, and the program that runs them.

Rules say in plain sentences who belongs to which segment. A file shop.seg:

\b
  segment Skiers by activities
  segment Loyal Customers if count of places order >= 3
  when searches "skis" then add to Skiers

Events are lines of JSON, as in this file events.jsonl:

\b
  {"event": "searches", "customer": "ann", "time": "2026-03-01T10:00:00Z", "term": "skis"}

From the one to the other:

\b
  seg check shop.seg
  seg run shop.seg --events events.jsonl
  seg members Skiers --store shop.store
"""

ORDER = (
    "new",
    "check",
    "explain",
    "words",
    "fmt",
    "repl",
    "test",
    "graph",
    "docs",
    "plan",
    "run",
    "deploy",
    "segments",
    "members",
    "customer",
    "why",
    "decide",
    "include",
    "exclude",
    "unlist",
    "outbox",
    "report",
    "store",
    "completion",
)
"""The order in which help lists the commands, that of their use; others follow by name."""

GARBAGE = (100_000, 20, 50)
"""How many objects are made before Python looks for garbage."""

COMPLETING = "_SEG_COMPLETE"
"""The variable with which a shell asks for proposals; see `seg completion`."""


def _found() -> list[str]:
    return [found.name for found in iter_modules(__path__) if not found.ispkg]


@click.group(
    cls=Commands, package=__name__, found=_found, order=ORDER, help=HELP,
    epilog="`seg COMMAND --help` says more of each.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)  # fmt: skip
@click.version_option(__version__, "-V", "--version", prog_name="seg", message="%(prog)s %(version)s")
def seg() -> None:
    """The group of all commands; see HELP."""


def main() -> None:
    """Run the command line on the process's arguments. Does not return."""
    # What a start makes (classes, tables, trees) stays to the end: looking through it for garbage costs a fifth of it.
    gc.set_threshold(*GARBAGE)
    if COMPLETING in os.environ:  # a shell asks, which needs what no command needs
        import_module(f"{__name__}.parts.completing").install()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    seg.main(prog_name="seg")
