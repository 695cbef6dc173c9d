"""What the description of the API says of every route alike: errors, examples, who may ask what.

api = Api(app, spec_kwargs={"extra_plugins": [Everywhere(app)]})

What is described is what is let in: a parameter that the description of a route does not name is
refused there, as it would otherwise be dropped in silence (``dryrun`` for ``dry_run``).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from apispec import BasePlugin
from apispec.utils import deepupdate
from flask import Flask, current_app, request
from werkzeug.exceptions import UnprocessableEntity

from schemas.errors import NotFound
from web.api.bodies import JSON_TYPE
from web.api.examples import ANSWERED, SENT
from web.api.shapes import Problem

if TYPE_CHECKING:
    from apispec import APISpec

_KNOWN = "chiptrail-parameters"
# What is for programs; a page for people shows what it can show.
_STRICT = ("/api/", "/log/", "/healthz", "/metrics")
_SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "An API token."},
    "session": {"type": "apiKey", "in": "cookie", "name": "chiptrail"},
}


class Everywhere(BasePlugin):
    """Completes each operation, after those that know schemas."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._known: dict[tuple[str, str], set[str]] = {}
        app.extensions[_KNOWN] = self._known

    def init_spec(self, spec: "APISpec") -> None:
        """Describe how one shows who one is, and what an error looks like."""
        for name, scheme in _SECURITY.items():
            spec.components.security_scheme(name, scheme)
        said = {
            "description": "RFC 9457 problem details; its type ends in a code of docs/errors.md.",
            "content": {"application/problem+json": {"schema": Problem}},
        }
        spec.components.response("Problem", said)

    def operation_helper(
        self,
        path: str | None = None,
        operations: dict[str, Any] | None = None,
        **more: Any,  # noqa: ANN401 - as apispec has it
    ) -> None:
        """Every status but success is a problem; *operations* by method say who may ask."""
        del path
        endpoint = more["rule"].endpoint
        scope = getattr(self._app.view_functions[endpoint], "scope", None)
        for method, said in (operations or {}).items():
            said["responses"] = {**_merged(said["responses"]), "default": "Problem"}
            _exemplify(said, endpoint)
            if scope is not None:
                said["security"] = [{name: []} for name in _SECURITY]
                said["description"] = f"Takes the scope `{scope}`."
            found = (one for one in said.get("parameters", []) if one["in"] == "query")
            self._known[endpoint, method] = {one["name"] for one in found}


def _exemplify(said: dict[str, Any], endpoint: str) -> None:
    """Give the operation *said* the examples of *endpoint* that it has none of."""
    answers = [one for status, one in said["responses"].items() if status[0] == "2"]
    for one, example in (
        (said.get("requestBody", {}), SENT.get(endpoint)),
        *[(one, ANSWERED.get(endpoint)) for one in answers],
    ):
        if example is not None and "schema" in (
            content := one.get("content", {}).get(JSON_TYPE, {})
        ):
            content.setdefault("example", example)


def _merged(responses: Mapping[int | str, Any]) -> dict[str, Any]:
    """*responses*, what decorators say of a status by number and by text being one."""
    merged: dict[str, Any] = {}
    for status, said in responses.items():
        if str(status) != "422":  # flask-smorest's, of a form that is not ours
            merged[str(status)] = deepupdate(merged.get(str(status), {}), said)
    return merged


def demand_known_parameters() -> None:
    """Refuse a query that names what the route does not take, or says it in no text.

    Raises: NotFound, UnprocessableEntity; also for U+0000, which PostgreSQL cannot be asked for.
    """
    if "\0" in request.path:
        raise NotFound("nothing has U+0000 in its name")
    forms = request.form if request.mimetype == "application/x-www-form-urlencoded" else {}
    for name, value in [*request.args.items(multi=True), *forms.items()]:
        if "\0" in name + value:
            raise UnprocessableEntity(f"{name}: U+0000 is no text")
    if request.url_rule is None or not request.path.startswith(_STRICT):
        return
    method = "get" if request.method == "HEAD" else request.method.lower()
    known = current_app.extensions[_KNOWN].get((request.endpoint, method), set())
    unknown = request.args.keys() - known
    if unknown:
        raise UnprocessableEntity(f"{min(unknown)}: there is no such parameter here")
