"""Lists, a page at a time, of what the caller has in view; as JSON, or as a table by ``Accept``.

GET /api/v1/items                units; with ?parent= what lies directly inside one
GET /api/v1/findings             what does not fit on them, open or closed
GET /api/v1/shipments            what was sent, and what became of it; /shipments/<index> one
GET /api/v1/licences             with what is left of them
GET /api/v1/parties              who is enrolled
GET /api/v1/keys                 with which keys

A page ends in ``next``, which is the ``cursor`` of the next one. As ``text/csv`` or as a workbook
(``web.tables``) it has no place for that: it is in the header Link (RFC 8288).
"""

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, request
from marshmallow import RAISE

from ledger.finding import Finding
from ledger.service import directory, listing, pages
from ledger.service import shipments as sending
from ledger.service.directory import Enrolled, Paper, Wallet
from ledger.service.listing import Listed, Sought, Wanted
from ledger.service.paging import START, Cursor, Page, encode_cursor, parse_cursor
from ledger.service.shipments import Manifest, Shipment
from ledger.service.tokens import Scope
from schemas import strict_json
from web.access import ledger, needs, reader
from web.api import list_shapes as shapes
from web.api.bodies import JSON_TYPE, Blueprint
from web.api.shapes import AsOf
from web.tables import CSV, SUFFIXES, XLSX, write_table

T = TypeVar("T")
_Asked = Mapping[str, Any]

blueprint = Blueprint("lists", __name__, description="What one has in view, a page at a time.")


@blueprint.get("/items")
@blueprint.response(200, shapes.ItemPage)
@blueprint.doc(**shapes.TABLES)
@needs(Scope.READ)
@blueprint.arguments(shapes.Items, location="query", unknown=RAISE)
def items(asked: _Asked) -> Response:
    """Units in view: what lies by itself, or directly inside one that is named."""
    return _answer(pages.ITEMS, load_items(asked))


@blueprint.get("/findings")
@blueprint.response(200, shapes.FindingPage)
@blueprint.doc(**shapes.TABLES)
@needs(Scope.READ)
@blueprint.arguments(shapes.Findings, location="query", unknown=RAISE)
def findings(asked: _Asked) -> Response:
    """What is found on the units in view and all inside them, or on one item."""
    return _answer(pages.FINDINGS, load_findings(asked))


@blueprint.get("/shipments")
@blueprint.response(200, shapes.ShipmentPage)
@blueprint.doc(**shapes.TABLES)
@needs(Scope.READ)
@blueprint.arguments(shapes.Shipments, location="query", unknown=RAISE)
def shipments(asked: _Asked) -> Response:
    """Shipments that name the caller, or a document that it names."""
    return _answer(pages.SHIPMENTS, load_shipments(asked))


@blueprint.get("/shipments/<int:index>")
@blueprint.response(200, shapes.WholeShipment)
@needs(Scope.READ)
@blueprint.arguments(AsOf, location="query", unknown=RAISE)
def shipment(asked: _Asked, index: int) -> Response:
    """One shipment of which the caller saw units go, with what became of each."""
    found = sending.shipment(ledger(), index, reader=reader(), **_day(asked))
    units = {unit: fate.value for unit, fate in found.units.items()}
    said = {**pages.shipment_to_json(found), "units": {**units}}
    return Response(strict_json.dump(said), content_type=JSON_TYPE)


@blueprint.get("/licences")
@blueprint.response(200, shapes.LicencePage)
@blueprint.doc(**shapes.TABLES)
@needs(Scope.READ)
@blueprint.arguments(shapes.Licences, location="query", unknown=RAISE)
def licences(asked: _Asked) -> Response:
    """Licences that the caller may read, with what is left of them."""
    return _answer(pages.LICENCES, load_licences(asked))


@blueprint.get("/parties")
@blueprint.response(200, shapes.PartyPage)
@blueprint.doc(**shapes.TABLES)
@needs(Scope.READ)
@blueprint.arguments(shapes.Parties, location="query", unknown=RAISE)
def parties(asked: _Asked) -> Response:
    """Who is enrolled: whom one can name, and what it does."""
    return _answer(pages.PARTIES, load_parties(asked))


@blueprint.get("/keys")
@blueprint.response(200, shapes.KeyPage)
@blueprint.doc(**shapes.TABLES)
@needs(Scope.READ)
@blueprint.arguments(shapes.Keys, location="query", unknown=RAISE)
def keys(asked: _Asked) -> Response:
    """The keys that were ever enrolled, and which of them are revoked."""
    more = {"party": asked.get("party"), **_page(pages.KEYS, asked)}
    return _answer(pages.KEYS, directory.keys(ledger(), **more))


# What is asked for -------------------------------------------------------------------------------


def load_items(asked: _Asked) -> Page[Listed]:
    """The page of units that is *asked* for, as the caller sees them."""
    kind, part, verdict = (asked.get(name) for name in ("kind", "part", "verdict"))
    wanted = Wanted(
        verdicts=frozenset() if verdict is None else frozenset({verdict}),
        phase=asked.get("state"),
        holder=asked.get("holder"),
        is_container=None if kind is None else kind == "container",
        is_past=None if part is None else part == "past",
    )
    more = {"parent": asked.get("parent"), **_page(pages.ITEMS, asked), **_day(asked)}
    return listing.units(ledger(), wanted, reader=reader(), **more)


def load_findings(asked: _Asked) -> Page[Finding]:
    """The page of findings that is *asked* for, as the caller sees them."""
    state, code, part = asked.get("state"), asked.get("code"), asked.get("part")
    sought = Sought(
        is_open=None if state is None else state == "open",
        codes=frozenset() if code is None else frozenset({code}),
        tier=asked.get("tier"),
        is_past=None if part is None else part == "past",
    )
    more = {"item": asked.get("item"), **_page(pages.FINDINGS, asked), **_day(asked)}
    return listing.findings(ledger(), sought, reader=reader(), **more)


def load_shipments(asked: _Asked) -> Page[Shipment]:
    """The page of shipments that is *asked* for, as the caller sees them."""
    state = asked.get("state")
    states = frozenset() if state is None else frozenset({state})
    wanted = Manifest(states, asked.get("partner"), asked.get("document"))
    more = {**_page(pages.SHIPMENTS, asked), **_day(asked)}
    return sending.shipments(ledger(), wanted, reader=reader(), **more)


def load_licences(asked: _Asked) -> Page[Wallet]:
    """The page of licences that is *asked* for, of those that the caller may read."""
    wanted = Paper(**{name: asked.get(name) for name in ("regime", "number", "holder", "near")})
    more = {**_page(pages.LICENCES, asked), **_day(asked)}
    return directory.licences(ledger(), wanted, reader=reader(), **more)


def load_parties(asked: _Asked) -> Page[Enrolled]:
    """The page of parties that is *asked* for."""
    more = {"role": asked.get("role"), "text": asked.get("name"), **_page(pages.PARTIES, asked)}
    return directory.parties(ledger(), reader=reader(), **more)


def _page(of: pages.List[Any], asked: _Asked) -> dict[str, Any]:
    text = asked.get("cursor")
    after = START if text is None else parse_cursor(of.kind, text)
    return {"after": after, "limit": asked["limit"]}


def _day(asked: _Asked) -> dict[str, Any]:
    return {"as_of": asked.get("as_of")}


def _answer(of: pages.List[T], page: Page[T]) -> Response:
    kind = request.accept_mimetypes.best_match([JSON_TYPE, CSV, XLSX], JSON_TYPE)
    if kind == JSON_TYPE:
        answer = Response(strict_json.dump(of.to_json(page)), content_type=JSON_TYPE)
    else:
        answer = table(kind, of.kind, of.columns, of.rows(page))
    if page.next is not None:
        answer.headers["Link"] = f'<{_next(of.kind, page.next)}>; rel="next"'
    answer.headers["Vary"] = "Accept"
    return answer


def _next(kind: str, cursor: Cursor) -> str:
    """Where the next page is, from where this one was."""
    asked = {**request.args.to_dict(), "cursor": encode_cursor(kind, cursor)}
    return f"{request.path}?{urlencode(asked)}"


def table(kind: str, name: str, columns: pages.Columns, rows: list[list[object]]) -> Response:
    """A file of *kind*, to be kept as *name*."""
    answer = Response(write_table(kind, columns, rows), content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{SUFFIXES[kind]}"'
    return answer
