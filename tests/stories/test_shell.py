"""The shell consignee: a company in Singapore whose ultimate parent is elsewhere.

Magpie is enrolled with its seat in Singapore, where Kestrel is too: no border is crossed. Later the
registrar learns who owns it. By then it has chips already, and was offered others where they stand.
"""

from datetime import UTC, date, datetime

import pytest

from schemas.statement import CountryFact, Role, Subject
from tests.stories.telling import findings, page, verdict
from tests.world import party

READ = "commercial register", date(2026, 6, 20)


@pytest.fixture
def chips(world):
    world.now = datetime(2026, 6, 15, tzinfo=UTC)
    chips = world.chips(2)
    world.commission("hsinlin", chips, ilmd={"chiptrail:eccn": "3A090.a"})
    world.ship("hsinlin", chips, to="kestrel")
    world.receive("kestrel", chips)
    enroll(world, "kestrel", "SG")
    enroll(world, "magpie", "SG")
    return chips


def enroll(world, name, country, parent=None):
    seat, owner = (None if code is None else CountryFact(code, *READ) for code in (country, parent))
    roles = (Role.DISTRIBUTOR,)
    world.clerk.enroll_party(
        Subject(party(name), (name.title(),), roles, country=seat, ultimate_parent_country=owner)
    )


RESTRICTED = {
    "party/restricted-headquarters": "contraindicated, open",
    "licence/none": "warning, open",
}


def test_whose_parent_is_restricted_needs_a_licence_within_one_country_too(world, chips):
    world.ship("kestrel", chips[:1], to="magpie")
    before = verdict(world, chips[0])
    enroll(world, "magpie", "SG", parent="CN")

    assert ("clear", "stop") == (before, verdict(world, chips[0]))
    assert RESTRICTED == findings(world, chips[0])
    assert "ultimate parent of Magpie is in CN (commercial register, 2026-06-20)" in " ".join(
        page(world, chips[0]).split()
    )


def test_what_is_offered_to_it_where_it_stands_is_judged_too(world, chips):
    enroll(world, "magpie", "SG", parent="CN")
    world.transfer("kestrel", chips[1:], owner="magpie")

    assert RESTRICTED == findings(world, chips[1])


def test_a_licence_for_it_settles_that(world, chips):
    enroll(world, "magpie", "SG", parent="CN")
    world.licence("straits", "D1", holder=party("kestrel"), consignees=(party("magpie"),))
    under = [{"regime": "EAR", "kind": "licence", "number": "D1"}]
    world.ship("kestrel", chips[:1], to="magpie", **{"chiptrail:authorisations": under})

    assert {} == findings(world, chips[0])


def test_an_inspector_settles_it(world, chips):
    enroll(world, "magpie", "SG", parent="CN")
    shipped = world.ship("kestrel", chips[:1], to="magpie")
    for code in RESTRICTED:
        world.resolve("straits", shipped, code, why="seen: the register is wrong")

    assert "clear" == verdict(world, chips[0])
