"""What would come of entries that nobody has signed yet; and that nothing comes of them."""

import dataclasses

import pytest

from ledger.admission import UNSIGNED
from ledger.admission import rehearse as admit_unsigned
from ledger.finding import Code
from ledger.service.admitting import gate_of
from ledger.service.capture import Receipt
from ledger.service.rehearsal import rehearse
from ledger.service.sequencer import sequencing
from schemas.envelope import encode_submission
from schemas.errors import ForeignParty, IntegrityError, UnknownKey
from schemas.statement import Role
from tests.openings import opened
from tests.world import CHIPS, party

CHIP = f"{CHIPS}1"


def begin(world):
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("shop")


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, url=url)


def unsigned(world, who, keyid=None):
    """A declaration of *who* about the chip, with nothing in the place of its signature."""
    made = world.submission(
        who, "ObjectEvent", {"epcList": [CHIP]}, action="OBSERVE", bizStep="storing"
    )
    envelope = dataclasses.replace(made.envelope, signature=UNSIGNED)
    if keyid is not None:
        envelope = dataclasses.replace(envelope, keyid=keyid)
    return encode_submission(dataclasses.replace(made, envelope=envelope))


def rehearsed(world, who, *submissions):
    return rehearse(world.ledger, submissions, actor=party(who), party=party(who))


def test_it_tells_what_would_be_found_and_records_nothing(world):
    size = world.ledger.head.size
    (outcome,) = rehearsed(world, "fab", unsigned(world, "fab"))

    assert isinstance(outcome, Receipt)
    assert [Code.UNCONFIRMED] == [one.code for one in outcome.findings]
    assert size == world.ledger.head.size
    world.check()


def test_a_party_rehearses_its_own_acts_only(world):
    (outcome,) = rehearsed(world, "fab", unsigned(world, "shop"))

    assert isinstance(outcome, ForeignParty)


def test_the_key_that_is_to_sign_has_to_be_enrolled(world):
    (outcome,) = rehearsed(world, "fab", unsigned(world, "fab", keyid="0" * 64))

    assert isinstance(outcome, UnknownKey)


def test_what_is_not_signed_is_never_recorded(world):
    """Were it to come into a batch that is signed, nothing of that batch would be."""
    ledger = world.ledger
    admitted = admit_unsigned(unsigned(world, "fab"), gate_of(ledger, ledger.registry, None))
    key = ledger.registry.keys[admitted.keyid].index
    with (
        pytest.raises(IntegrityError, match="not signed"),
        sequencing(ledger, actor="test", act="test") as batch,
    ):
        batch.append(admitted, key)

    assert ledger.stopped is not None
