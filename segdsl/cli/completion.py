"""`seg completion`: the script that lets a shell complete what is typed."""

import click
from click.shell_completion import ShellComplete, get_completion_class

VARIABLE = "_SEG_COMPLETE"
SHELLS = ("bash", "zsh", "fish")


@click.command(no_args_is_help=True, short_help="Print the script for completion in a shell.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script with which a shell completes commands, options, files of rules, and the segments of a store.

    \b
      seg completion bash

    For one terminal, in bash or zsh:

    \b
      eval "$(seg completion bash)"

    For every new one:

    \b
      bash   seg completion bash > ~/.local/share/bash-completion/completions/seg
      zsh    seg completion zsh > "${fpath[1]}/_seg"       (then: compinit)
      fish   seg completion fish > ~/.config/fish/completions/seg.fish

    Segments are proposed once the store is named: seg members --store shop.store, and then the key for completion.
    """
    kind = get_completion_class(shell)
    assert kind is not None
    # Not the shell's own `source`, which starts bash to ask for its version.
    click.echo(ShellComplete.source(kind(ctx.find_root().command, {}, "seg", VARIABLE)))
