"""Statements: what is said about parties and keys, the log's first entry among them.

docs/formats.md, "Statements"; the wire form of every field is in
``schemas.statement_fields``. Who may say what, and whether proofs and endorsements verify, is
``ledger.registry``'s. Example::

    payload = encode_statement(KeyRevocation(..., keyid=keyid, reason="laptop stolen"))
    parse_statement(payload).reason
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias, assert_never

from schemas import strict_json
from schemas.errors import MalformedEvent, MalformedStatement
from schemas.formats import decode_base64, encode_base64, format_time, parse_time
from schemas.shape import Check
from schemas.statement_fields import AFTER, GENESIS, KEY, PARTY, REVOCATION, Role
from schemas.strict_json import JSON

__all__ = [
    "CountryFact",
    "Endorsement",
    "Genesis",
    "KeyRevocation",
    "KeyStatement",
    "PartyStatement",
    "Role",
    "Statement",
    "encode_statement",
    "parse_statement",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Preamble:
    """What every statement begins with; *party* is the signer's, *after* a complete note."""

    ledger: str
    party: str
    nonce: str
    after: str | None
    id: str
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Genesis(_Preamble):
    """Entry 0: the origin, its log key (a verifier key) and the registrar's first key.

    *predecessor* is the last checkpoint of a retired origin, None where there was none.
    """

    origin: str
    log_key: str
    registrar_key: bytes
    predecessor: str | None = None


@dataclass(frozen=True, slots=True)
class CountryFact:
    """A country with where it was read and on which day."""

    code: str
    source: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyStatement(_Preamble):
    """Who *subject* is; a later one about the same party takes its place.

    The first of *names* is the one to show. A country that is None was not stated.
    """

    subject: str
    names: tuple[str, ...]
    roles: tuple[Role, ...]
    country: CountryFact | None = None
    hq_country: CountryFact | None = None
    ultimate_parent_country: CountryFact | None = None
    identifiers: Mapping[str, str]
    item_prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endorsement:
    """The signature of a live key of the same party over a new key's proof message."""

    keyid: str
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatement(_Preamble):
    """A key of *subject*, with its own signature in *proof*."""

    subject: str
    public_key: bytes
    proof: bytes
    endorsement: Endorsement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRevocation(_Preamble):
    """From its index on the key signs nothing; what it signed before stands, marked."""

    keyid: str
    reason: str
    suspected_since: datetime | None = None


Statement: TypeAlias = Genesis | PartyStatement | KeyStatement | KeyRevocation


# Reading -----------------------------------------------------------------------------------------


def parse_statement(payload: bytes) -> Statement:
    """The statement in *payload*.

    Raises: MalformedJson, MalformedStatement (with the pointer of what does not fit), TooLarge.
    """
    value = strict_json.load_object(payload)
    kind = value.get("statement")
    known = _KINDS.get(kind) if isinstance(kind, str) else None
    if known is None:
        raise MalformedStatement(f"want one of {', '.join(_KINDS)}", "/statement")
    check, read = known
    try:
        check(value)
        return read(value)
    except MalformedEvent as exc:
        raise MalformedStatement(exc.message, exc.pointer) from None


# A member that fits its table is cast without a second look: hence the Any.


def _read_preamble(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ledger": value["chiptrail:ledger"],
        "party": value["chiptrail:party"],
        "nonce": value["chiptrail:nonce"],
        "after": value.get(AFTER),
        "id": value["id"],
        "issued_at": _time(value, "issuedAt"),
    }


def _time(value: Mapping[str, Any], name: str) -> datetime:
    try:
        return parse_time(value[name])
    except ValueError as exc:
        raise MalformedStatement(str(exc), f"/{name}") from None


def _read_genesis(value: Mapping[str, Any]) -> Genesis:
    origin = value["origin"]
    if origin != value["chiptrail:ledger"]:
        raise MalformedStatement("want the origin of chiptrail:ledger", "/origin")
    if value["logKey"].partition("+")[0] != origin:
        raise MalformedStatement("want the verifier key of this origin", "/logKey")
    return Genesis(
        **_read_preamble(value),
        origin=origin,
        log_key=value["logKey"],
        registrar_key=decode_base64(value["registrarKey"]),
        predecessor=value.get("predecessor"),
    )


def _read_party(value: Mapping[str, Any]) -> PartyStatement:
    subject = value["subject"]
    return PartyStatement(
        **_read_preamble(value),
        subject=subject["id"],
        names=tuple(subject["names"]),
        roles=tuple(map(Role, subject["roles"])),
        country=_fact(subject.get("country")),
        hq_country=_fact(subject.get("hqCountry")),
        ultimate_parent_country=_fact(subject.get("ultimateParentCountry")),
        identifiers=subject.get("identifiers", {}),
        item_prefixes=tuple(subject.get("itemPrefixes", ())),
    )


def _fact(value: Mapping[str, Any] | None) -> CountryFact | None:
    if value is None:
        return None
    return CountryFact(value["code"], value["source"], date.fromisoformat(value["date"]))


def _read_key(value: Mapping[str, Any]) -> KeyStatement:
    given = value.get("endorsement")
    return KeyStatement(
        **_read_preamble(value),
        subject=value["subject"],
        public_key=decode_base64(value["publicKey"]),
        proof=decode_base64(value["proof"]),
        endorsement=given and Endorsement(given["keyid"], decode_base64(given["sig"])),
    )


def _read_revocation(value: Mapping[str, Any]) -> KeyRevocation:
    return KeyRevocation(
        **_read_preamble(value),
        keyid=value["keyid"],
        reason=value["reason"],
        suspected_since=_time(value, "suspectedSince") if "suspectedSince" in value else None,
    )


_KINDS: Mapping[str, tuple[Check, Callable[[Mapping[str, Any]], Statement]]] = {
    "genesis": (GENESIS, _read_genesis),
    "party": (PARTY, _read_party),
    "key": (KEY, _read_key),
    "key-revocation": (REVOCATION, _read_revocation),
}


# Writing -----------------------------------------------------------------------------------------


def encode_statement(statement: Statement) -> bytes:
    """The payload of *statement*; ``parse_statement`` reads it back (times to the millisecond).

    Nothing is checked here: read it back before it is signed.
    """
    match statement:
        case Genesis():
            kind, fields = "genesis", _genesis_fields(statement)
        case PartyStatement():
            kind, fields = "party", {"subject": _subject_fields(statement)}
        case KeyStatement():
            kind, fields = "key", _key_fields(statement)
        case KeyRevocation():
            kind, fields = "key-revocation", _revocation_fields(statement)
        case _:
            assert_never(statement)
    first: dict[str, JSON] = {
        "statement": kind,
        "chiptrail:ledger": statement.ledger,
        "chiptrail:party": statement.party,
        "chiptrail:nonce": statement.nonce,
        AFTER: statement.after,
        "id": statement.id,
        "issuedAt": format_time(statement.issued_at),
    }
    return strict_json.dump(_present(first | fields))


def _present(fields: Mapping[str, JSON]) -> dict[str, JSON]:
    return {name: value for name, value in fields.items() if value is not None}


def _genesis_fields(statement: Genesis) -> dict[str, JSON]:
    return {
        "origin": statement.origin,
        "logKey": statement.log_key,
        "registrarKey": encode_base64(statement.registrar_key),
        "predecessor": statement.predecessor,
    }


def _subject_fields(statement: PartyStatement) -> dict[str, JSON]:
    return _present(
        {
            "id": statement.subject,
            "names": list(statement.names),
            "country": _fact_fields(statement.country),
            "hqCountry": _fact_fields(statement.hq_country),
            "ultimateParentCountry": _fact_fields(statement.ultimate_parent_country),
            "roles": [role.value for role in statement.roles],
            "identifiers": dict(statement.identifiers) or None,
            "itemPrefixes": list(statement.item_prefixes) or None,
        }
    )


def _fact_fields(fact: CountryFact | None) -> dict[str, JSON] | None:
    if fact is None:
        return None
    return {"code": fact.code, "source": fact.source, "date": fact.on.isoformat()}


def _key_fields(statement: KeyStatement) -> dict[str, JSON]:
    given = statement.endorsement
    return {
        "subject": statement.subject,
        "publicKey": encode_base64(statement.public_key),
        "proof": encode_base64(statement.proof),
        "endorsement": None
        if given is None
        else {"keyid": given.keyid, "sig": encode_base64(given.signature)},
    }


def _revocation_fields(statement: KeyRevocation) -> dict[str, JSON]:
    since = statement.suspected_since
    return {
        "keyid": statement.keyid,
        "reason": statement.reason,
        "suspectedSince": None if since is None else format_time(since),
    }
