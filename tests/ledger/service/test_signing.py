"""Signing for a ledger at hand, or away from it."""

import uuid
from datetime import UTC, datetime

import pytest

from ledger.keys import KeyFile, private_key
from ledger.service.capture import Receipt, capture
from ledger.service.signing import event_id, sign, signer_after, signer_at
from schemas import short_form
from schemas.envelope import encode_submission
from schemas.errors import MalformedNote, RevokedKey, UnknownKey
from schemas.statement import Role
from tests.openings import opened
from tests.world import CHIPS, party


def begin(made):
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, checking=False, url=url)


def test_what_is_signed_at_the_ledger_is_captured(world):
    signer = signer_at(world.ledger, KeyFile("any name", world.key("fab")))
    submission = sign(short_form.commission(world.chips(3)), signer, world.now)
    (outcome,) = capture(world.ledger, [encode_submission(submission)], actor="test")

    assert signer.party == party("fab")
    assert isinstance(outcome, Receipt)


def test_what_is_signed_far_away_is_captured(world):
    note = world.directory.checkpoint.read_bytes()
    signer = signer_after(note, KeyFile(party("fab"), world.key("fab")))
    submission = sign(short_form.commission(world.chips(1)), signer, world.now)
    (outcome,) = capture(world.ledger, [encode_submission(submission)], actor="test")

    assert isinstance(outcome, Receipt)


def test_a_key_that_is_not_enrolled_signs_nothing_here(world):
    with pytest.raises(UnknownKey):
        signer_at(world.ledger, KeyFile(party("fab"), private_key(bytes(32))))


def test_a_revoked_key_signs_nothing_here(world):
    world.revoke("fab")
    with pytest.raises(RevokedKey):
        signer_at(world.ledger, KeyFile(party("fab"), world.key("fab")))


@pytest.mark.parametrize("note", [b"", b"\xff", b"example.com\n5\n"])
def test_what_is_no_checkpoint_names_no_ledger(note):
    with pytest.raises(MalformedNote):
        signer_after(note, KeyFile(party("fab"), private_key(bytes(32))))


def test_an_event_id_is_a_uuid_of_version_7_with_its_time():
    now = datetime(2026, 3, 3, 9, 12, 0, 123456, UTC)
    made = uuid.UUID(event_id(now))

    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == 1772529120123


def test_event_ids_use_all_their_random_bits():
    now = datetime(2026, 3, 3, tzinfo=UTC)
    ones, zeros = (
        uuid.UUID(event_id(now, lambda size, b=byte: b * size)) for byte in (b"\xff", b"\0")
    )

    assert (ones.int ^ zeros.int).bit_count() == 74
