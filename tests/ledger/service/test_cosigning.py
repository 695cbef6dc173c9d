"""A growing ledger and its witnesses: what they cosign is kept, audited and served."""

from itertools import count

import httpx
import pytest

from ledger import note
from ledger.checkpoint import open_checkpoint
from ledger.client.witness import Standing
from ledger.proof import Proof, verify_proof
from ledger.service.audit import AuditReport, audit
from ledger.service.bundling import make_bundle
from ledger.service.cosigning import cosign
from ledger.service.publish import publish
from ledger.store import log
from ledger.verify import verify_bundle
from schemas.errors import ReadOnly, VerificationFailed
from schemas.statement import Role
from tests.geography import ATLAS
from tests.ledger.service.keeping import recovered
from tests.ledger.service.tampering import tamper
from tests.openings import opened
from tests.witnesses import NAMES, Street
from tests.world import CHIPS, World


def begin(made):
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.commission("fab", made.chips(2))


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, checking=False, url=url)


@pytest.fixture
def street(world, tmp_path, monkeypatch):
    return Street(tmp_path, monkeypatch, world.ledger.clock)


@pytest.fixture
def grow(world):
    numbers = count()
    return lambda: world.declare("fab", [f"urn:other:{next(numbers)}"])


@pytest.fixture
def watched(world, street):
    """A ledger of three witnesses, all of which have cosigned."""
    street.watch(world.ledger)
    cosign(world.ledger)
    return world


def verifiers(street, names=NAMES):
    return [street.named(name).verifier for name in names]


def standings(poll):
    return {
        answer.witness.name.removesuffix(".example"): answer.standing for answer in poll.answers
    }


def test_three_witnesses_cosign_a_growing_ledger(watched, street, grow):
    for _ in range(3):
        grow()
        poll = cosign(watched.ledger)

    watched.check()
    assert {Standing.AGREES} == set(standings(poll).values())
    assert {watched.ledger.head.size} == {w.logs()[0].size for w in street.witnesses.values()}


def test_with_one_down_a_quorum_of_two_is_reached(watched, street, grow):
    street.close("two")
    grow()
    poll = cosign(watched.ledger, pause=lambda _: None)

    assert (True, Standing.UNREACHABLE) == (poll.is_quorum, standings(poll)["two"])


def test_one_that_was_down_catches_up(watched, street, grow):
    street.close("two")
    for _ in range(3):
        grow()
        cosign(watched.ledger)
    street.witness("two")

    assert Standing.AGREES is standings(cosign(watched.ledger))["two"]


def test_one_that_lies_is_not_counted_and_nothing_of_it_is_kept(watched, street, grow):
    line = note.parse_note(watched.ledger.note())
    street.says(
        "two", lambda _: httpx.Response(200, text=note.encode_signature(line.signatures[-1]))
    )
    grow()
    poll = cosign(watched.ledger)

    served = note.parse_note(watched.ledger.note())
    assert (2, Standing.REFUSES) == (len(poll.of(Standing.AGREES)), standings(poll)["two"])
    assert 3 == len(note.verify_note(served, [watched.ledger.verifier, *verifiers(street)]))


def test_with_two_down_the_quorum_is_missed_and_the_ledger_goes_on(watched, street, grow):
    street.close("one")
    street.close("two")
    grow()

    assert not cosign(watched.ledger).is_quorum
    assert grow()


def test_without_witnesses_nobody_is_asked(world):
    poll = cosign(world.ledger)

    assert (None, (), True) == (poll.policy, poll.answers, poll.is_quorum)


def test_the_checkpoint_file_has_the_lines_and_signers_sign_them(watched, street, grow):
    served = watched.ledger.note()
    index = grow().index

    with watched.ledger.database.reading() as connection:
        (row,) = log.load_entries(connection, index, index + 1)
    assert 4 == len(note.parse_note(served).signatures)
    assert (
        note.encode_signature(note.parse_note(served).signatures[3])[2:-1].encode() in row.payload
    )


def test_each_is_kept_for_good_and_only_the_last_of_a_witness_is_served(watched, street):
    for _ in range(2):
        watched.advance(minutes=1)
        cosign(watched.ledger)

    with watched.ledger.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM cosignature").scalar_one()
    served = note.parse_note(watched.ledger.note())
    at = note.cosigned_at(served, street.named("one").verifier)
    assert (9, 4) == (rows, len(served.signatures))
    assert int(watched.now.timestamp()) == at


def test_an_entry_that_comes_meanwhile_leaves_the_checkpoint_file_alone(watched, street, grow):
    def late(request):
        grow()
        return street.pass_on("two", request)

    grow()
    street.says("two", late)
    poll = cosign(watched.ledger)

    head = open_checkpoint(watched.ledger.note(), watched.ledger.verifier)
    assert (poll.head.size + 1, True) == (head.size, poll.is_quorum)
    watched.check()


def test_a_bundle_shows_the_quorum(watched, street):
    data = make_bundle(watched.ledger, watched.chips(1))
    ours = watched.ledger.verifier
    verified = verify_bundle(data, ours, ATLAS, witnesses=verifiers(street), quorum=3)

    assert 3 == len(verified.cosigned)
    with pytest.raises(VerificationFailed, match="want 4"):
        verify_bundle(data, ours, ATLAS, witnesses=verifiers(street), quorum=4)


def test_what_is_published_has_the_lines(watched, street, tmp_path):
    list(publish(watched.ledger, tmp_path / "public"))
    signed = (tmp_path / "public" / "checkpoint").read_bytes()
    proof = Proof(0, (), signed, b"")

    with pytest.raises(VerificationFailed, match="inclusion"):  # the two steps before it hold
        verify_proof(proof, bytes(32), watched.ledger.verifier, verifiers(street), 3)


def test_the_audit_goes_through_what_was_cosigned(watched):
    *_, report = audit(watched.ledger)

    assert AuditReport(report.entries, report.checkpoints, 0, ()) == report


@pytest.mark.parametrize(
    "change",
    [
        "signature = zeroblob(64)",
        "at = at + 1",
        "at = -1",
        "size = size - 1",
        "size = size + 9",
        "witness = 'one'",
        "witness = 7",
    ],
)
def test_the_audit_names_a_cosignature_that_was_changed(tmp_path, monkeypatch, change):
    world = World(tmp_path, checking=False)
    street = Street(tmp_path, monkeypatch, world.ledger.clock)
    street.watch(world.ledger, ["one"])
    cosign(world.ledger)
    tamper(world.directory, f"UPDATE cosignature SET {change}")

    *_, report = audit(world.ledger)
    assert any("cosignature of checkpoint" in words for words in report.problems)


def test_recovering_what_is_not_lost_leaves_the_lines_of_witnesses_where_they_are(watched):
    before = watched.ledger.note()
    recovered(watched.ledger, keep=True)

    assert (3 + 1, before) == (before.count("\n— ".encode()), watched.ledger.note())


def test_without_a_checkpoint_file_witnesses_can_be_asked_and_nothing_is_recorded(watched):
    """Nothing says what was signed last, whatever witnesses say."""
    watched.directory.checkpoint.unlink()

    with pytest.raises(ReadOnly, match="is missing"):
        cosign(watched.ledger)
    assert watched.directory.is_sealed() is False


def test_without_a_checkpoint_file_witnesses_can_be_named(world, street):
    world.directory.checkpoint.unlink()
    policy = street.watch(world.ledger)

    assert list(NAMES) == [one.name.removesuffix(".example") for one in policy.witnesses]
