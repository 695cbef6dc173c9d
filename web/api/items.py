"""Items: what is known of one, its history, and that as a file that verifies without the ledger.

GET /api/v1/items/<id>            the dossier of one item
GET /api/v1/items/<id>/history    the entries that bear on it, in words
GET /api/v1/items/<id>/bundle     its history as a file that verifies without the ledger
POST /api/v1/bundle               that of several in one file

An id is anything that ``schemas.item`` reads: a bare serial, a Digital Link, an EPC URN, a GS1
element string; in an address with its slashes escaped or not. One that ends in ``/bundle`` or
``/history`` itself is written with that slash escaped: ``%2Fbundle`` is of the id. What is not
there and what is not the caller's to see answer alike.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response
from marshmallow import RAISE

from ledger.service import query
from ledger.service.bundling import make_bundle
from ledger.service.dossiers import dossier_to_json, history_to_json
from ledger.service.knowing import Known
from ledger.service.query import Dossier
from ledger.service.tokens import Scope
from schemas import strict_json
from schemas.errors import MalformedJson, NotFound
from schemas.strict_json import JSON
from web.access import ledger, needs, reader
from web.api import shapes
from web.api.bodies import JSON_TYPE, Blueprint, body
from web.api.checks import demand_some, serials_in

BUNDLE = "application/vnd.chiptrail.bundle+json"
MOST_IN_BUNDLE = 1000
_LIMIT = 1 << 20
_Asked = Mapping[str, Any]

blueprint = Blueprint("items", __name__, description="What is known of one item.")


@blueprint.get("/items/<path:name>")
@blueprint.response(200, shapes.Dossier)
@needs(Scope.READ)
@blueprint.arguments(shapes.AsKnown, location="query", unknown=RAISE)
def item(asked: _Asked, name: str) -> Response:
    """The dossier of one item; 300 and their ids where several bear the serial."""
    found = _named(name)
    if len(found) > 1:
        return _json({"matches": [*found]}, 300)
    return _json(dossier_to_json(_dossier(found[0], asked)))


@blueprint.get("/items/<path:name>/history")
@blueprint.response(200, shapes.History)
@needs(Scope.READ)
@blueprint.arguments(shapes.AsKnown, location="query", unknown=RAISE)
def history(asked: _Asked, name: str) -> Response:
    """The entries that bear on one item; 300 and their ids where several bear the serial."""
    found = _named(name)
    if len(found) > 1:
        return _json({"matches": [*found]}, 300)
    return _json(history_to_json(_dossier(found[0], asked)))


@blueprint.get("/items/<path:name>/bundle")
@blueprint.doc(responses={"200": {"description": "docs/formats.md", "content": {BUNDLE: {}}}})
@needs(Scope.READ)
@blueprint.arguments(shapes.Bundle, location="query", unknown=RAISE)
def bundle(asked: _Asked, name: str) -> Response:
    """The history of one item, as far as the caller sees it, for `chiptrail verify`."""
    return _bundle(_named(name), asked, "item")


@blueprint.post("/bundle")
@blueprint.doc(**shapes.BUNDLE_OF)
@needs(Scope.READ)
@blueprint.arguments(shapes.Bundle, location="query", unknown=RAISE)
def bundle_of(asked: _Asked) -> Response:
    """The history of several items, as far as the caller sees it, in one file."""
    value = strict_json.load_object(body(_LIMIT, JSON_TYPE), limit=_LIMIT)
    names = dict.fromkeys(demand_some(serials_in(value.pop("serials", None)), MOST_IN_BUNDLE))
    if value:
        raise MalformedJson("unknown member", f"/{next(iter(value))}")
    found = query.resolve(ledger(), [*names], reader())
    for name in names:
        if not found[name]:
            raise NotFound(f"{name}: {_NOTHING}")
    return _bundle([item for name in names for item in found[name]], asked, "items")


def _bundle(items: Sequence[str], asked: _Asked, name: str) -> Response:
    as_of, disclose = asked.get("as_of"), asked.get("disclose", False)
    data = make_bundle(ledger(), items, as_of=as_of, reader=reader(), disclose=disclose)
    answer = Response(data, content_type=BUNDLE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.chiptrail.json"'
    return answer


def _dossier(name: str, asked: _Asked) -> Dossier:
    """What was known of it then; what was not recorded yet is not there."""
    known = Known(asked.get("size"), asked.get("known_at"))
    as_of = asked.get("as_of")
    found = query.dossier(ledger(), name, as_of=as_of, known=known, reader=reader())
    if not found.steps and found.state is None and known != Known():
        raise NotFound(_NOTHING)
    return found


def _named(name: str) -> Sequence[str]:
    found = query.resolve(ledger(), [name], reader())[name]
    if not found:
        raise NotFound(_NOTHING)
    return found


_NOTHING = "nothing is recorded by that name, or not for you"


def _json(value: JSON, status: int = 200) -> Response:
    return Response(strict_json.dump(value), status, content_type=JSON_TYPE)
