"""Making entries: a shipment, a receipt, any other act, or many from a spreadsheet.

GET, POST  /ship               a new shipment
GET        /receive            what is on its way to the caller
GET, POST  /receive/<index>    one shipment, ticked off
GET        /record             what else can be recorded
GET        /record/template.csv, .xlsx   the spreadsheet that takes every act
GET, POST  /record/sheet       many acts from one
GET, POST  /record/correct/<index>    an entry of one's own, corrected
GET, POST  /record/<act>       the form of one act, with only its fields

A form that is sent comes back with what is wrong, or as what is to be signed (web.pages.entered).
"""

from flask import Response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from ledger.service.duties import WAITING
from ledger.service.pages import SHIPMENTS
from ledger.service.shipments import Manifest, shipment, shipments
from ledger.service.tokens import Scope
from schemas.errors import Forbidden, NotFound
from web.access import caller, ledger, needs, reader
from web.pages.acts import ACTS
from web.pages.correcting import corrected
from web.pages.entered import handled
from web.pages.figures import count_in
from web.pages.frame import make_blueprint, page
from web.pages.importing import imported
from web.pages.inspections import INSPECTIONS, OF_INSPECTORS, may_inspect
from web.pages.lists import PER_PAGE, as_file, cursor_of, next_url, table_file
from web.pages.receiving import received
from web.pages.sheets import COLUMNS, explained
from web.pages.statements import STATEMENTS
from web.tables import XLSX, write_book

blueprint = make_blueprint("making")

_ACTS = {**INSPECTIONS, **ACTS, **STATEMENTS}
_UNLISTED = frozenset({"ship", "receive", "refuse"})
"""These have pages of their own."""


@blueprint.route("/ship", methods=["GET", "POST"])
@needs(Scope.WRITE)
def ship() -> Response:
    """A new shipment."""
    return handled(ACTS["ship"], _("New shipment"))


@blueprint.get("/receive")
@needs(Scope.WRITE)
def receive() -> AnyResponse:
    """What is on its way to the caller; or one shipment, if the address names it."""
    index = request.args.get("shipment", type=int)
    if index is not None:
        return redirect(url_for("making.receive_shipment", index=index), 303)
    wanted, after = Manifest(WAITING, partner=caller().party), cursor_of(SHIPMENTS.kind)
    found = shipments(ledger(), wanted, after=after, limit=PER_PAGE, reader=reader())
    expected = [one for one in found.lines if one.consignee == caller().party]
    more = next_url(SHIPMENTS.kind, found)
    return page("making/expected.html", lines=expected, now=found.as_of, next_url=more)


@blueprint.route("/receive/<int:index>", methods=["GET", "POST"])
@needs(Scope.WRITE)
def receive_shipment(index: int) -> Response:
    """One shipment, ticked off: all of it, some, damaged, refused."""
    found = shipment(ledger(), index, reader=reader())
    if found.consignee != caller().party:
        raise NotFound(f"there is no shipment {index}, or not for you")
    return received(found)


@blueprint.get("/record")
@needs(Scope.WRITE)
def record() -> Response:
    """What can be recorded."""
    unlisted = _UNLISTED if may_inspect() else _UNLISTED | OF_INSPECTORS
    return page("making/record.html", acts=[a for a in _ACTS.values() if a.name not in unlisted])


@blueprint.get("/record/template.<any(csv,xlsx):kind>")
@needs(Scope.WRITE)
def template(kind: str) -> Response:
    """The spreadsheet that takes every act; as XLSX with sheets that explain it."""
    if kind == "csv":
        return table_file(kind, "chiptrail-template", COLUMNS, [])
    answer = Response(write_book(explained()), mimetype=XLSX)
    return as_file(answer, "chiptrail-template.xlsx")


@blueprint.route("/record/sheet", methods=["GET", "POST"])
@needs(Scope.WRITE)
def sheet() -> Response:
    """Many acts, from a spreadsheet."""
    return imported()


@blueprint.get("/record/correct")
@needs(Scope.WRITE)
def correct() -> AnyResponse:
    """Which entry is to be corrected."""
    text = request.args.get("entry", "").strip().removeprefix("#")
    index = count_in(text)
    if index is not None:
        return redirect(url_for("making.correct_entry", index=index), 303)
    fault = _("Entry: want its number, such as 41") if text else ""
    return page("making/correct_which.html", 400 if text else 200, said=text, fault=fault)


@blueprint.route("/record/correct/<int:index>", methods=["GET", "POST"])
@needs(Scope.WRITE)
def correct_entry(index: int) -> Response:
    """An entry of the caller's, what it says beside what was meant."""
    return corrected(index)


@blueprint.route("/record/<act>", methods=["GET", "POST"])
@needs(Scope.WRITE)
def record_act(act: str) -> AnyResponse:
    """The form of one act."""
    if act == "ship":
        return redirect(url_for("making.ship"), 303)
    if act not in _ACTS:
        raise NotFound(f"there is no act {act}")
    if act in OF_INSPECTORS and not may_inspect():
        raise Forbidden("only an inspector holds goods back")
    return handled(_ACTS[act], str(_ACTS[act].title))
