"""The HTTP API of a ledger, ``/api/v1``: what partners push, and customs asks."""

import flask_smorest
from flask import Flask
from flask_smorest import Api

from web.api import checks, entries, items, lists, users
from web.api.description import Everywhere

PREFIX = "/api/v1"


def add_api(app: Flask, *others: flask_smorest.Blueprint) -> None:
    """Give *app* the API, and at ``/api/v1/openapi.json`` its description and that of *others*."""
    app.config |= {
        "API_TITLE": "Chiptrail",
        "API_VERSION": "1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": PREFIX,
        "OPENAPI_JSON_PATH": "openapi.json",
    }
    api = Api(app, spec_kwargs={"extra_plugins": [Everywhere(app)]})
    for part in (entries, items, lists, checks, users):
        api.register_blueprint(part.blueprint, url_prefix=PREFIX)
    for other in others:
        api.register_blueprint(other)
