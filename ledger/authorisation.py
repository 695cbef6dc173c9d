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
from ledger.wallet import Drawn, drawers
from ledger.wording import ROLES, also, in_words, later, phrase, with_commas
from schemas.statement import Licence, LicenceKind


def check_dealings(
    item: str, consignments: tuple[Consignment, ...], pack: RulePack, as_of: datetime
) -> list[Finding]:
    """What is found of how *item* was sent, once a code and entry."""
    found: dict[tuple[Code, int], Finding] = {}
    for one in _questionable(consignments, pack, as_of):
        for said in (*check_consignment(one, pack, as_of), *check_covered(one, item)):
            found.setdefault((said.code, said.index), replace(said, items=(item,)))
    return list(found.values())


@lru_cache(maxsize=1 << 14)  # items that went the same way have the same consignments
def _questionable(
    consignments: tuple[Consignment, ...], pack: RulePack, as_of: datetime
) -> tuple[Consignment, ...]:
    """Those of *consignments* of which something is found, or may be for the number of an item."""
    return tuple(
        [one for one in consignments if check_consignment(one, pack, as_of) or _bound(one)]
    )


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
    messages = dict.fromkeys([one.message for one in some])
    message = also(*messages)
    cites = dict.fromkeys([cited for one in some for cited in one.cites if cited != index])
    return Finding(code, message, index, (), tuple(cites))


def check_covered(consignment: Consignment, item: str) -> tuple[Finding, ...]:
    """What is found of *item* itself: that no licence which it goes under covers its number."""
    bound = _bound(consignment)
    if not bound or consignment.is_container:
        return ()
    names = (item, *consignment.around)
    found = [
        Said(
            Code.LICENCE_OUT_OF_SCOPE,
            phrase(
                "%(licence)s covers other items (entry %(entry)s)",
                licence=one.authorisation.name,
                entry=one.said_in,
            ),
            _cites(one),
        )
        for one in bound
        if one.licence and not any(name.startswith(one.licence.item_prefixes) for name in names)
    ]
    if not found:
        return ()
    return (_finding(consignment.index, Code.LICENCE_OUT_OF_SCOPE, found),)


def _bound(consignment: Consignment) -> list[Named]:
    """The licences that are for certain numbers."""
    return [one for one in consignment.named if one.licence and one.licence.item_prefixes]


# Licences ----------------------------------------------------------------------------------------


def _of_licences(one: Consignment, pack: RulePack, as_of: datetime) -> Iterator[Said]:
    at = one.law_day(as_of)
    for named in one.named:
        if named.authorisation.kind == LicenceKind.NLR:
            continue
        yield from _terms(one, named, pack, at)
        if named.licence is None:
            if named.authorisation.number is not None and named.is_known:
                message = phrase(
                    "that %(who)s has %(licence)s it says itself; nobody has stated what it allows",
                    who=one.leg.dealing.sender,
                    licence=named.authorisation.name,
                )
                yield Said(Code.LICENCE_UNATTESTED, message)
            continue
        yield from _of_licence(one, named, named.licence, at)


def _of_licence(one: Consignment, named: Named, licence: Licence, at: datetime) -> Iterator[Said]:
    name, sender, cites = named.authorisation.name, one.leg.dealing.sender, _cites(named)
    if not named.is_attested:
        message = phrase(
            "%(licence)s rests on the word of %(who)s (entry %(entry)s); no authority has stated"
            " it, nor the registrar",
            licence=name,
            who=licence.party,
            entry=named.said_in,
        )
        yield Said(Code.LICENCE_UNATTESTED, message, cites)
    if sender not in drawers(licence):
        message = phrase(
            "%(who)s shipped under %(licence)s, which is %(holder)s's and not for it to use"
            " (entry %(entry)s)",
            who=sender,
            licence=name,
            holder=licence.holder,
            entry=named.said_in,
        )
        yield Said(Code.LICENCE_NOT_PARTY, message, cites)
    if not licence.starts_at <= at < licence.ends_at:
        yield Said(Code.LICENCE_EXPIRED, _expired(one, named, licence, at), cites)
    reasons = with_commas([*_outside(one, licence)])
    if reasons:
        message = phrase(
            "%(licence)s does not cover this: %(reasons)s (entry %(entry)s)",
            licence=name,
            reasons=reasons,
            entry=named.said_in,
        )
        yield Said(Code.LICENCE_OUT_OF_SCOPE, message, cites)
    if named.drawn is not None and named.drawn.is_over:
        yield Said(Code.LICENCE_OVERDRAWN, _overdrawn(name, named.drawn), cites)


def _overdrawn(name: str, drawn: Drawn) -> str:
    if not drawn.is_shown:
        return phrase("with this, more went out under %(licence)s than it allows", licence=name)
    return phrase(
        "with this, more went out under %(licence)s than it allows: %(total)s of %(quantity)s",
        licence=name,
        total=f"{drawn.total:,}",
        quantity=f"{drawn.quantity:,}",
    )


def _cites(named: Named) -> tuple[int, ...]:
    return () if named.said_in is None else (named.said_in,)


def _expired(one: Consignment, named: Named, licence: Licence, at: datetime) -> str:
    name = named.authorisation.name
    if at < licence.starts_at:
        text, end = later("%(licence)s begins on %(date)s (entry %(entry)s)"), licence.starts_at
    else:
        text, end = later("%(licence)s ended on %(date)s (entry %(entry)s)"), licence.ends_at
    span = phrase(text, licence=name, date=in_words(end), entry=named.said_in)
    if one.leg.is_waiting:
        text = later("%(span)s, and the goods have not left yet: they may not leave under it")
        return phrase(text, span=span)
    if one.leg.departed is not None:
        text = later("%(span)s; the goods left on %(date)s (entry %(entry)s)")
        return phrase(text, span=span, date=in_words(at), entry=one.leg.departed[0])
    return phrase("%(span)s; the goods were sent on %(date)s", span=span, date=in_words(at))


def _outside(one: Consignment, licence: Licence) -> Iterator[str]:
    """What of *one* is not among what *licence* names."""
    dealing = one.leg.dealing
    to = dealing.named("ultimate consignee") or dealing.named("consignee")
    allowed = licence.consignees and (*licence.consignees, *licence.end_users)
    for party in to:
        if allowed and not _is_among(one, party, allowed):
            yield phrase("it is not for %(who)s to receive", who=party)
    is_hidden = DESTINATIONS in dealing.hidden
    users = dealing.named("end user") or (() if is_hidden else to)
    for party in users:
        if licence.end_users and not _is_among(one, party, licence.end_users):
            yield phrase("%(who)s is none of its end users", who=party)
    for country in one.countries:
        if licence.countries and country not in licence.countries:
            yield phrase("it is not for %(country)s", country=country)
    sites = dealing.named("location")
    if licence.sites and sites and not set(sites) & set(licence.sites):
        yield phrase("%(site)s is none of its sites", site=sites[0])
    said = one.leg.made.union(dealing.eccns)
    if licence.eccns and said and not any(is_under(a, b) for a in said for b in licence.eccns):
        yield phrase(
            "the goods are %(eccns)s, it is for %(covered)s",
            eccns=with_commas(sorted(said)),
            covered=with_commas(licence.eccns),
        )


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
            reasons = with_commas([*_against(one, named, terms)])
            if reasons:
                message = phrase(
                    "exception %(name)s does not cover this: %(reasons)s; %(rule)s",
                    name=terms.code,
                    reasons=reasons,
                    rule=terms.source,
                )
                yield Said(Code.LICENCE_OUT_OF_SCOPE, message, _cites(named))
            return


def _against(one: Consignment, named: Named, terms: Terms) -> Iterator[str]:
    dealing, licence = one.leg.dealing, named.licence
    if terms.needs_number and named.authorisation.number is None:
        yield phrase("its number is not named")
    to = (
        licence.consignees
        if licence and licence.consignees
        else dealing.named("ultimate consignee")
    )
    users = licence.end_users if licence and licence.end_users else dealing.named("end user")
    items = () if licence is None else licence.item_prefixes
    for one_only, several, some, most in (
        (*_CONSIGNEES, to, terms.most_consignees),
        (*_END_USERS, users, terms.most_end_users),
        (*_ITEMS, items, terms.most_items),
    ):
        if most is not None and len(some) > most:
            yield phrase(one_only if most == 1 else several, most=most, count=len(some))
    for party in dealing.named(*GOES_TO):
        standing = one.parties.get(party)
        barred = set(terms.barred_roles) & set(standing.subject.roles if standing else ())
        if barred:
            roles = with_commas([ROLES[role] for role in sorted(barred)])
            yield phrase("%(who)s is a %(roles)s", who=party, roles=roles)


_CONSIGNEES = (
    later("it is for %(most)s ultimate consignee, and %(count)s are named"),
    later("it is for %(most)s ultimate consignees, and %(count)s are named"),
)
_END_USERS = (
    later("it is for %(most)s end user, and %(count)s are named"),
    later("it is for %(most)s end users, and %(count)s are named"),
)
_ITEMS = (
    later("it is for %(most)s item, and %(count)s are named"),
    later("it is for %(most)s items, and %(count)s are named"),
)
