"""The price that is to be forgotten.

Kestrel ships a chip and withholds what it was sold for: the record has only a seal over it. Straits
want to see it, so Kestrel opens it to the ledger. Afterwards Kestrel asks that it be forgotten. The
price is gone, the entry and its seal stay, and nothing that anybody signed has become untrue.
"""

import pytest

from ledger.note import parse_vkey
from ledger.service.bundling import make_bundle
from ledger.verify import verify_bundle
from tests.geography import ATLAS
from tests.stories.telling import page, verdict

PRICE = {"value": 31_000, "currency": "USD"}
WITHHELD = {"chiptrail:customs": PRICE, "withheld": ["chiptrail:customs"]}


@pytest.fixture
def chip(world):
    (chip,) = world.chips(1)
    world.commission("hsinlin", [chip])
    world.ship("hsinlin", [chip], to="kestrel")
    world.receive("kestrel", [chip])
    return chip


@pytest.fixture
def shipment(world, chip):
    return world.ship("kestrel", [chip], to="fjordhall", **WITHHELD)


def shown(world, chip):
    """The withheld fields that a bundle shows to whoever may see them."""
    data = make_bundle(world.ledger, [chip], disclose=True)
    entries = verify_bundle(data, parse_vkey(world.ledger.vkey), ATLAS).entries
    return [entry.disclosed for entry in entries if entry.disclosed]


def test_what_was_opened_to_the_ledger_can_be_shown(world, chip, shipment):
    assert [{"chiptrail:customs": PRICE}] == shown(world, chip)


def test_erased_it_is_gone_and_everything_else_holds(world, chip, shipment):
    world.erase("kestrel", shipment)

    assert ([], "clear") == (shown(world, chip), verdict(world, chip))
    told = """\
A0001 is CLEAR.
made: by Hsinlin
in transit: from Kestrel to Fjordhall
answers for it: Kestrel, until Fjordhall signs
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 4  Shipped by Kestrel to Fjordhall.  [customs withheld, and erased on 9 Mar 2026 by entry 5]
"""
    assert told == page(world, chip)


def test_the_registrar_may_erase_it_too(world, chip, shipment):
    world.erase("registrar", shipment)

    assert [] == shown(world, chip)


@pytest.mark.parametrize("who", ["fjordhall", "straits", "magpie"])
def test_nobody_else_has_it_forgotten(world, chip, shipment, who):
    world.erase(who, shipment)

    assert [{"chiptrail:customs": PRICE}] == shown(world, chip)
