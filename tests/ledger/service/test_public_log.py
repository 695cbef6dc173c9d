"""How the log stands: its growth, thinned out, and what each witness last cosigned."""

import pytest

from ledger.service import public_log
from ledger.service.cosigning import cosign
from ledger.service.public_log import look_at_log
from ledger.service.witnesses import change_policy
from tests.openings import opened
from tests.witnesses import NAMES, Street


def begin(made):
    made.enroll("fab")


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, checking=False, url=url)


@pytest.fixture
def street(world, tmp_path, monkeypatch):
    return Street(tmp_path, monkeypatch, world.ledger.clock)


def test_of_each_witness_it_tells_the_last_cosignature(world, street):
    street.watch(world.ledger)
    cosign(world.ledger)
    world.declare("fab", ["urn:other:1"])
    cosign(world.ledger)
    change_policy(world.ledger, dropped=[street.named("two").name])
    seen = look_at_log(world.ledger)

    assert {one.last.size for one in seen.witnesses} == {world.ledger.head.size}
    assert [one.name for one in seen.witnesses if not one.is_named] == [street.named("two").name]
    assert len(seen.witnesses) == len(NAMES)
    assert seen.quorum == 2


def test_its_growth_is_thinned_out_from_the_first_entry_to_the_last(world, monkeypatch):
    monkeypatch.setattr(public_log, "MAX_POINTS", 3)
    for n in range(4):
        world.declare("fab", [f"urn:other:{n}"])
    sizes = [point.size for point in look_at_log(world.ledger).growth]

    assert (sizes[0], sizes[-1], len(sizes)) == (1, world.ledger.head.size, 3)
