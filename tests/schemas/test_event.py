"""The event as a value: what each part becomes, and which payloads never become one."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import MalformedEvent, MalformedJson, TooLarge
from schemas.event import CommittedItems, ErrorDeclaration, Identity, OpenItems, parse_event
from schemas.formats import decode_base64url
from schemas.strict_json import dump
from tests.schemas.mutations import mutations_at, positions
from tests.schemas.payloads import (
    CHIP,
    COMMITTED,
    DROP,
    NONCE,
    OTHER_CHIP,
    PALLET,
    PAYLOAD,
    ROOT,
    SHA256_HEX,
    changed,
    event,
    payload,
)

VECTORS = Path(__file__).parents[1] / "vectors"
PLAIN = json.loads((VECTORS / "epcis_events.json").read_text())["events"]
OUR_FIELDS = {name: PAYLOAD[name] for name in PAYLOAD if name.startswith(("chiptrail:", "@"))}
CORRECTION = {
    "declarationTime": "2026-01-03T00:00:00Z",
    "reason": "incorrect_data",
    "correctiveEventIDs": ["urn:uuid:2"],
    "chiptrail:nonce": "A" * 22,
    "chiptrail:after": "note",
    "chiptrail:corrects": SHA256_HEX,
}


def test_the_fixed_parts_are_read():
    parsed = event()

    assert (parsed.type, parsed.action, parsed.biz_step) == ("ObjectEvent", "OBSERVE", "shipping")
    assert parsed.event_at == datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
    assert parsed.event_id == PAYLOAD["eventID"]
    assert (parsed.ledger, parsed.nonce) == ("ledger.example/demo", NONCE)
    assert (parsed.party, parsed.after) == ("urn:chiptrail:party:acme", PAYLOAD["chiptrail:after"])
    assert parsed.body == PAYLOAD


def test_what_is_not_said_is_none_or_empty():
    parsed = event()

    assert (parsed.disposition, parsed.parent, parsed.read_point, parsed.biz_location) == (
        None,
    ) * 4
    assert (parsed.on_behalf_of, parsed.due_at, parsed.error) == (None,) * 3
    assert (parsed.sources, parsed.destinations, parsed.documents, parsed.via) == ((),) * 4
    assert (parsed.persistent_set, parsed.persistent_unset, parsed.identities) == ((),) * 3
    assert (parsed.final, parsed.quantities, parsed.commitments) == (False, False, {})


def test_why_where_and_who_are_read():
    parsed = event(
        disposition="in_transit",
        readPoint={"id": "geo:1,2"},
        bizLocation={"id": "urn:epc:id:sgln:0614141.00777.0"},
        sourceList=[{"type": "possessing_party", "source": "urn:chiptrail:party:acme"}],
        destinationList=[{"type": "urn:chiptrail:sdt:end_user", "destination": "urn:x:1"}],
        bizTransactionList=[{"bizTransaction": "urn:chiptrail:doc:awb:1"}],
    )

    assert (parsed.disposition, parsed.read_point) == ("in_transit", "geo:1,2")
    assert parsed.biz_location == "urn:epc:id:sgln:0614141.00777.0"
    assert parsed.sources == (("possessing_party", "urn:chiptrail:party:acme"),)
    assert parsed.destinations == (("urn:chiptrail:sdt:end_user", "urn:x:1"),)
    assert parsed.documents == ("urn:chiptrail:doc:awb:1",)


def test_the_fields_of_a_shipment_are_read():
    parsed = event(
        chiptrail_onBehalfOf="urn:chiptrail:party:maker",
        chiptrail_via=["urn:chiptrail:party:air", "urn:chiptrail:party:road"],
        chiptrail_dueBy="2026-02-01T00:00:00Z",
        chiptrail_final=True,
    )

    assert parsed.on_behalf_of == "urn:chiptrail:party:maker"
    assert parsed.via == ("urn:chiptrail:party:air", "urn:chiptrail:party:road")
    assert parsed.due_at == datetime(2026, 2, 1, tzinfo=UTC)
    assert parsed.final is True


def test_items_fold_to_canonical_ids_in_their_order():
    parsed = event(epcList=["urn:epc:id:sgtin:0614141.012345.CHIP-0002", CHIP])

    assert parsed.lists == {"epcList": OpenItems((OTHER_CHIP, CHIP))}


def test_a_parent_folds_to_its_canonical_id():
    parsed = event(
        type="AggregationEvent",
        epcList=DROP,
        childEPCs=[CHIP],
        parentID="urn:epc:id:sscc:0614141.1234567890",
    )

    assert (parsed.parent, parsed.lists) == (PALLET, {"childEPCs": OpenItems((CHIP,))})


def test_a_list_committed_to_is_its_count_and_root():
    parsed = event(epcList=[COMMITTED])

    assert parsed.lists == {"epcList": CommittedItems(1000, decode_base64url(ROOT))}


def test_both_sides_of_a_transformation_may_be_committed():
    lists = {"inputEPCList": [COMMITTED], "outputEPCList": [COMMITTED]}
    parsed = event(type="TransformationEvent", action=DROP, epcList=DROP, **lists)

    assert parsed.action is None
    assert parsed.lists == dict.fromkeys(lists, CommittedItems(1000, decode_base64url(ROOT)))


def test_an_empty_list_is_there_and_empty():
    parsed = event(epcList=[], quantityList=[{"epcClass": "urn:x:1"}])

    assert (parsed.lists, parsed.quantities) == ({"epcList": OpenItems(())}, True)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"epcList": [OTHER_CHIP, "no uri"]}, "/epcList/1"),
        ({"epcList": [CHIP, 7]}, "/epcList/1"),
        ({"epcList": [COMMITTED, CHIP]}, "/epcList/0"),
        ({"epcList": [CHIP, COMMITTED]}, "/epcList/1"),
        ({"epcList": [COMMITTED.replace("1000", "0")]}, "/epcList/0"),
        ({"epcList": [COMMITTED.replace("1000", "01")]}, "/epcList/0"),
        ({"epcList": [COMMITTED.replace("1000", "9" * 20)]}, "/epcList/0"),
        ({"epcList": [COMMITTED[:-1] + "B"]}, "/epcList/0"),
        ({"epcList": [COMMITTED[:-1]]}, "/epcList/0"),
        ({"epcList": [COMMITTED + "A"]}, "/epcList/0"),
        ({"epcList": [COMMITTED.upper()]}, "/epcList/0"),
        ({"epcList": [COMMITTED.replace("urn:c", "URN:C")]}, "/epcList/0"),
        ({"epcList": ["urn:chiptrail:items:"]}, "/epcList/0"),
        ({"parentID": COMMITTED, "type": "TransactionEvent"}, "/parentID"),
    ],
)
def test_items_that_are_no_items_are_refused_where_they_stand(changes, pointer):
    documents = [{"bizTransaction": "urn:x:1"}]
    with pytest.raises(MalformedEvent) as caught:
        event(bizTransactionList=documents, **changes)

    assert caught.value.pointer == pointer


def test_persistent_dispositions_are_set_and_unset():
    parsed = event(persistentDisposition={"set": ["stolen"], "unset": ["urn:chiptrail:disp:lost"]})

    assert parsed.persistent_set == ("stolen",)
    assert parsed.persistent_unset == ("urn:chiptrail:disp:lost",)


def test_what_a_bare_word_expands_to_is_read_as_the_word():
    web = "https://ref.gs1.org/cbv/"
    parsed = event(
        bizStep=f"{web}BizStep-shipping",
        disposition=f"{web}Disp-in_transit",
        sourceList=[{"type": "cbv:SDT-possessing_party", "source": "urn:x:1"}],
    )

    assert (parsed.biz_step, parsed.disposition) == ("shipping", "in_transit")
    assert parsed.sources == (("possessing_party", "urn:x:1"),)


def test_a_correction_names_the_entry_and_has_its_own_nonce():
    assert event(errorDeclaration=CORRECTION).error == ErrorDeclaration(
        declared_at=datetime(2026, 1, 3, tzinfo=UTC),
        reason="incorrect_data",
        corrective_ids=("urn:uuid:2",),
        corrects=bytes.fromhex(SHA256_HEX),
        nonce="A" * 22,
        after="note",
    )


def test_a_plain_error_declaration_corrects_nothing_here():
    declaration = {"declarationTime": "2026-01-03T00:00:00Z"}

    assert event(errorDeclaration=declaration).error == ErrorDeclaration(
        datetime(2026, 1, 3, tzinfo=UTC), None, (), None, None, None
    )


def test_identities_are_read_with_folded_items():
    entries = [
        {"item": "urn:epc:id:sgtin:0614141.012345.CHIP-0001", "printedSerial": "CHIP-0001"},
        {"item": OTHER_CHIP, "nvmlSerial": "1", "uuid": "GPU-2", "pdi": "3", "partNumber": "4"},
    ]
    entries[1]["attestationCertSha256"] = SHA256_HEX

    assert event(chiptrail_identities=entries).identities == (
        Identity(CHIP, "CHIP-0001", None, None, None, None, None),
        Identity(OTHER_CHIP, None, "1", "GPU-2", "3", "4", bytes.fromhex(SHA256_HEX)),
    )


def test_one_item_has_one_identity():
    entries = [{"item": CHIP, "pdi": "1"}, {"item": CHIP.replace("C", "%43"), "pdi": "2"}]

    with pytest.raises(MalformedEvent) as caught:
        event(chiptrail_identities=entries)
    assert caught.value.pointer == "/chiptrail:identities/1"


def test_a_foreign_event_type_is_recorded_without_effect():
    parsed = event(type="example:Inventory", action=["free"], parentID=7, readPoint=[], epcList=[1])

    assert (parsed.type, parsed.party) == ("example:Inventory", "urn:chiptrail:party:acme")
    assert (parsed.action, parsed.biz_step, parsed.parent, parsed.lists) == (None, None, None, {})
    assert parsed.body["epcList"] == [1]


@pytest.mark.parametrize("row", PLAIN, ids=lambda row: row["desc"])
def test_every_plain_event_is_a_payload_once_it_has_the_required_fields(row):
    """Its time made one that is a moment in UTC."""
    ours = {**OUR_FIELDS, "eventID": "urn:uuid:1", "eventTime": PAYLOAD["eventTime"]}

    assert parse_event(dump({**row["event"], **ours})).type == row["event"]["type"]


def test_an_item_that_stands_twice_is_one_item():
    parsed = event(epcList=[CHIP, OTHER_CHIP, CHIP.replace("C", "%43")])

    assert parsed.lists == {"epcList": OpenItems((CHIP, OTHER_CHIP))}


@pytest.mark.parametrize("name", ["eventTime", "chiptrail:dueBy"])
def test_a_moment_outside_the_years_is_refused(name):
    with pytest.raises(MalformedEvent) as caught:
        parse_event(dump({**PAYLOAD, name: "0001-01-01T00:00:00+00:01"}))

    assert caught.value.pointer == f"/{name}"


def test_a_declaration_outside_the_years_is_refused():
    with pytest.raises(MalformedEvent) as caught:
        event(errorDeclaration={"declarationTime": "9999-12-31T23:59:59-00:01"})

    assert caught.value.pointer == "/errorDeclaration/declarationTime"


@pytest.mark.parametrize("name", ["eventID", "@context", *OUR_FIELDS])
def test_every_required_field_is_demanded(name):
    with pytest.raises(MalformedEvent) as caught:
        parse_event(dump(changed(PAYLOAD, {f"/{name}": DROP})))

    assert caught.value.pointer == f"/{name}"


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"{", MalformedJson),
        (b"[]", MalformedJson),
        (b"{}", MalformedEvent),
        (payload()[:-1] + b',"eventID":"urn:x:2"}', MalformedJson),
        (b" " * (1 << 20) + payload(), TooLarge),
    ],
)
def test_what_is_no_event_at_all_has_its_refusal(data, refusal):
    with pytest.raises(refusal):
        parse_event(data)


def verdict(body):
    try:
        return parse_event(dump(body)).body
    except MalformedEvent as refusal:
        return refusal.pointer


@settings(max_examples=200)
@given(st.data())
def test_a_wrong_payload_is_refused_and_nothing_else_happens(data):
    at = data.draw(st.sampled_from(list(positions(PAYLOAD))))
    mutant = data.draw(st.sampled_from([mutant for _, mutant in mutations_at(PAYLOAD, at)]))

    assert verdict(mutant) == mutant or verdict(mutant).startswith("/")


def test_a_refusal_quotes_nothing_of_the_payload():
    with pytest.raises(MalformedEvent) as caught:
        event(bizStep="secret step", epcList=["secret item"])

    assert "secret" not in str(caught.value)
