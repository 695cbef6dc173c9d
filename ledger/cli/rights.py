"""Short forms of owners and inspectors: transfer, accept, detain, seize, release."""

import click

from ledger.cli.help import Command
from ledger.cli.making import Desk, authorisation_options, form_options, serials

HOLDS = ("detained", "seized")


@click.command(cls=Command)
@serials("texts")
@click.option("--owner", metavar="PARTY", help="Who is to own it.")
@click.option("--end-user", metavar="PARTY", help="Who is to use it.")
@authorisation_options
@form_options
def transfer(
    desk: Desk,
    *,
    texts: tuple[str, ...],
    owner: str | None,
    end_user: str | None,
    authorisations: list[dict[str, str]],
) -> None:
    """Offer items you own to another owner, or end user. They stay where they are.

    Nothing changes until that party accepts.

    For example:

        chiptrail transfer --key shop.key --owner bank 106141412345678908
    """
    from schemas import short_form

    if owner is None and end_user is None:
        raise click.UsageError("say to whom: --owner or --end-user")
    draft = short_form.transfer(
        desk.items(texts),
        owner=None if owner is None else desk.someone(owner),
        user=None if end_user is None else desk.someone(end_user),
        details=desk.form.details(authorisations=authorisations),
    )
    desk.record(draft)


@click.command(cls=Command)
@serials("texts")
@form_options
def accept(desk: Desk, *, texts: tuple[str, ...]) -> None:
    """Accept items that their owner offers you.

    From then on you own them, or use them; who has them stays the same.

    For example:

        chiptrail accept --key bank.key 106141412345678908
    """
    from schemas import short_form

    desk.record(short_form.accept(desk.items(texts), desk.form.details()))


@click.command(cls=Command)
@serials("texts")
@form_options
def detain(desk: Desk, *, texts: tuple[str, ...]) -> None:
    """Keep items where they are, as an inspector. Their clock stands still.

    For example:

        chiptrail detain --key customs.key --document entry:7 106141412345678908
    """
    from schemas import short_form

    desk.record(short_form.detain(desk.items(texts), desk.form.details()))


@click.command(cls=Command)
@serials("texts")
@form_options
def seize(desk: Desk, *, texts: tuple[str, ...]) -> None:
    """Take items into your own hands, as an inspector.

    For example:

        chiptrail seize --key customs.key A-0007
    """
    from schemas import short_form

    desk.record(short_form.seize(desk.items(texts), desk.form.details()))


@click.command(cls=Command)
@serials("texts")
@click.option(
    "--from",
    "words",
    type=click.Choice(HOLDS),
    multiple=True,
    help="What ends; both if not said.",
)
@form_options
def release(desk: Desk, *, texts: tuple[str, ...], words: tuple[str, ...]) -> None:
    """Let items go that you detained or seized.

    What you seized and still have goes back to where you took it from.

    For example:

        chiptrail release --key customs.key 106141412345678908
    """
    from schemas import short_form

    details = desk.form.details()
    desk.record(short_form.release(desk.items(texts), words or HOLDS, details))
