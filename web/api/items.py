"""Items: one dossier, its bundle, and the check of many serials at once.

POST /api/v1/check                 do these fit, and what is known against them
GET  /api/v1/items/<id>            the dossier of one item
GET  /api/v1/items/<id>/bundle     its history as a file that verifies without the ledger

An id is anything that ``schemas.item`` reads: a bare serial, a Digital Link, an EPC URN, a GS1
element string; in an address with its slashes escaped or not. What is not there and what is not the
caller's to see answer alike.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import Response
from marshmallow import RAISE

from ledger.service import query
from ledger.service.bundling import make_bundle
from ledger.service.dossiers import check_to_json, dossier_to_json
from ledger.service.tokens import Scope
from schemas import strict_json
from schemas.errors import MalformedJson, NotFound, TooLarge
from schemas.formats import check_party_id, is_uri, parse_time
from schemas.item import split_pasted
from schemas.strict_json import JSON
from web.access import ledger, needs, reader
from web.api import shapes
from web.api.bodies import JSON_TYPE, Blueprint, body

MOST_SERIALS = 10_000
BUNDLE = "application/vnd.chiptrail.bundle+json"
_CHECK_LIMIT = 8 << 20

blueprint = Blueprint("items", __name__, description="What is known of items, one or thousands.")


@blueprint.post("/check")
@blueprint.doc(**shapes.CHECK)
@needs(Scope.READ)
def check() -> Response:
    """Check serials: whether each fits, the counts first, what is missing, where to look."""
    asked = _asked(strict_json.load_object(body(_CHECK_LIMIT, JSON_TYPE), limit=_CHECK_LIMIT))
    checked = query.check(
        ledger(),
        asked.serials,
        document=asked.document,
        presented_by=asked.presented_by,
        as_of=asked.as_of,
        reader=reader(),
    )
    return _json(check_to_json(checked))


@blueprint.get("/items/<path:name>")
@blueprint.response(200, shapes.Dossier)
@needs(Scope.READ)
@blueprint.arguments(shapes.AsOf, location="query", unknown=RAISE)
def item(asked: Mapping[str, datetime], name: str) -> Response:
    """The dossier of one item; 300 and their ids where several bear the serial."""
    found = _named(name)
    if len(found) > 1:
        return _json({"matches": [*found]}, 300)
    dossier = query.dossier(ledger(), found[0], as_of=asked.get("as_of"), reader=reader())
    return _json(dossier_to_json(dossier))


@blueprint.get("/items/<path:name>/bundle")
@blueprint.doc(responses={"200": {"description": "docs/formats.md", "content": {BUNDLE: {}}}})
@needs(Scope.READ)
@blueprint.arguments(shapes.Bundle, location="query", unknown=RAISE)
def bundle(asked: Mapping[str, Any], name: str) -> Response:
    """The history of one item, as far as the caller sees it, for `chiptrail verify`."""
    as_of, disclose = asked.get("as_of"), asked.get("disclose", False)
    items = _named(name)
    data = make_bundle(ledger(), items, as_of=as_of, reader=reader(), disclose=disclose)
    answer = Response(data, content_type=BUNDLE)
    answer.headers["Content-Disposition"] = 'attachment; filename="item.chiptrail.json"'
    return answer


def _named(name: str) -> Sequence[str]:
    found = query.resolve(ledger(), [name], reader())[name]
    if not found:
        raise NotFound("nothing is recorded by that name, or not for you")
    return found


class _Asked(NamedTuple):
    serials: list[str]
    document: str | None
    presented_by: str | None
    as_of: datetime | None


def _asked(body: Mapping[str, JSON]) -> _Asked:
    """What the body of a check asks.

    Raises: MalformedJson, TooLarge.
    """
    unknown = body.keys() - {"serials", "document", "presentedBy", "asOf"}
    if unknown:
        raise MalformedJson("unknown member", f"/{min(unknown)}")
    serials = _serials(body.get("serials"))
    if not serials:
        raise MalformedJson("want one serial or more, as a list or as pasted text", "/serials")
    if len(serials) > MOST_SERIALS:
        raise TooLarge(f"got {len(serials)} serials, limit {MOST_SERIALS}", "/serials")
    document, party, as_of = (body.get(name) for name in ("document", "presentedBy", "asOf"))
    if document is not None and not (isinstance(document, str) and is_uri(document)):
        raise MalformedJson("want a URI, such as urn:chiptrail:doc:awb:618-12345675", "/document")
    try:
        moment = None if as_of is None else parse_time(str(as_of))
    except ValueError as exc:
        raise MalformedJson("want a time with its offset (RFC 3339)", "/asOf") from exc
    try:
        who = None if party is None else check_party_id(str(party))
    except ValueError as exc:
        raise MalformedJson("want the id of a party", "/presentedBy") from exc
    return _Asked(serials, document, who, moment)


def _serials(value: JSON) -> list[str]:
    if isinstance(value, str):
        return split_pasted(value)
    if not isinstance(value, list):
        return []
    texts = [text for text in value if isinstance(text, str)]
    if len(texts) != len(value):
        number = next(n for n, text in enumerate(value) if not isinstance(text, str))
        raise MalformedJson("want text", f"/serials/{number}")
    return texts


def _json(value: JSON, status: int = 200) -> Response:
    return Response(strict_json.dump(value), status, content_type="application/json")
