"""What is judged is the same wherever it is told: before signing and after, here and offline."""

import pytest

from ledger.finding import Code
from ledger.note import parse_vkey
from ledger.service import judgements
from ledger.service.audit import audit
from ledger.service.bundling import make_bundle
from ledger.service.capture import capture
from ledger.service.query import check, dossier
from ledger.verify import verify_bundle
from ledger.view import Reader
from schemas.envelope import encode_submission
from schemas.statement import Role
from tests.world import CHIPS, World, party

HONG_KONG = {"latitude": 22.31, "longitude": 113.92, "accuracyM": 500, "countryCode": "HK"}
SAN_JOSE = {"latitude": 37.36, "longitude": -121.93, "accuracyM": 500, "countryCode": "US"}


@pytest.fixture
def world(tmp_path, url):
    made = World(tmp_path, url=url)
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.enroll("shop")
    return made


def somewhere(world, who, items, place):
    body = {"chiptrail:location": place}
    lists = {"epcList": items}
    return encode_submission(
        world.submission(who, "ObjectEvent", lists, action="OBSERVE", bizStep="storing", **body)
    )


def judged(findings):
    return [(one.code, one.message, one.index, one.cites) for one in findings if "/" in one.code]


def send(world, data, **more):
    return judged(capture(world.ledger, [data], actor="test", **more)[0].findings)


def test_six_ways_of_asking_give_the_same_findings(world):
    chips = world.chips(1)
    world.commission("fab", chips, **{"chiptrail:location": HONG_KONG})
    data = somewhere(world, "fab", chips, SAN_JOSE)
    tried, told = send(world, data, dry_run=True), send(world, data)
    as_of, reader = world.now, Reader(party("fab"))
    (line,) = check(world.ledger, chips, as_of=as_of, reader=reader).lines
    bundle = make_bundle(world.ledger, chips, as_of=as_of, reader=reader)
    proved = verify_bundle(bundle, parse_vkey(world.ledger.vkey), world.ledger.atlas)

    assert [Code.IMPOSSIBLE_TRAVEL] == [code for code, *_ in told]
    assert tried == told
    assert judged(dossier(world.ledger, chips[0], as_of=as_of, reader=reader).findings) == told
    assert judged(line.findings) == told
    assert judged(proved.subjects[0].findings) == told
    assert () == [*audit(world.ledger)][-1].problems


def test_what_a_stranger_signs_judges_nothing_of_what_it_does_not_see(world):
    chips = world.chips(1)
    world.commission("fab", chips, **{"chiptrail:location": HONG_KONG})

    tried = send(world, somewhere(world, "shop", chips, SAN_JOSE), dry_run=True)
    of_nothing = send(world, somewhere(world, "shop", ["urn:a:1"], SAN_JOSE), dry_run=True)
    assert [one[:1] for one in of_nothing] == [one[:1] for one in tried]


def test_of_a_long_list_the_first_are_judged(world, monkeypatch):
    monkeypatch.setattr(judgements, "OF_ENTRY", 2)
    chips = world.chips(3)
    world.commission("fab", chips, **{"chiptrail:location": HONG_KONG})
    (receipt,) = capture(world.ledger, [somewhere(world, "fab", chips, SAN_JOSE)], actor="test")

    assert [sorted(chips)[:2]] == [sorted(one.items) for one in receipt.findings]
