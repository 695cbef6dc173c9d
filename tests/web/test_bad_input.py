"""Bad input to every route: the right 4xx that names the field, nothing recorded, never a 5xx."""

import gzip
import json
import socket
import threading

import pytest

from schemas.envelope import SUBMISSION_LIMIT, encode_submission
from tests.web.test_entries import ENTRIES, NDJSON, commission
from tests.web.test_matrix import TABLE
from tests.world import CHIPS, party
from web.app import BODY_LIMITS, make_app
from web.server import Server

CHECK, TOKENS, SESSION = "/api/v1/check", "/api/v1/tokens", "/api/v1/session"
BUNDLE = "/api/v1/bundle"
ITEM = f"/api/v1/items/{CHIPS}A"
BODIES = {
    "a name twice": (b'{"serials":"A","serials":"B"}', 400, "malformed-json"),
    "NaN": (b'{"serials":NaN}', 400, "malformed-json"),
    "deep": (b'{"serials":' + b"[" * 90 + b"]" * 90 + b"}", 413, "too-large"),
    "NUL": (rb'{"serials":"\u0000"}', 400, "malformed-json"),
    "half a surrogate": (rb'{"serials":"\ud800"}', 400, "malformed-json"),
    "no UTF-8": (b'{"serials":"\xff"}', 400, "malformed-json"),
    "a byte order mark": (b"\xef\xbb\xbf{}", 400, "malformed-json"),
    "cut": (b'{"serials":"A', 400, "malformed-json"),
    "a large number": (b'{"serials":9007199254740993}', 400, "malformed-json"),
    "no object": (b"[]", 400, None),
}


def size_of(web):
    return web.ask("/healthz").json["size"]


@pytest.mark.parametrize("path", [ENTRIES, CHECK, TOKENS, SESSION])
def test_what_is_not_strict_json_is_refused_everywhere(web, path):
    browser = web.browser("lin", "administrator", of="fab")
    for name, (data, status, code) in BODIES.items():
        answer = browser.post(path, data=data, content_type="application/json")

        assert (status, "application/problem+json") == (answer.status_code, answer.content_type)
        assert code in (None, answer.json["title"]), name


# Where, what, how; the status, and what says which field it is.
REQUESTS = {
    "entries of another type": (ENTRIES, "{}", {"Content_Type": "text/plain"}, 415, "text/plain"),
    "a session of another type": (SESSION, "{}", {"Content_Type": "text/xml"}, 415, "text/xml"),
    "a gzip bomb": (
        ENTRIES,
        gzip.compress(b" " * (1 << 20)),
        {"Content_Encoding": "gzip"},
        415,
        "gzip",
    ),
    "too long": (ENTRIES, b" " * (SUBMISSION_LIMIT * 11 // 10), {}, 413, "16384 KiB"),
    "too many": (ENTRIES, json.dumps({"entries": [{}] * 1100}), {}, 413, "/entries"),
    "too many serials": (CHECK, json.dumps({"serials": ["A"] * 11_000}), {}, 413, "/serials"),
    "a long check": (CHECK, b" " * (9 << 20), {}, 413, "8192 KiB"),
    "a serial that is none": (CHECK, '{"serials":["A",5]}', {}, 400, "/serials/1"),
    "a document that is none": (CHECK, '{"serials":"A","document":"x"}', {}, 400, "/document"),
    "a day that is none": (CHECK, '{"serials":"A","asOf":"2026-02-30"}', {}, 400, "/asOf"),
    "more members": (CHECK, '{"serials":"A","more":1}', {}, 400, "/more"),
    "a long session": (SESSION, b" " * (70 << 10), {}, 413, "64 KiB"),
    "a long name": (SESSION, '{"name":5,"password":"x"}', {}, 422, "name"),
    "a day": (f"{ITEM}?as_of=yesterday", None, {}, 422, "as_of"),
    "a bundle of nothing": (BUNDLE, '{"serials":[]}', {}, 400, "/serials"),
    "a bundle of too many": (BUNDLE, json.dumps({"serials": ["A"] * 1001}), {}, 413, "/serials"),
    "a bundle of more": (BUNDLE, '{"serials":"A","as_of":"x"}', {}, 400, "/as_of"),
    "a bundle by another way": ("/api/v1/b%75ndle", '{"serials":"A"}', {}, 404, "A: nothing"),
    "a NUL": (f"{ITEM}?as_of=%00", None, {}, 422, "as_of"),
    "a NUL in a parameter": ("/api/v1/findings?item=%00", None, {}, 422, "item"),
    "a page that is too long": ("/api/v1/items?limit=1100", None, {}, 422, "limit"),
    "a cursor that is none": ("/api/v1/items?cursor=x", None, {}, 400, "cursor"),
    "an index that is none": (f"{ENTRIES}/-1", None, {}, 404, ""),
    "an index beyond all": (f"{ENTRIES}/{10**30}", None, {}, 404, ""),
    "another header in a name": (f"{ITEM}%0d%0aSet-Cookie:%20a=b", None, {}, 404, ""),
    "a NUL in a name": ("/api/v1/items/a%00b", None, {}, 404, ""),
    "no UTF-8 in a name": ("/api/v1/items/%ff", None, {}, 404, ""),
    "up from a tile": ("/log/tile/../../data/ledger.sqlite3", None, {}, 404, ""),
    "up, escaped": ("/log/tile/0/..%2f..%2fledger.sqlite3", None, {}, 404, ""),
    "up, twice escaped": ("/log/tile/%252e%252e/x001", None, {}, 404, ""),
    "up from what pages load": ("/static/..%2fapp.py", None, {}, 404, ""),
    "a tile of another level": ("/log/tile/64/000", None, {}, 404, ""),
    "a tile with a sign": ("/log/tile/0/-01", None, {}, 404, ""),
}


@pytest.mark.parametrize("case", REQUESTS)
def test_a_bad_request_is_refused_by_name_and_leaves_no_trace(web, case):
    path, data, more, status, told = REQUESTS[case]
    size = size_of(web)
    answer = web.ask(path, by="fab", data=data, **more)

    assert (status, "application/problem+json") == (answer.status_code, answer.content_type)
    assert told in f"{answer.json['detail']} {answer.json.get('pointer')}"
    assert "Set-Cookie" not in answer.headers
    assert size == size_of(web)


def test_what_is_pasted_with_a_nul_is_not_there(web):
    answer = web.ask(CHECK, by="fab", data=b"A\0B\n\0", Content_Type="text/plain")

    assert 200 == answer.status_code
    assert all(line["item"] is None for line in answer.json["lines"])


def test_a_form_with_a_nul_is_refused(web):
    answer = web.client.post("/sign-in", data={"name": "a\0", "password": "x"})

    assert 422 == answer.status_code
    assert "name: U+0000 is no text" in answer.text


def test_a_parameter_that_a_route_does_not_take_is_refused_on_every_route(web):
    for name in TABLE:
        method, path = name.split(" ", 1)
        if path.startswith(("/api/", "/log/", "/healthz", "/metrics")):
            mark = "&" if "?" in path else "?"
            answer = web.ask(f"{path}{mark}nonsense=1", by="fab", method=method, data=None)

            assert (422, name) == (answer.status_code, name), name
            assert "nonsense" in answer.json["detail"]


# What is signed wrongly ---------------------------------------------------------------------------


def swapped_keyid(web):
    said = json.loads(commission(web, "A"))
    said["envelope"]["signatures"][0]["keyid"] = web.world.keys[party("shop")].public.keyid
    return json.dumps(said)


def changed(web):
    said = json.loads(commission(web, "A"))
    said["envelope"]["payload"] = json.loads(commission(web, "B"))["envelope"]["payload"]
    return json.dumps(said)


def of_another_ledger(web):
    fields, more = {"epcList": [f"{CHIPS}A"]}, {"chiptrail:ledger": "elsewhere.example/log"}
    made = web.world.submission("fab", "ObjectEvent", fields, action="ADD", **more)
    return encode_submission(made)


def by_a_revoked_key(web):
    data = commission(web, "A")
    web.world.revoke("fab")
    return data


def by_a_key_that_nobody_has(web):
    web.world.keys[party("fab")] = web.world.key("nobody")
    return commission(web, "A")


SIGNED = {
    swapped_keyid: (422, "bad-signature"),
    changed: (422, "bad-signature"),
    of_another_ledger: (422, "wrong-ledger"),
    by_a_revoked_key: (403, "revoked-key"),
    by_a_key_that_nobody_has: (403, "unknown-key"),
}


@pytest.mark.parametrize("made", SIGNED, ids=lambda made: made.__name__)
@pytest.mark.parametrize("form", ["application/json", NDJSON])
def test_what_is_signed_wrongly_is_refused_and_leaves_no_trace(web, made, form):
    data = made(web)
    size = size_of(web)
    answer = web.ask(ENTRIES, by="fab", data=data, Content_Type=form)
    told = answer.json if form != NDJSON else json.loads(answer.data)["problem"]

    assert SIGNED[made] == (told["status"], told["title"])
    assert size == size_of(web)


# On the wire --------------------------------------------------------------------------------------


@pytest.fixture
def served(web):
    """The application behind the server, on loopback."""
    server = Server(make_app(web.world.ledger), "127.0.0.1", 0, BODY_LIMITS)
    threading.Thread(target=server.run, daemon=True).start()
    yield server
    server.close()


def say(server, data):
    """What the server answers until it hangs up; nothing more is sent."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        answer = b""
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while more := connection.recv(1 << 16):
                answer += more
        except OSError:  # it hung up with more to read
            pass
    return answer


def post_of(web, head, data, kind="application/json"):
    token = web.token("fab")
    lines = [f"POST {ENTRIES} HTTP/1.1", "Host: a", f"Authorization: Bearer {token}"]
    lines += [f"Content-Type: {kind}", *head, "", ""]
    return "\r\n".join(lines).encode("latin-1") + data


def chunked(data):
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data)


HEADS = {
    "both lengths": (["Content-Length: 5", "Transfer-Encoding: chunked"], 400),
    "two lengths": (["Content-Length: 5", "Content-Length: 6"], 400),
    "a list of lengths": (["Content-Length: 5, 5"], 400),
    "a length below nothing": (["Content-Length: -5"], 400),
    "a length with a sign": (["Content-Length: +5"], 400),
    "a length of a gigabyte and more": (["Content-Length: 9999999999"], 413),
    "a chunk of no length": (["Transfer-Encoding: chunked", "", "zz"], 400),
    "a blank before the colon": (["Content-Length : 5"], 400),
    "a NUL in a header": (["X-A: a\0b", "Content-Length: 5"], 400),
    "a bare carriage return": (["X-A: a\rb", "Content-Length: 5"], 400),
    "a header of 17 KiB": (["X-A: " + "a" * (17 << 10)], 431),
}


@pytest.mark.parametrize(("head", "status"), HEADS.values(), ids=HEADS)
def test_what_may_be_read_in_two_ways_is_read_in_none(web, served, head, status):
    size = size_of(web)
    answer = say(served, post_of(web, head, chunked(commission(web, "A"))))

    if status != 431 or answer:  # of what is cut off unread the answer may be lost
        assert (1, str(status).encode()) == (answer.count(b"HTTP/1."), answer[9:12])
    assert size == size_of(web)


def test_what_is_too_long_is_refused_before_it_is_sent(web, served):
    """By the application, in its own form."""
    answer = say(served, post_of(web, ["Content-Length: 99999999"], b""))
    form = say(served, b"POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n")

    assert b"413" == answer[9:12]
    for told, kind in ((answer, b"application/problem+json"), (form, b"text/html")):
        assert b"Content-Type: " + kind in told
        assert b"the request is larger than 65 MiB" in told


def test_a_request_line_that_is_too_long_is_refused(served):
    """One of 64 KiB may find the connection closed before it has read the answer."""
    for length, answers in ((17 << 10, [b"431"]), (64 << 10, [b"431", b""])):
        answer = say(served, b"GET /" + b"a" * length + b" HTTP/1.1\r\nHost: a\r\n\r\n")

        assert answer[9:12] in answers


def test_a_folded_header_is_one_header(web, served):
    """RFC 9112, 5.2: a server may replace the fold by a blank."""
    data = commission(web, "A")
    head = ["X-A: a", " X-B: b", f"Content-Length: {len(data)}", "Connection: close"]

    assert b"201" == say(served, post_of(web, head, data))[9:12]


def test_of_lines_that_were_cut_off_nothing_is_half_recorded(web, served):
    size, lines = size_of(web), b"\n".join(commission(web, name) for name in "ABC")
    head = [f"Content-Length: {len(lines)}", "Connection: close"]
    answer = say(served, post_of(web, head, lines[:-40], NDJSON))

    assert answer.count(b'"receipt"') == size_of(web) - size
    web.world.check()
