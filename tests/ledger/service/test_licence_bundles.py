"""Who sees a licence in a bundle, and what of it is proved then."""

import pytest

from ledger.service.bundling import make_bundle
from ledger.verify import verify_bundle
from ledger.view import OPERATOR, Reader
from schemas.statement import Licence, Role
from tests.world import World, party

RIVAL = "Rival Compute of Utrecht"
UNDER = [{"regime": "EAR", "kind": "licence", "number": "D1"}]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A chip that shop sends to hall, under a licence for a rival of hall too, when it is over."""
    world = World(tmp_path_factory.mktemp("licences"), checking=False)
    world.enroll_all({"fab": [Role.MAKER], "shop": [], "hall": [], "customs": [Role.INSPECTOR]})
    (chip,) = world.chips(1)
    world.commission("fab", [chip])
    world.ship("fab", [chip], to="shop")
    world.receive("shop", [chip])
    terms = {"holder": party("shop"), "consignees": (party("hall"), RIVAL), "days": 1}
    world.licence("customs", "D1", **terms)
    world.advance(days=2)
    world.ship("shop", [chip], to="hall", **{"chiptrail:authorisations": UNDER})

    def told(reader):
        data = make_bundle(world.ledger, [chip], reader=reader)
        return verify_bundle(data, world.ledger.verifier, world.ledger.atlas)

    return told


def basis(verified):
    (subject,) = verified.subjects
    found = {one.code.value for one in subject.findings}
    return found, {one.code.value for one in subject.asserted}


@pytest.mark.parametrize("reader", [OPERATOR, Reader(party("shop"))], ids=["operator", "holder"])
def test_whoever_may_read_it_gets_it_and_works_out_anew_what_is_found(told, reader):
    verified = told(reader)

    assert any(isinstance(one.said, Licence) for one in verified.entries)
    assert ({"licence/expired"}, set()) == basis(verified)


def test_a_consignee_reads_nothing_of_its_rivals_and_is_told_all_the_same(told):
    verified = told(Reader(party("hall")))

    assert not any(isinstance(one.said, Licence) for one in verified.entries)
    assert (set(), {"licence/expired"}) == basis(verified)
    assert verified.withheld
