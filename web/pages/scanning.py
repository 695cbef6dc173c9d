"""Codes in pictures: POST /scan.

The body is a JPEG or PNG; the answer says what codes were read, line by line as one reads:

    {"codes": [{"text": "(01)09506000134352(21)A-0042", "format": "Data Matrix"}], "pixels": 307200}

Pictures are looked at and forgotten. A large one counts as several requests, one more for each
million pixels.
"""

from flask import Blueprint, Response

from ledger.service.tokens import Scope
from schemas import strict_json
from web.access import caller, needs
from web.api.bodies import JSON_TYPE, body
from web.limits import Limit, limits
from web.scans import BYTES_LIMIT, open_picture, read_codes

blueprint = Blueprint("scanning", __name__)


@blueprint.post("/scan")
@needs(Scope.READ)
def scan() -> Response:
    """The codes in a picture."""
    picture = open_picture(body(BYTES_LIMIT, "image/jpeg", "image/png"))
    limits().count(Limit.REQUESTS, caller().name, picture.pixels // 1_000_000)
    found = [{"text": code.text, "format": code.format} for code in read_codes(picture)]
    told = strict_json.dump({"codes": [*found], "pixels": picture.pixels})
    return Response(told, content_type=JSON_TYPE)
