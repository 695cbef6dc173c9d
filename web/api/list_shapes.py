"""What goes over the wire of lists: their filters, their pages, the lines of these."""

from typing import Any

from marshmallow import Schema, fields, validate

from ledger.finding import Code, Tier
from ledger.judge import Verdict
from ledger.service.listing import PHASES
from ledger.service.paging import MOST
from ledger.service.shipments import State
from schemas.statement import Role
from web.api.shapes import AsOf, Finding
from web.tables import CSV, XLSX

TABLES: dict[str, Any] = {"responses": {"200": {"content": {CSV: {}, XLSX: {}}}}}
_NEXT = "Give it as *cursor* for the next page; null: that was all. Short pages have one too."


def _text(example: str, description: str) -> fields.String:
    return fields.String(metadata={"example": example, "description": description})


class PageOf(Schema):
    """How much of a list, and from where."""

    limit = fields.Integer(
        load_default=100,
        validate=validate.Range(1, MOST),
        metadata={"description": "So many lines at most."},
    )
    cursor = fields.String(metadata={"description": "What the page before gave as *next*."})


_PART = fields.String(
    validate=validate.OneOf(("present", "past")),
    metadata={"description": "Whether the caller still has a part in the unit."},
)


class Items(PageOf, AsOf):
    """Which units."""

    parent = _text("urn:chiptrail:chip:acme:rack:R7", "What lies directly inside this one.")
    verdict = fields.Enum(Verdict, by_value=True)
    state = fields.String(validate=validate.OneOf(PHASES))
    holder = _text("urn:chiptrail:party:fab", "Who has it; on its way, who sent it.")
    kind = fields.String(validate=validate.OneOf(("unit", "container")))
    part = _PART


class Findings(PageOf, AsOf):
    """Which findings."""

    item = _text("urn:chiptrail:chip:acme:x1:A0001", "Those on this one, and not by unit.")
    state = fields.String(validate=validate.OneOf(("open", "closed")))
    code = fields.Enum(Code, by_value=True)
    tier = fields.Enum(Tier, by_value=True)
    part = _PART


class Shipments(PageOf, AsOf):
    """Which shipments."""

    state = fields.Enum(State, by_value=True)
    partner = _text("urn:chiptrail:party:shop", "Who is named in it, in whatever part.")
    document = _text("urn:chiptrail:doc:awb:618-12345675", "A document that it names.")


class Licences(PageOf, AsOf):
    """Which licences."""

    regime = _text("EAR", "The regime.")
    number = _text("D1234567", "The number in its regime.")
    holder = _text("urn:chiptrail:party:fab", "Who holds it.")
    near = fields.String(
        validate=validate.OneOf(("limit", "expiry")),
        metadata={"description": "90 % of it drawn; 30 days or less to its end."},
    )


class Parties(PageOf):
    """Which parties."""

    role = fields.Enum(Role, by_value=True)
    name = _text("shop", "A part of a name or id, in capitals or not.")


class Keys(PageOf):
    """Which keys."""

    party = _text("urn:chiptrail:party:fab", "Whose.")


# Pages -------------------------------------------------------------------------------------------


class _Page(Schema):
    next = fields.String(required=True, allow_none=True, metadata={"description": _NEXT})
    size = fields.Integer(required=True, metadata={"description": "Entries of the log."})
    asOf = fields.DateTime(required=True)  # noqa: N815 - as it is on the wire


class _Item(Schema):
    item = fields.String(required=True)
    kind = fields.String(required=True)
    verdict = fields.Enum(Verdict, by_value=True, required=True)
    state = fields.Dict(required=True, allow_none=True)
    place = fields.Dict(required=True, allow_none=True)
    codes = fields.List(fields.String(), required=True, metadata={"description": "Open ones."})
    children = fields.Integer(required=True, metadata={"description": "Directly inside it."})
    inside = fields.Integer(required=True, metadata={"description": "In it at any depth."})
    troubled = fields.Integer(required=True, metadata={"description": "Of these not clear."})
    horizon = fields.Integer(required=True, allow_none=True)


class ItemPage(_Page):
    """Units in view, the newest first."""

    items = fields.List(fields.Nested(_Item), required=True)


class FindingPage(_Page):
    """What is found, by unit, the newest first."""

    findings = fields.List(fields.Nested(Finding), required=True)


class ShipmentLine(Schema):
    """A shipment, and what became of it as far as the caller saw its units go."""

    index = fields.Integer(required=True)
    state = fields.Enum(State, by_value=True, required=True)
    recordedAt = fields.DateTime(required=True)  # noqa: N815 - as above
    sentAt = fields.DateTime(required=True)  # noqa: N815 - as above
    sender = fields.String(required=True)
    signedBy = fields.String(required=True)  # noqa: N815 - as above
    consignee = fields.String(required=True, allow_none=True)
    via = fields.List(fields.String(), required=True)
    owner = fields.String(required=True, allow_none=True)
    user = fields.String(required=True, allow_none=True)
    dueAt = fields.DateTime(required=True, allow_none=True)  # noqa: N815 - as above
    documents = fields.List(fields.String(), required=True)
    shipped = fields.Integer(required=True)
    received = fields.Integer(required=True)
    outstanding = fields.Integer(required=True)
    fates = fields.Dict(required=True, metadata={"description": "How many units came to what."})
    settledBy = fields.List(fields.Integer(), required=True)  # noqa: N815 - as above
    codes = fields.List(fields.String(), required=True)


class WholeShipment(ShipmentLine):
    """A shipment with each of its units."""

    units = fields.Dict(required=True, metadata={"description": "What became of each, by id."})


class ShipmentPage(_Page):
    """Shipments, the newest first."""

    shipments = fields.List(fields.Nested(ShipmentLine), required=True)


class LicencePage(_Page):
    """Licences that the caller may read, with what is left of them."""

    licences = fields.List(fields.Dict(), required=True)


class PartyPage(_Page):
    """Who is enrolled."""

    parties = fields.List(fields.Dict(), required=True)


class KeyPage(_Page):
    """Keys that were ever enrolled."""

    keys = fields.List(fields.Dict(), required=True)
