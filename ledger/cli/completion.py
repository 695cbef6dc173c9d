"""Shell completion: click's own, printed for the shell to read."""

import click

from ledger.cli.help import Command


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes a shell complete commands.

    It is click's own: _CHIPTRAIL_COMPLETE=bash_source chiptrail prints the same.

    For example:

        chiptrail completion bash >> ~/.bashrc
        chiptrail completion zsh >> ~/.zshrc
        chiptrail completion fish > ~/.config/fish/completions/chiptrail.fish
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None  # the three of the choice are click's own
    root = ctx.find_root().command
    click.echo(found(root, {}, "chiptrail", "_CHIPTRAIL_COMPLETE").source())
