"""The search box of every page: GET /search?q=.

One name leads to the item, the shipment or the entry; several lines lead to a check.
"""

import re

from flask import Blueprint, Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ledger.service import query, shipments
from ledger.service.paging import START
from ledger.service.shipments import Manifest
from ledger.service.tokens import Scope
from schemas.errors import ParseError
from schemas.spelling import DOCUMENT_KINDS
from web.access import ledger, missed, needs, reader
from web.pages.frame import make_blueprint, page

blueprint: Blueprint = make_blueprint("searching")

_MOST = 20
_ENTRY = re.compile(r"#?([0-9]{1,18})", re.ASCII)


@blueprint.get("/search")
@needs(Scope.READ)
def search() -> AnyResponse:
    """Where *q* leads to: one page at once, a choice of several, or what else to try."""
    text = request.args.get("q", "").strip()
    if not text:
        return redirect(url_for("entrance.home"), 303)
    if len(re.split(r"[\s,;]+", text)) > 1 and "checking.ask" in current_app.view_functions:
        return redirect(url_for("checking.ask", serials=text), 303)
    found = query.resolve(ledger(), [text], reader()).get(text, ())
    ways = [(url_for("unit.item", name=item), item) for item in found] or _others(text)
    if len(ways) == 1:
        return redirect(ways[0][0], 303)
    if not ways:
        missed(1)
    return _choice(text, ways)


def _choice(text: str, ways: list[tuple[str, str]]) -> Response:
    return page("frame/search_results.html", 200 if ways else 404, text=text, found=ways)


def _others(text: str) -> list[tuple[str, str]]:
    """What bears no serial: shipments by their papers, entries by their index."""
    papers = [f"urn:chiptrail:doc:{kind}:{text}" for kind in DOCUMENT_KINDS]
    papers = [text] if ":" in text else papers
    ways = []
    for paper in papers:
        ways += [
            (url_for("trade.shipment", index=one.index), paper) for one in shipments_under(paper)
        ]
    entry = _ENTRY.fullmatch(text)
    if entry and int(entry[1]) < ledger().head.size:
        ways.append((url_for("trade.entry", index=int(entry[1])), f"#{entry[1]}"))
    return ways


def shipments_under(paper: str) -> list[shipments.Shipment]:
    """The shipments in the caller's view that name the document *paper*."""
    try:
        found = shipments.shipments(
            ledger(), Manifest(document=paper), after=START, limit=_MOST, reader=reader()
        )
    except ParseError:
        return []
    return list(found.lines)
