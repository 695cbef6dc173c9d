"""The check: do these fit, and what is known against them; one serial, or thousands.

POST /api/v1/check        serials in any spelling, as JSON, pasted text, a CSV or a workbook

What else is said of the goods is in the JSON, or in the query: a document, who presents them and
where, how many there should be. The answer is JSON, or a table by ``Accept``, which can be given
back as it is: the serials are the column *text*.
"""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from marshmallow import RAISE

from ledger.service import query
from ledger.service.dossiers import CHECK_COLUMNS, check_rows, check_to_json
from ledger.service.knowing import Known
from ledger.service.presenting import Counts
from ledger.service.query import Check
from ledger.service.tokens import Scope
from schemas import strict_json
from schemas.errors import MalformedJson, MalformedTable, ParseError, TooLarge
from schemas.extension import check_location
from schemas.formats import check_party_id, is_uri, parse_time
from schemas.item import HEADINGS, split_pasted
from schemas.place import Place, place_of_uri
from schemas.strict_json import JSON
from web.access import ledger, missed, needs, reader
from web.api import shapes
from web.api.bodies import JSON_TYPE, Blueprint, body
from web.api.lists import table
from web.tables import CSV, XLSX, read_column

MOST_SERIALS = 10_000
_LIMIT = 8 << 20
_TEXT = "text/plain"
_HEADED = HEADINGS | {"text"}
_Asked = Mapping[str, Any]

blueprint = Blueprint("check", __name__, description="Do these fit, and what is against them.")


@blueprint.post("/check")
@blueprint.doc(**shapes.CHECK)
@needs(Scope.READ)
@blueprint.arguments(shapes.Check, location="query", unknown=RAISE)
def check(asked: _Asked) -> Response:
    """Check serials: whether each fits, the counts first, what is missing, where to look."""
    serials, said = _read(asked)
    declared = said.pop("declared", None)
    checked = answer_to(serials, said)
    kind = request.accept_mimetypes.best_match([JSON_TYPE, CSV, XLSX], JSON_TYPE)
    if kind == JSON_TYPE:
        told = strict_json.dump(check_to_json(checked, declared))
        answer = Response(told, content_type=JSON_TYPE)
    else:
        answer = table(kind, "check", CHECK_COLUMNS, check_rows(checked))
    answer.headers["Vary"] = "Accept"
    return answer


def answer_to(serials: list[str], said: Mapping[str, Any]) -> Check:
    """The caller's answer to *serials*, of which *said* says what ``query.check`` takes."""
    checked = query.check(ledger(), serials, reader=reader(), **said)
    missed(sum(line.item is None for line in checked.lines))
    return checked


def _read(asked: _Asked) -> tuple[list[str], dict[str, Any]]:
    """The serials, and all that is said of them, in the query and in the body.

    Raises: a refusal that names the member, the parameter or the line.
    """
    data = body(_LIMIT, JSON_TYPE, _TEXT, CSV, XLSX)
    named = ("document", "shipment", "presented_by", "as_of")
    said = {name: asked[name] for name in named if name in asked}
    said["here"] = None if "at" not in asked else _place(asked["at"])
    said["known"] = Known(asked.get("size"), asked.get("known_at"))
    if "packages" in asked or "units" in asked:
        said["declared"] = {name: asked.get(name) for name in Counts._fields}
    if request.mimetype == JSON_TYPE:
        value = strict_json.load_object(data, limit=_LIMIT)
        serials = serials_in(value.pop("serials", None))
        said |= dict(read_member(name, one) for name, one in value.items() if one is not None)
    else:
        serials = read_serials(request.mimetype, data)
    return demand_some(serials), said


def demand_some(serials: list[str], most: int = MOST_SERIALS) -> list[str]:
    """*serials*, if they are 1 to *most*.

    Raises: MalformedJson, TooLarge.
    """
    if not serials:
        raise MalformedJson("want one serial or more, as a list or as pasted text", "/serials")
    if len(serials) > most:
        raise TooLarge(f"got {len(serials)} serials, limit {most}", "/serials")
    return serials


def read_serials(kind: str, data: bytes) -> list[str]:
    """The serials in a file of *kind*: text as it was pasted, a CSV or a workbook.

    Raises: MalformedTable, TooLarge.
    """
    column = None if kind == _TEXT else read_column(kind, data, _HEADED)
    if column is not None:
        return column
    if kind == XLSX:
        raise MalformedTable("want a column headed serial, item or text")
    try:
        return split_pasted(data.decode("utf-8-sig"))
    except UnicodeDecodeError as exc:
        raise MalformedTable("want text in UTF-8") from exc


# JSON --------------------------------------------------------------------------------------------


def read_member(name: str, value: JSON) -> tuple[str, Any]:
    """What the member *name* says of the goods, by the name that ``query.check`` has for it.

    Raises: MalformedJson.
    """
    if name not in _MEMBERS:
        raise MalformedJson("unknown member", f"/{name}")
    known, read = _MEMBERS[name]
    try:
        return known, read(value)
    except ValueError as exc:
        raise MalformedJson(str(exc), f"/{name}") from exc
    except ParseError as exc:
        raise MalformedJson(exc.message, f"/{name}{exc.pointer or ''}") from exc


def _document(value: JSON) -> str:
    if not (isinstance(value, str) and is_uri(value)):
        raise ValueError("want a URI, such as urn:chiptrail:doc:awb:618-12345675")
    return value


def _shipment(value: JSON) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("want the index of a shipment")
    return value


def _party(value: JSON) -> str:
    try:
        return check_party_id(str(value))
    except ValueError as exc:
        raise ValueError("want the id of a party") from exc


def _time(value: JSON) -> object:
    try:
        return parse_time(str(value))
    except ValueError as exc:
        raise ValueError("want a time with its offset (RFC 3339)") from exc


def _place(value: JSON) -> Place:
    """Where the goods lie: a ``geo:`` URI, or a location as in an event."""
    if isinstance(value, str):
        place = place_of_uri(value)
        if place.point is None:
            raise MalformedJson("want coordinates, such as geo:22.31,113.91;u=500", "")
        return place
    check_location(value)
    assert isinstance(value, dict)
    place = place_of_uri(f"geo:{value['latitude']},{value['longitude']};u={value['accuracyM']}")
    country = value.get("countryCode")
    return place._replace(country=None if country is None else str(country))


def _declared(value: JSON) -> dict[str, int | None]:
    if not isinstance(value, dict) or not value or value.keys() - set(Counts._fields):
        raise ValueError('want {"packages": number, "units": number}, or one of the two')
    for name, count in value.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise MalformedJson("want a number from 0", f"/{name}")
    return {name: value.get(name) for name in Counts._fields}  # type: ignore[misc]  # just seen


_MEMBERS = {
    "document": ("document", _document),
    "shipment": ("shipment", _shipment),
    "presentedBy": ("presented_by", _party),
    "asOf": ("as_of", _time),
    "at": ("here", _place),
    "declared": ("declared", _declared),
}


def serials_in(value: JSON) -> list[str]:
    """The serials that *value*, a list or pasted text, names; none where it is neither.

    Raises: MalformedJson.
    """
    if isinstance(value, str):
        return split_pasted(value)
    if not isinstance(value, list):
        return []
    texts = [text for text in value if isinstance(text, str)]
    if len(texts) != len(value):
        number = next(n for n, text in enumerate(value) if not isinstance(text, str))
        raise MalformedJson("want text", f"/serials/{number}")
    return texts
