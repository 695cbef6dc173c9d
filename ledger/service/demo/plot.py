"""The demo's plot: what everybody in the made-up world does, day by day, as it should be.

Twenty lots leave the fab, are packaged, and travel three routes to data centres; a few chips go
straight from the fab to somebody. What goes otherwise is in ``ledger.service.demo.twists`` and in
the stories beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Unpack

from ledger.act import ActKind, Condition
from ledger.service.demo.cast import COMPANY
from ledger.service.demo.script import Lot, Said, Script, Sent

FIRST_TO_JAPAN = 8

# Acts of a lot ----------------------------------------------------------------------------------


def make(script: Script, lot: Lot, also: tuple[str, ...] = ()) -> datetime:
    """The fab makes the chips of *lot*, and by mistake numbers some twice: *also*."""
    made = (*lot.chips, *also)
    return script.add(
        lot.begun_at, "fab", ActKind.COMMISSION, made, lot=f"{lot.code}-{COMPANY}", place="fab"
    )


def package(script: Script, lot: Lot, at: datetime) -> datetime:
    """Test the chips and put them into trays, the trays onto a pallet."""
    at = script.add(
        at,
        "packaging",
        ActKind.INSPECT,
        lot.chips,
        condition=Condition.CONFORMANT,
        place="packaging",
    )
    for number, tray in enumerate(lot.trays):
        at = script.add(at, "packaging", ActKind.PACK, lot.tray(number), parent=tray)
    return script.add(at, "packaging", ActKind.PACK, lot.trays, parent=lot.pallet)


@dataclass(frozen=True, slots=True)
class Leg:
    """A journey of *unit* from *sender* to *to* with *carrier*, that takes some *days*."""

    sender: str
    to: str
    unit: str
    carrier: str
    days: int = 8


def ship(script: Script, at: datetime, leg: Leg) -> datetime:
    """The sender ships, the carrier signs that it left; returns when it arrives."""
    leaves_at = script.add(
        at,
        leg.sender,
        ActKind.SHIP,
        (leg.unit,),
        to=leg.to,
        via=(leg.carrier,),
        due_at=at + timedelta(days=leg.days + 2),
        documents=(script.waybill(),),
        is_export=leg.sender == "exporter",
        place=leg.sender,
    )
    script.add(
        leaves_at, leg.carrier, ActKind.CARRY, (leg.unit,), step="departing", place=leg.sender
    )
    return at + timedelta(days=leg.days, hours=script.rng.randrange(1, 9))


def receive(
    script: Script, at: datetime, who: str, items: Iterable[str], **said: Unpack[Said]
) -> datetime:
    """*who* signs for what arrived, as all there is unless *said* otherwise."""
    whole: Said = {"final": True, "place": who, **said}
    return script.add(at, who, ActKind.RECEIVE, items, **whole)


def unpack(script: Script, at: datetime, who: str, parent: str) -> datetime:
    """*who* takes everything out of *parent*."""
    return script.add(at, who, ActKind.UNPACK, parent=parent, place=who)


def go(script: Script, at: datetime, leg: Leg) -> datetime:
    """A journey as it should be."""
    return receive(script, ship(script, at, leg), leg.to, (leg.unit,))


def settle_in(
    script: Script, lot: Lot, at: datetime, who: str, without: tuple[str, ...] = ()
) -> datetime:
    """A data centre unpacks everything and says where it stands; *without* never came."""
    at = unpack(script, at, who, lot.pallet)
    for tray in lot.trays:
        at = unpack(script, at, who, tray)
    chips = [chip for chip in lot.chips if chip not in without]
    return script.add(at, who, ActKind.DECLARE, chips, place=who)


# Routes -----------------------------------------------------------------------------------------


def to_packaging(script: Script, lot: Lot, also: tuple[str, ...] = ()) -> datetime:
    """From the fab to the packaging house, there packed anew; returns when it can go on."""
    at = make(script, lot, also)
    outer = script.new_package()
    at = script.add(at, "fab", ActKind.PACK, lot.chips, parent=outer, place="fab")
    at = go(script, at + timedelta(days=1), Leg("fab", "packaging", outer, "sea", 6))
    at = unpack(script, at, "packaging", outer)
    return package(script, lot, at + timedelta(days=2)) + timedelta(days=1)


def to_exporter_by_boards(script: Script, lot: Lot) -> datetime:
    """By way of the board maker to the exporter."""
    at = go(script, to_packaging(script, lot), Leg("packaging", "boards", lot.pallet, "air"))
    at = script.add(
        at + timedelta(days=3),
        "boards",
        ActKind.INSPECT,
        lot.trays,
        condition=Condition.CONFORMANT,
        place="boards",
    )
    at = go(script, at + timedelta(days=1), Leg("boards", "exporter", lot.pallet, "air", 5))
    return at + timedelta(days=2)


def to_exporter(script: Script, lot: Lot) -> datetime:
    """Straight to the exporter."""
    at = to_packaging(script, lot)
    return go(script, at, Leg("packaging", "exporter", lot.pallet, "air")) + timedelta(days=2)


def to_distributor(script: Script, lot: Lot) -> datetime:
    """By sea to the distributor."""
    at = to_packaging(script, lot)
    at = go(script, at, Leg("packaging", "distributor", lot.pallet, "sea", 5))
    return at + timedelta(days=3)


def to_norway(script: Script, lot: Lot) -> datetime:
    """All the way to Norway."""
    at = to_exporter_by_boards(script, lot)
    at = go(script, at, Leg("exporter", "norway", lot.pallet, "air", 4))
    return settle_in(script, lot, at, "norway")


def to_japan(script: Script, lot: Lot) -> datetime:
    """All the way to Japan."""
    at = to_exporter(script, lot)
    at = go(script, at, Leg("exporter", "japan", lot.pallet, "air", 4))
    return settle_in(script, lot, at, "japan")


def travel(script: Script, lot: Lot) -> datetime:
    """What becomes of a lot without a twist."""
    return to_norway(script, lot) if lot.number < FIRST_TO_JAPAN else to_japan(script, lot)


# A few chips -------------------------------------------------------------------------------------


def few(
    script: Script, count: int, days_ago: float, to: str = "exporter", uuid: str | None = None
) -> tuple[tuple[str, ...], datetime]:
    """The fab makes *count* chips so many days ago and ships them to *to*, who signs for them.

    *uuid* is the number inside the first, None if nobody says. Returns them, and when *to* can go
    on with them.
    """
    chips = script.new_chips(count)
    code = chips[0].rpartition("/")[2].partition("-")[0]
    lot = f"{code}-{COMPANY}"
    at = script.ago(days_ago)
    at = script.add(at, "fab", ActKind.COMMISSION, chips, lot=lot, place="fab", uuid=uuid)
    at = send(script, at, "fab", to, chips, "air")
    return chips, receive(script, at + timedelta(days=2), to, chips)


def send(
    script: Script,
    at: datetime,
    sender: str,
    to: str,
    items: Iterable[str],
    *via: str,
    **said: Unpack[Sent],
) -> datetime:
    """*sender* ships *items* to *to*, the first carrier of *via* signs that they left.

    They are due within 8 days if nothing else is *said*.
    """
    items = tuple(items)
    whole: Sent = {
        "due_at": at + timedelta(days=8),
        "documents": (script.waybill(),),
        "is_export": sender == "exporter",
        "place": sender,
        **said,
    }
    at = script.add(at, sender, ActKind.SHIP, items, to=to, via=via, **whole)
    return script.add(at, via[0], ActKind.CARRY, items, step="departing", place=sender)
