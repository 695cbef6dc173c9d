"""The demo's twists: what becomes of each lot, and what goes wrong on purpose.

Each lot takes one of three routes; a twist is a function of one lot, so that what happened to a
serial can be read here in a few lines. ``perform`` adds the stories of a few chips each, and
returns the serials worth looking at::

    [Sight("stop", "K07-0003", "destroyed, and shipped again two weeks later"), ...]
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import zip_longest

from ledger.act import ActKind, Condition, Status
from ledger.service.demo import (
    authorities,
    licences,
    numbers,
    origins,
    papers,
    places,
    plot,
    transit,
    workshop,
)
from ledger.service.demo.plot import Leg
from ledger.service.demo.script import Lot, Script, Sight, see

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


def perform(script: Script) -> list[Sight]:
    """Write every deed of the world into *script*; returns what there is to see."""
    sights: list[Sight] = []
    for lot in script.lots:
        twist = _TWISTS.get(lot.number)
        if twist is not None:
            sights += twist(script, lot)
        else:
            plot.travel(script, lot)
    told = [sight for story in _STORIES for sight in story(script)]
    first = see("clear", script.lots[11].chips[4], "from the fab to Japan as it should be")
    mixed = [one for pair in zip_longest(sights, told) for one in pair if one is not None]
    return [first, *mixed]


# Twists, one a lot -------------------------------------------------------------------------------


def _recorded_late(script: Script, lot: Lot) -> list[Sight]:
    """The data centre is ten days late in recording that the chips are in its racks."""
    plot.to_norway(script, lot)
    declared = script.deeds[-1]  # the last that the lot's story has: nothing overtakes it
    script.deeds[-1] = replace(declared, recorded_at=declared.at + 10 * _DAY)
    return [see("clear", lot.chips[0], "where it stands was recorded ten days late")]


def _cloned(script: Script, lot: Lot) -> list[Sight]:
    """A dealer enters a number that is in a rack in Norway."""
    at = plot.to_norway(script, lot)
    script.add(
        at + 9 * _DAY, "distributor", ActKind.REGISTER, lot.chips[10:11], place="distributor"
    )
    return [see("check", lot.chips[10], "a dealer claims to have it; it is in Norway")]


def _voided(script: Script, lot: Lot) -> list[Sight]:
    """A shipment is called off before it leaves, and made again."""
    at = plot.to_exporter_by_boards(script, lot)
    at = script.add(
        at,
        "exporter",
        ActKind.SHIP,
        (lot.pallet,),
        to="norway",
        via=("air",),
        due_at=at + 6 * _DAY,
        is_export=True,
        documents=(script.waybill(),),
    )
    at = script.add(at, "exporter", ActKind.VOID, (lot.pallet,))
    at = plot.go(script, at + 2 * _DAY, Leg("exporter", "norway", lot.pallet, "air", 4))
    plot.settle_in(script, lot, at, "norway")
    return [see("clear", lot.chips[1], "a shipment called off, then made again")]


def _resurrected(script: Script, lot: Lot) -> list[Sight]:
    """Failed chips are destroyed; one of them is shipped two weeks later."""
    at = plot.go(
        script, plot.to_packaging(script, lot), Leg("packaging", "boards", lot.pallet, "air")
    )
    failed = lot.tray(0)[:2]
    at = plot.unpack(script, at, "boards", lot.pallet)
    at = script.add(at, "boards", ActKind.UNPACK, failed, parent=lot.trays[0])
    at = script.add(at, "boards", ActKind.INSPECT, failed, condition=Condition.NON_CONFORMANT)
    destroyed_at = script.add(at, "boards", ActKind.DESTROY, failed, place="boards")
    at = script.add(destroyed_at, "boards", ActKind.PACK, lot.trays, parent=lot.pallet)
    at = plot.go(script, at + _DAY, Leg("boards", "exporter", lot.pallet, "air", 5))
    at = plot.go(script, at + 2 * _DAY, Leg("exporter", "norway", lot.pallet, "air", 4))
    plot.settle_in(script, lot, at, "norway", failed)
    script.add(
        destroyed_at + 14 * _DAY,
        "boards",
        ActKind.SHIP,
        failed[:1],
        to="distributor",
        documents=(script.waybill(),),
    )
    return [
        see("stop", failed[0], "destroyed, and shipped two weeks later"),
        see("clear", failed[1], "destroyed, and never seen again"),
    ]


def _shipped_twice(script: Script, lot: Lot) -> list[Sight]:
    """While the pallet flies to Norway its sender sells a tray of it to Malaysia."""
    at = plot.to_exporter_by_boards(script, lot)
    arrives_at = plot.ship(script, at, Leg("exporter", "norway", lot.pallet, "air", 4))
    script.add(
        at + _DAY,
        "exporter",
        ActKind.SHIP,
        (lot.trays[1],),
        to="malaysia",
        documents=(script.waybill(),),
    )
    arrives_at = plot.receive(script, arrives_at, "norway", (lot.pallet,))
    plot.settle_in(script, lot, arrives_at, "norway")
    return [see("stop", lot.tray(1)[3], "shipped to two customers at once")]


def _received_early(script: Script, lot: Lot) -> list[Sight]:
    """The receipt is recorded a day before the shipment."""
    at = plot.to_exporter_by_boards(script, lot)
    arrives_at = at + 3 * _DAY
    settled_at = plot.receive(script, arrives_at, "norway", (lot.pallet,))
    script.add(
        at,
        "exporter",
        ActKind.SHIP,
        (lot.pallet,),
        to="norway",
        due_at=at + 6 * _DAY,
        recorded_after=4 * _DAY,
        is_export=True,
    )
    plot.settle_in(script, lot, settled_at + 2 * _DAY, "norway")
    return [see("clear", lot.chips[2], "its receipt was recorded before its shipment")]


def _backdated(script: Script, lot: Lot) -> list[Sight]:
    """A tray is said to have been unpacked before the pallet came."""
    at = plot.go(
        script, plot.to_exporter(script, lot), Leg("exporter", "japan", lot.pallet, "air", 4)
    )
    at = plot.unpack(script, at, "japan", lot.pallet)
    script.add(
        at - 5 * _DAY,
        "japan",
        ActKind.UNPACK,
        parent=lot.trays[2],
        recorded_after=5 * _DAY + _HOUR,
    )
    for tray in (lot.trays[0], lot.trays[1], lot.trays[3]):
        at = plot.unpack(script, at, "japan", tray)
    return [see("check", lot.tray(2)[0], "unpacked, by its date, before it arrived")]


def _short(script: Script, lot: Lot) -> list[Sight]:
    """Three chips of the last tray do not arrive."""
    at = plot.ship(
        script, plot.to_exporter(script, lot), Leg("exporter", "japan", lot.pallet, "air", 4)
    )
    arrived = (*lot.trays[:3], *lot.tray(3)[3:])
    plot.receive(script, at, "japan", arrived)
    return [see("check", lot.tray(3)[1], "sent with the others, and not in the pallet")]


def _damaged(script: Script, lot: Lot) -> list[Sight]:
    """Two chips arrive damaged."""
    at = plot.ship(
        script, plot.to_exporter(script, lot), Leg("exporter", "japan", lot.pallet, "air", 4)
    )
    broken = lot.tray(0)[:2]
    at = plot.receive(script, at, "japan", broken, condition=Condition.DAMAGED, final=False)
    at = plot.receive(script, at, "japan", (lot.pallet,))
    plot.settle_in(script, lot, at, "japan")
    return [see("clear", broken[0], "received damaged")]


def _refused(script: Script, lot: Lot) -> list[Sight]:
    """A data centre refuses a pallet; it is still on its way back."""
    at = plot.ship(
        script, plot.to_exporter(script, lot), Leg("exporter", "japan", lot.pallet, "air", 4)
    )
    script.add(at, "japan", ActKind.REFUSE, (lot.pallet,), place="japan")
    return [see("check", lot.chips[5], "refused, and on its way back")]


def _refused_and_back(script: Script, lot: Lot) -> list[Sight]:
    """A refused pallet comes back and is accepted the second time."""
    at = plot.ship(
        script, plot.to_exporter(script, lot), Leg("exporter", "japan", lot.pallet, "air", 4)
    )
    at = script.add(at, "japan", ActKind.REFUSE, (lot.pallet,), place="japan")
    at = plot.receive(script, at + 4 * _DAY, "exporter", (lot.pallet,))
    at = plot.go(script, at + _DAY, Leg("exporter", "japan", lot.pallet, "air", 4))
    plot.settle_in(script, lot, at, "japan")
    return [see("clear", lot.chips[6], "refused once, accepted the second time")]


def _swapped_label(script: Script, lot: Lot) -> list[Sight]:
    """Late, and an inspector finds that a label is not the chip's."""
    at = plot.to_distributor(script, lot)
    arrives_at = plot.ship(script, at, Leg("distributor", "malaysia", lot.pallet, "sea", 3))
    at = plot.receive(script, arrives_at + 6 * _DAY, "malaysia", (lot.pallet,))
    at = plot.settle_in(script, lot, at, "malaysia")
    script.add(
        at + 3 * _DAY,
        "customs",
        ActKind.INSPECT,
        lot.chips[8:9],
        condition=Condition.MISMATCH_INSTANCE,
        place="malaysia",
    )
    return [see("check", lot.chips[8], "customs read another number inside the chip")]


def _overdue(script: Script, lot: Lot) -> list[Sight]:
    """A pallet is weeks late."""
    at = plot.to_distributor(script, lot)
    plot.ship(script, at, Leg("distributor", "malaysia", lot.pallet, "sea", 3))
    return [see("check", lot.chips[9], "shipped weeks ago, due long ago, not received")]


def _inspected(script: Script, lot: Lot) -> list[Sight]:
    """Customs looks at a pallet and finds it as described."""
    at = plot.to_distributor(script, lot)
    script.add(
        at - _DAY,
        "customs",
        ActKind.INSPECT,
        (lot.pallet,),
        condition=Condition.CONFORMANT,
        place="customs",
    )
    at = plot.go(script, at, Leg("distributor", "malaysia", lot.pallet, "sea", 3))
    plot.settle_in(script, lot, at, "malaysia")
    return [see("clear", lot.chips[3], "inspected by customs on the way, as described")]


def _stolen(script: Script, lot: Lot) -> list[Sight]:
    """A tray is stolen on the way; the rest arrives."""
    at = plot.to_distributor(script, lot)
    arrives_at = plot.ship(script, at, Leg("distributor", "malaysia", lot.pallet, "sea", 3))
    script.add(
        arrives_at - _DAY,
        "sea",
        ActKind.REPORT,
        lot.trays[2:3],
        status=Status.STOLEN,
        place="malaysia",
    )
    rest = (lot.trays[0], lot.trays[1], lot.trays[3])
    plot.receive(script, arrives_at, "malaysia", rest, final=False)
    return [see("stop", lot.tray(2)[2], "in a tray that was stolen on the way")]


def _on_its_way(script: Script, lot: Lot) -> list[Sight]:
    """On its way right now."""
    plot.to_packaging(script, lot)
    plot.ship(script, script.now - 3 * _DAY, Leg("packaging", "boards", lot.pallet, "air"))
    return [see("clear", lot.chips[0], "on its way to the board maker right now")]


def _numbered_twice(script: Script, lot: Lot) -> list[Sight]:
    """The fab gives a number a second time; the lot waits at the packaging house."""
    again = script.lots[2].chips[7:8]
    plot.to_packaging(script, lot, again)
    return [see("stop", again[0], "its maker has given the number twice")]


_TWISTS: Mapping[int, Callable[[Script, Lot], list[Sight]]] = {
    1: _recorded_late,
    3: _cloned,
    4: _voided,
    5: _resurrected,
    6: _shipped_twice,
    7: _received_early,
    8: _backdated,
    9: _short,
    10: _damaged,
    12: _refused,
    13: _refused_and_back,
    14: _swapped_label,
    15: _overdue,
    16: _inspected,
    17: _stolen,
    18: _on_its_way,
    19: _numbered_twice,
}

_STORIES: tuple[Callable[[Script], list[Sight]], ...] = (
    *transit.STORIES,
    *authorities.STORIES,
    *papers.STORIES,
    *workshop.STORIES,
    *origins.STORIES,
    *numbers.STORIES,
    *licences.STORIES,
    *places.STORIES,
)
