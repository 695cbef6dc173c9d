"""Take an entry of one's own back, and say what was meant."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.help import Command
from ledger.cli.making import Desk, Question, statement_options, yes_option
from ledger.cli.output import BAD_NEWS, show_json
from schemas.errors import MalformedParameter

if TYPE_CHECKING:
    from ledger.cli.receipts import Receipt
    from ledger.service.redress import Redress
    from schemas.draft import Draft
    from schemas.envelope import Submission


@click.command(cls=Command)
@click.argument("entry", metavar="ENTRY")
@click.option(
    "--set",
    "fields",
    multiple=True,
    metavar="FIELD=VALUE",
    help="What was meant: the same event with this in it, such as"
    " chiptrail:dueBy=2026-04-01T12:00:00Z; VALUE is JSON or a text, nothing takes the field out.",
)
@click.option("--without", multiple=True, metavar="SERIAL", help="What was meant: all but this.")
@click.option(
    "--event",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="What was meant: the events in this file, as `chiptrail sign` takes them.",
)
@click.option(
    "--reason",
    type=click.Choice(["did_not_occur", "incorrect_data"]),
    required=True,
    help="What was wrong.",
)
@yes_option
@statement_options
def correct(
    desk: Desk,
    *,
    entry: str,
    fields: tuple[str, ...],
    without: tuple[str, ...],
    file: Path | None,
    reason: str,
    yes: bool,
) -> None:
    """Take an entry of yours back.

    It stays in the story, marked, and counts no more; what was meant takes its place. Where others
    have built on it, it waits until they agree (`chiptrail concur`). What would come of it is shown
    first.

    For example:

        chiptrail correct 41 --key me.key --reason did_not_occur
        chiptrail correct 41 --key me.key --reason incorrect_data --without A-7
        chiptrail correct 41 --key me.key --reason incorrect_data --event f.json
    """
    from ledger.service.redress import Redress

    found = desk.place.entry(entry)
    if found.party != desk.party:
        raise click.UsageError(
            f"entry {found.index} is {desk.called(found.party)}'s: only its signer corrects it"
        )
    redress = Redress(desk.place.submission(found.index), desk.signer, desk.place.now())
    rights, withheld = _rights(desk, redress, fields, without, file)
    prepared = redress.prepared(reason, rights, withheld)
    submissions = [one.signed(desk.signer.key) for one in prepared]
    trial = desk.place.capture(submissions, dry_run=True)
    if desk.form.dry_run:
        _show(desk, trial, submissions, found.index)
        return
    question = Question(f"Correct entry {found.index}?", yes, is_always_asked=True)
    desk.ask(question, [*desk.remarks(trial[-1]), *_warnings(desk, trial), _outcome(trial)])
    _show(desk, desk.place.capture(submissions, dry_run=False), submissions, found.index)


def _rights(
    desk: Desk,
    redress: "Redress",
    fields: tuple[str, ...],
    without: tuple[str, ...],
    file: Path | None,
) -> tuple[list["Draft"], tuple[str, ...]]:
    """What was meant, and what of it is withheld; nothing where the entry is only taken back."""
    if file is not None:
        if fields or without:
            raise click.UsageError("the events in a file are complete: no --set and no --without")
        from ledger.cli.signing import DOCUMENT_LIMIT
        from ledger.service import keyring
        from schemas.document import events_of

        return events_of(keyring.read(file), limit=DOCUMENT_LIMIT), ()
    if not fields and not without:
        return [], ()
    plain = redress.plain()
    event = {**plain.event, **dict(map(_field, fields))}
    if without:
        event = _without(event, desk.items(without))
    return [{name: value for name, value in event.items() if value is not None}], plain.withheld


def _without(event: dict[str, Any], gone: tuple[str, ...]) -> dict[str, Any]:
    from ledger.retraction import leave_out, lists_anything

    try:
        left = leave_out(event, gone)
    except MalformedParameter as exc:
        raise click.BadParameter(exc.message, param_hint="--without") from exc
    if not lists_anything(left):
        said = "nothing is left of it; take it back with --reason did_not_occur"
        raise click.BadParameter(said, param_hint="--without")
    return left


def _field(text: str) -> tuple[str, Any]:
    """A field and its value, None to take it out."""
    from schemas.errors import MalformedJson
    from schemas.strict_json import load

    name, sign, value = text.partition("=")
    if not sign or not name:
        raise click.BadParameter(f"{text!r}: want FIELD=VALUE", param_hint="--set")
    if not value:
        return name, None
    try:
        return name, load(value.encode(), limit=len(value.encode()))
    except MalformedJson:
        return name, value


def _outcome(trial: Sequence["Receipt"]) -> str:
    """Whether the correction, the last of the batch, would count at once."""
    from ledger.finding import Code

    found = {one.code: one for one in trial[-1].findings}
    if Code.CORRECTION_OPEN in found:
        return f"It would wait: {found[Code.CORRECTION_OPEN].message}."
    if Code.UNCONFIRMED in found:
        return "Who has built on it is out of your view; if anybody has, it waits for them."
    return "It would count at once."


def _warnings(desk: Desk, trial: Sequence["Receipt"]) -> list[str]:
    """What would be found of what takes the place of the entry."""
    from ledger.finding import Tier
    from ledger.names import retell

    names, bad = desk.place.names(), (Tier.WARNING, Tier.CONTRAINDICATED)
    found = [one for receipt in trial[:-1] for one in receipt.findings if one.tier in bad]
    return [f"What was meant: {retell(one.message, names)}.  {one.code}" for one in found]


def _show(
    desk: Desk, receipts_: Sequence["Receipt"], submissions: list["Submission"], about: int
) -> None:
    from ledger.cli import receipts

    names, dry_run = desk.place.names(), desk.form.dry_run
    if desk.settings.as_json:
        show_json([{**receipts.to_json(one), "dryRun": dry_run} for one in receipts_])
    else:
        for receipt, submission in zip(receipts_, submissions, strict=True):
            told = receipts.told(submission, names, receipt, about)
            receipts.show(receipt, names, told, dry_run=dry_run)
        if dry_run:
            click.echo(_outcome(receipts_))
    if any(map(receipts.is_contraindicated, receipts_)):
        raise click.exceptions.Exit(BAD_NEWS)
