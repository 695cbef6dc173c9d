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
from schemas.envelope import Submission, encode_submission
from schemas.statement import CountryFact, Role, Subject
from tests.openings import opened
from tests.world import CHIPS, party

HONG_KONG = {"latitude": 22.31, "longitude": 113.92, "accuracyM": 500, "countryCode": "HK"}
SAN_JOSE = {"latitude": 37.36, "longitude": -121.93, "accuracyM": 500, "countryCode": "US"}


def begin(made):
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.enroll("shop")


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, url=url)


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


def ways(world, item, who):
    """What *who* is told of *item* by a dossier, a check and a bundle; an audit finds nothing."""
    as_of, reader = world.now, Reader(party(who))
    (line,) = check(world.ledger, [item], as_of=as_of, reader=reader).lines
    bundle = make_bundle(world.ledger, [item], as_of=as_of, reader=reader, disclose=True)
    proved = verify_bundle(bundle, parse_vkey(world.ledger.vkey), world.ledger.atlas)
    assert () == [*audit(world.ledger)][-1].problems
    return (
        judged(dossier(world.ledger, item, as_of=as_of, reader=reader).findings),
        judged(line.findings),
        judged(proved.subjects[0].findings),
    )


def test_six_ways_of_asking_give_the_same_findings(world):
    chips = world.chips(1)
    world.commission("fab", chips, **{"chiptrail:location": HONG_KONG})
    data = somewhere(world, "fab", chips, SAN_JOSE)
    tried, told = send(world, data, dry_run=True), send(world, data)

    assert [Code.IMPOSSIBLE_TRAVEL] == [code for code, *_ in told]
    assert (tried, *ways(world, chips[0], "fab")) == (told,) * 4


UNDER = {"chiptrail:authorisations": [{"regime": "EAR", "kind": "licence", "number": "D1"}]}
NUMBERS = "chiptrail:identities"


def seat_of_a_shell(world, name):
    """*name* sits in Singapore, its ultimate parent in China."""
    here, there = (CountryFact(code, "register", world.now.date()) for code in ("SG", "CN"))
    world.clerk.enroll_party(
        Subject(party(name), (name.title(),), (), country=here, ultimate_parent_country=there)
    )


def shipped(world, chips, **more):
    ends = [{"type": "possessing_party", "destination": party("shop")}]
    body = {"action": "OBSERVE", "bizStep": "shipping", "disposition": "in_transit"}
    return world.submission(
        "fab", "ObjectEvent", {"epcList": chips}, **body, destinationList=ends, **more
    )


def without_licence(world, chips):
    return shipped(world, chips)


def under_an_expired_licence(world, chips):
    world.licence("fab", "D1", days=0.0001)
    world.advance(days=1)
    return shipped(world, chips, **UNDER)


def to_a_place_under_restriction(world, chips):
    here = CountryFact("CN", "register", world.now.date())
    world.clerk.enroll_party(Subject(party("shop"), ("Shop",), (), country=here))
    return shipped(world, chips, **{"chiptrail:authorisations": [{"regime": "EAR", "kind": "nlr"}]})


def with_another_number(world, chips):
    read = {NUMBERS: [{"item": chips[0], "uuid": "GPU-2"}]}
    return world.submission(
        "fab", "ObjectEvent", {"epcList": chips}, action="OBSERVE", bizStep="inspecting", **read
    )


def elsewhere_and_withheld(world, chips):
    told = {"chiptrail:location": SAN_JOSE, "withheld": ["chiptrail:location"]}
    return world.submission(
        "fab", "ObjectEvent", {"epcList": chips}, action="OBSERVE", bizStep="storing", **told
    )


def elsewhere_and_undisclosed(world, chips):
    sent = elsewhere_and_withheld(world, chips)
    return Submission(sent.envelope, sent.lists, ())


@pytest.mark.parametrize(
    ("sign", "wanted"),
    [
        (without_licence, {Code.LICENCE_NONE, Code.RESTRICTED_HEADQUARTERS}),
        (
            under_an_expired_licence,
            {Code.LICENCE_EXPIRED, Code.LICENCE_UNATTESTED},
        ),
        (to_a_place_under_restriction, {Code.DESTINATION_RESTRICTED}),
        (with_another_number, {Code.IDENTITY_MISMATCH}),
        (elsewhere_and_withheld, {Code.IMPOSSIBLE_TRAVEL}),
        (elsewhere_and_undisclosed, {Code.WITHHELD}),
    ],
)
def test_they_do_of_licences_parties_numbers_and_what_is_withheld(world, sign, wanted):
    seat_of_a_shell(world, "shop")
    chips = world.chips(1)
    numbers = {NUMBERS: [{"item": chips[0], "uuid": "GPU-1"}]}
    made = {"ilmd": {"chiptrail:eccn": "3A090.a"}, "chiptrail:location": HONG_KONG}
    world.commission("fab", chips, **numbers, **made)
    data = encode_submission(sign(world, chips))
    tried, told = send(world, data, dry_run=True), send(world, data)

    assert wanted == {code for code, *_ in told}
    assert (tried, *ways(world, chips[0], "fab")) == (told,) * 4


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
