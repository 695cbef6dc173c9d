"""The command line: one group, its commands by theme, and the one place where errors end.

    $ chiptrail --help
    $ chiptrail completion bash >> ~/.bashrc

A command is a thin shell: it reads its arguments, makes one service call and shows the answer.
Everything heavy is imported inside the commands, so that ``--help`` answers at once.
"""

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from ledger.cli import (
    acts,
    authorising,
    completion,
    correcting,
    demo,
    enrolling,
    founding,
    handling,
    keeping,
    licensing,
    looking,
    measuring,
    parties,
    people,
    proving,
    pushing,
    rights,
    ruling,
    serving,
    settling,
    signing,
    verifier,
    verifying,
    watching,
    witnessing,
)
from ledger.cli.help import Group
from ledger.cli.output import BAD_NEWS, fail, fail_usage, hush, warn
from ledger.cli.settings import Settings, shared_options
from schemas.errors import CannotOpen, ChiptrailError

THEMES: dict[str, tuple[click.Command, ...]] = {
    "Begin": (demo.demo, founding.init, founding.keygen, founding.keycopy, enrolling.enroll),
    "Look": (looking.chip, looking.check, parties.party, licensing.licences, ruling.rules),
    "Prove": (
        proving.bundle,
        verifying.verify,
        verifier.verifier,
        proving.checkpoint,
        witnessing.cosign,
        proving.publish,
        watching.watch,
        proving.audit,
    ),
    "Keep": (keeping.backup, keeping.restore, keeping.recover),
    "Sign and record": (signing.sign, signing.capture, pushing.push, measuring.transcript),
    "Sign and record by hand": (
        acts.commission,
        acts.register,
        handling.pack,
        handling.unpack,
        handling.install,
        handling.remove,
        acts.ship,
        acts.deliver,
        acts.receive,
        acts.refuse,
        acts.void,
        rights.transfer,
        rights.accept,
        handling.declare,
        handling.inspect,
        handling.report,
        handling.replace,
        handling.transform,
        handling.destroy,
        handling.decommission,
        rights.detain,
        rights.seize,
        rights.release,
    ),
    "Allow and settle": (
        authorising.mandate,
        authorising.licence,
        authorising.site,
        authorising.grant,
        correcting.correct,
        settling.concur,
        settling.resolve,
        settling.erase,
    ),
    "Serve": (serving.serve, people.user, serving.token, witnessing.witness),
    "Other": (completion.completion,),
}


# What a shell gives a command that Ctrl-C ended: 128 and the number of the signal.
INTERRUPTED = 130
_SAFE_TO_REPEAT = (
    "; what was recorded until then stays. Repeat the command to go on: what is there already is"
    " not recorded twice"
)


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

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click's own
    ) -> click.Context:
        """Read the words before the command."""
        is_json = "--json" in args  # what is not understood is never read to the end
        with _ending(lambda: is_json):
            ctx = super().make_context(info_name, args, parent, **extra)
        ctx.meta[_IS_JSON] = is_json
        return ctx

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own
        """Run the command; every error ends here."""
        settings = ctx.ensure_object(Settings)  # from here on shared with the command
        with _ending(lambda: settings.as_json or ctx.meta[_IS_JSON]):
            # Before anything is done: files opened later would take the place of a closed one.
            if sys.stdout is None:
                raise CannotOpen("standard output is closed")
            try:
                answer = super().invoke(ctx)
            except KeyboardInterrupt as exc:
                is_capture = ctx.invoked_subcommand in (signing.capture.name, pushing.push.name)
                warn(f"interrupted{_SAFE_TO_REPEAT if is_capture else ''}")
                raise click.exceptions.Exit(INTERRUPTED) from exc
            sys.stdout.flush()
            return answer


_IS_JSON = "ledger.cli.is_json"


@contextmanager
def _ending(is_json: Callable[[], bool]) -> Iterator[None]:
    """Turns errors into message, code and exit code; a pipe that nobody reads ends quietly."""
    try:
        yield
    except ChiptrailError as error:
        fail(error, as_json=is_json())
    except click.ClickException as error:
        if isinstance(error, click.exceptions.NoArgsIsHelpError) or not is_json():
            raise
        fail_usage(error)
    except OSError as error:
        hush()
        if error.errno == errno.EPIPE:
            raise click.exceptions.Exit(BAD_NEWS) from error
        where = error.filename or "writing the answer"
        fail(CannotOpen(f"{where}: {error.strerror}"), as_json=is_json())


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
