"""A ledger that signs anything: bundles that are wrong in exactly one way.

Nothing is checked here and every key is at hand, so a test builds a good history, bends one thing,
signs what should be signed again, and sees which step of ``ledger.verify`` refuses it::

    forger = Forger.begun()                     # genesis, operator, fab with a key
    forger.event("fab", [CHIP, OTHER], "commissioning", action="ADD")
    forger.bundle()                                          # holds
    forger.bundle(statement={"size": 99})                    # the operator lies
    forger.bundle(contents=lambda c: replace(c, heads=()))   # and signs what it left out
    forger.bundle(after=lambda b: replace(b, ...))           # somebody changes what was signed
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger import disclosure, dsse, keys, leaf, merkle
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.keys import PrivateKey
from ledger.note import encode_vkey, parse_vkey
from ledger.service.ledger import load_pack
from schemas import strict_json
from schemas.bundle import (
    Bundle,
    BundledHead,
    Contents,
    Entry,
    ItemProof,
    OpenEntry,
    WithheldEntry,
    encode_bundle,
    encode_contents,
)
from schemas.bundle_statement import BundleStatement, encode_bundle_statement
from schemas.context import GS1_CONTEXT, NAMESPACE
from schemas.envelope import Envelope, ItemList, PayloadType
from schemas.formats import encode_base64, format_time
from tests.logs import consistency_path

ORIGIN = "ledger.example/forger"
CHIPS = "urn:chiptrail:chip:acme:x1:"
CHIP, OTHER = CHIPS + "A1", CHIPS + "A2"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def private_key(name: str) -> PrivateKey:
    return keys.private_key(hashlib.sha256(f"forged key of {name}".encode()).digest())


def party(name: str) -> str:
    return f"urn:chiptrail:party:{name}"


LOG = private_key("log")
VKEY = encode_vkey(ORIGIN, LOG.public)
VERIFIER = parse_vkey(VKEY)


@dataclass(frozen=True)
class Row:
    """One entry, and what may be shown beside it."""

    envelope: Envelope
    at: datetime
    signer: PrivateKey
    lists: dict[str, ItemList]
    disclosures: tuple[str, ...]


class Forger:
    """The log so far. Names are of parties; each has one key, of that name unless said."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.hashes: list[bytes] = []
        self.now = BEGINNING
        self._nonce = 0

    @classmethod
    def begun(cls) -> "Forger":
        """Genesis, operator, and ``fab``, a maker with the range of ``CHIPS``."""
        forger = cls()
        forger.genesis()
        forger.enroll("operator", roles=["operator"])
        forger.enroll("fab", roles=["maker"], itemPrefixes=[CHIPS])
        return forger

    # What is said ------------------------------------------------------------------------------

    def genesis(self, **changes: Any) -> int:
        fields = {
            "origin": ORIGIN,
            "logKey": VKEY,
            "registrarKey": encode_base64(private_key("registrar").public.raw),
        }
        return self.statement("genesis", **{"chiptrail:after": None, **fields, **changes})

    def enroll(self, name: str, key: PrivateKey | None = None, **subject: Any) -> int:
        self.party(name, **subject)
        return self.key(name, key or private_key(name))

    def party(self, name: str, **subject: Any) -> int:
        given = {"id": party(name), "names": [name.title()], "roles": [], **subject}
        return self.statement("party", subject=given)

    def key(self, name: str, key: PrivateKey, **changes: Any) -> int:
        message = keys.key_proof_message(ORIGIN, party(name), key.public.keyid)
        proof = encode_base64(key.sign(message))
        public = encode_base64(key.public.raw)
        fields = {"subject": party(name), "publicKey": public, "proof": proof}
        return self.statement("key", **{**fields, **changes})

    def statement(
        self,
        kind: str,
        signer: str = "registrar",
        key: PrivateKey | None = None,
        hint: str | None = None,
        **fields: Any,
    ) -> int:
        said = {
            "statement": kind,
            **self._preamble(signer),
            "id": f"urn:uuid:00000000-0000-4000-8000-{len(self.rows):012}",
            "issuedAt": format_time(self.now),
            **fields,
        }
        return self.append(said, PayloadType.STATEMENT, key or private_key(signer), hint=hint)

    def event(
        self,
        who: str,
        items: Sequence[str],
        step: str,
        *,
        key: PrivateKey | None = None,
        hint: str | None = None,
        withheld: dict[str, Any] | None = None,
        **body: Any,
    ) -> int:
        """An ObjectEvent on *items*, or an AggregationEvent if it has a ``parentID``."""
        field = "childEPCs" if "parentID" in body else "epcList"
        lists = {field: ItemList(self._fresh(32), tuple(items))} if len(items) > 1 else {}
        committed = [disclosure.commit_items(field, g.ids, g.seed) for g in lists.values()]
        disclosures = [
            disclosure.make_disclosure(self._fresh(16), name, value)
            for name, value in (withheld or {}).items()
        ]
        said = {
            "@context": [GS1_CONTEXT, {"chiptrail": NAMESPACE}],
            "type": "AggregationEvent" if "parentID" in body else "ObjectEvent",
            "eventID": self.event_id(len(self.rows)),
            "eventTime": format_time(self.now),
            "eventTimeZoneOffset": "+00:00",
            "action": "OBSERVE",
            "bizStep": step,
            field: list(map(disclosure.items_uri, committed)) or list(items),
            **self._preamble(who),
            **body,
        }
        if withheld:
            digests = map(disclosure.digest_of, disclosures)
            said["chiptrail:commitments"] = dict(zip(withheld, digests, strict=True))
        who_key = key or private_key(who)
        kind = PayloadType.EVENT
        return self.append(said, kind, who_key, lists, tuple(disclosures), hint=hint)

    def correct(self, who: str, target: int, *instead: int) -> int:
        """*who* declares *target* wrong; the events *instead*, also of the future, replace it."""
        row = self.rows[target]
        error = {
            "declarationTime": format_time(self.now),
            "correctiveEventIDs": [self.event_id(index) for index in instead],
            "chiptrail:corrects": self.identity(target).hex(),
            "chiptrail:nonce": self._fresh(16).hex()[:24],
            "chiptrail:after": self.note(),
        }
        wrong = strict_json.load_object(row.envelope.payload)
        said = {**wrong, "chiptrail:party": party(who), "errorDeclaration": error}
        return self.append(said, PayloadType.EVENT, private_key(who), row.lists)

    def identity(self, index: int) -> bytes:
        """SHA-256(PAE) of the entry."""
        envelope = self.rows[index].envelope
        return dsse.identity_of(envelope.payload_type, envelope.payload)

    @staticmethod
    def event_id(index: int) -> str:
        return f"urn:uuid:00000000-0000-4000-9000-{index:012}"

    def _preamble(self, who: str) -> dict[str, Any]:
        return {
            "chiptrail:ledger": ORIGIN,
            "chiptrail:party": party(who),
            "chiptrail:nonce": self._fresh(16).hex()[:24],
            "chiptrail:after": self.note() if self.rows else None,
        }

    def _fresh(self, size: int) -> bytes:
        self._nonce += 1
        return hashlib.shake_256(b"%d" % self._nonce).digest(size)

    def append(  # noqa: PLR0917 - a row and what goes with it
        self,
        said: dict[str, Any],
        kind: PayloadType,
        key: PrivateKey,
        lists: dict[str, ItemList] | None = None,
        disclosures: tuple[str, ...] = (),
        hint: str | None = None,
    ) -> int:
        """Sign *said*, whatever it is, and put it into the log; gives its index.

        *hint* is the keyid in the envelope, instead of that of *key*, which signs.
        """
        payload = strict_json.dump({n: v for n, v in said.items() if v is not None})
        envelope = dsse.sign(payload, kind, key)
        envelope = replace(envelope, keyid=hint or envelope.keyid)
        row = Row(envelope, self.now, key, lists or {}, disclosures)
        self.rows.append(row)
        self.hashes.append(merkle.leaf_hash(self._leaf(row)))
        self.now += timedelta(minutes=1)
        return len(self.rows) - 1

    @staticmethod
    def _leaf(row: Row) -> bytes:
        at_ms = (row.at - EPOCH) // timedelta(milliseconds=1)
        e = row.envelope
        return leaf.leaf_record(
            at_ms, row.signer.public.raw, e.payload_type, e.payload, e.signature
        )

    def note(self, size: int | None = None, key: PrivateKey = LOG, origin: str = ORIGIN) -> str:
        """The signed head of the first *size* entries."""
        hashes = self.hashes[:size]
        head = Checkpoint(origin, len(hashes), merkle.root_of(hashes))
        return sign_checkpoint(head, key).decode()

    # What is shown -----------------------------------------------------------------------------

    def entry(self, index: int, shown: Sequence[str] = (CHIP,)) -> OpenEntry:
        row = self.rows[index]
        path = tuple(merkle.inclusion_path(self.hashes, index))
        items = {f: self._proofs(f, given, shown) for f, given in row.lists.items()}
        items = {field: proofs for field, proofs in items.items() if proofs}
        return OpenEntry(index, row.at, row.envelope, path, items, row.disclosures)

    @staticmethod
    def _proofs(field: str, given: ItemList, shown: Sequence[str]) -> tuple[ItemProof, ...]:
        return tuple(disclosure.item_proof(field, given, i) for i in given.ids if i in shown)

    def withheld(self, index: int) -> WithheldEntry:
        path = tuple(merkle.inclusion_path(self.hashes, index))
        return WithheldEntry(index, self._leaf(self.rows[index]), path)

    def heads(self) -> tuple[BundledHead, ...]:
        """The head before each entry but the genesis, which is what each signer held."""
        return tuple(
            BundledHead(self.note(size).encode(), tuple(consistency_path(self.hashes, size)))
            for size in range(1, len(self.rows))
        )

    def contents(self) -> Contents:
        entries: tuple[Entry, ...] = tuple(map(self.entry, range(len(self.rows))))
        return Contents(self.note().encode(), self.heads(), load_pack(), entries)

    def bundle(
        self,
        *,
        contents: Callable[[Contents], Contents] = lambda same: same,
        statement: dict[str, Any] | None = None,
        after: Callable[[Bundle], Bundle] = lambda same: same,
        signer: PrivateKey | None = None,
        kind: PayloadType = PayloadType.BUNDLE,
    ) -> bytes:
        """The bundle of ``CHIP``, bent before (*contents*, *statement*) or *after* the signing."""
        shown = contents(self.contents())
        said = BundleStatement(
            subjects=(CHIP,),
            as_of=self.now,
            origin=ORIGIN,
            size=len(self.rows),
            root=merkle.root_of(self.hashes),
            indexes=tuple(entry.index for entry in shown.entries),
            containers=(),
            unproven=(),
            contents_sha256=hashlib.sha256(encode_contents(shown)).digest(),
            rule_pack_sha256=hashlib.sha256(shown.rule_pack).digest(),
            findings=(),
        )
        payload = encode_bundle_statement(replace(said, **(statement or {})))
        envelope = dsse.sign(payload, kind, signer or private_key("operator"))
        return encode_bundle(after(Bundle(envelope, shown)))
