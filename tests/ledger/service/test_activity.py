"""Activity as it is read by those who look after people: their own, or all of it."""

import pytest

from ledger.service.activity import activity
from ledger.service.founding import OPERATOR
from ledger.service.paging import START
from ledger.service.tokens import Caller, Scope
from schemas.statement import Role
from tests.world import CHIPS, World, party

ADMIN = frozenset({Scope.ADMIN})


@pytest.fixture
def ledger(tmp_path, url):
    world = World(tmp_path, checking=False, url=url)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.commission("fab", world.chips(1))
    return world.ledger


def read(ledger, by, **asked):
    """All activity that an administrator of *by* reads, a row a page."""
    lines, after = [], START
    while after is not None:
        page = activity(ledger, Caller(by, ADMIN, "boss"), after=after, limit=1, **asked)
        lines, after = [*lines, *page.lines], page.next
    return lines


def test_the_operator_reads_all_of_it_the_newest_first(ledger):
    found = read(ledger, OPERATOR)

    assert [*range(len(found))][::-1] == [one.id for one in found]
    assert ledger.head.size - 1 == found[0].entries[-1]


def test_a_party_reads_its_own(ledger):
    own = {one.actor for one in read(ledger, party("fab"))}

    assert own <= {party("fab")}
    assert [] == read(ledger, party("fab"), actor=party("registrar"))
    assert {"capture"} == {one.act for one in read(ledger, OPERATOR, act="capture")}
