"""What the rules of the day say against a consignment: places, head offices, listed parties.

Source: docs/rules.md. That an authorisation is named settles what needs one. Head office and
ultimate parent count wherever a party is itself, each with where that was read, and when. What
nobody classified is taken for controlled where it matters who gets it. Example::

    [said.code for said in of_rules(consignment, pack, as_of)]     # [Code.DESTINATION_RESTRICTED]
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

from ledger.consignment import Consignment
from ledger.controls import Control, groups_of
from ledger.dealing import CUSTOMS
from ledger.finding import Code
from ledger.rules import RulePack
from ledger.wording import also, later, phrase, with_commas
from schemas.country import is_country
from schemas.statement import CountryFact

GOES_TO = ("consignee", "ultimate consignee", "end user")
_RECEIVERS = (*GOES_TO, "intermediate consignee", "owner")


class Said(NamedTuple):
    """One thing found: *cites* are the entries that bear it out."""

    code: Code
    message: str
    cites: tuple[int, ...] = ()


def of_rules(one: Consignment, pack: RulePack, as_of: datetime) -> Iterator[Said]:
    """What the rules of the day say against *one*."""
    day = utc_day(one.law_day(as_of))
    if one.site is not None or any(standing.is_placed for standing in one.parties.values()):
        yield from _of_controls(one, pack, day)
    if pack.listed:
        yield from _listed(one, pack, day)


def _of_controls(one: Consignment, pack: RulePack, day: date) -> Iterator[Said]:
    """What asks for an authorisation, by where it goes and who gets it."""
    lacking: dict[str, Said] = {}
    for control in _in_force(pack.controls, day):
        if not _is_covered(one, control) or _is_met(one, control):
            continue
        found = [*_restricted(one, control, pack, day)]
        yield from found
        is_bare = all(said.authorisation.regime != control.regime for said in one.named)
        if (found or _crosses(one, control)) and is_bare:
            lacking.setdefault(control.regime, _lacking(one, control, found))
    yield from lacking.values()


def utc_day(at: datetime) -> date:
    """The day by which the law of *at* is found."""
    return at.astimezone(UTC).date()


def _in_force(controls: Iterable[Control], day: date) -> Iterable[Control]:
    """Those on *day*; of several with one id the last."""
    return {one.id: one for one in controls if one.is_in_force(day)}.values()


def _is_covered(one: Consignment, control: Control) -> bool:
    """Whether the goods are controlled. What nobody classified is, for whom it matters who gets it.

    Not a container, whose contents are judged; nor where the classification is withheld.
    """
    if one.eccns:
        return control.covers(one.eccns)
    is_told = CUSTOMS not in one.leg.dealing.hidden or not one.hides
    is_restriction = bool(control.into or control.headquarters)
    return is_told and is_restriction and not one.is_container


def _is_met(one: Consignment, control: Control) -> bool:
    return any(
        said.authorisation.regime == control.regime and said.authorisation.kind in control.kinds
        for said in one.named
    )


def _restricted(one: Consignment, control: Control, pack: RulePack, day: date) -> Iterator[Said]:
    if control.into:
        yield from _destinations(one, control, pack, day)
    if control.headquarters:
        yield from _headquarters(one, control, pack, day)


def _destinations(one: Consignment, control: Control, pack: RulePack, day: date) -> Iterator[Said]:
    places: list[tuple[str, str, int]] = []
    if one.site is not None:
        words = phrase("it goes to a site in %(country)s", country=one.site[1])
        places.append((words, one.site[1], one.site[0]))
    for party in one.leg.dealing.named(*GOES_TO):
        seat = one.seat(party)
        if seat is not None:
            words = phrase(
                "it is for %(who)s, in %(country)s (%(source)s)",
                who=party,
                country=seat.code,
                source=_fact(seat),
            )
            places.append((words, seat.code, one.parties[party].index))
    for where, country, cited in places:
        meant = _meant(where, country, control.into, control, pack, day)
        if meant is not None:
            yield _restriction(one, Code.DESTINATION_RESTRICTED, meant, control, cited)


def _headquarters(one: Consignment, control: Control, pack: RulePack, day: date) -> Iterator[Said]:
    for party in one.leg.dealing.named(*_RECEIVERS):
        standing = one.parties.get(party)
        for what, fact in () if standing is None else standing.homes:
            words = phrase(what, who=party, country=fact.code, source=_fact(fact))
            meant = _meant(words, fact.code, control.headquarters, control, pack, day)
            if meant is not None and standing is not None:
                code, cited = Code.RESTRICTED_HEADQUARTERS, standing.index
                yield _restriction(one, code, meant, control, cited)


def closed_to(one: Consignment, pack: RulePack, as_of: datetime) -> frozenset[str]:
    """The countries into which what is sent by *one* may not go, under what is named for it."""
    if one.site is None and not any(standing.is_placed for standing in one.parties.values()):
        return frozenset()
    day = utc_day(one.law_day(as_of))
    closed = [
        _members(control, pack, day)
        for control in _in_force(pack.controls, day)
        if control.into and _is_covered(one, control) and not _is_met(one, control)
    ]
    return frozenset().union(*closed)


@lru_cache(maxsize=256)
def _members(control: Control, pack: RulePack, day: date) -> frozenset[str]:
    """The countries that *control* is about on *day*."""
    known = {country for row in pack.countries for country in row.members}
    every = known.union([place for place in control.into if is_country(place)])
    return frozenset(
        [one for one in every if _place_of(one, control.into, control, pack, day) is not None]
    )


def _restriction(one: Consignment, code: Code, words: str, control: Control, cited: int) -> Said:
    named = with_commas([said.authorisation.name for said in one.named])
    if named:
        message = phrase(
            "%(where)s, and only %(licence)s is named for it", where=words, licence=named
        )
    else:
        message = phrase("%(where)s, and no authorisation is named for it", where=words)
    if not one.eccns:
        message = also(message, phrase("nobody has said how the goods are classified"))
    return Said(code, _by_rule(message, control), (cited,))


def _by_rule(message: str, control: Control) -> str:
    return also(message, phrase("%(found)s: %(why)s", found=control.id, why=control.source))


def _fact(fact: CountryFact) -> str:
    return f"{fact.source}, {fact.on}"


def _meant(  # noqa: PLR0913, PLR0917 - what is said of a country, and all by which it is meant
    words: str, country: str, places: Iterable[str], control: Control, pack: RulePack, day: date
) -> str | None:
    """*words*, with by which of *places* *country* is meant; None if it is not, or is exempt."""
    place = _place_of(country, places, control, pack, day)
    if place is None:
        return None
    said = groups_of(country, pack.countries, day)[place]
    if said is None:
        return words
    text = later("%(where)s, in group %(group)s by %(rule)s")
    return phrase(text, where=words, group=place, rule=said.source)


def _place_of(
    country: str, places: Iterable[str], control: Control, pack: RulePack, day: date
) -> str | None:
    """The first of *places* that *country* is, or is in; None for none, or if it is exempt."""
    found = groups_of(country, pack.countries, day)
    if not found.keys().isdisjoint(control.exempt):
        return None
    return next((place for place in places if place in found), None)


def _crosses(one: Consignment, control: Control) -> bool:
    """Whether the goods cross a border, one that *control* is about."""
    if control.into or control.headquarters:
        return False
    start = one.seat(one.leg.dealing.sender)
    out = {country for country in one.countries if start and country != start.code}
    return bool(out) and (
        not control.leaving or (start is not None and start.code in control.leaving)
    )


def _lacking(one: Consignment, control: Control, found: Sequence[Said]) -> Said:
    start = one.seat(one.leg.dealing.sender)
    cites = [cited for said in found for cited in said.cites]
    if one.eccns:
        goods = phrase("what is %(eccns)s", eccns=with_commas(sorted(one.eccns)))
    else:
        goods = phrase("what nobody has classified")
    if found:
        way = phrase("%(goods)s goes to a restricted party or place", goods=goods)
    else:
        way = phrase(
            "%(goods)s goes from %(country)s to %(countries)s",
            goods=goods,
            country=start.code if start else "?",
            countries=with_commas(one.countries),
        )
        parties = (one.leg.dealing.sender, *one.leg.dealing.named(*GOES_TO))
        cites += [one.parties[party].index for party in parties if party in one.parties]
    text = later("%(where)s, and no authorisation of regime %(name)s is named")
    message = phrase(text, where=way, name=control.regime)
    return Said(Code.LICENCE_NONE, _by_rule(message, control), tuple(cites))


def _listed(one: Consignment, pack: RulePack, day: date) -> Iterator[Said]:
    for party in one.leg.dealing.named(*_RECEIVERS):
        standing = one.parties.get(party)
        if standing is None:
            continue
        subject = standing.subject
        for row in pack.listed:
            hit = row.hit(subject.names, subject.identifiers.values())
            if hit is not None and row.is_in_force(day):
                message = phrase(
                    "%(who)s may be %(name)s of %(source)s: %(rule)s",
                    who=party,
                    name=hit,
                    source=row.list,
                    rule=row.source,
                )
                yield Said(Code.SCREENING_HIT, message, (standing.index,))
