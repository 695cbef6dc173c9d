"""The fields of forms, which are the columns of spreadsheets too: what each is called, and asks.

label_of("to")          # "Consignee", in the reader's language
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _


class Kind(StrEnum):
    """How a field is asked for."""

    TEXT = "text"
    LONG = "long"
    DATE = "date"
    PARTY = "party"
    TICK = "tick"
    CHOICE = "choice"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its *label*, a *hint*, and the *options* of a choice with their words."""

    label: object
    hint: object = ""
    kind: Kind = Kind.TEXT
    options: Sequence[tuple[str, object]] = ()


_WHAT = (
    ("stolen", _("stolen")),
    ("lost", _("lost")),
    ("tampered", _("tampered with")),
    ("recalled", _("recalled")),
)
_FOUND = (
    ("conformant", _("as recorded")),
    ("non_conformant", _("not as described")),
    ("mismatch_instance", _("it is another item than its label says")),
)
_MODES = (
    ("air", _("Air")),
    ("sea", _("Sea")),
    ("road", _("Road")),
    ("rail", _("Rail")),
    ("mail", _("Mail")),
    ("multimodal", _("Several")),
)
_REGIMES = (
    ("free", _("Free circulation")),
    ("bonded", _("Bonded")),
    ("ftz", _("Free trade zone")),
    ("transit", _("Transit")),
)

_LICENCE_KINDS = (
    ("licence", _("Licence")),
    ("exception", _("Licence exception")),
    ("permit", _("Permit of another country")),
    ("nlr", _("No licence required (NLR)")),
)

FIELDS: Mapping[str, Field] = {
    "act": Field(_("What happened")),
    "units": Field(_("Things")),
    "first": Field(_("First serial")),
    "count": Field(_("How many")),
    "file": Field(_("Spreadsheet")),
    "under": Field(
        _("Class"),
        _("Of which class the serials are: a GTIN, or how ids begin, as urn:chiptrail:chip:me:X:"),
    ),
    "container": Field(
        _("Container"), _("The box, pallet, board or rack: its SSCC, serial or full id.")
    ),
    "to": Field(_("Consignee"), _("Who is to sign for it: a party by its name or id."), Kind.PARTY),
    "from": Field(_("Sender"), _("Who sent it."), Kind.PARTY),
    "owner": Field(_("New owner"), _("Who is to own it, once that party has signed."), Kind.PARTY),
    "end_user": Field(_("End user"), _("Who is to use it, if not the consignee."), Kind.PARTY),
    "via": Field(
        _("By way of"),
        _("Who may carry, store and repack it; several parted by semicolons."),
        Kind.PARTY,
    ),
    "due": Field(_("Due"), _("By the end of which day (UTC) it should have arrived."), Kind.DATE),
    "at": Field(
        _("When it happened"), _("Now if not said; otherwise as 2026-03-03 09:30 (UTC) or -2h.")
    ),
    "place": Field(
        _("Place"),
        _("Where: a site of yours, an airport such as SIN, or degrees as in 1.36, 103.99."),
    ),
    "place_country": Field(_("Country of the place")),
    "place_accuracy": Field(_("Within metres")),
    "place_withheld": Field(_("Withhold the place"), kind=Kind.TICK),
    "document": Field(_("Papers")),
    "paper": Field(
        _("Papers"),
        _("The numbers of waybill, invoice or filing, by which a shipment is found."),
    ),
    "evidence": Field(_("Files as evidence")),
    "licence": Field(_("Licence")),
    "exception": Field(_("Exception")),
    "permit": Field(_("Permit")),
    "nlr": Field(_("No licence required")),
    "other": Field(
        _("Another authorisation"),
        _("An exception EAR:NAC:A123456, NLR by its regime EAR, a permit STA:P-17."),
    ),
    "on_behalf_of": Field(
        _("On behalf of"), _("A party that has given yours a mandate."), Kind.PARTY
    ),
    "final": Field(
        _("Nothing more comes"), _("What did not arrive is missing for good."), Kind.TICK
    ),
    "arrived": Field(_("Arrived")),
    "refused": Field(_("Refused")),
    "damaged": Field(_("Damaged"), _("What is listed arrived damaged."), Kind.TICK),
    "result": Field(
        _("What was found"),
        _("Whether it is what the record says; that a label was moved shows by its numbers."),
        Kind.CHOICE,
        _FOUND,
    ),
    "report": Field(_("What is reported"), kind=Kind.CHOICES, options=_WHAT),
    "outputs": Field(
        _("What was made"), _("The serials or ids of the new things, one per line."), Kind.LONG
    ),
    "numbers": Field(
        _("Numbers on the items"),
        _("A table: serial, printedSerial, uuid ...; each line about one of the things."),
        Kind.LONG,
    ),
    "lot": Field(_("Lot")),
    "product": Field(_("Product"), _("What it is, in words.")),
    "class_eccn": Field(_("ECCN of the product"), _("For example 3A090.a.")),
    "licence_number": Field(
        _("Regime and number"), _("As shipments name it, for example EAR:D1234567.")
    ),
    "licence_kind": Field(_("Kind"), _("A licence, if not said."), Kind.CHOICE, _LICENCE_KINDS),
    "quantity": Field(_("Quantity"), _("How many items at most; no limit if not said.")),
    "until": Field(_("Until"), _("To the end of which day (UTC)."), Kind.DATE),
    "starts": Field(_("Begins"), _("Now, if not said."), Kind.DATE),
    "eccns": Field(_("ECCNs"), _("What it covers, parted by semicolons.")),
    "countries": Field(_("Countries"), _("Into which, by their two capitals: NO; JP.")),
    "consignees": Field(_("Consignees"), _("Parties or names, parted by semicolons."), Kind.PARTY),
    "end_users": Field(_("End users"), _("Parties or names, parted by semicolons."), Kind.PARTY),
    "prefixes": Field(_("Item prefixes"), _("How the ids begin that it covers.")),
    "holder": Field(_("Holder"), _("You, if not said."), Kind.PARTY),
    "drawers": Field(_("Who may ship under it besides"), "", Kind.PARTY),
    "conditions": Field(_("Conditions"), _("Word for word, one per line."), Kind.LONG),
    "site_name": Field(_("Name of the site")),
    "operated_by": Field(_("Run by"), "", Kind.PARTY),
    "agent": Field(_("Who may sign"), "", Kind.PARTY),
    "mandate_acts": Field(_("What it may sign"), _("For example ship; receive; pack; declare.")),
    "grantee": Field(_("Who may see"), "", Kind.PARTY),
    "itn": Field(_("ITN")),
    "hts": Field(_("HTS codes")),
    "eccn": Field(_("ECCN")),
    "value": Field(_("Value")),
    "currency": Field(_("Currency")),
    "incoterm": Field(_("Incoterm")),
    "packages": Field(_("Packages")),
    "weightKg": Field(_("Weight in kg")),
    "seals": Field(_("Seals")),
    "origin": Field(_("Country of origin")),
    "loading": Field(_("Port of loading")),
    "discharge": Field(_("Port of discharge")),
    "mode": Field(_("Mode of transport"), kind=Kind.CHOICE, options=_MODES),
    "regime": Field(_("Customs regime"), kind=Kind.CHOICE, options=_REGIMES),
}
PRODUCT: Mapping[str, str] = {
    "urn:epcglobal:cbv:mda:lotNumber": "lot",
    "https://gs1.org/voc/productName": "product",
    "chiptrail:eccn": "class_eccn",
}
"""What a maker says of new things, by its names in an event; the fields that ask for it."""
CUSTOMS = tuple(list(FIELDS)[list(FIELDS).index("itn") :])
WHEN = ("at", "on_behalf_of")
"""Of any act."""


def label_of(name: str) -> str:
    """What to call field *name*."""
    return str(FIELDS[name].label) if name in FIELDS else name


def word_of(name: str, value: object) -> object:
    """What was chosen as *value* of field *name*, in words; *value* where nothing is chosen."""
    return dict(FIELDS[name].options).get(str(value), value) if name in FIELDS else value


# The kinds of papers and authorisations, as one chooses them.
PAPERS: Mapping[str, object] = {
    "awb": _("Air waybill"),
    "hawb": _("House air waybill"),
    "bol": _("Bill of lading"),
    "inv": _("Invoice"),
    "po": _("Purchase order"),
    "itn": _("Export filing (ITN)"),
    "entry": _("Import entry"),
    "uri": _("Another, by its URI"),
}
AUTHORISATIONS: Mapping[str, object] = {
    "exception": _("Licence exception"),
    "nlr": _("No licence required (NLR)"),
    "permit": _("Permit of another country"),
    "licence": _("Licence that is not listed"),
}
