"""The client of the API, against a server that answers as it is told: what it makes of each."""

import gc
import json
import tracemalloc

import pytest

from ledger.client.api import open_api
from ledger.client.patience import Patience
from schemas.errors import MalformedParameter, ReadOnly, UnknownKey, Unreachable
from tests.ledger.client.server import Answer, serving

ENTRIES = "api/v1/entries"
RECEIPT = {
    "index": 41,
    "identity": "ab" * 32,
    "recordedAt": "2026-03-03T12:00:00Z",
    "created": True,
    "size": 42,
    "findings": [
        {
            "code": "custody/not-holder",
            "tier": "contraindicated",
            "message": "m",
            "index": 41,
            "items": ["urn:a"],
            "cites": [7],
            "onItems": True,
            "closedBy": None,
        }
    ],
    "withoutEffect": None,
    "replaces": {"entry": 3, "correction": 9},
    "draws": [{"regime": "EAR", "number": "D1", "quantity": 2, "left": None}],
}


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    with serving() as running:
        yield running


class Asking:
    """What a client asks of *server*, and how long it would have waited in between."""

    def __init__(self, server, answers, attempts=3):
        server.answers = {ENTRIES: answers}
        self.pauses = []
        self.api = open_api(
            server.url, "t", patience=Patience(attempts, 1.0, 20.0), sleep=self.pauses.append
        )

    def capture(self):
        with self.api as api:
            return api.capture(b"{}")

    def lines(self, *lines):
        with self.api as api:
            return [one.index if hasattr(one, "index") else one for one in api.capture_lines(lines)]


def said(value, **more):
    return Answer(json.dumps(value).encode(), **more)


def problem(code, status, detail="d", **more):
    kind = f"urn:chiptrail:problem:{code}"
    return said({"type": kind, "detail": detail, "pointer": "/a"}, status=status, **more)


def line(number, **more):
    receipt = {**RECEIPT, "index": number}
    return json.dumps({"line": 1, "status": 201, "receipt": receipt, **more}).encode() + b"\n"


def test_a_receipt_is_read_in_full(server):
    receipt = Asking(server, said(RECEIPT, status=201)).capture()

    assert (41, True, (3, 9)) == (receipt.index, receipt.created, receipt.replaces)
    assert ("custody/not-holder", (7,)) == (receipt.findings[0].code, receipt.findings[0].cites)
    assert RECEIPT == receipt.said


def test_a_finding_that_is_not_known_here_does_not_lose_the_receipt(server):
    findings = [*RECEIPT["findings"], {"code": "custody/of-tomorrow"}]
    receipt = Asking(server, said({**RECEIPT, "findings": findings})).capture()

    assert (1, 2) == (len(receipt.findings), len(receipt.said["findings"]))


def test_what_is_refused_is_raised_as_there(server):
    with pytest.raises(UnknownKey, match="/a: nobody's") as raised:
        Asking(server, problem("unknown-key", 403, "nobody's")).capture()

    assert "/a" == raised.value.pointer


BAD = {
    "no JSON": (Answer(b"hello"), "no JSON"),
    "no receipt": (said({}), "without 'index'"),
    "a number that is none": (said({**RECEIPT, "index": True}), "got bool, want int"),
    "a redirect": (Answer(status=307, Location="http://other.example/"), "redirects to"),
    "a refusal of another's": (Answer(b"go away", status=418), "answers 418"),
    "an unknown problem": (problem("of-tomorrow", 400, "not yet"), "answers 400: not yet"),
}


@pytest.mark.parametrize(("answer", "words"), BAD.values(), ids=BAD)
def test_what_does_not_read_is_no_answer(server, answer, words):
    with pytest.raises(Unreachable, match=words):
        Asking(server, answer).capture()


def test_what_may_pass_is_tried_again_as_late_as_is_asked(server):
    busy = [problem("read-only", 503, Retry_After="7"), Answer(status=429, Retry_After="99")]
    asking = Asking(server, [*busy, said(RECEIPT)])

    assert (41, [7.0, 20.0]) == (asking.capture().index, asking.pauses)


def test_what_does_not_pass_is_raised_in_the_end(server):
    asking = Asking(server, problem("read-only", 503, "the disk is on fire"))
    with pytest.raises(ReadOnly, match="the disk is on fire"):
        asking.capture()

    assert [1.0, 4.0] == asking.pauses


def test_nobody_there_is_unreachable_after_some_tries(server):
    asking = Asking(server, [])
    server.server_close()
    with pytest.raises(Unreachable):
        asking.capture()

    assert 2 == len(asking.pauses)


def test_lines_without_an_answer_are_sent_again_and_no_others(server):
    first, rest = line(1) + line(2) + b'{"lin', line(3)
    asking = Asking(server, [first, rest])

    assert [1, 2, 3] == asking.lines(b"a", b"b", b"c")
    assert [b"a\nb\nc\n", b"c\n"] == server.sent


@pytest.fixture
def traced():
    """What is held is known, and is held until it is let go: nothing else collects it."""
    gc.disable()
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    gc.enable()


def test_of_what_was_sent_before_nothing_is_held(server, traced):
    server.answers = {ENTRIES: line(41)}
    batch = 1 << 20
    with open_api(server.url, "t") as api:
        for _ in range(8):
            assert 1 == len([*api.capture_lines([b"x" * batch])])
            server.sent.clear()

    assert traced() < 2 * batch


def test_a_line_that_is_refused_holds_up_no_other(server):
    refused = {"type": "urn:chiptrail:problem:unknown-key", "detail": "d"}
    answers = line(1) + line(0, status=403, problem=refused) + line(3)

    assert [1, UnknownKey, 3] == [
        one if isinstance(one, int) else type(one)
        for one in Asking(server, answers).lines(b"a", b"b", b"c")
    ]


def test_a_line_that_may_pass_is_sent_again_with_what_follows(server):
    busy = line(0, status=503, problem={"type": "urn:chiptrail:problem:read-only"})
    asking = Asking(server, [line(1) + busy, line(2)])

    assert ([1, 2], [1.0]) == (asking.lines(b"a", b"b"), asking.pauses)


def test_a_ledger_that_answers_no_line_is_left_in_the_end(server):
    with pytest.raises(Unreachable, match="ends before its last answer"):
        Asking(server, b"").lines(b"a")

    assert 6 == len(server.sent)


@pytest.mark.parametrize("url", ["ftp://a.example", "ledger.example.com", "http://a.example/?q=1"])
def test_no_address_is_said_to_be_none(url):
    with pytest.raises(MalformedParameter, match="want the http or https"), open_api(url):
        pass


def test_a_token_that_would_add_a_header_is_refused_unsaid():
    with (
        pytest.raises(MalformedParameter, match="no token has") as raised,
        open_api("http://a.example", "secret\r\nX: y"),
    ):
        pass

    assert "secret" not in str(raised.value)
