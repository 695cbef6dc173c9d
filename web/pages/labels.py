"""Labels to print: the codes of an item, of what is inside it, of a shipment.

GET /items/<id>/label            one label, or a sheet of them: ?size=
GET /items/<id>/labels           those of all that lies directly inside; /shipments/<index>/labels
GET /items/<id>/qr.svg           and /datamatrix.svg: the symbols alone
GET /entries/<index>/qr.svg      leads to the page of an entry, for receipts

Whoever may see the dossier of an item may print its label.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as AnyResponse

from ledger.service import query, shipments
from ledger.service.tokens import Scope
from schemas.errors import MalformedParameter, NotFound
from web import symbols
from web.access import ledger, needs, reader
from web.addresses import path_of
from web.pages.frame import make_blueprint, page

blueprint: Blueprint = make_blueprint("labels")


@dataclass(frozen=True, slots=True)
class Size:
    """A size of labels, *name* in addresses and style, *at_once* on one page of ours.

    *symbols*: 1 is the DataMatrix alone. To draw those of a page takes a second or two.
    """

    name: str
    text: object
    at_once: int
    symbols: int = 2


SIZES = {
    size.name: size
    for size in (
        Size("single", lazy_gettext("62 \N{MULTIPLICATION SIGN} 40 mm"), 240),
        Size("sheet24", lazy_gettext("A4: 24 of 70 \N{MULTIPLICATION SIGN} 37 mm"), 240),
        Size(
            "sheet65",
            lazy_gettext("A4: 65 of 38 \N{MULTIPLICATION SIGN} 21 mm"),
            650,
            symbols=1,
        ),
    )
}


@blueprint.get("/items/<path:name>/label")
@needs(Scope.READ)
def item(name: str) -> AnyResponse:
    """The label of one item."""
    found = _named(name)
    if len(found) > 1:
        return redirect(url_for("searching.search", q=name), 303)
    return _sheet(found, "single", found[0])


@blueprint.get("/items/<path:name>/labels")
@needs(Scope.READ)
def contents(name: str) -> Response:
    """The labels of what lies directly inside an item."""
    found = query.dossier(ledger(), one_named(name), reader=reader())
    return _sheet(found.contents, "sheet24", found.item)


@blueprint.get("/shipments/<int:index>/labels")
@needs(Scope.READ)
def shipment(index: int) -> Response:
    """The labels of the units of a shipment."""
    found = shipments.shipment(ledger(), index, reader=reader())
    return _sheet(tuple(found.units), "sheet24", None)


@blueprint.get("/items/<path:name>/qr.svg")
@needs(Scope.READ)
def item_qr(name: str) -> Response:
    """The QR code of an item: its Digital Link, else the address of its page."""
    found = one_named(name)
    return _svg(symbols.qr(symbols.link_of(found, page_of(found))))


@blueprint.get("/items/<path:name>/datamatrix.svg")
@needs(Scope.READ)
def item_datamatrix(name: str) -> Response:
    """The DataMatrix of an item."""
    return _svg(symbols.datamatrix(one_named(name)))


@blueprint.get("/entries/<int:index>/qr.svg")
@needs(Scope.READ)
def entry_qr(index: int) -> Response:
    """The QR code of the page of an entry."""
    if index >= ledger().head.size:
        raise NotFound(f"there is no entry {index}")
    return _svg(symbols.qr(f"{request.url_root}entries/{index}"))


def page_of(found: str) -> str:
    """The whole address of the page of the item *found*, as its label has it."""
    return request.url_root.rstrip("/") + path_of(found)


def _named(name: str) -> Sequence[str]:
    found = query.resolve(ledger(), [name], reader())[name]
    if not found:
        raise NotFound("nothing is recorded by that name, or not for you")
    return found


def one_named(name: str) -> str:
    """The one item in view that *name* means.

    Raises: NotFound, MalformedParameter (several bear that serial).
    """
    found = _named(name)
    if len(found) > 1:
        raise MalformedParameter("several items bear that serial; name one by its whole id")
    return found[0]


def _sheet(items: Sequence[str], usual: str, of: str | None) -> Response:
    size = SIZES.get(request.args.get("size", usual))
    first = request.args.get("first", "1")
    if size is None or not (first.isascii() and first.isdecimal() and int(first[:9]) > 0):
        raise MalformedParameter(f"size: want {', '.join(SIZES)}; first: a number from 1 on")
    start = int(first[:9]) - 1
    end = start + size.at_once
    return page(
        "labels/sheet.html",
        labels=[symbols.label(one, page_of(one)) for one in items[start:end]],
        size=size,
        sizes=SIZES.values(),
        of=of,
        total=len(items),
        first=start + 1,
        next=end + 1 if end < len(items) else None,
    )


def _svg(drawn: str) -> Response:
    return Response(drawn, mimetype="image/svg+xml")
