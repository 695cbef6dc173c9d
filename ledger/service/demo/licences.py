"""The demo's stories with licences: run out while the goods wait, used up, and a shell company.

Each is a function of a few chips that writes into the script and returns what there is to see.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from ledger.act import ActKind, Status
from ledger.service.demo import plot
from ledger.service.demo.cast import CAST
from ledger.service.demo.script import Script, Sight, see
from schemas.statement import Licence, LicenceKind

_DAY = timedelta(days=1)


def _attest(script: Script, at: datetime, number: str, days: float, quantity: int) -> datetime:
    """The registrar has seen a licence of the exporter's for Norway, and states it."""
    said = {
        "holder": CAST["exporter"].id,
        "regime": "EAR",
        "kind": LicenceKind.LICENCE,
        "number": number,
        "eccns": ("3A090.a",),
        "consignees": (CAST["norway"].id,),
        "countries": ("NO",),
        "quantity": quantity,
        "starts_at": at - _DAY,
        "ends_at": at + days * _DAY,
    }
    return script.say(at, "registrar", Licence, said)


def _ran_out(script: Script) -> list[Sight]:
    """A shipment is signed in time, and waits in the warehouse until its licence is over."""
    chips, at = plot.few(script, 2, 34)
    signed_at = _attest(script, at, "D7700001", 4, 10)
    script.add(
        signed_at,
        "exporter",
        ActKind.SHIP,
        chips,
        to="norway",
        via=("air",),
        due_at=signed_at + 14 * _DAY,
        is_export=True,
        licence="D7700001",
    )
    left_at = script.add(signed_at + 6 * _DAY, "air", ActKind.CARRY, chips, step="departing")
    plot.receive(script, left_at + 4 * _DAY, "norway", chips)
    return [see("stop", chips[0], "its licence ended between signing and departure")]


def _used_up(script: Script) -> list[Sight]:
    """Three are allowed and sent, one is lost, and one is sent again."""
    chips, at = plot.few(script, 4, 42)
    at = _attest(script, at, "D7700002", 300, 3)
    sent_at = plot.send(script, at, "exporter", "norway", chips[:3], "air", licence="D7700002")
    at = plot.receive(script, sent_at + 4 * _DAY, "norway", chips[:2])
    at = script.add(at + _DAY, "exporter", ActKind.REPORT, chips[2:3], status=Status.LOST)
    at = plot.send(script, at + _DAY, "exporter", "norway", chips[3:], "air", licence="D7700002")
    plot.receive(script, at + 4 * _DAY, "norway", chips[3:])
    return [
        see("clear", chips[0], "under a licence for three, of which it was one"),
        see("stop", chips[3], "sent for one that was lost: the fourth under a licence for three"),
    ]


def _shell(script: Script) -> list[Sight]:
    """A distributor sells to a company down the road, whose ultimate parent is elsewhere."""
    chips, at = plot.few(script, 2, 26, "distributor")
    at = plot.send(script, at, "distributor", "shell", chips, "sea")
    plot.receive(script, at + _DAY, "shell", chips)
    return [see("stop", chips[0], "sold within Singapore, to a company of a restricted parent")]


STORIES: tuple[Callable[[Script], list[Sight]], ...] = (_ran_out, _used_up, _shell)
