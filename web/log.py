"""The public log over HTTP: C2SP tlog-tiles, below ``/log``.

GET /log/checkpoint              the newest checkpoint, with its cosignatures
GET /log/consistency             the proof between two sizes, ?from= and ?to=
GET /log/vkey                    the verifier key of the log, as it says itself
GET /log/tile/<level>/<n>        hash tiles; they tell an outsider nothing of a payload
GET /log/tile/entries/<n>        leaves, to members only unless the operator opened them

A full tile never changes. The checkpoint is that of the checkpoint file, so whatever is served
fits what was signed last.
"""

from flask import Response, current_app, request

from ledger.service.proving import consistency
from ledger.service.publish import served_tile
from ledger.service.reading import cosigned
from ledger.service.tokens import Scope
from ledger.tiles import TileAddress, parse_tile_path
from schemas import strict_json
from schemas.errors import MalformedNote, MalformedParameter, NotFound
from schemas.formats import encode_base64, parse_decimal
from schemas.strict_json import JSON
from web.access import ledger, needs
from web.api.bodies import Blueprint
from web.api.log_shapes import CONSISTENCY, answered

PUBLIC_ENTRIES = "CHIPTRAIL_PUBLIC_ENTRIES"
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_NOW = "public, max-age=2"

blueprint = Blueprint("log", __name__, url_prefix="/log", description="The public log.")


@blueprint.get("/checkpoint")
@blueprint.doc(**answered("text/plain"))
def checkpoint() -> Response:
    """The newest checkpoint."""
    with ledger().snapshot() as (connection, tip):
        note = cosigned(connection, ledger().note_of(tip.head), tip.head.size)
    answer = Response(note, content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = _FOR_NOW
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@blueprint.get("/consistency")
@blueprint.doc(**CONSISTENCY)
def consistency_proof() -> Response:
    """That the log of one size is the beginning of that of another, with what was signed then."""
    old, new = _size("from"), _size("to") if "to" in request.args else None
    found = consistency(ledger(), old, new)
    said: dict[str, JSON] = {
        "from": found.old_size,
        "to": found.size,
        "fromRoot": encode_base64(found.old_root),
        "toRoot": encode_base64(found.root),
        "consistency": [encode_base64(value) for value in found.path],
        "fromCheckpoint": None if found.old_note is None else found.old_note.decode(),
        "toCheckpoint": None if found.note is None else found.note.decode(),
    }
    answer = Response(strict_json.dump(said), content_type="application/json")
    answer.headers["Cache-Control"] = _FOR_NOW  # witnesses may cosign what is old
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _size(name: str) -> int:
    try:
        (text,) = request.args.getlist(name)
        return parse_decimal(text)
    except ValueError as exc:
        raise MalformedParameter(f"{name}: want a size of the log, a number from 0") from exc


@blueprint.get("/vkey")
@blueprint.doc(**answered("text/plain"))
def vkey() -> Response:
    """The verifier key, for whoever has it by another way to compare, and to keep."""
    answer = Response(f"{ledger().vkey}\n", content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = _FOR_NOW
    return answer


@blueprint.get("/tile/<path:name>")
@blueprint.doc(**answered("application/octet-stream"))
def tile(name: str) -> Response:
    """A hash tile, or a bundle of entries."""
    try:
        address = parse_tile_path(f"tile/{name}")
    except MalformedNote as exc:
        raise NotFound("there is no such tile") from exc
    if address.level is None and not current_app.config[PUBLIC_ENTRIES]:
        return needs(Scope.READ)(_tile)(address)
    return _tile(address)


def _tile(address: TileAddress) -> Response:
    answer = Response(served_tile(ledger(), address), content_type="application/octet-stream")
    answer.headers["Cache-Control"] = _FOR_EVER
    return answer
