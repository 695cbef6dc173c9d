"""Serve: the ledger over HTTP, and the tokens that let programs in."""

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from ledger.cli import naming
from ledger.cli.help import Command, Group
from ledger.cli.output import show, show_json, table, warn
from ledger.cli.settings import Settings, ledger_options, pass_settings
from schemas.errors import CannotOpen
from schemas.formats import format_time
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from ledger.service.tokens import Token
    from web.server import Server


@click.command(cls=Command)
@click.option(
    "--listen",
    default="127.0.0.1:8710",
    show_default=True,
    metavar="HOST:PORT",
    help="Where to listen; put a web server with TLS in front to be reached from elsewhere.",
)
@click.option(
    "--public-entries",
    is_flag=True,
    envvar="CHIPTRAIL_PUBLIC_ENTRIES",
    help="Let anybody read the leaves too: 137 bytes of hashes and a signature an entry.",
)
@ledger_options
@pass_settings
def serve(settings: Settings, *, listen: str, public_entries: bool) -> None:
    """Serve the ledger over HTTP, until interrupted.

    Programs show a token (`chiptrail token new`). Checkpoint and hash tiles, below /log/, are
    for everybody; /api/v1/openapi.json describes the rest.

    For example:

        chiptrail serve
        curl http://127.0.0.1:8710/healthz
    """
    from web.app import BODY_LIMIT, make_app

    ledger = settings.open_ledger()
    server = listening(make_app(ledger, public_entries=public_entries), listen, BODY_LIMIT)
    if settings.as_json:
        show_json({"url": server.url, "origin": ledger.origin, "readOnly": ledger.stopped})
    else:
        click.echo(f"{ledger.origin} answers at {server.url}; Ctrl-C ends it.")
        if ledger.stopped is not None:
            warn(f"it is read-only: {ledger.stopped}")
    try:
        server.run()
    finally:
        server.close()


def listening(app: "WSGIApplication", listen: str, body_limit: int) -> "Server":
    """A server of *app* that listens at *listen*, ``HOST:PORT``.

    Raises: BadParameter, CannotOpen.
    """
    from web.server import Server

    host, separator, port = listen.rpartition(":")
    if not (separator and host and port.isdecimal() and int(port) < 1 << 16):
        raise click.BadParameter(f"got {listen!r}, want HOST:PORT", param_hint="--listen")
    try:
        return Server(app, host.strip("[]"), int(port), body_limit)
    except OSError as exc:
        raise CannotOpen(f"cannot listen at {listen}: {exc.strerror}") from exc


@click.group(cls=Group)
def token() -> None:
    """Let programs in over HTTP, each for a party.

    A token reads what its party may see. Writing takes the scope `write`, and the party's own
    signature under each entry all the same.
    """


@token.command(cls=Command)
@click.option("--party", required=True, metavar="PARTY", help="For whom it asks: an id, or a name.")
@click.option("--label", required=True, metavar="TEXT", help="What it is for, to know it by.")
@click.option("--write", is_flag=True, help="It may record entries too, not only read.")
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=365,
    show_default=True,
    metavar="N",
    help="How long it holds.",
)
@ledger_options
@pass_settings
def new(settings: Settings, *, party: str, label: str, write: bool, days: int) -> None:
    """Make a token, and show it this once.

    For example:

        chiptrail token new --party acme --label "warehouse system" --write
    """
    from ledger.service.tokens import Scope, issue

    ledger = settings.open_ledger()
    scopes = {Scope.READ, Scope.WRITE} if write else {Scope.READ}
    who = naming.party_named(ledger, party)
    made, secret = issue(ledger, who, label, scopes, timedelta(days=days))
    if settings.as_json:
        show_json({**_to_json(made), "token": secret})
        return
    click.echo(secret)
    warn(f"it holds until {made.expires_at:%Y-%m-%d}, and is not shown again")


@token.command(name="list", cls=Command)
@ledger_options
@pass_settings
def list_tokens(settings: Settings) -> None:
    """Show all tokens: for whom, what for, until when, and when each was used last.

    For example:

        chiptrail token list
    """
    from ledger.service.tokens import tokens

    found = tokens(settings.open_ledger())
    if settings.as_json:
        show_json([_to_json(one) for one in found])
        return
    if not found:
        click.echo("There is no token: chiptrail token new --party PARTY --label TEXT")
        return
    told = table("id", "party", "label", "for", "until", "used last (UTC)", fold=["party", "label"])
    for one in found:
        ends = f"{one.expires_at:%F}" if one.revoked_at is None else "revoked"
        used = "never" if one.used_at is None else f"{one.used_at:%F %H:%M}"
        told.add_row(one.id, one.party, one.label, " ".join(sorted(one.scopes)), ends, used)
    show(told)


@token.command(cls=Command)
@click.argument("token_id", metavar="ID")
@ledger_options
@pass_settings
def revoke(settings: Settings, *, token_id: str) -> None:
    """Take the token ID back, for good and at once.

    For example:

        chiptrail token revoke 3f9c2a7be01d4c55
    """
    from ledger.service import tokens

    tokens.revoke(settings.open_ledger(), token_id)
    if settings.as_json:
        show_json({"id": token_id, "revoked": True})
    else:
        click.echo(f"Token {token_id} is taken back.")


def _to_json(token: "Token") -> dict[str, JSON]:
    return {
        "id": token.id,
        "party": token.party,
        "label": token.label,
        "scopes": [*sorted(token.scopes)],
        "createdAt": format_time(token.created_at),
        "expiresAt": format_time(token.expires_at),
        "revokedAt": None if token.revoked_at is None else format_time(token.revoked_at),
        "usedAt": None if token.used_at is None else format_time(token.used_at),
    }
