"""Strict JSON: what every other reader takes alike is taken, all else has one of two answers."""

import json
import math
import sys
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.errors import MalformedJson, TooLarge
from schemas.strict_json import MAX_INTEGER, dump, load, load_object

BMP = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
NUMBERS = st.integers(-MAX_INTEGER, MAX_INTEGER) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(BMP),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(BMP), inner),
    max_leaves=20,
)

REFUSED = {
    "nothing": b"",
    "blanks only": b" \t\r\n",
    "two values": b"1 2",
    "a value and a comma": b"{},",
    "an extra bracket": b"[1]]",
    "a bracket of the other kind": b"[1}",
    "an open array": b"[1",
    "an open array after a comma": b"[1,",
    "an open object": b'{"a": 1',
    "an open string": b'"abc',
    "a string open after a backslash": b'"abc\\',
    "a string open after an escaped quotation mark": b'"abc\\"',
    "a comma before the end of an array": b"[1,]",
    "a comma at the start": b"[,1]",
    "two commas": b"[1,,2]",
    "a comma alone": b"[,]",
    "no comma": b"[1 2]",
    "a colon in an array": b"[1:2]",
    "a comma before the end of an object": b'{"a":1,}',
    "two commas in an object": b'{"a":1,,"b":2}',
    "a comma for a colon": b'{"a",1}',
    "two colons": b'{"a"::1}',
    "a name without value": b'{"a":}',
    "a name alone": b'{"a"}',
    "a bare name": b"{a:1}",
    "a number as name": b"{1:1}",
    "null as name": b"{null:null}",
    "single quotes": b"{'a':'b'}",
    "a comment": b"[1/*2*/]",
    "a comment to the end of the line": b"[1] // one",
    "a hash comment": b"[1] # one",
    "a word": b"nothing",
    "half a word": b"tru",
    "a word in capitals": b"TRUE",
    "Python's words": b"None",
    "NaN": b"NaN",
    "NaN inside": b"[NaN]",
    "minus NaN": b"-NaN",
    "Infinity": b'{"a": Infinity}',
    "minus Infinity": b"-Infinity",
    "a plus sign": b"+1",
    "a minus sign alone": b"-",
    "two minus signs": b"--1",
    "a minus sign and a blank": b"- 1",
    "a leading zero": b"01",
    "a leading zero after minus": b"-01",
    "two zeros": b"00",
    "a dot first": b".5",
    "a dot last": b"5.",
    "a dot alone": b".",
    "two dots": b"1.2.3",
    "an exponent without digits": b"1e",
    "an exponent with a sign only": b"1e+",
    "an exponent with a dot": b"1e1.5",
    "an exponent after a dot": b"1.e1",
    "hex digits": b"0x1F",
    "a separator of thousands": b"1_000",
    "digits of another script": "\u0661".encode(),
    "digits of full width": "\uff11".encode(),
    "an integer over 2^53 - 1": b"9007199254740992",
    "an integer under -(2^53 - 1)": b"-9007199254740992",
    "an integer of 18 characters": b"100000000000000000",
    "an integer of 5,000 digits": b"9" * 5000,
    "a number over the largest double": b"1e309",
    "a number of 41 characters": b"0." + b"1" * 39,
    "a line end in a string": b'"a\nb"',
    "a tab in a string": b'"a\tb"',
    "an escape character in a string": b'"a\x1bb"',
    "a bare NUL in a string": b'"a\x00b"',
    "an escaped NUL in a string": b'"a\\u0000b"',
    "an escaped NUL in a name": b'{"\\u0000": 1}',
    "NUL between values": b"[1,\x002]",
    "an unknown escape": b'"\\x41"',
    "an octal escape": b'"\\101"',
    "an escaped single quote": b'"\\\'"',
    "an escape in capitals": b'"\\U00000041"',
    "an escape of three digits": b'"\\u004"',
    "an escape with a letter": b'"\\u00g1"',
    "an escape with a sign": b'"\\u+041"',
    "a first surrogate alone": b'"\\ud83d"',
    "a first surrogate in capitals": b'"\\uD83D rest"',
    "a second surrogate alone": b'"\\ude00"',
    "surrogates in the wrong order": b'"\\ude00\\ud83d"',
    "two first surrogates": b'"\\ud83d\\ud83d\\ude00"',
    "surrogates with a blank between": b'"\\ud83d \\ude00"',
    "a surrogate before an escaped backslash": b'"\\ud83d\\\\ude00"',
    "a surrogate in a name": b'{"\\udc00": 1}',
    "a surrogate written in UTF-8": b'"\xed\xa0\xbd"',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a byte order mark inside": b"[\xef\xbb\xbf1]",
    "UTF-16, little end first": "{}".encode("utf-16-le"),
    "UTF-16 with a mark": '{"a":1}'.encode("utf-16"),
    "UTF-32": "{}".encode("utf-32-be"),
    "Latin-1": b'"\xe9"',
    "a byte that is never UTF-8": b'"\xff"',
    "a slash in two bytes": b'"\xc0\xaf"',
    "a NUL in two bytes": b'"\xc0\x80"',
    "a character cut short": b'"\xe2\x82"',
    "a character over U+10FFFF": b'"\xf4\x90\x80\x80"',
    "a blank that JSON has not": b"[\x0c]",
    "a no-break space": "\u00a0[]".encode(),
    "a line separator between values": "[1,\u20282]".encode(),
    "one name twice": b'{"a":1,"a":1}',
    "one name twice, with other values": b'{"a":1,"b":2,"a":3}',
    "one name twice, once escaped": b'{"a":1,"\\u0061":2}',
    "one name twice, inside": b'[{"x":{"a":1,"a":2}}]',
    "an empty name twice": b'{"":1,"":2}',
}
ACCEPTED = {
    "a blank around": (b" \t\r\n[ ] \t\r\n", []),
    "the largest integer": (b"9007199254740991", MAX_INTEGER),
    "the smallest integer": (b"-9007199254740991", -MAX_INTEGER),
    "minus zero": (b"-0", 0),
    "an exponent": (b"1E-2", 0.01),
    "a number of 40 characters": (b"0." + b"1" * 38, 0.1111111111111111),
    "a number that rounds to zero": (b"1e-400", 0.0),
    "a top-level string": (b'"a"', "a"),
    "every short escape": (rb'"\"\\\/\b\f\n\r\t"', '"\\/\b\f\n\r\t'),
    "a pair of surrogates": (b'"\\ud83d\\ude00"', "\U0001f600"),
    "a pair in capitals": (b'"\\uD83D\\uDE00"', "\U0001f600"),
    "an escaped backslash before u0000": (rb'"\\u0000"', "\\u0000"),
    "an escaped backslash before a surrogate": (rb'"\\ud83d"', "\\ud83d"),
    "a non-character": (b'"\\uffff"', "\uffff"),
    "a byte order mark in a string": ('"\ufeff"'.encode(), "\ufeff"),
    "one name in two objects": (b'[{"a":1},{"a":2}]', [{"a": 1}, {"a": 2}]),
    "names that differ in case": (b'{"a":1,"A":2}', {"a": 1, "A": 2}),
    "names that differ in normal form": (
        '{"\u00e9":1,"e\u0301":2}'.encode(),
        {"\u00e9": 1, "e\u0301": 2},
    ),
    "brackets in a string": (b'"' + b"[" * 100 + b'"', "[" * 100),
    "brackets after an escaped quotation mark": (b'"\\"' + b"{" * 99 + b'"', '"' + "{" * 99),
    "many brackets side by side": (b"[" + b"[]," * 999 + b"[]]", [[]] * 1000),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_readers_disagree_on_is_refused(data):
    with pytest.raises(MalformedJson):
        load(data)


@pytest.mark.parametrize(("data", "expected"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_all_readers_take_alike_is_taken(data, expected):
    assert load(data) == expected


def nested(depth, opening, closing):
    return opening * depth + b"0" + closing * depth


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_of_64_is_taken_and_of_65_is_too_large(opening, closing):
    load(nested(64, opening, closing))

    with pytest.raises(TooLarge):
        load(nested(65, opening, closing))


@pytest.mark.parametrize(
    "data",
    [b"[" * 100_000, b'[{"a":' * 50_000, b'["]",' * 100 + b"[" * 70, b'"' + b'\\"' * 9 + b"[" * 99],
    ids=["arrays", "arrays and objects", "strings between", "an open string"],
)
def test_open_brackets_never_exhaust_the_stack(data):
    with pytest.raises((TooLarge, MalformedJson)):
        load(data)


@pytest.mark.parametrize("data", [b'"' + b'\\"' * 400_000, b"\\" * 800_000, b'"' * 800_001])
def test_a_bomb_of_escapes_is_read_in_linear_time(data):
    """Each would take minutes if the scan for brackets went back to look for an end of string."""
    with pytest.raises(MalformedJson):
        load(data + b"[]" * 65)


def test_the_limit_is_in_bytes_and_inclusive():
    assert load(b'"12345678"', limit=10) == "12345678"

    with pytest.raises(TooLarge):
        load('"1234567\u00e9"'.encode(), limit=10)


def test_the_default_limit_is_one_mebibyte():
    with pytest.raises(TooLarge):
        load(b'"' + b"a" * (1 << 20) + b'"')


def test_an_object_is_demanded():
    assert load_object(b'{"a":1}') == {"a": 1}

    with pytest.raises(MalformedJson):
        load_object(b"[1]")


def test_the_place_of_a_syntax_error_is_named():
    with pytest.raises(MalformedJson, match=r"^extra data at line 2 column 3$"):
        load(b"\n{}x")


def test_a_refusal_quotes_nothing_of_the_input():
    with pytest.raises(MalformedJson) as caught:
        load(b'{"secret": 1, "secret": 2}')

    assert "secret" not in str(caught.value)


@given(VALUES)
def test_what_is_dumped_loads_again(value):
    assert load(dump(value)) == value


@given(VALUES)
def test_the_standard_library_reads_the_same(value):
    data = json.dumps(value).encode()

    assert load(data) == json.loads(data)


@given(st.binary(max_size=60) | st.text('[]{}":,\\u0d8e19.-+ \n', max_size=60).map(str.encode))
@example(b"\xff")
def test_any_bytes_have_a_value_or_one_of_two_refusals(data):
    try:
        value = load(data)
    except (MalformedJson, TooLarge):
        return

    assert load(dump(value)) == value


def test_all_pairs_of_small_tokens_have_a_value_or_a_refusal():
    tokens = [b"[", b"]", b"{", b"}", b'"', b"\\", b":", b",", b"1", b"-", b".", b"e", b"u", b" "]
    for parts in product(tokens, repeat=4):
        try:
            load(b"".join(parts))
        except MalformedJson:
            continue


@pytest.mark.parametrize("value", [math.nan, math.inf, "\ud800", ["\udfff"]])
def test_what_cannot_be_loaded_is_not_dumped(value):
    with pytest.raises(ValueError, match=r".+"):
        dump(value)


def test_names_keep_their_order_and_text_its_characters():
    assert dump({"b": "\u00e9", "a": [1, 2.5]}) == '{"b":"\u00e9","a":[1,2.5]}'.encode()


def test_no_recursion_error_at_the_largest_depth_with_a_small_stack():
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(400)
    try:
        assert load(nested(64, b"[", b"]"))
    finally:
        sys.setrecursionlimit(limit)
