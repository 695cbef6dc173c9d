"""The demo's stories of where things come from: samples, used chips, numbers that are another's.

Each is a function that writes into the script and returns what there is to see.
"""

from collections.abc import Callable
from datetime import timedelta

from ledger.act import ActKind
from ledger.service.demo import plot
from ledger.service.demo.cast import ENGINEERING_CLASS, gtin_class
from ledger.service.demo.script import Script, Sight, see
from schemas.item import CHIP_PREFIX, plain_serial

_DAY = timedelta(days=1)
_OLD_CLASS = f"{CHIP_PREFIX}umbra:U7:"


def _samples(script: Script) -> list[Sight]:
    """Engineering samples without GS1 numbers; they bear the serials of a lot's first chips."""
    lot = script.lots[0]
    items = tuple(f"{ENGINEERING_CLASS}{plain_serial(chip)}" for chip in lot.chips[:8])
    at = script.add(
        lot.begun_at - 3 * _DAY, "fab", ActKind.COMMISSION, items, lot="samples", place="fab"
    )
    at = script.add(at, "fab", ActKind.SHIP, items, to="boards", due_at=at + 9 * _DAY)
    plot.receive(script, at + 5 * _DAY, "boards", items)
    return [see("clear", items[0], "an engineering sample with the serial of another chip")]


def _second_hand(script: Script) -> list[Sight]:
    """The distributor enters used chips of a maker that is no member."""
    serials = script.rng.sample(range(10**5, 10**6), 4)
    items = tuple(f"{_OLD_CLASS}{serial}" for serial in serials)
    at = script.ago(40)
    script.add(at, "distributor", ActKind.REGISTER, items, place="distributor")
    return [see("check", items[0], "bought used; no maker has signed for it")]


def _counterfeit(script: Script) -> list[Sight]:
    """The board maker commissions numbers out of the fab's range."""
    items = tuple(f"{gtin_class(1)}ZZ9-{n:04}" for n in (1, 2))
    script.add(script.ago(30), "boards", ActKind.COMMISSION, items, place="boards")
    return [see("stop", items[0], "a number of the fab's, given by somebody else")]


def _attested(script: Script) -> list[Sight]:
    """The data centre enters chips that it bought years ago; then the fab signs for one of them."""
    chips = script.new_chips(2)
    script.add(script.ago(38), "japan", ActKind.REGISTER, chips, place="japan")
    made_at, signed_at = script.ago(700), script.ago(31)
    late = signed_at - made_at  # dated now, it would be the fab's word against the data centre's
    script.add(made_at, "fab", ActKind.COMMISSION, chips[:1], recorded_after=late)
    return [
        see("clear", chips[0], "entered by who had it; its maker has signed for it since"),
        see("check", chips[1], "entered by who had it; its maker has not signed for it"),
    ]


STORIES: tuple[Callable[[Script], list[Sight]], ...] = (
    _samples,
    _second_hand,
    _counterfeit,
    _attested,
)
