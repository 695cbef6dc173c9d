"""Statements in plain words: one sentence each, for receipts and for what is known of a party.

The words are those of ``ledger.story``; names of parties come in as a mapping from id to name.
Nothing is judged: whether a statement is heard is ``ledger.registry``'s. Example::

    tell_statement(mandate, names)
    -> "Acme lets Skua Air Cargo sign receive, ship for it, 1 Jan 2026 to 1 Jul 2026."
"""

from typing import assert_never

from ledger.names import Names, day, item_name, party_name
from ledger.wording import ROLES, begun, later, phrase, some_of, with_commas
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
    LicenceKind.LICENCE: later("%(regime)s licence %(number)s"),
    LicenceKind.EXCEPTION: later("%(regime)s exception %(number)s"),
    LicenceKind.NLR: later("%(regime)s no licence required, %(number)s"),
    LicenceKind.PERMIT: later("%(regime)s permit %(number)s"),
}
_ACTS = {
    "commission": phrase("commission"),
    "register": phrase("register"),
    "transform": phrase("transform"),
    "pack": phrase("pack"),
    "unpack": phrase("unpack"),
    "install": phrase("install"),
    "remove": phrase("remove"),
    "ship": phrase("ship"),
    "carry": phrase("carry"),
    "deliver": phrase("deliver"),
    "receive": phrase("receive"),
    "refuse": phrase("refuse"),
    "void": phrase("void"),
    "transfer": phrase("transfer"),
    "accept": phrase("accept"),
    "declare": phrase("declare"),
    "inspect": phrase("inspect"),
    "detain": phrase("detain"),
    "seize": phrase("seize"),
    "release": phrase("release"),
    "report": phrase("report"),
    "clear": phrase("clear"),
    "replace": phrase("replace"),
    "destroy": phrase("destroy"),
    "decommission": phrase("decommission"),
    "correct": phrase("correct"),
    "record": phrase("record"),
}
"""What a mandate may be for (``schemas.vocabulary.ACTS``), in words."""


def tell_statement(
    statement: Statement, names: Names, entry: int | None = None, *, idle: str | None = None
) -> str:
    """What *statement* says, as a sentence.

    *entry* is the index of the entry that it names; where it is None, its identity tells it.
    *idle* is why it changes nothing, None if it does.
    """
    told = _said(statement, names, entry, party_name(statement.party, names))
    if idle is None:
        return phrase("%(told)s.", told=told)
    return phrase("Without effect: %(told)s. %(why)s.", told=told, why=begun(idle))


def _said(statement: Statement, names: Names, entry: int | None, who: str) -> str:  # noqa: C901, PLR0911, PLR0912 - one row a kind
    match statement:
        case Genesis():
            return _genesis(statement, who)
        case PartyStatement():
            return _party(statement, who)
        case KeyStatement():
            owner = party_name(statement.subject, names)
            return phrase("%(who)s says that a key is %(owner)s's", who=who, owner=owner)
        case KeyRevocation():
            return _revocation(statement, who)
        case RulePackStatement():
            text = later("%(who)s says that rule pack %(pack)s has the hash %(hash)s")
            return phrase(text, who=who, pack=statement.pack, hash=statement.sha256.hex())
        case Landmark():
            text = later("%(who)s names the landmark %(name)s: %(place)s")
            return phrase(text, who=who, name=statement.name, place=_place(statement))
        case MandateStatement():
            return _mandate(statement, names, who)
        case Licence():
            return _licence(statement, names, who)
        case Site():
            return _site(statement, who)
        case Grant():
            return _grant(statement, names, who)
        case Concurrence():
            return _concurrence(statement, entry, who)
        case Resolution():
            return _resolution(statement, entry, who)
        case Erasure():
            return _erasure(statement, entry, who)
        case _:
            assert_never(statement)


def licence_name(licence: Licence) -> str:
    """``EAR licence D1234567``."""
    return phrase(_KINDS[licence.kind], regime=licence.regime, number=licence.number)


def _place(said: Site | Landmark) -> str:
    return f"{said.latitude:.2f}, {said.longitude:.2f}, {said.country}"


def _entry(identity: bytes, index: int | None) -> str:
    entry = identity.hex()[:_DIGITS] if index is None else index
    return phrase("entry %(entry)s", entry=entry)


def _genesis(said: Genesis, who: str) -> str:
    began = phrase("%(who)s began the ledger %(origin)s", who=who, origin=said.origin)
    if said.predecessor is None:
        return began
    origin, size, *_ = said.predecessor.split("\n")
    told = phrase(
        "%(began)s, which goes on from %(origin)s and its %(size)s entries",
        began=began,
        origin=origin,
        size=size,
    )
    lost = said.missing
    if not lost:
        return told
    first, last = f"{lost.start:,}", f"{lost.stop - 1:,}"
    return phrase(
        "%(told)s, of which %(first)s to %(last)s are lost", told=told, first=first, last=last
    )


def _party(said: PartyStatement, who: str) -> str:
    roles = with_commas([ROLES[role] for role in said.subject.roles]) or phrase("no role")
    name = said.subject.names[0]
    return phrase("%(who)s says who %(name)s is: %(roles)s", who=who, name=name, roles=roles)


def _revocation(said: KeyRevocation, who: str) -> str:
    text = later("%(who)s revokes key %(key)s: %(reason)s")
    told = phrase(text, who=who, key=said.keyid[:_DIGITS], reason=said.reason)
    if said.suspected_since is None:
        return told
    return phrase("%(told)s, suspected since %(day)s", told=told, day=day(said.suspected_since))


def _mandate(said: MandateStatement, names: Names, who: str) -> str:
    agent = party_name(said.agent, names)
    if not said.acts:
        text = later("%(who)s lets %(agent)s sign nothing for it any more")
        return phrase(text, who=who, agent=agent)
    return phrase(
        "%(who)s lets %(agent)s sign %(acts)s for it, %(start)s to %(end)s",
        who=who,
        agent=agent,
        acts=with_commas([_ACTS[act] for act in sorted(said.acts)]),
        start=day(said.starts_at),
        end=day(said.ends_at),
    )


def _licence(said: Licence, names: Names, who: str) -> str:
    return phrase(
        "%(who)s says that %(holder)s has %(licence)s, %(start)s to %(end)s",
        who=who,
        holder=party_name(said.holder, names),
        licence=licence_name(said),
        start=day(said.starts_at),
        end=day(said.ends_at),
    )


def _site(said: Site, who: str) -> str:
    return phrase(
        "%(who)s names the site %(name)s: %(place)s, within %(radius)s m",
        who=who,
        name=said.name,
        place=_place(said),
        radius=f"{said.radius_m:,}",
    )


def _grant(said: Grant, names: Names, who: str) -> str:
    told = phrase(
        "%(who)s lets %(grantee)s see %(items)s",
        who=who,
        grantee=party_name(said.grantee, names),
        items=some_of([*map(item_name, said.items)]),
    )
    if said.ends_at is None:
        return told
    return phrase("%(told)s until %(day)s", told=told, day=day(said.ends_at))


def _concurrence(said: Concurrence, entry: int | None, who: str) -> str:
    if entry is None:
        which = said.correction.hex()[:_DIGITS]
        return phrase("%(who)s agrees with the correction %(which)s", who=who, which=which)
    return phrase("%(who)s agrees with the correction in entry %(entry)s", who=who, entry=entry)


def _resolution(said: Resolution, entry: int | None, who: str) -> str:
    shown = phrase("what %(entry)s showed", entry=_entry(said.entry, entry))
    if said.items:
        shown = phrase(
            "%(shown)s of %(items)s",
            shown=shown,
            items=some_of([*map(item_name, said.items)]),
        )
    return phrase(
        "%(who)s settles %(shown)s (%(code)s): %(reason)s",
        who=who,
        shown=shown,
        code=said.code,
        reason=said.reason,
    )


def _erasure(said: Erasure, entry: int | None, who: str) -> str:
    one = later("%(who)s erases %(count)s withheld field of %(entry)s: %(reason)s")
    many = later("%(who)s erases %(count)s withheld fields of %(entry)s: %(reason)s")
    count = len(said.digests)
    where = _entry(said.entry, entry)
    return phrase(
        one if count == 1 else many, who=who, count=count, entry=where, reason=said.reason
    )
