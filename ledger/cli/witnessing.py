"""Witness: have checkpoints cosigned by others, and cosign those of others."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ledger.cli.help import Command, Group
from ledger.cli.output import BAD_NEWS, show, show_json, table, text
from ledger.cli.pointing import understood
from ledger.cli.serving import attend, listening
from ledger.cli.settings import Settings, json_option, ledger_options, pass_settings
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from ledger.service.witnesses import Poll

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_FOLDER = Path("chiptrail-witness")
DEFAULT_PORT = 8711


@click.command(cls=Command)
@click.option(
    "--witness",
    "named",
    type=(str, str),
    multiple=True,
    metavar="VKEY URL",
    help="From now on ask this witness too: its verifier key, and its address. May be given"
    " several times; one of the same name is replaced.",
)
@click.option(
    "--drop",
    "dropped",
    multiple=True,
    metavar="NAME",
    help="Ask the witness of this name no more.",
)
@click.option(
    "--quorum",
    type=click.IntRange(1),
    metavar="K",
    help="How many of the witnesses must cosign; more than half of them if never given.",
)
@ledger_options
@pass_settings
def cosign(
    settings: Settings,
    *,
    named: tuple[tuple[str, str], ...],
    dropped: tuple[str, ...],
    quorum: int | None,
) -> None:
    """Have the newest checkpoint cosigned by witnesses.

    A witness cosigns only what continues all that it saw before: so everybody who asks for its
    line is shown the same history. Name witnesses once; they are remembered in the ledger's folder.
    Run this again, by the clock, and before `bundle` and `publish`, which give the lines along.
    Exit code 1 when fewer than the quorum have cosigned.

    Where witnesses are named, a ledger that was restored, copied or stopped without warning records
    nothing before one of them agrees that it is the newest.

    For example:

        chiptrail cosign --witness "$VKEY" https://witness.example.org
        chiptrail cosign
        chiptrail cosign --drop witness.example.org
    """
    from ledger.policy import witness_of
    from ledger.service.cosigning import cosign as run
    from ledger.service.witnesses import change_policy

    with understood("--witness"):
        for vkey, url in named:
            witness_of(vkey, url)
    ledger = settings.open_ledger()
    if named or dropped or quorum is not None:
        change_policy(ledger, named, dropped, quorum)
    poll = run(ledger)
    if settings.as_json:
        show_json(_to_json(poll))
    else:
        _show(poll)
    if not poll.is_quorum:
        raise click.exceptions.Exit(BAD_NEWS)


def _show(poll: "Poll") -> None:
    if poll.policy is None:
        click.echo("No witness is named: chiptrail cosign --witness VKEY URL")
        return
    told = table("witness", "what it says", fold=["what it says"])
    for answer in poll.answers:
        told.add_row(answer.witness.name, answer.words)
    show(told)
    agreed = len([answer for answer in poll.answers if answer.signature is not None])
    verdict = f"{agreed} of {len(poll.answers)} cosigned {poll.head.size:,} entries"
    colour = "green" if poll.is_quorum else "bold red"
    show("", text(f"{verdict}, {poll.policy.quorum} wanted.", colour))


def _to_json(poll: "Poll") -> JSON:
    return {
        "size": poll.head.size,
        "root": poll.head.root.hex(),
        "quorum": 0 if poll.policy is None else poll.policy.quorum,
        "isQuorum": poll.is_quorum,
        "witnesses": [
            {
                "name": answer.witness.name,
                "url": answer.witness.url,
                "standing": answer.standing.value,
                "size": answer.size,
                "at": answer.at,
                "words": answer.words,
            }
            for answer in poll.answers
        ],
    }


# A witness of one's own ---------------------------------------------------------------------------


def folder_option(command: F) -> F:
    """Where the witness is."""
    return click.option(
        "--folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=DEFAULT_FOLDER,
        metavar="DIR",
        envvar="CHIPTRAIL_WITNESS",
        help="The witness's folder; ./chiptrail-witness if not given.",
    )(command)


@click.group(cls=Group)
def witness() -> None:
    """Be a witness of other people's logs.

    A witness remembers the largest checkpoint that it cosigned of each log, and cosigns a new one
    only if it continues that (C2SP tlog-witness). Run it on a machine that the log's operator
    does not run. Never set its folder back to an old copy: retire it, and begin with a new key.
    """


@witness.command()
@click.argument("name")
@folder_option
@json_option
@pass_settings
def init(settings: Settings, *, name: str, folder: Path) -> None:
    """Make a witness called NAME, with a key of its own.

    NAME is for good, by custom a host and path without a scheme. The private key is kept in the
    open, for its owner alone: a witness answers unattended.

    For example:

        chiptrail witness init witness.example.org
    """
    from ledger.service.witness import Witness

    made = Witness.found(folder, name)
    if settings.as_json:
        show_json({"folder": str(folder), "name": name, "vkey": made.vkey})
        return
    click.echo(f"Made the witness {name} in {folder}.")
    click.echo(f"Its verifier key, for everybody: {made.vkey}")
    click.echo("Next: chiptrail witness add VKEY, for each log to watch")


@witness.command()
@click.argument("vkey")
@click.option("--origin", metavar="NAME", help="The log's origin, if it is not its key's name.")
@folder_option
@json_option
@pass_settings
def add(settings: Settings, *, vkey: str, origin: str | None, folder: Path) -> None:
    """Know the log of VKEY from now on.

    Take the verifier key from the log's operator (`chiptrail checkpoint --vkey`). A witness that
    runs knows the log at once.

    For example:

        chiptrail witness add "$VKEY"
    """
    from ledger.service.witness import Witness

    opened = Witness.open(folder)
    with understood("VKEY"):
        known = opened.add_log(vkey, origin)
    if settings.as_json:
        show_json({"origin": known})
    else:
        click.echo(f"Knows {known}.")


@witness.command(name="show")
@click.option("--vkey", is_flag=True, help="Print the witness's verifier key alone.")
@folder_option
@json_option
@pass_settings
def show_witness(settings: Settings, *, vkey: bool, folder: Path) -> None:
    """Show the witness's verifier key, its logs and what it cosigned last.

    For example:

        chiptrail witness show
        chiptrail witness show --vkey
    """
    from datetime import UTC, datetime

    from ledger.service.witness import Witness

    opened = Witness.open(folder)
    logs = [] if vkey else opened.logs()
    if settings.as_json:
        known: list[JSON] = [
            {"origin": one.origin, "vkey": one.vkey, "size": one.size, "at": one.at} for one in logs
        ]
        show_json({"vkey": opened.vkey, "logs": known})
        return
    click.echo(opened.vkey)
    if logs:
        told = table("log", "entries", "cosigned (UTC)", right=["entries"])
        for one in logs:
            at = "never" if one.at is None else f"{datetime.fromtimestamp(one.at, UTC):%F %T}"
            told.add_row(one.origin, f"{one.size:,}", at)
        show("", told)


@witness.command()
@click.option(
    "--listen",
    default=f"127.0.0.1:{DEFAULT_PORT}",
    show_default=True,
    metavar="HOST:PORT",
    help="Where to listen; put a web server with TLS in front to be reached from elsewhere.",
)
@folder_option
def serve(*, listen: str, folder: Path) -> None:
    """Answer those who ask for cosignatures, until interrupted.

    Logs send their checkpoints to POST /add-checkpoint; anybody reads the one cosigned last at
    GET /HEX/checkpoint, HEX being the SHA-256 of the log's origin.

    For example:

        chiptrail witness serve
        chiptrail witness serve --listen 127.0.0.1:9000
    """
    from ledger.service.witness import Witness
    from ledger.witness import MAX_REQUEST_SIZE
    from web.server import BodyLimits
    from web.witness import make_app

    opened = Witness.open(folder)
    server = listening(make_app(opened), listen, BodyLimits(MAX_REQUEST_SIZE))
    click.echo(f"{opened.vkey}\nListening at {server.url}")
    attend(server)
