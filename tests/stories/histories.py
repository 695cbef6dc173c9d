"""Histories that nobody thought of: random acts on a few things, most of them by who may.

with history(chance, steps=12) as world:
    open_findings(world)      # of everything in it
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from ledger.finding import Finding
from ledger.judge import Verdict
from ledger.service.capture import Receipt
from ledger.service.query import Dossier, dossier
from schemas.statement import Role
from tests.openings import opened
from tests.world import CHIPS, DISPOSITION, World

BOXES = ["https://id.gs1.org/00/106141412345678908", "https://id.gs1.org/00/106141412345678915"]
MADE = [f"{CHIPS}A{number:04}" for number in range(1, 5)]
REWORKED = [f"{CHIPS}R{number:04}" for number in (1, 2)]
THINGS = [*MADE, *REWORKED, *BOXES]
PARTIES = ["fab", "shop", "hall", "carrier", "customs"]
STRANGER = "stranger"
STATUSES = ["stolen", DISPOSITION + "lost", DISPOSITION + "tampered"]
FAR_OFF = datetime.fromisoformat("2026-06-01T00:00:00Z")
"""A day on which everything that can be late is."""


def enrolled(world: World) -> None:
    """Every party, and the stranger."""
    roles = {"fab": [Role.MAKER], "customs": [Role.INSPECTOR]}
    world.enroll_all({name: roles.get(name, []) for name in (*PARTIES, STRANGER)})


@contextmanager
def history(
    chance: Random, *, steps: int, before: int = 0
) -> Iterator[tuple[World, dict[int, Receipt]]]:
    """Some *steps*, in a ledger of its own: the world, and the receipts by index.

    First come so many acts of the stranger, *before* the chips are made.
    """
    with tempfile.TemporaryDirectory() as folder:
        world = opened(Path(folder), enrolled, checking=False)
        for _ in range(before):
            something(world, chance, who=STRANGER)
        receipts = [world.commission("fab", MADE)]
        receipts += [something(world, chance) for _ in range(steps)]
        yield world, {receipt.index: receipt for receipt in receipts}


def something(world: World, chance: Random, *, who: str | None = None) -> Receipt:
    """One act on a few things: *who* signs it, else mostly who holds or awaits the first."""
    items = chance.sample(THINGS, chance.choice([1, 1, 2]))
    who = who or _somebody(world, chance, items[0])
    world.advance(days=chance.choice([0, 0, 0, 1]))
    acts = [_moves, _moves, _packs, _packs, _claims, _titles, _others]
    return chance.choice(acts)(world, chance, who, items)


def _somebody(world: World, chance: Random, item: str) -> str:
    state = dossier(world.ledger, item).state
    if state is None or chance.random() < 0.2:
        return chance.choice(PARTIES)
    custody = state.custody
    return chance.choice([custody.holder, custody.consignee or custody.holder])


def _or(who: str, other: str) -> str:
    """*other*, who could do it, unless it is the stranger's turn."""
    return who if who == STRANGER else other


def _moves(world: World, chance: Random, who: str, items: list[str]) -> Receipt:
    to, due = chance.choice(PARTIES[:3]), timedelta(days=chance.choice([0, 2]))
    return chance.choice(
        [
            lambda: world.ship(who, items, to=to, via=["carrier"], due_in=due),
            lambda: world.ship(who, items, to=to, owner=chance.choice([to, "shop"])),
            lambda: world.receive(who, items, final=chance.random() < 0.3),
            lambda: world.receive(who, items),
            lambda: world.deliver(_or(who, "carrier"), items, to=to),
            lambda: world.refuse(who, items),
        ]
    )()


def _packs(world: World, chance: Random, who: str, items: list[str]) -> Receipt:
    box = chance.choice(BOXES)
    listed = items if chance.random() < 0.6 else []
    put_in = chance.choice([world.pack, world.install])
    return chance.choice(
        [
            lambda: put_in(who, box, items),
            lambda: put_in(_or(who, "carrier"), box, items),
            lambda: world.unpack(who, box, listed),
        ]
    )()


def _claims(world: World, chance: Random, who: str, items: list[str]) -> Receipt:
    status = chance.choice(STATUSES)
    held = chance.choice(["detained", "seized"])
    return chance.choice(
        [
            lambda: world.report(who, items, status),
            lambda: world.clear(who, items, status),
            lambda: world.inspect(who, items, "mismatch_instance"),
            lambda: world.detain(_or(who, "customs"), items),
            lambda: world.seize(_or(who, "customs"), items),
            lambda: world.release(_or(who, "customs"), items, held),
            lambda: world.seize(who, items),
        ]
    )()


def _titles(world: World, chance: Random, who: str, items: list[str]) -> Receipt:
    taker = chance.choice(PARTIES[:3])
    return chance.choice(
        [
            lambda: world.transfer(who, items, owner=taker),
            lambda: world.transfer(who, items, user=taker),
            lambda: world.accept(who, items),
        ]
    )()


def _others(world: World, chance: Random, who: str, items: list[str]) -> Receipt:
    acts = [world.void, world.depart, world.register, world.commission, world.declare]
    return chance.choice(
        [
            *[lambda act=act: act(who, items) for act in acts],
            lambda: world.transform(who, items, [chance.choice(REWORKED)]),
            lambda: world.replace(who, items[0], uuid="GPU-1"),
            lambda: world.destroy(who, items),
        ]
    )()


def dossiers(world: World) -> dict[str, Dossier]:
    """Of everything in the history, judged on one day, whatever the clock says."""
    return {item: dossier(world.ledger, item, as_of=FAR_OFF) for item in THINGS}


def open_findings(world: World) -> set[tuple[str, str, int, bool]]:
    """What is open on anything: item, code, entry, and whether it counts against the item."""
    return {
        (item, found.code.value, found.index, found.on_items)
        for item, told in dossiers(world).items()
        for found in told.findings
        if found.is_open
    }


def whereabouts(told: Dossier) -> tuple[object, ...]:
    """Who has, owns and uses it, where it is and what is said of it; a receipt may wait."""
    state = told.state
    assert state is not None
    held = (state.custody, state.parent, state.status, state.ended, state.origin)
    return (*held, state.owner, state.title)


def worse(found: Verdict, than: Verdict) -> bool:
    """Whether *found* is worse news of an item than *than*."""
    order = list(Verdict)
    return order.index(found) > order.index(than)


def against(told: Dossier) -> set[Finding]:
    """What counts against the item, and is open."""
    return {found for found in told.findings if found.is_open and found.on_items}
