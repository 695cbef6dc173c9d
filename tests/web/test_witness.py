"""A witness over HTTP: every status, in the order of the standard, and what else may be asked."""

import pytest

from ledger import keys
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.service.witness import Witness
from ledger.store import files
from ledger.store.witness_directory import hash_of
from ledger.witness import MAX_REQUEST_SIZE, encode_request
from tests.logs import Log
from web.witness import make_app

LOG = Log()
STRANGE = Log("strange.example")


@pytest.fixture
def client(tmp_path):
    witness = Witness.found(tmp_path / "w", "witness.example/w")
    witness.add_log(LOG.vkey)
    return make_app(witness).test_client()


@pytest.fixture
def ask(client):
    """The status, type and text of an answer."""

    def ask(body):
        answer = client.post("/add-checkpoint", data=body)
        return answer.status_code, answer.content_type, answer.text

    return ask


def forged(size, root=bytes(32), key=b"\x01" * 32):
    return sign_checkpoint(Checkpoint(LOG.origin, size, root), keys.private_key(key))


# Each breaks the check of its status and every later one.
STATUSES = {
    "malformed": (400, b"old 9\nnothing"),
    "another origin": (
        404,
        encode_request(9, (), STRANGE.note(20)).replace(b"strange", b"foreign"),
    ),
    "another signature": (403, encode_request(25, (), forged(20))),
    "old over new": (400, encode_request(25, (), forged(20, key=bytes(32)))),
    "not the last size": (409, encode_request(9, (), forged(20, key=bytes(32)))),
    "another root": (422, encode_request(7, (), forged(7, key=bytes(32)))),
    "no proof": (422, encode_request(7, (), LOG.note(20))),
    "all well": (200, LOG.request(7, 20)),
}


@pytest.mark.parametrize(("status", "body"), STATUSES.values(), ids=STATUSES)
def test_the_first_check_that_fails_gives_the_status(ask, status, body):
    ask(LOG.request(0, 7))

    assert status == ask(body)[0]


def test_a_cosignature_is_one_line_of_text(ask):
    status, kind, text = ask(LOG.request(0, 7))

    assert (200, "text/plain; charset=utf-8") == (status, kind)
    assert text.startswith("— witness.example/w ")
    assert text.count("\n") == 1


def test_a_conflict_answers_the_size_alone(ask):
    ask(LOG.request(0, 7))

    assert ask(LOG.request(0, 20)) == (409, "text/x.tlog.size", "7\n")


def test_the_first_conflict_answers_0(ask):
    assert ask(LOG.request(7, 20)) == (409, "text/x.tlog.size", "0\n")


def test_what_was_cosigned_last_can_be_read(client, ask):
    path = f"/{hash_of(LOG.origin)}/checkpoint"
    before = client.get(path).status_code
    line = ask(LOG.request(0, 7))[2]

    assert (404, LOG.note(7).decode() + line) == (before, client.get(path).text)


@pytest.mark.parametrize("name", [hash_of("x"), "..", "%2e%2e", "logs", "A" * 64, "0" * 63])
def test_nothing_else_can_be_read(client, name):
    assert client.get(f"/{name}/checkpoint").status_code == 404


def test_a_body_over_the_limit_is_refused(ask):
    assert ask(b"old 0\n\n" + b"x" * MAX_REQUEST_SIZE)[0] in {400, 413}


OTHERS = {"/": "not found\n", "/a/b": "not found\n", "/add-checkpoint": "method not allowed\n"}


@pytest.mark.parametrize(("path", "said"), OTHERS.items())
def test_what_is_not_served_is_said_in_text_too(client, path, said):
    answer = client.get(path)

    assert ("text/plain; charset=utf-8", said) == (answer.content_type, answer.text)
    assert ("POST" in answer.headers.get("Allow", "")) == ("method" in said)


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_a_post_asks(client, method):
    assert getattr(client, method)("/add-checkpoint").status_code == 405


def test_a_full_disk_is_ours_to_mend_and_says_no_path(ask, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "save_durably", fail)
    status, _, text = ask(LOG.request(0, 7))

    assert (503, "cannot-open: this witness cannot cosign now\n") == (status, text)
