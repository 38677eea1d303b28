"""A group of commands that are files: each is imported when it is asked for, all of them only for the help."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from keyword import iskeyword
from typing import Any, cast

import click
from click.shell_completion import CompletionItem

from segdsl.cli.parts.colors import give_color_option
from segdsl.cli.parts.failures import explained
from segdsl.diagnostics.suggest import nearest


class Commands(click.Group):
    """`package` holds a module for each command, which defines `command`; `found` gives their names, `order` says
    which of them help lists first."""

    def __init__(self, *, package: str, found: Callable[[], Sequence[str]], order: Sequence[str], **given: Any) -> None:
        super().__init__(**given)
        self.package = package
        self.found = found
        self.order = {name: place for place, name in enumerate(order)}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.found(), key=lambda name: (self.order.get(name, len(self.order)), name))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.found():
            return None
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        return give_color_option(cast(click.Command, import_module(f"{self.package}.{module}").command))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The options of the group, or the names of commands: without their help, which would import them all."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(name) for name in self.list_commands(ctx) if name.startswith(incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:  # fmt: skip
        asked = args[0]
        if not asked.startswith("-") and asked not in self.found():
            meant = nearest(asked, self.found())
            ctx.fail(f"there is no command {asked!r}" + (f": did you mean {meant!r}?" if meant else ""))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with explained():
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
