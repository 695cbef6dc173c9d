"""A published log is read with limits, whoever serves it: from a folder and over HTTP alike."""

import gzip
import os
import socket
import threading

import pytest

from ledger.client import log
from ledger.client.log import open_log
from ledger.note import MAX_NOTE_SIZE
from schemas.errors import Unreachable
from tests.ledger.client.server import Answer, serving
from tests.ledger.malicious import Shelf, records

SHELF = Shelf(records(0, 300), entries=True)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in os.environ:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def server():
    with serving() as running:
        yield running


@pytest.fixture(params=["folder", "address"])
def place(request, tmp_path):
    """A function (files) -> where they are published."""
    if request.param == "folder":

        def write(files):
            for path, data in files.items():
                (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / path).write_bytes(data)
            return str(tmp_path)

        yield write
        return
    with serving() as running:

        def serve(files):
            running.answers = files
            return running.url

        yield serve


def test_what_is_published_is_read(place):
    with open_log(place(SHELF.files)) as published:
        assert SHELF.files["checkpoint"] == published.checkpoint()
        assert SHELF.files["tile/0/000"] == published.tile(0, 0, 256)
        assert SHELF.files["tile/0/001.p/44"] == published.tile(0, 1, 44)
        assert tuple(records(256, 44)) == published.entries(1, 44)


def test_a_full_file_serves_for_a_partial_one(place):
    bundle = SHELF.files["tile/entries/000"]
    with open_log(place({"tile/0/000": bytes(8192), "tile/entries/000": bundle})) as published:
        assert bytes(32 * 7) == published.tile(0, 0, 7)
        assert tuple(records(0, 7)) == published.entries(0, 7)


def test_what_is_missing_is_named(place):
    with open_log(place({"other": b""})) as published:
        for read, path in (
            (published.checkpoint, "checkpoint"),
            (lambda: published.tile(0, 0, 256), "tile/0/000"),
            (lambda: published.entries(1, 9), "tile/entries/001.p/9"),
        ):
            with pytest.raises(Unreachable, match=f"{path} is not there"):
                read()


HUGE = {
    "checkpoint": (lambda one: one.checkpoint(), MAX_NOTE_SIZE),
    "tile/0/000": (lambda one: one.tile(0, 0, 256), 8192),
    "tile/entries/000": (lambda one: one.entries(0, 256), 256 * 139),
}


@pytest.mark.parametrize("path", HUGE)
def test_a_file_over_its_limit_is_not_read_to_the_end(place, path):
    read, limit = HUGE[path]
    words = f"{path}: has over {limit:,} bytes"
    where = place({path: bytes(limit + 1)})
    with open_log(where) as published, pytest.raises(Unreachable, match=words):
        read(published)


# Folders -----------------------------------------------------------------------------------------


def test_a_folder_that_is_none_is_said(tmp_path):
    (tmp_path / "file").write_bytes(b"")

    for place in (tmp_path / "nothing", tmp_path / "file", "ftp://log.example/x"):
        with pytest.raises(Unreachable, match="no such folder"), open_log(str(place)):
            pass


def test_a_pipe_in_the_place_of_a_file_keeps_nobody_waiting(tmp_path):
    os.mkfifo(tmp_path / "checkpoint")

    with open_log(str(tmp_path)) as published, pytest.raises(Unreachable, match="not there"):
        published.checkpoint()


# HTTP --------------------------------------------------------------------------------------------

NOTE = SHELF.files["checkpoint"]
BOMB = gzip.compress(bytes(50 << 20))
FINE = {
    "gzip": Answer(gzip.compress(NOTE), Content_Encoding="gzip"),
    "identity": Answer(NOTE, Content_Encoding="identity"),
}
BAD = {
    "an error": (Answer(status=500), "answers 500"),
    "busy": (Answer(status=503, Retry_After="9"), "answers 503"),
    "nothing new": (Answer(status=304), "answers 304"),
    "a redirect": (Answer(status=302, Location="http://x.example/"), "to http://x.example/; name"),
    "a redirect for ever": (Answer(status=308, Location="/checkpoint"), "redirects to"),
    "another encoding": (Answer(NOTE, Content_Encoding="br"), "encoded as br"),
    "no gzip": (Answer(NOTE, Content_Encoding="gzip"), "not the gzip"),
    "a gzip bomb": (Answer(BOMB, Content_Encoding="gzip"), "has over 262,144 bytes"),
    "cut off": (Answer(NOTE, Content_Length="9999"), "checkpoint: "),
    "no number": (Answer(NOTE, Content_Length="many"), "checkpoint: "),
}


@pytest.mark.parametrize("answer", FINE.values(), ids=FINE)
def test_an_answer_may_be_compressed(server, answer):
    server.answers = {"checkpoint": answer}

    with open_log(server.url) as published:
        assert NOTE == published.checkpoint()


@pytest.mark.parametrize(("answer", "words"), BAD.values(), ids=BAD)
def test_an_answer_that_is_none_is_said_with_its_address(server, answer, words):
    server.answers = {"checkpoint": answer}

    with open_log(server.url) as published, pytest.raises(Unreachable, match=words) as caught:
        published.checkpoint()
    assert str(caught.value).startswith(f"{server.url}/checkpoint: ")
    assert ["/checkpoint"] == server.asked


def test_a_gzip_bomb_is_opened_up_to_the_limit_only():
    assert bytes(1000) == log._gunzip(BOMB, "x", 1000)


def test_a_log_below_an_address_is_read_there(server):
    server.answers = {"chips/log/checkpoint": NOTE}

    with open_log(f"{server.url}/chips/log/") as published:
        assert NOTE == published.checkpoint()


def test_a_server_that_says_nothing_is_left(server, monkeypatch):
    monkeypatch.setattr(log, "_STEP_S", 0.05)
    server.silence = threading.Event()

    with open_log(server.url) as published, pytest.raises(Unreachable, match=r"timed out|Timeout"):
        published.checkpoint()


def test_a_server_that_takes_too_long_in_all_is_left(server, monkeypatch):
    monkeypatch.setattr(log, "_ANSWER_S", 0.05)
    server.silence = threading.Event()

    with open_log(server.url) as published, pytest.raises(Unreachable, match="took over"):
        published.checkpoint()


def test_an_address_where_nobody_listens_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    address = f"http://127.0.0.1:{port}"
    with open_log(address) as published, pytest.raises(Unreachable, match=f"{address}/checkpoint"):
        published.checkpoint()


@pytest.mark.parametrize("place", ["http://", "http://x:99999/", "https://[::", "http://a b/"])
def test_an_address_that_is_none_is_said(place):
    with pytest.raises(Unreachable), open_log(place) as published:
        published.checkpoint()


@pytest.mark.parametrize("place", ["http://x.example/log?a=b", "http://x.example/log#a"])
def test_an_address_with_more_than_a_path_is_none(place):
    with pytest.raises(Unreachable, match=r"has no \?"), open_log(place):
        pass
