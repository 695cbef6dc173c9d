"""Short forms of statements about entries: concur, resolve, erase.

They name an entry by its index or its identity. Whoever is not heard is told so beforehand, and
nothing is recorded; who is heard and would change nothing is asked whether it is meant.
"""

from typing import TYPE_CHECKING

import click

from ledger.cli.help import Command, Several
from ledger.cli.making import Desk, Question, statement_options, yes_option

if TYPE_CHECKING:
    from ledger.service.entry import Signed


@click.command(cls=Command)
@click.argument("entry", metavar="ENTRY")
@yes_option
@statement_options
def concur(desk: Desk, *, entry: str, yes: bool) -> None:
    """Agree with a correction.

    ENTRY is the correction, which waits because you have built on what it takes back. If it does
    not wait for you, that is said, and you are asked before anything is signed.

    For example:

        chiptrail concur 412 --key norway.key
    """
    from schemas.statement import Concurrence, draft_of

    found = _entry(desk, entry)
    if not found.is_correction:
        raise click.UsageError(f"entry {found.index} corrects nothing")
    draft = draft_of(Concurrence, correction=found.identity)
    desk.state(draft, found.index, Question("Sign it all the same?", yes))


@click.command(cls=Command)
@click.argument("entry", metavar="ENTRY")
@click.argument("texts", metavar="SERIAL", nargs=-1, cls=Several)
@click.option(
    "--code", required=True, metavar="CODE", help="What was found, e.g. custody/not-holder."
)
@click.option("--reason", required=True, metavar="TEXT", help="Why it is settled.")
@yes_option
@statement_options
def resolve(
    desk: Desk, *, entry: str, texts: tuple[str, ...], code: str, reason: str, yes: bool
) -> None:
    """Settle what was found on an entry.

    For the registrar and for inspectors, and never in their own cause. The finding stays in the
    history, closed; without any SERIAL it is closed on all items. If the entry has no such finding,
    that is said, and you are asked before anything is signed.

    For example:

        chiptrail resolve 41 --key me.key --code status/lost --reason "found" A-7
    """
    from ledger.finding import Code
    from schemas.statement import Resolution, draft_of

    if code not in {known.value for known in Code}:
        raise click.BadParameter(
            f"{code!r} is no code of a finding; `chiptrail chip` shows them", param_hint="--code"
        )
    found = _entry(desk, entry)
    if not desk.place.may_resolve(desk.party, found.party):
        raise click.UsageError(
            f"entry {found.index} is {desk.called(found.party)}'s: the registrar or an inspector"
            " settles what was found on it, and not its signer"
        )
    items = desk.items(texts) if texts else ()
    draft = draft_of(Resolution, entry=found.identity, code=code, reason=reason, items=items)
    desk.state(draft, found.index, Question("Sign it all the same?", yes))


@click.command(cls=Command)
@click.argument("entry", metavar="ENTRY")
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="NAME",
    help="A withheld field, e.g. chiptrail:customs; all if none is given.",
)
@click.option("--reason", required=True, metavar="TEXT", help="Why, for those who look it up.")
@yes_option
@statement_options
def erase(desk: Desk, *, entry: str, fields: tuple[str, ...], reason: str, yes: bool) -> None:
    """Erase what was disclosed of an entry.

    For its signer and the registrar. The entry stays, and so do the digests that were signed; what
    was shown beside it is gone for good, and is not taken when it is sent again.

    For example:

        chiptrail erase 41 --key acme.key --reason "customer left" --dry-run
        chiptrail erase 41 --key acme.key --reason "as agreed" --field bizLocation
    """
    from schemas.statement import Erasure, draft_of

    found = _entry(desk, entry)
    names = _withheld(found, fields)
    if not desk.place.may_erase(desk.party, found.party):
        raise click.UsageError(
            f"entry {found.index} is {desk.called(found.party)}'s: only its signer or the registrar"
            " erases what was disclosed of it"
        )
    there = found.disclosed
    kept = [
        name if there is None else f"{name}: {'here' if name in there else _NOT_HERE}"
        for name in names
    ]
    question = f"Erase this of entry {found.index}, for good?"
    digests = tuple([found.commitments[name] for name in names])
    draft = draft_of(Erasure, entry=found.identity, digests=digests, reason=reason)
    desk.state(
        draft, found.index, Question(question, yes, is_always_asked=True, remarks=tuple(kept))
    )


_NOT_HERE = "not here, and not to come"


def _withheld(found: "Signed", fields: tuple[str, ...]) -> tuple[str, ...]:
    known = ", ".join(found.commitments) or "nothing"
    wrong = [name for name in fields if name not in found.commitments]
    if wrong or not found.commitments:
        raise click.UsageError(f"entry {found.index} withholds {known}")
    return tuple(dict.fromkeys(fields or found.commitments))


def _entry(desk: Desk, text: str) -> "Signed":
    return desk.place.entry(text)
