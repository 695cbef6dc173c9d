"""Every route by every kind of caller: who is let in, and what is not one's own is not there.

The table is written out, not read from the code: a route that is missing here fails, and so does
one that lets in somebody else.
"""

import logging
import re
from datetime import timedelta

import pytest

from ledger.service.tokens import Scope, issue
from tests.world import CHIPS, party

ANY, READ, WRITE, ADMIN = None, Scope.READ, Scope.WRITE, Scope.ADMIN
ITEM = f"{CHIPS}CANARY-1"
ENTRY, SHIPMENT = 12, 13
OPERATOR_ONLY = "operator"
TABLE = {
    "GET /": READ,
    "GET /api/docs": ANY,
    "GET /api/docs/docs.js": ANY,
    "GET /api/v1/openapi.json": ANY,
    "GET /healthz": ANY,
    "GET /log/checkpoint": ANY,
    "GET /log/vkey": ANY,
    "GET /log/consistency?from=1": ANY,
    "GET /log/tile/entries/000.p/13": READ,
    "GET /setup/nothing": ANY,
    "POST /setup/nothing": ANY,
    "GET /sign-in": ANY,
    "POST /sign-out": ANY,
    "GET /static/0/style.css": ANY,
    "GET /static/0/words/zh-Hant.json": ANY,
    "POST /preferences": ANY,
    "GET /keys": READ,
    "GET /keys/requests": WRITE,
    "POST /keys/requests": WRITE,
    "GET /keys/nothing/revocation": WRITE,
    "POST /keys/nothing/revocation": WRITE,
    "GET /sign": WRITE,
    "POST /sign": WRITE,
    "POST /sign/drafts": WRITE,
    "POST /sign/signed": WRITE,
    "GET /search?q=nothing": READ,
    f"GET /items/{ITEM}/label": READ,
    f"GET /items/{ITEM}/labels": READ,
    f"GET /items/{ITEM}/qr.svg": READ,
    f"GET /items/{ITEM}/datamatrix.svg": READ,
    f"GET /shipments/{SHIPMENT}/labels": READ,
    f"GET /entries/{ENTRY}/qr.svg": READ,
    f"GET /items/{ITEM}/map.svg": READ,
    "GET /places?q=nothing": READ,
    "GET /places/map.svg": READ,
    "POST /scan": READ,
    "GET /shipments": READ,
    "GET /shipments.csv": READ,
    f"GET /shipments/{SHIPMENT}": READ,
    f"GET /shipments/{SHIPMENT}/units.csv": READ,
    f"GET /entries/{ENTRY}": READ,
    f"GET /entries/{ENTRY}.json": READ,
    f"GET /entries/{ENTRY}/bundle": READ,
    "GET /check": READ,
    "POST /check": READ,
    "GET /verify": ANY,
    "GET /verify.html": ANY,
    "GET /log": ANY,
    "GET /ship": WRITE,
    "POST /ship": WRITE,
    "GET /licences": READ,
    "GET /licences/13": READ,
    "GET /parties": READ,
    "GET /parties/4": READ,
    "GET /findings": READ,
    "GET /findings/12/settle?code=custody/no-origin": WRITE,
    "POST /findings/12/settle?code=custody/no-origin": WRITE,
    "GET /items": READ,
    "GET /items.csv": READ,
    f"GET /items/{ITEM}": READ,
    "GET /record": WRITE,
    "GET /record/template.csv": WRITE,
    "GET /record/sheet": WRITE,
    "POST /record/sheet": WRITE,
    "GET /record/correct": WRITE,
    f"GET /record/correct/{ENTRY}": WRITE,
    f"POST /record/correct/{ENTRY}": WRITE,
    "GET /record/pack": WRITE,
    "POST /record/pack": WRITE,
    "GET /receive": WRITE,
    f"GET /receive/{SHIPMENT}": WRITE,
    f"POST /receive/{SHIPMENT}": WRITE,
    "GET /account": READ,
    "POST /account/password": READ,
    "GET /account/sessions/0/end": READ,
    "POST /account/sessions/0/end": READ,
    "GET /administration": ADMIN,
    "GET /administration/activity": ADMIN,
    "GET /administration/activity.csv": ADMIN,
    "GET /administration/rules": ADMIN,
    "POST /administration/rules": OPERATOR_ONLY,
    "GET /administration/users": ADMIN,
    "POST /administration/users": ADMIN,
    "GET /administration/users/canary-lin": ADMIN,
    "POST /administration/users/canary-lin": ADMIN,
    "GET /administration/tokens": ADMIN,
    "POST /administration/tokens": ADMIN,
    "GET /administration/tokens/0/revoke": ADMIN,
    "POST /administration/tokens/0/revoke": ADMIN,
    "GET /administration/parties": OPERATOR_ONLY,
    "POST /administration/parties": OPERATOR_ONLY,
    "POST /api/v1/setup": ANY,
    "DELETE /api/v1/session": ANY,
    "POST /api/v1/entries": WRITE,
    "POST /api/v1/entries/rehearsal": WRITE,
    "POST /api/v1/check": READ,
    "POST /api/v1/bundle": READ,
    f"GET /api/v1/entries/{ENTRY}": READ,
    f"GET /api/v1/entries/{ENTRY}/proof": READ,
    f"GET /api/v1/items/{ITEM}": READ,
    f"GET /api/v1/items/{ITEM}/bundle": READ,
    f"GET /api/v1/items/{ITEM}/history": READ,
    "GET /api/v1/items": READ,
    f"GET /api/v1/items?parent={ITEM}": READ,
    "GET /api/v1/findings": READ,
    "GET /api/v1/shipments": READ,
    f"GET /api/v1/shipments/{SHIPMENT}": READ,
    "GET /api/v1/licences": READ,
    "GET /api/v1/parties": READ,
    "GET /api/v1/keys": READ,
    "GET /api/v1/session": READ,
    "PUT /api/v1/session/password": READ,
    "GET /api/v1/sessions": READ,
    "DELETE /api/v1/sessions/0": READ,
    "GET /api/v1/tokens": ADMIN,
    "POST /api/v1/tokens": ADMIN,
    "DELETE /api/v1/tokens/0": ADMIN,
    "GET /api/v1/users": ADMIN,
    "POST /api/v1/users": ADMIN,
    "PATCH /api/v1/users/canary-lin": ADMIN,
    "GET /metrics": OPERATOR_ONLY,
}
# Whoever knows the secret is let in; tests/web/test_users.py and test_pages.py try them.
BY_SECRET = {"POST /api/v1/session", "POST /sign-in"}
# Of these a route answers otherwise where the thing is another's.
INDEXES = {f"entries/{ENTRY}": "entries/77", f"shipments/{SHIPMENT}": "shipments/77"}
# The code of an address tells no more than that the log is as long.
PUBLIC = {f"GET /entries/{ENTRY}/qr.svg"}
OWNED = [
    name
    for name in TABLE
    if name not in PUBLIC and ("canary" in name.lower() or any(i in name for i in INDEXES))
]
CALLERS = {
    "nobody": (None, set()),
    "a program that reads": ("fab", {READ}),
    "a program that writes": ("fab", {WRITE}),
    "viewer": ("fab", {READ}),
    "logger": ("fab", {READ, WRITE}),
    "inspector": ("customs", {READ, WRITE}),
    "administrator": ("fab", {READ, WRITE, ADMIN}),
    "administrator of the operator": (None, {READ, WRITE, ADMIN, OPERATOR_ONLY}),
}


@pytest.fixture
def url():
    """What is tried here is above the database; one kind will do."""


@pytest.fixture
def served(web):
    """A world in which all that the fab has, and only that, bears the word CANARY."""
    web.world.enroll("rival")
    assert web.world.commission("fab", [ITEM]).index == ENTRY
    paper = {"type": "inv", "bizTransaction": "urn:chiptrail:doc:inv:CANARY-2"}
    web.world.ship("fab", [ITEM], to="shop", bizTransactionList=[paper])
    web.browser("canary-lin", "logger", of="fab")
    issue(web.world.ledger, party("fab"), "CANARY-3", {READ}, timedelta(days=1))
    return web


def client_of(web, caller):
    of, scopes = CALLERS[caller]
    if caller == "nobody":
        return web.app.test_client(), {}
    if caller.startswith("a program"):
        return web.app.test_client(), {"Authorization": f"Bearer {web.token(of, *scopes)}"}
    role = caller.partition(" ")[0]
    return web.browser(f"the-{role}", role, of=of), {}


def ask(client, name, headers):
    method, path = name.split(" ", 1)
    data = None if method == "GET" else "{}"
    with client.open(
        path, method=method, data=data, content_type="application/json", headers=headers
    ) as answer:
        answer.get_data()
        return answer


def test_every_route_is_in_the_table(web):
    adapter = web.app.url_map.bind("localhost")
    known = {
        (adapter.match(path.partition("?")[0], method)[0], method)
        for method, path in (name.split(" ", 1) for name in [*TABLE, *BY_SECRET])
    }
    there = {
        (rule.endpoint, method)
        for rule in web.app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    assert there == known


@pytest.mark.parametrize("caller", CALLERS)
def test_who_may_is_let_in_and_nobody_else(served, caller):
    client, headers = client_of(served, caller)
    scopes, wrong = CALLERS[caller][1], []
    for name, scope in TABLE.items():
        if name in ("DELETE /api/v1/session", "POST /sign-out"):
            continue  # last, see below
        status = ask(client, name, headers).status_code
        refused = {401, 303} if caller == "nobody" else {403}
        may = scope is ANY or scope in scopes
        if status >= 500 or (may and status in (401, 403)) or (not may and status not in refused):
            wrong.append((name, status))

    assert [] == wrong
    assert 204 == ask(client, "DELETE /api/v1/session", headers).status_code


STRANGERS = {"another party's program": "program", "its administrator": "administrator"}


def stranger(web, who):
    if who == "program":
        return web.app.test_client(), {"Authorization": f"Bearer {web.token('rival')}"}
    return web.browser("rival", "administrator", of="rival"), {}


@pytest.mark.parametrize("who", STRANGERS.values(), ids=STRANGERS)
def test_nothing_of_a_party_reaches_another(served, who):
    client, headers = stranger(served, who)
    for name in TABLE:
        answer = ask(client, name.replace("CANARY", "Canary"), headers)
        said = answer.get_data() + str(answer.headers).encode()
        told = said.replace(b"Canary", b"").replace(b"canary-lin", b"")  # as it was asked
        assert b"canary" not in told.lower(), name


@pytest.mark.parametrize("who", STRANGERS.values(), ids=STRANGERS)
def test_what_is_anothers_is_answered_as_what_is_not_there(served, who):
    client, headers = stranger(served, who)
    for name in OWNED:
        absent = name.replace("CANARY", "NOBODY").replace("canary", "nobody")
        for index, beyond in INDEXES.items():
            absent = absent.replace(index, beyond)
        there, not_there = ask(client, name, headers), ask(client, absent, headers)
        number = SHIPMENT if "shipments" in name else ENTRY
        body = not_there.text.replace("nobody", "canary").replace("NOBODY", "CANARY")
        body = re.sub(r"\b77\b", str(number), body)
        assert (there.status_code, there.text) == (not_there.status_code, body), name


def test_what_is_ones_own_is_there(served):
    client, headers = client_of(served, "administrator")

    assert {200} == {ask(client, name, headers).status_code for name in OWNED}


@pytest.mark.parametrize("caller", CALLERS)
def test_no_line_of_the_log_tells_what_was_asked_or_answered(served, caller, caplog):
    client, headers = client_of(served, caller)
    with caplog.at_level(logging.DEBUG):
        for name in TABLE:
            ask(client, name, headers)

    assert len(TABLE) <= caplog.text.count("route=")
    assert "canary" not in caplog.text.lower()


def test_another_site_sends_nothing_in_the_name_of_who_is_signed_in(served):
    boss, site = client_of(served, "administrator")[0], {"Sec-Fetch-Site": "cross-site"}
    sent = {name for name in TABLE if not name.startswith("GET ")}
    sent -= {"POST /api/v1/setup"}  # in nobody's name, and what it takes is read first

    assert [name for name in sent if ask(boss, name, site).status_code != 403] == []
