"""What the registrar says: the genesis, parties and keys, rule packs and landmarks.

docs/formats.md, "Statements"; the preamble comes first, ``?`` marks what may be missing::

    genesis         "origin": that of chiptrail:ledger, "logKey": verifier key with that name,
                    "registrarKey": base64 of 32 bytes, "predecessor"?: last checkpoint of the
                    retired origin that this one goes on from, "missing"?: {"start", "stop"}: its
                    entries from start on and before stop are lost
    party           "subject": {"id": party, "names": [text, ...], "country"?: fact,
                    "hqCountry"?: fact, "ultimateParentCountry"?: fact,
                    "ultimateParent"?: party or text, "roles": [role, ...],
                    "identifiers"?: {"lei"?, "gln"?, "eori"?, "duns"?},
                    "itemPrefixes"?: [prefix of canonical item ids, ...]}
                    fact: {"code": ISO 3166-1 alpha-2, "source": text, "date": "2026-01-31"}
    key             "subject": party, "publicKey": base64 of 32 bytes, "proof": base64 of 64 bytes,
                    "endorsement"?: {"keyid": hex, "sig": base64 of 64 bytes}
    key-revocation  "keyid": hex, "reason": text, "suspectedSince"?: time
    rule-pack       "pack": text (its id), "sha256": hex of its exact bytes
    landmark        "name": text, "latitude": -90..90, "longitude": -180..180, "country": as above,
                    "publicKey": base64 of 32 bytes

A key may sign its own revocation. Whether proofs and endorsements verify is ``ledger.registry``'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.errors import MalformedEvent
from schemas.form import Called, Form, record_of, several
from schemas.identifier import IDENTIFIERS
from schemas.shape import code, count, record, text
from schemas.statement_fields import (
    COUNT,
    DAY,
    KEYID,
    NOTE,
    PARTY_OR_TEXT,
    PREFIX,
    TEXT,
    VERIFIER_KEY,
    Country,
    Hash,
    Latitude,
    Longitude,
    Moment,
    Opening,
    Party,
    Preamble,
    Text,
    bytes_of,
)
from schemas.strict_json import JSON

MAX_NAMES = 16
MAX_PREFIXES = 1000


class Role(StrEnum):
    """What a party does in the custody of chips; decides what it may sign with effect."""

    MAKER = "maker"
    PACKER = "packer"
    DISTRIBUTOR = "distributor"
    EXPORTER = "exporter"
    CARRIER = "carrier"
    CONSIGNEE = "consignee"
    END_USER = "end-user"
    INSPECTOR = "inspector"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    REGISTRAR = "registrar"


_ROLE = Form(code({role.value for role in Role}), Role, str)
_IDENTIFIERS = Form(
    record({name: text(is_one, f"a valid {name.upper()}") for name, is_one in IDENTIFIERS.items()}),
    write=dict,
)


@dataclass(frozen=True, slots=True)
class Gap:
    """Entries that were recorded and are lost: the indexes [start, stop)."""

    start: Annotated[int, Form(count)]
    stop: Annotated[int, COUNT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Genesis(Opening):
    """Entry 0: the origin, its log key (a verifier key) and the registrar's first key.

    *predecessor* is the last checkpoint of a retired origin, None where there was none; *missing*
    are the entries of it that are lost, None where all are there.
    """

    after: None = None
    origin: Annotated[str, Form(text(bool, "an origin"))]
    log_key: Annotated[str, VERIFIER_KEY]
    registrar_key: Annotated[bytes, bytes_of(32)]
    predecessor: Annotated[str, NOTE] | None = None
    missing: Annotated[Gap, record_of(Gap)] | None = None


def check_genesis(value: JSON) -> None:
    """The origin and the log key of a genesis are its ledger's; what is lost, a predecessor's."""
    assert isinstance(value, dict)
    origin = value["origin"]
    if origin != value["chiptrail:ledger"]:
        raise MalformedEvent("want the origin of chiptrail:ledger", "/origin")
    if str(value["logKey"]).partition("+")[0] != origin:
        raise MalformedEvent("want the verifier key of this origin", "/logKey")
    missing = value.get("missing")
    if isinstance(missing, dict):
        if "predecessor" not in value:
            raise MalformedEvent("only of a predecessor can entries be missing", "/missing")
        if not missing["start"] < missing["stop"]:  # type: ignore[operator]  # both are counts
            raise MalformedEvent("want a stop after the start", "/missing/stop")


@dataclass(frozen=True, slots=True)
class CountryFact:
    """A country with where it was read and on which day."""

    code: Country
    source: Text
    on: Annotated[date, DAY, Called("date")]


_FACT = record_of(CountryFact)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a party is. The first of *names* is the one to show; a None country was not stated.

    *ultimate_parent* is a party id, or a name where that company is not in the ledger.
    """

    id: Party
    names: Annotated[tuple[str, ...], several(TEXT, least=1, most=MAX_NAMES, distinct=True)]
    roles: Annotated[tuple[Role, ...], several(_ROLE, distinct=True)]
    item_prefixes: Annotated[
        tuple[str, ...], several(PREFIX, most=MAX_PREFIXES, distinct=True)
    ] = ()
    country: Annotated[CountryFact, _FACT] | None = None
    hq_country: Annotated[CountryFact, _FACT] | None = None
    ultimate_parent_country: Annotated[CountryFact, _FACT] | None = None
    ultimate_parent: Annotated[str, PARTY_OR_TEXT] | None = None
    identifiers: Annotated[Mapping[str, str], _IDENTIFIERS] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyStatement(Preamble):
    """Who *subject* is; a later one about the same party takes its place."""

    subject: Annotated[Subject, record_of(Subject)]


@dataclass(frozen=True, slots=True)
class Endorsement:
    """The signature of a live key of the same party over a new key's proof message."""

    keyid: Annotated[str, KEYID]
    signature: Annotated[bytes, bytes_of(64), Called("sig")]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatement(Preamble):
    """A key of *subject*, with its own signature in *proof*."""

    subject: Party
    public_key: Annotated[bytes, bytes_of(32)]
    proof: Annotated[bytes, bytes_of(64)]
    endorsement: Annotated[Endorsement, record_of(Endorsement)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRevocation(Preamble):
    """From its index on the key signs nothing; what it signed before stands, marked."""

    keyid: Annotated[str, KEYID]
    reason: Text
    suspected_since: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePackStatement(Preamble):
    """The rule pack named *pack* is the file with this hash."""

    pack: Text
    sha256: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmark(Preamble):
    """A machine at a known place, whose key signs how far away it measured others to be."""

    name: Text
    latitude: Latitude
    longitude: Longitude
    country: Country
    public_key: Annotated[bytes, bytes_of(32)]
