"""Anybody has a bundle verified by the own browser, without signing in.

GET  /verify            the verifier as a page
GET  /verify.html       the same as one file to keep, in the reader's language

The page is loaded once; what it does then, web/static/verify does, and no server is asked. The
verifier key that it is filled with is this server's own word, and the page says so.
"""

import functools

from flask import Response

from ledger.advice import LOOKS
from web.access import ledger
from web.pages.frame import make_blueprint, page
from web.pages.languages import language, told_scripts
from web.pages.lists import as_file
from web.verifier import verifier_page

blueprint = make_blueprint("verifying")


@blueprint.get("/verify")
def verify() -> Response:
    """The verifier."""
    return page("verify/page.html", vkey=ledger().vkey, looks=LOOKS)


@blueprint.get("/verify.html")
def file() -> Response:
    """The verifier as a file."""
    answer = Response(_file(language()))
    return as_file(answer, "verify.html")


@functools.cache
def _file(spoken: str) -> bytes:
    return verifier_page(spoken, told_scripts(spoken))
