"""Who gets into the demo over HTTP: five of its people with passwords, three of them with tokens.

Both are random and told once: the database keeps neither, and a demo that is built again has
others. Example::

    for one in let_in(ledger):
        print(one.who, one.user, one.password, one.token)
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from ledger.service.ledger import Ledger
from ledger.service.tokens import Scope, issue
from ledger.service.users import SCOPES, UserRole, accept, invite

_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Access:
    """*who*, of *party*, signs in as *user*; programs show the *token*, which is for *scopes*.

    Who looks after people has no *token*: None, and no *scopes*.
    """

    who: str
    party: str
    user: str
    password: str
    token: str | None
    scopes: frozenset[Scope]


_PEOPLE = (
    ("the operator's administrator", "operator", UserRole.ADMINISTRATOR),
    ("an exporter's administrator", "redwood", UserRole.ADMINISTRATOR),
    ("an exporter's logger", "redwood", UserRole.LOGGER),
    ("a partner in Japan", "inzai", UserRole.LOGGER),
    ("a customs inspector", "straits", UserRole.INSPECTOR),
)


def let_in(ledger: Ledger) -> tuple[Access, ...]:
    """Make the users and tokens of a demo, or others in their place."""
    return tuple(_let_in(ledger, *one) for one in _PEOPLE)


def _let_in(ledger: Ledger, who: str, slug: str, role: UserRole) -> Access:
    party = f"urn:chiptrail:party:{slug}"
    user, password = f"{role}@{slug}.example", secrets.token_urlsafe(15)
    accept(ledger, invite(ledger, None, user, party, role)[1], password=password)
    if role is UserRole.ADMINISTRATOR:
        return Access(who, party, user, password, None, frozenset())
    # No program inspects: what an inspector's token is for is to look.
    scopes = SCOPES[role] if role is UserRole.LOGGER else frozenset({Scope.READ})
    _, token = issue(ledger, party, f"demo: {who}", scopes, _LIFETIME)
    return Access(who, party, user, password, token, scopes)
