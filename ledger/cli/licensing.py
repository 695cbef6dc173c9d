"""Look at licences: what each allows, who may draw on it, and what is left."""

from typing import TYPE_CHECKING

import click

from ledger.cli import naming
from ledger.cli.help import Command
from ledger.cli.output import show, show_json, table, text
from ledger.cli.settings import Settings, ledger_options, pass_settings
from schemas.errors import NotFound
from schemas.formats import format_time
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from ledger.service.ledger import Ledger
    from ledger.service.licences import Balance


@click.command(cls=Command)
@click.argument("number", metavar="[REGIME:NUMBER]", required=False)
@click.option("--party", "name", metavar="PARTY", help="Only those that this party may draw on.")
@ledger_options
@pass_settings
def licences(settings: Settings, *, number: str | None, name: str | None) -> None:
    """Show licences and what is left of them.

    With a REGIME:NUMBER also what it is for, and every shipment that drew on it.

    For example:

        chiptrail licences --party redwood
        chiptrail licences EAR:D1234567
    """
    from ledger.service.licences import balances
    from ledger.wallet import drawers

    ledger = settings.open_ledger()
    found = balances(ledger)
    if name is not None:
        party = naming.party_named(ledger, name)
        found = [one for one in found if party in drawers(one.licence)]
    if number is not None:
        found = [one for one in found if number == f"{one.licence.regime}:{one.licence.number}"]
        if not found:
            raise NotFound(f"nobody whose word counts has stated licence {number}")
    if settings.as_json:
        show_json([_to_json(ledger, one, whole=number is not None) for one in found])
    elif number is None:
        _list(ledger, found)
    else:
        for one in found:
            _tell(ledger, one)


def _list(ledger: "Ledger", found: "list[Balance]") -> None:
    from ledger.names import day, party_name
    from ledger.statement_story import licence_name

    names, right = ledger.registry.names, ("allowed", "drawn", "left")
    rows = table("licence", "holder", *right, "until", "stated by", right=right, fold=["holder"])
    for one in found:
        licence = one.licence
        rows.add_row(
            licence_name(licence),
            party_name(licence.holder, names),
            _figure(licence.quantity),
            _figure(one.drawn),
            _left(one),
            day(licence.ends_at),
            _word(one, party_name(licence.party, names)),
        )
    show(rows)


def _figure(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"


def _left(one: "Balance") -> str:
    left = one.left
    return _figure(left) if left is None or left >= 0 else f"{left:,} overdrawn"


def _word(one: "Balance", name: str) -> str:
    return name if one.is_attested else f"{name}, unattested"


def _tell(ledger: "Ledger", one: "Balance") -> None:
    from ledger.names import moment, party_name
    from ledger.service.licences import draws_on
    from ledger.statement_story import licence_name

    names, licence = ledger.registry.names, one.licence
    rows = table("", "", fold=[""])
    rows.show_header = False
    parties = {"holder": (licence.holder,), "drawers": licence.drawers}
    parties |= {"consignees": licence.consignees, "end users": licence.end_users}
    said = {label: [party_name(one, names) for one in some] for label, some in parties.items()}
    said |= {"goods": [*licence.eccns, *licence.item_prefixes], "countries": [*licence.countries]}
    said |= {"sites": [*licence.sites]}
    for label, words in said.items():
        if words:
            rows.add_row(label, ", ".join(words))
    rows.add_row("valid", f"{moment(licence.starts_at)} to {moment(licence.ends_at)} UTC")
    of = "" if licence.quantity is None else f" of {licence.quantity:,}, {_left(one)} left"
    rows.add_row("drawn", f"{one.drawn:,} {licence.unit or 'units'}{of}")
    for condition in licence.conditions:
        rows.add_row("condition", condition)
    rows.add_row("stated by", f"{_word(one, party_name(licence.party, names))}, entry {one.index}")
    drawn = table("entry", "by", "drew", right=["entry", "drew"])
    for row in draws_on(ledger, licence):
        drawn.add_row(str(row.idx), party_name(row.sender, names), f"{row.quantity:,}")
    show(
        text(licence_name(licence), "bold"), "", rows, *(("", drawn) if drawn.row_count else ()), ""
    )


def _to_json(ledger: "Ledger", one: "Balance", *, whole: bool) -> JSON:
    from ledger.service.licences import draws_on
    from schemas.statement import encode_statement
    from schemas.strict_json import load

    said: dict[str, JSON] = {
        "index": one.index,
        "regime": one.licence.regime,
        "number": one.licence.number,
        "holder": one.licence.holder,
        "attested": one.is_attested,
        "quantity": one.licence.quantity,
        "drawn": one.drawn,
        "left": one.left,
        "until": format_time(one.licence.ends_at),
    }
    if whole:
        rows = draws_on(ledger, one.licence)
        said["statement"] = load(encode_statement(one.licence))
        said["draws"] = [
            {"index": row.idx, "party": row.sender, "quantity": row.quantity} for row in rows
        ]
    return said
