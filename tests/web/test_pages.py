"""The way in, as a browser goes it: by a link, with a password, back to where one was going."""

import gzip
import html
import re

import pytest

from ledger.service.users import first_invitation
from schemas.errors import CannotOpen, IntegrityError
from tests.web.conftest import PASSWORD
from web.pages.frame import STATIC
from web.pages.kept import SECRETS

TEMPLATES = STATIC.parent / "templates"


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


def form(client, path, **fields):
    return client.post(path, data=fields)


@pytest.fixture
def link(web):
    return f"/setup/{first_invitation(web.world.ledger)[1]}"


def test_the_link_leads_to_a_form_and_the_form_in(web, link):
    shown = web.client.get(link)
    answer = form(web.client, link, name="lin", password=PASSWORD, again=PASSWORD)

    assert "You are to be administrator of" in shown.text
    assert (303, "/") == (answer.status_code, answer.headers["Location"])
    assert "lin" in web.client.get("/").text


def test_a_link_that_was_used_says_so(web, link):
    form(web.client, link, name="lin", password=PASSWORD, again=PASSWORD)

    for answer in (web.client.get(link), form(web.client, link, name="x", password="y", again="y")):
        assert 404 == answer.status_code
        assert "was used" in answer.text


FAULTS = {
    "a short password": ({"password": "short", "again": "short"}, "want 12 to 256", "password"),
    "two passwords": ({"again": "another"}, "the two passwords differ", "again"),
    "a hostile name": ({"name": "<b>"}, "want an e-mail address", "name"),
}


@pytest.mark.parametrize(("changed", "said", "field"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_is_said_beside_its_field(web, link, changed, said, field):
    fields = {"name": "lin", "password": PASSWORD, "again": PASSWORD, **changed}
    answer = form(web.client, link, **fields)

    assert 400 == answer.status_code
    assert said in answer.text
    assert f'name="{field}"' in answer.text.partition(" aria-invalid")[0].rpartition("<input")[2]
    assert "<b>" not in answer.text


def test_signing_in_leads_back_to_where_one_was_going(web):
    web.browser("lin", "viewer", of="fab")
    said = {"name": "lin", "password": PASSWORD}

    assert "/api/docs" == form(web.client, "/sign-in", **said, next="/api/docs").headers["Location"]
    for elsewhere in ("//evil.example", "https://evil.example/", "/\\evil.example", "//[", ""):
        answer = form(web.client, "/sign-in", **said, next=elsewhere)
        assert "/" == answer.headers["Location"]


def test_a_wrong_password_keeps_the_name_and_tells_nothing(web):
    answer = form(web.client, "/sign-in", name='"><script>', password="wrong")

    assert 401 == answer.status_code
    assert "do not fit" in answer.text
    assert "<script>" not in answer.text


def test_who_is_not_signed_in_is_asked_to(web):
    lin = web.browser("lin", "viewer", of="fab")
    form(lin, "/sign-out")

    for client in (web.client, lin):
        answer = client.get("/")
        assert (303, "/sign-in") == (answer.status_code, answer.headers["Location"])


@pytest.mark.parametrize("path", ["/", "/check", "/shipments", "/parties", "/log"])
def test_a_fault_of_ours_is_told_on_a_page_with_its_name_in_the_log(web, monkeypatch, caplog, path):
    """Also where the fault lies in finding out who asks."""
    lin = web.browser("lin", "viewer", of="fab")
    for way in ("reading", "glancing"):
        monkeypatch.setattr(web.world.ledger.database, way, lambda: 1 / 0)
    answer = lin.get(path)
    name = answer.headers["X-Request-Id"]

    assert (500, "text/html; charset=utf-8") == (answer.status_code, answer.content_type)
    assert name in answer.text
    assert f"request={name}" in [
        record.getMessage() for record in caplog.records if record.exc_info
    ]
    assert "division" not in answer.text


def test_that_no_page_is_there_is_told_on_a_page_while_the_database_is_away(web, monkeypatch):
    def is_away():
        raise CannotOpen("the server closed the connection")

    lin = web.browser("lin", "viewer", of="fab")
    monkeypatch.setattr(web.world.ledger.database, "glancing", is_away)
    answer = lin.get("/nowhere", headers={"Accept": "text/html"})

    assert (404, "text/html; charset=utf-8") == (answer.status_code, answer.content_type)


def test_pages_load_from_here_only_and_run_no_script_of_their_own(web, link):
    for path in ("/sign-in", link, "/static/0/style.css", "/api/docs"):
        with web.client.get(path) as answer:
            assert 200 == answer.status_code
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert "<script>" not in answer.text
            assert "http" not in answer.text


def test_another_site_cannot_sign_one_in(web):
    web.browser("lin", "viewer", of="fab")
    said = {"name": "lin", "password": PASSWORD}
    answer = web.client.post("/sign-in", data=said, headers={"Sec-Fetch-Site": "cross-site"})

    assert 403 == answer.status_code


def test_what_pages_load_is_packed_for_browsers_that_take_it(web):
    def asked(encoding):
        with web.ask("/static/0/style.css", Accept_Encoding=encoding) as answer:
            return answer.headers.get("Content-Encoding"), answer.content_type, answer.get_data()

    packed, plain = asked("br, gzip"), asked("gzip;q=0")

    assert ("gzip", None) == (packed[0], plain[0])
    assert (packed[1], gzip.decompress(packed[2])) == plain[1:]


def test_a_fault_of_ours_is_in_the_log_and_says_when_to_come_again(web, monkeypatch, caplog):
    def broken(*_args, **_more):
        raise IntegrityError("entry 3 is not what was signed")

    lin = web.browser("lin", "viewer", of="fab")
    monkeypatch.setattr("web.pages.entrance.duties", broken)
    answer = lin.get("/")

    assert (503, "5") == (answer.status_code, answer.headers["Retry-After"])
    assert "text/html" in answer.content_type
    assert "code=integrity" in caplog.text


def test_a_form_that_is_larger_than_any_is_refused_unread(web):
    lin = web.browser("lin", "viewer", of="fab")
    head = b'--b\r\nContent-Disposition: form-data; name="old"; filename="old"\r\n\r\n'
    data, kind = head + bytes(3 << 20) + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"
    answer = lin.post("/account/password", data=data, content_type=kind)

    assert 413 == answer.status_code
    assert "text/html" in answer.content_type
    assert "choose a smaller file" in answer.text


def test_a_page_that_is_none_says_so_in_the_language_of_the_reader(web):
    zh = {"Accept": "text/html", "Accept-Language": "zh-TW"}
    lin = web.browser("lin", "viewer", of="fab")
    got, kept = lin.get("/preferences", headers=zh), web.client.get("/preferences")

    assert (405, True) == (got.status_code, "此網址不提供內容" in got.text)
    assert {"OPTIONS", "POST"} == {*got.allow} == {*kept.allow}
    assert "application/problem+json" == kept.content_type


def hidden(text):
    """The hidden fields of the form on a page."""
    found = re.findall('type="hidden" name="(.*?)" value="([^"]*)"', text.partition("<main")[2])
    return {name: html.unescape(value) for name, value in found}


def test_a_form_whose_session_is_over_is_sent_again_after_signing_in(web):
    web.browser("lin", "logger", of="fab")
    typed = {"to": '<img src=x>"', "units": "A-1\nA-2", "step": "edit"}
    asked = form(web.client, "/ship?from=home", **typed, password=PASSWORD)
    said = {"name": "lin", **hidden(asked.text)}
    refused = form(web.client, "/sign-in", **said, password="wrong")
    shown = form(web.client, "/sign-in", **said, password=PASSWORD)

    assert (401, 401) == (asked.status_code, refused.status_code)
    assert hidden(asked.text) == hidden(refused.text)
    assert 'action="/ship?from=home"' in shown.text
    assert typed == hidden(shown.text)
    assert "&lt;img src=x&gt;" in form(web.client, "/ship", **typed).text


def test_what_another_site_sent_is_not_kept(web):
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = web.client.post("/ship", data={"to": "evil"}, headers=headers)

    assert (401, False) == (answer.status_code, "evil" in answer.text)


def test_no_password_of_a_form_is_kept():
    asked = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    names = re.findall('name="([a-z]+)" type="password"', asked)

    assert asked.count('type="password"') == len(names)
    assert {*names} <= SECRETS
