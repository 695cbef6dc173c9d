"""Serve: the ledger over HTTP, and the tokens that let programs in."""

import logging
import signal
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli import naming
from ledger.cli.help import Command, Group
from ledger.cli.output import show, show_json, table, warn
from ledger.cli.settings import Settings, disk_reserve, ledger_options, pass_settings
from schemas.errors import CannotOpen
from schemas.formats import format_time
from schemas.strict_json import JSON
from web import settings as web_settings
from web.settings import REQUESTS_A_MINUTE, Place, WebSettings, to_environment

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from ledger.service.ledger import Ledger
    from ledger.service.tokens import Token
    from web.server import BodyLimits, Server

DEFAULT_LISTEN = "127.0.0.1:8710"


@click.command(cls=Command)
@click.option(
    "--listen",
    default=DEFAULT_LISTEN,
    show_default=True,
    metavar="HOST:PORT",
    help="Where to listen; put a web server with TLS in front to be reached from elsewhere.",
)
@click.option(
    "--tls-cert",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Serve over TLS with this certificate (PEM), for a local network; with --tls-key.",
)
@click.option(
    "--tls-key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The private key of the certificate (PEM).",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes; several are for PostgreSQL.",
)
@click.option(
    "--proxies",
    type=click.IntRange(0, 9),
    default=0,
    envvar=web_settings.PROXIES,
    metavar="N",
    help="Web servers in front, whose X-Forwarded-For and -Proto to believe.",
)
@click.option(
    "--rate-limit",
    type=click.IntRange(min=0),
    default=REQUESTS_A_MINUTE,
    show_default=True,
    envvar=web_settings.RATE_LIMIT,
    metavar="N",
    help="Requests a minute of one caller and process; 0 is no bound.",
)
@click.option(
    "--public-entries",
    is_flag=True,
    envvar=web_settings.PUBLIC_ENTRIES,
    help="Let anybody read the leaves too: 137 bytes of hashes and a signature an entry.",
)
@ledger_options
@pass_settings
def serve(
    settings: Settings,
    *,
    listen: str,
    tls_cert: Path | None,
    tls_key: Path | None,
    workers: int,
    proxies: int,
    rate_limit: int,
    public_entries: bool,
) -> None:
    """Serve the ledger over HTTP, until interrupted.

    People sign in; the first start prints a link for its first administrator. Programs show a
    token (`chiptrail token new`). Checkpoint and hash tiles, below /log/, are for everybody;
    /api/docs shows the rest. --workers and --tls-cert take `pip install 'chiptrail[production]'`.

    For example:

        chiptrail serve
        curl http://127.0.0.1:8710/healthz
    """
    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key go together")
    from ledger.service.admitting import helped
    from web.app import BODY_LIMITS, make_app
    from web.outline import MAPS, prepare_soon

    chosen = WebSettings(public_entries, proxies, rate_limit)
    _log_requests()
    ledger = settings.open_ledger()
    if workers > 1 or tls_cert is not None:
        prepare_soon(ledger.directory.path / MAPS)
        _serve_in_processes(settings, ledger, chosen, listen, (workers, tls_cert, tls_key))
        return
    with helped(ledger):  # several processes are enough for all cores
        prepare_soon(ledger.directory.path / MAPS)
        server = listening(make_app(ledger, chosen), listen, BODY_LIMITS)
        _announce(settings, ledger, server.url)
        attend(server)


def _log_requests() -> None:
    """A line of names and values on standard error for each request, and for what goes wrong."""
    lines = logging.StreamHandler()
    lines.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    lines.formatter.converter = time.gmtime  # type: ignore[union-attr]  # just set
    for name in ("web", "ledger"):
        logging.getLogger(name).addHandler(lines)
        logging.getLogger(name).setLevel(logging.INFO)


def _serve_in_processes(
    settings: Settings,
    ledger: "Ledger",
    chosen: WebSettings,
    listen: str,
    how: tuple[int, Path | None, Path | None],
) -> None:
    host, port = host_and_port(listen)
    workers, certificate, key = how
    scheme = "http" if certificate is None else "https"
    _announce(settings, ledger, f"{scheme}://{listen}")
    # The processes read what was said here from their environment.
    to_environment(Place(settings.folder, settings.database, disk_reserve()), chosen)
    from web.server import run_processes

    try:
        run_processes(host, port, workers=workers, certificate=certificate, key=key)
    except ImportError as exc:
        raise CannotOpen("--workers and --tls-cert: pip install 'chiptrail[production]'") from exc


def _announce(settings: Settings, ledger: "Ledger", url: str) -> None:
    from ledger.service.users import first_invitation

    first = None if ledger.stopped is not None else first_invitation(ledger)
    link = None if first is None else f"{url}/setup/{first[1]}"
    if settings.as_json:
        said = {"url": url, "origin": ledger.origin, "readOnly": ledger.stopped}
        show_json({**said, **({} if link is None else {"setup": link})})
        return
    click.echo(f"{ledger.origin} answers at {url}; Ctrl-C ends it.")
    if link is not None:
        click.echo(f"There is no administrator yet. Become it at\n  {link}\nwithin three days.")
    if ledger.stopped is not None:
        warn(f"it is read-only: {ledger.stopped}")


def host_and_port(listen: str) -> tuple[str, int]:
    """The two parts of *listen*, ``HOST:PORT``.

    Raises: BadParameter.
    """
    host, separator, port = listen.rpartition(":")
    if not (separator and host and port.isdecimal() and int(port) < 1 << 16):
        raise click.BadParameter(f"got {listen!r}, want HOST:PORT", param_hint="--listen")
    return host.strip("[]"), int(port)


def listening(app: "WSGIApplication", listen: str, limits: "BodyLimits") -> "Server":
    """A server of *app* that listens at *listen*, ``HOST:PORT``.

    Raises: BadParameter, CannotOpen.
    """
    from web.server import Server

    host, port = host_and_port(listen)
    try:
        return Server(app, host, port, limits)
    except OSError as exc:
        raise CannotOpen(f"cannot listen at {listen}: {exc.strerror}") from exc


def attend(server: "Server") -> None:
    """Answer until interrupted, or asked to end: what is being answered is, within seconds."""
    from ledger.service.workers import keep_for_good

    keep_for_good()
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.run()
    finally:
        signal.signal(signal.SIGTERM, before)
        server.close()


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
