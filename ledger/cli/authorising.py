"""Short forms of statements by which parties let others do things: mandate, licence, site, grant.

What they say counts from the next entry on, and as far as their signer may say it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from typing import Any, TypeVar

import click

from ledger.cli import naming
from ledger.cli.help import Command
from ledger.cli.making import Desk, serials, statement_options
from ledger.cli.settings import MOMENT
from schemas.errors import NotFound

F = TypeVar("F", bound=Callable[..., Any])

_SHOWN = 5

# The words of schemas.statement.LicenceKind, without loading it for --help; a test compares.
KINDS = ("licence", "exception", "nlr", "permit")

_from_option = click.option(
    "--from", "starts_at", type=MOMENT, metavar="TIME", help="When it begins; now if not given."
)


def _several(option: str, name: str, metavar: str, said: str) -> Callable[[F], F]:
    return click.option(option, name, multiple=True, metavar=metavar, help=said)


@click.command(cls=Command)
@click.argument("agent", metavar="PARTY")
@click.option(
    "--act",
    "acts",
    multiple=True,
    metavar="ACT",
    help="What it may sign: ship, receive, pack, declare ...; may be given several times.",
)
@_from_option
@click.option("--until", "ends_at", type=MOMENT, metavar="TIME", help="When it ends: a day, +90d.")
@click.option("--revoke", is_flag=True, help="Take back what it was allowed until now.")
@statement_options
def mandate(
    desk: Desk,
    *,
    agent: str,
    acts: tuple[str, ...],
    starts_at: datetime | None,
    ends_at: datetime | None,
    revoke: bool,
) -> None:
    """Let PARTY sign for you.

    It signs with its own key and names you (chiptrail:onBehalfOf). A later mandate for the same
    party takes the place of this one.

    For example:

        chiptrail mandate skua --key acme.key --act ship --act carry --until +90d
        chiptrail mandate skua --key acme.key --revoke
    """
    from schemas.statement import MandateStatement, draft_of

    if revoke == bool(acts):
        raise click.UsageError("say what it may sign, --act, or --revoke")
    starts_at = starts_at or desk.place.now()
    if revoke:
        ends_at = starts_at + timedelta(seconds=1)  # of nothing, but a mandate has an end
    if ends_at is None:
        raise click.UsageError("say when it ends: --until TIME")
    who = desk.someone(agent)
    desk.record(
        draft_of(MandateStatement, agent=who, acts=acts, starts_at=starts_at, ends_at=ends_at)
    )


@click.command(cls=Command)
@click.argument("number", metavar="REGIME:NUMBER")
@click.option(
    "--kind", type=click.Choice(KINDS), default="licence", help="What it is; licence if not given."
)
@click.option("--holder", metavar="PARTY", help="Who has it; you if not given.")
@_several("--drawer", "drawers", "PARTY", "Who may ship under it besides.")
@_several("--eccn", "eccns", "ECCN", "What it covers, e.g. 3A090.")
@_several("--prefix", "item_prefixes", "PREFIX", "Beginning of the item ids that it covers.")
@_several("--consignee", "consignees", "PARTY", "To whom: a party, or a name.")
@_several("--end-user", "end_users", "PARTY", "For whose use: a party, or a name.")
@_several("--site", "sites", "SITE", "Where to: a site by its name or id; `party` shows it.")
@_several("--country", "countries", "CC", "Into which country, two capitals.")
@_several("--condition", "conditions", "TEXT", "A proviso, word for word.")
@click.option("--quantity", type=click.IntRange(1), metavar="COUNT", help="How many at most.")
@click.option("--unit", metavar="TEXT", help="What is counted; items if not given.")
@_from_option
@click.option(
    "--until", "ends_at", type=MOMENT, required=True, metavar="TIME", help="When it ends: a day."
)
@statement_options
def licence(
    desk: Desk,
    *,
    number: str,
    kind: str,
    holder: str | None,
    drawers: tuple[str, ...],
    consignees: tuple[str, ...],
    end_users: tuple[str, ...],
    sites: tuple[str, ...],
    starts_at: datetime | None,
    **more: Any,  # noqa: ANN401 - fields of Licence
) -> None:
    """State what a licence allows.

    Shipments name it by its regime and number. What is not said is not limited; each of the
    options that list something may be given several times.

    For example:

        chiptrail licence EAR:D12 --key a.key --eccn 3A090 --until +365d
        chiptrail licence EAR:D12 --key a.key --quantity 64 --until 2027-06-30
    """
    from schemas.statement import Licence, LicenceKind, draft_of

    regime, separator, bare = number.partition(":")
    if not (regime and separator and bare):
        raise click.BadParameter(
            f"got {number!r}, want REGIME:NUMBER such as EAR:D1234567", param_hint="REGIME:NUMBER"
        )
    said = {
        "regime": regime,
        "number": bare,
        "kind": LicenceKind(kind),
        "holder": desk.party if holder is None else desk.someone(holder),
        "drawers": tuple(map(desk.someone, drawers)),
        "sites": tuple([_site(desk, name) for name in sites]),
        "consignees": tuple([_anyone(desk, name) for name in consignees]),
        "end_users": tuple([_anyone(desk, name) for name in end_users]),
        "starts_at": starts_at or desk.place.now(),
    }
    desk.record(draft_of(Licence, **said, **more))


def _anyone(desk: Desk, text: str) -> str:
    """The party that *text* names, or *text* itself: a licence may name whom nobody enrolled."""
    try:
        return desk.someone(text)
    except NotFound:
        return text


def _site(desk: Desk, text: str) -> str:
    """The id of the site that *text* names.

    Raises: BadParameter (nobody has stated it, or several).
    """
    known = desk.place.sites()
    if known is None or text in known:
        return text
    found = [i for i, one in known.items() if one.name.casefold() == text.casefold()]
    if len(found) == 1:
        return found[0]
    shown = list(found or known)[:_SHOWN]
    listed = "; ".join(f"{known[one].name} ({one})" for one in shown)
    said = f"{len(found)} sites are called {text!r}" if found else f"no site {text!r} is recorded"
    there = f": {listed}" if found else f"; there are {listed}" if listed else ""
    raise click.BadParameter(f"{said}{there}; `chiptrail site` records one", param_hint="--site")


@click.command(cls=Command)
@click.argument("name")
@click.option(
    "--place",
    required=True,
    metavar="LAT,LON[,M]",
    help="Where: degrees, and within how many metres; 1,000 if not given.",
)
@click.option("--country", required=True, metavar="CC", help="Its country, two capitals.")
@click.option("--party", "operated_by", metavar="PARTY", help="Who runs it.")
@statement_options
def site(desk: Desk, *, name: str, place: str, country: str, operated_by: str | None) -> None:
    """Give a place a name.

    Licences name it by its id, which `chiptrail party` shows.

    For example:

        chiptrail site "Hall 4" --key dc.key --place 59.9,10.8,400 --country NO
    """
    from schemas.statement import Site, draft_of

    spot = naming.spot(place, country)
    draft = draft_of(
        Site,
        name=name,
        latitude=spot.latitude,
        longitude=spot.longitude,
        radius_m=ceil(spot.accuracy_m),
        country=country.upper(),
        operated_by=None if operated_by is None else desk.someone(operated_by),
    )
    desk.record(draft)


@click.command(cls=Command)
@serials("texts")
@click.option("--to", required=True, metavar="PARTY", help="Who may see them.")
@click.option(
    "--until", "ends_at", type=MOMENT, metavar="TIME", help="Until when; always if not given."
)
@statement_options
def grant(desk: Desk, *, texts: tuple[str, ...], to: str, ends_at: datetime | None) -> None:
    """Let a party see what you see of items.

    It counts as far as you see them yourself when they are looked at.

    For example:

        chiptrail grant --key acme.key --to auditor --until +30d A-0042
    """
    from schemas.statement import Grant, draft_of

    if ends_at is not None and ends_at <= desk.place.now():
        raise click.BadParameter("is over already", param_hint="--until")
    items = desk.items(texts)
    desk.record(draft_of(Grant, grantee=desk.someone(to), items=items, ends_at=ends_at))
