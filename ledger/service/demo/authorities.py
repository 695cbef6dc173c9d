"""The demo's stories with customs: held back, seized, released, settled.

Each is a function of a few chips that writes into the script and returns what there is to see.
"""

from collections.abc import Callable
from datetime import timedelta

from ledger.act import ActKind
from ledger.finding import Code
from ledger.service.demo import plot
from ledger.service.demo.script import Script, Sight, see
from schemas.statement import Resolution

_DAY = timedelta(days=1)


def _crates(script: Script) -> list[Sight]:
    """Customs hold a pallet back and seize two of its crates; one of these they release."""
    chips, at = plot.few(script, 6, 60, "distributor")
    crates, pallet = [script.new_package() for _ in range(3)], script.new_package()
    for number, crate in enumerate(crates):
        inside = chips[2 * number : 2 * number + 2]
        at = script.add(at, "distributor", ActKind.PACK, inside, parent=crate)
    at = script.add(at, "distributor", ActKind.PACK, crates, parent=pallet)
    at = plot.send(script, at, "distributor", "japan", (pallet,), "sea")
    at = script.add(at + _DAY, "customs", ActKind.DETAIN, (pallet,), place="customs")
    seized_at = script.add(at + 2 * _DAY, "customs", ActKind.SEIZE, crates[:2], place="customs")
    at = script.add(seized_at, "customs", ActKind.RELEASE, (pallet,), place="customs")
    plot.receive(script, at + 6 * _DAY, "japan", (pallet,))
    at = script.add(seized_at + 30 * _DAY, "customs", ActKind.RELEASE, crates[:1])
    plot.receive(script, at + 5 * _DAY, "japan", crates[:1])
    return [
        see("clear", chips[0], "seized by customs, released a month later, and there"),
        see("stop", chips[2], "seized by customs"),
        see("clear", chips[4], "held back by customs with its pallet, and let go"),
    ]


def _held_back(script: Script) -> list[Sight]:
    """Customs hold chips back right now."""
    chips, _ = plot.few(script, 2, 12, "distributor")
    plot.send(script, script.ago(3), "distributor", "japan", chips, "sea")
    script.add(script.ago(1), "customs", ActKind.DETAIN, chips, place="customs")
    return [see("check", chips[0], "held back by customs right now")]


def _settled(script: Script) -> list[Sight]:
    """A forwarder signs for what is another's; customs look at it and settle that."""
    chips, at = plot.few(script, 2, 28)
    at = plot.send(script, at, "exporter", "norway", chips, "sea")
    at = script.add(at + _DAY, "sea", ActKind.RECEIVE, chips, place="customs", label="wrong desk")
    reason = "signed at the wrong desk; goods and papers seen, nothing is missing"
    said = {"code": Code.NOT_CONSIGNEE.value, "reason": reason}
    at = script.say(at + _DAY, "customs", Resolution, said, about="wrong desk")
    plot.receive(script, at + 3 * _DAY, "norway", chips)
    return [see("clear", chips[0], "signed for by the wrong party; customs settled it")]


STORIES: tuple[Callable[[Script], list[Sight]], ...] = (_held_back, _crates, _settled)
