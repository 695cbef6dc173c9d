"""One entry, named by its index or its identity: who signed it, what it says and what it withholds.

load_entry(ledger, "41").party
load_contents(ledger, 41, is_told=True).act.items
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.act import Act
from ledger.disclosure import Erased
from ledger.dsse import identity_of
from ledger.registry import EnrolledKey
from ledger.service.erasing import erased_fields
from ledger.service.identities import load_disclosed
from ledger.service.ledger import Ledger
from ledger.service.rows import whole_event
from ledger.service.steps import read_acts
from ledger.store import log
from ledger.store.database import Connection
from schemas.envelope import Envelope, PayloadType
from schemas.errors import NotFound
from schemas.event import Event, parse_event
from schemas.formats import decode_hex, parse_decimal
from schemas.statement import Statement, parse_statement

IDENTITY_SIZE = 32


@dataclass(frozen=True, slots=True)
class Signed:
    """An entry: *commitments* are the digests of what it withholds, by name.

    *disclosed* are the names of which somebody sent the value and nobody erased it, None if that
    is not known.
    """

    index: int
    identity: bytes
    party: str
    is_correction: bool
    commitments: Mapping[str, str]
    disclosed: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Contents:
    """What is said under *key*: a *statement*, or an *act* by an *event* as far as it is disclosed.

    *withheld* are the names of what is not known of the event, *erased* says what was known.
    """

    key: EnrolledKey
    statement: Statement | None = None
    act: Act | None = None
    event: Event | None = None
    withheld: tuple[str, ...] = ()
    erased: tuple[Erased, ...] = ()


def signers(ledger: Ledger, indexes: Iterable[int]) -> dict[int, str]:
    """The party that signed each of the entries at *indexes*."""
    with ledger.database.reading() as connection:
        registry = ledger.renew(connection).registry
        rows = log.load_entries_at(connection, sorted(set(indexes)))
    return {index: registry.by_index[row.key_idx].party for index, row in rows.items()}


def load_contents(ledger: Ledger, index: int, *, is_told: bool) -> Contents:
    """What entry *index* says, for who sees all that it names (``ledger.service.recorded``).

    *is_told*: also what was disclosed of it.
    Raises: NotFound.
    """
    with ledger.database.reading() as connection:
        registry = ledger.renew(connection).registry
        row = log.load_entries_at(connection, [index]).get(index)
        if row is None:
            raise NotFound(f"there is no entry {index}")
        key = registry.by_index[row.key_idx]
        if row.kind != log.EVENT:
            return Contents(key, parse_statement(row.payload))
        signed, act = read_acts(connection, {index: row}, registry)[index]
        told = [index] if is_told else []
        event, names = whole_event(signed, load_disclosed(connection, told).get(index, ()))
        erased = erased_fields(connection, row, event, registry) if is_told else ()
    withheld = names - {one.name for one in erased}
    return Contents(key, None, act, event, tuple(sorted(withheld)), erased)


def load_entry(ledger: Ledger, text: str) -> Signed:
    """The entry that *text* names: its index, or its identity in hex.

    Raises: NotFound.
    """
    with ledger.database.reading() as connection:
        registry = ledger.renew(connection).registry
        index = _index(connection, text)
        row = log.load_entries_at(connection, [index]).get(index)
        if row is None:
            raise NotFound(f"there is no entry {text}")
        kept = {digest for _, digest, body in log.load_disclosures(connection, [index]) if body}
    event = parse_event(row.payload) if row.kind == log.EVENT else None
    commitments = {} if event is None else event.commitments
    return Signed(
        index=index,
        identity=row.identity,
        party=registry.by_index[row.key_idx].party,
        is_correction=event is not None and _is_correction(event),
        commitments=commitments,
        disclosed=frozenset([name for name, digest in commitments.items() if digest in kept]),
    )


def signed_in(index: int, envelope: Envelope) -> Signed:
    """Entry *index* as its *envelope* says it.

    Raises: MalformedEvent, MalformedStatement, MalformedJson.
    """
    identity = identity_of(envelope.payload_type, envelope.payload)
    if envelope.payload_type is PayloadType.STATEMENT:
        party = parse_statement(envelope.payload).party
        return Signed(index, identity, party, False, {}, None)
    event = parse_event(envelope.payload)
    commitments = event.commitments or {}
    return Signed(index, identity, event.party, _is_correction(event), commitments, None)


def _is_correction(event: Event) -> bool:
    return event.error is not None and event.error.corrects is not None


def _index(connection: Connection, text: str) -> int:
    try:
        return parse_decimal(text)
    except ValueError:
        pass
    try:
        identity = decode_hex(text, IDENTITY_SIZE)
    except ValueError as exc:
        raise NotFound(f"{text} is no entry: want its index, or its identity in hex") from exc
    found = log.find_identities(connection, [identity])
    if identity not in found:
        raise NotFound(f"there is no entry with the identity {text}")
    return found[identity][0]
