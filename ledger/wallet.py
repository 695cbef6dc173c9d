"""Licences as they were stated: whose word counts, who may read them, and what was drawn.

Source: docs/rules.md, "Licences". Anybody may state a licence; it counts from an authority (an
inspector, the registrar), and from the holder itself, then unattested. What governs a shipment is
the newest statement before it that lets its sender draw, an authority's before the holder's. A
quantity counts units: the things that bear the item prefixes of the licence, else whatever has
nothing inside. Example::

    said_in = governing(registry, ("EAR", "D1234567"), "urn:...:exporter", before=index)
    registry.licences[said_in].quantity
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.order import key_of
from ledger.registry import Registry
from ledger.view import EVERYTHING, Horizon
from schemas.statement import Licence, Role

Number = tuple[str, str]
"""A regime and the number of a licence in it."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn of a licence up to and with one shipment, and how much it allows.

    *is_shown*: whether the reader may know the figures.
    """

    total: int
    quantity: int
    is_shown: bool

    @property
    def is_over(self) -> bool:
        """Whether more was drawn than there is."""
        return self.total > self.quantity


def licence_key(regime: str, number: str) -> int:
    """By what the draws on a licence are found: 64 bits, signed."""
    return key_of(regime, number)


def is_attested(registry: Registry, licence: Licence) -> bool:
    """Whether an authority says what *licence* says, or the registrar."""
    party = registry.parties.get(licence.party)
    is_authority = party is not None and Role.INSPECTOR in party.roles
    return is_authority or licence.party == registry.registrar


def stated(registry: Registry, number: Number, until: Horizon = EVERYTHING) -> tuple[int, ...]:
    """The statements of the licence with that *number* that count, up to entry *until*."""
    return tuple(
        [
            index
            for index in registry.licensed.get(number, ())
            if index <= until and _counts(registry, registry.licences[index])
        ]
    )


def _counts(registry: Registry, licence: Licence) -> bool:
    return licence.party == licence.holder or is_attested(registry, licence)


def governing(
    registry: Registry,
    number: Number,
    sender: str,
    *,
    before: int = EVERYTHING,
    until: Horizon = EVERYTHING,
) -> int | None:
    """The statement by which a shipment of *sender* is judged; None if nobody stated it.

    What is stated after entry *before* counts only if nothing was by then.
    """
    known = stated(registry, number, until)
    attested = [index for index in known if is_attested(registry, registry.licences[index])]
    own = [index for index in known if sender in drawers(registry.licences[index])]
    for some in ([index for index in attested if index in own], own, attested):
        if some:
            return max([index for index in some if index < before], default=min(some))
    return None


def holder_of(
    registry: Registry, number: Number, sender: str, index: int, until: Horizon = EVERYTHING
) -> str | None:
    """Who holds what *sender* drew on with entry *index*, by an authority; None if none says so."""
    said_in = governing(registry, number, sender, before=index, until=until)
    licence = None if said_in is None else registry.licences[said_in]
    if licence is None or sender not in drawers(licence) or not is_attested(registry, licence):
        return None
    return licence.holder


def in_force(
    registry: Registry,
    number: Number,
    holder: str,
    until: Horizon,
    last_before: Callable[[datetime], Horizon],
) -> list[tuple[int, Horizon]]:
    """From which entry to which *holder* has the licence with that *number*, by authorities.

    What one states anew of some who draw on it, perhaps with an earlier end or another holder,
    takes the place of what was stated.
    *last_before* gives the last entry that was recorded before a time.
    """
    every = {index: registry.licences[index] for index in stated(registry, number, until)}
    known = {index: one for index, one in every.items() if is_attested(registry, one)}
    found = []
    for start, licence in known.items():
        who = set(drawers(licence))
        later = [i for i, one in known.items() if i > start and not who.isdisjoint(drawers(one))]
        stop = min(last_before(licence.ends_at), *later, until)
        if licence.holder == holder and stop >= start:
            found.append((start, stop))
    return found


def drawers(licence: Licence) -> tuple[str, ...]:
    """Who may draw on *licence*."""
    return (licence.holder, *licence.drawers)


def may_read(licences: Iterable[Licence], party: str | None) -> bool:
    """Whether *party*, who does not see all, may read what all these *licences* say.

    Who signed or may draw on one may; and who is named in it, if nobody else is.
    """
    return all(
        party in (licence.party, *drawers(licence))
        or {*licence.consignees, *licence.end_users} == {party}
        for licence in licences
    )


def units(
    named: Iterable[str], inside: Sequence[tuple[str, str]], prefixes: tuple[str, ...]
) -> set[str]:
    """What counts of the things *named* and of all that is *inside* them.

    *inside* are pairs of a thing and what it lies directly in. Each counts once.
    """
    things = {*named, *[thing for thing, _ in inside]}
    if prefixes:
        return {thing for thing in things if thing.startswith(prefixes)}
    return things - {container for _, container in inside}
