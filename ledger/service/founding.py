"""Founding a ledger: its keys, its genesis, its operator.

Entry 0 is the genesis, signed by the registrar: it binds the origin to the log key and to the
registrar's key. Entries 1 to 3 say who the registrar and the operator are and enrol the operator's
key, with which the ledger signs what it asserts itself. A founding that was cut short is taken up
where it stopped by running it again.
"""

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledger import dsse, keys, note
from ledger.admission import Admitted
from ledger.compose import NONCE_SIZE
from ledger.keys import PrivateKey
from ledger.rule_files import join_files, parse_pack
from ledger.service.clock import Clock
from ledger.service.enrolment import Registrar
from ledger.service.geography import atlas_for
from ledger.service.ledger import Ledger, OwnKeys, load_pack
from ledger.service.sequencer import sequencing
from ledger.store import files, log
from ledger.store.database import Database
from ledger.store.files import DataDirectory
from schemas.envelope import PayloadType
from schemas.errors import CannotOpen, NotFound
from schemas.formats import encode_base64url
from schemas.retirement import Retirement
from schemas.statement import Genesis, Role, Subject, encode_statement, parse_statement

OPERATOR = "urn:chiptrail:party:operator"


@dataclass(frozen=True, slots=True)
class Foundation:
    """What a ledger is founded on: its *origin*, and its registrar's party id and key.

    *predecessor* is what is left of the retired ledger that it goes on from.
    """

    origin: str
    registrar_party: str
    registrar: PrivateKey
    predecessor: Retirement | None = None


def found(
    directory: DataDirectory,
    foundation: Foundation,
    *,
    url: str | None = None,
    clock: Clock | None = None,
    fresh: Callable[[int], bytes] = os.urandom,
) -> Ledger:
    """Found a ledger in *directory*, or finish a founding that was cut short.

    Raises: CannotOpen when a ledger is there already, or the founding of another was begun;
    MalformedNote, MalformedStatement for a bad origin or party id, MalformedRules, TooLarge,
    CannotOpen for rules in the folder that cannot be judged by (nothing is written).
    """
    clock = clock or Clock()
    demand_rules(directory)
    if directory.checkpoint.exists():
        ledger = Ledger.open(directory, url, clock)
    else:
        ledger = _begin(directory, foundation, url, clock, fresh)
    if ledger.operator_key.public.keyid in ledger.registry.keys:
        raise CannotOpen(f"{directory.path}: there is a ledger already; choose another --data")
    _enrol_operator(ledger, foundation, fresh)
    return ledger


def demand_rules(directory: DataDirectory) -> None:
    """Demand that a ledger in *directory* can judge by the rules there.

    Raises: MalformedRules, TooLarge; CannotOpen if they name other borders than are installed.
    """
    atlas_for(parse_pack(join_files(load_pack(), directory.rule_files())))


def _begin(
    directory: DataDirectory,
    foundation: Foundation,
    url: str | None,
    clock: Clock,
    fresh: Callable[[int], bytes],
) -> Ledger:
    """Keys on disk, then entry 0."""
    log_key, log_file = _key_at(directory.log_key, foundation.origin, fresh)
    operator_key, operator_file = _key_at(directory.operator_key, foundation.origin, fresh)
    genesis = _genesis(foundation, log_key, clock, fresh)  # refuses bad names before any write
    directory.create()
    files.save_durably(directory.log_key, log_file)
    files.save_durably(directory.operator_key, operator_file)
    database = Database.open(url or f"sqlite:///{directory.database}")
    own = OwnKeys(foundation.origin, log_key, operator_key)
    ledger = Ledger(directory, database, own, clock)
    _look_before(ledger)
    with sequencing(ledger, actor=foundation.registrar_party, act="found") as batch:
        if batch.size == 0:
            if not database.has_current_projections(batch.connection):
                database.clear_projections(batch.connection)
            statement = parse_statement(genesis.payload)
            batch.registry.enter(statement, index=0, signer=foundation.registrar.public)
            batch.append(genesis, 0)
    return ledger


def _look_before(ledger: Ledger) -> None:
    """Write the checkpoint file of a genesis that was committed just before a crash.

    Raises: CannotOpen when more than a genesis is there: that ledger has lost its checkpoint file.
    """
    with ledger.database.reading() as connection:
        head = log.load_head(connection)
        if head is None:
            return
        if head.size > 1:
            raise CannotOpen(
                f"{ledger.directory.path}: a ledger of {head.size} entries is here, and its"
                " checkpoint file is missing; put it back, or name an empty --database"
            )
        ledger.renew(connection)
    ledger.keep_note(ledger.note_of(head))


def _genesis(
    foundation: Foundation, log_key: PrivateKey, clock: Clock, fresh: Callable[[int], bytes]
) -> Admitted:
    before = foundation.predecessor
    payload = encode_statement(
        Genesis(
            ledger=foundation.origin,
            party=foundation.registrar_party,
            nonce=encode_base64url(fresh(NONCE_SIZE)),
            after=None,
            id=uuid.UUID(bytes=fresh(16), version=4).urn,
            issued_at=clock.now(),
            origin=foundation.origin,
            log_key=note.encode_vkey(foundation.origin, log_key.public),
            registrar_key=foundation.registrar.public.raw,
            predecessor=None if before is None else before.checkpoint,
            missing=None if before is None else before.missing,
        )
    )
    parse_statement(payload)
    envelope = dsse.sign(payload, PayloadType.STATEMENT, foundation.registrar)
    return Admitted(
        identity=dsse.identity_of(PayloadType.STATEMENT, payload),
        keyid=foundation.registrar.public.keyid,
        signature=envelope.signature,
        payload_type=PayloadType.STATEMENT,
        payload=payload,
        party=foundation.registrar_party,
        heads=(),
        act=None,
        lists={},
        disclosures={},
    )


def _key_at(path: Path, name: str, fresh: Callable[[int], bytes]) -> tuple[PrivateKey, bytes]:
    """The key in the file that an earlier founding left at *path*, or a fresh one; and its file.

    The server must start unattended, so its own two keys are unencrypted, for its owner only.
    """
    try:
        data = files.load(path)
    except NotFound:
        seed = fresh(keys.SEED_SIZE)
        data = keys.encode_key_file(seed, name=name, passphrase=None, salt=b"", nonce=b"")
    found = keys.parse_key_file(data, None)
    if found.name != name:
        raise CannotOpen(f"{path}: a founding of {found.name} was begun here; finish that one")
    return found.key, data


def _enrol_operator(ledger: Ledger, foundation: Foundation, fresh: Callable[[int], bytes]) -> None:
    clerk = Registrar(ledger, foundation.registrar, fresh)
    party, known = foundation.registrar_party, ledger.registry.parties
    if party not in known:
        clerk.enroll_party(Subject(party, ("Registrar",), (Role.REGISTRAR,)))
    if OPERATOR not in known:
        clerk.enroll_party(Subject(OPERATOR, ("Operator",), (Role.OPERATOR,)))
    operator = ledger.operator_key
    message = keys.key_proof_message(ledger.origin, OPERATOR, operator.public.keyid)
    clerk.enroll_key(OPERATOR, operator.public.raw, operator.sign(message))
