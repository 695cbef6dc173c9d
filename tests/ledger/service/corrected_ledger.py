"""Histories of ``tests.ledger.corrected_histories`` in a real ledger, and what it makes of them.

desk = Desk(tmp_path)
history = desk.tell(rng)                 # signed and captured, in batches as its times go on
desk.compare(history)                    # every projection with the model's
"""

import hashlib
from itertools import groupby

from ledger import disclosure, dsse
from ledger.act import ActKind as K
from ledger.custody import Needs
from ledger.facts import FactsOf
from ledger.service.capture import Receipt, capture
from ledger.store import items
from schemas import strict_json
from schemas.envelope import ItemList, PayloadType, Submission, encode_submission
from schemas.formats import encode_base64url, format_time
from schemas.statement import Concurrence, Role
from tests.ledger.corrected_histories import PARTIES, History
from tests.world import BIZ_STEP, DISPOSITION, World

FIELDS = {"ObjectEvent": "epcList", "TransformationEvent": "inputEPCList"}
PREFIXES = {"c": "urn:chiptrail:chip:acme:x1:", "o": "urn:chiptrail:chip:rival:x1:"}
SHAPES = {
    K.COMMISSION: ("ObjectEvent", "ADD", "commissioning"),
    K.REGISTER: ("ObjectEvent", "ADD", BIZ_STEP + "registering"),
    K.SHIP: ("ObjectEvent", "OBSERVE", "shipping"),
    K.CARRY: ("ObjectEvent", "OBSERVE", "departing"),
    K.RECEIVE: ("ObjectEvent", "OBSERVE", "receiving"),
    K.REFUSE: ("ObjectEvent", "OBSERVE", BIZ_STEP + "refusing"),
    K.VOID: ("ObjectEvent", "OBSERVE", "void_shipping"),
    K.DECLARE: ("ObjectEvent", "OBSERVE", "storing"),
    K.INSPECT: ("ObjectEvent", "OBSERVE", "inspecting"),
    K.REPORT: ("ObjectEvent", "OBSERVE", BIZ_STEP + "reporting"),
    K.CLEAR: ("ObjectEvent", "OBSERVE", BIZ_STEP + "reporting"),
    K.DESTROY: ("ObjectEvent", "DELETE", "destroying"),
    K.DECOMMISSION: ("ObjectEvent", "DELETE", "decommissioning"),
    K.RECORD: ("ObjectEvent", "OBSERVE", "assembling"),
    K.DELIVER: ("ObjectEvent", "OBSERVE", BIZ_STEP + "delivering"),
    K.TRANSFER: ("ObjectEvent", "OBSERVE", BIZ_STEP + "transferring"),
    K.ACCEPT: ("ObjectEvent", "OBSERVE", "accepting"),
    K.DETAIN: ("ObjectEvent", "OBSERVE", "holding"),
    K.SEIZE: ("ObjectEvent", "OBSERVE", "holding"),
    K.RELEASE: ("ObjectEvent", "OBSERVE", "holding"),
    K.TRANSFORM: ("TransformationEvent", None, "assembling"),
    K.PACK: ("AggregationEvent", "ADD", "packing"),
    K.UNPACK: ("AggregationEvent", "DELETE", "unpacking"),
    K.INSTALL: ("AssociationEvent", "ADD", "installing"),
    K.REMOVE: ("AssociationEvent", "DELETE", "removing"),
}


class Desk:
    def __init__(self, path, url=None):
        self.world = World(path, checking=False, url=url)
        for name in PARTIES:
            roles = {"maker": [Role.MAKER], "rival": [Role.MAKER], "customs": [Role.INSPECTOR]}
            own = {"maker": [PREFIXES["c"]], "rival": [PREFIXES["o"]]}
            self.world.enroll(name, *roles.get(name, []), prefixes=own.get(name, []))
        acts = ("ship", "receive", "pack", "unpack", "carry")
        self.world.mandate("buyer", "carrier", *acts, days=365_000)  # time goes by in histories
        self.count = 0
        self.corrections = 0
        self.payloads, self.identities = {}, {}
        self.after = self.world.ledger.note().decode()

    # Telling -------------------------------------------------------------------------------------

    def tell(self, rng, most=24):
        """One history, captured in batches."""
        history = self.make(rng, most)
        for at, some in groupby(history.entries, key=lambda said: said.recorded_at):
            self.world.now = at
            self.capture([self.submission(said) for said in some])
        self.corrections += len(history.model.corrections)
        return history

    def make(self, rng, most=24):
        """One history, to be captured; its things are named after it."""
        self.count += 1
        ledger, number = self.world.ledger, self.count
        self.world.advance(hours=1)
        facts = FactsOf(ledger.registry, ledger.pack).on(self.world.now)
        return History(
            rng, facts, lambda name: f"{PREFIXES.get(name[0], 'urn:box:')}{name}-{number}",
            start=ledger.head.size, begin=self.world.now, most=most,
        )  # fmt: skip

    def capture(self, submissions):
        data = [encode_submission(one) for one in submissions]
        for outcome in capture(self.world.ledger, data, actor="test"):
            assert isinstance(outcome, Receipt), outcome

    def submission(self, said):
        if said.concurs is not None:
            identity = self.identities[said.concurs]
            return self.world.statement(said.party, Concurrence, correction=identity)
        body, lists = self.event(said) if said.target is None else self.error(said)
        payload = strict_json.dump(body)
        self.payloads[said.index] = body, lists
        self.identities[said.index] = dsse.identity_of(PayloadType.EVENT, payload)
        key = self.world.keys[said.act.actor]
        return Submission(dsse.sign(payload, PayloadType.EVENT, key), lists, ())

    def error(self, said):
        """The event that is wrong, again; somebody else's cannot be signed as such."""
        act, (body, lists) = said.act, self.payloads[said.target]
        body = {name: value for name, value in body.items() if name != "errorDeclaration"}
        return {**body, "chiptrail:party": act.actor, "errorDeclaration": {
            "declarationTime": format_time(said.recorded_at),
            "correctiveEventIDs": list(act.correctives),
            "chiptrail:corrects": self.identities[said.target].hex(),
            "chiptrail:nonce": self.nonce(said),
            "chiptrail:after": self.after,
        }}, lists  # fmt: skip

    def event(self, said):
        act = said.act
        kind, action, step = SHAPES[act.kind]
        field = FIELDS.get(kind, "childEPCs")
        body = self.world._preamble(act.actor, kind, act.event_at) | {
            "eventID": act.event_id,
            **({} if action is None else {"action": action}),
            "bizStep": step,
            "chiptrail:nonce": self.nonce(said),
            "chiptrail:after": self.after,
        }
        body |= self.particulars(act)
        return body, self.listed(body, field, act.items)

    def nonce(self, said):
        return encode_base64url(hashlib.sha256(f"{said.index}".encode()).digest()[:16])

    def listed(self, body, field, ids):
        body[field] = list(ids)
        if len(ids) < 2:
            return {}
        given = ItemList(hashlib.sha256(repr(body).encode()).digest(), tuple(ids))
        body[field] = [disclosure.items_uri(disclosure.commit_items(field, ids, given.seed))]
        return {field: given}

    def particulars(self, act):
        more = {}
        if act.parent is not None:
            more["parentID"] = act.parent
        ends = {"possessing_party": act.counterparty, "owning_party": act.owner}
        ends["urn:chiptrail:sdt:end_user"] = act.user
        named = [{"type": kind, "destination": who} for kind, who in ends.items() if who]
        if named:
            more["destinationList"] = named
        if act.principal is not None:
            more["chiptrail:onBehalfOf"] = act.principal
        if act.outputs:
            more["outputEPCList"] = list(act.outputs)
        if act.evidence:
            paper = {"name": "stamp", "mediaType": "image/png", "sha256": "0" * 64, "size": 1}
            more["chiptrail:evidence"] = [paper]
        if act.via:
            more["chiptrail:via"] = list(act.via)
        if act.final:
            more["chiptrail:final"] = True
        words = {"set": act.status_set, "unset": act.status_unset}
        own = {word: DISPOSITION + word for word in ("lost", "detained", "seized")}
        spelled = {"stolen": "stolen", **own}
        said = {name: [spelled[w] for w in some] for name, some in words.items() if some}
        if said:
            more["persistentDisposition"] = said
        if act.condition:
            more["disposition"] = next(iter(act.condition))
        return more

    # Comparing -----------------------------------------------------------------------------------

    def compare(self, history):
        """What is stored of the history is what the model makes of all of it anew."""
        model = history.model
        folded = model.now()
        with self.world.ledger.database.reading() as connection:
            stored = Stored(connection, history)
        assert stored.states == dict(folded.holdings.states)
        assert stored.stays == folded.stays
        assert stored.received == folded.received
        assert stored.found == folded.found(model.acts)
        assert stored.closed == folded.closed(model.acts) | model.settled
        assert stored.counts == set(folded.steps)
        for index, named in folded.bears.items():
            settled = stored.settles.get(index, set())
            assert stored.bears[index] - settled == named - settled, index
        assert stored.corrections == {
            number: (made["target"], made["taken"], made["open"])
            for number, made in model.corrections.items()
        }
        assert stored.settled == set(model.closings)
        assert stored.waits == {m["open"] for m in model.corrections.values()} - {None}


class Stored:
    """The projections of one history, in the words of the model."""

    def __init__(self, connection, history):
        self.acts, self.first = history.model.acts, history.start
        holdings, self.ids = items.load_holdings(
            connection, Needs(frozenset(history.items), frozenset())
        )
        self.names = {number: item for item, number in self.ids.items()}
        self.states = dict(holdings.states)

        def rows(query):
            return connection.exec_driver_sql(query.format(first=self.first)).all()

        events = rows("SELECT idx, ordinal, corrected_by FROM event WHERE idx >= {first}")
        self.index_at = {(i << 16 if at is None else at): i for i, at, _ in events}
        self.counts = {
            i for i, _, by in events if by is None and self.acts[i].kind is not K.CORRECT
        }
        self.received = {
            (shipment, index, bool(final)): count
            for shipment, index, final, count in rows(
                "SELECT shipment, idx, is_final, items FROM receipt WHERE idx >= {first}")
        }  # fmt: skip
        self.corrections = {
            row[0]: tuple(row[1:]) for row in rows("SELECT * FROM correction WHERE idx >= {first}")
        }
        self.read_findings(rows)
        self.read_bearings(rows)

    def read_findings(self, rows):
        self.found, waits, self.closed, self.settled = set(), set(), set(), set()
        self.settles = {}  # what an entry bears on only because a correction waited there
        for index, code, message, on_items, listed, cites in rows(
            "SELECT idx, code, message, on_items, items, cites FROM finding WHERE idx >= {first}"
        ):
            if code == "correction/open":
                waits |= {index} if on_items else set()
                continue
            named = tuple(listed.split()) if listed else self.acts[index].items or (None,)
            cited = tuple(map(int, cites.split())) if cites else ()
            self.found |= {(index, i, code, message, cited, bool(on_items)) for i in named}
        for index, code, listed, entry in rows(
            "SELECT idx, code, items, entry FROM closing WHERE idx >= {first}"
        ):
            if code == "correction/open":
                self.settled.add((entry, index))
                self.settles.setdefault(index, set()).update(listed.split())
                continue
            named = tuple(listed.split()) if listed else self.acts[index].items
            if entry is not None:
                self.settles.setdefault(index, set()).update(named)
            self.closed |= {(index, i, code, entry) for i in named}
        self.waits = waits - {entry for entry, _ in self.settled}

    def read_bearings(self, rows):
        self.stays, self.bears = {}, {index: set() for index in self.counts}
        wanted = ", ".join(map(str, self.names))
        for item, start, stop, parent in rows(
            f"SELECT item, start, stop, parent FROM containment WHERE item IN ({wanted})"
        ):
            ended = None if stop is None else self.index_at[stop]
            self.stays[self.names[item], self.index_at[start]] = (ended, self.names[parent])
        for item, ordinal, index in rows(
            "SELECT item, ordinal, coalesce(idx, ordinal >> 16) FROM item_event"
            f" WHERE item IN ({wanted})"
        ):
            if index in self.counts:
                stands = self.index_at.get(ordinal) == index
                assert stands or self.names[item] in self.settles.get(index, ())
                self.bears[index].add(self.names[item])
