"""Short forms of handling: pack, install, declare, inspect, report, transform, destroy ..."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli import naming
from ledger.cli.help import Command
from ledger.cli.making import Desk, form_options, serials
from ledger.cli.numbers import named, numbers_option
from schemas.errors import Refusal

if TYPE_CHECKING:
    from schemas.strict_json import JSON

# The words of schemas.short_form and of the CBV, without loading them for --help; a test compares.
REPORTS = ("stolen", "lost", "tampered", "recalled")
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
@click.option("--into", required=True, metavar="ID", help="The board, server or rack.")
@form_options
def install(desk: Desk, *, texts: tuple[str, ...], into: str) -> None:
    """Build items into a board, server or rack.

    For example:

        chiptrail install --key dc.key --into urn:chiptrail:chip:dc:rack:R7 A-7
    """
    from schemas import short_form

    (parent,) = desk.items([into])
    desk.record(short_form.install(parent, desk.items(texts), desk.form.details()))


@click.command(cls=Command)
@serials("texts", required=False)
@click.option("--from", "parent", required=True, metavar="ID", help="The board, server or rack.")
@form_options
def remove(desk: Desk, *, texts: tuple[str, ...], parent: str) -> None:
    """Take items out of a board, server or rack.

    Without any SERIAL, all of them.

    For example:

        chiptrail remove --key dc.key --from urn:chiptrail:chip:dc:rack:R7 A-7
    """
    from schemas import short_form

    (board,) = desk.items([parent])
    items = desk.items(texts) if texts else ()
    desk.record(short_form.remove(board, items, desk.form.details()))


@click.command(cls=Command)
@serials("texts", required=False)
@numbers_option
@click.option(
    "--transcript",
    "transcripts",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    metavar="FILE",
    help="What a landmark measured of a machine of yours, as it signed it; may be given several"
    " times.",
)
@form_options
def declare(
    desk: Desk, *, texts: tuple[str, ...], numbers_path: Path | None, transcripts: tuple[Path, ...]
) -> None:
    """Say where items are. It is a claim, and shown as one.

    For example:

        chiptrail declare --key dc.key --place 59.66,9.65,100 --country NO A-7
        chiptrail declare --key dc.key --place 59.66,9.65 --withhold readPoint A-7
        chiptrail declare --key dc.key --place 60,10 --transcript t.json A-7
    """
    from schemas import short_form

    if desk.form.place is None:
        raise click.UsageError("say where: --place LAT,LON[,M]")
    items, numbers = named(desk, texts, numbers_path)
    measured = [_transcript(path) for path in transcripts]
    details = desk.form.details(identities=numbers, transcripts=measured)
    desk.record(short_form.declare(items, details))


def _transcript(path: Path) -> "dict[str, JSON]":
    from ledger.service import keyring
    from schemas.strict_json import load_object

    try:
        return load_object(keyring.read(path))
    except Refusal as exc:
        raise type(exc)(f"{path}: {exc}") from exc


@click.command(cls=Command)
@serials("texts", required=False)
@numbers_option
@click.option(
    "--result",
    type=click.Choice(RESULTS),
    required=True,
    help="What was found; mismatch_instance: it is not the item its label names.",
)
@form_options
def inspect(desk: Desk, *, texts: tuple[str, ...], numbers_path: Path | None, result: str) -> None:
    """Record what an inspection of items found.

    Numbers that were read from them are held against those that are on record: a moved label shows.

    For example:

        chiptrail inspect --key me.key --result conformant 106141412345678908
        chiptrail inspect --key customs.key --result mismatch_instance A-0007
        chiptrail inspect --key me.key --result conformant --numbers read.csv
    """
    from schemas import short_form

    items, numbers = named(desk, texts, numbers_path)
    desk.record(short_form.inspect(items, result, desk.form.details(identities=numbers)))


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
    """Report items stolen, lost, tampered with, or recall them.

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


@click.command(cls=Command)
@serials("texts")
@form_options
def decommission(desk: Desk, *, texts: tuple[str, ...]) -> None:
    """Take items you hold out of use for good.

    For example:

        chiptrail decommission --key acme.key A-0007
    """
    from schemas import short_form

    desk.record(short_form.decommission(desk.items(texts), desk.form.details()))


@click.command(cls=Command)
@serials("texts")
@click.option(
    "--into",
    "outputs",
    multiple=True,
    required=True,
    metavar="ID",
    help="What was made of them; a full id, or a serial with --gtin or --prefix.",
)
@click.option("--gtin", metavar="GTIN", help="What was made is of this trade item number.")
@click.option("--prefix", metavar="PREFIX", help="What was made is of this class.")
@form_options
def transform(
    desk: Desk,
    *,
    texts: tuple[str, ...],
    outputs: tuple[str, ...],
    gtin: str | None,
    prefix: str | None,
) -> None:
    """Record that items you hold were made into others.

    The old ones end; what was reported of them clings to the new ones.

    For example:

        chiptrail transform --key a.key --into urn:chiptrail:chip:a:M1:1 D-1 D-2
    """
    from schemas import short_form

    made = naming.new_items(naming.texts_in(outputs), gtin, prefix)
    desk.record(short_form.transform(desk.items(texts), made, desk.form.details()))


_NUMBERS = {
    "printed_serial": "printedSerial",
    "nvml_serial": "nvmlSerial",
    "uuid": "uuid",
    "pdi": "pdi",
    "part_number": "partNumber",
}


@click.command(cls=Command)
@click.argument("text", metavar="SERIAL")
@click.option("--printed-serial", metavar="TEXT", help="What is printed on it now.")
@click.option("--nvml-serial", metavar="TEXT", help="The board serial that it reports.")
@click.option("--uuid", metavar="TEXT", help="The UUID that it reports.")
@click.option("--pdi", metavar="TEXT", help="The per-device identifier that it reports.")
@click.option("--part-number", metavar="TEXT", help="Its part number.")
@form_options
def replace(desk: Desk, *, text: str, **said: str | None) -> None:
    """Record that an item has other numbers now, after a repair.

    Unless you made it, it is marked until an inspector has looked.

    For example:

        chiptrail replace --key acme.key --uuid GPU-5f3c A-0007
    """
    from schemas import short_form

    numbers = {_NUMBERS[name]: value for name, value in said.items() if value is not None}
    if not numbers:
        raise click.UsageError("say which number it has now, such as --uuid")
    (item,) = desk.items([text])
    desk.record(short_form.replace([item], [{"item": item, **numbers}], desk.form.details()))
