"""The bodies of requests: JSON by the strict loader, of the content type that is asked for.

class Blueprint(flask_smorest.Blueprint) of this module reads ``@blueprint.arguments`` by it::

    data = body(JSON_TYPE, limit=1 << 20)
"""

from collections.abc import Callable
from typing import Any, TypeVar

import flask_smorest
from flask import Request, request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser

from schemas import strict_json
from schemas.errors import TooLarge, WrongType
from schemas.strict_json import JSON

JSON_TYPE = "application/json"
_SMALL = 64 << 10
T = TypeVar("T")


def demand_type(*kinds: str) -> None:
    """Refuse a body that is of none of *kinds*.

    Raises: WrongType.
    """
    if request.mimetype not in kinds:
        raise WrongType(f"got the content type {request.mimetype!r}, want {' or '.join(kinds)}")


def body(limit: int, *kinds: str) -> bytes:
    """The body, of one of *kinds*, at most *limit* bytes.

    Raises: WrongType, TooLarge.
    """
    demand_type(*kinds)
    too_large = TooLarge(f"the request is larger than {limit >> 10} KiB")
    if (request.content_length or 0) > limit:
        raise too_large
    data = request.stream.read(limit + 1)
    if len(data) > limit:
        raise too_large
    return data


class _Parser(FlaskParser):
    """webargs, with the strict loader in place of Flask's."""

    def load_json(self, req: Request, schema: Schema) -> dict[str, JSON]:
        """The object in the body."""
        del req, schema
        return strict_json.load_object(body(_SMALL, JSON_TYPE), limit=_SMALL)

    def load_querystring(self, req: Request, schema: Schema) -> Any:  # noqa: ANN401 - webargs'
        """The parameters; of one that is given twice Flask would take the first without a word."""
        found = super().load_querystring(req, schema)
        for name, values in req.args.lists():
            if len(values) > 1 and name not in found.multiple_keys:
                raise ValidationError({name: ["Given more than once."]})
        return found


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # it comes without types
    """flask-smorest's, reading bodies strictly."""

    ARGUMENTS_PARSER = _Parser()

    def arguments(self, schema: type[Schema], **said: Any) -> Callable[[T], T]:  # noqa: ANN401 - flask-smorest's
        """Read the arguments by one *schema* for all requests: to make one takes longer."""
        read: Callable[[T], T] = super().arguments(schema(), **said)
        return read
