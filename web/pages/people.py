"""People and programs of one's party: users with their roles, API tokens; what is secret, once.

GET, POST  /administration/users                 who there is; invite somebody: a link, shown once
GET, POST  /administration/users/<name>          another role; shut out, let in, signed out, link
GET, POST  /administration/tokens                programs; a new token, shown once
GET, POST  /administration/tokens/<id>/revoke    take one back, after a look at what it is

The operator's administrators look after everybody's.
"""

from datetime import timedelta

from flask import Response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from ledger.service import tokens, users
from ledger.service.tokens import OF_TOKENS, Scope, Token
from ledger.service.users import User, UserRole
from schemas.errors import Forbidden, MalformedParameter, NotFound, UnknownParty
from web.access import caller, ledger, needs
from web.pages.frame import make_blueprint, page
from web.pages.naming import names, party_meant, reason

blueprint = make_blueprint("people")

_DAYS = (30, 90, 365)


# Users -------------------------------------------------------------------------------------------


@blueprint.get("/administration/users")
@needs(Scope.ADMIN)
def all_users() -> Response:
    """Who can sign in."""
    return _users_page()


@blueprint.post("/administration/users")
@needs(Scope.ADMIN)
def invite() -> Response:
    """A link by which somebody becomes a user."""
    form = request.form
    try:
        party = party_meant(form.get("party") or caller().party)
        role = UserRole(form.get("role", ""))
        return _invited(form.get("name", ""), party, role)
    except ValueError:
        return _users_page({"role": _("Choose what it may do.")})
    except UnknownParty as exc:
        return _users_page({"party": reason(exc.message)})
    except MalformedParameter as exc:
        field, _sep, said = exc.message.partition(": ")
        return _users_page(
            {field: reason(said)} if field in ("name", "role") else {"party": reason(exc.message)}
        )


@blueprint.get("/administration/users/<name>")
@needs(Scope.ADMIN)
def user(name: str) -> Response:
    """One user, and what can be done about it."""
    return page("administration/user.html", one=_user(name), roles=[*UserRole])


@blueprint.post("/administration/users/<name>")
@needs(Scope.ADMIN)
def change(name: str) -> AnyResponse:
    """Do what the button says."""
    one, act = _user(name), request.form.get("act", "")
    if act == "link":
        return _invited(one.name, one.party, one.role)
    if not _done(name, act):
        return user(name)
    return redirect(url_for("people.user", name=name, done=act), 303)


def _done(name: str, act: str) -> bool:
    """Whether *act* was something to do to user *name*, and is done."""
    role = request.form.get("role", "")
    if act == "role" and role in {*UserRole}:
        users.change_user(ledger(), caller(), name, role=UserRole(role))
    elif act in ("disable", "enable"):
        users.change_user(ledger(), caller(), name, disabled=act == "disable")
    elif act == "end":
        users.end_sessions(ledger(), caller(), name)
    else:
        return False
    return True


def _invited(name: str, party: str, role: UserRole) -> Response:
    made, secret = users.invite(ledger(), caller(), name, party, role)
    link = url_for("entrance.set_up", secret=secret, _external=True)
    return page("administration/invited.html", 201, made=made, link=link)


def _users_page(faults: dict[str, str] | None = None) -> Response:
    return page(
        "administration/users.html",
        400 if faults else 200,
        lines=users.list_users(ledger(), caller()),
        roles=[*UserRole],
        parties=sorted(names().values()),
        faults=faults or {},
        form=request.form,
    )


def _user(name: str) -> User:
    for one in users.list_users(ledger(), caller()):
        if one.name == name:
            return one
    raise NotFound(f"there is no user {name}, or not for you")


# Tokens ------------------------------------------------------------------------------------------


@blueprint.get("/administration/tokens")
@needs(Scope.ADMIN)
def all_tokens() -> Response:
    """The API tokens there are and were."""
    return _tokens_page()


@blueprint.post("/administration/tokens")
@needs(Scope.ADMIN)
def issue() -> Response:
    """A new token."""
    faults = _faults_of_token()
    if faults:
        return _tokens_page(faults)
    try:
        made, text = _issued(party_meant(request.form.get("party") or caller().party))
    except UnknownParty as exc:
        return _tokens_page({"party": reason(exc.message)})
    return page("administration/issued.html", 201, made=made, text=text)


_LONGEST_LABEL = 100


def _faults_of_token() -> dict[str, str]:
    form, faults = request.form, {}
    if not 0 < len(form.get("label", "").strip()) <= _LONGEST_LABEL:
        faults["label"] = _("Say what it is for, in %(most)s letters at most.", most=_LONGEST_LABEL)
    if not _scopes():
        faults["scopes"] = _("Choose what it may do.")
    if form.get("days", "") not in map(str, _DAYS):
        faults["days"] = _("Choose how long it holds.")
    return faults


def _scopes() -> frozenset[Scope]:
    chosen = request.form.getlist("scopes")
    return frozenset([scope for scope in OF_TOKENS if scope.value in chosen])


def _issued(party: str) -> tuple[Token, str]:
    """What the form asks for, which is in order, for *party*.

    Raises: Forbidden, UnknownParty.
    """
    if not caller().is_over(party):
        raise Forbidden("you look after the tokens of your own party only")
    label, lifetime = request.form["label"].strip(), timedelta(days=int(request.form["days"]))
    return tokens.issue(ledger(), party, label, _scopes(), lifetime, caller=caller())


@blueprint.get("/administration/tokens/<token_id>/revoke")
@needs(Scope.ADMIN)
def ask_revoke(token_id: str) -> Response:
    """What is to be taken back."""
    return page("administration/revoke.html", one=_token(token_id))


@blueprint.post("/administration/tokens/<token_id>/revoke")
@needs(Scope.ADMIN)
def revoke(token_id: str) -> AnyResponse:
    """Take it back, at once and for good."""
    tokens.revoke(ledger(), token_id, caller())
    return redirect(url_for("people.all_tokens"), 303)


def _tokens_page(faults: dict[str, str] | None = None) -> Response:
    return page(
        "administration/tokens.html",
        400 if faults else 200,
        lines=[*reversed(tokens.tokens(ledger(), caller()))],
        now=ledger().clock.now(),
        scopes=sorted(OF_TOKENS),
        days=_DAYS,
        parties=sorted(names().values()),
        faults=faults or {},
        form=request.form,
    )


def _token(token_id: str) -> Token:
    for one in tokens.tokens(ledger(), caller()):
        if one.id == token_id and one.revoked_at is None:
            return one
    raise NotFound(f"there is no token {token_id} that holds")
