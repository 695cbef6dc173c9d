"""Statements: what is written reads back, and every field that does not fit is pointed at."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.country import COUNTRIES
from schemas.errors import MalformedItems, MalformedJson, MalformedStatement
from schemas.identifier import is_duns, is_eori, is_gln, is_lei
from schemas.item import check_item_prefix
from schemas.statement import (
    CountryFact,
    Endorsement,
    Genesis,
    KeyRevocation,
    KeyStatement,
    PartyStatement,
    Role,
    encode_statement,
    parse_statement,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "statements.json").read_text())
ORIGIN = "example.com/ledger"
FIRST = {
    "ledger": ORIGIN,
    "party": "urn:chiptrail:party:registrar",
    "nonce": "AAECAwQFBgcICQoLDA0ODw",
    "after": "example.com/ledger\n1\nAAAA\n\n\u2014 example.com/ledger sig\n",
    "id": "urn:uuid:019b0c6e-5a00-7000-8000-000000000001",
    "issued_at": datetime(2026, 1, 2, 3, 4, 5, 678000, UTC),
}
GENESIS = Genesis(
    **{**FIRST, "after": None},
    origin=ORIGIN,
    log_key=f"{ORIGIN}+1a2b3c4d+{'A' * 44}",
    registrar_key=bytes(32),
    predecessor="old.example/ledger\n7\nAAAA\n",
)
PARTY = PartyStatement(
    **FIRST,
    subject="urn:chiptrail:party:acme",
    names=("Acme GmbH", "アクメ"),
    roles=(Role.MAKER, Role.END_USER),
    country=CountryFact("DE", "Handelsregister B 1", date(2025, 12, 31)),
    hq_country=CountryFact("US", "annual report", date(2025, 6, 30)),
    ultimate_parent_country=CountryFact("TW", "annual report", date(2025, 6, 30)),
    identifiers={"lei": "5493001KJTIIGC8Y1R12", "gln": "0614141123452", "duns": "123456789"},
    item_prefixes=("https://id.gs1.org/01/00614141123452/21/", "urn:chiptrail:chip:acme:"),
)
KEY = KeyStatement(
    **FIRST,
    subject="urn:chiptrail:party:acme",
    public_key=b"\x07" * 32,
    proof=b"\x08" * 64,
    endorsement=Endorsement("ab" * 32, b"\x09" * 64),
)
REVOCATION = KeyRevocation(
    **FIRST,
    keyid="cd" * 32,
    reason="laptop stolen",
    suspected_since=datetime(2025, 12, 24, tzinfo=UTC),
)
ALL = {"genesis": GENESIS, "party": PARTY, "key": KEY, "key-revocation": REVOCATION}


def wire(name):
    return json.loads(encode_statement(ALL[name]))


def with_member(value, pointer, member):
    """*value* with *member* put in the place of *pointer*; "-absent" takes it out."""
    *path, last = [int(part) if part.isdigit() else part for part in pointer.split("/")[1:]]
    for part in path:
        value = value[part]
    if member == "-absent":
        del value[last]
    else:
        value[last] = member


@pytest.mark.parametrize("statement", ALL.values(), ids=ALL)
def test_what_is_written_reads_back(statement):
    assert parse_statement(encode_statement(statement)) == statement


@pytest.mark.parametrize("name", ALL)
def test_optional_fields_may_be_absent(name):
    value = wire(name)
    for pointer in VECTORS["optional"][name]:
        with_member(value, pointer, "-absent")

    assert type(parse_statement(json.dumps(value).encode())) is type(ALL[name])


@pytest.mark.parametrize("row", VECTORS["refused"], ids=lambda row: row["desc"])
def test_what_does_not_fit_is_pointed_at(row):
    value = wire(row["statement"])
    with_member(value, row["at"], row["value"])

    with pytest.raises(MalformedStatement) as caught:
        parse_statement(json.dumps(value).encode())

    assert caught.value.pointer == row.get("pointer", row["at"])


@pytest.mark.parametrize("name", ALL)
def test_every_other_field_is_required(name):
    optional = VECTORS["optional"][name]
    required = [field for field in wire(name) if f"/{field}" not in optional]
    found = []
    for field in required:
        value = wire(name)
        del value[field]
        with pytest.raises(MalformedStatement) as caught:
            parse_statement(json.dumps(value).encode())
        found.append(caught.value.pointer)

    assert found == [f"/{field}" for field in required]


def test_a_statement_is_an_object():
    with pytest.raises(MalformedJson):
        parse_statement(b"[]")


def test_a_refusal_quotes_nothing_that_was_sent():
    value = wire("party") | {"canary": "canary"}

    with pytest.raises(MalformedStatement) as caught:
        parse_statement(json.dumps(value).encode())

    assert "canary" not in caught.value.message


@given(st.text())
def test_a_name_reads_back_or_is_refused(name):
    statement = PartyStatement(
        **FIRST, subject="urn:chiptrail:party:acme", names=(name,), roles=(), identifiers={}
    )
    try:
        read = parse_statement(encode_statement(statement))
    except (MalformedStatement, MalformedJson, UnicodeEncodeError):
        return

    assert read == statement


@given(
    st.dictionaries(
        st.sampled_from([*wire("party"), "x"]), st.none() | st.text() | st.lists(st.none())
    )
)
def test_any_object_is_read_or_refused(members):
    try:
        read = parse_statement(json.dumps(wire("party") | members).encode())
    except (MalformedStatement, MalformedJson):
        return

    assert isinstance(read, PartyStatement)


@pytest.mark.parametrize("row", VECTORS["prefixes"], ids=lambda row: row["text"])
def test_an_item_prefix_ends_where_a_maker_does(row):
    try:
        accepted = check_item_prefix(row["text"]) == row["text"]
    except MalformedItems:
        accepted = False

    assert accepted == row["accepted"]


def test_there_are_249_countries():
    assert len(COUNTRIES) == 249


@pytest.mark.parametrize(
    ("test", "good", "bad"),
    [
        (is_lei, "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R13"),
        (is_lei, "213800WSGIIZCXF1P572", "213800WSGIIZCXF1P57"),
        (is_gln, "0614141123452", "0614141123453"),
        (is_eori, "DE123456789012345", "DE1234567890123456"),
        (is_eori, "XI123456789000", "ZZ123456789000"),
        (is_duns, "123456789", "12345678"),
    ],
)
def test_an_identifier_has_its_own_check(test, good, bad):
    assert (test(good), test(bad)) == (True, False)
