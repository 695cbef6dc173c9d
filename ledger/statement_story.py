"""Statements in plain words: one sentence each, for receipts and for what is known of a party.

The words are those of ``ledger.story``; names of parties come in as a mapping from id to name.
Nothing is judged: whether a statement is heard is ``ledger.registry``'s. Example::

    tell_statement(mandate, names)
    -> "Acme lets Skua Air Cargo sign receive, ship for it, 1 Jan 2026 to 1 Jul 2026."
"""

from collections.abc import Iterable
from typing import assert_never

from ledger.names import Names, day, item_name, party_name, retell
from schemas.statement import (
    Concurrence,
    Erasure,
    Genesis,
    Grant,
    KeyRevocation,
    KeyStatement,
    Landmark,
    Licence,
    LicenceKind,
    MandateStatement,
    PartyStatement,
    Resolution,
    RulePackStatement,
    Site,
    Statement,
)

_DIGITS = 16
_KINDS = {
    LicenceKind.LICENCE: "licence",
    LicenceKind.EXCEPTION: "exception",
    LicenceKind.NLR: "no licence required,",
    LicenceKind.PERMIT: "permit",
}


def tell_statement(
    statement: Statement, names: Names, entry: int | None = None, *, idle: str | None = None
) -> str:
    """What *statement* says, as a sentence.

    *entry* is the index of the entry that it names; where it is None, its identity tells it.
    *idle* is why it changes nothing, None if it does.
    """
    told = f"{party_name(statement.party, names)} {_said(statement, names, entry)}"
    return f"{told}." if idle is None else f"Without effect: {told}. {retell(idle, names)}."


def _said(statement: Statement, names: Names, entry: int | None) -> str:  # noqa: C901, PLR0911, PLR0912 - one row a kind
    match statement:
        case Genesis():
            return _genesis(statement)
        case PartyStatement():
            return _party(statement)
        case KeyStatement():
            return f"says that a key is {party_name(statement.subject, names)}'s"
        case KeyRevocation():
            return _revocation(statement)
        case RulePackStatement():
            return f"says that rule pack {statement.pack} has the hash {statement.sha256.hex()}"
        case Landmark():
            return f"names the landmark {statement.name}: {_place(statement)}"
        case MandateStatement():
            return _mandate(statement, names)
        case Licence():
            holder = party_name(statement.holder, names)
            return f"says that {holder} has {licence_name(statement)}, {_period(statement)}"
        case Site():
            radius_m = f"within {statement.radius_m:,} m"
            return f"names the site {statement.name}: {_place(statement)}, {radius_m}"
        case Grant():
            return _grant(statement, names)
        case Concurrence():
            which = statement.correction.hex()[:_DIGITS] if entry is None else f"in entry {entry}"
            return f"agrees with the correction {which}"
        case Resolution():
            return _resolution(statement, entry)
        case Erasure():
            return _erasure(statement, entry)
        case _:
            assert_never(statement)


def licence_name(licence: Licence) -> str:
    """``EAR licence D1234567``."""
    return f"{licence.regime} {_KINDS[licence.kind]} {licence.number}"


def _period(said: MandateStatement | Licence) -> str:
    return f"{day(said.starts_at)} to {day(said.ends_at)}"


def _place(said: Site | Landmark) -> str:
    return f"{said.latitude:.2f}, {said.longitude:.2f}, {said.country}"


def _entry(identity: bytes, index: int | None) -> str:
    return f"entry {identity.hex()[:_DIGITS] if index is None else index}"


def _listed(items: Iterable[str]) -> str:
    called = [item_name(item) for item in items]
    more = f" and {len(called) - 3:,} more" if len(called) > 3 else ""
    return ", ".join(called[:3]) + more


def _genesis(statement: Genesis) -> str:
    began = f"began the ledger {statement.origin}"
    if statement.predecessor is None:
        return began
    origin, size, *_ = statement.predecessor.split("\n")
    lost = statement.missing
    which = f", of which {lost.start:,} to {lost.stop - 1:,} are lost" if lost else ""
    return f"{began}, which goes on from {origin} and its {size} entries{which}"


def _party(said: PartyStatement) -> str:
    roles = ", ".join(said.subject.roles) or "no role"
    return f"says who {said.subject.names[0]} is: {roles}"


def _revocation(said: KeyRevocation) -> str:
    since = "" if said.suspected_since is None else f", suspected since {day(said.suspected_since)}"
    return f"revokes key {said.keyid[:_DIGITS]}: {said.reason}{since}"


def _mandate(said: MandateStatement, names: Names) -> str:
    agent = party_name(said.agent, names)
    if not said.acts:
        return f"lets {agent} sign nothing for it any more"
    return f"lets {agent} sign {', '.join(sorted(said.acts))} for it, {_period(said)}"


def _grant(said: Grant, names: Names) -> str:
    until = "" if said.ends_at is None else f" until {day(said.ends_at)}"
    return f"lets {party_name(said.grantee, names)} see {_listed(said.items)}{until}"


def _resolution(said: Resolution, entry: int | None) -> str:
    items = f" of {_listed(said.items)}" if said.items else ""
    shown = f"what {_entry(said.entry, entry)} showed{items} ({said.code})"
    return f"settles {shown}: {said.reason}"


def _erasure(said: Erasure, entry: int | None) -> str:
    fields = "field" if len(said.digests) == 1 else "fields"
    where = _entry(said.entry, entry)
    return f"erases {len(said.digests)} withheld {fields} of {where}: {said.reason}"
