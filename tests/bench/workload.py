r"""Histories to measure with: really signed, and the same bytes for the same seed.

Six parties: a fab, a packer, a board maker, a distributor, a data centre and an inspector. Every
chip gets ten events, and lots are interleaved, as many as ``IN_FLIGHT`` at a time. Profiles:

- ``single``: commission, four times ship and receive, inspect; one serial an entry;
- ``lot1000``: the same history for lots of 1,000 serials;
- ``placed``: as ``mixed``, and every event says where, every shipment under what licence;
- ``mixed``: lots of 1,000 out of the fab, then of 100, 25 and 8, one statement a chip at the end:
  7.4 serials an entry (a chip trades hands in ever smaller lots).

Events go through ``ledger.compose`` as a client's do; parties are enrolled by the real services::

    stage = build_stage(folder, seed=1)
    for line in workload(stage, "single", range(2_000)): file.write(line.data + b"\n")
"""

import hashlib
import itertools
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ledger import keys
from ledger.compose import Signer, compose
from ledger.keys import PrivateKey
from ledger.service.clock import Clock
from ledger.service.enrolment import Registrar
from ledger.service.founding import Foundation, found
from ledger.service.ledger import Ledger
from ledger.store.files import DataDirectory
from schemas.envelope import encode_submission
from schemas.formats import format_time
from schemas.statement import Role, Subject

ORIGIN = "ledger.example/bench"
CLASS = "https://id.gs1.org/01/09506000134352/21/"
BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IN_FLIGHT = 8
LOT = 100

# Who has the chips in turn: each but the last ships, each but the first receives.
CHAIN = ("fab", "packer", "board", "distributor", "datacentre")
_ROLES: Mapping[str, tuple[Role, ...]] = {
    "fab": (Role.MAKER,),
    "packer": (Role.PACKER,),
    "board": (Role.MAKER,),
    "distributor": (Role.DISTRIBUTOR, Role.EXPORTER),
    "datacentre": (Role.END_USER,),
    "inspector": (Role.INSPECTOR,),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One submission as a line of NDJSON, and how many serials it names."""

    data: bytes
    serials: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A ledger with the parties enrolled, and what they sign with."""

    ledger: Ledger
    registrar: PrivateKey
    signers: Mapping[str, Signer]
    fresh: Callable[[int], bytes]


class Chance:
    """Bytes that look random and follow from *seed*."""

    def __init__(self, seed: str) -> None:
        self._seed, self._count = seed, itertools.count()

    def __call__(self, size: int) -> bytes:
        return hashlib.shake_128(f"{self._seed}/{next(self._count)}".encode()).digest(size)


class Ticks:
    """Seconds that go on by a millisecond with every look: the same run is the same bytes."""

    def __init__(self) -> None:
        self._at = BEGINNING.timestamp()

    def __call__(self) -> float:
        self._at += 0.001
        return self._at


def ticking() -> Clock:
    """The clock of a stage, or of another process that opens its ledger."""
    ticks = Ticks()
    return Clock(wall=ticks, monotonic=ticks)


def party(name: str) -> str:
    """The party id of *name*."""
    return f"urn:chiptrail:party:{name}"


def build_stage(folder: Path, seed: int, url: str | None = None) -> Stage:
    """Found a ledger in *folder*, with its database at *url*, and enrol the six parties."""
    fresh = Chance(f"bench {seed}")
    registrar = keys.private_key(fresh(keys.SEED_SIZE))
    ledger = found(
        DataDirectory(folder),
        Foundation(ORIGIN, party("registrar"), registrar),
        url=url,
        clock=ticking(),
        fresh=fresh,
    )
    clerk = Registrar(ledger, registrar, fresh)
    held = {name: _enrol(clerk, name, keys.private_key(fresh(keys.SEED_SIZE))) for name in _ROLES}
    after = ledger.note().decode()
    signers = {
        name: Signer(party(name), ledger=ORIGIN, after=after, fresh=fresh, key=key)
        for name, key in held.items()
    }
    return Stage(ledger, registrar, signers, fresh)


def _enrol(clerk: Registrar, name: str, key: PrivateKey) -> PrivateKey:
    prefixes = (CLASS,) if name == "fab" else ()
    clerk.enroll_party(Subject(party(name), (name.title(),), _ROLES[name], prefixes))
    message = keys.key_proof_message(ORIGIN, party(name), key.public.keyid)
    clerk.enroll_key(party(name), key.public.raw, key.sign(message))
    return key


# Profiles ----------------------------------------------------------------------------------------

# For each leg of the chain into how many serials an entry a lot is cut; the last is the inspection.
_CUTS: Mapping[str, tuple[int, ...]] = {
    "single": (1, 1, 1, 1, 1),
    "lot1000": (1000, 1000, 1000, 1000, 1000),
    "mixed": (1000, 100, 25, 8, 1),
    "placed": (1000, 100, 25, 8, 1),
}
STEPS = 2 * len(CHAIN)


def chip(number: int) -> str:
    """The id of the chip *number* in order of making."""
    return f"{CLASS}W{number:08}"


def workload(stage: Stage, profile: str, chips: range) -> Iterator[Line]:
    """The events of *chips* chips, in an order in which each chip's own ten follow each other."""
    cuts = _CUTS[profile]
    size = max(LOT, cuts[0])
    starts = chips[::size]
    for first in range(0, len(starts), IN_FLIGHT):
        lots = [range(s, min(s + size, chips.stop)) for s in starts[first : first + IN_FLIGHT]]
        for step, lot in itertools.product(range(STEPS), lots):
            cut = cuts[min(step // 2, len(CHAIN) - 1)] if step else cuts[0]
            for start in lot[::cut]:
                numbers = range(start, min(start + cut, lot.stop))
                items = [chip(number) for number in numbers]
                who, draft = _draft(step, items)
                if profile == "placed":
                    draft |= _said_of(step)
                yield Line(sign(stage, step, who, draft), len(items))


def sign(stage: Stage, step: int, who: str, draft: dict[str, Any]) -> bytes:
    """*draft* as *who* submits it, at the time of event number *step* in the life of a chip."""
    # A time of its own for every event, as real ones have: no cache of texts gets it for nothing.
    offset = timedelta(milliseconds=int.from_bytes(stage.fresh(3)))
    event_at = BEGINNING - timedelta(hours=10 * (STEPS - step)) + offset
    event_id = uuid.UUID(bytes=stage.fresh(16), version=4).urn
    return encode_submission(compose(draft, stage.signers[who], event_id, event_at))


def _draft(step: int, items: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Who signs the event number *step* in the life of *items*, and what it says."""
    if step == 0:
        return "fab", event("ADD", "commissioning", "active", "fab", items)
    if step == STEPS - 1:
        return "inspector", event("OBSERVE", "inspecting", "conformant", "datacentre", items)
    giver, taker = CHAIN[(step - 1) // 2], CHAIN[(step + 1) // 2]
    if step % 2:
        return giver, shipment(giver, taker, items)
    received = event("OBSERVE", "receiving", "in_progress", taker, items)
    return taker, received | _ends(giver, taker)


# Hsinchu, Hong Kong, Penang, Singapore, Johor: in order of the chain.
_PLACES = (
    (24.78, 121.0, "TW"),
    (22.31, 113.92, "HK"),
    (5.30, 100.29, "MY"),
    (1.34, 103.98, "SG"),
    (1.62, 103.67, "MY"),
)


def _said_of(step: int) -> dict[str, Any]:
    """Where the event number *step* in the life of a chip is, and under what it is sent."""
    latitude, longitude, country = _PLACES[step // 2]
    place = {"latitude": latitude, "longitude": longitude, "accuracyM": 400, "countryCode": country}
    nlr = {"regime": "EAR", "kind": "nlr"}
    sent = {"chiptrail:authorisations": [nlr]} if step in range(1, STEPS - 1, 2) else {}
    return {"chiptrail:location": place, **sent}


def shipment(giver: str, taker: str, items: Sequence[str]) -> dict[str, Any]:
    """*giver* sends *items* to *taker*."""
    due = {"chiptrail:dueBy": format_time(BEGINNING + timedelta(days=9))}
    sent = event("OBSERVE", "shipping", "in_transit", giver, items)
    return sent | _ends(giver, taker) | due


def _ends(giver: str, taker: str) -> dict[str, Any]:
    return {
        "sourceList": [{"type": "possessing_party", "source": party(giver)}],
        "destinationList": [{"type": "possessing_party", "destination": party(taker)}],
    }


def event(
    action: str, step: str, disposition: str, place: str, items: Sequence[str]
) -> dict[str, Any]:
    """An event of *items* at *place*, with the document that went with it."""
    site = f"https://sites.example/{place}"
    return {
        "type": "ObjectEvent",
        "action": action,
        "bizStep": step,
        "disposition": disposition,
        "epcList": list(items),
        "readPoint": {"id": f"{site}/dock-2"},
        "bizLocation": {"id": site},
        "bizTransactionList": [
            {
                "type": "desadv",
                "bizTransaction": f"urn:chiptrail:doc:hawb:{place}-{items[0][-8:-2]}",
            }
        ],
    }
