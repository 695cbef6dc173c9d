"""The demo's stories of places: a wrong turn, a border, two capitals, an inspector, a landmark.

Each is a function of a few chips that writes into the script and returns what there is to see.
"""

from collections.abc import Callable
from datetime import timedelta

from ledger.act import ActKind, Condition
from ledger.service.demo import plot
from ledger.service.demo.cast import BORDER, HANOI, HAT_YAI
from ledger.service.demo.script import Script, Sight, see

_DAY = timedelta(days=1)


def _wrong_turn(script: Script) -> list[Sight]:
    """From Singapore to Malaysia, by way of Thailand."""
    chips, at = plot.few(script, 2, 18, "distributor")
    at = plot.send(script, at, "distributor", "malaysia", chips, "sea")
    at = script.add(at + _DAY, "sea", ActKind.CARRY, chips, step="transporting", place=HAT_YAI)
    plot.receive(script, at + 2 * _DAY, "malaysia", chips)
    words = "on its way from Singapore to Malaysia, and seen in Thailand"
    return [see("check", chips[0], words)]


def _at_the_border(script: Script) -> list[Sight]:
    """Signed for within a kilometre of the causeway: Johor Bahru, or still Singapore."""
    chips, at = plot.few(script, 2, 16, "distributor")
    at = plot.send(script, at, "distributor", "malaysia", chips, "sea")
    script.add(at + _DAY, "malaysia", ActKind.RECEIVE, chips, final=True, place=BORDER)
    return [see("check", chips[0], "signed for so near the border that nobody can tell which side")]


def _not_thailand(script: Script) -> list[Sight]:
    """A dealer says Thailand, and gives coordinates in Vietnam."""
    chips, at = plot.few(script, 2, 13, "distributor")
    script.add(at + 2 * _DAY, "distributor", ActKind.DECLARE, chips, place=HANOI)
    return [see("check", chips[0], "said to be in Thailand; its coordinates are in Hanoi")]


def _stood_there(script: Script) -> list[Sight]:
    """Customs look at the chips where they lie: from then on their place is inspected."""
    chips, at = plot.few(script, 2, 12, "distributor")
    found = Condition.CONFORMANT
    script.add(at + _DAY, "customs", ActKind.INSPECT, chips, condition=found, place="distributor")
    return [see("clear", chips[0], "an inspector stood before it in the dealer's warehouse")]


def _measured(script: Script) -> list[Sight]:
    """A landmark in Oslo asks the machine of the data centre: near, and too near for Bergen."""
    chips, at = plot.few(script, 2, 24, "norway")
    declare = ActKind.DECLARE
    at = script.add(at + _DAY, "norway", declare, chips[:1], place="norway", answered_ms=0.84)
    script.add(at + _DAY, "norway", declare, chips[1:], place="university", answered_ms=0.84)
    return [
        see("clear", chips[0], "a landmark in Oslo measured that its machine is near"),
        see("check", chips[1], "said to be in Bergen; its machine answers in Oslo too fast"),
    ]


STORIES: tuple[Callable[[Script], list[Sight]], ...] = (
    _wrong_turn,
    _at_the_border,
    _not_thailand,
    _stood_there,
    _measured,
)
