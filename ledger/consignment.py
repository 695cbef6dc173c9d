"""Consignments: the shipments and transfers of an item, with all that their authorisation rests on.

Source: docs/rules.md, "What is judged". Made of the dealings in the story of an item, in the order
that counts, and of what the log says of parties, licences and sites; the same for who reads the
ledger and for who reads a bundle. Whether it may be is ``ledger.authorisation``'s. Example::

    Made(registry).consignments(legs([(7, commissioned), (9, shipped)], unsent=9))
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ledger.act import ActKind
from ledger.dealing import SENDS, Authorisation, Dealing
from ledger.geodesy import Circle
from ledger.holding import ItemState, Phase
from ledger.registry import Registry
from ledger.view import EVERYTHING, Horizon
from ledger.wallet import Drawn, governing, is_attested, stated
from ledger.wording import later
from schemas.statement import CountryFact, Licence, Subject


@dataclass(frozen=True, slots=True)
class Leg:
    """Entry *index* is *dealing*, of an item that its maker classified as *made*.

    *departed* is the entry by which it is said to have left, and when; None if nobody said so.
    *is_waiting*: it has not left, nor was it called off.
    """

    index: int
    dealing: Dealing
    made: frozenset[str]
    departed: tuple[int, datetime] | None = None
    is_waiting: bool = False


def legs(story: Iterable[tuple[int, Dealing]], unsent: int | None) -> tuple[Leg, ...]:
    """What of *story*, dealings by entry in the order that counts, is to be judged.

    What was called off in time never took place. *unsent* is the shipment that has not left yet.
    """
    told = list(story)
    every = [one.eccns for _, one in told if one.kind not in SENDS]
    made = frozenset([eccn for some in every for eccn in some])
    found: dict[int, Leg] = {}
    last = None
    for index, dealing in told:
        match dealing.kind:
            case ActKind.SHIP | ActKind.TRANSFER:
                found[index] = Leg(index, dealing, made, None, index == unsent)
                last = index if dealing.kind is ActKind.SHIP else last
            case ActKind.CARRY if last is not None and found[last].departed is None:
                found[last] = replace(found[last], departed=(index, dealing.at))
            case ActKind.VOID if last is not None:
                del found[last]
                last = None
            case _:
                pass
    return tuple(found.values())


def waiting(state: ItemState | None) -> int | None:
    """The shipment by which an item in *state* is to leave, and has not; None if there is none."""
    custody = None if state is None else state.custody
    if custody is None or custody.phase is not Phase.IN_TRANSIT or custody.departed:
        return None
    return custody.shipment


@dataclass(frozen=True, slots=True)
class Standing:
    """Who *subject* is, by entry *index*."""

    index: int
    subject: Subject

    @property
    def is_placed(self) -> bool:
        """Whether any country of it is said."""
        return self.subject.country is not None or bool(self.homes)

    @property
    def homes(self) -> tuple[tuple[str, CountryFact], ...]:
        """Its head office and its ultimate parent, as far as they are said, each with its words."""
        hq, parent = self.subject.hq_country, self.subject.ultimate_parent_country
        facts = (
            (later("the head office of %(who)s is in %(country)s (%(source)s)"), hq),
            (later("the ultimate parent of %(who)s is in %(country)s (%(source)s)"), parent),
        )
        return tuple([(words, fact) for words, fact in facts if fact is not None])


@dataclass(frozen=True, slots=True)
class Named:
    """One *authorisation* that is named, and the *licence* by which it is judged, entry *said_in*.

    *licence* None: nobody stated it who counts. *is_known* False: whether somebody did is not for
    this reader to know. *drawn* None is not known, or not limited. *sites* is where those of the
    licence are, () if it names none, or one that nobody has placed.
    """

    authorisation: Authorisation
    licence: Licence | None = None
    said_in: int | None = None
    is_attested: bool = False
    is_known: bool = True
    drawn: Drawn | None = None
    sites: tuple[Circle, ...] = ()


# By what it is: the items of a lot share one, and what is found of it is worked out once.
@dataclass(frozen=True, slots=True, eq=False)
class Consignment:
    """A *leg* with what is said of the *parties* that it names, by id.

    *site* is the country of the site that it goes to, with the entry that says so, None if it
    names none. *around* are the containers that the item ever was in; *is_container*: there are
    things in the item itself; *hides*: what it withholds may have been disclosed to others.
    """

    leg: Leg
    parties: Mapping[str, Standing] = field(default_factory=dict)
    named: tuple[Named, ...] = ()
    site: tuple[int, str] | None = None
    around: frozenset[str] = frozenset()
    is_container: bool = False
    hides: bool = False

    @property
    def index(self) -> int:
        """Of its entry."""
        return self.leg.index

    @property
    def eccns(self) -> frozenset[str]:
        """How the goods were classified, by whoever did; by the licences if nobody else did."""
        said = self.leg.made.union(self.leg.dealing.eccns)
        if said:
            return said
        return frozenset([e for one in self.named if one.licence for e in one.licence.eccns])

    @property
    def countries(self) -> tuple[str, ...]:
        """Where it goes, as far as that is said: the site that is named, else the party's seat."""
        if self.site is not None:
            return (self.site[1],)
        dealing = self.leg.dealing
        to = dealing.named("ultimate consignee") or dealing.named("consignee")
        seats = [self.seat(party) for party in to]
        return tuple([seat.code for seat in seats if seat is not None])

    def seat(self, party: str) -> CountryFact | None:
        """The country of *party*, None if it is not said."""
        standing = self.parties.get(party)
        return None if standing is None else standing.subject.country

    def law_day(self, as_of: datetime) -> datetime:
        """When it has to be right: when the goods left; as long as they have not, *as_of*."""
        leg = self.leg
        if leg.is_waiting:
            return max(as_of, leg.dealing.at)
        return leg.dealing.at if leg.departed is None else leg.departed[1]


class Made:
    """Makes consignments of what *registry* says, up to entry *until*.

    *is_partial*: of a licence of which it has no statement there may be some all the same;
    *hides*: what is withheld may have been disclosed.
    *drawn* tells what was drawn of a licence with a leg.
    """

    def __init__(
        self,
        registry: Registry,
        until: Horizon = EVERYTHING,
        *,
        is_partial: bool = False,
        hides: bool = False,
        drawn: Callable[[Leg, Licence], Drawn | None] = lambda _leg, _licence: None,
    ) -> None:
        self._registry, self._until, self._is_partial = registry, until, is_partial
        self._drawn, self._hides = drawn, hides
        self._known: dict[object, Consignment] = {}
        self._sites = {site.id: i for i, site in reversed(registry.sites.items()) if i <= until}

    def consignments(
        self, some: Iterable[Leg], around: frozenset[str] = frozenset(), *, is_container: bool
    ) -> tuple[Consignment, ...]:
        """One for each leg of an item; those of items that went together are one."""
        found = []
        for leg in some:
            departed = None if leg.departed is None else leg.departed[0]
            key = leg.index, departed, leg.is_waiting, leg.made, around, is_container
            if key not in self._known:
                self._known[key] = self._consignment(leg, around, is_container)
            found.append(self._known[key])
        return tuple(found)

    def _consignment(self, leg: Leg, around: frozenset[str], is_container: bool) -> Consignment:
        dealing = leg.dealing
        parties = {party: self._standing(party) for _, party in dealing.ends}
        parties[dealing.sender] = self._standing(dealing.sender)
        return Consignment(
            leg=leg,
            parties={party: one for party, one in parties.items() if one is not None},
            named=tuple([self._named(leg, one) for one in dict.fromkeys(dealing.authorisations)]),
            site=self._site(dealing),
            around=around,
            is_container=is_container,
            hides=self._hides,
        )

    def _standing(self, party: str) -> Standing | None:
        known = self._registry.parties.get(party)
        indexes = [] if known is None else [i for i in known.indexes if i <= self._until]
        return Standing(indexes[-1], self._registry.subjects[indexes[-1]]) if indexes else None

    def _site(self, dealing: Dealing) -> tuple[int, str] | None:
        found = [self._sites[place] for place in dealing.named("location") if place in self._sites]
        return (found[0], self._registry.sites[found[0]].country) if found else None

    def _named(self, leg: Leg, one: Authorisation) -> Named:
        if one.number is None:
            return Named(one)
        number, sender = (one.regime, one.number), leg.dealing.sender
        signed = leg.index if leg.departed is None else leg.departed[0]
        before = EVERYTHING if leg.is_waiting else signed
        registry, until = self._registry, self._until
        said_in = governing(registry, number, sender, before=before, until=until)
        if said_in is None:
            is_known = not self._is_partial or bool(stated(registry, number, until))
            return Named(one, is_known=is_known)
        licence = registry.licences[said_in]
        drawn = None if licence.quantity is None else self._drawn(leg, licence)
        attested, sites = is_attested(registry, licence), self._circles(licence)
        return Named(one, licence, said_in, attested, drawn=drawn, sites=sites)

    def _circles(self, licence: Licence) -> tuple[Circle, ...]:
        if not all(site in self._sites for site in licence.sites):
            return ()
        found = [self._registry.sites[self._sites[site]] for site in licence.sites]
        return tuple([Circle(one.latitude, one.longitude, one.radius_m) for one in found])
