"""GET /verify: anybody has a bundle verified by the own browser, without signing in.

The page is loaded once; what it does then, web/static/verify does, and no server is asked. The
verifier key that it is filled with is this server's own word, and the page says so.
"""

from flask import Response

from web.access import ledger
from web.pages.frame import make_blueprint, page

blueprint = make_blueprint("verifying")


@blueprint.get("/verify")
def verify() -> Response:
    """The verifier."""
    return page("verify/page.html", vkey=ledger().vkey)
