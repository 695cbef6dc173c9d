"""What the fields of forms are called, and the columns of spreadsheets with them.

label_of("to")          # "Consignee", in the reader's language
"""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

LABELS: Mapping[str, object] = {
    "act": _("What happened"),
    "units": _("Things"),
    "first": _("First serial"),
    "count": _("How many"),
    "file": _("Spreadsheet"),
    "under": _("Class"),
    "container": _("Container"),
    "to": _("Consignee"),
    "from": _("Sender"),
    "owner": _("New owner"),
    "end_user": _("End user"),
    "via": _("By way of"),
    "due": _("Due"),
    "at": _("When it happened"),
    "place": _("Place"),
    "country": _("Country"),
    "withhold": _("Withheld place"),
    "document": _("Papers"),
    "paper": _("Papers"),
    "evidence": _("Files as evidence"),
    "licence": _("Licence"),
    "exception": _("Exception"),
    "permit": _("Permit"),
    "nlr": _("No licence required"),
    "other": _("Another authorisation"),
    "on_behalf_of": _("On behalf of"),
    "final": _("Nothing more comes"),
    "damaged": _("Damaged"),
    "report": _("What is reported"),
    "numbers": _("Numbers on the items"),
    "lot": _("Lot"),
    "product": _("Product"),
    "class_eccn": _("ECCN of the product"),
    "entry": _("Entry"),
    "reason": _("What was wrong"),
    "itn": _("ITN"),
    "hts": _("HTS codes"),
    "eccn": _("ECCN"),
    "value": _("Value"),
    "currency": _("Currency"),
    "incoterm": _("Incoterm"),
    "packages": _("Packages"),
    "weightKg": _("Weight in kg"),
    "seals": _("Seals"),
    "origin": _("Country of origin"),
    "loading": _("Port of loading"),
    "discharge": _("Port of discharge"),
    "mode": _("Mode of transport"),
    "regime": _("Customs regime"),
}


def label_of(name: str) -> str:
    """What to call field *name*."""
    return str(LABELS[name]) if name in LABELS else name


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
KINDS: Mapping[str, object] = {
    "exception": _("Licence exception"),
    "nlr": _("No licence required (NLR)"),
    "permit": _("Permit of another country"),
    "licence": _("Licence that is not listed"),
}
