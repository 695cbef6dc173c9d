"""What holds for every answer: who asks is known, every error has one form, headers are set."""

import pytest

from ledger.service.tokens import revoke, tokens
from tests.world import party

NOBODY = {
    "no token": {},
    "another scheme": {"Authorization": "Basic YTpi"},
    "no token text": {"Authorization": "Bearer"},
    "a token of nobody": {"Authorization": f"Bearer chiptrail_{'0' * 16}_{'A' * 43}"},
}


@pytest.mark.parametrize("headers", NOBODY.values(), ids=NOBODY)
def test_without_a_token_that_holds_nothing_is_told(web, headers):
    answer = web.ask("/api/v1/entries/0", **headers)

    assert (401, "unauthenticated") == (answer.status_code, answer.json["title"])
    assert 'Bearer realm="chiptrail"' == answer.headers["WWW-Authenticate"]


def test_a_token_that_was_taken_back_holds_no_more(web):
    text = web.token("fab")
    revoke(web.world.ledger, tokens(web.world.ledger)[0].id)

    assert 401 == web.ask("/api/v1/entries/0", token=text).status_code


def test_a_token_that_has_expired_holds_no_more(web):
    text = web.token("fab")
    web.world.advance(days=2)

    assert 401 == web.ask("/api/v1/entries/0", token=text).status_code


def test_another_secret_with_the_id_of_a_token_is_nobody(web):
    text = web.token("fab")[:-4] + "AAAA"

    assert 401 == web.ask("/api/v1/entries/0", token=text).status_code


def test_the_secret_of_a_token_is_not_kept(web):
    secret = web.token("fab").split("_", 2)[2]
    with web.world.ledger.database.reading() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM token").all()

    assert secret not in repr(kept)


def test_when_a_token_was_used_last_is_known(web):
    web.ask("/api/v1/entries/0", by="fab")

    (token,) = tokens(web.world.ledger)
    assert (party("fab"), web.world.now) == (token.party, token.used_at)


def test_what_is_not_there_is_said_in_the_one_form(web):
    answer = web.ask("/nowhere")

    assert (404, "application/problem+json") == (answer.status_code, answer.content_type)
    assert "urn:chiptrail:problem:not-found" == answer.json["type"]


def test_a_browser_is_told_on_a_page_that_nothing_is_there(web):
    browsers = "text/html,application/xml;q=0.9,application/signed-exchange;v=b3;q=0.7,*/*;q=0.8"
    answer = web.ask("/nowhere", Accept=browsers)

    assert (404, "text/html; charset=utf-8") == (answer.status_code, answer.content_type)


def test_a_method_that_is_not_there_names_those_that_are(web):
    answer = web.ask("/healthz", method="DELETE")

    assert (405, {"GET", "HEAD", "OPTIONS"}) == (answer.status_code, {*answer.allow})
    assert ("about:blank", "Method Not Allowed") == (answer.json["type"], answer.json["title"])


def test_every_answer_forbids_to_be_framed_or_guessed_at(web):
    for path in ("/healthz", "/nowhere", "/log/checkpoint"):
        headers = web.ask(path).headers
        assert "nosniff" == headers["X-Content-Type-Options"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_a_read_only_ledger_says_why(web):
    web.world.ledger.stopped = "the disk is on fire"
    answer = web.ask("/healthz")

    assert (503, "the disk is on fire") == (answer.status_code, answer.json["why"])


def test_a_read_only_ledger_refuses_with_when_to_come_again(web):
    web.world.ledger.stopped = "the disk is on fire"
    answer = web.ask("/api/v1/entries", by="fab", data="{}")

    assert (503, "5") == (answer.status_code, answer.headers["Retry-After"])
    assert "the disk is on fire" == answer.json["detail"]


def test_a_fault_of_ours_tells_nothing_of_the_inside(web, monkeypatch):
    monkeypatch.setattr(web.world.ledger, "snapshot", lambda: 1 / 0)
    answer = web.ask("/log/checkpoint")

    assert (500, "about:blank") == (answer.status_code, answer.json["type"])
    assert "division" not in answer.text


def test_the_description_of_the_api_is_there_for_everybody(web):
    answer = web.ask("/api/v1/openapi.json")

    assert ("3.1.0", 200) == (answer.json["openapi"], answer.status_code)
    assert {"get"} == answer.json["paths"]["/api/v1/entries/{index}"].keys() - {"parameters"}
