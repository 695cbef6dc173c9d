"""Keys and signing, as far as the server has a part: prepared, rehearsed, signed elsewhere."""

import dataclasses
import io
import json
import re
from html import unescape

import pytest

from ledger.keys import key_proof_message
from schemas.context import GS1_CONTEXT
from schemas.envelope import encode_submission
from schemas.formats import decode_base64, encode_base64
from schemas.key_request import KeyRequest, encode_key_request
from tests.web.conftest import Web
from tests.world import CHIPS, ORIGIN, party

HOSTILE = f"{CHIPS}%3Cimg%20src=x%20onerror=alert(1)%3E"


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture
def lin(web: Web):
    return web.browser("lin", "logger", of="fab")


def event(**members):
    when = {"eventTime": "2026-03-02T09:00:00Z", "eventTimeZoneOffset": "+00:00"}
    kind = {"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "storing"}
    return {"@context": [GS1_CONTEXT], **kind, **when, "epcList": [f"{CHIPS}1"], **members}


def given(client, document):
    return client.post("/sign", data={"text": json.dumps(document)})


def prepared_in(answer):
    block = re.search(r"<textarea name=\"prepared\"[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)
    return unescape(block[1])


def signed_by(web, who):
    event = web.world.submission(
        who, "ObjectEvent", {"epcList": [f"{CHIPS}1"]}, action="OBSERVE", bizStep="storing"
    )
    return encode_submission(event)


def test_a_document_is_prepared_in_the_name_of_the_party_after_the_newest_head(web, lin):
    (line,) = json.loads(prepared_in(given(lin, event(epcList=[f"{CHIPS}1", f"{CHIPS}2"]))))
    payload = json.loads(decode_base64(line["payload"]))

    assert party("fab") == payload["chiptrail:party"]
    assert web.world.ledger.note().decode() == payload["chiptrail:after"]
    assert [f"{CHIPS}1", f"{CHIPS}2"] == line["lists"]["epcList"]["ids"]
    assert {party("fab"): "Fab"} == line["names"]


def test_what_cannot_be_signed_is_refused_by_its_line(lin):
    answer = given(lin, [event(), event(bizLocation={"id": "geo:99,0"})])

    assert 400 == answer.status_code
    assert "Line 2: got 99 degrees" in answer.text


def test_a_hostile_serial_is_text_in_the_block(lin):
    answer = given(lin, event(epcList=[HOSTILE], bizLocation={"id": "urn:x:</textarea><img>"}))

    assert "<img" not in answer.text.partition("<main")[2].partition("</main>")[0]


def test_a_draft_signed_elsewhere_is_the_same_event(lin):
    kept = {"chiptrail:customs": {"itn": "X20260302000001"}, "epcList": [f"{CHIPS}1", f"{CHIPS}2"]}
    block = prepared_in(given(lin, event(**kept)))
    (draft,) = lin.post("/sign/drafts", data={"prepared": block}).get_json()

    assert kept == {name: draft[name] for name in kept}
    assert not draft.keys() & {"chiptrail:nonce", "chiptrail:after", "chiptrail:commitments"}
    assert 200 == given(lin, draft).status_code


def test_what_was_signed_elsewhere_is_recorded_line_by_line(web, lin):
    lines = [signed_by(web, "fab"), b"{}", signed_by(web, "shop")]
    file = io.BytesIO(b"\n".join(lines)), "signed.ndjson"
    said = lin.post("/sign/signed", data={"file": file}).text

    assert f'href="/entries/{web.world.ledger.head.size - 1}"' in said
    assert "Refused: 2" in said
    assert "Line 2" in said
    assert "Line 3" in said


def test_a_rehearsal_tells_what_would_be_found_and_what_mends_it(web, lin):
    said = json.loads(signed_by(web, "fab"))
    said["envelope"]["signatures"][0]["sig"] = "A" * 86 + "=="
    size = web.world.ledger.head.size
    answer = lin.post("/api/v1/entries/rehearsal", json={"entries": [said]}).get_json()

    assert ["custody/unconfirmed"] == [
        one["code"] for one in answer["entries"][0]["receipt"]["findings"]
    ]
    assert {"custody/unconfirmed"} == answer["remedies"].keys()
    assert {party("fab"): "Fab"} == answer["names"]
    assert size == web.world.ledger.head.size


def test_the_page_of_keys_shows_those_of_the_party_only(web, lin):
    said = lin.get("/keys").text

    assert web.world.keys[party("fab")].public.keyid in said
    assert web.world.keys[party("shop")].public.keyid not in said


def test_who_may_not_write_is_not_asked_to_make_keys(web):
    said = web.browser("eve", "viewer", of="fab").get("/keys").text

    assert "Make a key" not in said


def broken(name, value):
    event = {"type": "ObjectEvent", "action": "OBSERVE", name: value}
    payload = encode_base64(json.dumps(event).encode())
    return [{"payload": payload, "payloadType": "application/vnd.chiptrail.event+json"}]


BAD_BLOCKS = {
    "nothing": "",
    "no list": "{}",
    "a list of numbers": "[1]",
    "no payload": '[{"payload": "AA==", "payloadType": "x"}]',
    "not JSON inside": json.dumps([{**broken("a", 1)[0], "payload": "AAAA"}]),
    "no event inside": json.dumps(broken("chiptrail:commitments", 5)),
}


@pytest.mark.parametrize("block", BAD_BLOCKS.values(), ids=BAD_BLOCKS)
def test_a_block_that_no_panel_showed_is_refused(lin, block):
    assert 400 == lin.post("/sign/drafts", data={"prepared": block}).status_code


@pytest.mark.parametrize("text", ["", "[]", "{", '{"statement": 1}', "null"])
def test_a_document_without_events_is_refused(lin, text):
    answer = lin.post("/sign", data={"text": text})

    assert 400 == answer.status_code
    assert 'role="alert"' in answer.text


# The registrar ------------------------------------------------------------------------------------


@pytest.fixture
def registrar(web):
    return web.browser("reg", "logger", of="registrar")


def request_of(web, name="shop", **changed):
    """A request of a key that *name* does not have yet."""
    key = web.world.key(f"another of {name}")
    proof = key.sign(key_proof_message(ORIGIN, party(name), key.public.keyid))
    said = KeyRequest(ORIGIN, party(name), key.public.raw, proof)
    return encode_key_request(dataclasses.replace(said, **changed)).decode()


def test_a_request_becomes_what_the_registrar_signs(web, registrar):
    answer = registrar.post("/keys/requests", data={"text": request_of(web)})
    (line,) = json.loads(prepared_in(answer))
    said = json.loads(decode_base64(line["payload"]))

    assert ("key", party("shop")) == (said["statement"], said["subject"])
    assert party("registrar") == said["chiptrail:party"]
    assert "it will rest on your word alone" in answer.text


BAD_REQUESTS = {
    "of another ledger": ({"origin": "x.example"}, "it is a request to x.example"),
    "of nobody": ({"party": "urn:chiptrail:party:nobody"}, "no party"),
    "with another proof": ({"proof": bytes(64)}, "small order"),
}


@pytest.mark.parametrize(("changed", "why"), BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_a_request_that_does_not_hold_is_refused_before_anybody_signs(web, registrar, changed, why):
    answer = registrar.post("/keys/requests", data={"text": request_of(web, **changed)})

    assert 400 == answer.status_code
    assert why in answer.text


def test_nobody_else_enrols_keys(web, lin):
    assert 404 == lin.get("/keys/requests").status_code
    assert 404 == lin.post("/keys/requests", data={"text": request_of(web)}).status_code


def test_a_key_is_revoked_by_its_party_and_the_registrar(web, lin, registrar):
    mine, others = (web.world.keys[party(name)].public.keyid for name in ("fab", "shop"))

    assert 404 == lin.get(f"/keys/{others}/revocation").status_code
    assert 200 == registrar.get(f"/keys/{others}/revocation").status_code
    assert 400 == lin.post(f"/keys/{mine}/revocation", data={"reason": " "}).status_code
    said = {"reason": "laptop stolen", "since": "2026-03-02T10:00"}
    (line,) = json.loads(prepared_in(lin.post(f"/keys/{mine}/revocation", data=said)))
    assert mine == json.loads(decode_base64(line["payload"]))["keyid"]


def test_a_time_that_is_none_is_said_beside_its_field(web, lin):
    keyid = web.world.keys[party("fab")].public.keyid
    said = {"reason": "stolen", "since": "yesterday"}

    assert "Want a time" in lin.post(f"/keys/{keyid}/revocation", data=said).text
