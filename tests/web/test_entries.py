"""Entries over HTTP: recorded once, tried without a trace, read by whom they are for."""

import json

import pytest

from ledger.checkpoint import open_checkpoint
from ledger.merkle import leaf_hash, verify_inclusion
from ledger.proof import parse_proof, verify_proof
from ledger.service.tokens import Scope
from schemas.envelope import encode_submission, parse_submission
from schemas.formats import decode_base64
from tests.world import CHIPS

ENTRIES = "/api/v1/entries"
NDJSON = "application/x-ndjson"
SUBMITTED = ("envelope", "lists", "disclosures")
WITHHELD = {"withheld": ["chiptrail:customs"], "chiptrail:customs": {"itn": "X20260302000001"}}


def commission(web, *serials):
    items = [f"{CHIPS}{serial}" for serial in serials]
    fields = {"epcList": items}
    return encode_submission(
        web.world.submission("fab", "ObjectEvent", fields, action="ADD", bizStep="commissioning")
    )


def post(web, data, by="fab", query="", **more):
    return web.ask(f"{ENTRIES}{query}", by=by, data=data, **more)


def test_a_submission_is_recorded_and_answers_where(web):
    answer = post(web, commission(web, "A"))

    assert 201 == answer.status_code
    assert f"{ENTRIES}/{answer.json['index']}" == answer.headers["Location"]
    web.world.check()


def test_the_same_again_answers_the_same_and_that_it_was_there(web):
    data = commission(web, "A")
    first, again = post(web, data), post(web, data)

    assert (201, 200) == (first.status_code, again.status_code)
    assert {**first.json, "created": False} == again.json


def test_a_dry_run_answers_and_leaves_no_trace(web):
    size = web.world.ledger.head.size
    answer = post(web, commission(web, "A"), query="?dry_run=true")

    assert (200, size) == (answer.status_code, answer.json["index"])
    assert size == web.ask("/healthz").json["size"]


def test_many_are_answered_in_order_each_with_a_status(web):
    good, bad = json.loads(commission(web, "A")), {"payload": ""}
    answer = post(web, json.dumps({"entries": [good, bad, good]}))

    assert 200 == answer.status_code
    assert [201, 400, 200] == [one["status"] for one in answer.json["entries"]]
    assert "malformed-envelope" == answer.json["entries"][1]["problem"]["title"]


def test_lines_are_answered_line_by_line(web):
    lines = [commission(web, "A"), b"", b"{", commission(web, "B")]
    answer = post(web, b"\n".join(lines), Content_Type=NDJSON)

    told = [json.loads(line) for line in answer.text.splitlines()]
    assert [(1, 201), (2, 400), (3, 201)] == [(one["line"], one["status"]) for one in told]
    web.world.check()


def test_a_dry_run_of_lines_takes_earlier_lines_into_account(web):
    lines = [commission(web, "A"), commission(web, "A")]
    answer = post(web, b"\n".join(lines), query="?dry_run=true", Content_Type=NDJSON)

    told = [json.loads(line) for line in answer.text.splitlines()]
    found = [[one["code"] for one in line["receipt"]["findings"]] for line in told]
    assert [[], ["custody/already-exists"]] == found


REFUSED = {
    "no JSON": (b"{", 400, "malformed-json"),
    "a name twice": (b'{"payload":"","payload":""}', 400, "malformed-json"),
    "NaN": (b'{"payload":NaN}', 400, "malformed-json"),
    "no envelope": (b"[]", 400, "malformed-envelope"),
    "nothing": (b"", 400, "malformed-json"),
    "entries that are no list": (b'{"entries":5}', 400, "malformed-json"),
    "entries and more": (b'{"entries":[],"more":1}', 400, "malformed-json"),
    "no entries": (b'{"entries":[]}', 400, "malformed-json"),
    "too deep": (b"[" * 100 + b"]" * 100, 413, "too-large"),
}


@pytest.mark.parametrize(("data", "status", "code"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_refused_and_leaves_no_trace(web, data, status, code):
    size = web.world.ledger.head.size
    answer = post(web, data)

    assert (status, code) == (answer.status_code, answer.json["title"])
    assert f"urn:chiptrail:problem:{code}" == answer.json["type"]
    assert size == web.ask("/healthz").json["size"]


def test_a_dry_run_of_many_says_of_each_that_it_was_not_recorded(web):
    lines = [commission(web, "A"), commission(web, "B")]
    listed = post(web, b'{"entries":[' + b",".join(lines) + b"]}", query="?dry_run=true")
    told = post(web, b"\n".join(lines), query="?dry_run=true", Content_Type=NDJSON).text

    statuses = [one["status"] for one in listed.json["entries"]]
    statuses += [json.loads(line)["status"] for line in told.splitlines()]
    assert [200] * 4 == statuses


def test_the_way_a_batch_is_spelled_changes_nothing(web):
    good, bad = commission(web, "A"), commission(web, "B")
    bad = bad.replace(b'"payload":"', b'"payload":"\xff')
    size = web.world.ledger.head.size
    tight, wide = b'{"entries":[' + good + b"," + bad + b"]}", b" {" + b" " * 99
    wide += b'"entries" : [' + good + b" , " + bad + b" ] }"

    for answer in (post(web, tight), post(web, wide)):
        assert (400, "malformed-json") == (answer.status_code, answer.json["title"])
    assert size == web.world.ledger.head.size


def test_the_pointer_to_a_list_is_spelled_as_pointers_are(web):
    data = json.dumps({**json.loads(commission(web, "A")), "lists": {"a/b~c": 1}})

    assert "/lists/a~1b~0c" == post(web, data).json["pointer"]


def test_an_unknown_parameter_is_refused(web):
    answer = post(web, commission(web, "A"), query="?dryrun=true")

    assert (422, "application/problem+json") == (answer.status_code, answer.content_type)
    assert "dryrun" in answer.json["detail"]


def test_a_parameter_that_is_given_twice_is_refused(web):
    size = web.world.ledger.head.size
    answer = post(web, commission(web, "A"), query="?dry_run=false&dry_run=true")

    assert (422, "application/problem+json") == (answer.status_code, answer.content_type)
    assert "dry_run" in answer.json["detail"]
    assert size == web.world.ledger.head.size


def test_what_another_party_signed_is_refused(web):
    answer = post(web, commission(web, "A"), by="shop")

    assert (403, "foreign-party") == (answer.status_code, answer.json["title"])
    assert "/chiptrail:party" == answer.json["pointer"]


def test_a_token_that_only_reads_records_nothing(web):
    answer = post(web, commission(web, "A"), by=None, token=web.token("fab", Scope.READ))

    assert (403, "forbidden") == (answer.status_code, answer.json["title"])


def test_an_entry_is_shown_as_it_was_signed(web):
    data = commission(web, "A")
    index = post(web, data).json["index"]
    answer = web.ask(f"{ENTRIES}/{index}", by="fab")

    assert json.loads(data)["envelope"] == answer.json["envelope"]
    assert 137 == len(decode_base64(answer.json["leaf"]))


def test_its_signer_gets_an_entry_as_it_was_submitted_and_others_the_envelope(web):
    world, chips = web.world, web.world.chips(2)
    world.commission("fab", chips)
    declared = world.declare("fab", chips, **WITHHELD)
    world.ship("fab", chips, to="shop")
    mine, theirs = (web.ask(f"{ENTRIES}/{declared.index}", by=who).json for who in ("fab", "shop"))

    assert [*chips] == mine["lists"]["epcList"]["ids"]
    assert mine["envelope"] == theirs["envelope"]
    assert (1, {"lists", "disclosures"}) == (len(mine["disclosures"]), mine.keys() - theirs.keys())
    parse_submission(json.dumps({name: mine[name] for name in SUBMITTED}).encode())


def test_the_proof_of_an_entry_verifies_by_itself(web):
    index = post(web, commission(web, "A")).json["index"]
    leaf = decode_base64(web.ask(f"{ENTRIES}/{index}", by="fab").json["leaf"])
    data = web.ask(f"{ENTRIES}/{index}/proof", by="fab", Accept="text/x.tlog-proof").data

    verify_proof(parse_proof(data), leaf_hash(leaf), web.world.ledger.verifier)


def test_who_sees_a_part_of_what_an_entry_names_gets_the_leaf_alone(web):
    world = web.world
    chips = world.chips(2)
    made = world.commission("fab", chips)
    world.ship("fab", chips[:1], to="shop")
    answer = web.ask(f"{ENTRIES}/{made.index}", by="shop")

    assert (200, None) == (answer.status_code, answer.json["envelope"])


def test_an_entry_of_others_and_one_that_is_not_there_answer_alike(web):
    made = web.world.commission("fab", web.world.chips(1))
    of_others, of_nobody = (web.ask(f"{ENTRIES}/{index}", by="shop") for index in (made.index, 999))

    assert (404, 404) == (of_others.status_code, of_nobody.status_code)
    assert of_nobody.text.replace("999", str(made.index)) == of_others.text


def test_an_entry_is_proved_in_the_log_of_any_size_that_has_it(web):
    world = web.world
    index = world.commission("fab", world.chips(1)).index
    world.declare("fab", world.chips(1))
    for size in (index + 1, world.ledger.head.size):
        told = web.ask(f"{ENTRIES}/{index}/proof?size={size}", by="fab").json
        leaf, path = decode_base64(told["leaf"]), map(decode_base64, told["inclusion"])
        verify_inclusion(index, size, leaf_hash(leaf), [*path], decode_base64(told["root"]))


def test_a_proof_that_travels_alone_is_of_a_size_that_was_signed(web):
    world = web.world
    index = world.commission("fab", world.chips(1)).index
    world.declare("fab", world.chips(1))
    asked = f"{ENTRIES}/{index}/proof?size={index + 1}"
    proof = parse_proof(web.ask(asked, by="fab", Accept="text/x.tlog-proof").data)

    assert index + 1 == open_checkpoint(proof.checkpoint, world.ledger.verifier).size


def test_a_size_at_which_it_was_not_there_is_refused(web):
    index = web.world.commission("fab", web.world.chips(1)).index
    answer = web.ask(f"{ENTRIES}/{index}/proof?size={index}", by="fab")

    assert (400, "malformed-parameter") == (answer.status_code, answer.json["title"])
