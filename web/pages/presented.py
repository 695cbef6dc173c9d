"""What is presented at a check, out of a form: serials in any spelling, and what is said of them.

A field that is left blank says nothing. What is wrong with each field is told at once. Example::

    found = read_presented({"serials": "A-1, A-2", "document": "AWB 618-12345675"}, None)
    found.said         # {"document": "urn:chiptrail:doc:awb:618-12345675"}, as query.check takes it
    found.faults       # [("serials", "want ...")]
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from ledger.gazetteer import resolve_place
from ledger.names import party_meant
from ledger.service.places import places_of
from schemas.errors import MalformedTable, Refusal
from schemas.formats import parse_decimal
from schemas.item import split_pasted
from schemas.spelling import DOCUMENT_KINDS, read_document
from schemas.strict_json import JSON
from web.access import caller, ledger
from web.api.checks import demand_some, read_member, read_serials
from web.pages.manifest import read_upload
from web.pages.naming import reason
from web.pages.searching import BARE_PAPER, shipments_under
from web.tables import XLSX, kind_of

_FIELDS = ("serials", "document", "at", "presented_by", "packages", "units")
_SHIPMENT = re.compile(r"#\s*([0-9]{1,15})", re.ASCII)


@dataclass(slots=True)
class Presented:
    """*serials*, what is *said* of them, what was *declared*; *faults* are (field, what is wrong).

    *fields* are what was typed, for the form to be shown again.
    """

    fields: dict[str, str]
    serials: list[str] = field(default_factory=list)
    said: dict[str, Any] = field(default_factory=dict)
    declared: dict[str, int | None] | None = None
    faults: list[tuple[str, str]] = field(default_factory=list)

    def read(self, name: str, reading: Callable[[str], None]) -> None:
        """Read the field *name*, if anything was typed there."""
        text = self.fields[name]
        try:
            if text:
                reading(text)
        except Refusal as exc:
            self.faults.append((name, reason(exc.message.removeprefix("place: "))))
        except ValueError as exc:
            self.faults.append((name, str(exc)))


def read_presented(fields: Mapping[str, str], upload: FileStorage | None) -> Presented:
    """What a form says; the serials of *upload* come after those that were typed."""
    found = Presented({name: fields.get(name, "").strip() for name in _FIELDS})
    try:
        file = [] if upload is None or not upload.filename else _serials_of(upload)
        if "\0" in found.fields["serials"]:
            raise MalformedTable(_("this is no text"))
        found.serials = demand_some([*split_pasted(found.fields["serials"]), *file])
        if file:
            found.fields["serials"] = "\n".join(found.serials)
    except Refusal as exc:
        found.faults.append(("serials", reason(exc.message)))

    def note(name: str, value: JSON) -> None:
        known, value = read_member(name, value)
        found.said[known] = value

    found.read("document", lambda text: note(*_papers(text)))
    found.read("at", lambda text: note("at", _place(text)))
    found.read("presented_by", lambda text: note("presentedBy", _party(text)))
    for name in ("packages", "units"):
        found.read(name, partial(_declare, found, name))
    return found


def _serials_of(upload: FileStorage) -> list[str]:
    data, name = read_upload(upload), (upload.filename or "").lower()
    return read_serials(XLSX if name.endswith(".xlsx") else kind_of(data), data)


def _papers(text: str) -> tuple[str, JSON]:
    """The document, or the shipment, that *text* means; of a bare number the kind is looked up.

    Raises: MalformedParameter.
    """
    shipment = _SHIPMENT.fullmatch(text)
    if shipment is not None:
        return "shipment", int(shipment[1])
    if BARE_PAPER.fullmatch(text):
        papers = [read_document(f"{kind}:{text}") for kind in DOCUMENT_KINDS]
        return "document", next((one for one in papers if shipments_under(one)), papers[0])
    return "document", read_document(text)


def _place(text: str) -> JSON:
    return resolve_place(text, places_of(ledger(), caller().party)).location()


def _party(text: str) -> str:
    return party_meant(text, ledger().registry.called)


def _declare(found: Presented, name: str, text: str) -> None:
    try:
        count = parse_decimal(text)
    except ValueError as exc:
        raise ValueError(_("want a number from 0")) from exc
    found.declared = {"packages": None, "units": None} | (found.declared or {}) | {name: count}
