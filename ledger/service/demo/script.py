"""What the demo's plot is written down in: deeds, words and corrections, and the lots they are of.

Nothing is signed here: a ``Deed`` says who did what, a ``Word`` who stated what, a ``Retraction``
who takes back what; ``ledger.service.demo.world`` signs and captures them. Example::

    script = begin(rng, now, 2000)
    at = script.add(at, "fab", ActKind.SHIP, (pallet,), to="boards")
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypeAlias, TypedDict, Unpack

from ledger.act import ActKind, Condition, Status
from ledger.service.demo.cast import gtin_class, sscc
from schemas.item import plain_serial
from schemas.statement import Statement

LOTS = 20
TRAYS = 4
# A lot leaves the fab every so many days, the first so long ago.
_FIRST_DAYS_AGO = 132
_EVERY_DAYS = 4
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_PROMPTLY = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Sight:
    """A *serial* worth a look: the *verdict* to expect, and *why*."""

    verdict: str
    serial: str
    item: str
    why: str


def see(verdict: str, item: str, why: str) -> Sight:
    """The sight of *item*."""
    return Sight(verdict, plain_serial(item), item, why)


class Sent(TypedDict, total=False):
    """What may be said of a shipment besides where it goes, and by whom."""

    due_at: datetime
    documents: tuple[str, ...]
    place: str
    is_export: bool
    licence: str
    owner: str
    user: str
    behalf: str
    label: str


class Said(Sent, total=False):
    """What may be said of a deed besides."""

    parent: str
    to: str
    via: tuple[str, ...]
    final: bool
    condition: Condition
    status: Status
    step: str
    lot: str
    outputs: tuple[str, ...]
    uuid: str | None
    answered_ms: float


@dataclass(frozen=True, slots=True)
class Deed:
    """*who*, by the name of a key, did *act* to *items* at *at*; recorded at *recorded_at*.

    *to*, *owner* and *user* are parties by name, *behalf* is for whom *who* signs; *place* whose
    premises it happened on; an export is under *licence*. *uuid* is the number inside the first
    item; the machine of *who* answered the landmark after *answered_ms*, if it was asked. Others
    find the entry under its *label*.
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
    licence: str = "D1234567"
    owner: str | None = None
    user: str | None = None
    behalf: str | None = None
    outputs: tuple[str, ...] = ()
    uuid: str | None = None
    answered_ms: float | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """*who* signs a statement of *kind* that says *said*, by attribute.

    *about* is the label of the deed that it names as its ``entry``, None if it names none.
    """

    recorded_at: datetime
    who: str
    kind: type[Statement]
    said: Mapping[str, object]
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Retraction:
    """*who* declares its deed *wrong*; the one labelled *right* is to take its place."""

    recorded_at: datetime
    who: str
    wrong: str
    right: str


Line: TypeAlias = Deed | Word | Retraction


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
    """What happens, as it is thought up, in any order."""

    rng: Random
    now: datetime
    lots: list[Lot] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    others: list[Word | Retraction] = field(default_factory=list)
    packages: int = 0
    few: int = 0

    def ago(self, days: float) -> datetime:
        """The time so many *days* before the story ends."""
        return self.now - timedelta(days=days)

    def add(
        self,
        at: datetime,
        who: str,
        act: ActKind,
        items: Iterable[str] = (),
        *,
        recorded_after: timedelta = _PROMPTLY,
        **said: Unpack[Said],
    ) -> datetime:
        """Note one deed; returns a time some hours later."""
        self.deeds.append(Deed(at, at + recorded_after, who, act, tuple(items), **said))
        return at + timedelta(hours=2, minutes=self.rng.randrange(180))

    def say(
        self,
        at: datetime,
        who: str,
        kind: type[Statement],
        said: Mapping[str, object],
        about: str | None = None,
    ) -> datetime:
        """Note one statement; returns a time an hour later."""
        self.others.append(Word(at, who, kind, said, about))
        return at + timedelta(hours=1)

    def take_back(self, at: datetime, who: str, wrong: str, right: str) -> datetime:
        """Note one correction, right after what takes the place; returns a time an hour later."""
        self.others.append(Retraction(at + _PROMPTLY + timedelta(minutes=1), who, wrong, right))
        return at + timedelta(hours=1)

    def new_package(self) -> str:
        """The number of a package not used yet."""
        self.packages += 1
        return sscc(self.packages)

    def new_chips(self, count: int) -> tuple[str, ...]:
        """The ids of a few chips outside of the lots; their codes have two letters and a digit."""
        first, is_more = self.few % len(_LETTERS), self.few >= len(_LETTERS)
        code = (
            f"{_LETTERS[first]}{self.rng.choice(_LETTERS)}{9 if is_more else self.rng.randrange(9)}"
        )
        self.few += 1
        return tuple(f"{gtin_class(1)}{code}-{n:04}" for n in range(1, count + 1))

    def waybill(self) -> str:
        """An air waybill."""
        return f"urn:chiptrail:doc:awb:999-{self.rng.randrange(10**7, 10**8)}"

    def in_order(self) -> list[Line]:
        """Everything in the order in which it is recorded."""
        return sorted([*self.deeds, *self.others], key=lambda line: line.recorded_at)


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
