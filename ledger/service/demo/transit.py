"""The demo's stories of goods under way: trucks, warehouses, other boxes, other customers.

Each is a function of a few chips that writes into the script and returns what there is to see.
"""

from collections.abc import Callable
from datetime import timedelta

from ledger.act import ActKind, Status
from ledger.service.demo import plot
from ledger.service.demo.cast import WAREHOUSE
from ledger.service.demo.script import Script, Sight, see

_DAY = timedelta(days=1)


def _two_trucks(script: Script) -> list[Sight]:
    """One shipment in two crates, each on a truck of its own; the first has arrived."""
    chips, at = plot.few(script, 4, 12, "distributor")
    crates = script.new_package(), script.new_package()
    for crate, half in zip(crates, (chips[:2], chips[2:]), strict=True):
        at = script.add(at, "distributor", ActKind.PACK, half, parent=crate)
    due_at = script.now + 2 * _DAY
    plot.send(script, script.ago(2), "distributor", "malaysia", crates, "sea", due_at=due_at)
    plot.receive(script, script.ago(1), "malaysia", crates[:1], final=False)
    return [see("clear", chips[2], "on the second of two trucks; the first has arrived")]


def _sold_again(script: Script) -> list[Sight]:
    """The fab sells chips that its customer has signed for to another."""
    chips, at = plot.few(script, 2, 20, "distributor")
    papers = (script.waybill(),)
    script.add(at + 3 * _DAY, "fab", ActKind.SHIP, chips, to="malaysia", documents=papers)
    return [see("stop", chips[0], "sold again by its maker, after a customer had signed for it")]


def _redirected(script: Script) -> list[Sight]:
    """The chips are in the air when they are sold to somebody else."""
    chips, _ = plot.few(script, 2, 14)
    plot.send(script, script.ago(3), "exporter", "norway", chips, "air")
    script.add(
        script.ago(1),
        "exporter",
        ActKind.SHIP,
        chips,
        to="japan",
        via=("air",),
        due_at=script.now + 4 * _DAY,
        is_export=True,
    )
    return [see("check", chips[0], "sent to another customer while it was in the air")]


def _repacked(script: Script) -> list[Sight]:
    """The forwarder takes the pallet apart in Singapore, and puts the tray into a crate."""
    chips, at = plot.few(script, 4, 40)
    tray, pallet, crate = script.new_package(), script.new_package(), script.new_package()
    at = script.add(at, "exporter", ActKind.PACK, chips, parent=tray)
    at = script.add(at, "exporter", ActKind.PACK, (tray,), parent=pallet)
    at = plot.send(script, at, "exporter", "malaysia", (pallet,), "sea")
    at = script.add(at + 4 * _DAY, "sea", ActKind.UNPACK, parent=pallet, place=WAREHOUSE)
    at = script.add(at, "sea", ActKind.PACK, (tray,), parent=crate, place=WAREHOUSE)
    at = script.add(at + _DAY, "sea", ActKind.CARRY, (crate,), step="departing", place=WAREHOUSE)
    plot.receive(script, at + _DAY, "malaysia", (crate,))
    return [see("clear", chips[1], "put into another box on the way, by the forwarder")]


def _stored(script: Script) -> list[Sight]:
    """The chips lie in the forwarder's warehouse, and should have arrived last week."""
    chips, _ = plot.few(script, 2, 32)
    at = script.ago(20)
    at = plot.send(script, at, "exporter", "japan", chips, "sea", "air", due_at=at + 12 * _DAY)
    at = script.add(at + 4 * _DAY, "sea", ActKind.CARRY, chips, step="arriving", place=WAREHOUSE)
    script.add(at, "sea", ActKind.DECLARE, chips, place=WAREHOUSE)
    return [see("check", chips[0], "in a forwarder's warehouse since it should have arrived")]


def _unsigned(script: Script) -> list[Sight]:
    """The customer has no key: the carrier shows a photograph of its stamp."""
    chips, at = plot.few(script, 2, 25)
    at = plot.send(script, at, "exporter", "university", chips, "air")
    script.add(at + 3 * _DAY, "air", ActKind.DELIVER, chips, to="university", place="university")
    return [see("check", chips[0], "delivered to a university that cannot sign for it")]


def _received_only(script: Script) -> list[Sight]:
    """The customer has signed for the chips, the seller has not yet signed that it sent them."""
    chips, _ = plot.few(script, 2, 10)
    plot.receive(script, script.ago(1), "norway", chips)
    return [see("clear", chips[0], "signed for by its customer, and not yet by its sender")]


def _found_again(script: Script) -> list[Sight]:
    """A tray is stolen on the way, and found two weeks later."""
    chips, at = plot.few(script, 3, 45)
    tray = script.new_package()
    at = script.add(at, "exporter", ActKind.PACK, chips, parent=tray)
    at = plot.send(script, at, "exporter", "norway", (tray,), "air")
    at = script.add(at + _DAY, "air", ActKind.REPORT, (tray,), status=Status.STOLEN)
    at = script.add(at + 14 * _DAY, "air", ActKind.CLEAR, (tray,), status=Status.STOLEN)
    plot.receive(script, at + 2 * _DAY, "norway", (tray,))
    return [see("clear", chips[0], "taken by thieves on the way, and found again")]


STORIES: tuple[Callable[[Script], list[Sight]], ...] = (
    _two_trucks,
    _redirected,
    _repacked,
    _stored,
    _unsigned,
    _received_only,
    _found_again,
    _sold_again,
)
