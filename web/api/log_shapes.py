"""What goes over the wire of the log and of whether all is well, for the description of the API."""

from typing import Any

from marshmallow import Schema, fields


class Consistency(Schema):
    """That the log of one size is the beginning of that of another."""

    from_ = fields.Integer(required=True, data_key="from")
    to = fields.Integer(required=True)
    fromRoot = fields.String(required=True)  # noqa: N815 - as it is on the wire
    toRoot = fields.String(required=True)  # noqa: N815 - as above
    consistency = fields.List(fields.String(), required=True)
    fromCheckpoint = fields.String(required=True, allow_none=True)  # noqa: N815 - as above
    toCheckpoint = fields.String(required=True, allow_none=True)  # noqa: N815 - as above


class Health(Schema):
    """All is well."""

    status = fields.String(required=True)
    size = fields.Integer(required=True)


class ReadOnly(Schema):
    """Nothing is recorded, and why; what is there can be read."""

    status = fields.String(required=True)
    code = fields.String(required=True)
    why = fields.String(required=True)


def answered(kind: str) -> dict[str, Any]:
    """What answers with a text or bytes of that *kind*."""
    return {"responses": {"200": {"description": "OK", "content": {kind: {}}}}}


_SIZE: dict[str, Any] = {"in": "query", "schema": {"type": "integer", "minimum": 0}}
CONSISTENCY: dict[str, Any] = {
    "parameters": [
        {**_SIZE, "name": "from", "required": True, "description": "The smaller size."},
        {**_SIZE, "name": "to", "description": "The larger; as it is now, if not said."},
    ],
    "responses": {
        "200": {"description": "OK", "content": {"application/json": {"schema": Consistency}}}
    },
}
