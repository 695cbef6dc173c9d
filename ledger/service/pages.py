"""Pages for programs: as the lists of the API have them, and their lines as rows of a table.

Times are RFC 3339, parties and items their ids. A row has a cell for each of the columns of its
list, of plain values only.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from ledger.finding import Finding
from ledger.place_story import place_to_json
from ledger.registry import EnrolledKey
from ledger.service.activity import Deed
from ledger.service.answers import findings_to_json
from ledger.service.directory import Enrolled, Wallet
from ledger.service.dossiers import state_to_json
from ledger.service.fates import Fate
from ledger.service.listing import Listed
from ledger.service.paging import Page, encode_cursor
from ledger.service.shipments import Shipment
from schemas.formats import encode_base64, format_time
from schemas.strict_json import JSON

T = TypeVar("T")
Columns: TypeAlias = Sequence[str]


@dataclass(frozen=True, slots=True)
class List(Generic[T]):
    """A list by its *kind*: how a line of it is told, and which members are columns of a table."""

    kind: str
    told: Callable[[T, Page[T]], dict[str, JSON]]
    columns: Columns

    def to_json(self, page: Page[T]) -> dict[str, JSON]:
        """The page, with where to go on."""
        return {
            self.kind: [self.told(line, page) for line in page.lines],
            "next": None if page.next is None else encode_cursor(self.kind, page.next),
            "size": page.size,
            "asOf": format_time(page.as_of),
        }

    def rows(self, page: Page[T]) -> list[list[object]]:
        """The lines as rows of cells."""
        return [
            [cell(_at(told, name)) for name in self.columns]
            for told in (self.told(line, page) for line in page.lines)
        ]


def _at(told: Mapping[str, Any], name: str) -> object:
    found: Any = told
    for part in name.split("."):
        found = None if found is None else found.get(part)
    return found


def cell(value: object) -> object:
    """*value* as it stands in a table: lists with blanks between, True and False as words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(str, value))
    return value


def _unit(line: Listed, page: Page[Listed]) -> dict[str, JSON]:
    return {
        "item": line.item,
        "kind": "container" if line.is_container else "unit",
        "verdict": line.verdict.value,
        "state": state_to_json(line.state),
        "place": place_to_json(line.place, page.as_of),
        "codes": [code.value for code in line.codes],
        "children": line.children,
        "inside": line.inside,
        "troubled": line.troubled,
        "horizon": line.horizon,
    }


def _found(line: Finding, _: object) -> dict[str, JSON]:
    (told,) = findings_to_json([line])
    assert isinstance(told, dict)
    return told


def shipment_to_json(line: Shipment, _: object = None) -> dict[str, JSON]:
    """One shipment, without its units."""
    counts = line.counts
    outstanding = counts.get(Fate.OUTSTANDING, 0)
    return {
        "index": line.index,
        "state": line.state.value,
        "recordedAt": format_time(line.recorded_at),
        "sentAt": format_time(line.sent_at),
        "sender": line.sender,
        "signedBy": line.signed_by,
        "consignee": line.consignee,
        "via": list(line.via),
        "owner": line.owner,
        "user": line.user,
        "dueAt": None if line.due_at is None else format_time(line.due_at),
        "documents": list(line.documents),
        "shipped": len(line.units),
        "received": counts.get(Fate.RECEIVED, 0) + counts.get(Fate.DELIVERED, 0),
        "outstanding": outstanding,
        "fates": {fate.value: counts[fate] for fate in Fate if counts.get(fate)},
        "settledBy": list(line.settled_by),
        "codes": [*sorted(code.value for code in line.codes)],
    }


def _licence(line: Wallet, page: Page[Wallet]) -> dict[str, JSON]:
    balance, licence = line.balance, line.balance.licence
    left = balance.left
    return {
        "index": balance.index,
        "regime": licence.regime,
        "number": licence.number,
        "holder": licence.holder,
        "statedBy": licence.party,
        "attested": balance.is_attested,
        "drawers": list(licence.drawers),
        "consignees": list(licence.consignees),
        "endUsers": list(licence.end_users),
        "eccns": list(licence.eccns),
        "countries": list(licence.countries),
        "quantity": licence.quantity,
        "unit": licence.unit,
        "drawn": balance.drawn,
        "left": left,
        "overdrawn": left is not None and left < 0,
        "from": format_time(licence.starts_at),
        "until": format_time(licence.ends_at),
        "expired": licence.ends_at <= page.as_of,
        "near": list(line.near),
    }


def _party(line: Enrolled, _: object) -> dict[str, JSON]:
    party = line.party
    said: dict[str, JSON] = {
        "party": party.id,
        "names": list(party.names),
        "roles": [*sorted(party.roles)],
        "country": party.country,
        "index": party.index,
    }
    if line.is_whole:
        said |= {"prefixes": list(party.prefixes), "ultimateParent": party.ultimate_parent}
    return said


def _key(key: EnrolledKey, _: object) -> dict[str, JSON]:
    return {
        "keyid": key.key.keyid,
        "publicKey": encode_base64(key.key.raw),
        "party": key.party,
        "index": key.index,
        "endorsed": key.endorsed,
        "revokedBy": key.revoked,
        "suspectedSince": None if key.suspected_since is None else format_time(key.suspected_since),
    }


_UNIT = "item kind verdict state.phase state.holder state.consignee state.shipment state.lastAt"
ITEMS: List[Listed] = List(
    "items", _unit, f"{_UNIT} place.level codes children inside troubled".split()
)
FINDINGS: List[Finding] = List(
    "findings", _found, ["code", "tier", "message", "index", "items", "unit", "onItems", "closedBy"]
)
_SHIPMENT = "index state sentAt sender consignee via dueAt documents shipped received outstanding"
SHIPMENTS: List[Shipment] = List("shipments", shipment_to_json, f"{_SHIPMENT} codes".split())
_LICENCE = "index regime number holder statedBy attested quantity unit drawn left from until"
LICENCES: List[Wallet] = List("licences", _licence, f"{_LICENCE} near".split())
PARTIES: List[Enrolled] = List("parties", _party, ["party", "names", "roles", "country", "index"])
KEYS: List[EnrolledKey] = List(
    "keys", _key, ["keyid", "publicKey", "party", "index", "endorsed", "revokedBy"]
)


def _deed(line: Deed, _: Page[Deed]) -> dict[str, JSON]:
    """One line of activity; *ref* is what was done, as it is kept."""
    at = format_time(line.at)
    return {"id": line.id, "at": at, "actor": line.actor, "act": line.act, "ref": line.ref}


ACTIVITY = List("activity", _deed, ("id", "at", "actor", "act", "ref"))
