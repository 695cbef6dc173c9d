"""Keys and signing, as far as the server has a part: prepared, rehearsed, signed elsewhere."""

import io
import json
import re
from html import unescape

import pytest

from schemas.context import GS1_CONTEXT
from schemas.envelope import encode_submission
from schemas.formats import decode_base64
from tests.web.conftest import Web
from tests.world import CHIPS, party

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
    assert size == web.world.ledger.head.size


def test_the_page_of_keys_shows_those_of_the_party_only(web, lin):
    said = lin.get("/keys").text

    assert web.world.keys[party("fab")].public.keyid in said
    assert web.world.keys[party("shop")].public.keyid not in said


def test_who_may_not_write_is_not_asked_to_make_keys(web):
    said = web.browser("eve", "viewer", of="fab").get("/keys").text

    assert "Make a key" not in said
