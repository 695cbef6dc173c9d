"""A world to tell histories in: a ledger in a temporary directory, and the parties around it.

Every step is really signed and goes through the real services; after each one the ``Oracle``
verifies everything anew from entry 0. Nothing depends on the day or on chance: keys, nonces and
seeds follow from the world's *seed*, and its clock moves a minute with every step::

    world = World(tmp_path)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("shop")
    chips = world.chips(3)
    world.commission("fab", chips)
    shipped = world.ship("fab", chips, to="shop", due_in=timedelta(days=3))
    world.advance(days=1)
    world.receive("shop", chips[:2], final=True)
    bundle = make_bundle(world.ledger, chips)

A step gives its ``Receipt``; a refusal is raised. ``event`` makes any other event.
"""

import copy
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ledger import disclosure, dsse, keys
from ledger.keys import PrivateKey
from ledger.service.capture import Receipt, capture
from ledger.service.clock import Clock
from ledger.service.enrolment import Registrar
from ledger.service.founding import Foundation, found
from ledger.service.ledger import Ledger
from ledger.service.rows import load_item_lists
from ledger.store import log
from ledger.store.files import DataDirectory
from ledger.store.log import EntryRow
from schemas import strict_json
from schemas.context import GS1_CONTEXT, NAMESPACE
from schemas.envelope import (
    ItemList,
    PayloadType,
    Submission,
    encode_submission,
    envelope_to_json,
)
from schemas.errors import ChiptrailError
from schemas.event import parse_event
from schemas.formats import encode_base64url, format_time
from schemas.statement import (
    Concurrence,
    Erasure,
    Grant,
    KeyStatement,
    Landmark,
    Licence,
    LicenceKind,
    MandateStatement,
    PartyStatement,
    Resolution,
    Role,
    Statement,
    Subject,
    draft_of,
)
from schemas.transcript import Transcript, encode_transcript
from tests.databases import Files
from tests.oracle import Oracle

ORIGIN = "ledger.example/world"
CHIPS = "urn:chiptrail:chip:acme:x1:"
BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BIZ_STEP = "urn:chiptrail:bizstep:"
DISPOSITION = "urn:chiptrail:disp:"


def party(name: str) -> str:
    """The party id of *name*; an id is itself."""
    return name if ":" in name else f"urn:chiptrail:party:{name}"


def _ends(**ends: str | None) -> list[dict[str, str]]:
    """The ``destinationList`` that names who is to have, own or use the goods."""
    own_words = {"end_user": "urn:chiptrail:sdt:end_user"}
    return [
        {"type": own_words.get(kind, kind), "destination": party(name)}
        for kind, name in ends.items()
        if name is not None
    ]


class Chance:
    """Bytes that look random and follow from *seed*."""

    def __init__(self, seed: str) -> None:
        self._seed, self._count = seed, -1

    def __call__(self, size: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(f"{self._seed}/{self._count}".encode()).digest(size)


class World:
    """One ledger, its registrar and its parties. *now* is the time of the next step.

    Its database is the one at *url*, else a SQLite file in *path*.
    """

    def __init__(
        self, path: Path, seed: str = "world", *, checking: bool = True, url: str | None = None
    ) -> None:
        self.now = BEGINNING
        self.fresh = Chance(seed)
        self.registrar = self.key("registrar")
        self.keys: dict[str, PrivateKey] = {party("registrar"): self.registrar}
        foundation = Foundation(ORIGIN, party("registrar"), self.registrar)
        self.directory = DataDirectory(path / "data")
        self.url = url
        if url is None and not self.directory.database.exists():
            self.directory.create()
            self.directory.database.write_bytes(Files.template())  # making it anew takes as long
        self.ledger: Ledger = found(
            self.directory, foundation, url=url, clock=self._clock(), fresh=self.fresh
        )
        self.clerk = Registrar(self.ledger, self.registrar, self.fresh)
        self.oracle = Oracle(self.directory.path, url)
        self._checking = checking
        self._done()

    def remembered(self) -> "World":
        """This world as it is now but for its ledger, for ``resumed``."""
        other = copy.copy(self)
        other.keys, other.fresh = dict(self.keys), copy.copy(self.fresh)
        other.oracle = self.oracle.moved(self.directory.path, self.url)
        del other.ledger, other.clerk
        return other

    def resumed(self, directory: DataDirectory, url: str | None) -> "World":
        """The world that was remembered, with the copy of its ledger in *directory* and *url*."""
        other = copy.copy(self)
        other.keys, other.fresh = dict(self.keys), copy.copy(self.fresh)
        other.directory, other.url = directory, url
        other.oracle = self.oracle.moved(directory.path, url)
        other.ledger = Ledger.open(directory, url, other._clock())
        other.ledger.scrubbed = True  # as that was which wrote what is stored
        other.clerk = Registrar(other.ledger, other.registrar, other.fresh)
        return other

    # Time and proof -----------------------------------------------------------------------------

    def check(self) -> None:
        """Verify everything from entry 0, and that nothing seen before has changed."""
        self.oracle.check()

    def advance(self, **time: float) -> None:
        """Let *time* go by: ``advance(days=3)``."""
        self.now += timedelta(**time)

    def _clock(self) -> Clock:
        return Clock(wall=self._seconds, monotonic=self._seconds)

    def _seconds(self) -> float:
        return self.now.timestamp()

    def _done(self) -> None:
        self.advance(minutes=1)
        if self._checking:
            self.check()

    # Parties ------------------------------------------------------------------------------------

    def key(self, name: str) -> PrivateKey:
        """The key that *name* always has in a world."""
        return keys.private_key(hashlib.sha256(f"key of {name}".encode()).digest())

    def enroll(self, name: str, *roles: Role, prefixes: Sequence[str] = ()) -> str:
        """Enrol the party and its key; gives its party id."""
        subject = Subject(party(name), (name.title(),), roles, tuple(prefixes))
        self.clerk.enroll_party(subject)
        self._done()
        self.enroll_key(name, self.key(name))
        return party(name)

    def enroll_all(self, cast: Mapping[str, Sequence[Role]]) -> None:
        """Enrol each name of *cast* with its roles; who makes chips may number them ``CHIPS``."""
        submissions = []
        for name, roles in cast.items():
            key, prefixes = self.key(name), (CHIPS,) if Role.MAKER in roles else ()
            proof = key.sign(keys.key_proof_message(ORIGIN, party(name), key.public.keyid))
            subject = Subject(party(name), (name.title(),), tuple(roles), prefixes)
            submissions += [
                self.statement("registrar", PartyStatement, subject=subject),
                self.statement(
                    "registrar", KeyStatement,
                    subject=party(name), public_key=key.public.raw, proof=proof, endorsement=None,
                ),
            ]  # fmt: skip
            self.keys[party(name)] = key
        capture(self.ledger, list(map(encode_submission, submissions)), actor="world")
        self._done()

    def enroll_key(self, name: str, key: PrivateKey) -> Receipt:
        """Enrol *key* for a party that is enrolled; it signs with it from now on."""
        message = keys.key_proof_message(ORIGIN, party(name), key.public.keyid)
        receipt = self.clerk.enroll_key(party(name), key.public.raw, key.sign(message))
        self.keys[party(name)] = key
        self._done()
        return receipt

    def measured(self, name: str, ms: float) -> dict[str, Any]:
        """What the landmark in Oslo, named if need be, signs now of the party's key."""
        mark = self.key("landmark")
        if mark.public.keyid not in self.ledger.registry.marks:
            where = {"latitude": 59.91, "longitude": 10.75, "country": "NO"}
            self.say("registrar", Landmark, name="Oslo 1", public_key=mark.public.raw, **where)
        said = Transcript(
            ledger=ORIGIN, answered_by=self.keys[party(name)].public.keyid, starts_at=self.now,
            ends_at=self.now, round_trips=20, min_round_trip_ms=ms,
        )  # fmt: skip
        signed = dsse.sign(encode_transcript(said), PayloadType.TRANSCRIPT, mark)
        return {"chiptrail:transcripts": [envelope_to_json(signed)]}

    def revoke(self, name: str) -> Receipt:
        """Revoke the key with which the party signs."""
        receipt = self.clerk.revoke_key(self.keys[party(name)].public.keyid, "laptop stolen")
        self._done()
        return receipt

    def chips(self, count: int, start: int = 1) -> list[str]:
        """Ids of chips in the range of ``CHIPS``."""
        return [f"{CHIPS}A{number:04}" for number in range(start, start + count)]

    # Acts ---------------------------------------------------------------------------------------

    def commission(self, who: str, items: Sequence[str], **more: Any) -> Receipt:
        return self.object_event(who, "ADD", "commissioning", items, **more)

    def register(self, who: str, items: Sequence[str], **more: Any) -> Receipt:
        return self.object_event(who, "ADD", BIZ_STEP + "registering", items, **more)

    def ship(
        self,
        who: str,
        items: Sequence[str],
        *,
        to: str,
        via: Sequence[str] = (),
        due_in: timedelta | None = None,
        owner: str | None = None,
        user: str | None = None,
        **more: Any,
    ) -> Receipt:
        more["destinationList"] = _ends(possessing_party=to, owning_party=owner, end_user=user)
        if via:
            more["chiptrail:via"] = [party(name) for name in via]
        if due_in is not None:
            more["chiptrail:dueBy"] = format_time(self.now + due_in)
        return self.object_event(
            who, "OBSERVE", "shipping", items, disposition="in_transit", **more
        )

    def depart(self, who: str, items: Sequence[str], **more: Any) -> Receipt:
        return self.object_event(who, "OBSERVE", "departing", items, **more)

    def carry(self, who: str, items: Sequence[str], step: str, **more: Any) -> Receipt:
        """*step* is ``loading``, ``transporting`` or ``arriving``."""
        return self.object_event(who, "OBSERVE", step, items, **more)

    def receive(
        self, who: str, items: Sequence[str], *, final: bool = False, **more: Any
    ) -> Receipt:
        if final:
            more["chiptrail:final"] = True
        return self.object_event(who, "OBSERVE", "receiving", items, **more)

    def refuse(self, who: str, items: Sequence[str], **more: Any) -> Receipt:
        return self.object_event(who, "OBSERVE", BIZ_STEP + "refusing", items, **more)

    def void(self, who: str, items: Sequence[str], **more: Any) -> Receipt:
        return self.object_event(who, "OBSERVE", "void_shipping", items, **more)

    def declare(self, who: str, items: Sequence[str], **more: Any) -> Receipt:
        return self.object_event(who, "OBSERVE", "storing", items, **more)

    def inspect(self, who: str, items: Sequence[str], found: str, **more: Any) -> Receipt:
        return self.object_event(who, "OBSERVE", "inspecting", items, disposition=found, **more)

    def report(self, who: str, items: Sequence[str], status: str, **more: Any) -> Receipt:
        """*status* is ``stolen``, or ``lost`` or ``tampered`` with ``DISPOSITION`` before it."""
        more["persistentDisposition"] = {"set": [status]}
        return self.object_event(who, "OBSERVE", BIZ_STEP + "reporting", items, **more)

    def clear(self, who: str, items: Sequence[str], status: str, **more: Any) -> Receipt:
        more["persistentDisposition"] = {"unset": [status]}
        return self.object_event(who, "OBSERVE", BIZ_STEP + "reporting", items, **more)

    def destroy(self, who: str, items: Sequence[str], **more: Any) -> Receipt:
        return self.object_event(who, "DELETE", "destroying", items, **more)

    def deliver(
        self, who: str, items: Sequence[str], *, to: str, proof: bool = True, **more: Any
    ) -> Receipt:
        """Hand over to a party that does not sign; *proof*: with the photograph of its stamp."""
        more["destinationList"] = _ends(possessing_party=to)
        if proof:
            photograph = {"name": "proof of delivery", "mediaType": "image/jpeg", "size": 40_960}
            more["chiptrail:evidence"] = [photograph | {"sha256": self.fresh(32).hex()}]
        return self.object_event(who, "OBSERVE", BIZ_STEP + "delivering", items, **more)

    def transfer(
        self,
        who: str,
        items: Sequence[str],
        *,
        owner: str | None = None,
        user: str | None = None,
        **more: Any,
    ) -> Receipt:
        """Offer them to a new *owner* or end *user*; they stay where they are."""
        more["destinationList"] = _ends(owning_party=owner, end_user=user)
        return self.object_event(who, "OBSERVE", BIZ_STEP + "transferring", items, **more)

    def accept(self, who: str, items: Sequence[str], **more: Any) -> Receipt:
        return self.object_event(who, "OBSERVE", "accepting", items, **more)

    def detain(self, who: str, items: Sequence[str], **more: Any) -> Receipt:
        return self._hold(who, items, "set", "detained", **more)

    def seize(self, who: str, items: Sequence[str], **more: Any) -> Receipt:
        return self._hold(who, items, "set", "seized", **more)

    def release(self, who: str, items: Sequence[str], *statuses: str, **more: Any) -> Receipt:
        """*statuses* are ``detained`` or ``seized``, or both."""
        return self._hold(who, items, "unset", *statuses, **more)

    def _hold(
        self, who: str, items: Sequence[str], verb: str, *statuses: str, **more: Any
    ) -> Receipt:
        more["persistentDisposition"] = {verb: [DISPOSITION + status for status in statuses]}
        return self.object_event(who, "OBSERVE", "holding", items, **more)

    def replace(self, who: str, item: str, **numbers: str) -> Receipt:
        """Give *item* new *numbers*, such as ``printedSerial`` or ``uuid``."""
        more = {"chiptrail:identities": [{"item": item, **numbers}]}
        return self.object_event(who, "OBSERVE", "replacing", [item], **more)

    def transform(
        self, who: str, inputs: Sequence[str], outputs: Sequence[str], **more: Any
    ) -> Receipt:
        lists = {"inputEPCList": inputs, "outputEPCList": outputs}
        return self.event(who, "TransformationEvent", lists, **more)

    def install(self, who: str, parent: str, items: Sequence[str], **more: Any) -> Receipt:
        return self.event(
            who, "AssociationEvent", {"childEPCs": items},
            action="ADD", bizStep="installing", parentID=parent, **more,
        )  # fmt: skip

    def remove(self, who: str, parent: str, items: Sequence[str] = (), **more: Any) -> Receipt:
        """Take *items* out of *parent*; none listed are all."""
        return self.event(
            who, "AssociationEvent", {"childEPCs": items},
            action="DELETE", bizStep="removing", parentID=parent, **more,
        )  # fmt: skip

    def pack(self, who: str, parent: str, items: Sequence[str], **more: Any) -> Receipt:
        return self.event(
            who, "AggregationEvent", {"childEPCs": items},
            action="ADD", bizStep="packing", parentID=parent, **more,
        )  # fmt: skip

    def unpack(self, who: str, parent: str, items: Sequence[str] = (), **more: Any) -> Receipt:
        """Take *items* out of *parent*; none listed are all."""
        return self.event(
            who, "AggregationEvent", {"childEPCs": items},
            action="DELETE", bizStep="unpacking", parentID=parent, **more,
        )  # fmt: skip

    def object_event(
        self, who: str, action: str, step: str, items: Sequence[str], **more: Any
    ) -> Receipt:
        """An ObjectEvent on *items*."""
        return self.event(
            who, "ObjectEvent", {"epcList": items}, action=action, bizStep=step, **more
        )

    # Statements ---------------------------------------------------------------------------------

    def mandate(self, principal: str, agent: str, *acts: str, days: float = 365) -> Receipt:
        """*agent* may sign *acts* for *principal* from now on; none take the last one back."""
        until = self.now + timedelta(days=days)
        return self.say(
            principal, MandateStatement,
            agent=party(agent), acts=acts, starts_at=self.now, ends_at=until,
        )  # fmt: skip

    def licence(self, who: str, number: str, *, days: float = 365, **more: Any) -> Receipt:
        """*who* holds it, if *more* does not say otherwise."""
        said: dict[str, Any] = {"holder": party(who), "regime": "EAR", "eccns": ("3A090",)}
        said |= {"kind": LicenceKind.LICENCE, "number": number, "starts_at": self.now}
        said |= {"ends_at": self.now + timedelta(days=days)}
        return self.say(who, Licence, **said | more)

    def grant(self, who: str, items: Sequence[str], *, to: str, **more: Any) -> Receipt:
        return self.say(who, Grant, grantee=party(to), items=tuple(items), **more)

    def concur(self, who: str, correction: Receipt) -> Receipt:
        return self.say(who, Concurrence, correction=correction.identity)

    def resolve(
        self, who: str, entry: Receipt, code: str, items: Sequence[str] = (), why: str = "seen"
    ) -> Receipt:
        """Settle what was found, as *code*, on *entry*; of all *items* if none are listed."""
        return self.say(
            who, Resolution, entry=entry.identity, code=code, reason=why, items=tuple(items)
        )

    def erase(self, who: str, entry: Receipt, *names: str) -> Receipt:
        """Erase what was disclosed of *entry*: the fields *names*, all if none are listed."""
        digests = parse_event(self._row(entry).payload).commitments
        named = tuple(digests[name] for name in names or digests)
        return self.say(who, Erasure, entry=entry.identity, digests=named, reason="asked to")

    def say(self, who: str, kind: type[Statement], /, **said: Any) -> Receipt:
        """Sign and capture a statement of *kind* that says *said*, by attribute."""
        return self.capture(self.statement(who, kind, **said))

    def statement(self, who: str, kind: type[Statement], /, **said: Any) -> Submission:
        """The same, signed and not captured."""
        clerk = Registrar(self.ledger, self.keys[party(who)], self.fresh)
        return clerk.signed(draft_of(kind, **said))

    # Events -------------------------------------------------------------------------------------

    def correct(
        self,
        who: str,
        wrong: Receipt,
        right: Receipt | Submission | None = None,
        why: str = "incorrect_data",
    ) -> Receipt:
        """Take back the entry of *wrong*; that of *right* takes its place, None for nothing.

        What is *right* may be captured later.
        """
        body = strict_json.load_object(self._row(wrong).payload)
        with self.ledger.database.reading() as connection:
            lists = load_item_lists(connection, [wrong.index]).get(wrong.index, {})
        ids = [] if right is None else [parse_event(self._payload(right)).event_id]
        body["errorDeclaration"] = {
            "declarationTime": format_time(self.now),
            "reason": why,
            "correctiveEventIDs": ids,
            "chiptrail:corrects": wrong.identity.hex(),
            "chiptrail:nonce": encode_base64url(self.fresh(16)),
            "chiptrail:after": self.ledger.note().decode(),
        }
        payload = strict_json.dump(body)
        envelope = dsse.sign(payload, PayloadType.EVENT, self.keys[party(who)])
        return self.capture(Submission(envelope, lists, ()))

    def _payload(self, entry: Receipt | Submission) -> bytes:
        if isinstance(entry, Submission):
            return entry.envelope.payload
        return self._row(entry).payload

    def _row(self, entry: Receipt) -> EntryRow:
        with self.ledger.database.reading() as connection:
            return log.load_entries_at(connection, [entry.index])[entry.index]

    def event(self, who: str, kind: str, lists: dict[str, Sequence[str]], **body: Any) -> Receipt:
        """Sign and capture one event; ``at`` in *body* is when it happened, else now."""
        return self.capture(self.submission(who, kind, lists, **body))

    def submission(
        self, who: str, kind: str, lists: dict[str, Sequence[str]], **body: Any
    ) -> Submission:
        """One signed event, whatever it says: what ``ledger.compose`` would refuse to sign too.

        Lists of two or more are committed, as our clients do, and what ``withheld`` names.
        """
        opened: dict[str, ItemList] = {}
        fields: dict[str, Any] = {}
        for field, ids in lists.items():
            fields[field] = list(ids)
            if len(ids) > 1:
                opened[field] = ItemList(self.fresh(32), tuple(ids))
                committed = disclosure.commit_items(field, ids, opened[field].seed)
                fields[field] = [disclosure.items_uri(committed)]
        disclosures = self._withhold(body)
        preamble = self._preamble(who, kind, body.pop("at", self.now))
        payload = strict_json.dump(preamble | fields | body)
        envelope = dsse.sign(payload, PayloadType.EVENT, self.keys[party(who)])
        return Submission(envelope, opened, disclosures)

    def _preamble(self, who: str, kind: str, at: datetime) -> dict[str, Any]:
        return {
            "@context": [GS1_CONTEXT, {"chiptrail": NAMESPACE}],
            "type": kind,
            "eventID": uuid.UUID(bytes=self.fresh(16), version=4).urn,
            "eventTime": format_time(at),
            "eventTimeZoneOffset": "+00:00",
            "chiptrail:ledger": ORIGIN,
            "chiptrail:party": party(who),
            "chiptrail:nonce": encode_base64url(self.fresh(16)),
            "chiptrail:after": self.ledger.note().decode(),
        }

    def _withhold(self, body: dict[str, Any]) -> tuple[str, ...]:
        """Take the fields that ``withheld`` in *body* names out of the open."""
        digests = {}
        disclosures = []
        for name in body.pop("withheld", ()):
            disclosures.append(disclosure.make_disclosure(self.fresh(16), name, body.pop(name)))
            digests[name] = disclosure.digest_of(disclosures[-1])
        if digests:
            body["chiptrail:commitments"] = digests
        return tuple(disclosures)

    def capture(self, submission: Submission) -> Receipt:
        """Capture one submission; a refusal is raised."""
        outcome = capture(self.ledger, [encode_submission(submission)], actor="world")[0]
        if isinstance(outcome, ChiptrailError):
            raise outcome
        self._done()
        return outcome
