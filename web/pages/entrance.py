"""The way in: the link of an invitation, signing in and out, and what one may do here.

GET, POST  /setup/<secret>     choose a name and password; once
GET, POST  /sign-in            then back to where one wanted to go, with what one had sent
POST       /sign-out
GET        /                   what needs one now
"""

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ledger.service import sessions, users
from ledger.service.duties import duties
from ledger.service.founding import OPERATOR
from ledger.service.passwords import LEAST
from ledger.service.tokens import Scope
from schemas.errors import MalformedParameter, NotFound, Refusal, TooMany, Unauthenticated
from web.access import (
    caller,
    cookie_name,
    delete_cookie,
    demand_same_origin,
    guessing,
    ledger,
    needs,
    reader,
    set_cookie,
)
from web.pages.frame import make_blueprint, own_path, page
from web.pages.kept import fields_of
from web.pages.naming import reason

blueprint = make_blueprint("entrance")


@blueprint.get("/setup/<secret>")
def set_up(secret: str) -> Response:
    """The form to become a user."""
    return _set_up_page(secret)


@blueprint.post("/setup/<secret>")
def accept(secret: str) -> AnyResponse:
    """Become a user; one is signed in then."""
    demand_same_origin()
    name, password = request.form.get("name"), request.form.get("password", "")
    if password != request.form.get("again"):
        return _set_up_page(secret, MalformedParameter("again: the two passwords differ"), 400)
    try:
        with guessing("setup"):
            user = users.accept(ledger(), secret, password=password, name=name)
    except NotFound:
        return _set_up_page(secret)
    except (MalformedParameter, TooMany) as exc:
        return _set_up_page(secret, exc, 429 if isinstance(exc, TooMany) else 400)
    return _signed_in(user.name, password, url_for("entrance.home"))


@blueprint.get("/sign-in")
def ask_in() -> Response:
    """The form to sign in."""
    return page("sign_in.html", next=own_path(request.args.get("next", "")))


@blueprint.post("/sign-in")
def sign_in() -> AnyResponse:
    """Sign in, and go where one wanted to."""
    demand_same_origin()
    name, password = request.form.get("name", ""), request.form.get("password", "")
    goal, kept = own_path(request.form.get("next", "")), request.form.get("kept")
    try:
        with guessing(name):
            return _signed_in(name, password, goal, kept)
    except (Unauthenticated, TooMany) as exc:
        status = 429 if isinstance(exc, TooMany) else 401
        return page(
            "sign_in.html", status, next=goal, name=name, fault=reason(exc.message), kept=kept
        )


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    """Sign out."""
    demand_same_origin()
    sessions.sign_out(ledger(), request.cookies.get(cookie_name(), ""))
    answer = redirect(url_for("entrance.ask_in"), 303)
    delete_cookie(answer)
    return answer


@blueprint.get("/")
@needs(Scope.READ)
def home() -> Response:
    """What needs one now."""
    who, size = reader(), ledger().head.size
    looks_up = who.sees_all and Scope.ADMIN not in caller().scopes
    return page(
        "home.html",
        duties=duties(ledger(), reader=who),
        looks_up=looks_up,
        first=_first_step(),
        size=size,
        now=ledger().clock.now(),
    )


def _first_step() -> str:
    """What is to be done before there can be anything to do: ``found``, ``key``, or nothing."""
    who = caller()
    if who.party == OPERATOR:
        return "found" if Scope.ADMIN in who.scopes else ""
    keys = ledger().registry.keys.values()
    signs = any(key.party == who.party and key.revoked is None for key in keys)
    return "" if signs or Scope.WRITE not in who.scopes else "key"


def _signed_in(name: str, password: str, goal: str, kept: str | None = None) -> AnyResponse:
    agent = request.user_agent.string
    _, secret = sessions.sign_in(ledger(), name, password, agent=agent)
    if kept is None:
        answer: AnyResponse = redirect(goal, 303)
    else:
        g.caller = sessions.authenticate_session(ledger(), secret)
        answer = page("sent_again.html", goal=goal, fields=fields_of(kept))
    set_cookie(answer, secret)
    return answer


def _set_up_page(secret: str, fault: Refusal | None = None, status: int = 200) -> Response:
    try:
        with guessing("setup"):
            asked = users.invitation(ledger(), secret)
    except (NotFound, TooMany) as exc:
        return page("set_up.html", 404, asked=None, fault=reason(exc.message))
    name = request.form.get("name", "")
    field, _, said = ("", "", "") if fault is None else fault.message.partition(": ")
    return page(
        "set_up.html", status, asked=asked, name=name, field=field, fault=reason(said), least=LEAST
    )
