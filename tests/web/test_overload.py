"""Who comes when there is too much to do is told when to come again, before anything begins."""

import json

import pytest

from ledger.service import group_commit
from tests.web.test_entries import ENTRIES, NDJSON, commission
from web import limits
from web.app import MOST_QUEUED
from web.limits import Limits
from web.server import QUEUED


def size_of(web):
    return web.world.ledger.head.size


@pytest.mark.parametrize("path", [ENTRIES, "/", "/log/checkpoint", "/healthz"])
def test_with_too_many_in_the_queue_one_is_turned_away(web, path):
    answer = web.client.get(path, environ_overrides={QUEUED: MOST_QUEUED + 1})

    assert (503, "1") == (answer.status_code, answer.headers["Retry-After"])
    assert "overloaded" in answer.text


@pytest.mark.parametrize("form", ["application/json", NDJSON])
def test_with_too_many_before_the_commit_nothing_is_recorded(web, monkeypatch, form):
    data, size = commission(web, "A"), size_of(web)
    with monkeypatch.context() as full:
        full.setattr(group_commit, "MOST_WAITING", 0)
        answer = web.ask(ENTRIES, by="fab", data=data, Content_Type=form)
    told = json.loads(answer.data)

    assert (503, size) == (told["status"], size_of(web))
    assert form == NDJSON or answer.headers["Retry-After"] == "1"
    assert 201 == web.ask(ENTRIES, by="fab", data=data).status_code


def test_who_asks_too_often_is_told_before_anything_is_recorded(web):
    sent = [commission(web, "A"), commission(web, "B")]
    web.app.extensions["chiptrail-limits"] = Limits(1)
    first, second = (web.ask(ENTRIES, by="fab", data=data) for data in sent)

    assert [201, 429] == [first.status_code, second.status_code]
    assert 0 < int(second.headers["Retry-After"]) <= 61
    assert first.json["size"] == size_of(web)


def test_what_is_not_there_is_asked_for_so_often_and_no_more(web, monkeypatch):
    """Each unknown serial of a check is such a question; others are let in as before."""
    monkeypatch.setattr(limits, "MISSES_AN_HOUR", 3)
    web.app.extensions["chiptrail-limits"] = Limits(None)
    web.world.commission("fab", web.world.chips(1))
    made = f"/api/v1/items/{web.world.chips(1)[0]}"
    check = json.dumps({"serials": "NONE-1 NONE-2"})

    assert 200 == web.ask("/api/v1/check", by="fab", data=check).status_code
    assert [404, 429] == [web.ask(p, by="fab").status_code for p in ("/api/v1/items/N", made)]
    assert 200 == web.ask(made, by="customs").status_code
