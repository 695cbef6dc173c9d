"""Who asks: the API token or the session of a request, and what it is for.

@blueprint.get("/entries/<int:index>")
@needs(Scope.READ)
def entry(index: int) -> Response:
    caller().party

A program shows a token. A browser has a cookie, which it would also send along with a form that
another site made; such requests are refused by what the browser says of where they come from.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import current_app, g, request
from werkzeug.wrappers import Response as AnyResponse

from ledger.service.ledger import Ledger
from ledger.service.sessions import LONGEST, authenticate_session
from ledger.service.tokens import Caller, Scope, authenticate
from ledger.view import Reader
from ledger.wording import later
from schemas.errors import Forbidden, NotFound, Unauthenticated
from web.limits import Limit, limits

P = ParamSpec("P")
T = TypeVar("T")

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_WANTING = {
    Scope.READ: later("this takes somebody with the scope read"),
    Scope.WRITE: later("this takes somebody with the scope write"),
    Scope.ADMIN: later("this takes somebody with the scope admin"),
}


def ledger() -> Ledger:
    """The ledger that is served."""
    return cast("Ledger", current_app.extensions["chiptrail"])


def needs(scope: Scope) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let in who shows a token or a session with *scope*, as often as the limits allow.

    Of who shows a session nothing is taken that another site sent.
    Raises, when called: Unauthenticated, Forbidden, TooMany.
    """

    def wrap(view: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            g.caller = _authenticated()
            limits().count(Limit.REQUESTS, g.caller.name)
            limits().demand(Limit.MISSES, g.caller.name)
            if scope not in g.caller.scopes:
                raise Forbidden(_WANTING[scope])
            try:
                return view(*args, **kwargs)
            except NotFound:
                missed(1)
                raise

        guarded.scope = scope  # type: ignore[attr-defined]  # the tests' matrix reads it
        return guarded

    return wrap


def _authenticated() -> Caller:
    address = request.remote_addr or "-"
    limits().demand(Limit.FAILURES, address)
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    secret = request.cookies.get(cookie_name())
    if kind.lower() != "bearer" and secret is None:
        raise Unauthenticated("send Authorization: Bearer and an API token, or sign in")
    try:
        if kind.lower() == "bearer" or secret is None:
            return authenticate(ledger(), text.strip())
        demand_same_origin()
        return authenticate_session(ledger(), secret)
    except Unauthenticated:
        limits().count(Limit.FAILURES, address)
        raise


@contextmanager
def guessing(name: str) -> Iterator[None]:
    """Around what only a secret opens: too many that do not fit, and no more are tried.

    Raises: TooMany.
    """
    address = request.remote_addr or "-"
    # By name and address: nobody can shut another out by guessing from elsewhere.
    who = {Limit.FAILURES: address, Limit.GUESSES: f"{name.strip().lower()} {address}"}
    for limit, subject in who.items():
        limits().demand(limit, subject)
    try:
        yield
    except (NotFound, Unauthenticated):
        for limit, subject in who.items():
            limits().count(limit, subject)
        raise


def missed(count: int) -> None:
    """Count so many questions of the caller for what is not there.

    Raises: TooMany.
    """
    if count:
        limits().count(Limit.MISSES, caller().name, count)


def caller() -> Caller:
    """Who asks; only below ``needs``."""
    return cast("Caller", g.caller)


def known_caller() -> Caller | None:
    """Who asks, if that is known: for what is shown to everybody, and to some a little more."""
    if "caller" not in g:
        try:
            g.caller = authenticate_session(ledger(), request.cookies.get(cookie_name(), ""))
        except Unauthenticated:
            g.caller = None
    return cast("Caller | None", g.caller)


def reader() -> Reader:
    """Through whose eyes it is answered."""
    return caller().reader(ledger())


# Cookies -----------------------------------------------------------------------------------------


def cookie_name() -> str:
    """The cookie's name; over TLS one that no other host, path or plain connection can set."""
    return "__Host-chiptrail" if request.is_secure else "chiptrail"


def set_cookie(answer: AnyResponse, secret: str) -> None:
    """Have the browser keep the session."""
    answer.set_cookie(
        cookie_name(),
        secret,
        max_age=LONGEST,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def delete_cookie(answer: AnyResponse) -> None:
    """Have the browser forget the session."""
    answer.delete_cookie(cookie_name(), secure=request.is_secure, httponly=True, samesite="Lax")


def demand_same_origin() -> None:
    """Refuse what a page of another site had the browser send.

    Source: W3C Fetch Metadata; browsers without it send Origin. What sends neither is no browser.
    Raises: Forbidden.
    """
    if request.method in _SAFE:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is None and origin is not None:
        site = "same-origin" if urlsplit(origin).netloc == request.host else "cross-site"
    if site not in (None, "same-origin", "none"):
        raise Forbidden("another site sent this; open the page here and try again")
