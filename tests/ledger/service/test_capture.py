"""Capture: refused input leaves no trace, what is recorded is recorded once, batches are one."""

import fcntl
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import disclosure, dsse, keys
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.evidence import Contradiction, verify_evidence
from ledger.service import capture as capture_module
from ledger.service.capture import Receipt, capture, capture_stream
from ledger.service.ledger import Ledger
from ledger.service.reading import open_tree
from ledger.store import files
from ledger.store.activity import iterate_activity
from schemas import strict_json
from schemas.authority import Grant
from schemas.envelope import (
    Envelope,
    ItemList,
    PayloadType,
    Submission,
    encode_submission,
    envelope_to_json,
)
from schemas.errors import CannotOpen, ReadOnly
from schemas.statement import KeyStatement, PartyStatement, Role, Subject, draft_of
from tests.openings import opened
from tests.world import CHIPS, World, party


def begin(made):
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.enroll("shop")


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, url=url)


def commission(world, items, **more):
    return world.submission(
        "fab", "ObjectEvent", {"epcList": items}, action="ADD", bizStep="commissioning", **more
    )


def resigned(world, submission, name="fab", **changes):
    """The same event with *changes*, signed again."""
    body = {**json.loads(submission.envelope.payload), **changes}
    body = {field: value for field, value in body.items() if value is not None}
    return signed(world, strict_json.dump(body), submission.lists, name)


def signed(world, payload, lists=None, name="fab", kind=PayloadType.EVENT):
    return Submission(dsse.sign(payload, kind, world.keys[party(name)]), lists or {}, ())


def send(world, *submissions, **more):
    data = [s if isinstance(s, bytes) else encode_submission(s) for s in submissions]
    return capture(world.ledger, data, actor="test", **more)


def codes(outcomes):
    return [201 if isinstance(o, Receipt) and o.created else getattr(o, "code", 200)
            for o in outcomes]  # fmt: skip


# Refusals ----------------------------------------------------------------------------------------


def refused(world, submission):
    """The code, after proof that nothing was written."""
    before = world.ledger.head
    outcome = send(world, submission)[0]
    world.check()
    assert before == world.ledger.head
    return outcome


def foreign_note(world):
    stranger = keys.private_key(b"s" * 32)
    return sign_checkpoint(Checkpoint(world.ledger.origin, 1, bytes(32)), stranger).decode()


REFUSALS = {
    "not JSON": (lambda w: b"{", "malformed-json"),
    "a duplicate key": (lambda w: b'{"payload":"","payload":""}', "malformed-json"),
    "a byte order mark": (lambda w: b"\xef\xbb\xbf{}", "malformed-json"),
    "no envelope": (lambda w: b"[]", "malformed-envelope"),
    "an event out of its envelope": (
        lambda w: commission(w, ["urn:a:b"]).envelope.payload, "malformed-envelope"),
    "a duplicate key in the payload": (
        lambda w: signed(w, b'{"type":"ObjectEvent","type":"ObjectEvent"}'), "malformed-json"),
    "no event": (lambda w: signed(w, b'{"type":"ObjectEvent"}'), "malformed-event"),
    "no statement": (
        lambda w: signed(w, b"{}", kind=PayloadType.STATEMENT), "malformed-statement"),
    "a bundle statement": (
        lambda w: signed(w, b"{}", kind=PayloadType.BUNDLE), "malformed-envelope"),
    "another ledger's event": (
        lambda w: resigned(w, commission(w, ["urn:a:b"]), **{"chiptrail:ledger": "other.example"}),
        "wrong-ledger"),
    "another party's event": (
        lambda w: resigned(w, commission(w, ["urn:a:b"]), "shop"), "foreign-party"),
    "no head before it": (
        lambda w: resigned(w, commission(w, ["urn:a:b"]), **{"chiptrail:after": None}),
        "malformed-event"),
    "a head that is no note": (
        lambda w: resigned(w, commission(w, ["urn:a:b"]), **{"chiptrail:after": "hello\n"}),
        "bad-after"),
    "a head signed by a stranger": (
        lambda w: resigned(w, commission(w, ["urn:a:b"]), **{"chiptrail:after": foreign_note(w)}),
        "bad-after"),
    "a party statement by a party": (lambda w: party_statement(w, "fab"), "not-registrar"),
}  # fmt: skip


def party_statement(world, name):
    """What the registrar said of itself, in another statement by *name*."""
    with world.ledger.database.reading() as connection:
        row = connection.exec_driver_sql("SELECT payload FROM entry WHERE idx = 1").one()
    body = json.loads(row[0]) | {
        "id": "urn:uuid:00000000-0000-4000-8000-000000000000",
        "chiptrail:party": party(name),
    }
    return signed(world, strict_json.dump(body), name=name, kind=PayloadType.STATEMENT)


@pytest.mark.parametrize("case", REFUSALS)
def test_bad_input_is_refused_with_its_code_and_nothing_written(world, case):
    make, code = REFUSALS[case]

    assert code == refused(world, make(world)).code


def test_an_envelope_over_the_limit_is_refused(world):
    submission = commission(world, ["urn:a:b"], **{"example:pad": "x" * 1_100_000})

    assert "too-large" == refused(world, submission).code


def test_a_second_signature_is_refused(world):
    value = envelope_to_json(commission(world, ["urn:a:b"]).envelope)
    value["signatures"] *= 2

    outcome = refused(world, strict_json.dump(value))
    assert ("malformed-envelope", "/signatures") == (outcome.code, outcome.pointer)


def test_a_flipped_bit_in_the_payload_is_refused(world):
    envelope = commission(world, ["urn:a:b"]).envelope
    payload = envelope.payload.replace(b"urn:a:b", b"urn:a:c")

    assert "bad-signature" == refused(world, bare(replace(envelope, payload=payload))).code


def test_an_unknown_key_is_refused(world):
    submission = commission(world, ["urn:a:b"])
    stranger = keys.private_key(b"x" * 32)
    envelope = dsse.sign(submission.envelope.payload, PayloadType.EVENT, stranger)

    assert "unknown-key" == refused(world, bare(envelope)).code


def test_a_key_signs_no_more_once_revoked(world):
    world.revoke("fab")

    assert "revoked-key" == refused(world, commission(world, ["urn:a:b"])).code


def test_a_list_with_another_root_is_refused(world):
    submission = commission(world, world.chips(3))
    given = submission.lists["epcList"]
    other = {"epcList": ItemList(given.seed, given.ids[:2])}

    assert "items-mismatch" == refused(world, replace(submission, lists=other)).code


def test_a_committed_list_must_come_along(world):
    submission = replace(commission(world, world.chips(3)), lists={})

    assert "items-mismatch" == refused(world, submission).code


PLACE = {"id": "geo:24.78,121.00"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("eyJub3QiOiJpdCJ9", "malformed-disclosure"),  # {"not":"it"}
        (disclosure.make_disclosure(bytes(16), "customs", {}), "malformed-disclosure"),
        (disclosure.make_disclosure(bytes(16), "readPoint", PLACE), "disclosure-mismatch"),
    ],
)
def test_a_disclosure_that_was_not_signed_is_refused(world, text, code):
    submission = replace(commission(world, ["urn:a:b"]), disclosures=(text,))

    assert code == refused(world, submission).code


def test_a_genesis_is_refused_later_on(world):
    """It carries no head, and whatever comes after entry 0 must: that is looked at first."""
    with world.ledger.database.reading() as connection:
        row = connection.exec_driver_sql("SELECT payload FROM entry WHERE idx = 0").one()
    body = json.loads(row[0]) | {"id": "urn:uuid:00000000-0000-4000-8000-000000000000"}
    submission = signed(world, strict_json.dump(body), name="registrar", kind=PayloadType.STATEMENT)

    assert "bad-after" == refused(world, submission).code


def test_a_refused_entry_does_not_hold_up_the_others(world):
    outcomes = send(world, commission(world, ["urn:a:b"]), b"{", commission(world, ["urn:a:c"]))

    assert [201, "malformed-json", 201] == codes(outcomes)
    assert 1 == outcomes[2].index - outcomes[0].index


# Identity ----------------------------------------------------------------------------------------


def bare(envelope: Envelope) -> bytes:
    """*envelope* as it may be sent alone."""
    return strict_json.dump(envelope_to_json(envelope))


def respelled(envelope: Envelope) -> list[bytes]:
    """One envelope in other words: spacing, order of fields, escapes, wrapped."""
    value = envelope_to_json(envelope)
    turned = dict(reversed(value.items()))
    return [
        json.dumps(value, indent=2).encode(),
        json.dumps(turned).encode(),
        json.dumps(value).replace("payloadType", "payload\\u0054ype").encode(),
        json.dumps({"disclosures": [], "lists": {}, "envelope": value}).encode(),
    ]


def test_the_same_payload_in_any_envelope_keeps_its_index(world):
    submission = commission(world, ["urn:a:b"])
    first = send(world, submission)[0]

    again = send(world, *respelled(submission.envelope))
    assert [(first.index, first.recorded_at, False)] * 4 == [
        (o.index, o.recorded_at, o.created) for o in again
    ]


def test_the_same_payload_twice_in_a_batch_is_one_entry(world):
    submission = commission(world, ["urn:a:b"])

    assert [201, 200] == codes(send(world, submission, submission))


def test_a_recorded_payload_keeps_its_index_after_the_key_was_revoked(world):
    submission = commission(world, ["urn:a:b"])
    first = send(world, submission)[0]
    world.revoke("fab")

    again = send(world, submission)[0]
    assert (first.index, False) == (again.index, again.created)


def test_missing_disclosures_may_be_sent_later(world):
    place = {"latitude": 25.0, "longitude": 121.5, "accuracyM": 100}
    submission = world.submission(
        "fab", "ObjectEvent", {"epcList": ["urn:a:b"]}, action="OBSERVE", bizStep="storing",
        withheld=["chiptrail:location"], **{"chiptrail:location": place},
    )  # fmt: skip
    send(world, replace(submission, disclosures=()))
    send(world, submission)

    with world.ledger.database.reading() as connection:
        bodies = connection.exec_driver_sql("SELECT body FROM disclosure").all()
    assert [(submission.disclosures[0],)] == bodies


# Batches -----------------------------------------------------------------------------------------


def test_a_dry_run_says_what_would_happen_and_writes_nothing(world):
    submission = commission(world, ["urn:foreign:1"])
    before = world.ledger.head

    dry = send(world, submission, dry_run=True)[0]
    assert before == Ledger.open(world.directory, world.url).head
    wet = send(world, submission)[0]
    assert (dry.index, dry.findings) == (wet.index, wet.findings)
    assert wet.findings


def test_a_dry_run_takes_the_earlier_lines_of_the_batch_into_account(world):
    chip = world.chips(1)
    made = commission(world, chip)
    sent = world.submission(
        "fab", "ObjectEvent", {"epcList": chip}, action="OBSERVE", bizStep="shipping",
        destinationList=[{"type": "possessing_party", "destination": party("shop")}],
    )  # fmt: skip

    outcomes = send(world, made, sent, dry_run=True)
    assert [(), ()] == [outcome.findings for outcome in outcomes]


def test_a_key_enrolled_earlier_in_the_batch_signs_later_in_it(world):
    """Statements are barriers inside one transaction."""
    world.clerk.enroll_party(subject("new"))
    key = world.key("new")
    message = keys.key_proof_message(world.ledger.origin, party("new"), key.public.keyid)
    statement = captured_statement(world, key.public.raw, key.sign(message))
    world.keys[party("new")] = key
    event = world.submission(
        "new", "ObjectEvent", {"epcList": ["urn:a:b"]}, action="OBSERVE", bizStep="storing"
    )

    assert ["unknown-key", 201, 201] == codes(send(world, event, statement, event))


def subject(name):
    return Subject(party(name), (name.title(),), ())


def captured_statement(world, public, proof):
    """A key statement by the registrar, signed and not yet sent."""
    said = draft_of(KeyStatement, subject=party("new"), public_key=public, proof=proof)
    return world.clerk.signed(said)


def history(world, count):
    """Submissions that depend on each other, some of them against the rules."""
    chips = world.chips(4)
    made = [commission(world, chips), commission(world, chips[:1])]
    for number in range(count):
        who, to = ("fab", "shop") if number % 4 < 2 else ("shop", "fab")
        step = "shipping" if number % 2 == 0 else "receiving"
        actor = who if step == "shipping" else to
        more = {"destinationList": [{"type": "possessing_party", "destination": party(to)}]}
        made.append(
            world.submission(
                actor,
                "ObjectEvent",
                {"epcList": chips[number % 3 :]},
                action="OBSERVE",
                bizStep=step,
                **(more if step == "shipping" else {}),
            )
        )
    return [encode_submission(one) for one in made]


STATE = (
    "SELECT c.prefix || i.serial, h.phase, h.holder, h.consignee, h.last, h.shipment FROM item AS i"
    " JOIN item_class AS c ON c.id = i.class_id LEFT JOIN holding AS h ON h.id = i.holding"
    " ORDER BY i.id"
)
FOUND = "SELECT idx, code, on_items, message, items, cites FROM finding ORDER BY id"


def told(world):
    with world.ledger.database.reading() as connection:
        return [
            connection.exec_driver_sql(query).all()
            for query in (STATE, FOUND, "SELECT * FROM item_event ORDER BY item, idx")
        ]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(cuts=st.sets(st.integers(1, 13)))
def test_state_and_findings_are_the_same_in_any_batch_split(tmp_path_factory, cuts):
    path = tmp_path_factory.mktemp("split")
    whole, split = (World(path / name, checking=False) for name in ("whole", "split"))
    for world in (whole, split):
        world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
        world.enroll("shop")
    lines = history(whole, 12)  # of one seed, so valid in both

    send(whole, *lines)
    for start, stop in pairwise(sorted({0, *cuts, len(lines)})):
        send(split, *lines[start:stop])
    assert told(whole) == told(split)


def test_many_writers_get_every_index_once(world):
    lines = [encode_submission(commission(world, [f"urn:a:{n}"])) for n in range(24)]
    others = [Ledger.open(world.directory, world.url, world.ledger.clock) for _ in range(3)]

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(
            lambda pair: capture(others[pair[0] % 3], [pair[1]], actor="t")[0], enumerate(lines)
        ))  # fmt: skip
    world.check()
    start = min(receipt.index for receipt in done)
    assert list(range(start, start + 24)) == sorted(receipt.index for receipt in done)


def crowd(world, lines):
    """Capture each of *lines* for a caller of its own, who all come while the ledger is busy."""
    group = world.ledger.group
    with ThreadPoolExecutor(len(lines)) as pool:
        with world.ledger.thread_lock:
            futures = []
            for number, line in enumerate(lines):
                futures.append(pool.submit(capture, world.ledger, [line], actor=f"caller {number}"))
                while not group.waiting + bool(group._is_busy) > number:
                    pass
        return [future.result()[0] for future in futures]


def test_requests_that_wait_share_a_checkpoint_and_each_is_on_record(world):
    lines = [encode_submission(commission(world, [f"urn:a:{n}"])) for n in range(4)]
    start = world.ledger.head.size

    done = crowd(world, lines)
    assert [start + 1, *[start + 4] * 3] == [receipt.size for receipt in done]
    with world.ledger.database.reading() as connection:
        rows = [(row.actor, row.act) for row in iterate_activity(connection)][-4:]
    shared = ["capture", "capture+", "capture+", "capture"]
    assert [(f"caller {n}", act) for n, act in enumerate(shared)] == rows
    world.check()


def test_what_is_refused_does_not_hold_up_those_who_share_its_transaction(world):
    lines = [encode_submission(commission(world, [f"urn:a:{n}"])) for n in range(3)]

    done = crowd(world, [lines[0], lines[1], b"{", lines[1], lines[2]])
    assert [True, True, "malformed-json", False, True] == [
        one.created if isinstance(one, Receipt) else one.code for one in done
    ]
    world.check()


def test_a_long_stream_is_admitted_in_other_processes_and_stays_in_order(world, monkeypatch):
    monkeypatch.setattr(capture_module, "PARALLEL_FROM", 20)
    monkeypatch.setattr(capture_module, "BATCH", 10)
    lines = [encode_submission(commission(world, [f"urn:a:{n}"])) for n in range(45)]
    lines[7] = b"{"

    batches = list(capture_stream(world.ledger, lines, actor="test"))
    world.check()
    assert [10, 10, 10, 10, 5] == [len(batch) for batch in batches]
    indexes = [o.index for batch in batches for o in batch if isinstance(o, Receipt)]
    assert list(range(indexes[0], indexes[0] + 44)) == indexes


def test_a_stream_of_batches_cut_short_by_their_bytes_is_captured_to_its_end(world, monkeypatch):
    monkeypatch.setattr(capture_module, "BATCH_BYTES", 1)
    lines = [encode_submission(commission(world, [f"urn:a:{n}"])) for n in range(5)]

    batches = list(capture_stream(world.ledger, lines, actor="test"))
    world.check()
    assert [1] * 5 == [sum(isinstance(o, Receipt) for o in batch) for batch in batches]


def test_a_recorded_payload_keeps_its_index_where_its_key_was_not_known_yet(world):
    """Another process enrolled the key and recorded the payload since this one looked."""
    other = Ledger.open(world.directory, world.url, world.ledger.clock)
    world.enroll("late")
    submission = world.submission(
        "late", "ObjectEvent", {"epcList": ["urn:a:b"]}, action="OBSERVE", bizStep="storing"
    )
    first = send(world, submission)[0]

    again = capture(other, [encode_submission(submission)], actor="test")[0]
    assert (first.index, False) == (again.index, again.created)


def test_what_stands_before_a_statement_is_judged_without_it(world):
    """A range of numbers that is taken away in the middle of a batch counts until there."""
    without_range = draft_of(PartyStatement, subject=subject("fab"))
    statement = world.clerk.signed(without_range)
    one, two = world.chips(2)

    outcomes = send(world, commission(world, [one]), statement, commission(world, [two]))
    assert [[], [], ["custody/foreign-prefix", "custody/unconfirmed"]] == [
        [found.code.value for found in outcome.findings] for outcome in outcomes
    ]


# Stopping ----------------------------------------------------------------------------------------


def forked(world, size=None):
    """An event whose signer holds a head that this log signed, of another history."""
    ledger = world.ledger
    other = ledger.sign(ledger.head.size if size is None else size, bytes(32)).decode()
    return resigned(world, commission(world, ["urn:a:b"]), **{"chiptrail:after": other})


def kept_evidence(world):
    """The files kept, and what the first proves."""
    kept = world.directory.evidence_files()
    return len(kept), verify_evidence(kept[0].read_bytes(), world.ledger.verifier)


def test_two_histories_stop_the_ledger_and_leave_evidence(world):
    head = world.ledger.load_checkpoint()
    outcomes = send(world, commission(world, ["urn:a:c"]), forked(world))

    assert ["read-only", "split-view"] == codes(outcomes)
    forged = Checkpoint(head.origin, head.size, bytes(32))
    assert (1, Contradiction(forged, head, head.root)) == kept_evidence(world)


@pytest.mark.parametrize("size", [0, 1, 2])
def test_a_head_of_another_beginning_is_evidence_with_the_proof_of_ours(world, size):
    send(world, forked(world, size))

    with world.ledger.database.reading() as connection:
        root = open_tree(connection, world.ledger.registry, size).root()
    (count, found) = kept_evidence(world)
    assert (1, size, root, True) == (count, found.smaller.size, found.root, found.is_proven)


def test_the_head_of_a_statement_is_evidence_like_that_of_an_event(world):
    grant = world.statement("fab", Grant, grantee=party("shop"), items=("urn:a:b",))
    body = json.loads(grant.envelope.payload)
    body["chiptrail:after"] = world.ledger.sign(1, bytes(32)).decode()
    send(world, signed(world, strict_json.dump(body), kind=PayloadType.STATEMENT))

    (_, found) = kept_evidence(world)
    assert (bytes(32), True) == (found.smaller.root, found.is_proven)


def test_evidence_is_kept_before_another_process_may_sign(world, monkeypatch):
    def keep(_folder, _name, _data):
        with (world.directory.path / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    monkeypatch.setattr(files, "keep", keep)

    with pytest.raises(BlockingIOError):
        send(world, forked(world))


def test_evidence_can_be_shown_to_anybody(world):
    """It holds no word of the submission in which the other head came."""
    send(world, forked(world))

    (path,) = world.directory.evidence_files()
    assert {"evidence", "checkpoints", "root", "consistency"} == json.loads(
        path.read_bytes()
    ).keys()


def test_after_evidence_of_two_histories_nothing_is_written_not_even_after_a_restart(world):
    send(world, forked(world))

    for ledger in (world.ledger, Ledger.open(world.directory, world.url)):
        with pytest.raises(ReadOnly, match="split-view"):
            capture(ledger, [encode_submission(commission(world, ["urn:a:d"]))], actor="test")
    world.check()


def test_a_head_beyond_ours_is_two_histories_too(world):
    ahead = world.ledger.sign(world.ledger.head.size + 1, bytes(32)).decode()
    submission = resigned(world, commission(world, ["urn:a:b"]), **{"chiptrail:after": ahead})

    assert ["split-view"] == codes(send(world, submission))
    (_, found) = kept_evidence(world)
    assert (world.ledger.head.size + 1, False) == (found.larger.size, found.is_proven)


def test_the_head_of_a_correction_must_be_of_this_history_too(world):
    first = commission(world, ["urn:a:b"])
    send(world, first)
    other = world.ledger.sign(world.ledger.head.size, bytes(32)).decode()
    declaration = {
        "declarationTime": "2026-03-02T09:00:00Z",
        "chiptrail:corrects": dsse.identity_of(PayloadType.EVENT, first.envelope.payload).hex(),
        "chiptrail:nonce": "A" * 22,
    }

    for head, code in (("hello", "bad-after"), (other, "split-view")):
        error = {**declaration, "chiptrail:after": head}
        assert [code] == codes(send(world, resigned(world, first, errorDeclaration=error)))
    assert kept_evidence(world)[1].is_proven


def test_evidence_that_cannot_be_kept_stops_the_ledger_all_the_same(world, monkeypatch):
    monkeypatch.setattr(
        type(world.directory), "keep_evidence", lambda *_: (_ for _ in ()).throw(CannotOpen("full"))
    )

    with pytest.raises(CannotOpen):
        send(world, forked(world))
    with pytest.raises(ReadOnly, match="split-view"):
        send(world, commission(world, ["urn:a:c"]))


def test_an_older_head_of_this_history_is_fine(world):
    old = world.ledger.note().decode()
    world.commission("fab", ["urn:a:b"])
    submission = resigned(world, commission(world, ["urn:a:c"]), **{"chiptrail:after": old})

    assert [201] == codes(send(world, submission))


def test_a_document_with_a_name_too_long_for_an_index_is_recorded(tmp_path, url):
    world = World(tmp_path, url=url, checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    name = "urn:x:" + "".join(sha256(bytes([n])).hexdigest() for n in range(100))
    listed = [{"type": "bol", "bizTransaction": name}]

    assert world.commission("fab", world.chips(1), bizTransactionList=listed).created
