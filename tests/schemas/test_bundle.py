"""Bundles: what is written reads back, one spelling only, every misfit pointed at."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.bundle import (
    Bundle,
    BundledHead,
    Contents,
    ItemProof,
    OpenEntry,
    WithheldEntry,
    encode_bundle,
    encode_contents,
    parse_bundle,
)
from schemas.bundle_statement import (
    Basis,
    BundleFinding,
    BundleStatement,
    encode_bundle_statement,
    parse_bundle_statement,
)
from schemas.envelope import Envelope, PayloadType
from schemas.errors import MalformedBundle, MalformedEnvelope, Refusal, TooLarge

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "bundles.json").read_text())
CHIP = "https://id.gs1.org/01/00614141123452/21/A%2F1"
MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)
ENVELOPE = Envelope(b'{"type":"ObjectEvent"}', PayloadType.EVENT, "ab" * 32, b"\x07" * 64)
PROOF = ItemProof(CHIP, b"\x03" * 16, 1, (b"\x04" * 32,))
BUNDLE = Bundle(
    statement=Envelope(b"{}", PayloadType.BUNDLE, "cd" * 32, b"\x08" * 64),
    contents=Contents(
        checkpoint="o\n9\nAAAA\n\n\u2014 o AAAA\n".encode(),
        heads=(
            BundledHead("o\n3\nAAAA\n\n\u2014 o AAAA\n".encode(), (b"\x01" * 32, b"\x02" * 32)),
        ),
        rule_pack=b"[[rule]]\n",
        entries=(
            OpenEntry(0, MOMENT, ENVELOPE, (b"\x05" * 32,), {}, ()),
            WithheldEntry(3, b"\x01" * 137, (b"\x06" * 32, b"\x09" * 32)),
            OpenEntry(
                7, MOMENT + timedelta(days=1), ENVELOPE, (), {"epcList": (PROOF,)}, ("WyJh",)
            ),
        ),
    ),
)
FINDING = BundleFinding(
    "custody/not-holder", "Beta shipped what Alpha holds", 7, (CHIP,), (3,), True, 8, Basis.ENTRIES
)
STATEMENT = BundleStatement(
    subjects=(CHIP,),
    as_of=MOMENT,
    origin="example.com/ledger",
    size=9,
    root=b"\x0a" * 32,
    indexes=(0, 3, 7),
    containers=("https://id.gs1.org/00/106141412345678908",),
    unproven=(CHIP,),
    contents_sha256=b"\x0c" * 32,
    rule_pack_sha256=b"\x0b" * 32,
    findings=(
        FINDING,
        BundleFinding("custody/short", "short", 3, (), (), False, None, Basis.LEDGER),
    ),
)
WIRE = {
    "bundle": json.loads(encode_bundle(BUNDLE)),
    "statement": json.loads(encode_bundle_statement(STATEMENT)),
}
PARSE = {"bundle": parse_bundle, "statement": parse_bundle_statement}
HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=4).map(tuple)
PROOFS = st.builds(ItemProof, st.text(), st.binary(max_size=20), st.integers(0, 99), HASHES)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9)
MOMENTS = st.integers(0, 10**13).map(
    lambda ms: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)


def changed(kind, pointer, member):
    """The wire form of *kind* with *member* in the place of *pointer*; "-absent" takes it out."""
    value = json.loads(json.dumps(WIRE[kind]))
    *path, last = [int(part) if part.isdigit() else part for part in pointer.split("/")[1:]]
    place = value
    for part in path:
        place = place[part]
    if member == "-absent":
        del place[last]
    else:
        place[last] = member
    return json.dumps(value).encode()


def test_a_bundle_reads_back():
    assert parse_bundle(encode_bundle(BUNDLE)) == BUNDLE


def test_the_contents_are_all_but_version_and_statement():
    whole = json.loads(encode_bundle(BUNDLE))
    del whole["bundle"], whole["statement"]

    assert json.loads(encode_contents(BUNDLE.contents)) == whole


def test_a_statement_reads_back():
    assert parse_bundle_statement(encode_bundle_statement(STATEMENT)) == STATEMENT


@given(
    st.builds(
        OpenEntry,
        index=st.integers(1, 2**53 - 1),
        recorded_at=MOMENTS,
        envelope=st.just(ENVELOPE),
        inclusion=HASHES,
        items=st.dictionaries(
            TEXTS, st.lists(PROOFS, min_size=1, max_size=2).map(tuple), max_size=2
        ),
        disclosures=st.lists(TEXTS, max_size=2).map(tuple),
    )
)
def test_any_entry_reads_back_or_is_refused(entry):
    contents = Contents(b"", (), b"", (BUNDLE.contents.entries[0], entry))
    bundle = Bundle(BUNDLE.statement, contents)
    try:
        read = parse_bundle(encode_bundle(bundle))
    except Refusal:
        return  # U+0000 in a text

    assert read == bundle


@pytest.mark.parametrize("row", VECTORS["refused"], ids=lambda row: row["desc"])
def test_what_does_not_fit_is_pointed_at(row):
    with pytest.raises(MalformedBundle) as caught:
        PARSE[row["of"]](changed(row["of"], row["at"], row["value"]))

    assert caught.value.pointer == row.get("pointer", row["at"])


@pytest.mark.parametrize("kind", WIRE)
def test_every_field_is_required(kind):
    found = []
    for field in WIRE[kind]:
        with pytest.raises(MalformedBundle) as caught:
            PARSE[kind](changed(kind, f"/{field}", "-absent"))
        found.append(caught.value.pointer)

    assert found == [f"/{field}" for field in WIRE[kind]]


def test_a_foreign_envelope_is_pointed_at():
    with pytest.raises(MalformedEnvelope) as caught:
        parse_bundle(changed("bundle", "/entries/2/envelope/signatures", []))

    assert caught.value.pointer == "/entries/2/envelope/signatures"


def test_entries_descend_nowhere():
    with pytest.raises(MalformedBundle) as caught:
        parse_bundle(changed("bundle", "/entries/2/index", 3))

    assert caught.value.pointer == "/entries/2/index"


def test_a_bundle_over_the_limit_is_refused():
    data = encode_bundle(BUNDLE)

    with pytest.raises(TooLarge):
        parse_bundle(data, limit=len(data) - 1)


@pytest.mark.parametrize("kind", WIRE)
def test_no_byte_can_change_what_is_said_unseen(kind):
    """Flip each byte: refused, or read as something else; never as the same thing."""
    data = json.dumps(WIRE[kind], separators=(",", ":"), ensure_ascii=False).encode()
    want, same = PARSE[kind](data), []
    for place in range(len(data)):
        for bit in (1, 2, 32):
            flipped = data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]
            try:
                same.append((place, PARSE[kind](flipped) == want))
            except Refusal:
                continue

    assert [place for place, equal in same if equal] == []
