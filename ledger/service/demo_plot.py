"""The demo's plot: what everybody in the made-up world does, day by day, and what goes wrong.

Twenty lots leave the fab, are packaged, and travel three routes to data centres. Most of it goes
as it should; the twists are in ``ledger.service.demo_twists``. Nothing is signed here: a ``Deed``
says who did what, and ``ledger.service.demo`` makes an event of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypedDict, Unpack

from ledger.act import ActKind, Condition, Status
from ledger.service.demo_cast import COMPANY, gtin_class, sscc

LOTS = 20
FIRST_TO_JAPAN = 8
TRAYS = 4
# A lot leaves the fab every so many days, the first so long ago.
_FIRST_DAYS_AGO = 132
_EVERY_DAYS = 4
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class Said(TypedDict, total=False):
    """What may be said of a deed besides."""

    parent: str
    to: str
    via: tuple[str, ...]
    due_at: datetime
    final: bool
    condition: Condition
    status: Status
    step: str
    documents: tuple[str, ...]
    lot: str
    place: str
    is_export: bool


@dataclass(frozen=True, slots=True)
class Deed:
    """*who*, by the name of a key, did *act* to *items* at *at*; recorded at *recorded_at*.

    *to* is a consignee by name, *place* whose premises it happened on.
    """

    at: datetime
    recorded_at: datetime
    who: str
    act: ActKind
    items: tuple[str, ...] = ()
    parent: str | None = None
    to: str | None = None
    via: tuple[str, ...] = ()
    due_at: datetime | None = None
    final: bool = False
    condition: Condition | None = None
    status: Status | None = None
    step: str | None = None
    documents: tuple[str, ...] = ()
    lot: str | None = None
    place: str | None = None
    is_export: bool = False


@dataclass(slots=True)
class Lot:
    """*chips* of one lot, the four *trays* and the *pallet* they travel in."""

    number: int
    code: str
    chips: tuple[str, ...]
    trays: tuple[str, ...]
    pallet: str
    begun_at: datetime

    def tray(self, number: int) -> tuple[str, ...]:
        """The chips packed into tray *number*."""
        size = -(-len(self.chips) // TRAYS)
        return self.chips[number * size : (number + 1) * size]


@dataclass(slots=True)
class Script:
    """Deeds as they are thought up, in any order."""

    rng: Random
    now: datetime
    lots: list[Lot] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    packages: int = 0

    def add(
        self,
        at: datetime,
        who: str,
        act: ActKind,
        items: Iterable[str] = (),
        *,
        recorded_after: timedelta = timedelta(minutes=20),
        **said: Unpack[Said],
    ) -> datetime:
        """Note one deed; returns a time some hours later."""
        self.deeds.append(Deed(at, at + recorded_after, who, act, tuple(items), **said))
        return at + timedelta(hours=2, minutes=self.rng.randrange(180))

    def new_package(self) -> str:
        """The number of a package not used yet."""
        self.packages += 1
        return sscc(self.packages)

    def waybill(self) -> str:
        """An air waybill."""
        return f"urn:chiptrail:doc:awb:999-{self.rng.randrange(10**7, 10**8)}"

    def in_order(self) -> list[Deed]:
        """All deeds in the order in which they are recorded."""
        return sorted(self.deeds, key=lambda deed: deed.recorded_at)


def begin(rng: Random, now: datetime, chips: int) -> Script:
    """A script with its lots: *chips* in all, divided evenly."""
    script = Script(rng, now.replace(minute=0, second=0, microsecond=0))
    sizes = [len(range(number, chips, LOTS)) for number in range(LOTS)]
    first = script.now - timedelta(days=_FIRST_DAYS_AGO)
    for number, (code, size) in enumerate(zip(_codes(rng), sizes, strict=True)):
        begun_at = first + timedelta(days=number * _EVERY_DAYS, hours=rng.randrange(10))
        prefix = gtin_class(1 if number % 3 else 2)
        serials = tuple(f"{prefix}{code}-{n:04}" for n in range(1, size + 1))
        trays = tuple(script.new_package() for _ in range(TRAYS))
        script.lots.append(Lot(number, code, serials, trays, script.new_package(), begun_at))
    return script


def _codes(rng: Random) -> list[str]:
    """Distinct lot codes, such as ``K07``, in alphabetical order."""
    letters = sorted(rng.sample(_LETTERS, LOTS))
    return [f"{letter}{rng.randrange(100):02}" for letter in letters]


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
