"""GET /api/docs: the API to read and to try out, Swagger UI from its installed package.

Nothing comes from elsewhere. Swagger UI sets styles on elements, so this one page allows that.
"""

from importlib.resources import files

import flask_swagger_ui  # type: ignore[import-untyped]  # it has no types
from flask import Blueprint, Response, send_from_directory, url_for

blueprint = Blueprint("docs", __name__)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_FOR_A_DAY = "public, max-age=86400"
_ASSETS = {
    "swagger-ui.css": files(flask_swagger_ui) / "dist",
    "swagger-ui-bundle.js": files(flask_swagger_ui) / "dist",
    "docs.js": files("web") / "static",
}
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Chiptrail API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{css}">
<div id="swagger"><noscript>This page needs JavaScript; <a href="{url}">the description of the
API</a> does not.</noscript></div>
<script src="{bundle}"></script>
<script src="{start}" data-url="{url}"></script>
</html>
"""


@blueprint.get("/api/docs")
def page() -> Response:
    """The page."""
    css, bundle, start = (url_for("docs.asset", name=name) for name in _ASSETS)
    url = url_for("api-docs.openapi_json")
    answer = Response(_PAGE.format(css=css, bundle=bundle, start=start, url=url))
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer


@blueprint.get("/api/docs/<any('swagger-ui.css','swagger-ui-bundle.js','docs.js'):name>")
def asset(name: str) -> Response:
    """What the page loads."""
    answer = send_from_directory(str(_ASSETS[name]), name)
    answer.headers["Cache-Control"] = _FOR_A_DAY
    return answer
