"""Making entries: a shipment, a receipt, any other act, or many from a spreadsheet.

GET, POST  /ship               a new shipment
GET        /record             what else can be recorded
GET, POST  /record/<act>       the form of one act, with only its fields

A form that is sent comes back with what is wrong, or as what is to be signed (web.pages.entered).
"""

from flask import Response, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from ledger.service.tokens import Scope
from schemas.errors import Forbidden, NotFound
from web.access import needs
from web.pages.acts import ACTS
from web.pages.entered import handled
from web.pages.frame import make_blueprint, page
from web.pages.inspections import INSPECTIONS, OF_INSPECTORS, may_inspect

blueprint = make_blueprint("making")

_ACTS = {**INSPECTIONS, **ACTS}
_UNLISTED = frozenset({"ship", "receive", "refuse"})
"""These have pages of their own."""


@blueprint.route("/ship", methods=["GET", "POST"])
@needs(Scope.WRITE)
def ship() -> Response:
    """A new shipment."""
    return handled(ACTS["ship"], _("New shipment"))


@blueprint.get("/record")
@needs(Scope.WRITE)
def record() -> Response:
    """What can be recorded."""
    unlisted = _UNLISTED if may_inspect() else _UNLISTED | OF_INSPECTORS
    return page("making/record.html", acts=[a for a in _ACTS.values() if a.name not in unlisted])


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
