"""The demo's stories of numbers inside: a label that was moved, a number that two things bear.

Each is a function of a few chips that writes into the script and returns what there is to see.
"""

from collections.abc import Callable
from datetime import timedelta

from ledger.act import ActKind, Condition
from ledger.service.demo import plot
from ledger.service.demo.script import Script, Sight, see
from schemas.item import CHIP_PREFIX

_DAY = timedelta(days=1)


def _moved_label(script: Script) -> list[Sight]:
    """Customs find the labels right and boot one: what answers is not what its maker bound."""
    chips, at = plot.few(script, 2, 27, "malaysia", uuid="GPU-7d0a11c2-0001")
    looked = Condition.CONFORMANT
    at = script.add(at + 4 * _DAY, "customs", ActKind.INSPECT, chips, condition=looked)
    unlike = "GPU-2c94e7b0-6630"
    script.add(at, "customs", ActKind.INSPECT, chips[:1], condition=looked, uuid=unlike)
    return [see("check", chips[0], "its label is right, and another chip answers")]


def _two_of_one(script: Script) -> list[Sight]:
    """A dealer enters a card that bears the UUID of a chip in Norway."""
    chips, at = plot.few(script, 1, 25, "norway", uuid="GPU-7d0a11c2-0002")
    card = f"{CHIP_PREFIX}umbra:U9:{script.rng.randrange(10**5, 10**6)}"
    at, uuid = at + 6 * _DAY, "GPU-7d0a11c2-0002"
    script.add(at, "distributor", ActKind.REGISTER, (card,), place="distributor", uuid=uuid)
    return [see("check", chips[0], "a dealer has a card with the same UUID")]


STORIES: tuple[Callable[[Script], list[Sight]], ...] = (_moved_label, _two_of_one)
