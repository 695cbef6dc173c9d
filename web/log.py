"""The public log over HTTP: C2SP tlog-tiles, below ``/log``.

GET /log/checkpoint              the newest checkpoint, with its cosignatures
GET /log/tile/<level>/<n>        hash tiles; they tell an outsider nothing of a payload
GET /log/tile/entries/<n>        leaves, to members only unless the operator opened them

A full tile never changes. The checkpoint is that of the checkpoint file, so whatever is served
fits what was signed last.
"""

from flask import Blueprint, Response, current_app, request

from ledger.service.publish import served_tile
from ledger.service.tokens import Scope
from ledger.tiles import TileAddress, parse_tile_path
from schemas.errors import MalformedNote, NotFound
from web.access import ledger, needs

PUBLIC_ENTRIES = "CHIPTRAIL_PUBLIC_ENTRIES"
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_NOW = "public, max-age=2"

blueprint = Blueprint("log", __name__, url_prefix="/log")


@blueprint.get("/checkpoint")
def checkpoint() -> Response:
    """The newest checkpoint."""
    with ledger().snapshot() as (connection, tip):
        note = ledger().cosigned_note(connection, tip.head)
    answer = Response(note, content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = _FOR_NOW
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@blueprint.get("/tile/<path:name>")
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
