"""Statements: what is written reads back, and every field that does not fit is pointed at."""

import json
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.act import ActKind
from ledger.finding import Code
from schemas.country import COUNTRIES
from schemas.errors import MalformedItems, MalformedJson, MalformedStatement
from schemas.identifier import is_duns, is_eori, is_gln, is_lei
from schemas.item import check_item_prefix
from schemas.statement import (
    KINDS,
    Concurrence,
    CountryFact,
    Endorsement,
    Erasure,
    Gap,
    Genesis,
    Grant,
    KeyRevocation,
    KeyStatement,
    Landmark,
    Licence,
    LicenceKind,
    MandateStatement,
    PartyStatement,
    Resolution,
    Role,
    RulePackStatement,
    Site,
    Subject,
    draft_of,
    encode_statement,
    parse_statement,
)
from schemas.vocabulary import ACTS

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
    **{name: said for name, said in FIRST.items() if name != "after"},
    origin=ORIGIN,
    log_key=f"{ORIGIN}+1a2b3c4d+{'A' * 44}",
    registrar_key=bytes(32),
    predecessor="old.example/ledger\n7\nAAAA\n",
    missing=Gap(5, 7),
)
ACME, CHIP = "urn:chiptrail:party:acme", "urn:chiptrail:chip:acme:x1:A0001"
NEW_YEAR, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
PARTY = PartyStatement(
    **FIRST,
    subject=Subject(
        id=ACME,
        names=("Acme GmbH", "アクメ"),
        roles=(Role.MAKER, Role.END_USER),
        country=CountryFact("DE", "Handelsregister B 1", date(2025, 12, 31)),
        hq_country=CountryFact("US", "annual report", date(2025, 6, 30)),
        ultimate_parent_country=CountryFact("TW", "annual report", date(2025, 6, 30)),
        identifiers={"lei": "5493001KJTIIGC8Y1R12", "gln": "0614141123452", "duns": "123456789"},
        item_prefixes=("https://id.gs1.org/01/00614141123452/21/", "urn:chiptrail:chip:acme:"),
    ),
)
KEY = KeyStatement(
    **FIRST,
    subject=ACME,
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
LICENCE = Licence(
    **FIRST,
    holder=ACME,
    drawers=("urn:chiptrail:party:skua",),
    regime="EAR",
    kind=LicenceKind.LICENCE,
    number="D1234567",
    eccns=("3A090.a", "4A090"),
    item_prefixes=("urn:chiptrail:chip:acme:",),
    consignees=("urn:chiptrail:party:oslo", "Nordic Compute AS"),
    end_users=("urn:chiptrail:party:oslo",),
    sites=("urn:uuid:019b0c6e-5a00-7000-8000-000000000002",),
    countries=("NO", "SE"),
    quantity=64,
    unit="pieces",
    starts_at=NEW_YEAR,
    ends_at=LATER,
    conditions=("No re-export. " * 100 + "Report quarterly.",),
)
ALL = {
    "genesis": GENESIS,
    "party": PARTY,
    "key": KEY,
    "key-revocation": REVOCATION,
    "rule-pack": RulePackStatement(**FIRST, pack="base", sha256=b"\x01" * 32),
    "landmark": Landmark(
        **FIRST, name="Oslo 1", latitude=59.9, longitude=10.7, country="NO", public_key=bytes(32)
    ),
    "mandate": MandateStatement(
        **FIRST, agent=ACME, acts=("ship", "receive"), starts_at=NEW_YEAR, ends_at=LATER
    ),
    "licence": LICENCE,
    "site": Site(
        **FIRST,
        name="Hall 4",
        latitude=-33.25,
        longitude=-70.0,
        radius_m=400,
        country="CL",
        operated_by=ACME,
    ),
    "grant": Grant(**FIRST, grantee=ACME, items=(CHIP,), ends_at=LATER),
    "concurrence": Concurrence(**FIRST, correction=b"\x02" * 32),
    "resolution": Resolution(
        **FIRST, entry=b"\x03" * 32, code="custody/not-holder", reason="seen", items=(CHIP,)
    ),
    "erasure": Erasure(**FIRST, entry=b"\x04" * 32, digests=("A" * 43,), reason="asked to"),
}


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


def test_there_is_an_example_of_every_kind():
    assert list(KINDS) == list(ALL)


def test_the_acts_of_a_mandate_are_the_acts():
    assert {kind.value for kind in ActKind} == ACTS


def test_every_finding_can_be_resolved():
    for code in Code:
        value = wire("resolution") | {"code": code.value}

        assert parse_statement(json.dumps(value).encode()).code == code


def test_a_draft_is_the_statement_without_its_preamble():
    said = {"agent": ACME, "acts": ("ship",), "starts_at": NEW_YEAR, "ends_at": LATER}
    draft = draft_of(MandateStatement, **said)

    assert set(draft) == {"statement", "agent", "acts", "from", "until"}
    assert parse_statement(json.dumps(wire("mandate") | draft).encode()).acts == ("ship",)


MOMENTS = st.datetimes(timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
WORDS = st.text("aZ9 é-", min_size=1, max_size=20).map(str.strip).filter(bool)
PARTIES = WORDS.map(lambda word: ACME + str(len(word)))


def some(values):
    return st.lists(values, max_size=3, unique=True).map(tuple)


DRAWN = st.one_of(
    st.builds(
        partial(replace, LICENCE),
        holder=PARTIES,
        drawers=some(PARTIES),
        regime=WORDS,
        kind=st.sampled_from(LicenceKind),
        eccns=some(WORDS),
        consignees=some(PARTIES | WORDS),
        countries=some(st.sampled_from(sorted(COUNTRIES))),
        quantity=st.none() | st.integers(1, 2**53 - 1),
        conditions=some(WORDS),
        starts_at=st.just(NEW_YEAR),
    ),
    st.builds(
        partial(replace, ALL["mandate"]),
        acts=some(st.sampled_from(sorted(ACTS))),
        starts_at=MOMENTS,
        ends_at=MOMENTS,
    ),
    st.builds(
        partial(replace, ALL["site"]),
        latitude=st.floats(-91, 91),
        longitude=st.floats(-181, 181),
        radius_m=st.integers(0, 10**9),
        operated_by=st.none() | PARTIES,
    ),
    st.builds(partial(replace, ALL["grant"]), ends_at=st.none() | MOMENTS),
    st.builds(partial(replace, ALL["concurrence"]), correction=st.binary(min_size=32, max_size=32)),
    st.builds(partial(replace, ALL["resolution"]), reason=st.text(max_size=9)),
)


def is_sound(said):
    """What the fields say, in words of their own."""
    if isinstance(said, Site):
        return abs(said.latitude) <= 90 and abs(said.longitude) <= 180 and said.radius_m > 0
    if isinstance(said, MandateStatement):
        return said.starts_at < said.ends_at
    return not isinstance(said, Resolution) or (
        said.reason.isprintable()
        and said.reason == said.reason.strip() != ""
        and unicodedata.is_normalized("NFC", said.reason)
    )


@given(DRAWN)
def test_what_is_sound_reads_back_and_all_else_is_refused(said):
    payload = encode_statement(said)
    if is_sound(said):
        assert parse_statement(payload) == said
    else:
        with pytest.raises((MalformedStatement, MalformedJson)):  # no JSON here has U+0000
            parse_statement(payload)


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
    statement = PartyStatement(**FIRST, subject=Subject(ACME, (name,), ()))
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
