"""The keys of one's party: made and kept in the browser, enrolled by the registrar.

GET  /keys        those that are enrolled; and, by keys/page.js, those in this browser
"""

from flask import Blueprint, Response, request, url_for

from ledger.service import directory
from ledger.service.paging import START, encode_cursor, parse_cursor
from ledger.service.tokens import Scope
from web.access import caller, ledger, needs
from web.pages.frame import make_blueprint, page

blueprint: Blueprint = make_blueprint("keyring")

_AT_ONCE = 50


@blueprint.get("/keys")
@needs(Scope.READ)
def keys() -> Response:
    """The keys of the caller's party."""
    text, who = request.args.get("cursor"), caller()
    after = START if text is None else parse_cursor("keys", text)
    found = directory.keys(ledger(), after=after, limit=_AT_ONCE, party=who.party)
    cursor = None if found.next is None else encode_cursor("keys", found.next)
    return page(
        "keys/keys.html",
        lines=found.lines,
        can_sign=Scope.WRITE in who.scopes,
        next_url=cursor and url_for("keyring.keys", cursor=cursor),
    )
