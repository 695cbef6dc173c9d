"""Taking an entry back: what is signed, and what was meant in its place."""

from datetime import UTC, datetime

import pytest

from ledger import dsse, keys
from ledger.compose import Signer, compose
from ledger.retraction import Error, plain_event, retract
from schemas.envelope import PayloadType
from schemas.errors import MalformedEvent
from schemas.event import parse_event
from schemas.strict_json import load_object

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PARTY = "urn:chiptrail:party:fab"
CHIPS = [f"urn:chiptrail:chip:acme:x1:A{number}" for number in range(3)]
DRAFT = {
    "type": "ObjectEvent", "action": "OBSERVE", "bizStep": "shipping", "epcList": CHIPS,
    "destinationList": [
        {"type": "possessing_party", "destination": "urn:chiptrail:party:shop"},
        {"type": "owning_party", "destination": "urn:chiptrail:party:bank"},
    ],
    "chiptrail:customs": {"itn": "X20260302000001"},
}  # fmt: skip


@pytest.fixture
def signer():
    key = keys.private_key(bytes(range(32)))
    fresh = iter(range(1, 1000))
    return Signer(PARTY, "ledger.example/x", "a note", lambda n: bytes([next(fresh)] * n), key)


@pytest.fixture
def signed(signer):
    """Withholds the new owner and, as always, the customs facts."""
    return compose(DRAFT, signer, "urn:uuid:1", AT, ["destinationList"])


def test_a_correction_is_the_same_event_again(signer, signed):
    payload = signed.envelope.payload
    found = retract(payload, signed.lists, signer, Error(AT, "incorrect_data", ("urn:uuid:2",)))
    body = load_object(found.payload)
    error = parse_event(found.payload).error

    assert load_object(payload) == {k: v for k, v in body.items() if k != "errorDeclaration"}
    assert dsse.identity_of(PayloadType.EVENT, payload) == error.corrects
    assert (("urn:uuid:2",), "incorrect_data") == (error.corrective_ids, error.reason)
    assert signed.lists == found.lists


def test_it_has_a_nonce_of_its_own(signer, signed):
    twice = [
        retract(signed.envelope.payload, signed.lists, signer, Error(AT, "did_not_occur"))
        for _ in range(2)
    ]

    assert twice[0].payload != twice[1].payload


def test_a_correction_is_not_corrected(signer, signed):
    error = Error(AT, "did_not_occur")
    once = retract(signed.envelope.payload, signed.lists, signer, error)

    with pytest.raises(MalformedEvent, match="declares an error itself"):
        retract(once.payload, signed.lists, signer, error)


def test_only_the_signer_takes_an_entry_back(signer, signed):
    other = Signer("urn:chiptrail:party:shop", "ledger.example/x", "a note", bytes, signer.key)

    with pytest.raises(MalformedEvent, match="only its signer"):
        retract(signed.envelope.payload, signed.lists, other, Error(AT, "did_not_occur"))


def test_what_was_meant_starts_from_the_plain_event(signed):
    plain = plain_event(signed.envelope.payload, signed.lists, signed.disclosures)
    said = {name: plain.event[name] for name in DRAFT}

    assert DRAFT == said
    assert {"chiptrail:customs", "destinationList"} == set(plain.withheld)
    assert "eventID" not in plain.event


def test_what_was_withheld_has_to_be_known(signed):
    with pytest.raises(MalformedEvent, match="which the ledger does not know"):
        plain_event(signed.envelope.payload, signed.lists, signed.disclosures[:1])
