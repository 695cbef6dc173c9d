"""The command line: one group, its commands by theme, and the one place where errors end.

    $ chiptrail --help
    $ chiptrail completion bash >> ~/.bashrc

A command is a thin shell: it reads its arguments, makes one service call and shows the answer.
Everything heavy is imported inside the commands, so that ``--help`` answers at once.
"""

from typing import Any

import click

from ledger.cli import (
    acts,
    completion,
    demo,
    enrolling,
    founding,
    handling,
    looking,
    proving,
    signing,
    verifying,
)
from ledger.cli.help import Group
from ledger.cli.output import fail
from ledger.cli.settings import Settings, shared_options
from schemas.errors import ChiptrailError

THEMES: dict[str, tuple[click.Command, ...]] = {
    "Begin": (demo.demo, founding.init, founding.keygen, enrolling.enroll),
    "Look": (looking.chip, looking.check),
    "Prove": (
        proving.bundle,
        verifying.verify,
        proving.checkpoint,
        proving.publish,
        proving.audit,
    ),
    "Sign and record": (signing.sign, signing.capture),
    "Sign and record by hand": (
        acts.commission,
        acts.register,
        handling.pack,
        handling.unpack,
        acts.ship,
        acts.receive,
        acts.refuse,
        acts.void,
        handling.declare,
        handling.inspect,
        handling.report,
        handling.destroy,
    ),
    "Other": (completion.completion,),
}


class Root(Group):
    """Shows its commands by theme, and turns our errors into message, code and exit code."""

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands under the headings of THEMES."""
        width = max(map(len, self.commands))
        limit = formatter.width - width - 6
        for theme, commands in THEMES.items():
            rows = [((c.name or "").ljust(width), c.get_short_help_str(limit)) for c in commands]
            with formatter.section(theme):
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own
        """Run the command; every error of ours ends here."""
        settings = ctx.ensure_object(Settings)  # from here on shared with the command
        try:
            return super().invoke(ctx)
        except ChiptrailError as error:
            fail(error, as_json=settings.as_json)


@click.group(
    cls=Root,
    commands=[command for theme in THEMES.values() for command in theme],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="chiptrail", help="Show the version and end.")
@shared_options
def cli() -> None:
    """A signed, append-only chain-of-custody ledger for AI chips.

    `chiptrail demo` makes a world to look around in; `chiptrail COMMAND --help` shows
    examples.

    Exit codes:

        0  done, nothing bad found
        1  bad news: refused, contraindicated, or it does not verify
        2  the command was not understood
        3  the ledger cannot be reached, opened or written to
    """


def main() -> None:
    """Run the command that was typed."""
    cli(prog_name="chiptrail")
