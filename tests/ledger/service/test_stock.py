"""What texts mean among the things that a party can act on."""

import pytest

from ledger.service.stock import Doubt, Standing, new_items, sort_out
from ledger.view import Reader
from schemas.statement import Role
from tests.openings import opened
from tests.world import CHIPS, party

FAB, SHOP = Reader(party("fab")), Reader(party("shop"))
HELD, SENT, BOXED, ENDED = (f"{CHIPS}{name}-1" for name in ("H", "S", "B", "E"))
BOX = "https://id.gs1.org/00/106141412345678908"


def begin(world):
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("shop")
    world.commission("fab", [HELD, SENT, BOXED, ENDED])
    world.pack("fab", BOX, [BOXED])
    world.ship("fab", [SENT], to="shop")
    world.destroy("fab", [ENDED])


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, checking=False, url=url)


ANSWERS = [
    (FAB, Standing.HOLDER, "H-1", None, HELD),
    (FAB, Standing.HOLDER, "S-1", None, SENT),
    (FAB, Standing.HOLDER, "106141412345678908", None, BOX),
    (FAB, Standing.SENDER, "H-1", Doubt.ELSEWHERE, party("fab")),
    (SHOP, Standing.CONSIGNEE, "S-1", None, SENT),
    (SHOP, Standing.HOLDER, "S-1", Doubt.ELSEWHERE, party("fab")),
    (SHOP, Standing.HOLDER, "H-1", Doubt.UNKNOWN, ""),
    (FAB, Standing.HOLDER, "E-1", Doubt.ENDED, "destroy"),
    (FAB, Standing.ANYBODY, "E-1", None, ENDED),
    (FAB, Standing.HOLDER, "h-1", Doubt.UNKNOWN, "H-1"),
    (FAB, Standing.HOLDER, HELD + "x", Doubt.UNKNOWN, ""),
    (FAB, Standing.ANYBODY, HELD + "x", None, HELD + "x"),
    (FAB, Standing.ANYBODY, "106141412345678901", Doubt.UNREADABLE, "wrong check digit"),
]


def test_each_row_names_an_item_or_says_why_not(world):
    for reader, standing, text, doubt, about in ANSWERS:
        (row,) = sort_out(world.ledger, [text], reader, standing).rows

        assert (text, doubt) == (row.text, row.doubt)
        assert about in (row.item or row.about)


def test_a_thing_counts_once_and_its_contents_with_it(world):
    found = sort_out(world.ledger, ["H-1", BOX, HELD], FAB, Standing.HOLDER)

    assert (HELD, BOX) == found.items
    assert [(3, Doubt.REPEATED, "1")] == [(r.number, r.doubt, r.about) for r in found.doubtful]
    assert ({BOX: 1}, 2) == (found.inside, found.units)


def test_new_things_are_named_by_serials_of_a_class():
    found = new_items(["A-1", f"{CHIPS}A-1", "A 2", ""], CHIPS)

    assert (f"{CHIPS}A-1", f"{CHIPS}A%202") == found.items
    assert [Doubt.REPEATED, Doubt.UNREADABLE] == [row.doubt for row in found.doubtful]
