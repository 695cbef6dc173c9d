"""Receipts and findings as text."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import click

from ledger.cli import output
from ledger.finding import Tier
from ledger.names import item_name, named, retell
from ledger.outcome import Outcome, is_effective_on
from ledger.story import tell
from schemas.strict_json import JSON

if TYPE_CHECKING:
    from ledger.client import answers
    from ledger.service import capture
    from ledger.service.licences import Drawing
    from schemas.envelope import Submission

    # Of a ledger at hand, or of one elsewhere.
    Receipt: TypeAlias = capture.Receipt | answers.Receipt

# How a tier is called: the word of the verdict that it leads to.
TIER_WORDS: Mapping[Tier, str] = {
    Tier.NONE: "note",
    Tier.AFFIRMING: "note",
    Tier.WARNING: "check",
    Tier.CONTRAINDICATED: "stop",
}
TIER_STYLES: Mapping[Tier, str] = {
    Tier.NONE: "dim",
    Tier.AFFIRMING: "dim",
    Tier.WARNING: "yellow",
    Tier.CONTRAINDICATED: "bold red",
}

_LISTED = 3
_BESIDE = 9  # behind the word for how bad it is


def is_contraindicated(receipt: "Receipt") -> bool:
    """Whether the entry has a finding of the worst tier."""
    return any(found.tier is Tier.CONTRAINDICATED for found in receipt.findings)


def to_json(receipt: "Receipt") -> dict[str, JSON]:
    """*receipt* for programs; one from elsewhere as it came."""
    from ledger.client import answers
    from ledger.service.answers import receipt_to_json

    if isinstance(receipt, answers.Receipt):
        return dict(receipt.said)
    return receipt_to_json(receipt)


def told(
    submission: "Submission",
    names: Mapping[str, str],
    receipt: "Receipt",
    about: int | None = None,
) -> str:
    """What is in *submission*, as a sentence; an event with the items it names.

    It has that *receipt*; *about* is the index of the entry that it is about, if it is known.
    """
    from schemas.envelope import PayloadType

    if submission.envelope.payload_type is PayloadType.STATEMENT:
        from ledger.statement_story import tell_statement
        from schemas.statement import parse_statement

        return tell_statement(parse_statement(submission.envelope.payload), names, about)
    return _told_event(submission, names, receipt, about)


def _told_event(
    submission: "Submission", names: Mapping[str, str], receipt: "Receipt", about: int | None
) -> str:
    from ledger.act import read_act
    from schemas.event import OpenItems, parse_event

    event = parse_event(submission.envelope.payload)
    opened = {
        name: found.ids for name, found in event.lists.items() if isinstance(found, OpenItems)
    }
    opened |= {name: given.ids for name, given in submission.lists.items()}
    act = read_act(event, opened)
    items = act.items
    item = items[0] if items else act.parent or ""
    outcome = Outcome(is_effective_on(items, receipt.findings), corrects=about)
    sentence = tell(act, event, names, item=item, outcome=outcome)
    listed = ", ".join(map(item_name, items[:_LISTED]))
    more = f" and {len(items) - _LISTED:,} more" if len(items) > _LISTED else ""
    return f"{sentence} {listed}{more}".strip()


def show(receipt: "Receipt", names: Mapping[str, str], words: str, *, dry_run: bool) -> None:
    """Say what became of one entry, which *words* tell."""
    if dry_run:
        click.echo(f"Nothing was recorded. It would be entry {receipt.index}:")
    elif receipt.created:
        click.echo(f"Recorded as entry {receipt.index}:")
    else:
        click.echo(f"Recorded already, as entry {receipt.index}:")
    click.echo(f"  {output.folded(words, 2)}")
    for remark in remarks(receipt, names, dry_run=dry_run):
        click.echo(f"  {click.style('note ', dim=True)}  {output.folded(remark, _BESIDE)}")
    for found in receipt.findings:
        said = output.folded(f"{retell(found.message, names)}.  {found.code}", _BESIDE)
        click.echo(f"  {_coloured(found.tier)}  {said}")


def remarks(receipt: "Receipt", names: Mapping[str, str], *, dry_run: bool) -> list[str]:
    """What its signer is to know of an entry beside what was found, in sentences."""
    said = []
    if receipt.why_idle is not None:
        changes = "It would change nothing" if dry_run else "It changes nothing"
        said.append(f"{changes}: {named(receipt.why_idle, names)}.")
    if receipt.replaces is not None:
        entry, earlier = receipt.replaces
        said.append(
            f"Entry {entry} was declared wrong already by entry {earlier}; this takes its place."
        )
    said += [_drawn(one, dry_run=dry_run) for one in receipt.drawn]
    return said


def _drawn(one: "Drawing | answers.Draw", *, dry_run: bool) -> str:
    """What an entry draws on a licence, and what is left of it."""
    from ledger.client.answers import Draw
    from ledger.names import moment
    from ledger.statement_story import licence_name

    if isinstance(one, Draw):
        left_over = "" if one.left is None else f"; {one.left:,} are left then"
        draws = "would draw" if dry_run else "draws"
        return f"This {draws} {one.quantity:,} on {one.regime} {one.number}{left_over}."
    licence, left = one.balance.licence, one.balance.left
    unit = licence.unit or "units"
    would = "would draw" if dry_run else "draws"
    drawn = f"This {would} {one.quantity:,} {unit} on {licence_name(licence)}"
    if one.quantity < 0:
        drawn = f"{-one.quantity:,} {unit} come back to {licence_name(licence)}"
    if left is None:
        return f"{drawn}, which names no quantity."
    was = left + one.quantity
    until = f"until {moment(licence.ends_at)} UTC"
    return f"{drawn}: {was:,} of {licence.quantity:,} were left, {left:,} are then, {until}."


def _coloured(tier: Tier) -> str:
    word = f"{TIER_WORDS[tier]:<5}"
    match tier:
        case Tier.CONTRAINDICATED:
            return click.style(word, fg="red", bold=True)
        case Tier.WARNING:
            return click.style(word, fg="yellow")
        case _:
            return click.style(word, dim=True)
