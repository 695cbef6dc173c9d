"""Tokens are looked up together by those who wait for it, and as they are by then."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from ledger.service import tokens
from ledger.service.tokens import Scope, authenticate, issue, revoke
from schemas.errors import Unauthenticated
from tests.openings import opened
from tests.world import party


def begin(made):
    made.enroll("fab")
    made.enroll("shop")


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, url=url)


@pytest.fixture
def looked_up(monkeypatch):
    """The ids that each look-up asked for."""
    asked, find_tokens = [], tokens.find_tokens
    monkeypatch.setattr(
        tokens, "find_tokens", lambda c, ids: asked.append({*ids}) or find_tokens(c, ids)
    )
    return asked


def made(world, name):
    found, text = issue(world.ledger, party(name), "test", {Scope.READ}, timedelta(days=9))
    authenticate(world.ledger, text)  # notes the first use
    return found.id, text


def answer(world, text):
    try:
        return authenticate(world.ledger, text).party
    except Unauthenticated:
        return None


def meanwhile(world, texts, then=lambda: None):
    """What is answered to each of *texts*, shown while another look-up runs; *then* comes first."""
    look_ups = world.ledger.look_ups
    with ThreadPoolExecutor(len(texts) + 1) as pool:
        started = []

        def slow(requests):
            while look_ups.waiting < len(texts):
                if not started:
                    started.extend([pool.submit(answer, world, text) for text in texts])
            then()
            return requests

        look_ups.submit(None, 1, slow)
        return [one.result() for one in started]


def test_those_who_wait_share_one_look_up_and_get_an_answer_each(world, looked_up):
    (fab, its), (shop, theirs) = made(world, "fab"), made(world, "shop")
    unknown = f"chiptrail_{'0' * 16}_{'A' * 43}"
    looked_up.clear()

    told = meanwhile(world, [its, theirs, unknown, its])
    assert [party("fab"), party("shop"), None, party("fab")] == told
    assert [{fab, shop, "0" * 16}] == looked_up


def test_who_waits_with_a_token_that_is_revoked_by_then_is_not_let_in(world):
    (token_id, text), (_, other) = made(world, "fab"), made(world, "shop")

    told = meanwhile(world, [text, other], then=lambda: revoke(world.ledger, token_id))
    assert [None, party("shop")] == told
