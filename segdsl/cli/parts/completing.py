"""What a shell proposes while a command is typed: files of rules, other files, codes, segments of a store.

Each function is asked by click with what is typed so far. Nothing is said of what goes wrong: a proposal that cannot be
made is none.
"""

import shlex
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class

import segdsl
from segdsl.cli.parts.stores import done_or_promised_by, segments_of
from segdsl.diagnostics.codes import CODES

Proposals = list[CompletionItem]
RULES = ".seg"
MANY = 500
"""Proposals at most."""


class Bash(BashComplete):
    """Bash puts a proposal into the line as it is, so that one with blanks needs its quotes."""

    def format_completion(self, item: CompletionItem) -> str:
        value = shlex.quote(item.value) if item.type == "plain" and " " in item.value else item.value
        return f"{item.type},{value}"


def install() -> None:
    """Have click use these shells."""
    add_completion_class(Bash)


def seg_files(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Proposals:
    """Files of rules and directories. A directory that is the only one is opened, so that typing goes on in it."""
    with suppress(OSError):
        found = _entries(incomplete)
        if len(found) == 1 and found[0].endswith("/"):
            found += _entries(found[0])
        return [CompletionItem(each) for each in found[:MANY]]
    return []


def event_formats(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Proposals:
    """How events may be written."""
    return [CompletionItem(each) for each in segdsl.formats() if each.startswith(incomplete)]


def _entries(incomplete: str) -> list[str]:
    """Paths that begin so: directories with a `/`, and files of rules; hidden ones where a dot is typed."""
    folder, _, begun = incomplete.rpartition("/")
    before = incomplete[: len(incomplete) - len(begun)]
    found = []
    for entry in sorted(Path(folder or ("/" if before else ".")).iterdir()):
        if not entry.name.startswith(begun) or (entry.name.startswith(".") and not begun.startswith(".")):
            continue
        if entry.is_dir():
            found.append(f"{before}{entry.name}/")
        elif entry.name.endswith(RULES):
            found.append(f"{before}{entry.name}")
    return found


def any_files(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Proposals:
    """Files of any kind, which the shell lists itself."""
    return [CompletionItem(incomplete, type="file")]


def codes(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Proposals:
    """The codes of mistakes, with their titles."""
    begun = incomplete.upper()
    return [CompletionItem(code, help=entry.title) for code, entry in CODES.items() if code.startswith(begun)]


def segments(ctx: click.Context, _param: click.Parameter, incomplete: str) -> Proposals:
    """The segments of the store that was named before; customers are too many to be proposed."""
    return _of_the_store(ctx, incomplete, segments_of)


def asked_why(ctx: click.Context, _param: click.Parameter, incomplete: str) -> Proposals:
    """What `seg why` can be asked about: segments, actions and promotions of the store that was named before."""
    return _of_the_store(ctx, incomplete, lambda store: [*segments_of(store), *done_or_promised_by(store)])


def _of_the_store(ctx: click.Context, incomplete: str, names: Callable[[str], list[str]]) -> Proposals:
    store = ctx.params.get("store")
    with suppress(Exception):
        if store:
            found = [each for each in sorted(names(store)) if each.casefold().startswith(incomplete.casefold())]
            return [CompletionItem(each) for each in found[:MANY]]
    return []
