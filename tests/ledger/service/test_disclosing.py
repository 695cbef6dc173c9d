"""Who is shown what was withheld: the parties of the item, inspectors, auditors, grantees."""

from dataclasses import replace

import pytest

from ledger.note import parse_vkey
from ledger.service.bundling import make_bundle
from ledger.service.query import dossier
from ledger.verify import verify_bundle
from ledger.view import OPERATOR, Reader
from schemas.envelope import Submission
from schemas.errors import NotFound, Refusal
from schemas.statement import Role
from tests.openings import opened
from tests.world import CHIPS, party

PRICE = {"chiptrail:customs": {"value": 31_000, "currency": "USD"}}
PLACE = {"readPoint": {"id": "urn:place:hall-7"}}
FIELDS = [*PRICE, *PLACE]


def begin(made):
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    for name in ("shop", "carrier", "hall", "bank", "spy"):
        made.enroll(name)
    made.enroll("customs", Role.INSPECTOR)
    made.enroll("kpmg", Role.AUDITOR)
    made.commission("fab", made.chips(1))
    made.ship("fab", made.chips(1), to="shop")
    made.receive("shop", made.chips(1))


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, checking=False, url=url)


@pytest.fixture
def sent(world):
    """The shop's shipment to the hall, with what is withheld of it beside it."""
    ends = [{"type": "possessing_party", "destination": party("hall")}]
    body = {"action": "OBSERVE", "bizStep": "shipping", "disposition": "in_transit"}
    more = {"destinationList": ends, "chiptrail:via": [party("carrier")], "withheld": FIELDS}
    lists = {"epcList": world.chips(1)}
    return world.submission("shop", "ObjectEvent", lists, **body, **more, **PRICE, **PLACE)


def reader(world, name):
    if name is None:
        return OPERATOR
    return Reader(party(name), world.ledger.registry.parties[party(name)].roles)


def told(world, name, index):
    """The withheld fields of entry *index* that *name* reads in the dossier, and those it lacks."""
    steps = dossier(world.ledger, world.chips(1)[0], reader=reader(world, name)).steps
    for step in steps:
        if step.index == index:
            return [one for one in FIELDS if one in step.event.body], [*step.withheld]
    return None


def shown(world, name, index):
    """The same in a bundle made for *name*, as who verifies it reads it."""
    try:
        data = make_bundle(world.ledger, world.chips(1), reader=reader(world, name), disclose=True)
    except NotFound:
        return None
    entries = verify_bundle(data, parse_vkey(world.ledger.vkey), world.ledger.atlas).entries
    found = [one for one in entries if one.index == index]
    if not found:
        return None
    return [one for one in FIELDS if one in found[0].disclosed], sorted(found[0].withheld)


READERS = {
    "whoever runs the ledger": (None, True),
    "its signer": ("shop", True),
    "whom it was sent to": ("hall", True),
    "who carries it": ("carrier", True),
    "an inspector": ("customs", True),
    "an auditor": ("kpmg", True),
    "a grantee": ("bank", True),
    "whose part had ended": ("fab", False),
    "a stranger": ("spy", False),
}


@pytest.mark.parametrize(("name", "sees"), READERS.values(), ids=READERS)
def test_who_sees_the_entry_sees_what_was_disclosed_of_it(world, sent, name, sees):
    shipped = world.capture(sent)
    world.grant("shop", world.chips(1), to="bank")

    expected = (FIELDS, []) if sees else None
    assert expected == told(world, name, shipped.index)
    assert expected == shown(world, name, shipped.index)


def test_captured_without_disclosures_only_the_digests_are_known(world, sent):
    shipped = world.capture(replace(sent, disclosures=()))

    assert ([], sorted(FIELDS)) == told(world, "hall", shipped.index)
    assert ([], sorted(FIELDS)) == shown(world, "hall", shipped.index)


def test_sent_again_missing_ones_are_added_and_the_receipt_is_the_same(world, sent):
    first = world.capture(replace(sent, disclosures=sent.disclosures[:1]))
    partly = told(world, "hall", first.index)
    again = [world.capture(sent) for _ in range(2)]

    assert (FIELDS[:1], FIELDS[1:]) == partly
    assert (FIELDS, []) == told(world, "hall", first.index)
    same = {(one.index, one.identity, one.recorded_at, one.created) for one in again}
    assert {(first.index, first.identity, first.recorded_at, False)} == same


def test_anybody_who_has_them_may_send_them(world, sent):
    """What was signed is shown by its digest, whoever brings it: the carrier was handed a copy."""
    shipped = world.capture(Submission(sent.envelope, sent.lists, ()))
    world.capture(sent)

    assert (FIELDS, []) == told(world, "carrier", shipped.index)


def test_one_bad_disclosure_and_nothing_of_the_submission_counts(world, sent):
    shipped = world.capture(replace(sent, disclosures=()))
    bad = sent.disclosures[1][:-4] + "AAAA"
    with pytest.raises(Refusal):
        world.capture(replace(sent, disclosures=(sent.disclosures[0], bad)))

    assert ([], sorted(FIELDS)) == told(world, "hall", shipped.index)


def test_who_holds_it_later_sees_the_whole_story_disclosures_included(world, sent):
    shipped = world.capture(sent)
    world.receive("hall", world.chips(1))
    world.ship("hall", world.chips(1), to="bank")
    world.receive("bank", world.chips(1))

    assert (FIELDS, []) == told(world, "bank", shipped.index) == told(world, "shop", shipped.index)
