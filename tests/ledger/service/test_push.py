"""Pushing many: each has its receipt, what has one is not sent again, whatever came in between."""

import json
from datetime import timedelta

import pytest

from ledger.client.api import open_api
from ledger.service import push as pushing
from ledger.service.journal import open_journal
from ledger.service.push import push
from ledger.service.tokens import Scope, issue
from schemas.envelope import encode_submission
from schemas.errors import CannotOpen, MalformedJson, UnknownKey
from schemas.statement import Role
from tests.openings import opened
from tests.web.serving import served
from tests.world import CHIPS, ORIGIN, party


def begin(made):
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, checking=False, url=url)


@pytest.fixture
def api(world, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(pushing, "BATCH", 3)
    token = issue(world.ledger, party("fab"), "test", {*Scope}, timedelta(days=1))[1]
    with served(world.ledger) as url, open_api(url, token) as made:
        yield made


def lines(world, count):
    made = [
        world.submission(
            "fab",
            "ObjectEvent",
            {"epcList": [f"{CHIPS}{n}"]},
            action="ADD",
            bizStep="commissioning",
        )
        for n in range(count)
    ]
    return [*enumerate(map(encode_submission, made), 1)]


def run(api, given, path, ledger=ORIGIN):
    """The outcomes by number; None had its receipt before."""
    with open_journal(path, ledger) as journal:
        return {one.number: one.outcome for one in push(api, given, journal)}


def test_each_line_has_a_receipt_in_the_file(world, api, tmp_path):
    start = world.ledger.head.size
    run(api, lines(world, 7), tmp_path / "r")

    said = [json.loads(line) for line in (tmp_path / "r").read_text().splitlines()]
    assert {"ledger": ORIGIN} == said[0]
    assert [(n, "recorded", start + n - 1) for n in range(1, 8)] == [
        (one["line"], one["status"], one["index"]) for one in said[1:]
    ]
    world.check()


def test_an_interrupted_push_goes_on_where_it_was(world, api, tmp_path):
    given = lines(world, 7)
    with open_journal(tmp_path / "r", ORIGIN) as journal:
        part = push(api, given, journal)
        [next(part) for _ in range(4)]
        part.close()
    again = run(api, given, tmp_path / "r")

    assert {1, 2, 3, 4} == {number for number, outcome in again.items() if outcome is None}
    # The batch had been recorded before its answers were read.
    assert [False, False, True] == [again[number].created for number in (5, 6, 7)]


def test_a_receipt_that_was_cut_off_counts_for_nothing(world, api, tmp_path):
    given = lines(world, 2)
    run(api, given, tmp_path / "r")
    whole = (tmp_path / "r").read_bytes()
    (tmp_path / "r").write_bytes(whole[:-9])

    assert [None, False] == [
        one and one.created for one in run(api, given, tmp_path / "r").values()
    ]
    assert whole.count(b"\n") == (tmp_path / "r").read_bytes().count(b"\n")


def test_what_was_refused_is_sent_again_and_so_is_a_line_that_changed(world, api, tmp_path):
    good, other = lines(world, 2)
    bad = (2, b"{}")
    first = run(api, [good, bad], tmp_path / "r")
    second = run(api, [(1, other[1]), (2, good[1])], tmp_path / "r")

    assert "malformed-envelope" == first[2].code
    assert [True, False] == [second[number].created for number in (1, 2)]


def test_a_refusal_holds_up_nobody(world, api, tmp_path):
    given = lines(world, 3)
    stranger = json.loads(given[1][1])
    stranger["envelope"]["signatures"][0]["keyid"] = "ab" * 32
    given[1:1] = [(9, json.dumps(stranger).encode()), (8, b"{")]
    outcomes = run(api, given, tmp_path / "r")

    assert (UnknownKey, MalformedJson) == (type(outcomes[9]), type(outcomes[8]))
    assert [True] * 3 == [outcomes[number].created for number in (1, 2, 3)]


def test_a_dry_run_leaves_nothing(world, api):
    size = world.ledger.head.size
    told = [one.outcome.created for one in push(api, lines(world, 2), dry_run=True)]

    assert ([True, True], size) == (told, world.ledger.head.size)


OTHERS = {
    "of another ledger": (b'{"ledger":"other.example"}\n', "receipts of other.example"),
    "no receipts": (b"precious\n", "is no file of receipts"),
    "receipts and more": (b'{"ledger":"ledger.example/world"}\nprecious\n', "line 2 is no receipt"),
}


@pytest.mark.parametrize(("data", "words"), OTHERS.values(), ids=OTHERS)
def test_what_is_no_file_of_receipts_is_left_alone(tmp_path, data, words):
    (tmp_path / "r").write_bytes(data)
    with pytest.raises(CannotOpen, match=words):
        open_journal(tmp_path / "r", ORIGIN).__enter__()

    assert data == (tmp_path / "r").read_bytes()
