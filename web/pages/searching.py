"""The search box of every page: GET /search?q=.

One name leads to the item, the shipment or the entry; several names lead to a check. An address of
one of our pages, as labels and receipts bear it, leads to that page.
"""

import re

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from ledger.service import query, shipments
from ledger.service.paging import START
from ledger.service.shipments import Manifest
from ledger.service.tokens import Scope
from schemas.errors import MalformedParameter, ParseError
from schemas.item import split_pasted
from schemas.spelling import DOCUMENT_KINDS, read_document
from web.access import ledger, missed, needs, reader
from web.addresses import path_of
from web.pages.frame import make_blueprint, own_path, page

blueprint: Blueprint = make_blueprint("searching")

_MOST = 20
_ENTRY = re.compile(r"(?:#|entry +#?)?([0-9]{1,18})", re.ASCII | re.IGNORECASE)
# The number of a paper without its kind.
BARE_PAPER = re.compile(r"[0-9][0-9A-Za-z./-]*", re.ASCII)
_BLANKS = " \t\r\n"  # what str.strip takes off besides is FNC1 in an element string


@blueprint.get("/search")
@needs(Scope.READ)
def search() -> AnyResponse:
    """Where *q* leads to: one page at once, a choice of several, or what else to try."""
    text = request.args.get("q", "").strip(_BLANKS)
    if not text:
        return redirect(url_for("entrance.home"), 303)
    own = _own_page(text)
    if own is not None:
        return redirect(own, 303)
    ways = _ways(text)
    if len(ways) == 1:
        return redirect(ways[0][0], 303)
    if not ways and not _papers(text) and len(split_pasted(text)) > 1:
        return redirect(url_for("checking.ask", serials=text), 303)
    if not ways:
        missed(1)
    meant = [] if ways else _items(text.upper())
    values = {"text": text, "found": ways, "meant": meant}
    return page("frame/search_results.html", 200 if ways else 404, **values)


def _own_page(text: str) -> str | None:
    """The path of *text* where that is the address of a page of ours, as our QR codes have it."""
    if not text.startswith(request.url_root):
        return None
    path = own_path(text.removeprefix(request.url_root.rstrip("/")))
    try:
        current_app.url_map.bind("").match(path.partition("?")[0], method="GET")
    except HTTPException:
        return None
    return path


def _ways(text: str) -> list[tuple[str, str]]:
    """The pages of what *text* names: of items, else of shipments by papers, and of entries."""
    ways = _items(text)
    if ways:
        return ways
    for paper in _papers(text):
        ways += [
            (url_for("trade.shipment", index=one.index), paper) for one in shipments_under(paper)
        ]
    entry = _ENTRY.fullmatch(text)
    if entry and int(entry[1]) < ledger().head.size:
        ways.append((url_for("trade.entry", index=int(entry[1])), f"#{entry[1]}"))
    return ways


def _items(text: str) -> list[tuple[str, str]]:
    found = query.resolve(ledger(), [text], reader())[text]
    return [(path_of(item), item) for item in found]


def _papers(text: str) -> list[str]:
    """What *text* is as a paper: as its kind says, a bare number of any kind, [] if as none."""
    try:
        return [read_document(text)]
    except MalformedParameter:
        is_bare = BARE_PAPER.fullmatch(text) is not None
        return [f"urn:chiptrail:doc:{kind}:{text}" for kind in DOCUMENT_KINDS] if is_bare else []


def shipments_under(paper: str) -> list[shipments.Shipment]:
    """The shipments in the caller's view that name the document *paper*."""
    try:
        found = shipments.shipments(
            ledger(), Manifest(document=paper), after=START, limit=_MOST, reader=reader()
        )
    except ParseError:
        return []
    return list(found.lines)
