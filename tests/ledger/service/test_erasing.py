"""Erasure: what was disclosed is gone for every reader, and that it was erased is not."""

import pytest

from ledger import disclosure
from ledger.note import parse_vkey
from ledger.service.audit import AuditReport, audit
from ledger.service.bundling import make_bundle
from ledger.service.capture import capture
from ledger.service.query import dossier
from ledger.store import log
from ledger.verify import verify_bundle
from ledger.view import Reader
from schemas.envelope import Submission, encode_submission
from schemas.statement import Erasure, Role
from tests.openings import opened
from tests.world import CHIPS, party

CANARY = "canary-4711"
FIELDS = {
    "chiptrail:customs": {"seals": [CANARY]},
    "bizLocation": {"id": f"urn:place:{CANARY}"},
}


def begin(made):
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.enroll("shop")


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, url=url)


@pytest.fixture
def sent(world):
    """An event with two withheld fields, both disclosed; not captured yet."""
    lists = {"epcList": world.chips(1)}
    body = {"action": "ADD", "bizStep": "commissioning", "withheld": list(FIELDS)}
    return world.submission("fab", "ObjectEvent", lists, **body, **FIELDS)


@pytest.fixture
def recorded(world, sent):
    return world.capture(sent)


def readable(world, index):
    """What the ledger still has of the event's disclosures, by name."""
    with world.ledger.database.reading() as connection:
        bodies = [body for _, _, body in log.load_disclosures(connection, [index])]
    return {disclosure.parse_disclosure(body).name for body in bodies if body is not None}


def problems(world):
    *_, report = audit(world.ledger)
    assert isinstance(report, AuditReport)
    return report.problems


def erasures(world):
    (step,) = dossier(world.ledger, world.chips(1)[0]).steps
    return [(erased.name, erased.index) for erased in step.erased]


@pytest.mark.parametrize("who", ["fab", "registrar"])
def test_the_signer_and_the_registrar_erase(world, recorded, who):
    erasure = world.erase(who, recorded, "bizLocation")

    assert readable(world, recorded.index) == {"chiptrail:customs"}
    assert erasures(world) == [("bizLocation", erasure.index)]
    assert problems(world) == ()


def test_anybody_elses_erasure_is_recorded_and_erases_nothing(world, recorded):
    erasure = world.erase("shop", recorded)

    assert erasure.created
    assert readable(world, recorded.index) == set(FIELDS)
    assert (erasures(world), problems(world)) == ([], ())


def test_what_was_erased_is_in_no_bundle(world, sent, recorded):
    before = make_bundle(world.ledger, world.chips(1), disclose=True)
    world.erase("fab", recorded)
    after = make_bundle(world.ledger, world.chips(1), disclose=True)

    bodies = [body.encode() for body in sent.disclosures]
    assert [body in before for body in bodies] == [True, True]
    assert [body in after for body in bodies] == [False, False]


def test_an_erased_disclosure_does_not_come_back(world, sent, recorded):
    world.erase("fab", recorded)
    again = world.capture(sent)

    assert (again.created, readable(world, recorded.index)) == (False, set())
    assert problems(world) == ()


def test_what_was_never_sent_before_is_not_kept_after_its_erasure(world, sent):
    bare = Submission(sent.envelope, sent.lists, ())
    recorded = world.capture(bare)
    world.erase("fab", recorded)
    world.capture(sent)

    assert (readable(world, recorded.index), problems(world)) == (set(), ())


def test_an_event_and_its_erasure_in_one_batch(world, sent):
    first = world.capture(Submission(sent.envelope, sent.lists, ()))
    digests = tuple(map(disclosure.digest_of, sent.disclosures))
    erasure = world.statement("fab", Erasure, entry=first.identity, digests=digests, reason="r")
    batch = [encode_submission(one) for one in (sent, erasure, sent)]
    capture(world.ledger, batch, actor="test")

    assert (readable(world, first.index), problems(world)) == (set(), ())


def test_a_dry_run_erases_nothing(world, recorded, sent):
    digests = tuple(map(disclosure.digest_of, sent.disclosures))
    said = {"entry": recorded.identity, "digests": digests, "reason": "r"}
    erasure = encode_submission(world.statement("fab", Erasure, **said))
    capture(world.ledger, [erasure], actor="test", dry_run=True)

    assert readable(world, recorded.index) == set(FIELDS)


def test_a_body_that_is_there_after_its_erasure_is_damage(world, sent):
    recorded = world.capture(Submission(sent.envelope, sent.lists, ()))
    erasure = world.erase("fab", recorded)
    rows = [(recorded.index, disclosure.digest_of(body), body) for body in sent.disclosures]
    with world.ledger.database.writing() as connection:
        log.insert_disclosures(connection, rows)

    said = f"it has a body that entry {erasure.index} erased"
    assert problems(world) == (f"disclosure of entry {recorded.index}: {said}",)


def told(world, **more):
    """What was erased of each step, as who verifies a bundle is told."""
    data = make_bundle(world.ledger, world.chips(1), **more)
    verified = verify_bundle(data, parse_vkey(world.ledger.vkey), world.ledger.atlas)
    return [(e.name, e.index) for step in verified.subjects[0].steps for e in step.erased]


def test_a_bundle_shows_by_which_entry_it_was_erased(world, recorded):
    before = told(world, disclose=True)
    erasure = world.erase("registrar", recorded, "bizLocation")
    world.erase("shop", recorded)

    assert ([], [("bizLocation", erasure.index)]) == (before, told(world, disclose=True))


def test_so_does_that_of_whose_part_had_ended_before(world, recorded):
    """As in its dossier: what is not of the item itself is of today."""
    world.ship("fab", world.chips(1), to="shop")
    world.receive("shop", world.chips(1))
    erasure = world.erase("fab", recorded, "bizLocation")

    assert [("bizLocation", erasure.index)] == told(world, reader=Reader(party("fab")))
