"""Item ids: one chip is one id however it is spelled, typed, pasted or scanned."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import MalformedItems
from schemas.gs1 import check_digit, encode_percent, is_checked
from schemas.item import (
    ID_LIMIT,
    ItemQuery,
    fold_item,
    is_whole,
    parse_query,
    plain_serial,
    read_item,
    split_item,
    split_pasted,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "items.json").read_text())
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
CLASS = "https://id.gs1.org/01/00614141123452/21/"
SERIALS = st.text(SET_82, min_size=1, max_size=20).filter(lambda text: text not in {".", ".."})
PRINTABLE = st.text(
    st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40
).filter(lambda text: text.strip() == text)

HEADS = ["https://Example.com", "HTTP://id.gs1.org", "urn:Epc:id", "tag:x,2026"]
PARTS = ["/01/", "/21/", "/", ":", "%2f", "%41", "?", "=", "#", "a", "00614141123452", ".", "ser"]


def spellings(kind):
    return [
        pytest.param(text, row["id"], id=f"{row['desc']}: {text!r}")
        for row in VECTORS["folds"]
        for text in [row["id"], *row[kind]]
    ]


def refused(kind):
    return [pytest.param(row["text"], id=row["desc"]) for row in VECTORS[kind]]


@pytest.mark.parametrize(("text", "expected"), spellings("uris"))
def test_every_spelling_folds_to_one_id(text, expected):
    assert fold_item(text) == expected


@pytest.mark.parametrize(("text", "expected"), spellings("uris") + spellings("codes"))
def test_an_input_box_reads_every_spelling(text, expected):
    assert parse_query(text).item == expected


@pytest.mark.parametrize("text", refused("refused"))
def test_what_names_no_item_is_refused(text):
    with pytest.raises(MalformedItems):
        read_item(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://id.gs1.org/01/09506000134353/21/A1",
        "https://id.gs1.org/00/106141412345678909",
        "urn:epc:id:sgtin:0614141.01234.A1",
        "https://dealer.example/01/9506000134353/21/A1",
    ],
)
def test_what_only_looks_like_a_gs1_key_is_nobodys_spelling(text):
    """A valid URI, so a valid EPCIS id: recorded as it stands, and no alias of a right key."""
    assert fold_item(text) == text


def test_an_opaque_id_is_normalised_and_still_opaque():
    text = "HTTPS://ID.gs1.org/01/09506000134353/21/%41%2fb"

    assert fold_item(text) == "https://id.gs1.org/01/09506000134353/21/A%2Fb"


@pytest.mark.parametrize("text", refused("refused_codes"))
def test_a_code_that_does_not_read_is_refused(text):
    with pytest.raises(MalformedItems):
        parse_query(text)


def test_the_table_holds_over_forty_spellings_of_one_serial():
    row = VECTORS["folds"][0]

    assert len({*row["uris"], *row["codes"]}) >= 40


@pytest.mark.parametrize("row", VECTORS["folds"], ids=lambda row: row["desc"])
def test_the_serial_of_an_id_is_its_last_part(row):
    assert split_item(row["id"])[1] == row["serial"]


@given(SERIALS)
def test_every_legal_gs1_serial_survives(serial):
    item = fold_item(CLASS + encode_percent(serial))

    assert plain_serial(item) == serial


@given(SERIALS)
def test_link_urn_and_code_of_a_serial_are_one_item(serial):
    escaped = encode_percent(serial)
    link = fold_item(f"{CLASS}{escaped}")
    urn = fold_item(f"urn:epc:id:sgtin:0614141.012345.{escaped}")
    code = parse_query(f"]d2010061414112345221{serial}").item

    assert {link, urn, code} == {CLASS + escaped}


@given(SERIALS, SERIALS)
def test_two_serials_are_never_one_item(one, other):
    same = fold_item(CLASS + encode_percent(one)) == fold_item(CLASS + encode_percent(other))

    assert same == (one == other)


@given(PRINTABLE, PRINTABLE, PRINTABLE)
def test_every_printable_chip_id_survives(maker, part, serial):
    item = fold_item("urn:chiptrail:chip:" + ":".join(map(encode_percent, (maker, part, serial))))

    assert (fold_item(item), plain_serial(item)) == (item, serial)


@given(st.sampled_from(HEADS), st.lists(st.sampled_from(PARTS), max_size=8))
def test_folding_twice_is_folding_once(head, parts):
    try:
        item = fold_item(head + "".join(parts))
    except MalformedItems:
        return

    assert (fold_item(item), "".join(split_item(item))) == (item, item)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        query = parse_query(text)
    except MalformedItems:
        return

    assert query.item is not None or query.serial


@given(st.integers(0, 10**13 - 1))
def test_one_wrong_digit_never_passes(number):
    digits = f"{number:013}"
    good = digits + check_digit(digits)
    wrong = [good[:i] + str((int(good[i]) + 1) % 10) + good[i + 1 :] for i in range(14)]

    assert (is_checked(good), any(map(is_checked, wrong))) == (True, False)


def test_the_check_digit_is_the_published_one():
    """GS1 General Specifications 7.9.1: the worked example of GTIN-13, and GTIN-8."""
    assert (check_digit("629104150021"), check_digit("9501234")) == ("3", "6")


def test_a_bare_serial_is_looked_up_in_every_class():
    assert parse_query(" A5/b\n") == ItemQuery(None, "A5%2Fb")


def test_digits_that_could_be_a_code_are_both():
    query = parse_query("00106141412345678908")

    expected = ItemQuery("https://id.gs1.org/00/106141412345678908", "00106141412345678908")
    assert query == expected


def test_digits_with_a_wrong_check_digit_are_a_serial():
    assert parse_query("00106141412345678909") == ItemQuery(None, "00106141412345678909")


def test_a_serial_with_a_colon_may_be_a_uri_too():
    assert parse_query("SN:0042") == ItemQuery("sn:0042", "SN%3A0042")


def test_a_lot_is_not_dropped_where_no_serial_stands():
    link = "https://example.com/gtin/614141123452/lot/L7"

    assert fold_item(link) == "https://id.gs1.org/01/00614141123452/10/L7"


def test_a_long_chip_id_is_kept_up_to_the_limit():
    head = "urn:chiptrail:chip:m:p:"
    longest = head + "s" * (ID_LIMIT - len(head))

    assert fold_item(longest) == longest


def test_escapes_count_against_the_limit():
    with pytest.raises(MalformedItems):
        fold_item("urn:chiptrail:chip:m:p:" + "/" * 900)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A1, A2;A3\tA4\r\nA5 A6\n\n", ["A1", "A2", "A3", "A4", "A5", "A6"]),
        ('\ufeff"A1"\n"A2"\n', ["A1", "A2"]),
        ('"', ['"']),
        ("(01) 00614141123452 (21) A5", ["(01)00614141123452(21)A5"]),
        ("(01)1(21)A (01)1(21)B", ["(01)1(21)A", "(01)1(21)B"]),
        ("(00) 106141412345678908 A1", ["(00)106141412345678908", "A1"]),
        ("]d201006\x1d10L ,A", ["]d201006\x1d10L", "A"]),
        (" \n", []),
        ("Serial Number,\nA1\n", ["A1"]),
        ("item", ["item"]),
        ("1. A1\n2) A2\n- A3", ["A1", "A2", "A3"]),
        ("S/N: A1\nserial no. : A2\nSN:A3 S/N A4", ["A1", "A2", "A3", "A4"]),
        ("SN-1 serial-2 2.5", ["SN-1", "serial-2", "2.5"]),
        ("A1 SSCC 106141412345678908", ["A1", "(00)106141412345678908"]),
        ("'A1' \N{LEFT DOUBLE QUOTATION MARK}A2\N{RIGHT DOUBLE QUOTATION MARK}", ["A1", "A2"]),
        ("A\N{EN DASH}1\N{THIN SPACE}A\N{NON-BREAKING HYPHEN}2", ["A-1", "A-2"]),
    ],
)
def test_pasted_text_is_parted(text, expected):
    assert split_pasted(text) == expected


@pytest.mark.parametrize("text", ["SSCC 106141412345678908", "sscc:106141412345678908"])
def test_a_package_is_read_as_stories_call_it(text):
    assert parse_query(text).item == "https://id.gs1.org/00/106141412345678908"


@pytest.mark.parametrize("serial", ["A(13)", "A(13)B", "(13)A(13)"])
def test_brackets_around_no_date_are_part_of_the_serial(serial):
    assert parse_query(f"(01)00614141123452(21){serial}").item == CLASS + encode_percent(serial)


def test_a_date_behind_a_serial_is_none_of_it():
    assert parse_query("(01)00614141123452(21)A(13)260101").item == f"{CLASS}A"


def test_what_is_no_text_is_refused():
    with pytest.raises(MalformedItems):
        parse_query("\udcff")


@pytest.mark.parametrize(("text", "expected"), [("A:18", False), ("(A)", False), ("urn:a:b", True)])
def test_a_whole_code_is_told_by_its_beginning(text, expected):
    assert is_whole(text) is expected
