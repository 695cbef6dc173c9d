"""Pages of administration: people, programs, parties, rules and activity; one's own account."""

import io
import re
from datetime import timedelta

import pytest

from ledger.service.backup import back_up
from ledger.service.founding import OPERATOR
from ledger.service.tokens import tokens
from ledger.service.users import accept
from schemas import strict_json
from tests.web.conftest import PASSWORD
from tests.world import party
from web.pages import administration

USERS, TOKENS = "/administration/users", "/administration/tokens"
PARTIES = "/administration/parties"


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture
def boss(web):
    """An administrator of the fab."""
    return web.browser("boss", "administrator", of="fab")


@pytest.fixture
def op(web):
    """An administrator of the operator."""
    return web.browser("op", "administrator")


# What is still to be done ------------------------------------------------------------------------


def test_a_ledger_says_what_is_still_to_be_done(web, op, boss, tmp_path):
    before = op.get("/administration").text
    [*back_up(web.world.ledger, tmp_path / "copy")]
    web.world.ledger.directory.path.joinpath("registrar.key").touch()
    after = op.get("/administration").text

    assert "None was made from this folder" in before
    assert "The last backup was made 0 minutes ago" in after
    assert ["registrar.key lies" in text for text in (before, after)] == [False, True]
    assert "Without a witness nobody outside notices" in after
    assert "still to be done" not in boss.get("/administration").text


# Users -------------------------------------------------------------------------------------------


def test_an_invitation_is_a_link_that_is_shown_once(web, boss):
    answer = boss.post(USERS, data={"name": "Lin", "role": "logger"})
    secret = re.search(r"http://localhost/setup/([\w-]+)", answer.text)[1]
    accept(web.world.ledger, secret, password=PASSWORD)

    assert 201 == answer.status_code
    assert secret not in boss.get(USERS).text
    assert f"{USERS}/lin" in boss.get(USERS).text


FAULTS = {
    "no role": ({"name": "lin"}, "Choose what it may do."),
    "a name that is none": ({"name": "<b>", "role": "logger"}, "want an e-mail address"),
    "a role of others": ({"name": "lin", "role": "inspector"}, "is no inspector"),
}


@pytest.mark.parametrize(("form", "said"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_with_an_invitation_is_said(boss, form, said):
    answer = boss.post(USERS, data=form)

    assert 400 == answer.status_code
    assert said in answer.text
    assert "<b>" not in answer.text


def test_nobody_invites_for_another_party_but_the_operator(web, boss, op):
    form = {"name": "lee", "party": "Shop", "role": "viewer"}

    assert 403 == boss.post(USERS, data=form).status_code
    assert 201 == op.post(USERS, data=form).status_code
    assert 400 == op.post(USERS, data={**form, "party": "Nobody"}).status_code


def test_a_user_is_shut_out_and_let_in_again(web, boss):
    lin = web.browser("lin", "logger", of="fab")
    for act, status in (("disable", 303), ("enable", 303), ("end", 303)):
        answer = boss.post(f"{USERS}/lin", data={"act": act})
        assert status == answer.status_code
        assert 303 == lin.get("/account").status_code
        lin = web.signed_in("lin")
    assert 200 == lin.get("/account").status_code


def test_a_user_gets_another_role_or_a_link(web, boss):
    lin = web.browser("lin", "viewer", of="fab")
    boss.post(f"{USERS}/lin", data={"act": "role", "role": "administrator"})

    assert 200 == lin.get(USERS).status_code
    assert "/setup/" in boss.post(f"{USERS}/lin", data={"act": "link"}).text
    assert "Shut out lin" in boss.post(f"{USERS}/lin", data={"act": "?"}).text
    assert 404 == boss.get(f"{USERS}/op").status_code


# Tokens ------------------------------------------------------------------------------------------


def test_a_token_is_shown_once_and_taken_back(web, boss):
    form = {"label": "=cmd", "scopes": ["read"], "days": "30"}
    text = re.search(r"chiptrail_\w+_[\w-]+", boss.post(TOKENS, data=form).text)[0]
    assert 200 == web.ask("/api/v1/items", token=text).status_code

    (made,) = [one for one in tokens(web.world.ledger) if one.label == "=cmd"]
    assert "=cmd" in boss.get(f"{TOKENS}/{made.id}/revoke").text
    boss.post(f"{TOKENS}/{made.id}/revoke")
    assert 401 == web.ask("/api/v1/items", token=text).status_code
    assert "taken back" in boss.get(TOKENS).text


def test_what_is_wrong_with_a_token_is_said(boss):
    text = boss.post(TOKENS, data={"label": " ", "scopes": ["admin"], "days": "9999"}).text

    for said in ("Say what it is for", "Choose what it may do", "Choose how long it holds"):
        assert said in text


# Parties -----------------------------------------------------------------------------------------

FORM = {"id": "acme", "names": "Acme\nACME Inc.", "roles": ["exporter"], "hq_country": "CN"}
READ = {"hq_country_source": "annual report", "hq_country_date": "2026-01-31"}


@pytest.fixture
def clerk(web):
    """An administrator of the registrar."""
    return web.browser("reg", "administrator", of="registrar")


def test_the_registrar_signs_who_a_party_is(web, clerk):
    text = clerk.post(PARTIES, data={**FORM, **READ}).text

    assert "data-sign" in text
    assert "Enrol Acme" in text
    assert "/keys/requests" in clerk.get("/administration").text


def test_who_runs_the_ledger_takes_the_draft_to_the_key(op):
    text = op.post(PARTIES, data={**FORM, **READ}).text

    assert "data-sign" not in text
    assert "--key registrar.key" in text


WRONG = {
    "no id": ({"id": "a b"}, "Want letters, digits"),
    "no name": ({"names": " \n"}, "Say what it is called."),
    "no role": ({"roles": []}, "Choose what it does"),
    "no country": ({"hq_country": "UK"}, "Want a country by its two letters"),
    "no source": ({"hq_country_source": ""}, "Say where that was read."),
    "no day": ({"hq_country_date": "31.1."}, "Say on which day it was read"),
    "no prefix": ({"prefixes": "A-1"}, "want"),
}


@pytest.mark.parametrize(("changed", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_party_is_said(op, changed, said):
    answer = op.post(PARTIES, data={**FORM, **READ, **changed})

    assert 400 == answer.status_code
    assert said in answer.text


def test_the_form_of_a_party_says_what_was_said_last(op):
    text = op.get(f"{PARTIES}?party={party('fab')}").text

    assert f'value="{party("fab")}"' in text
    assert ">Fab</textarea>" in text


# Rules, activity ---------------------------------------------------------------------------------

STRICTER = b"""
pack = "stricter"

[[rule]]
id = "custody/overdue"
title = "At once"
from = 2000-01-01
citation = "None."
checked = 2026-01-01
parameters = { grace_hours = 0 }
"""


def test_other_rules_are_tried_without_effect(web, op):
    world = web.world
    world.commission("fab", world.chips(2))
    world.ship("fab", world.chips(2), to="shop", due_in=timedelta(hours=1))
    world.advance(hours=2)
    op = web.signed_in("op")
    shifts = _compared(op, STRICTER)

    assert "custody/overdue" in shifts
    assert "is found anew" in shifts
    assert "Nothing: of none" in _compared(op, b'pack = "same"')
    assert 'role="alert"' in _compared(op, b"not TOML")


def test_figures_of_rules_have_words_and_units(op):
    shown = {
        tag: op.get("/administration/rules", headers={"Accept-Language": tag}).text
        for tag in ("en", "zh-TW")
    }

    assert 'tolerance <span class="unit">15 min</span>' in shown["en"]
    assert 'speed <span class="unit">199,862 km/s</span>' in shown["en"]
    assert '容差 <span class="unit">15 分鐘</span>' in shown["zh-TW"]
    assert "產品預設，非法律" in shown["zh-TW"]  # noqa: RUF001 - Chinese marks
    assert "Product default" not in shown["zh-TW"]


def _compared(client, data):
    return client.post(
        "/administration/rules", data={"file": (io.BytesIO(data), "other.toml")}
    ).text


def test_everybody_reads_the_activity_of_its_own_party_and_the_operator_all(web, boss, op):
    web.world.commission("fab", web.world.chips(1))
    web.ask("/api/v1/check", by="customs", data=strict_json.dump({"serials": ["A0001"]}))
    everything, own = (client.get("/administration/activity").text for client in (op, boss))

    look = "Check 1: <code>A0001</code>"
    assert [look in text for text in (everything, own)] == [True, False]
    looks = op.get("/administration/activity?act=look&actor=Customs").text
    assert look in looks
    assert (
        "Nothing like that was done" in boss.get(f"/administration/activity?actor={OPERATOR}").text
    )


def test_all_activity_that_one_reads_is_a_file(web, boss, op):
    address = "/administration/activity.csv?act=account"
    everything, own = (client.get(address).text.splitlines() for client in (op, boss))

    assert everything[0] == own[0] == "\ufeffid,at,actor,act,ref"
    assert {party("fab")} == {line.split(",")[2] for line in own[1:]}
    assert {*own} < {*everything}


def test_the_operator_is_told_who_looked_at_a_thing(web, op):
    web.world.commission("fab", web.world.chips(2))
    web.ask("/api/v1/items/A0001", by="customs")
    looks = "/administration/activity?act=look&of="
    told = [op.get(f"{looks}{serial}").text for serial in ("A0001", "A0002")]

    assert [True, False] == ["A0001</code>" in one for one in told]


def test_of_a_look_at_many_the_first_are_seen_and_the_rest_is_folded(web, op):
    names = [f"A{number}" for number in range(9)]
    web.ask("/api/v1/check", by="customs", data=strict_json.dump({"serials": names}))
    told = op.get("/administration/activity?act=look").text

    assert "<code>A0 A1 A2</code> and 6 more</summary><code>A3 A4 A5 A6 A7 A8</code>" in told


def test_activity_comes_a_page_at_a_time(web, op, monkeypatch):
    monkeypatch.setattr(administration, "PER_PAGE", 2)
    text = op.get("/administration/activity").text
    more = re.search(r'rel="next" href="([^"]+)"', text)[1]

    assert "enrolled" not in text
    assert "looked after accounts" in op.get("/administration/activity?act=account").text
    assert 200 == op.get(more).status_code


# Account -----------------------------------------------------------------------------------------


def test_a_password_is_changed_and_other_sessions_end(web):
    lin = web.browser("lin", "viewer", of="fab")
    other = web.signed_in("lin")
    form = {"old": PASSWORD, "new": "another long sentence", "again": "another long sentence"}
    answer = lin.post("/account/password", data=form)

    assert 303 == answer.status_code
    assert "You have another password" in lin.get(answer.headers["Location"]).text
    assert 303 == other.get("/account").status_code


MISTAKES = {
    "another": ({"again": "x"}, "The two passwords differ."),
    "short": ({"new": "short", "again": "short"}, "want 12 to 256"),
    "wrong": ({"old": "wrong"}, "that is not your password"),
}


@pytest.mark.parametrize(("changed", "said"), MISTAKES.values(), ids=MISTAKES)
def test_what_is_wrong_with_a_password_is_said(web, changed, said):
    lin = web.browser("lin", "viewer", of="fab")
    form = {"old": PASSWORD, "new": "another long sentence", "again": "another long sentence"}
    answer = lin.post("/account/password", data={**form, **changed})

    assert (400, True) == (answer.status_code, said in answer.text)


def test_a_session_is_ended_after_a_look_at_it(web):
    lin = web.browser("lin", "viewer", of="fab")
    other = web.signed_in("lin")
    ends = re.findall(r"/account/sessions/\w+/end", lin.get("/account").text)
    for path in ends:
        if "the browser that you look at this with" not in lin.get(path).text:
            lin.post(path)

    assert [303, 200] == [client.get("/account").status_code for client in (other, lin)]
