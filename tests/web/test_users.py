"""People: how one becomes a user, signs in, and what an administrator may do to whom."""

import json

import pytest

from ledger.service.founding import OPERATOR
from ledger.service.users import first_invitation
from tests.web.conftest import PASSWORD
from tests.world import party

USERS, SESSION, TOKENS = "/api/v1/users", "/api/v1/session", "/api/v1/tokens"


def send(client, method, path, body, **headers):
    data = json.dumps(body)
    return client.open(
        path, method=method, data=data, content_type="application/json", headers=headers
    )


def accept(web, secret, **said):
    client = web.app.test_client()
    return send(client, "POST", "/api/v1/setup", {"secret": secret, "password": PASSWORD, **said})


def invited(client, name, role="viewer", **more):
    answer = send(client, "POST", USERS, {"name": name, "role": role, **more})
    return answer, answer.json.get("link", "").rpartition("/")[2]


def who(client):
    return client.get(SESSION).json.get("name")


# Becoming one


def test_the_first_administrator_comes_by_a_link_and_is_signed_in(web):
    _, secret = first_invitation(web.world.ledger)
    answer = accept(web, secret, name="Lin")

    assert (201, "lin", OPERATOR) == (answer.status_code, answer.json["name"], answer.json["party"])
    assert first_invitation(web.world.ledger) is None


def test_the_link_of_the_first_administrator_works_once(web):
    _, secret = first_invitation(web.world.ledger)
    accept(web, secret, name="lin")

    assert 404 == accept(web, secret, name="eve").status_code


def test_each_start_takes_the_link_before_it_back(web):
    (_, first), (_, second) = first_invitation(web.world.ledger), first_invitation(web.world.ledger)

    assert [404, 201] == [accept(web, one, name="lin").status_code for one in (first, second)]


def test_a_link_runs_out(web):
    _, secret = first_invitation(web.world.ledger)
    web.world.advance(days=4)

    assert 404 == accept(web, secret, name="lin").status_code


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "lin@fab.example", "x" * 300])
def test_a_password_that_is_easily_guessed_is_refused_and_the_link_still_works(web, password):
    _, secret = invited(web.browser("root", "administrator"), "lin@fab.example")
    answer = accept(web, secret, password=password)

    assert (400, "password") == (answer.status_code, answer.json["detail"].partition(":")[0])
    assert 201 == accept(web, secret).status_code


def test_a_name_that_is_taken_is_not_given_again(web):
    web.browser("lin", "viewer", of="fab")
    _, secret = first_invitation(web.world.ledger)

    assert 400 == accept(web, secret, name="lin").status_code
    answer, _ = invited(web.browser("root", "administrator"), "lin", party=party("shop"))
    assert "is taken" in answer.json["detail"]


def test_another_invitation_mends_a_forgotten_password_and_ends_sessions(web):
    root, old = web.browser("root", "administrator"), web.browser("lin", "viewer", of="fab")
    _, secret = invited(root, "lin", party=party("fab"))
    accept(web, secret, password="another long sentence")

    assert (None, None) == (who(old), who(web.signed_in("lin")))
    assert "lin" == who(web.signed_in("lin", "another long sentence"))


# Sessions


def test_who_signs_in_is_known_until_signing_out(web):
    lin = web.browser("lin", "logger", of="fab")

    assert {"name": "lin", "party": party("fab"), "scopes": ["read", "write"]} == lin.get(
        SESSION
    ).json
    assert 204 == lin.delete(SESSION).status_code
    assert 401 == lin.get(SESSION).status_code


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(web):
    web.browser("lin", "viewer", of="fab")
    bodies = [
        send(web.client, "POST", SESSION, {"name": name, "password": "wrong"}).data
        for name in ("lin", "nobody")
    ]

    assert bodies[0] == bodies[1]


def test_after_twenty_wrong_passwords_even_the_right_one_waits(web):
    web.browser("lin", "viewer", of="fab")
    tries = [
        send(web.client, "POST", SESSION, {"name": "lin", "password": said})
        for said in [*["wrong"] * 20, PASSWORD]
    ]

    assert [401] * 20 + [429] == [one.status_code for one in tries]
    assert int(tries[-1].headers["Retry-After"]) > 60


@pytest.mark.parametrize("away", [{"minutes": 31}, {"hours": 13}], ids=str)
def test_a_session_ends_by_itself(web, away):
    lin = web.browser("lin", "viewer", of="fab")
    web.world.advance(**away)

    assert 401 == lin.get(SESSION).status_code


def test_a_session_that_is_used_goes_on(web):
    lin = web.browser("lin", "viewer", of="fab")
    for _ in range(3):
        web.world.advance(minutes=20)
        assert "lin" == who(lin)


def test_another_password_ends_the_other_sessions(web):
    here, there = web.browser("lin", "viewer", of="fab"), web.signed_in("lin")
    changed = {"old": PASSWORD, "new": "another long sentence"}

    assert 204 == send(here, "PUT", f"{SESSION}/password", changed).status_code
    assert ("lin", None) == (who(here), who(there))


def test_a_session_left_open_elsewhere_can_be_ended(web):
    here, there = web.browser("lin", "viewer", of="fab"), web.signed_in("lin")
    listed = here.get("/api/v1/sessions").json["sessions"]
    for one in listed:
        if not one["current"]:
            here.delete(f"/api/v1/sessions/{one['id']}")

    assert (2, "lin", None) == (len(listed), who(here), who(there))


def test_the_secret_of_a_session_is_not_kept(web):
    lin = web.browser("lin", "viewer", of="fab")
    secret = lin.get_cookie("chiptrail").value
    with web.world.ledger.database.reading() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM session").all()

    assert secret not in repr(kept)


def test_over_tls_the_cookie_is_bound_to_this_host(web):
    web.browser("lin", "viewer", of="fab")
    said = json.dumps({"name": "lin", "password": PASSWORD})
    answer = web.client.post(
        SESSION, data=said, content_type="application/json", base_url="https://ledger.example"
    )

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-chiptrail=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {*cookie.split("; ")}


CROSS = {
    "as the browser says": {"Sec-Fetch-Site": "cross-site"},
    "of a sister host": {"Sec-Fetch-Site": "same-site"},
    "by its origin": {"Origin": "https://evil.example"},
    "of an opaque origin": {"Origin": "null"},
}


@pytest.mark.parametrize("headers", CROSS.values(), ids=CROSS)
def test_another_site_cannot_act_with_the_cookie(web, headers):
    root = web.browser("root", "administrator")

    assert 403 == send(root, "POST", TOKENS, {"label": "x"}, **headers).status_code
    assert 201 == send(root, "POST", TOKENS, {"label": "x"}).status_code


# Looking after them


def test_an_administrator_looks_after_its_own_party_only(web):
    web.browser("lin", "viewer", of="fab")
    boss = web.browser("boss", "administrator", of="shop")

    assert ["boss"] == [one["name"] for one in boss.get(USERS).json["users"]]
    assert 404 == send(boss, "PATCH", f"{USERS}/lin", {"disabled": True}).status_code
    assert 403 == invited(boss, "eve", party=party("fab"))[0].status_code
    assert 403 == send(boss, "POST", TOKENS, {"label": "x", "party": party("fab")}).status_code


def test_the_operators_administrator_looks_after_all(web):
    web.browser("lin", "viewer", of="fab")
    root = web.browser("root", "administrator")

    assert ["lin", "root"] == [one["name"] for one in root.get(USERS).json["users"]]
    assert "logger" == send(root, "PATCH", f"{USERS}/lin", {"role": "logger"}).json["role"]


def test_who_is_shut_out_is_out_at_once(web):
    lin, root = web.browser("lin", "viewer", of="fab"), web.browser("root", "administrator")
    send(root, "PATCH", f"{USERS}/lin", {"disabled": True})

    assert (None, None) == (who(lin), who(web.signed_in("lin")))
    send(root, "PATCH", f"{USERS}/lin", {"disabled": False})
    assert "lin" == who(web.signed_in("lin"))


def test_the_last_administrator_stays(web):
    root = web.browser("root", "administrator")
    answer = send(root, "PATCH", f"{USERS}/root", {"role": "viewer"})

    assert 403 == answer.status_code
    assert "administrator" == root.get(USERS).json["users"][0]["role"]


def test_only_an_inspecting_party_has_inspectors(web):
    root = web.browser("root", "administrator")
    asked = [invited(root, f"i-{of}", "inspector", party=party(of))[0] for of in ("fab", "customs")]

    assert [400, 201] == [one.status_code for one in asked]


def test_a_token_made_over_http_holds_until_it_is_taken_back(web):
    boss = web.browser("boss", "administrator", of="fab")
    made = send(boss, "POST", TOKENS, {"label": "warehouse", "scopes": ["write"], "days": 2}).json
    before = web.ask(SESSION, token=made["token"])
    boss.delete(f"{TOKENS}/{made['id']}")

    assert (made["id"], ["write"]) == (boss.get(TOKENS).json["tokens"][-1]["id"], made["scopes"])
    assert (403, 401) == (before.status_code, web.ask(SESSION, token=made["token"]).status_code)


def test_a_token_cannot_look_after_anybody(web):
    boss = web.browser("boss", "administrator", of="fab")
    answer = send(boss, "POST", TOKENS, {"label": "x", "scopes": ["admin"]})

    assert 422 == answer.status_code
    assert "scopes" in answer.json["detail"]


BAD = {
    "no name": ({"password": "x"}, 422, "name"),
    "an unknown member": ({"name": "a", "password": "x", "admin": True}, 422, "admin"),
    "a number": ({"name": 1, "password": "x"}, 422, "name"),
    "a list": ([], 400, "object"),
}


@pytest.mark.parametrize(("body", "status", "said"), BAD.values(), ids=BAD)
def test_a_bad_body_names_what_is_wrong(web, body, status, said):
    answer = send(web.client, "POST", SESSION, body)

    assert status == answer.status_code
    assert said in answer.json["detail"]


def test_json_is_read_strictly_and_under_its_own_name_only(web):
    twice = web.client.post(
        SESSION, data='{"name": "a", "name": "b"}', content_type="application/json"
    )
    form = web.client.post(SESSION, data="name=a", content_type="application/x-www-form-urlencoded")

    assert (400, "malformed-json") == (twice.status_code, twice.json["title"])
    assert (415, "wrong-type") == (form.status_code, form.json["title"])
