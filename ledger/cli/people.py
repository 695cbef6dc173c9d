"""Users: who signs in, seen from the server's own console, where nobody has to be signed in."""

import click

from ledger.cli import naming
from ledger.cli.help import Command, Group
from ledger.cli.output import show, show_json, table, warn
from ledger.cli.settings import Settings, ledger_options, pass_settings
from schemas.formats import format_time

ROLES = ("administrator", "logger", "viewer", "inspector")


@click.group(cls=Group)
def user() -> None:
    """Let people in over HTTP, each for a party.

    Administrators do the same in the web application; this is for whoever runs the server.
    """


@user.command(cls=Command)
@click.argument("name", metavar="NAME")
@click.option("--party", required=True, metavar="PARTY", help="Of which party: an id, or a name.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What it may do for it.")
@click.option(
    "--url",
    default="http://127.0.0.1:8710",
    show_default=True,
    metavar="URL",
    help="Where the ledger is served, for the link.",
)
@ledger_options
@pass_settings
def invite(settings: Settings, *, name: str, party: str, role: str, url: str) -> None:
    """Print a link by which NAME, an e-mail address or a short name, chooses a password.

    Somebody who is a user already gets another password by it: the forgotten one holds until then.

    For example:

        chiptrail user invite lin@fab.example --party fab --role logger
    """
    from ledger.service import users

    ledger = settings.open_ledger()
    who = naming.party_named(ledger, party)
    made, secret = users.invite(ledger, None, name, who, users.UserRole(role))
    link = f"{url.rstrip('/')}/setup/{secret}"
    if settings.as_json:
        ends = format_time(made.expires_at)
        show_json({"name": made.name, "party": who, "role": role, "link": link, "expiresAt": ends})
        return
    click.echo(link)
    warn(f"it works once, until {made.expires_at:%Y-%m-%d %H:%M} UTC, and is not shown again")


@user.command(name="list", cls=Command)
@ledger_options
@pass_settings
def list_users(settings: Settings) -> None:
    """Show all users: of which party, with which role, since when.

    For example:

        chiptrail user list
    """
    from ledger.service import users

    found = users.list_users(settings.open_ledger(), None)
    if settings.as_json:
        show_json(
            [
                {
                    "name": one.name,
                    "party": one.party,
                    "role": one.role,
                    "createdAt": format_time(one.created_at),
                    "disabledAt": None if one.disabled_at is None else format_time(one.disabled_at),
                }
                for one in found
            ]
        )
        return
    if not found:
        click.echo("There is no user: chiptrail user invite NAME --party PARTY --role ROLE")
        return
    told = table("name", "party", "role", "since", "", fold=["name", "party"])
    for one in found:
        state = "" if one.disabled_at is None else "shut out"
        told.add_row(one.name, one.party, one.role, f"{one.created_at:%F}", state)
    show(told)


@user.command(cls=Command)
@click.argument("name", metavar="NAME")
@ledger_options
@pass_settings
def disable(settings: Settings, *, name: str) -> None:
    """Shut NAME out, at once; an invitation lets it in again.

    For example:

        chiptrail user disable lin@fab.example
    """
    from ledger.service import users

    users.change_user(settings.open_ledger(), None, name, disabled=True)
    if settings.as_json:
        show_json({"name": name, "disabled": True})
    else:
        click.echo(f"{name} is shut out.")
