"""Short forms of custody: commission, register, ship, deliver, receive, refuse, void."""

from datetime import datetime
from pathlib import Path

import click

from ledger.cli import naming
from ledger.cli.help import Command
from ledger.cli.making import Desk, authorisation_options, form_options, serials
from ledger.cli.numbers import Numbers, named, numbers_option
from ledger.cli.settings import MOMENT
from schemas.strict_json import JSON

_class_options = (
    click.option("--gtin", metavar="GTIN", help="The serials are of this trade item number."),
    click.option(
        "--prefix",
        metavar="PREFIX",
        help="The serials are of this class, e.g. urn:chiptrail:chip:acme:X100:",
    ),
)


@click.command(cls=Command)
@serials("texts", required=False)
@_class_options[0]
@_class_options[1]
@numbers_option
@click.option("--lot", metavar="LOT", help="The maker's lot number.")
@click.option("--product", metavar="TEXT", help="What it is, in words.")
@click.option("--eccn", metavar="ECCN", help="How it is classified for export, e.g. 3A090.a.")
@form_options
def commission(
    desk: Desk,
    *,
    texts: tuple[str, ...],
    gtin: str | None,
    prefix: str | None,
    numbers_path: Path | None,
    lot: str | None,
    product: str | None,
    eccn: str | None,
) -> None:
    """Enter new items as their maker.

    Their numbers must be of the ranges that are yours. A number that others have entered already
    is yours if you made the item later, by the date that you give it; if you made it before, it
    stays where it is, and you say where it is from.

    For example:

        chiptrail commission --key acme.key --gtin 09506000134352 --lot L7 A-1 A-2
        chiptrail commission --key a.key --prefix urn:chiptrail:chip:acme:X: A-1
        chiptrail commission --key a.key --gtin 09506000134352 --numbers lot.csv
    """
    from schemas import short_form

    items, numbers = _new(texts, gtin, prefix, numbers_path)
    facts = {"urn:epcglobal:cbv:mda:lotNumber": lot, "https://gs1.org/voc/productName": product}
    facts["chiptrail:eccn"] = eccn
    said = {name: text for name, text in facts.items() if text}
    details = desk.form.details(product=said or None, identities=numbers)
    desk.record(short_form.commission(items, details))


def _new(
    texts: tuple[str, ...], gtin: str | None, prefix: str | None, path: Path | None
) -> tuple[tuple[str, ...], list[dict[str, JSON]]]:
    """The new items that *texts* and the CSV at *path* name, and the numbers that it gives."""
    numbers = Numbers(path)
    listed = naming.new_items(numbers.texts, gtin, prefix)
    items = naming.new_items(naming.texts_in(texts), gtin, prefix)
    if not (items or listed):
        raise click.UsageError("no serial was given")
    return tuple(dict.fromkeys((*items, *listed))), numbers.of(listed)


@click.command(cls=Command)
@serials("texts", required=False)
@_class_options[0]
@_class_options[1]
@numbers_option
@form_options
def register(
    desk: Desk,
    *,
    texts: tuple[str, ...],
    gtin: str | None,
    prefix: str | None,
    numbers_path: Path | None,
) -> None:
    """Enter items whose maker has not.

    You hold them. They have no attested origin until their maker commissions them.

    For example:

        chiptrail register --key acme.key urn:chiptrail:chip:umbra:U7:727147
    """
    from schemas import short_form

    items, numbers = _new(texts, gtin, prefix, numbers_path)
    desk.record(short_form.register(items, desk.form.details(identities=numbers)))


@click.command(cls=Command)
@serials("texts")
@click.option("--to", required=True, metavar="PARTY", help="Who is to receive it.")
@click.option(
    "--via", multiple=True, metavar="PARTY", help="Who may carry and repack it on the way."
)
@click.option("--due", type=MOMENT, metavar="TIME", help="By when it should arrive: a day or +5d.")
@click.option("--owner", metavar="PARTY", help="Who owns it once the consignee has signed.")
@click.option("--end-user", metavar="PARTY", help="Who is to use it, if not the consignee.")
@authorisation_options
@form_options
def ship(
    desk: Desk,
    *,
    texts: tuple[str, ...],
    to: str,
    via: tuple[str, ...],
    due: datetime | None,
    owner: str | None,
    end_user: str | None,
    authorisations: list[dict[str, str]],
) -> None:
    """Send items on their way. You answer for them until the consignee signs.

    What is on its way already is sent on, to somebody else or by another day. With --dry-run you
    see what would be left of the licences that it goes under.

    For example:

        chiptrail ship --key acme.key --to oslo --due +5d 106141412345678908
        chiptrail ship --key a.key --to oslo --via skua --document awb:61-8 A-7
    """
    from schemas import short_form

    if due is not None and due < (desk.form.at or desk.place.now()):
        raise click.BadParameter(
            "is before it was sent (--at; now if not given)", param_hint="--due"
        )
    ends = short_form.ends(
        owner=None if owner is None else desk.someone(owner),
        user=None if end_user is None else desk.someone(end_user),
    )
    details = desk.form.details(
        via=[desk.someone(name) for name in via],
        due_at=due,
        destinations=ends,
        authorisations=authorisations,
    )
    desk.record(short_form.ship(desk.items(texts), desk.acting, desk.someone(to), details))


@click.command(cls=Command)
@serials("texts")
@click.option("--to", required=True, metavar="PARTY", help="Whom it was handed over to.")
@click.option(
    "--evidence",
    "files",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A document or photo that shows it; its hash is signed.",
)
@form_options
def deliver(desk: Desk, *, texts: tuple[str, ...], to: str, files: tuple[Path, ...]) -> None:
    """Show that you handed items over.

    It is for consignees that do not sign: the items are in their hands from then on, and marked
    until they sign.

    For example:

        chiptrail deliver --key skua.key --to oslo --evidence pod.jpg A-7
    """
    from schemas import short_form

    details = desk.form.details(evidence=[naming.evidence(path) for path in files])
    desk.record(short_form.deliver(desk.items(texts), desk.acting, desk.someone(to), details))


@click.command(cls=Command)
@serials("texts", required=False)
@click.option("--from", "sender", metavar="PARTY", help="Who sent it.")
@click.option("--damaged", is_flag=True, help="What is listed arrived damaged.")
@click.option("--final", is_flag=True, help="Nothing more of the shipment is expected.")
@numbers_option
@form_options
def receive(
    desk: Desk,
    *,
    texts: tuple[str, ...],
    sender: str | None,
    damaged: bool,
    final: bool,
    numbers_path: Path | None,
) -> None:
    """Sign for what arrived.

    What is not listed is still on its way.

    For example:

        chiptrail receive --key norway.key --final 106141412345678908
        chiptrail receive --key norway.key --damaged A-0007 A-0008
        chiptrail receive --key norway.key --numbers read.csv
    """
    from schemas import short_form

    items, numbers = named(desk, texts, numbers_path)
    condition = "damaged" if damaged else None
    details = desk.form.details(final=final, disposition=condition, identities=numbers)
    source = None if sender is None else desk.someone(sender)
    desk.record(short_form.receive(items, desk.acting, source, details))


@click.command(cls=Command)
@serials("texts")
@click.option("--to", "sender", metavar="PARTY", help="Who sent it and gets it back.")
@form_options
def refuse(desk: Desk, *, texts: tuple[str, ...], sender: str | None) -> None:
    """Refuse what was sent to you: it goes back to its sender.

    For example:

        chiptrail refuse --key norway.key 106141412345678908
    """
    from schemas import short_form

    source = None if sender is None else desk.someone(sender)
    details = desk.form.details()
    desk.record(short_form.refuse(desk.items(texts), desk.acting, source, details))


@click.command(cls=Command)
@serials("texts")
@form_options
def void(desk: Desk, *, texts: tuple[str, ...]) -> None:
    """Call off a shipment of yours that has not left.

    For example:

        chiptrail void --key acme.key 106141412345678908
    """
    from schemas import short_form

    desk.record(short_form.void(desk.items(texts), desk.form.details()))
