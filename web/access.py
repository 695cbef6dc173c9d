"""Who asks: the API token of a request, and what it is for.

@blueprint.get("/entries/<int:index>")
@needs(Scope.READ)
def entry(index: int) -> Response:
    caller().party
"""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from flask import current_app, g, request

from ledger.service.ledger import Ledger
from ledger.service.tokens import Caller, Scope, authenticate
from ledger.view import Reader
from schemas.errors import Forbidden, Unauthenticated

P = ParamSpec("P")
T = TypeVar("T")


def ledger() -> Ledger:
    """The ledger that is served."""
    return cast("Ledger", current_app.extensions["chiptrail"])


def needs(scope: Scope) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let in who shows a token with *scope*.

    Raises, when called: Unauthenticated, Forbidden.
    """

    def wrap(view: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            kind, _, text = request.headers.get("Authorization", "").partition(" ")
            if kind.lower() != "bearer":
                raise Unauthenticated("send Authorization: Bearer and an API token")
            g.caller = authenticate(ledger(), text.strip())
            if scope not in g.caller.scopes:
                raise Forbidden(f"this takes a token with the scope {scope}")
            return view(*args, **kwargs)

        return guarded

    return wrap


def caller() -> Caller:
    """Who asks; only below ``needs``."""
    return cast("Caller", g.caller)


def reader() -> Reader:
    """Through whose eyes it is answered."""
    return caller().reader(ledger())
