"""Short forms of handling: pack, unpack, declare, inspect, report, destroy."""

import click

from ledger.cli.help import Command
from ledger.cli.making import Desk, form_options, serials

# The words of schemas.short_form and of the CBV, without loading them for --help; a test compares.
REPORTS = ("stolen", "lost", "tampered")
RESULTS = ("conformant", "non_conformant", "mismatch_instance")


@click.command(cls=Command)
@serials("texts")
@click.option("--into", required=True, metavar="ID", help="The pallet, tray or box, e.g. its SSCC.")
@form_options
def pack(desk: Desk, *, texts: tuple[str, ...], into: str) -> None:
    """Put items into a package.

    From then on they go where it goes. A package that nobody has seen begins here.

    For example:

        chiptrail pack --key acme.key --into 106141412345678908 A-1 A-2
        chiptrail pack --key acme.key --into "(00)106141412345678908" s.txt
    """
    from schemas import short_form

    (parent,) = desk.items([into])
    desk.record(short_form.pack(parent, desk.items(texts), desk.form.details()))


@click.command(cls=Command)
@serials("texts", required=False)
@click.option("--from", "parent", required=True, metavar="ID", help="The pallet, tray or box.")
@form_options
def unpack(desk: Desk, *, texts: tuple[str, ...], parent: str) -> None:
    """Take items out of a package.

    Without any SERIAL, all of them.

    For example:

        chiptrail unpack --key norway.key --from 106141412345678908
        chiptrail unpack --key norway.key --from 106141412345678908 A-1
    """
    from schemas import short_form

    (package,) = desk.items([parent])
    items = desk.items(texts) if texts else ()
    desk.record(short_form.unpack(package, items, desk.form.details()))


@click.command(cls=Command)
@serials("texts")
@form_options
def declare(desk: Desk, *, texts: tuple[str, ...]) -> None:
    """Say where items are. It is a claim, and shown as one.

    For example:

        chiptrail declare --key dc.key --place 59.66,9.65,100 --country NO A-7
        chiptrail declare --key dc.key --place 59.66,9.65 --withhold readPoint A-7
    """
    from schemas import short_form

    if desk.form.place is None:
        raise click.UsageError("say where: --place LAT,LON[,M]")
    desk.record(short_form.declare(desk.items(texts), desk.form.details()))


@click.command(cls=Command)
@serials("texts")
@click.option(
    "--result",
    type=click.Choice(RESULTS),
    required=True,
    help="What was found; mismatch_instance: it is not the item its label names.",
)
@form_options
def inspect(desk: Desk, *, texts: tuple[str, ...], result: str) -> None:
    """Record what an inspection of items found.

    For example:

        chiptrail inspect --key me.key --result conformant 106141412345678908
        chiptrail inspect --key customs.key --result mismatch_instance A-0007
    """
    from schemas import short_form

    desk.record(short_form.inspect(desk.items(texts), result, desk.form.details()))


@click.command(cls=Command)
@serials("texts")
@click.option(
    "--as",
    "words",
    type=click.Choice(REPORTS),
    multiple=True,
    required=True,
    help="What it is; may be given several times.",
)
@click.option("--clear", "is_clearing", is_flag=True, help="It is so no longer.")
@form_options
def report(
    desk: Desk, *, texts: tuple[str, ...], words: tuple[str, ...], is_clearing: bool
) -> None:
    """Report items stolen, lost or tampered with.

    With --clear, take such a report back.

    For example:

        chiptrail report --key skua.key --as stolen A-0007
        chiptrail report --key skua.key --as stolen --clear A-0007
    """
    from schemas import short_form

    make = short_form.clear if is_clearing else short_form.report
    desk.record(make(desk.items(texts), words, desk.form.details()))


@click.command(cls=Command)
@serials("texts")
@form_options
def destroy(desk: Desk, *, texts: tuple[str, ...]) -> None:
    """Record that items you hold were destroyed. That is for good.

    For example:

        chiptrail destroy --key acme.key A-0007
    """
    from schemas import short_form

    desk.record(short_form.destroy(desk.items(texts), desk.form.details()))
