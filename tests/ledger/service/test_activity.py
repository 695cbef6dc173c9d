"""Activity as it is read by those who look after people: their own, or all of it."""

from datetime import timedelta

import pytest

from ledger.service import tokens, users
from ledger.service.activity import activity
from ledger.service.audit import audit
from ledger.service.founding import OPERATOR
from ledger.service.paging import START
from ledger.service.tokens import Caller, Scope
from schemas.errors import Forbidden, NotFound
from schemas.statement import Role
from tests.openings import opened
from tests.world import CHIPS, party

ADMIN = frozenset({Scope.ADMIN})


def begin(world):
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.commission("fab", world.chips(1))


@pytest.fixture
def ledger(tmp_path, url):
    return opened(tmp_path, begin, checking=False, url=url).ledger


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


def test_who_changed_which_account_is_read_there(ledger):
    fab, boss = party("fab"), Caller(party("fab"), ADMIN, "boss")
    _, secret = users.invite(ledger, boss, "anna", fab, users.UserRole.LOGGER)
    users.accept(ledger, secret, password="a long enough phrase")
    users.change_user(ledger, None, "anna", disabled=True)
    users.end_sessions(ledger, boss, "anna")
    made, _ = tokens.issue(ledger, fab, "robot", {Scope.READ}, timedelta(days=1), caller=boss)
    tokens.revoke(ledger, made.id)

    found = [(one.actor, one.ref) for one in read(ledger, OPERATOR, act="account")][::-1]
    assert found == [
        (fab, f"invite anna as logger of {fab} by boss"),
        (fab, "accept anna as logger by the link"),
        ("cli", f"shut out anna of {fab}"),
        (fab, f"sign out anna of {fab} by boss"),
        (fab, f"issue token {made.id} (robot) for read to {fab} by boss"),
        ("cli", f"revoke token {made.id}"),
    ]
    assert () == [*audit(ledger)][-1].problems


def test_what_is_not_done_to_an_account_leaves_no_line(ledger):
    stranger = Caller(party("shop"), ADMIN, "eve")
    with pytest.raises(Forbidden):
        users.invite(ledger, stranger, "anna", party("fab"), users.UserRole.LOGGER)
    with pytest.raises(NotFound):
        tokens.revoke(ledger, "0" * 16, stranger)

    assert [] == read(ledger, OPERATOR, act="account")
