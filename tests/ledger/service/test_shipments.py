"""How a shipment stands whose boxes were opened on the way, or at the consignee's door."""

import pytest

from ledger.service.shipments import State, shipment
from ledger.view import Reader
from schemas.errors import NotFound
from schemas.statement import Role
from tests.world import CHIPS, World, party

_SSCC = "https://id.gs1.org/00/0950600013435200"
PALLET, OTHER, CARTON = (_SSCC + end for end in ("17", "24", "31"))


@pytest.fixture
def world(tmp_path, url):
    made = World(tmp_path, checking=False, url=url)
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.enroll_all({"shop": [], "skua": [Role.CARRIER]})
    made.commission("fab", made.chips(3))
    return made


@pytest.fixture
def sent(world):
    """A pallet of three chips on its way to the shop."""
    world.pack("fab", PALLET, world.chips(3))
    return world.ship("fab", [PALLET], to="shop", via=["skua"]).index


def told(world, index, by="shop"):
    """The state, what became of each unit by the last four of its number, and by which entries."""
    found = shipment(world.ledger, index, reader=Reader(party(by)))
    return found.state, {i[-4:]: f.value for i, f in found.units.items()}, found.settled_by


def test_what_is_received_chip_by_chip_counts_as_received(world, sent):
    one, two, _ = world.chips(3)
    entries = [world.receive("shop", [chip]).index for chip in (one, two)]

    for by in ("shop", "fab"):
        units = {"0017": "outstanding", "0001": "received", "0002": "received"}
        assert (State.OPEN, units, tuple(entries)) == told(world, sent, by)


def test_a_box_that_was_emptied_so_is_waited_for_by_nobody(world, sent):
    entries = tuple([world.receive("shop", [chip]).index for chip in world.chips(3)])
    units = dict.fromkeys(["0001", "0002", "0003"], "received")

    assert (State.RECEIVED, units, entries) == told(world, sent)


def test_what_went_back_with_the_rest_is_refused_in_part(world, sent):
    received = world.receive("shop", world.chips(2)).index
    refused = world.refuse("shop", [PALLET]).index
    units = {"0017": "refused", "0001": "received", "0002": "received"}

    for by in ("shop", "fab"):
        assert (State.PARTLY_REFUSED, units, (received, refused)) == told(world, sent, by)


def test_what_is_taken_out_of_a_box_that_arrived_is_no_unit_of_its_own(world, sent):
    received = world.receive("shop", [PALLET]).index
    world.unpack("shop", PALLET, world.chips(2))
    world.ship("shop", world.chips(1), to="fab")

    assert (State.RECEIVED, {"0017": "received"}, (received,)) == told(world, sent)


def test_what_a_carrier_packs_anew_is_waited_for_box_or_no_box(world, sent):
    world.unpack("skua", PALLET)
    world.pack("skua", OTHER, world.chips(2))
    units = dict.fromkeys(["0001", "0002", "0003"], "outstanding")
    assert (State.OPEN, units, ()) == told(world, sent)

    received = world.receive("shop", [OTHER]).index
    units |= dict.fromkeys(["0001", "0002"], "received")
    assert (State.OPEN, units, (received,)) == told(world, sent)


def test_boxes_in_boxes_are_told_apart(world):
    one, two, three = world.chips(3)
    world.pack("fab", CARTON, [one, two])
    world.pack("fab", PALLET, [CARTON, three])
    index = world.ship("fab", [PALLET], to="shop").index
    opened = world.receive("shop", [one]).index
    carton = world.receive("shop", [CARTON]).index
    world.ship("shop", [two], to="fab")
    units = {"0017": "outstanding", "0001": "received", "0031": "received"}

    assert (State.OPEN, units, (opened, carton)) == told(world, index)


def test_a_box_that_was_unpacked_since_is_told_by_what_was_in_it(world, sent):
    received = world.receive("shop", [PALLET]).index
    world.unpack("shop", PALLET)
    units = dict.fromkeys(["0001", "0002", "0003"], "received")

    assert (State.RECEIVED, units, (received,)) == told(world, sent)


def test_who_never_saw_the_box_is_told_of_no_shipment(world, sent):
    world.enroll("lab")
    world.receive("shop", world.chips(2))
    world.ship("shop", world.chips(1), to="lab")

    with pytest.raises(NotFound):
        told(world, sent, "lab")
