"""What goes over the wire, for the description of the API (OpenAPI) and for query parameters.

Payloads are not read by these: they have a parser of their own (``schemas.event``), which says what
is wrong with a JSON pointer.
"""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from schemas.formats import check_party_id, is_uri
from web.tables import CSV, XLSX


def _is_uri(value: str) -> bool:
    if not is_uri(value):
        raise ValidationError("want a URI, such as urn:chiptrail:doc:awb:618-12345675")
    return True


def _is_party(value: str) -> bool:
    try:
        check_party_id(value)
    except ValueError as exc:
        raise ValidationError("want the id of a party") from exc
    return True


_WANTED = "want a time with its offset, such as 2026-03-03T09:30:00Z"
_NO_TIME: dict[str, Any] = {"invalid": _WANTED, "invalid_awareness": _WANTED}


class DryRun(Schema):
    """Whether it is only tried."""

    dry_run = fields.Boolean(
        load_default=False,
        metadata={"description": "Answer what would be recorded and found; record nothing."},
    )


class OfSize(Schema):
    """The size of the log that is asked about."""

    size = fields.Integer(
        validate=validate.Range(1), metadata={"description": "Of the tree; as it is, if not said."}
    )


class AsOf(Schema):
    """The time to judge as of."""

    as_of = fields.AwareDateTime(
        error_messages=_NO_TIME,
        metadata={"description": "Judge as of this time instead of now (RFC 3339)."},
    )


class AsKnown(AsOf):
    """What was known then, judged as of then if no other time is asked for; one of the two."""

    size = fields.Integer(
        validate=validate.Range(1),
        metadata={"description": "As if the log had ended with so many entries."},
    )
    known_at = fields.AwareDateTime(
        error_messages=_NO_TIME,
        metadata={"description": "As if it had ended with the last head signed by this time."},
    )

    @validates_schema
    def _only_one(self, data: dict[str, Any], **_: object) -> None:
        if "size" in data and "known_at" in data:
            raise ValidationError("not together with size", "known_at")


class Check(AsKnown):
    """What is said of the goods, where it is not in the body."""

    document = fields.String(validate=_is_uri, metadata={"description": "What it lists."})
    shipment = fields.Integer(
        validate=validate.Range(0), metadata={"description": "What it holds: its index."}
    )
    presented_by = fields.String(
        validate=_is_party, metadata={"description": "Who presents them: a party's id."}
    )
    at = fields.String(
        metadata={"description": "Where they lie (RFC 5870).", "example": "geo:22.31,113.91;u=500"}
    )
    packages = fields.Integer(
        validate=validate.Range(0), metadata={"description": "Declared: not inside of others."}
    )
    units = fields.Integer(
        validate=validate.Range(0), metadata={"description": "Declared: with nothing inside."}
    )


class Bundle(AsOf):
    """What of an item's history goes into the file."""

    disclose = fields.Boolean(
        metadata={"description": "With the withheld fields that the caller may see."}
    )


class Finding(Schema):
    """What does not fit, docs/findings.md."""

    code = fields.String(required=True)
    tier = fields.String(required=True)
    message = fields.String(required=True)
    index = fields.Integer(required=True)
    items = fields.List(fields.String(), required=True)
    cites = fields.List(fields.Integer(), required=True)
    onItems = fields.Boolean(required=True)  # noqa: N815 - as it is on the wire
    closedBy = fields.Integer(required=True, allow_none=True)  # noqa: N815 - as above


class Receipt(Schema):
    """What an entry gets: its place for good, and what was found as far as its signer sees."""

    index = fields.Integer(required=True)
    identity = fields.String(
        required=True, metadata={"description": "SHA-256 of the DSSE PAE, hex"}
    )
    recordedAt = fields.DateTime(required=True)  # noqa: N815 - as above
    created = fields.Boolean(required=True, metadata={"description": "false: recorded before"})
    size = fields.Integer(required=True, metadata={"description": "of a signed tree that has it"})
    findings = fields.List(fields.Nested(Finding), required=True)
    withoutEffect = fields.String(required=True, allow_none=True)  # noqa: N815 - as above
    replaces = fields.Dict(required=True, allow_none=True)
    draws = fields.List(fields.Dict(), required=True)


class Problem(Schema):
    """RFC 9457; docs/errors.md has every type."""

    type = fields.String(required=True, metadata={"example": "urn:chiptrail:problem:not-found"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    pointer = fields.String(metadata={"description": "RFC 6901, where the input was JSON"})


class _Placed(Schema):
    index = fields.Integer(required=True)
    recordedAt = fields.DateTime(required=True)  # noqa: N815 - as above
    identity = fields.String(required=True)
    leaf = fields.String(required=True, metadata={"description": "137 bytes, base64"})


class Entry(_Placed):
    """An entry; *envelope* is null where the caller does not see all that it names.

    *lists* and *disclosures* are for its signer, where it has some.
    """

    envelope = fields.Dict(required=True, allow_none=True)
    lists = fields.Dict()
    disclosures = fields.List(fields.String())


class Proof(_Placed):
    """Where an entry stands in the log."""

    size = fields.Integer(required=True)
    root = fields.String(required=True, metadata={"description": "32 bytes, base64"})
    inclusion = fields.List(fields.String(), required=True)
    checkpoint = fields.String(
        required=True, allow_none=True, metadata={"description": "null: none of that size"}
    )


class History(Schema):
    """The entries that bear on an item, in order, in words and for programs."""

    item = fields.String(required=True)
    steps = fields.List(fields.Dict(), required=True)
    statements = fields.List(fields.Dict(), required=True)
    asOf = fields.DateTime(required=True)  # noqa: N815 - as above
    size = fields.Integer(required=True)
    horizon = fields.Integer(required=True, allow_none=True)


class Dossier(History):
    """All that the caller may know of an item; `chiptrail chip --json` prints the same."""

    verdict = fields.String(required=True, metadata={"description": "clear, check, stop, unknown"})
    state = fields.Dict(required=True, allow_none=True)
    place = fields.Dict(required=True, allow_none=True)
    container = fields.String(required=True, allow_none=True)
    contents = fields.List(fields.String(), required=True)
    troubled = fields.Dict(required=True, metadata={"description": "Those inside, not clear."})
    findings = fields.List(fields.Nested(Finding), required=True)
    look = fields.List(fields.Dict(), required=True)
    numbers = fields.Dict(required=True, metadata={"description": "Those bound to it."})


class Became(Schema):
    """What became of one of many."""

    status = fields.Integer(required=True)
    receipt = fields.Nested(Receipt)
    problem = fields.Nested(Problem, metadata={"description": "Where it was refused."})


class Receipts(Schema):
    """What became of many, in their order."""

    entries = fields.List(fields.Nested(Became), required=True)


class Rehearsed(Receipts):
    """What would become of them."""

    remedies = fields.Dict(required=True, metadata={"description": "What mends each, by its code."})
    names = fields.Dict(required=True, metadata={"description": "Of parties, by their ids."})


class Checked(Schema):
    """A check, the lines in the order of the serials; `chiptrail check --json` prints the same."""

    presented = fields.Integer(required=True)
    shipments = fields.Integer(required=True, allow_none=True)
    presentedTwice = fields.List(fields.String(), required=True)  # noqa: N815 - as above
    sharedSerials = fields.List(fields.String(), required=True)  # noqa: N815 - as above
    verdicts = fields.Dict(required=True, metadata={"description": "How many lines of each."})
    answers = fields.Dict(required=True, metadata={"description": "How many lines of each."})
    notPresented = fields.List(fields.String(), required=True)  # noqa: N815 - as above
    counts = fields.Dict(required=True)
    look = fields.List(fields.Dict(), required=True)
    lines = fields.List(fields.Dict(), required=True)
    asOf = fields.DateTime(required=True)  # noqa: N815 - as above
    size = fields.Integer(required=True)


_SUBMISSION: dict[str, Any] = {
    "type": "object",
    "description": "What `chiptrail sign` writes, or a bare DSSE envelope; docs/formats.md.",
}
SUBMIT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _SUBMISSION},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    },
    "responses": {
        "200": {
            "description": "Recorded before, tried only, or many: each with its status.",
            "content": {
                "application/json": {"schema": {"oneOf": [Receipt, Receipts]}},
                "application/x-ndjson": {"schema": {"type": "string"}},
            },
        },
        "201": {"description": "Recorded.", "content": {"application/json": {"schema": Receipt}}},
    },
}

REHEARSE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _SUBMISSION}},
    },
    "responses": {
        "200": {
            "description": "As of many, each with its status. Nothing is recorded.",
            "content": {"application/json": {"schema": Rehearsed}},
        }
    },
}

_TEXT: dict[str, Any] = {"type": "string"}
_SERIALS: dict[str, Any] = {
    "description": "In any spelling: a list, or text as it was pasted.",
    "oneOf": [_TEXT, {"type": "array", "items": _TEXT}],
}
BUNDLE_OF: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["serials"],
                    "additionalProperties": False,
                    "properties": {"serials": _SERIALS},
                },
                "example": {"serials": ["A0001", "A0002"]},
            }
        },
    },
    "responses": {
        "200": {
            "description": "docs/formats.md",
            "content": {"application/vnd.chiptrail.bundle+json": {}},
        }
    },
}
CHECK: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["serials"],
                    "additionalProperties": False,
                    "properties": {
                        "serials": _SERIALS,
                        "document": {
                            "type": ["string", "null"],
                            "description": "A URI: what it lists.",
                        },
                        "shipment": {
                            "type": ["integer", "null"],
                            "description": "An index: what it holds.",
                        },
                        "presentedBy": {"type": ["string", "null"], "description": "A party's id."},
                        "asOf": {"type": ["string", "null"], "format": "date-time"},
                        "at": {
                            "description": "Where they lie: a geo: URI, or a location as in events",
                            "oneOf": [_TEXT, {"type": "object"}],
                        },
                        "declared": {
                            "type": "object",
                            "additionalProperties": False,
                            "minProperties": 1,
                            "properties": {
                                "packages": {"type": "integer", "minimum": 0},
                                "units": {"type": "integer", "minimum": 0},
                            },
                        },
                    },
                },
                "example": {"serials": "A0001, A0002\nA0003", "declared": {"units": 3}},
            },
            "text/plain": {"schema": _TEXT},
            CSV: {"schema": _TEXT},
            XLSX: {},
        },
    },
    "responses": {
        "200": {
            "description": "As `chiptrail check --json` prints it, or a table.",
            "content": {"application/json": {"schema": Checked}, CSV: {}, XLSX: {}},
        }
    },
}
