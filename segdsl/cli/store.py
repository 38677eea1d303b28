"""`seg store`: care of a store. The commands of it are the files of `stores/`."""

from importlib import import_module
from pkgutil import iter_modules

import click

from segdsl.cli.parts.group import Commands

PACKAGE = "segdsl.cli.stores"
ORDER = ("info", "check", "prune", "export", "import", "copy", "migrate")


def _found() -> list[str]:
    return [found.name.rstrip("_") for found in iter_modules(import_module(PACKAGE).__path__)]


@click.group(cls=Commands, package=PACKAGE, found=_found, order=ORDER, no_args_is_help=True,
             short_help="Look after a store: check it, prune it, move it.")  # fmt: skip
def command() -> None:
    """Look after a store: what is in it, whether it is sound, and how it gets elsewhere.

    \b
      seg store info shop.store
      seg store check shop.store
      seg store prune shop.store --before 2026-01-01
      seg store export shop.store -o shop.jsonl.gz
      seg store import shop.jsonl.gz --store postgresql://localhost/shop
      seg store copy shop.store postgresql://localhost/shop
      seg store migrate shop.store

    A store is named by its file, as in shop.store, or by its URL.

    Exit code: 0 done, 1 faults were found, 2 there is no such store, or wrong usage; 130 interrupted.
    """
