"""A served world: ``web`` asks it over the application itself, with a token where one is named."""

import json
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from ledger.service import passwords
from ledger.service.founding import OPERATOR
from ledger.service.tokens import OF_TOKENS, issue
from ledger.service.users import UserRole, accept, invite
from schemas.statement import Role
from tests.openings import opened
from tests.web.serving import app_of
from tests.world import CHIPS, party

PASSWORD = "correct horse battery"


class Web:
    """The application of a world, and tokens of its parties."""

    def __init__(self, world):
        self.world = world
        self.app = app_of(world.ledger)
        self.client = self.app.test_client()
        self._tokens = {}

    def token(self, name, *scopes):
        """The text of a token of party *name*, with all scopes if none are named."""
        key = name, scopes
        if key not in self._tokens:
            made = issue(
                self.world.ledger, party(name), "test", {*scopes} or {*OF_TOKENS}, timedelta(days=1)
            )
            self._tokens[key] = made[1]
        return self._tokens[key]

    def browser(self, name, role, *, of=None):
        """A client that has signed in as user *name* of party *of*."""
        world, who = self.world, OPERATOR if of is None else party(of)
        _, secret = invite(world.ledger, None, name, who, UserRole(role))
        accept(world.ledger, secret, password=PASSWORD)
        return self.signed_in(name)

    def signed_in(self, name, password=PASSWORD):
        """A client that has signed in."""
        client = self.app.test_client()
        said = {"name": name, "password": password}
        client.post("/api/v1/session", data=json.dumps(said), content_type="application/json")
        return client

    def ask(self, path, *, by=None, data=None, token=None, method=None, **headers):
        """The answer to GET, or to POST where there is *data*, *by* a party."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        if by or token:
            said["Authorization"] = f"Bearer {token or self.token(by)}"
        method = method or ("GET" if data is None else "POST")
        kind = said.pop("Content-Type", None if data is None else "application/json")
        return self.client.open(path, method=method, data=data, headers=said, content_type=kind)


def enrolled(world):
    """A maker, a shop and customs."""
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("shop")
    world.enroll("customs", Role.INSPECTOR)


@pytest.fixture
def web(tmp_path, url):
    return Web(opened(tmp_path, enrolled, url=url))


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch):
    """What makes passwords slow to guess makes tests slow."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1))
    passwords._of_nobody.cache_clear()
