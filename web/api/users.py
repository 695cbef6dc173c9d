"""Users: sign in and out, look after the people and the programs of one's party.

POST   /api/v1/setup                        become a user by the link one was given
POST   /api/v1/session                      sign in; GET says who one is, DELETE signs out
PUT    /api/v1/session/password             choose another password
GET    /api/v1/sessions                     where one is signed in; DELETE .../<id> ends one
GET    /api/v1/users                        the users of one's party; POST invites one
PATCH  /api/v1/users/<name>                 another role; shut out, let in again
GET    /api/v1/tokens                       the API tokens of one's party; POST makes one
DELETE /api/v1/tokens/<id>                  take one back
"""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import Response, request
from marshmallow import RAISE

from ledger.service import sessions, tokens, users
from ledger.service.sessions import Session
from ledger.service.tokens import OF_TOKENS, Caller, Scope
from ledger.service.users import Invitation, User
from schemas import strict_json
from schemas.errors import Forbidden
from schemas.formats import format_time
from schemas.strict_json import JSON
from web.access import (
    caller,
    cookie_name,
    delete_cookie,
    demand_same_origin,
    guessing,
    ledger,
    needs,
    set_cookie,
)
from web.api import account_shapes as shapes
from web.api.bodies import Blueprint

blueprint = Blueprint("users", __name__, description="People, programs, and who may do what.")


# Oneself -----------------------------------------------------------------------------------------


@blueprint.post("/setup")
@blueprint.arguments(shapes.SetUp, unknown=RAISE)
@blueprint.response(201, shapes.Me)
def set_up(asked: Mapping[str, Any]) -> Response:
    """Become a user by the link one was given, or mend a forgotten password; one is signed in."""
    demand_same_origin()
    with guessing("setup"):
        user = users.accept(
            ledger(), asked["secret"], password=asked["password"], name=asked.get("name")
        )
    return _sign_in(user.name, asked["password"], HTTPStatus.CREATED)


@blueprint.post("/session")
@blueprint.arguments(shapes.SignIn, unknown=RAISE)
@blueprint.response(200, shapes.Me)
def sign_in(asked: Mapping[str, str]) -> Response:
    """Sign in; the session is in a cookie."""
    demand_same_origin()
    return _sign_in(asked["name"], asked["password"], HTTPStatus.OK)


def _sign_in(name: str, password: str, status: int) -> Response:
    with guessing(name):
        _, secret = sessions.sign_in(ledger(), name, password, agent=request.user_agent.string)
    answer = _json(_me(sessions.authenticate_session(ledger(), secret)), status)
    set_cookie(answer, secret)
    return answer


@blueprint.get("/session")
@blueprint.response(200, shapes.Me)
@needs(Scope.READ)
def who_am_i() -> Response:
    """Who one is, and what one may do."""
    return _json(_me(caller()))


@blueprint.delete("/session")
@blueprint.response(204)
def sign_out() -> Response:
    """Sign out; nothing is wrong if one is not signed in."""
    demand_same_origin()
    sessions.sign_out(ledger(), request.cookies.get(cookie_name(), ""))
    answer = Response(status=HTTPStatus.NO_CONTENT)
    delete_cookie(answer)
    return answer


@blueprint.put("/session/password")
@blueprint.response(204)
@needs(Scope.READ)
@blueprint.arguments(shapes.NewPassword, unknown=RAISE)
def change_password(asked: Mapping[str, str]) -> Response:
    """Choose another password; other sessions of the user end."""
    with guessing(caller().name):
        sessions.change_password(ledger(), caller(), asked["old"], asked["new"])
    return Response(status=HTTPStatus.NO_CONTENT)


@blueprint.get("/sessions")
@blueprint.response(200, shapes.Sessions)
@needs(Scope.READ)
def list_sessions() -> Response:
    """Where one is signed in."""
    mine = sessions.sessions(ledger(), caller())
    return _json({"sessions": [_session(one) for one in mine]})


@blueprint.delete("/sessions/<session_id>")
@blueprint.response(204)
@needs(Scope.READ)
def end_session(session_id: str) -> Response:
    """End one of one's own sessions."""
    sessions.end_session(ledger(), caller().name, session_id)
    return Response(status=HTTPStatus.NO_CONTENT)


# Users -------------------------------------------------------------------------------------------


@blueprint.get("/users")
@blueprint.response(200, shapes.Users)
@needs(Scope.ADMIN)
def list_users() -> Response:
    """The users of one's party; of every party, if one is the operator's."""
    return _json({"users": [_user(one) for one in users.list_users(ledger(), caller())]})


@blueprint.post("/users")
@blueprint.response(201, shapes.Invited)
@needs(Scope.ADMIN)
@blueprint.arguments(shapes.NewUser, unknown=RAISE)
def invite(asked: Mapping[str, Any]) -> Response:
    """Invite somebody, or somebody known to choose another password: a link that works once."""
    party = asked.get("party", caller().party)
    made, secret = users.invite(ledger(), caller(), asked["name"], party, asked["role"])
    return _json(_invitation(made, secret), HTTPStatus.CREATED)


@blueprint.patch("/users/<name>")
@blueprint.response(200, shapes.User)
@needs(Scope.ADMIN)
@blueprint.arguments(shapes.ChangedUser, unknown=RAISE)
def change_user(asked: Mapping[str, Any], name: str) -> Response:
    """Give a user another role, shut it out or let it in again; at once."""
    changed = users.change_user(
        ledger(), caller(), name, role=asked.get("role"), disabled=asked.get("disabled")
    )
    return _json(_user(changed))


# Tokens ------------------------------------------------------------------------------------------


@blueprint.get("/tokens")
@blueprint.response(200, shapes.Tokens)
@needs(Scope.ADMIN)
def list_tokens() -> Response:
    """The API tokens of one's party, the oldest first; not their secrets."""
    return _json({"tokens": [_token(one) for one in tokens.tokens(ledger(), caller())]})


@blueprint.post("/tokens")
@blueprint.response(201, shapes.IssuedToken)
@needs(Scope.ADMIN)
@blueprint.arguments(shapes.NewToken, unknown=RAISE)
def new_token(asked: Mapping[str, Any]) -> Response:
    """Make an API token; its text is in this answer and nowhere else."""
    party, scopes = asked.get("party", caller().party), {*asked["scopes"]}
    if not caller().is_over(party):
        raise Forbidden("you look after the tokens of your own party only")
    lifetime = timedelta(days=asked["days"])
    made, text = tokens.issue(
        ledger(), party, asked["label"], scopes & OF_TOKENS, lifetime, caller=caller()
    )
    return _json({**_token(made), "token": text}, HTTPStatus.CREATED)


@blueprint.delete("/tokens/<token_id>")
@blueprint.response(204)
@needs(Scope.ADMIN)
def revoke_token(token_id: str) -> Response:
    """Take an API token back, at once and for good."""
    tokens.revoke(ledger(), token_id, caller())
    return Response(status=HTTPStatus.NO_CONTENT)


# As JSON -----------------------------------------------------------------------------------------


def _me(who: Caller) -> dict[str, JSON]:
    return {"name": who.name, "party": who.party, "scopes": [*sorted(who.scopes)]}


def _user(user: User) -> dict[str, JSON]:
    return {
        "name": user.name,
        "party": user.party,
        "role": user.role,
        "createdAt": format_time(user.created_at),
        "disabledAt": None if user.disabled_at is None else format_time(user.disabled_at),
    }


def _session(session: Session) -> dict[str, JSON]:
    return {
        "id": session.id,
        "current": session.is_current,
        "agent": session.agent,
        "createdAt": format_time(session.created_at),
        "seenAt": format_time(session.seen_at),
        "expiresAt": format_time(session.expires_at),
    }


def _invitation(made: Invitation, secret: str) -> dict[str, JSON]:
    return {
        "name": made.name,
        "party": made.party,
        "role": made.role,
        "expiresAt": format_time(made.expires_at),
        "link": f"{request.host_url}setup/{secret}",
    }


def _token(token: tokens.Token) -> dict[str, JSON]:
    times = {
        "createdAt": token.created_at,
        "expiresAt": token.expires_at,
        "revokedAt": token.revoked_at,
        "usedAt": token.used_at,
    }
    return {
        "id": token.id,
        "party": token.party,
        "label": token.label,
        "scopes": [*sorted(token.scopes)],
        **{name: None if at is None else format_time(at) for name, at in times.items()},
    }


def _json(value: JSON, status: int = HTTPStatus.OK) -> Response:
    return Response(strict_json.dump(value), status, content_type="application/json")
