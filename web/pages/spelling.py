"""What an event says, as one types it in a form; and what was meant by that.

spelled("chiptrail:location", {"latitude": 1.36, "longitude": 103.99, "accuracyM": 50})
# {"chiptrail:location": "1.36, 103.99, 50 m"}
meant("destinationList", {"to": "Shop"})
# ([{"type": "possessing_party", "destination": "urn:chiptrail:party:shop"}], [])

Most fields of an event are one field of the form, of the same name; ``PARTS`` are several.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from ledger.gazetteer import read_coordinates
from ledger.identity import NAMES
from ledger.names import document_name, party_meant
from ledger.service.stock import sort_out
from schemas import short_form
from schemas.errors import MalformedParameter, NotFound
from schemas.item import plain_serial
from web.pages.desk import Desk, desk
from web.pages.doubts import told
from web.pages.fields import AUTHORISATIONS, CUSTOMS, FIELDS, PRODUCT
from web.pages.filling import Fault, Filling
from web.pages.naming import called
from web.pages.numbers import read_numbers

PARTS: Mapping[str, tuple[str, ...]] = {
    "destinationList": ("to", "owner", "end_user"),
    "chiptrail:customs": CUSTOMS,
    "ilmd": tuple(PRODUCT.values()),
}
"""The fields of forms that together are a field of an event."""
HINTS: Mapping[str, object] = {
    "chiptrail:location": _(
        "A site of yours, an airport by code or name (SIN), or latitude and longitude, within how"
        " many metres, and the country (1.36, 103.99, 50 m, SG)."
    ),
    "bizTransactionList": _("All of them, parted by semicolons: awb:618-12345675; inv:A-17"),
    "sourceList": _("Who sent it."),
    "chiptrail:via": _("Parties or names, parted by semicolons."),
    "chiptrail:authorisations": _(
        "All of them, parted by semicolons: licence EAR:D1234567; exception EAR:NAC:A123456;"
        " nlr EAR"
    ),
    "chiptrail:identities": FIELDS["numbers"].hint,
}
"""How to type what is one field."""
_HOLDER, _OWNER, _USER = "possessing_party", "owning_party", "urn:chiptrail:sdt:end_user"
_COUNTRY_BESIDE = re.compile(r"(.+), *([A-Z]{2})")


def spelled(name: str, value: Any) -> dict[str, str] | None:  # noqa: ANN401 - JSON of an event
    """*value* of field *name* by the fields of the form; None where these cannot say all of it.

    *value* None: the event has no such field.
    """
    texts = dict.fromkeys(PARTS.get(name, (name,)), "")
    if value is None:
        return texts
    told = _texts(name, value, desk())
    return texts | told if any(told.values()) and meant(name, told) == (value, []) else None


def meant(name: str, texts: Mapping[str, str]) -> tuple[object, list[Fault]]:
    """What *texts*, by the fields of the form, mean in field *name*, and what is wrong."""
    text = texts.get(name, "")
    if name == "chiptrail:identities":
        return _numbered(text)
    said = {part: [text] for part, text in texts.items()}
    if name == "chiptrail:authorisations":
        said = _by_kind(text)
    elif name == "chiptrail:location":
        said = _place(text)
    else:
        said |= {"document": [text], "via": [text], "from": [text]}
    filling = Filling(said, desk())
    read: dict[str, Callable[[], object]] = {
        "chiptrail:location": filling.location,
        "bizTransactionList": lambda: [short_form.document(uri) for uri in filling.documents()],
        "chiptrail:via": lambda: filling.parties("via"),
        "chiptrail:authorisations": filling.authorisations,
        "chiptrail:customs": filling.customs,
        "ilmd": filling.product,
        "destinationList": lambda: _destinations(filling),
        "sourceList": lambda: [{"type": _HOLDER, "source": filling.somebody("from")}],
    }
    found = read[name]()
    if "" in said:
        known = ", ".join(AUTHORISATIONS)
        filling.fault("other", gettext("want one of %(words)s first", words=known))
    if name in PARTS:
        return found, filling.faults
    return found, [Fault(name, one.text) for one in filling.faults]


def _by_kind(text: str) -> dict[str, list[str]]:
    """The authorisations in *text*, by their kind; empty for one of no kind that is known."""
    said: dict[str, list[str]] = {}
    for one in filter(None, map(str.strip, text.split(";"))):
        kind, _blank, named = one.partition(" ")
        said.setdefault(kind if kind in AUTHORISATIONS else "", []).append(named)
    return said


def _numbered(text: str) -> tuple[object, list[Fault]]:
    """The numbers in the table *text*, each about what its first column names."""
    numbers = read_numbers(text)
    found = sort_out(desk().ledger, [row.text for row in numbers.rows], desk().reader)
    why = [*numbers.faults, *(f"{row.text}: {told(row, called)}" for row in found.doubtful)]
    named = {row.text: row.item for row in found.rows if row.item is not None}
    return numbers.of(named), [Fault("chiptrail:identities", one) for one in why]


def _place(text: str) -> dict[str, list[str]]:
    beside = _COUNTRY_BESIDE.fullmatch(text)
    if beside is None or read_coordinates(beside[1]) is None:
        return {"place": [text]}
    return {"place": [beside[1]], "place_country": [beside[2]]}


def _destinations(filling: Filling) -> list[dict[str, str]]:
    ends = zip((_HOLDER, _OWNER, _USER), PARTS["destinationList"], strict=True)
    found = [
        (kind, filling.party(part, required=part == "to"))
        for kind, part in ends
        if part in filling.said
    ]
    return [{"type": kind, "destination": party} for kind, party in found if party is not None]


def _texts(name: str, value: Any, desk: Desk) -> dict[str, str]:  # noqa: ANN401 - JSON of an event
    """As far as it can be typed."""
    if name == "destinationList":
        kinds = dict(zip((_HOLDER, _OWNER, _USER), PARTS[name], strict=True))
        return {kinds.get(end["type"], name): _party(end["destination"], desk) for end in value}
    if name == "chiptrail:customs":
        facts = {**value, **value.get("ports", {})}
        return {part: _listed(facts[part]) for part in PARTS[name] if part in facts}
    if name == "ilmd":
        facts = {part: value.get(fact) for fact, part in PRODUCT.items()}
        return {part: fact for part, fact in facts.items() if isinstance(fact, str)}
    texts: dict[str, Callable[[Any], str]] = {
        "chiptrail:identities": _table,
        "sourceList": lambda ends: _party(ends[0]["source"], desk),
        "bizTransactionList": lambda many: "; ".join(
            [document_name(one["bizTransaction"]) for one in many]
        ),
        "chiptrail:via": lambda many: "; ".join([_party(one, desk) for one in many]),
        "chiptrail:authorisations": lambda many: "; ".join(map(_authorisation, many)),
        "chiptrail:location": _coordinates,
    }
    return {name: texts[name](value)} if value else {}


def _table(numbers: Sequence[Mapping[str, str]]) -> str:
    names = [name for name in NAMES.values() if any(name in one for one in numbers)]
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(["serial", *names])
    rows.writerows([[plain_serial(one["item"]), *map(one.get, names)] for one in numbers])
    return written.getvalue().rstrip()


def _coordinates(said: Mapping[str, Any]) -> str:
    country = f", {said['countryCode']}" if "countryCode" in said else ""
    return f"{said['latitude']}, {said['longitude']}, {said['accuracyM']:g} m{country}"


def _party(party: str, desk: Desk) -> str:
    """The name of *party*, where no other bears it, else its id."""
    name = desk.name_of(party)
    try:
        return name if party_meant(name, desk.called) == party else party
    except (NotFound, MalformedParameter):
        return party


def _authorisation(said: Mapping[str, str]) -> str:
    named = [said[part] for part in ("regime", "code", "number") if part in said]
    return f"{said['kind']} {':'.join(named)}"


def _listed(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
