"""The demo's stories on paper only: sales, mandates, corrections, licences, sites.

Each is a function of a few chips that writes into the script and returns what there is to see.
"""

from collections.abc import Callable
from datetime import timedelta

from ledger.act import ActKind
from ledger.service.demo import plot
from ledger.service.demo.cast import CAST, PLACES, WAREHOUSE, server
from ledger.service.demo.script import Script, Sight, see
from schemas.statement import Licence, LicenceKind, MandateStatement, Site

_DAY = timedelta(days=1)


def _papers(script: Script) -> list[Sight]:
    """The exporter states what its licence allows, the registrar too; parties name their sites."""
    at = script.ago(140)
    customers = tuple(CAST[name].id for name in ("norway", "japan", "malaysia", "university"))
    licence = {
        "holder": CAST["exporter"].id,
        "regime": "EAR",
        "kind": LicenceKind.LICENCE,
        "number": "D1234567",
        "eccns": ("3A090.a",),
        "consignees": customers,
        "end_users": customers,
        "countries": ("JP", "MY", "NO"),
        "quantity": 5000,
        "starts_at": at - 30 * _DAY,
        "ends_at": at + 700 * _DAY,
        "conditions": ("No re-export without a licence of its own.",),
    }
    at = script.say(at, "exporter", Licence, licence)
    at = script.say(at, "registrar", Licence, licence)
    for who, name, where in (
        ("norway", "Fjordhall, hall 1", "norway"),
        ("malaysia", "Sedenak, block C", "malaysia"),
        ("sea", "Tern Lines, Changi warehouse", WAREHOUSE),
    ):
        (latitude, longitude), country = PLACES[where]
        said = {"name": name, "latitude": latitude, "longitude": longitude, "radius_m": 400}
        at = script.say(at, who, Site, {**said, "country": country, "operated_by": CAST[who].id})
    return []


def _corrected(script: Script) -> list[Sight]:
    """The exporter names the wrong customer and corrects it, once in time and once too late."""
    chips, at = plot.few(script, 4, 36)
    soon, late = chips[:2], chips[2:]
    plot.send(script, at, "exporter", "malaysia", soon, "air", label="wrong customer")
    at = plot.send(script, at + _DAY, "exporter", "japan", soon, "air", label="right customer")
    script.take_back(at, "exporter", "wrong customer", "right customer")
    plot.receive(script, at + 4 * _DAY, "japan", soon)
    plot.send(script, at, "exporter", "norway", late, "air", label="sold")
    at = plot.receive(script, at + 4 * _DAY, "norway", late) + 7 * _DAY
    script.add(at, "exporter", ActKind.SHIP, late, to="japan", is_export=True, label="sold better")
    script.take_back(at, "exporter", "sold", "sold better")
    return [
        see("clear", soon[0], "sent to the wrong customer by mistake, and corrected"),
        see("check", late[0], "its seller 'corrects' the sale after the customer has signed"),
    ]


def _brokered(script: Script) -> list[Sight]:
    """A broker signs for the exporter, who has let it for twenty days; and goes on after that."""
    chips, at = plot.few(script, 2, 50)
    period = {"starts_at": at, "ends_at": at + 20 * _DAY}
    said = {"agent": CAST["broker"].id, "acts": (ActKind.SHIP.value,), **period}
    script.say(at, "exporter", MandateStatement, said)
    sent_at = plot.send(script, at + _DAY, "broker", "norway", chips[:1], "air", behalf="exporter")
    plot.receive(script, sent_at + 4 * _DAY, "norway", chips[:1])
    script.add(at + 28 * _DAY, "broker", ActKind.SHIP, chips[1:], to="japan", behalf="exporter")
    return [
        see("clear", chips[0], "shipped by a broker that may sign for the exporter"),
        see("clear", chips[1], "a broker signed for it after its mandate had ended: no effect"),
    ]


def _sold_in_place(script: Script) -> list[Sight]:
    """The exporter lets a server stand in Norway, and sells it there."""
    chips, at = plot.few(script, 2, 48)
    machine = server(7)
    at = script.add(at, "exporter", ActKind.INSTALL, chips, parent=machine)
    at = plot.send(script, at, "exporter", "norway", (machine,), "air", owner="exporter")
    at = plot.receive(script, at + 4 * _DAY, "norway", (machine,)) + 15 * _DAY
    at = script.add(at, "exporter", ActKind.TRANSFER, (machine,), owner="japan")
    at = script.add(at + _DAY, "japan", ActKind.ACCEPT, (machine,))
    at = script.add(at + 4 * _DAY, "japan", ActKind.TRANSFER, (machine,), user="malaysia")
    script.add(at + _DAY, "malaysia", ActKind.ACCEPT, (machine,))
    return [see("clear", chips[0], "sold where it stands: another owner, another user")]


STORIES: tuple[Callable[[Script], list[Sight]], ...] = (
    _corrected,
    _brokered,
    _sold_in_place,
    _papers,
)
