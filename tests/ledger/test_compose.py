"""Signing a draft: what is filled in, committed and withheld, and what is refused unsigned."""

import json
from datetime import datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import dsse
from ledger.compose import PAYLOAD_LIMIT, Signer, compose, compose_statement
from ledger.disclosure import open_disclosures, open_items
from ledger.keys import private_key
from schemas import short_form
from schemas.envelope import ItemList
from schemas.errors import ItemsMismatch, MalformedEvent, MalformedStatement, TooLarge
from schemas.event import CommittedItems, OpenItems, parse_event
from schemas.short_form import Details

ACME, BETA = "urn:chiptrail:party:acme", "urn:chiptrail:party:beta"
CHIP = "https://id.gs1.org/01/00614141123452/21/A1"
CHIPS = tuple(f"https://id.gs1.org/01/00614141123452/21/A{number}" for number in range(3))
EVENT_ID = "urn:uuid:019b0c6e-5a00-7000-8000-000000000001"
NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, timezone(timedelta(hours=8)))
KEY = private_key(bytes(range(32)))


def signer():
    """A signer whose dice are a count, so that every test knows what was thrown."""
    thrown = iter(range(1, 99))
    return Signer(
        ACME,
        "example.com/ledger",
        "note\n",
        lambda size: sha256(bytes([next(thrown)])).digest()[:size],
        KEY,
    )


def signed(draft, withheld=()):
    submission = compose(draft, signer(), EVENT_ID, NOW, withheld)
    return submission, parse_event(dsse.verify(submission.envelope, KEY.public).payload)


def plain(**members):
    """A shipment as a partner's system would write it."""
    return {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": "shipping",
        "epcList": ["urn:epc:id:sgtin:0614141.012345.A1"],
        **members,
    }


# What is filled in


def test_what_a_payload_needs_is_filled_in():
    body = dict(signed(plain())[1].body)

    expected = {
        **plain(),
        "@context": [
            "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            {"chiptrail": "urn:chiptrail:ns:1:"},
        ],
        "eventID": EVENT_ID,
        "eventTime": "2026-01-01T19:04:05.678Z",
        "eventTimeZoneOffset": "+08:00",
        "chiptrail:ledger": "example.com/ledger",
        "chiptrail:party": ACME,
        "chiptrail:nonce": "S_USLzRFVMU73i67jNK34w",
        "chiptrail:after": "note\n",
    }
    assert body == expected


def test_the_draft_is_left_as_it_was():
    draft = plain(epcList=list(CHIPS), readPoint=POINT)
    before = json.dumps(draft)
    compose(draft, signer(), EVENT_ID, NOW, ["readPoint"])

    assert json.dumps(draft) == before


@pytest.mark.parametrize(
    ("time", "offset"),
    [
        ("2025-06-01T10:00:00Z", "+00:00"),
        ("2025-06-01T10:00:00.5-07:00", "-07:00"),
        ("2025-06-01t10:00:00z", "+00:00"),
    ],
)
def test_an_event_keeps_its_time_and_gets_its_offset(time, offset):
    body = signed(plain(eventTime=time))[1].body

    assert (body["eventTime"], body["eventTimeZoneOffset"]) == (time, offset)


def test_an_event_keeps_its_own_id_and_offset():
    draft = plain(eventID="ni:///sha-256;aa?ver=CBV2.0", eventTimeZoneOffset="-03:30")
    body = signed(draft)[1].body

    assert (body["eventID"], body["eventTimeZoneOffset"]) == (draft["eventID"], "-03:30")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://ref.gs1.org/standards/epcis/epcis-context.jsonld", ["given", "ours"]),
        (["https://example.com/c.jsonld"], ["gs1", "https://example.com/c.jsonld", "ours"]),
        ({"chiptrail": "urn:chiptrail:ns:1:", "ex": "https://example.com/"}, ["gs1", "given"]),
    ],
)
def test_a_context_is_completed(given, expected):
    ours = {"chiptrail": "urn:chiptrail:ns:1:"}
    gs1 = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
    body = signed(plain(**{"@context": given}))[1].body
    names = {"given": given, "ours": ours, "gs1": gs1}

    assert body["@context"] == [names.get(part, part) for part in expected]


def test_a_payload_signed_before_gets_a_nonce_and_head_of_its_own():
    once = dict(signed(plain())[1].body)
    again = signed(once | {"chiptrail:nonce": "A" * 22, "chiptrail:after": "old\n"})[1]

    assert (again.nonce, again.after) == (once["chiptrail:nonce"], "note\n")


def test_a_correction_keeps_its_nonce_and_gets_another_inside():
    error = {"declarationTime": "2026-01-02T00:00:00Z", "chiptrail:corrects": "ab" * 32}
    draft = dict(signed(plain())[1].body) | {"chiptrail:nonce": "A" * 22, "errorDeclaration": error}
    event = signed(draft)[1]

    assert (event.nonce, event.error.nonce, event.error.after) == (
        "A" * 22,
        "S_USLzRFVMU73i67jNK34w",
        "note\n",
    )


# Lists


def test_a_list_of_two_or_more_is_committed():
    submission, event = signed(plain(epcList=["urn:epc:id:sgtin:0614141.012345.A0", *CHIPS[1:]]))
    opened = open_items(event.lists, submission.lists)

    assert (type(event.lists["epcList"]), opened) == (CommittedItems, {"epcList": CHIPS})


def test_a_list_of_one_stays_open():
    submission, event = signed(plain())

    assert (event.lists, submission.lists) == ({"epcList": OpenItems((CHIP,))}, {})


def test_every_list_has_a_seed_of_its_own():
    draft = {"type": "TransformationEvent", "inputEPCList": CHIPS[:2], "outputEPCList": CHIPS[1:]}
    submission, _ = signed({name: list(v) if name != "type" else v for name, v in draft.items()})
    seeds = [given.seed for given in submission.lists.values()]

    assert (len(set(seeds)), {len(seed) for seed in seeds}) == (2, {32})


def test_no_serial_of_a_committed_list_stands_in_the_payload():
    submission, _ = signed(plain(epcList=list(CHIPS)))

    assert b"00614141123452" not in submission.envelope.payload


@given(st.sets(st.integers(0, 99), min_size=2, max_size=9))
def test_any_list_opens_again(numbers):
    ids = tuple(f"https://id.gs1.org/01/00614141123452/21/{number}" for number in numbers)
    submission, event = signed(short_form.commission(ids))

    assert open_items(event.lists, submission.lists) == {"epcList": ids}


# Withheld fields

CUSTOMS = {"packages": 3, "origin": "TW"}
POINT = {"id": "geo:22.3,114.1"}
LOCATION = {"latitude": 22.3, "longitude": 114.1, "accuracyM": 50}
SITE = {"id": "https://id.gs1.org/414/0614141123452"}
TO = [
    {"type": "possessing_party", "destination": BETA},
    {"type": "https://ref.gs1.org/cbv/SDT-possessing_party", "destination": BETA},
    {"type": "urn:chiptrail:sdt:end_user", "destination": "urn:chiptrail:party:gamma"},
]


def opened(draft, withheld=()):
    """The disclosed fields, and the names that still stand open."""
    submission, event = signed(draft, withheld)
    return open_disclosures(event.commitments, submission.disclosures), event.body.keys()


def test_customs_facts_are_withheld_without_asking():
    shown, names = opened(plain(**{"chiptrail:customs": CUSTOMS}))

    assert (shown, "chiptrail:customs" in names) == ({"chiptrail:customs": CUSTOMS}, False)


def test_a_place_is_withheld_by_name():
    shown, names = opened(plain(readPoint=POINT, bizLocation=SITE), ["readPoint"])

    assert (shown, {"readPoint", "bizLocation"} & names) == ({"readPoint": POINT}, {"bizLocation"})


@pytest.mark.parametrize("name", ["chiptrail:location", "readPoint"])
def test_with_the_location_goes_all_that_tells_it(name):
    draft = plain(**{"chiptrail:location": LOCATION}, readPoint=POINT, bizLocation=SITE)
    shown, names = opened(draft, [name])

    expected = {"chiptrail:location": LOCATION, "readPoint": POINT, "bizLocation": SITE}
    assert (shown, expected.keys() & names) == (expected, set())


def test_of_the_destinations_the_possessing_parties_stay():
    submission, event = signed(plain(destinationList=TO), ["destinationList"])
    shown = open_disclosures(event.commitments, submission.disclosures)

    assert (event.body["destinationList"], shown) == (TO[:2], {"destinationList": TO[2:]})


def test_possessing_parties_alone_are_not_withheld():
    shown, names = opened(plain(destinationList=TO[:2]), ["destinationList"])

    assert (shown, "destinationList" in names) == ({}, True)


def test_a_field_that_is_not_there_is_passed_over():
    assert opened(plain(), ["readPoint", "destinationList"])[0] == {}


def test_what_is_withheld_stands_nowhere_in_the_payload():
    draft = plain(readPoint={"id": "https://example.com/canary"})
    submission, _ = signed(draft, ["readPoint"])

    assert b"canary" not in submission.envelope.payload


def test_every_disclosure_has_a_salt_of_its_own():
    submission, _ = signed(plain(readPoint=POINT, bizLocation=POINT), ["readPoint", "bizLocation"])

    assert len({text[:24] for text in submission.disclosures}) == 2


# What is not signed

SENSOR = {"sensorReport": [{"type": "Angle", "value": 22.3, "component": "latitude"}]}
REFUSED = {
    "another ledger": (plain(**{"chiptrail:ledger": "example.com/b"}), (), "/chiptrail:ledger"),
    "another party": (plain(**{"chiptrail:party": BETA}), (), "/chiptrail:party"),
    "another meaning of our prefix": (
        plain(**{"@context": {"chiptrail": "urn:x:"}}),
        (),
        "/@context",
    ),
    "an item that is none": (plain(epcList=[CHIP, "A1"]), (), "/epcList/1"),
    "an item that is no text": (plain(epcList=[CHIP, 7]), (), "/epcList/1"),
    "an event that is none": (plain(action="LOOK"), (), "/action"),
    "a time that is none": (plain(eventTime=7), (), "/eventTime"),
    "a name that cannot be withheld": (plain(), ["bizStep"], "/chiptrail:commitments/bizStep"),
    "commitments in the draft": (
        plain(**{"chiptrail:commitments": {}}),
        ["readPoint"],
        "/chiptrail:commitments",
    ),
    "coordinates beside a withheld place": (
        plain(readPoint=POINT, sensorElementList=[SENSOR]),
        ["readPoint"],
        "/sensorElementList/0/sensorReport/0/component",
    ),
    "product facts of a shipment": (
        short_form.ship([CHIP], ACME, BETA, Details(product={"ex:speed": 1})),
        (),
        "/ilmd",
    ),
}


@pytest.mark.parametrize(("draft", "withheld", "pointer"), REFUSED.values(), ids=REFUSED)
def test_what_no_ledger_takes_is_not_signed(draft, withheld, pointer):
    with pytest.raises(MalformedEvent) as caught:
        signed(draft, withheld)

    assert caught.value.pointer == pointer


def test_a_commitment_in_place_of_items_is_not_signed():
    uri = "urn:chiptrail:items:2:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"

    with pytest.raises(ItemsMismatch):
        signed(plain(epcList=[uri]))


def test_a_payload_over_the_limit_is_not_signed():
    with pytest.raises(TooLarge):
        signed(plain(**{"https://example.com/note": "x" * (1 << 20)}))


def test_the_same_throw_gives_the_same_submission():
    draft = plain(epcList=list(CHIPS), readPoint=POINT)
    once, again = (compose(draft, signer(), EVENT_ID, NOW, ["readPoint"]) for _ in range(2))

    assert (once, type(once.lists["epcList"])) == (again, ItemList)


# Places


@pytest.mark.parametrize("field", ["readPoint", "bizLocation"])
@pytest.mark.parametrize(
    "uri",
    ["geo:91,1", "geo:1,181", "geo:-90.1,0", "geo:x", "GEO:1", "geo:1,1;crs=moon", "geo:1,1;u=x"],
)
@pytest.mark.parametrize("withheld", [(), ("chiptrail:location",)])
def test_a_place_that_is_nowhere_is_not_signed(field, uri, withheld):
    with pytest.raises(MalformedEvent) as refused:
        signed(plain(**{field: {"id": uri}}), withheld)

    assert refused.value.pointer == f"/{field}/id"


@pytest.mark.parametrize(
    "uri",
    ["geo:90,-180", "geo:1.5,2.5,-30;crs=wgs84;u=50", "geo:1,2;map=7", "https://example.com/1"],
)
def test_any_other_place_is(uri):
    _, event = signed(plain(readPoint={"id": uri}))

    assert event.read_point == uri


# Statements

HALL = {
    "statement": "site",
    "name": "Hall 4",
    "latitude": 1.5,
    "longitude": 2,
    "radiusM": 400,
    "country": "SG",
}


def stated(draft):
    submission = compose_statement(draft, signer(), EVENT_ID, NOW)
    return json.loads(dsse.verify(submission.envelope, KEY.public).payload)


def test_what_a_statement_needs_is_filled_in():
    expected = {
        **HALL,
        "id": EVENT_ID,
        "issuedAt": "2026-01-01T19:04:05.678Z",
        "chiptrail:ledger": "example.com/ledger",
        "chiptrail:party": ACME,
        "chiptrail:nonce": "S_USLzRFVMU73i67jNK34w",
        "chiptrail:after": "note\n",
    }

    assert stated(HALL) == expected


def test_a_statement_keeps_the_id_and_the_time_that_it_has():
    own = {"id": EVENT_ID[:-1] + "7", "issuedAt": "2026-02-02T00:00:00Z"}

    assert own.items() <= stated(HALL | own).items()


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"chiptrail:party": BETA}, "/chiptrail:party"),
        ({"chiptrail:ledger": "example.com/other"}, "/chiptrail:ledger"),
        ({"latitude": 91}, "/latitude"),
        ({"statement": "hall"}, "/statement"),
    ],
)
def test_a_statement_that_no_ledger_takes_is_not_signed(more, pointer):
    with pytest.raises(MalformedStatement) as caught:
        stated(HALL | more)

    assert caught.value.pointer == pointer


def test_a_statement_over_the_limit_is_not_signed():
    with pytest.raises(TooLarge):
        stated(HALL | {"name": "x" * PAYLOAD_LIMIT})
