"""The order in which acts count: by the log, but for what corrections put somewhere else.

Source: docs/custody.md, "Corrections". An act stands where it was recorded. A corrective stands in
the place of what its correction took back, behind that and in order of the log among others there;
what was taken back stands where it stood, but counts no more. A corrective whose correction waits
counts nowhere. Where an act stands is one number::

    ordinal(7)                 # 458752: entry 7 where it was recorded
    ordinal(7, 1)              # 458753: the first corrective in the place of entry 7
    placements([Correction(9, target=7, correctives=(10,))])
    # {7: Placing(458752, corrected_by=9), 10: Placing(458753, None)}
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

_RANK_BITS = 16
# How many stand in one place; a party that corrects one entry more often has no effect any more.
RANKS = 1 << _RANK_BITS


@dataclass(frozen=True, slots=True, order=True)
class Correction:
    """Entry *index* took entry *target* back and put the entries *correctives* in its place.

    One that *is_taken* not has no effect yet, or never had. *held* are the entries that count only
    through it, whether or not it ever put them in their place.
    """

    index: int
    target: int
    correctives: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    is_taken: bool = True


class Placing(NamedTuple):
    """Where an entry stands; *corrected_by* is the correction that took it out, None if none."""

    ordinal: int
    corrected_by: int | None

    @property
    def counts(self) -> int | None:
        """Its ordinal as long as it counts, else None."""
        return self.ordinal if self.corrected_by is None else None


def ordinal(place: int, rank: int = 0) -> int:
    """The number of *rank* in *place*; entry i is rank 0 of place i. Below 2**63."""
    return place << _RANK_BITS | rank


def key_of(party: str, event_id: str) -> int:
    """By what an event of *party* is found: 64 bits, signed. Two may share it by chance.

    An event id is scoped by party, and a party id has no line end.
    """
    return int.from_bytes(sha256(f"{party}\n{event_id}".encode()).digest()[:8], signed=True)


def placements(corrections: Iterable[Correction]) -> dict[int, Placing]:
    """Where every target and corrective of *corrections* stands.

    Of several corrections of one target the last is in force; correctives of the others lost their
    place and count no more, as do those that are held and stand nowhere. *corrections* are all that
    bear on any of these entries.
    """
    known_of = sorted(corrections)
    held = {entry: made.index for made in known_of for entry in made.held}
    taken = [made for made in known_of if made.is_taken]
    in_force = {made.target: made.index for made in taken}
    named: dict[int, list[Correction]] = {}
    for made in taken:
        for corrective in made.correctives:
            named.setdefault(corrective, []).append(made)
    found: dict[int, Placing] = {}
    at: dict[int, list[int]] = {}
    known: dict[int, _Found] = {i: (None, by) for i, by in held.items() if i not in named}
    for entry in sorted(in_force.keys() | named.keys() | known.keys()):
        place, lost_by = _place(entry, named, in_force, known)
        if place is None:
            found[entry] = Placing(ordinal(entry), in_force.get(entry, lost_by))
        else:
            at.setdefault(place, []).append(entry)
    for place, entries in at.items():
        found |= _ranked(place, entries, named, in_force)
    return found


_Found = tuple[int | None, int | None]


def _place(
    entry: int,
    named: Mapping[int, Sequence[Correction]],
    in_force: Mapping[int, int],
    known: dict[int, _Found],
) -> _Found:
    """The place that *entry* has in the end; if it has none, the correction it lost it by.

    What it stands for may stand for another itself. What is found on the way is *known* then:
    chains may be as long as somebody has patience.
    """
    way: list[int] = []
    seen: set[int] = set()
    while entry in named and entry not in known:
        stands = [made for made in named[entry] if in_force[made.target] == made.index]
        if not stands or entry in seen:  # it fell with what named it, or it stands for itself
            known[entry] = None, in_force[named[entry][0].target]
            break
        way.append(entry)
        seen.add(entry)
        entry = stands[0].target
    found = known.setdefault(entry, (entry, None))
    known.update(dict.fromkeys(way, found))
    return found


def _ranked(
    place: int,
    entries: Sequence[int],
    named: Mapping[int, Sequence[Correction]],
    in_force: Mapping[int, int],
) -> dict[int, Placing]:
    others = [entry for entry in entries if entry != place]
    found = {entry: ordinal(place, rank) for rank, entry in enumerate(others, 1) if rank < RANKS}
    if place in entries:
        found[place] = ordinal(place)
    placed = {entry: Placing(at, in_force.get(entry)) for entry, at in found.items()}
    for entry in others[RANKS - 1 :]:
        placed[entry] = Placing(ordinal(entry), named[entry][0].index)
    return placed
