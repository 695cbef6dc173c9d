"""One's own account: where one is signed in, and another password.

GET        /account                        both
POST       /account/password               another password; other sessions end
GET, POST  /account/sessions/<id>/end      sign out there, after a look at where that is
"""

from flask import Response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from ledger.service import sessions
from ledger.service.passwords import LEAST
from ledger.service.tokens import Scope
from schemas.errors import MalformedParameter, NotFound, TooMany, Unauthenticated
from web.access import caller, guessing, ledger, needs
from web.pages.frame import make_blueprint, page
from web.pages.naming import reason

blueprint = make_blueprint("account")


@blueprint.get("/account")
@needs(Scope.READ)
def mine() -> Response:
    """One's sessions, and the form for another password."""
    return _page()


@blueprint.post("/account/password")
@needs(Scope.READ)
def change_password() -> AnyResponse:
    """Choose another password."""
    form = request.form
    if form.get("new") != form.get("again"):
        return _page({"again": _("The two passwords differ.")})
    try:
        with guessing(caller().name):
            sessions.change_password(ledger(), caller(), form.get("old", ""), form.get("new", ""))
    except (Unauthenticated, TooMany) as exc:
        return _page({"old": reason(exc.message)})
    except MalformedParameter as exc:
        return _page({"new": reason(exc.message.partition(": ")[2] or exc.message)})
    return redirect(url_for("account.mine", done="password"), 303)


@blueprint.get("/account/sessions/<session_id>/end")
@needs(Scope.READ)
def ask_end(session_id: str) -> Response:
    """Where one is to be signed out."""
    for one in sessions.sessions(ledger(), caller()):
        if one.id == session_id:
            return page("administration/session.html", one=one)
    raise NotFound("you have no session of that id")


@blueprint.post("/account/sessions/<session_id>/end")
@needs(Scope.READ)
def end(session_id: str) -> AnyResponse:
    """Sign out there."""
    sessions.end_session(ledger(), caller().name, session_id)
    return redirect(url_for("account.mine", done="session"), 303)


def _page(faults: dict[str, str] | None = None) -> Response:
    return page(
        "administration/account.html",
        400 if faults else 200,
        lines=sessions.sessions(ledger(), caller()),
        faults=faults or {},
        least=LEAST,
        done=request.args.get("done"),
    )
