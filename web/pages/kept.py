"""A form that was sent after its session had ended: kept while its sender signs in again.

    kept = keep()              # "to=Shop&units=A-1+A-2", a field of the form to sign in
    fields_of(kept)            # [("to", "Shop"), ("units", "A-1 A-2")]

It goes to the browser and back, and nowhere else. Nothing is done with it before its sender, signed
in, sends it once more. Passwords are not kept, nor files, which have to be chosen again.
"""

from urllib.parse import parse_qsl, urlencode

from flask import request
from werkzeug.exceptions import HTTPException

from schemas.errors import Forbidden
from web.access import demand_same_origin

LIMIT = 1 << 20
"""Bytes that are kept of a form."""
SECRETS = frozenset({"password", "passphrase", "old", "new", "again"})


def keep() -> str | None:
    """The fields of the form in this request; None if they are too many, or of another site.

    What another site sent has no cookie either; kept, it would be done after signing in.
    """
    if request.method != "POST":
        return None
    try:
        demand_same_origin()
        sent = request.form.items(multi=True)
    except (Forbidden, HTTPException):
        return None
    kept = urlencode([(name, text) for name, text in sent if name not in SECRETS])
    return kept if len(kept) <= LIMIT else None


def fields_of(kept: str) -> list[tuple[str, str]]:
    """The fields in *kept*, by their names."""
    return parse_qsl(kept, keep_blank_values=True)
