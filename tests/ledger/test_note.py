"""Signed notes: the known answers, and everything that only looks like one."""

import json
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.keys import private_key
from ledger.note import (
    COSIGNATURE_V1,
    Note,
    NoteSignature,
    add_signature,
    cosign,
    cosigned_at,
    encode_note,
    encode_signature,
    encode_vkey,
    parse_note,
    parse_signatures,
    parse_vkey,
    sign_note,
    verifier_of,
    verify_note,
)
from schemas.errors import BadSignature, MalformedNote, TooLarge, WeakKey

NOTES = json.loads((Path(__file__).parents[1] / "vectors" / "notes.json").read_text())["notes"]
KEY = private_key(sha256(b"a key").digest())
OTHER = private_key(sha256(b"another key").digest())
VERIFIER = verifier_of("example.com/foo", KEY.public)
VKEY = encode_vkey("example.com/foo", KEY.public)
TEXT = "a text\n"
NOTE = sign_note(TEXT, "example.com/foo", KEY)
LINE = NOTE.decode().split("\n\n")[1]

each_note = pytest.mark.parametrize("row", NOTES, ids=[row["desc"] for row in NOTES])


@each_note
def test_a_known_note_verifies(row):
    verifiers = [parse_vkey(vkey) for vkey in row["vkeys"]]
    note = parse_note(row["note"].encode())

    assert verify_note(note, verifiers) == tuple(verifiers)
    assert encode_note(note) == row["note"].encode()


@each_note
def test_a_known_vkey_is_spelt_again(row):
    for vkey in row["vkeys"]:
        verifier = parse_vkey(vkey)

        assert encode_vkey(verifier.name, verifier.key, verifier.algorithm) == vkey


@each_note
def test_a_known_note_with_another_text_is_refused(row):
    verifiers = [parse_vkey(vkey) for vkey in row["vkeys"]]
    note = parse_note(row["note"].encode())

    with pytest.raises(BadSignature):
        verify_note(replace(note, text="x" + note.text), verifiers)


def test_the_known_note_is_signed_again():
    row = NOTES[-1]
    log, witness = [private_key(sha256(seed.encode()).digest()) for seed in row["seeds"]]
    text = parse_note(row["note"].encode()).text
    note = sign_note(text, "ledger.example/test", log)
    line = cosign(text, "witness1.example/w", witness, row["cosignedAt"])

    assert add_signature(note, line) == row["note"].encode()


@given(
    st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"])), st.lists(st.text("a\n"))
)
def test_any_text_is_signed_and_read_back(first, lines):
    text = first + "\n" + "".join(lines) + "\n"
    note = parse_note(sign_note(text, "example.com/foo", KEY))

    assert note.text == text
    assert verify_note(note, [VERIFIER]) == (VERIFIER,)


def test_the_last_blank_line_ends_the_text():
    text = "first\n\n— example.com/foo AAAAAAA=\n\nlast\n"

    assert parse_note(sign_note(text, "example.com/foo", KEY)).text == text


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_a_note_parses_or_is_malformed(data):
    try:
        note = parse_note(data)
    except MalformedNote:
        return

    assert encode_note(note) == data


# Form -------------------------------------------------------------------------------------------

DATA = LINE.split(" ")[2].rstrip("\n")
EN_DASH_LINE = LINE.replace("\u2014", "\u2013")
BAD_NOTES = {
    "nothing": "",
    "no signatures": f"{TEXT}\n",
    "no text": LINE,
    "no blank line": f"{TEXT}{LINE}",
    "text without line end": f"a text\n{LINE}",
    "last line without end": f"{TEXT}\n{LINE[:-1]}",
    "an empty last line": f"{TEXT}\n{LINE}\n",
    "a hyphen for the dash": f"{TEXT}\n{LINE.replace('—', '-')}",
    "an en dash for the dash": f"{TEXT}\n{EN_DASH_LINE}",
    "no name": f"{TEXT}\n—  {DATA}\n",
    "a name with plus": f"{TEXT}\n— example.com+foo {DATA}\n",
    "a name with a space": f"{TEXT}\n— example.com foo {DATA}\n",
    "a name with a no-break space": f"{TEXT}\n— example.com\u00a0foo {DATA}\n",
    "a name with a line separator": f"{TEXT}\n— example.com\u2028foo {DATA}\n",
    "a blank at the end": f"{TEXT}\n{LINE[:-1]} \n",
    "a carriage return": f"{TEXT}\n{LINE[:-1]}\r\n",
    "a key id alone": f"{TEXT}\n— example.com/foo AAAAAA==\n",
    "base64 without padding": f"{TEXT}\n{LINE.replace('=', '')}",
    "base64 with unused bits set": f"{TEXT}\n— example.com/foo AAAAAAB=\n",
    "URL-safe base64": f"{TEXT}\n— example.com/foo AAAA-_8=\n",
    "base64 with a stray character": f"{TEXT}\n— example.com/foo AAAA!AAA=\n",
    "a tab in the text": f"a\ttext\n\n{LINE}",
    "U+0000 in the text": f"a\x00text\n\n{LINE}",
    "a carriage return in the text": f"a text\r\n\n{LINE}",
    "an escape in the text": f"a\x1b[2Jtext\n\n{LINE}",
}


@pytest.mark.parametrize("text", BAD_NOTES.values(), ids=BAD_NOTES)
def test_what_only_looks_like_a_note_is_malformed(text):
    with pytest.raises(MalformedNote):
        parse_note(text.encode())


def test_a_note_is_utf_8():
    for bad in (b"\xff", b"\xed\xa0\x80", b"\xc0\x80"):
        with pytest.raises(MalformedNote, match="UTF-8"):
            parse_note(bad + NOTE)


def test_sixteen_long_signatures_are_accepted_and_a_thousand_are_not():
    long_line = encode_signature(NoteSignature("pq.example", b"abcd", bytes(3700)))
    short_line = encode_signature(NoteSignature("pq.example", b"abcd", b"x"))

    assert len(parse_note(NOTE + (long_line * 15).encode()).signatures) == 16
    for lines in (long_line * 1000, short_line * 64):
        with pytest.raises(TooLarge):
            parse_note(NOTE + lines.encode())


@pytest.mark.parametrize("text", ["", "no line end", "a\ttab\n", "a\x1fb\n"])
def test_a_text_that_cannot_be_read_back_is_not_signed(text):
    for sign in (
        lambda: sign_note(text, "example.com/foo", KEY),
        lambda: cosign(text, "example.com/foo", KEY, 1),
    ):
        with pytest.raises(MalformedNote):
            sign()


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb", "a\x00b", "a\u0085b"])
def test_a_name_that_cannot_be_read_back_does_not_sign(name):
    with pytest.raises(MalformedNote):
        sign_note(TEXT, name, KEY)


# Trust ------------------------------------------------------------------------------------------


def test_unknown_signers_are_ignored_even_with_bad_signatures():
    junk = encode_signature(NoteSignature("example.com/foo", b"abcd", b"junk"))
    note = parse_note(add_signature(NOTE, junk))

    assert verify_note(note, [VERIFIER]) == (VERIFIER,)


def test_a_note_of_unknown_signers_alone_is_refused():
    stranger = verifier_of("example.com/foo", OTHER.public)

    for verifiers in ([], [stranger]):
        with pytest.raises(BadSignature, match="known key"):
            verify_note(parse_note(NOTE), verifiers)


def test_a_configured_key_whose_signature_fails_rejects_the_whole_note():
    forged = replace(parse_signatures(LINE)[0], data=bytes(64))
    other = verifier_of("example.com/bar", OTHER.public)
    good = sign_note(TEXT, "example.com/bar", OTHER)
    note = parse_note(add_signature(good, encode_signature(forged)))

    assert verify_note(note, [other]) == (other,)
    with pytest.raises(BadSignature):
        verify_note(note, [other, VERIFIER])


def test_a_signature_cannot_be_moved_to_another_name():
    moved = verifier_of("example.com/bar", KEY.public)
    renamed = parse_note(NOTE.replace(b"example.com/foo", b"example.com/bar"))

    with pytest.raises(BadSignature, match="known key"):
        verify_note(renamed, [moved])


def test_a_key_id_that_collides_does_not_help_a_forger():
    line = replace(parse_signatures(LINE)[0], data=OTHER.sign(TEXT.encode()))

    with pytest.raises(BadSignature):
        verify_note(Note(TEXT, (line,)), [VERIFIER])


@pytest.mark.parametrize("point", ["01" + "00" * 31, "00" * 32, "ec" + "ff" * 30 + "7f"])
def test_a_note_signature_with_small_order_r_is_refused(point):
    data = bytes.fromhex(point) + KEY.sign(TEXT.encode())[32:]

    with pytest.raises(BadSignature, match="small order"):
        verify_note(Note(TEXT, (NoteSignature(VERIFIER.name, VERIFIER.key_id, data),)), [VERIFIER])


def test_a_signer_counts_once():
    note = parse_note(NOTE)

    assert verify_note(Note(TEXT, note.signatures * 3), [VERIFIER]) == (VERIFIER,)


def test_adding_a_line_twice_adds_it_once():
    line = cosign(TEXT, "w.example", OTHER, 7)
    once = add_signature(NOTE, line)

    assert once == NOTE + line.encode()
    assert add_signature(once, line) == once


@pytest.mark.parametrize("line", ["", "\n", "no line", LINE[:-1], f"{TEXT}\n{LINE}"])
def test_what_is_no_line_is_not_added(line):
    with pytest.raises(MalformedNote):
        add_signature(NOTE, line)


def test_notes_do_not_grow_without_end():
    lines = "".join(cosign(TEXT, "w.example", OTHER, at) for at in range(63))

    with pytest.raises(TooLarge):
        add_signature(add_signature(NOTE, lines), cosign(TEXT, "w.example", OTHER, 63))


# Verifier keys ----------------------------------------------------------------------------------


def b64(data):
    return b64encode(data).decode()


ONE = b"\x01" + KEY.public.raw
BAD_VKEYS = {
    "nothing": "",
    "a name alone": "example.com/foo",
    "no key": "example.com/foo+530d903a",
    "no name": f"+{VKEY.split('+', 1)[1]}",
    "a name with a space": f"a {VKEY}",
    "upper-case key id": VKEY.replace(VERIFIER.key_id.hex(), VERIFIER.key_id.hex().upper()),
    "another key id": VKEY.replace(VERIFIER.key_id.hex(), "00000000"),
    "a short key id": VKEY.replace(VERIFIER.key_id.hex(), "0000"),
    "another name": VKEY.replace("foo", "bar"),
    "a line end": VKEY + "\n",
    "needless padding": VKEY + "=",
    "a key of 31 bytes": f"example.com/foo+530d903a+{b64(ONE[:-1])}",
    "a key of 33 bytes": f"example.com/foo+530d903a+{b64(ONE + bytes(1))}",
    "no type": f"example.com/foo+530d903a+{b64(ONE[1:])}",
    "an ECDSA key": f"example.com/foo+530d903a+{b64(bytes([2]) + ONE[1:])}",
}


@pytest.mark.parametrize("text", BAD_VKEYS.values(), ids=BAD_VKEYS)
def test_what_only_looks_like_a_vkey_is_malformed(text):
    with pytest.raises(MalformedNote):
        parse_vkey(text)


def test_a_vkey_of_a_weak_key_is_refused():
    raw = bytes([1]) + bytes(31)

    with pytest.raises(WeakKey):
        parse_vkey(f"example.com/foo+530d903a+{b64(bytes([1]) + raw)}")


def test_one_key_under_two_types_has_two_key_ids():
    cosigner = verifier_of("example.com/foo", KEY.public, COSIGNATURE_V1)

    assert cosigner.key_id != VERIFIER.key_id
    with pytest.raises(BadSignature):
        verify_note(parse_note(NOTE), [cosigner])


def test_only_a_cosigner_has_a_time():
    note = parse_note(add_signature(NOTE, cosign(TEXT, "w.example", OTHER, 7)))

    assert cosigned_at(note, verifier_of("w.example", OTHER.public, COSIGNATURE_V1)) == 7
    with pytest.raises(BadSignature):
        cosigned_at(note, VERIFIER)
