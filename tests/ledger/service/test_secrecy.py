"""Nobody outside a view learns from any answer whether a serial exists, or what became of it.

Pairs of worlds that differ in hidden items alone are asked everything that the spy can ask, and
asked to dry-run everything that it can sign: the answers are the same bytes.
"""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import dsse
from ledger.service.answers import receipt_to_json
from ledger.service.bundling import make_bundle
from ledger.service.capture import Receipt, capture
from ledger.service.dossiers import check_to_json, dossier_to_json
from ledger.service.query import check, dossier, resolve
from ledger.service.rows import load_item_lists
from ledger.store.log import load_entries_at
from ledger.view import Reader
from schemas import strict_json
from schemas.bundle import OpenEntry, parse_bundle
from schemas.bundle_statement import parse_bundle_statement
from schemas.envelope import PayloadType, Submission, encode_submission, parse_submission
from schemas.errors import ChiptrailError, NotFound
from schemas.event import parse_event
from schemas.formats import encode_base64url
from schemas.statement import Concurrence, Role
from tests.world import BIZ_STEP, CHIPS, DISPOSITION, World, party

SPY = party("spy")
# Of these the spy sees nothing; the first pair does not exist in the other world.
HIDDEN, OTHER = ("A0001", "urn:tray:1"), ("A0002", "urn:tray:2")
CHIP, TRAY = CHIPS + HIDDEN[0], HIDDEN[1]
# It holds one, in a box of its own, and sold another.
OWN, PACKED, BOX, SOLD = "urn:own:1", "urn:own:2", "urn:box:1", "urn:sold:1"
WAYBILL = "urn:chiptrail:doc:awb:160-12345675"
# Whoever ships names the spy's licence, on which none but its pal may draw.
LICENCE = [{"regime": "EAR", "kind": "licence", "number": "D1"}]
BILL = {"bizTransactionList": [{"type": "bol", "bizTransaction": WAYBILL}]}

_ACTS = """commission register ship receive refuse void declare report destroy pack unpack
    pack-sold ship-tray receive-tray ship-sold number"""
# The number inside of what the spy holds, which others may give of what is hidden.
UUID = "GPU-1"
NUMBERS = "chiptrail:identities"
# What becomes of what is hidden, by who may and who may not: (party, act, whether of OTHER).
DEEDS = st.lists(
    st.tuples(st.sampled_from(["fab", "shop"]), st.sampled_from(_ACTS.split()), st.booleans()),
    max_size=9,
)


def deed(world: World, who: str, act: str, chip: str, tray: str) -> None:
    """One entry about *chip* or *tray*, or about what the spy has sold to the shop."""
    verb, _, what = act.partition("-")
    things = {"": chip, "tray": tray, "sold": SOLD}[what]
    if verb in ("pack", "unpack"):
        getattr(world, verb)(who, tray, [things])
    elif verb == "ship":
        to, more = "shop" if who == "fab" else "fab", {"chiptrail:authorisations": LICENCE}
        world.ship(who, [things], to=to, **BILL, **more)
    elif verb == "report":
        world.report(who, [things], "stolen")
    elif verb == "number":
        said = {"item": things, "uuid": UUID, "printedSerial": things[-5:]}
        world.register(who, [things], **{NUMBERS: [said], "withheld": [NUMBERS]})
    else:
        getattr(world, verb)(who, [things])


def world_of(path: Path, deeds, *, is_other: bool) -> World:
    """The world with *deeds*; those marked are about the other pair in the other world."""
    world = World(path, checking=False)
    cast = {"fab": [Role.MAKER], "shop": [], "spy": [], "pal": [], "customs": [Role.INSPECTOR]}
    world.enroll_all(cast)
    world.licence("customs", "D1", holder=SPY, drawers=(party("pal"),))
    world.note = world.ledger.note().decode()
    world.before = world.now
    world.register("spy", [OWN], **{NUMBERS: [{"item": OWN, "uuid": UUID}]})
    world.register("spy", [PACKED])
    world.pack("spy", BOX, [PACKED])
    world.register("spy", [SOLD])
    world.wrong = [
        world.declare("spy", [CHIP]),
        world.declare("spy", [TRAY, OWN]),
        world.ship("spy", [SOLD], to="shop", **BILL),
    ]
    world.receive("shop", [SOLD])
    for who, act, marked in deeds:
        serial, tray = OTHER if is_other and marked else HIDDEN
        deed(world, who, act, CHIPS + serial, tray)
    return world


# What the spy can ask -----------------------------------------------------------------------------

PROBES = [
    CHIP,
    HIDDEN[0],
    TRAY,
    OWN,
    BOX,
    SOLD,
    OTHER[0],
    OTHER[1],
    CHIPS + OTHER[0],
    UUID,
    "nothing",
]


def asked(world: World) -> Iterator[object]:
    """Every answer that the command line gives, as it is written."""
    reader, ledger, as_of = Reader(SPY), world.ledger, world.now
    yield resolve(ledger, PROBES, reader)
    for item in PROBES:
        yield dossier_to_json(dossier(ledger, item, reader=reader, as_of=as_of))
        yield proof(world, item, reader)
    for document in (None, WAYBILL):
        checked = check(ledger, [*PROBES, CHIP], document=document, reader=reader, as_of=as_of)
        yield [check_to_json(checked), checked.shipments, checked.presented]
        yield [[line.text, line.item, line.times, line.bearers] for line in checked.lines]


def proof(world: World, item: str, reader: Reader) -> object:
    """What a bundle says beside the hashes of the tree, which is another one."""
    try:
        bundle = parse_bundle(make_bundle(world.ledger, [item], reader=reader, as_of=world.now))
    except NotFound as exc:
        return str(exc)
    said = parse_bundle_statement(bundle.statement.payload)
    entries = bundle.contents.entries
    payloads = [e.envelope.payload.decode() for e in entries if isinstance(e, OpenEntry)]
    found = [repr(finding) for finding in said.findings]
    ends = [said.reader, said.horizon, said.size, str(said.as_of)]
    return [found, ends, list(said.indexes), list(said.containers), list(said.unproven), payloads]


# What the spy can sign ----------------------------------------------------------------------------

_TO = {"destinationList": [{"type": "possessing_party", "destination": party("pal")}]}
_SALE = {"destinationList": [{"type": "owning_party", "destination": party("pal")}]}
_PAPER = {"name": "a", "mediaType": "image/png", "size": 1, "sha256": "00" * 32}


def _persistent(verb: str, word: str) -> dict[str, object]:
    return {"persistentDisposition": {verb: [word]}}


OBSERVED = {
    "shipping": _TO,
    "departing": {},
    BIZ_STEP + "delivering": {**_TO, "chiptrail:evidence": [_PAPER]},
    "receiving": {},
    BIZ_STEP + "refusing": {},
    "void_shipping": {},
    BIZ_STEP + "transferring": _SALE,
    "accepting": {},
    "storing": {},
    "inspecting": {"disposition": "mismatch_instance"},
    "replacing": {"chiptrail:identities": []},
    "unheard_of": {},
}
SAID = [
    *[("OBSERVE", step, more) for step, more in OBSERVED.items()],
    ("OBSERVE", "holding", _persistent("set", DISPOSITION + "detained")),
    ("OBSERVE", "holding", _persistent("set", DISPOSITION + "seized")),
    ("OBSERVE", "holding", _persistent("unset", DISPOSITION + "seized")),
    ("OBSERVE", BIZ_STEP + "reporting", _persistent("set", "stolen")),
    ("OBSERVE", BIZ_STEP + "reporting", _persistent("unset", "stolen")),
    ("ADD", "commissioning", {}),
    ("ADD", BIZ_STEP + "registering", {}),
    ("DELETE", "destroying", {}),
    ("DELETE", "decommissioning", {}),
]
# Which of the things an act is about, and beside what it is in, or goes into.
ABOUT = [[CHIP], [TRAY], [OWN, CHIP], [SOLD]]
LOADS = [
    *[(TRAY, [OWN]), (TRAY, [PACKED]), (TRAY, [CHIP]), (TRAY, []), (OWN, [CHIP]), (SOLD, [])],
    *[(BOX, [OWN, CHIP]), (BOX, [TRAY]), (BOX, [])],
]


def drafts(world: World) -> Iterator[bytes]:
    """An event of every act there is on what is hidden, with a head that both worlds have.

    It is dated early, so that the item is found to be backdated if it takes effect.
    """
    said = {"chiptrail:after": world.note, "at": world.before}
    for action, step, more in SAID:
        for things in ABOUT:
            body = {**said, **more, "action": action, "bizStep": step}
            if "chiptrail:identities" in more:
                body["chiptrail:identities"] = [{"item": things[0], "printedSerial": "X"}]
            yield signed(world, "ObjectEvent", {"epcList": things}, body)
    for kind, verbs in (("AggregationEvent", "pack"), ("AssociationEvent", "install")):
        for parent, things in LOADS:
            body = {**said, "parentID": parent}
            putting = "packing" if verbs == "pack" else "installing"
            taking = "unpacking" if verbs == "pack" else "removing"
            if things:
                put = {**body, "action": "ADD", "bizStep": putting}
                yield signed(world, kind, {"childEPCs": things}, put)
            took = {**body, "action": "DELETE", "bizStep": taking}
            yield signed(world, kind, {"childEPCs": things}, took)
    for made in ({"inputEPCList": [CHIP], "outputEPCList": ["urn:a:1"]},
                 {"inputEPCList": [OWN], "outputEPCList": [CHIP]}):  # fmt: skip
        yield signed(world, "TransformationEvent", made, dict(said))


def signed(world: World, kind: str, lists: dict[str, list[str]], body: dict[str, object]) -> bytes:
    return encode_submission(world.submission("spy", kind, lists, **body))


def corrections(world: World) -> Iterator[list[bytes]]:
    """What takes back what the spy signed, and puts a claim on something hidden in its place."""
    register = {"action": "ADD", "bizStep": BIZ_STEP + "registering"}
    rights = [("ObjectEvent", {"epcList": [thing]}, register) for thing in (CHIP, TRAY)]
    packing = {"action": "ADD", "bizStep": "packing", "parentID": TRAY}
    rights.append(("AggregationEvent", {"childEPCs": [OWN]}, packing))
    shipping = {**_TO, "action": "OBSERVE", "bizStep": "shipping"}
    rights += [("ObjectEvent", {"epcList": [thing]}, shipping) for thing in (CHIP, OWN, SOLD)]
    for wrong in world.wrong:
        yield [declared_wrong(world, wrong, [])]
        for kind, lists, body in rights:
            said = {**body, "chiptrail:after": world.note, "at": world.before}
            right = world.submission("spy", kind, lists, **said)
            event_id = parse_event(right.envelope.payload).event_id
            yield [encode_submission(right), declared_wrong(world, wrong, [event_id])]


def declared_wrong(world: World, wrong: Receipt, correctives: list[str]) -> bytes:
    with world.ledger.database.reading() as connection:
        body = strict_json.load_object(
            load_entries_at(connection, [wrong.index])[wrong.index].payload
        )
        lists = load_item_lists(connection, [wrong.index]).get(wrong.index, {})
    body["errorDeclaration"] = {
        "declarationTime": body["eventTime"],
        "reason": "incorrect_data",
        "correctiveEventIDs": correctives,
        "chiptrail:corrects": wrong.identity.hex(),
        "chiptrail:nonce": encode_base64url(world.fresh(16)),
        "chiptrail:after": world.note,
    }
    envelope = dsse.sign(strict_json.dump(body), PayloadType.EVENT, world.keys[SPY])
    return encode_submission(Submission(envelope, lists, ()))


def agreed(world: World, batch: list[bytes]) -> list[object]:
    """What a dry run answers to the spy's agreement with its own correction, the last of *batch*.

    By itself, and behind it; what it signs has a head that the worlds do not share.
    """
    envelope = parse_submission(batch[-1]).envelope
    identity = dsse.identity_of(envelope.payload_type, envelope.payload)
    said = encode_submission(world.statement("spy", Concurrence, correction=identity))
    outcomes = [
        capture(world.ledger, some, actor="spy", dry_run=True)[-1]
        for some in ([said], [*batch, said])
    ]
    return [one.why_idle for one in outcomes if isinstance(one, Receipt)]


BEGINS = re.compile(b"commissioning|registering|packing|installing|Transformation")


def payload_of(submission: bytes) -> bytes:
    return parse_submission(submission).envelope.payload


def tried(world: World, submissions: list[bytes]) -> list[object]:
    """What a dry run of *submissions* answers."""
    outcomes = capture(world.ledger, submissions, actor="spy", dry_run=True)
    return [str(o) if isinstance(o, ChiptrailError) else receipt_to_json(o) for o in outcomes]


def answers(path: Path, deeds, order, *, is_other: bool) -> list[bytes]:
    world = world_of(path, deeds, is_other=is_other)
    said = list(asked(world))
    events = list(drafts(world))
    said += [tried(world, [event]) for event in events]
    batches = list(corrections(world))
    said += [tried(world, batch) for batch in batches]
    said += [agreed(world, batch) for batch in batches]
    begins = [n for n, event in enumerate(events) if BEGINS.search(payload_of(event))]
    for first, *rest in order:
        batch = [begins[first % len(begins)], *[n % len(events) for n in rest]]
        said.append(tried(world, [events[n] for n in batch]))
    return [strict_json.dump(one) for one in said]


@settings(max_examples=4)
@given(DEEDS, st.lists(st.lists(st.integers(0, 500), min_size=2, max_size=6), min_size=20))
def test_no_answer_tells_a_stranger_whether_a_serial_exists(deeds, order):
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        marked = [(who, act, True) for who, act, _ in deeds]
        first = answers(Path(one), marked, order, is_other=False)
        second = answers(Path(other), marked, order, is_other=True)

    assert first == second


@settings(max_examples=4)
@given(DEEDS)
def test_no_answer_tells_a_stranger_what_became_of_an_item(deeds):
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        first = answers(Path(one), deeds, [], is_other=False)
        second = answers(Path(other), deeds, [], is_other=True)

    assert first == second


def test_the_spy_sees_its_own(tmp_path):
    """Else the answers were the same for a dull reason."""
    world = world_of(tmp_path, [("fab", "commission", True)], is_other=False)
    found = {item: dossier(world.ledger, item, reader=Reader(SPY)) for item in (OWN, SOLD, CHIP)}

    assert [2, 3, 0] == [len(told.steps) for told in found.values()]
    assert len(list(drafts(world))) > 100


def test_what_an_inspector_is_told_differs(tmp_path):
    """Nor are they the same because nothing is ever told."""
    seen = []
    for is_other in (False, True):
        made = world_of(tmp_path / str(is_other), [("fab", "commission", True)], is_other=is_other)
        seen.append(
            dossier(made.ledger, CHIP, reader=Reader("c", frozenset({"inspector"}))).verdict
        )

    assert ["clear", "unknown"] == seen
