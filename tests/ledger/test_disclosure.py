"""Committed item lists and withheld fields: known answers, properties, and every way to cheat."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.disclosure import (
    Disclosure,
    commit_items,
    digest_of,
    item_leaf_hash,
    item_proof,
    item_proofs,
    item_salt,
    items_uri,
    make_disclosure,
    open_disclosures,
    open_items,
    parse_disclosure,
    verify_item,
)
from schemas.envelope import ItemList
from schemas.errors import (
    DisclosureMismatch,
    ItemsMismatch,
    MalformedDisclosure,
    MalformedItems,
    Refusal,
    VerificationFailed,
)
from schemas.event import OpenItems
from schemas.formats import encode_base64url

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "disclosure.json").read_text())
CLASS = "https://id.gs1.org/01/00614141123452/21/"
SEED = bytes(range(32))
SALT = bytes(range(16))
IDS = tuple(f"{CLASS}A{number}" for number in range(7))
LIST = ItemList(SEED, IDS)
COMMITTED = commit_items("epcList", IDS, SEED)
PROOF = item_proof("epcList", LIST, IDS[3])
POINT = {"id": "geo:22.3,114.1"}
POINT_SHOWN = make_disclosure(SALT, "readPoint", POINT)
COMMITMENTS = {"readPoint": digest_of(POINT_SHOWN)}


def by_desc(kind):
    return pytest.mark.parametrize("row", VECTORS[kind], ids=lambda row: row["desc"])


def list_of_row(row):
    return ItemList(bytes.fromhex(row["seed"]), tuple(row["ids"]))


def recursive_root(hashes):
    """RFC 6962 section 2.1, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    left, right = recursive_root(hashes[:split]), recursive_root(hashes[split:])
    return sha256(b"\x01" + left + right).digest()


def recursive_commitment(field, ids, seed):
    leaves = []
    for item in ids:
        salt = sha256(seed + field.encode() + b"\x00" + item.encode()).digest()[:16]
        leaves.append(sha256(b"\x00chiptrail/item/v1\x00" + salt + item.encode()).digest())
    return recursive_root(sorted(leaves))


# Item lists


@by_desc("lists")
def test_a_list_has_the_known_root(row):
    given = list_of_row(row)
    committed = commit_items(row["field"], given.ids, given.seed)

    expected = (len(row["ids"]), row["root"], row["uri"])
    assert (committed.count, committed.root.hex(), items_uri(committed)) == expected


@by_desc("lists")
def test_an_item_has_the_known_proof(row):
    proofs = item_proofs(row["field"], list_of_row(row), [wanted["id"] for wanted in row["proofs"]])
    found = [(p.id, p.salt.hex(), p.position, [h.hex() for h in p.path]) for p in proofs]

    assert found == [(p["id"], p["salt"], p["position"], p["path"]) for p in row["proofs"]]


@by_desc("lists")
def test_an_item_has_the_known_salt_and_leaf_hash(row):
    seed, wanted = bytes.fromhex(row["seed"]), row["proofs"][0]
    salt = item_salt(seed, row["field"], wanted["id"])
    leaf = item_leaf_hash(seed, row["field"], wanted["id"])

    assert (salt.hex(), leaf.hex()) == (wanted["salt"], wanted["leaf"])


@given(st.sets(st.integers(0, 10**9), min_size=1, max_size=70), st.binary(min_size=32, max_size=32))
@settings(deadline=None)
def test_the_root_is_the_recursive_definition(numbers, seed):
    ids = [f"{CLASS}{number}" for number in numbers]

    assert commit_items("childEPCs", ids, seed).root == recursive_commitment("childEPCs", ids, seed)


@given(st.sets(st.integers(0, 10**9), min_size=1, max_size=40), st.binary(min_size=32, max_size=32))
@settings(deadline=None)
def test_every_item_of_a_list_is_shown_and_no_other(numbers, seed):
    ids = tuple(f"{CLASS}{number}" for number in numbers)
    committed = commit_items("epcList", ids, seed)
    for proof in item_proofs("epcList", ItemList(seed, ids), ids):
        verify_item(proof, committed)
        with pytest.raises(VerificationFailed):
            verify_item(replace(proof, id=proof.id + "x"), committed)


@given(st.permutations(IDS))
def test_the_order_of_a_list_does_not_count(ids):
    assert commit_items("epcList", ids, SEED) == COMMITTED


def test_open_and_opened_lists_are_read_alike():
    signed = {
        "inputEPCList": OpenItems(IDS[:1]),
        "outputEPCList": commit_items("outputEPCList", IDS, SEED),
    }

    opened = open_items(signed, {"outputEPCList": LIST})

    assert opened == {"inputEPCList": IDS[:1], "outputEPCList": IDS}


LISTS_REFUSED = {
    "another seed": ({"epcList": ItemList(bytes(32), IDS)}, ItemsMismatch, "/lists/epcList"),
    "a seed of 31 bytes": (
        {"epcList": ItemList(bytes(31), IDS)},
        ItemsMismatch,
        "/lists/epcList/seed",
    ),
    "a missing id": ({"epcList": ItemList(SEED, IDS[1:])}, ItemsMismatch, "/lists/epcList/ids"),
    "an extra id": (
        {"epcList": ItemList(SEED, (*IDS, CLASS + "B"))},
        ItemsMismatch,
        "/lists/epcList/ids",
    ),
    "another id": (
        {"epcList": ItemList(SEED, (*IDS[1:], CLASS + "B"))},
        ItemsMismatch,
        "/lists/epcList",
    ),
    "an id twice": (
        {"epcList": ItemList(SEED, (*IDS[1:], IDS[1]))},
        ItemsMismatch,
        "/lists/epcList/ids",
    ),
    "an id not canonical": (
        {"epcList": ItemList(SEED, ("urn:epc:id:sgtin:0614141.012345.A0", *IDS[1:]))},
        ItemsMismatch,
        "/lists/epcList/ids/0",
    ),
    "an id that is none": (
        {"epcList": ItemList(SEED, (*IDS[:6], "A6"))},
        MalformedItems,
        "/lists/epcList/ids/6",
    ),
    "a list of another field": (
        {"epcList": LIST, "childEPCs": LIST},
        ItemsMismatch,
        "/lists/childEPCs",
    ),
    "no list": ({}, ItemsMismatch, "/lists"),
}


@pytest.mark.parametrize(("given", "error", "pointer"), LISTS_REFUSED.values(), ids=LISTS_REFUSED)
def test_a_list_that_was_not_signed_is_refused(given, error, pointer):
    with pytest.raises(error) as caught:
        open_items({"epcList": COMMITTED}, given)

    assert caught.value.pointer == pointer


def test_a_list_beside_an_open_one_is_refused():
    with pytest.raises(ItemsMismatch):
        open_items({"epcList": OpenItems(IDS)}, {"epcList": LIST})


def test_a_list_signed_for_another_field_is_refused():
    with pytest.raises(ItemsMismatch):
        open_items({"childEPCs": COMMITTED}, {"childEPCs": LIST})


def test_an_empty_list_is_not_committed():
    with pytest.raises(ItemsMismatch):
        commit_items("epcList", (), SEED)


def test_an_item_outside_the_list_has_no_proof():
    with pytest.raises(ItemsMismatch):
        item_proof("epcList", LIST, CLASS + "B")


PROOFS_REFUSED = {
    "another position": replace(PROOF, position=PROOF.position ^ 1),
    "a position beyond the list": replace(PROOF, position=7),
    "a position before it": replace(PROOF, position=-1),
    "another salt": replace(PROOF, salt=bytes(16)),
    "a salt of 15 bytes": replace(PROOF, salt=PROOF.salt[:15]),
    "a byte moved from the id to the salt": replace(
        PROOF, salt=PROOF.salt + PROOF.id[:1].encode(), id=PROOF.id[1:]
    ),
    "another item": replace(PROOF, id=IDS[4]),
    "an item that is none": replace(PROOF, id="A3"),
    "the item in another spelling": replace(PROOF, id="urn:epc:id:sgtin:0614141.012345.A3"),
    "a path too short": replace(PROOF, path=PROOF.path[:-1]),
    "a path too long": replace(PROOF, path=(*PROOF.path, bytes(32))),
    "another path": replace(PROOF, path=(bytes(32), *PROOF.path[1:])),
    "a hash of 31 bytes": replace(PROOF, path=(PROOF.path[0][:31], *PROOF.path[1:])),
}


@pytest.mark.parametrize("proof", PROOFS_REFUSED.values(), ids=PROOFS_REFUSED)
def test_a_forged_item_proof_is_refused(proof):
    with pytest.raises(VerificationFailed):
        verify_item(proof, COMMITTED)


def test_a_proof_of_another_count_is_refused():
    with pytest.raises(VerificationFailed):
        verify_item(PROOF, replace(COMMITTED, count=3))


# Withheld fields


@by_desc("disclosures")
def test_a_disclosure_reads_and_has_the_known_digest(row):
    said = parse_disclosure(row["disclosure"])

    expected = Disclosure(bytes.fromhex(row["salt"]), row["name"], row["value"])
    assert (said, digest_of(row["disclosure"])) == (expected, row["digest"])


@by_desc("disclosures")
def test_a_disclosure_opens_what_was_committed(row):
    opened = open_disclosures(
        {row["name"]: row["digest"], "chiptrail:customs": "x"}, [row["disclosure"]]
    )

    assert opened == {row["name"]: row["value"]}


@given(
    st.binary(min_size=16, max_size=40),
    st.text(max_size=9),
    st.dictionaries(st.text(), st.integers(-9, 9)),
)
def test_what_is_made_reads_back(salt, name, value):
    try:
        said = parse_disclosure(make_disclosure(salt, name, value))
    except MalformedDisclosure:
        return  # U+0000 in a text

    assert said == Disclosure(salt, name, value)


@by_desc("refused")
def test_a_malformed_disclosure_is_refused(row):
    with pytest.raises(MalformedDisclosure) as caught:
        open_disclosures(COMMITMENTS, [row["disclosure"]])

    assert caught.value.pointer == "/disclosures/0"


def test_a_disclosure_is_not_made_with_a_short_salt():
    with pytest.raises(MalformedDisclosure):
        make_disclosure(bytes(15), "readPoint", POINT)


def test_a_digest_is_of_ascii_only():
    with pytest.raises(MalformedDisclosure):
        digest_of("\u00e4")


OTHER = make_disclosure(SALT[::-1], "readPoint", POINT)
PLACE = make_disclosure(SALT, "bizLocation", POINT)
DISCLOSURES_REFUSED = {
    "another salt": ([OTHER], DisclosureMismatch, "/disclosures/0"),
    "a name that was not committed": ([PLACE], DisclosureMismatch, "/disclosures/0"),
    "the same twice": ([POINT_SHOWN, POINT_SHOWN], DisclosureMismatch, "/disclosures/1"),
    "a name that cannot be withheld": (
        [make_disclosure(SALT, "bizStep", "shipping")],
        MalformedDisclosure,
        "/disclosures/0",
    ),
    "a value of another shape": (
        [make_disclosure(SALT, "readPoint", "geo:1,2")],
        MalformedDisclosure,
        "/disclosures/0",
    ),
}


@pytest.mark.parametrize(
    ("given", "error", "pointer"), DISCLOSURES_REFUSED.values(), ids=DISCLOSURES_REFUSED
)
def test_a_disclosure_that_was_not_signed_is_refused(given, error, pointer):
    with pytest.raises(error) as caught:
        open_disclosures(COMMITMENTS, given)

    assert caught.value.pointer == pointer


def test_what_is_not_disclosed_stays_withheld():
    assert open_disclosures(COMMITMENTS, []) == {}


NAMED = {
    "of another event": ([OTHER], "another digest was signed for readPoint"),
    "unknown to the event": ([PLACE], "the event does not withhold bizLocation"),
    "twice": ([POINT_SHOWN, POINT_SHOWN], "readPoint is disclosed twice"),
    "of no such field": (
        [make_disclosure(SALT, "bizStep", "shipping")],
        "it is of a field that cannot be withheld; what can is bizLocation,",
    ),
    "of another shape": (
        [make_disclosure(SALT, "chiptrail:identities", [{"item": "urn:a:1", "uuid": ""}])],
        "chiptrail:identities/0/uuid: ",
    ),
    "too large": ([make_disclosure(SALT, "readPoint", "x" * (1 << 20))], "is too large: got"),
}


@pytest.mark.parametrize(("given", "words"), NAMED.values(), ids=NAMED)
def test_what_is_wrong_names_the_field(given, words):
    with pytest.raises(Refusal) as caught:
        open_disclosures(COMMITMENTS, given)

    assert caught.value.message.startswith(words)


ONE = make_disclosure(SALT, "readPoint", {"id": "urn:place:1"})
ALIKE = {
    "another value": make_disclosure(SALT, "readPoint", {"id": "urn:place:2"}),
    "another salt": make_disclosure(SALT[::-1], "readPoint", {"id": "urn:place:1"}),
    "a blank more": encode_base64url(
        b'["%b", "readPoint",{"id":"urn:place:1"}]' % encode_base64url(SALT).encode()
    ),
    "padding": ONE + "=",
    "the last bits": ONE[:-1] + chr(ord(ONE[-1]) + 1),
    "a member twice": encode_base64url(
        b'["%b","readPoint",{"id":"urn:place:1","id":"urn:place:2"}]'
        % encode_base64url(SALT).encode()
    ),
    "of the alphabet with slashes": ONE.replace("-", "+").replace("_", "/") + " ",
}


@pytest.mark.parametrize("other", ALIKE.values(), ids=ALIKE)
def test_no_two_values_are_shown_for_one_name(other):
    """Whoever holds the signed digest is shown the one text that has it, and reads one value."""
    signed = {"readPoint": digest_of(ONE)}

    assert open_disclosures(signed, [ONE]) == {"readPoint": {"id": "urn:place:1"}}
    with pytest.raises(Refusal):
        open_disclosures(signed, [other])


def test_a_text_with_a_member_twice_opens_nothing_even_where_it_was_signed():
    twice = ALIKE["a member twice"]

    with pytest.raises(MalformedDisclosure):
        open_disclosures({"readPoint": digest_of(twice)}, [twice])
