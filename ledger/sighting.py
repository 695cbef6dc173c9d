"""What an entry says of where things were, and of where they are to go.

Source: docs/location.md, "Claims". ``schemas.place`` finds the places in an event; here they become
a claim of whoever signed them, by what the registrar said of that party until then. A place that is
only named counts as the site of that id, if there is one. What the claims on an item come to is
``ledger.location``'s. Example::

    saying = read_saying(event)                     # what is in the open; None if it is nothing
    read_entry(Signed(12, recorded_at, act, saying), facts).claim.place
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from ledger.act import Act, ActKind
from ledger.case import INSPECTOR
from ledger.facts import Facts
from ledger.landmark import Measured, measured_in
from ledger.view import parties_in, signer_of
from ledger.wording import phrase
from schemas.envelope import Envelope
from schemas.event import Event
from schemas.extension import TRANSCRIPTS
from schemas.place import NAMES, Place, is_place_withheld, read_places
from schemas.statement import Site
from schemas.transcript import transcripts_in


class Saying(NamedTuple):
    """What an event says: its *places*, the best first, and the *ends* that are places by a URI.

    *is_withheld*: it commits to a place that is not shown; *has_digests*: what is or was withheld
    bears on this. *regime* is the customs regime; *is_stop*: the goods had come to rest.
    *transcripts* are of landmarks, not yet verified.
    """

    places: tuple[Place, ...]
    ends: tuple[str, ...] = ()
    is_withheld: bool = False
    has_digests: bool = False
    regime: str | None = None
    is_stop: bool = False
    transcripts: tuple[Envelope, ...] = ()


class Claim(NamedTuple):
    """What *who* signed in entry *index*: that things were in *place* at *at*.

    *place* None is withheld, and the reader was not shown it. *company* is the ultimate parent of
    *who*, *is_inspector* its role, as of the entry. *regime* and *is_stop* as in ``Saying``,
    *measured* are its transcripts that hold.
    """

    index: int  # type: ignore[assignment]  # not what a tuple finds a value by
    at: datetime
    who: str
    company: str
    is_inspector: bool
    place: Place | None
    regime: str | None = None
    is_stop: bool = False
    measured: tuple[Measured, ...] = ()

    @property
    def seen(self) -> str:
        """By whose word it was there: the beginning of a message, before the place."""
        if self.who == ASKER:
            return phrase("whoever asks says that it is")
        return phrase("%(who)s signed that it was", who=self.who)


ASKER = "whoever asks"
"""The *who* of a claim that nobody signed: the goods lie before it (``ledger.presence``)."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where shipment *index* goes: countries of its *destinations*, none if that is not known.

    *through* are those of its sender and of those who carry it.
    """

    index: int
    destinations: frozenset[str]
    through: frozenset[str]


class Entry(NamedTuple):
    """What an entry that bears on an item and counts says of where it is.

    *parties* have a part in its custody by it, *said* is what it says of places.
    """

    kind: ActKind
    parties: frozenset[str]
    claim: Claim | None
    route: Route | None


@dataclass(frozen=True, slots=True)
class Signed:
    """An *act* with what it says of places, *saying*, recorded as entry *index*."""

    index: int
    recorded_at: datetime
    act: Act
    saying: Saying | None


# From the event -----------------------------------------------------------------------------------

# Steps of CBV 2.0 after which goods stay for a while.
_STOPS = frozenset({"arriving", "storing", "stocking", "unloading", "staging_outbound"})


_CUSTOMS = "chiptrail:customs"
_TELLING = NAMES | {_CUSTOMS, "destinationList"}


def read_saying(event: Event) -> Saying | None:
    """What *event* says, with what was disclosed of it filled in; None if nothing of places.

    An event that takes another back says nothing.
    """
    if event.error is not None:
        return None
    places, is_withheld = read_places(event), is_place_withheld(event)
    ends = tuple([end for kind, end in event.destinations if kind == "location"])
    has_digests = bool(event.commitments) and not event.commitments.keys().isdisjoint(_TELLING)
    if not (places or is_withheld or ends or has_digests):
        return None
    customs = event.body.get(_CUSTOMS)
    regime = customs.get("regime") if isinstance(customs, dict) else None
    said = regime if isinstance(regime, str) else None
    transcripts = transcripts_in(event.body) if TRANSCRIPTS in event.body else ()
    is_stop = event.biz_step in _STOPS
    return _saying(places, ends, is_withheld, has_digests, said, is_stop, transcripts)


# Most of a batch say one of a few things: the same value crosses to another process once.
_saying = lru_cache(maxsize=4096)(Saying)


# From what the registrar knows --------------------------------------------------------------------


def read_entry(signed: Signed, facts: Facts) -> Entry:
    """What is *signed*, *facts* being as of the entry."""
    act = signed.act
    parties = custody_parties(act.kind, (act.actor, *parties_in(act)))
    return Entry(act.kind, parties, read_claim(signed, facts), read_route(signed, facts))


def read_claim(signed: Signed, facts: Facts) -> Claim | None:
    """The claim that is *signed*, None if there is none."""
    act, saying = signed.act, signed.saying
    if saying is None or not (saying.places or saying.is_withheld):
        return None
    who = signer_of(act, facts, signed.recorded_at)
    is_inspector = INSPECTOR in facts.roles.get(who, ())
    measured: tuple[Measured, ...] = ()
    if saying.transcripts:
        measured = measured_in(saying.transcripts, act.actor, facts.landmarks, facts.keys)
    company, at = facts.company(who), signed.recorded_at
    bare = Claim(signed.index, at, who, company, is_inspector, None, measured=measured)
    return placed(bare, saying, act.event_at, facts.sites)


def placed(claim: Claim, saying: Saying, event_at: datetime, sites: Mapping[str, Site]) -> Claim:
    """*claim*, dated when it was recorded, with the place and time of *saying*."""
    place = best_of(saying.places, sites)
    seen_at = event_at if place is None or place.seen_at is None else place.seen_at
    rest = seen_at.microsecond % 1000  # as the log and its projections keep times
    # What is dated ahead must not seem fresh for longer.
    at = min(claim.at, seen_at - timedelta(microseconds=rest))
    # Not by replace(): that takes as long as all the rest.
    return Claim(
        claim.index,
        at,
        claim.who,
        claim.company,
        claim.is_inspector,
        place,
        saying.regime,
        saying.is_stop,
        claim.measured,
    )


def best_of(places: Sequence[Place], sites: Mapping[str, Site]) -> Place | None:
    """The first of *places* that has coordinates, by itself or as one of *sites*; else the first.

    *sites* by their ids.
    """
    for place in places:
        if place.point is not None:
            return place
        site = sites.get(place.uri or "")
        if site is not None:
            return place._replace(
                latitude=site.latitude,
                longitude=site.longitude,
                accuracy_m=float(site.radius_m),
                country=site.country,
            )
    return places[0] if places else None


def read_route(signed: Signed, facts: Facts) -> Route | None:
    """Where the shipment that is *signed* goes; None if it is none."""
    act, saying = signed.act, signed.saying
    if act.kind is not ActKind.SHIP or act.counterparty is None:
        return None
    named = _sites_of(saying, facts.sites)
    destinations = named or _countries([act.counterparty], facts)
    return Route(signed.index, destinations, _countries((act.who, act.actor, *act.via), facts))


def routed(route: Route, saying: Saying, sites: Mapping[str, Site]) -> Route:
    """*route* with what *saying* tells of its end."""
    return replace(route, destinations=_sites_of(saying, sites) or route.destinations)


def _sites_of(saying: Saying | None, sites: Mapping[str, Site]) -> frozenset[str]:
    ends = () if saying is None else saying.ends
    return frozenset([sites[end].country for end in ends if end in sites])


def _countries(parties: Iterable[str], facts: Facts) -> frozenset[str]:
    found = [facts.country(party) for party in parties]
    return frozenset([country for country in found if country is not None])


_GIVES_NO_PART = frozenset(
    {
        ActKind.DECLARE,
        ActKind.INSPECT,
        ActKind.DETAIN,
        ActKind.RELEASE,
        ActKind.REPORT,
        ActKind.CLEAR,
        ActKind.CORRECT,
        ActKind.RECORD,
    }
)


def custody_parties(kind: ActKind, named: Iterable[str]) -> frozenset[str]:
    """Those of the parties *named* that an act of *kind* gives a part in custody, if effective."""
    return frozenset() if kind in _GIVES_NO_PART else frozenset(named)
