"""Whether a consignment may be: its licences, and what the rules of the day ask for.

Source: docs/rules.md, docs/findings.md, "Licences", "Parties and places". What is judged is what
was signed: that a licence is named settles what needs one; whether that licence allows it is found
of the licence. Head office and ultimate parent count wherever a party is itself. Everything is
judged as of the day on which the goods left, or, while they have not, as of now. Example::

    check_consignment(consignment, pack, as_of)[0].code       # Code.LICENCE_EXPIRED
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from ledger.consignment import Consignment, Named
from ledger.controls import Terms, is_under
from ledger.dealing import DESTINATIONS
from ledger.finding import Code, Finding
from ledger.restriction import GOES_TO, Said, of_rules, utc_day
from ledger.rules import RulePack
from ledger.wallet import drawers
from ledger.wording import in_words
from schemas.statement import Licence, LicenceKind


def check_dealings(
    item: str, consignments: Iterable[Consignment], pack: RulePack, as_of: datetime
) -> list[Finding]:
    """What is found of how *item* was sent, once a code and entry."""
    found: dict[tuple[Code, int], Finding] = {}
    for one in consignments:
        for said in (*check_consignment(one, pack, as_of), *check_covered(one, item)):
            found.setdefault((said.code, said.index), replace(said, items=(item,)))
    return list(found.values())


@lru_cache(maxsize=1 << 14)
def check_consignment(
    consignment: Consignment, pack: RulePack, as_of: datetime
) -> tuple[Finding, ...]:
    """What is found of *consignment*, once a code, whichever items it is of."""
    said = [*_of_licences(consignment, pack, as_of), *of_rules(consignment, pack, as_of)]
    by_code: dict[Code, list[Said]] = {}
    for one in said:
        by_code.setdefault(one.code, []).append(one)
    return tuple([_finding(consignment.index, code, some) for code, some in by_code.items()])


def _finding(index: int, code: Code, some: Sequence[Said]) -> Finding:
    message = "; ".join(dict.fromkeys([one.message for one in some]))
    cites = dict.fromkeys([cited for one in some for cited in one.cites if cited != index])
    return Finding(code, message, index, (), tuple(cites))


def check_covered(consignment: Consignment, item: str) -> tuple[Finding, ...]:
    """What is found of *item* itself: that no licence which it goes under covers its number."""
    bound = [one for one in consignment.named if one.licence and one.licence.item_prefixes]
    if not bound or consignment.is_container:
        return ()
    names = (item, *consignment.around)
    found = [
        Said(
            Code.LICENCE_OUT_OF_SCOPE,
            f"{one.authorisation.name} covers other items (entry {one.said_in})",
            _cites(one),
        )
        for one in bound
        if one.licence and not any(name.startswith(one.licence.item_prefixes) for name in names)
    ]
    if not found:
        return ()
    return (_finding(consignment.index, Code.LICENCE_OUT_OF_SCOPE, found),)


# Licences ----------------------------------------------------------------------------------------


def _of_licences(one: Consignment, pack: RulePack, as_of: datetime) -> Iterator[Said]:
    at = one.law_day(as_of)
    for named in one.named:
        if named.authorisation.kind == LicenceKind.NLR:
            continue
        yield from _terms(one, named, pack, at)
        if named.licence is None:
            if named.authorisation.number is not None and named.is_known:
                message = (
                    f"that {one.leg.dealing.sender} has {named.authorisation.name} it says itself;"
                    " nobody has stated what it allows"
                )
                yield Said(Code.LICENCE_UNATTESTED, message)
            continue
        yield from _of_licence(one, named, named.licence, at)


def _of_licence(one: Consignment, named: Named, licence: Licence, at: datetime) -> Iterator[Said]:
    name, sender, cites = named.authorisation.name, one.leg.dealing.sender, _cites(named)
    if not named.is_attested:
        message = (
            f"{name} rests on the word of {licence.party} (entry {named.said_in}); no authority has"
            " stated it, nor the registrar"
        )
        yield Said(Code.LICENCE_UNATTESTED, message, cites)
    if sender not in drawers(licence):
        message = (
            f"{sender} shipped under {name}, which is {licence.holder}'s and not for it to use"
        )
        yield Said(Code.LICENCE_NOT_PARTY, f"{message} (entry {named.said_in})", cites)
    if not licence.starts_at <= at < licence.ends_at:
        yield Said(Code.LICENCE_EXPIRED, _expired(one, named, licence, at), cites)
    reasons = ", ".join(_outside(one, licence))
    if reasons:
        message = f"{name} does not cover this: {reasons} (entry {named.said_in})"
        yield Said(Code.LICENCE_OUT_OF_SCOPE, message, cites)
    drawn = named.drawn
    if drawn is not None and drawn.is_over:
        figures = f": {drawn.total:,} of {drawn.quantity:,}" if drawn.is_shown else ""
        message = f"with this, more went out under {name} than it allows{figures}"
        yield Said(Code.LICENCE_OVERDRAWN, message, cites)


def _cites(named: Named) -> tuple[int, ...]:
    return () if named.said_in is None else (named.said_in,)


def _expired(one: Consignment, named: Named, licence: Licence, at: datetime) -> str:
    name = named.authorisation.name
    if at < licence.starts_at:
        span = f"{name} begins on {in_words(licence.starts_at)}"
    else:
        span = f"{name} ended on {in_words(licence.ends_at)}"
    span += f" (entry {named.said_in})"
    if one.leg.is_waiting:
        return f"{span}, and the goods have not left yet: they may not leave under it"
    if one.leg.departed is not None:
        return f"{span}; the goods left on {in_words(at)} (entry {one.leg.departed[0]})"
    return f"{span}; the goods were sent on {in_words(at)}"


def _outside(one: Consignment, licence: Licence) -> Iterator[str]:
    """What of *one* is not among what *licence* names."""
    dealing = one.leg.dealing
    to = dealing.named("ultimate consignee") or dealing.named("consignee")
    allowed = licence.consignees and (*licence.consignees, *licence.end_users)
    for party in to:
        if allowed and not _is_among(one, party, allowed):
            yield f"it is not for {party} to receive"
    is_hidden = DESTINATIONS in dealing.hidden
    users = dealing.named("end user") or (() if is_hidden else to)
    for party in users:
        if licence.end_users and not _is_among(one, party, licence.end_users):
            yield f"{party} is none of its end users"
    for country in one.countries:
        if licence.countries and country not in licence.countries:
            yield f"it is not for {country}"
    sites = dealing.named("location")
    if licence.sites and sites and not set(sites) & set(licence.sites):
        yield f"{sites[0]} is none of its sites"
    said = one.leg.made.union(dealing.eccns)
    if licence.eccns and said and not any(is_under(a, b) for a in said for b in licence.eccns):
        yield f"the goods are {', '.join(sorted(said))}, it is for {', '.join(licence.eccns)}"


def _is_among(one: Consignment, party: str, wanted: Iterable[str]) -> bool:
    standing = one.parties.get(party)
    names = () if standing is None else standing.subject.names
    return not {party, *names}.isdisjoint(wanted)


def _terms(one: Consignment, named: Named, pack: RulePack, at: datetime) -> Iterator[Said]:
    """What the rules ask of an exception that is named."""
    said = named.authorisation
    if said.kind != LicenceKind.EXCEPTION:
        return
    day = utc_day(at)
    for terms in reversed(pack.exceptions):
        is_this = (terms.regime, terms.code) == (said.regime, said.code)
        if is_this and terms.is_in_force(day):
            reasons = ", ".join(_against(one, named, terms))
            if reasons:
                message = f"exception {terms.code} does not cover this: {reasons}; {terms.source}"
                yield Said(Code.LICENCE_OUT_OF_SCOPE, message, _cites(named))
            return


def _against(one: Consignment, named: Named, terms: Terms) -> Iterator[str]:
    dealing, licence = one.leg.dealing, named.licence
    if terms.needs_number and named.authorisation.number is None:
        yield "its number is not named"
    to = (
        licence.consignees
        if licence and licence.consignees
        else dealing.named("ultimate consignee")
    )
    users = licence.end_users if licence and licence.end_users else dealing.named("end user")
    items = () if licence is None else licence.item_prefixes
    for what, some, most in (
        ("ultimate consignee", to, terms.most_consignees),
        ("end user", users, terms.most_end_users),
        ("item", items, terms.most_items),
    ):
        if most is not None and len(some) > most:
            yield f"it is for {most} {what}{'s' if most > 1 else ''}, and {len(some)} are named"
    for party in dealing.named(*GOES_TO):
        standing = one.parties.get(party)
        barred = set(terms.barred_roles) & set(standing.subject.roles if standing else ())
        if barred:
            yield f"{party} is a {', '.join(sorted(barred))}"
