"""What is missing is put back only as it was signed; what was signed last is never guessed."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from ledger.service.answers import receipt_to_json
from ledger.service.audit import audit
from ledger.service.bundling import make_bundle
from ledger.service.capture import capture
from ledger.service.ledger import Ledger
from ledger.service.publish import publish
from ledger.store.files import DataDirectory
from ledger.store.sqlite import PAGE_SIZE
from schemas.envelope import encode_submission
from schemas.errors import CannotOpen, IntegrityError, ReadOnly
from schemas.statement import PartyStatement, Role, Subject
from tests.ledger.service.keeping import backed_up, folder_with_keys, recovered, restored
from tests.ledger.service.tampering import copy_of
from tests.world import CHIPS, World, party

SECRET = {"withheld": ["bizLocation"], "bizLocation": {"id": "urn:epc:id:sgln:4.2.1"}}


class Loss:
    """A ledger with a backup, an end since then that is only with others, and a place to restore.

    ``tail`` are the entries of the end: an event, a new party and its key, that party's event, a
    disclosure and its erasure.
    """

    def __init__(self, path, kind):
        self.path, self.kind = path, kind
        self.world = world = World(path, checking=False)
        world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
        world.commission("fab", world.chips(3))
        self.manifest = backed_up(world, path / "backup")
        self.tail = []
        take = self._taking()
        take(lambda: world.declare("fab", world.chips(3)))
        take(lambda: world.enroll("late"))
        take(lambda: world.declare("late", world.chips(1)))
        take(lambda: world.erase("fab", world.declare("fab", world.chips(1), **SECRET)))
        self.note = world.directory.checkpoint.read_bytes()
        list(publish(world.ledger, path / "public", entries=True))
        list(publish(world.ledger, path / "hashes"))

    def _taking(self):
        """Notes what is captured on the way: each submission with its receipt."""
        from ledger.service import enrolment
        from tests import world as worlds

        def noting(ledger, submissions, **more):
            outcomes = capture(ledger, submissions, **more)
            self.tail += zip(submissions, outcomes, strict=True)
            return outcomes

        def take(step):
            enrolment.capture = worlds.capture = noting
            try:
                step()
            finally:
                enrolment.capture = worlds.capture = capture

        return take

    def file(self, name, lines):
        path = self.path / name
        path.write_bytes(b"\n".join(lines) + b"\n")
        return path

    def submissions(self, *leave_out):
        kept = [data for n, (data, _) in enumerate(self.tail) if n not in leave_out]
        return self.file("sent.ndjson", kept)

    def receipts(self, **change):
        said = [receipt_to_json(receipt) | change for _, receipt in self.tail]
        return self.file("receipts.ndjson", [json.dumps(one).encode() for one in said])

    def restored(self, folder, *names):
        url = self.kind.create()
        folder = folder_with_keys(self.world, folder, *names)
        restored(self.world, self.path / "backup", folder, url)
        return Ledger.open(DataDirectory(folder), url, self.world.ledger.clock)


@pytest.fixture(scope="module")
def loss(tmp_path_factory, kind):
    return Loss(tmp_path_factory.mktemp("loss"), kind)


@pytest.fixture
def behind(loss, tmp_path):
    """What was restored beside the newest checkpoint file."""
    ledger = loss.restored(tmp_path / "data", "checkpoint")
    yield ledger
    ledger.database.dispose()


@pytest.fixture
def bare(loss, tmp_path):
    """What was restored without a checkpoint file."""
    ledger = loss.restored(tmp_path / "data")
    yield ledger
    ledger.database.dispose()


def problems(ledger):
    return list(audit(ledger))[-1].problems


def again(loss, ledger):
    """What the ledger answers to those who send the lost entries again."""
    outcomes = capture(ledger, [data for data, _ in loss.tail], actor="test")
    return [(o.index, o.identity, o.recorded_at, o.created) for o in outcomes]


def acknowledged(loss):
    return [(r.index, r.identity, r.recorded_at, False) for _, r in loss.tail]


@pytest.mark.parametrize("places", ["receipts", "a published log"])
def test_the_end_is_put_back_as_it_was_and_the_ledger_goes_on(loss, behind, places):
    source = loss.receipts() if places == "receipts" else loss.path / "public"
    found = recovered(behind, loss.submissions(), source)

    assert (True, ()) == (found.is_certain, found.missing)
    assert loss.note == behind.directory.checkpoint.read_bytes()
    assert (None, ()) == (behind.stopped, problems(behind))
    assert acknowledged(loss) == again(loss, behind)


def test_what_was_erased_at_the_end_stays_erased(loss, behind):
    recovered(behind, loss.submissions(), loss.receipts())

    with behind.database.reading() as connection:
        bodies = connection.exec_driver_sql("SELECT body FROM disclosure").all()
    assert [(None,)] == bodies


def test_looking_changes_nothing(loss, behind):
    before = behind.head
    found = recovered(behind, loss.submissions(), loss.receipts(), keep=False)

    with behind.database.reading() as connection:
        assert ((), before) == (found.missing, behind.renew(connection).head)


def test_each_entry_that_cannot_be_found_is_named_and_nothing_is_put_back(loss, behind):
    before, gone = behind.head, loss.tail[1][1]
    found = recovered(behind, loss.submissions(1), loss.receipts())

    assert [f"entry {gone.index}: its envelope"] == [text[:21] for text in found.missing]
    with behind.database.reading() as connection:
        assert before == behind.renew(connection).head
    assert "recover" in (behind.stopped or "")


def test_without_receipts_nobody_knows_which_entry_was_which(loss, behind):
    found = recovered(behind, loss.submissions(), loss.path / "hashes")

    assert len(loss.tail) == len(found.missing)
    assert "nothing says what it is" in found.missing[0]


def test_an_envelope_without_its_list_of_items_is_not_enough(loss, behind):
    value = json.loads(loss.tail[0][0])
    bare = loss.file("bare.ndjson", [json.dumps(value["envelope"]).encode()])
    found = recovered(behind, bare, loss.submissions(0), loss.receipts())

    assert 1 == len(found.missing)
    assert "list" in found.missing[0]


def test_a_time_that_was_not_recorded_does_not_give_the_root(loss, behind):
    other = loss.receipts(recordedAt="2026-03-02T10:00:00.000Z")
    before = behind.head

    with pytest.raises(IntegrityError, match="does not give the root"):
        recovered(behind, loss.submissions(), other)
    with behind.database.reading() as connection:
        assert before == behind.renew(connection).head


def test_sources_that_disagree_are_named(loss, behind):
    other = shutil.copy(loss.receipts(recordedAt="2026-03-02T10:00:00.000Z"), loss.path / "other")

    with pytest.raises(IntegrityError, match=r"other and .*receipts.* disagree"):
        recovered(behind, loss.path / "other", loss.receipts(), loss.submissions())
    assert other.exists()


def test_a_proof_has_envelopes_and_places(loss, behind):
    """Of the entries that it shows: here the last but two, and the party and key before it."""
    path = loss.path / "one.chiptrail.json"
    path.write_bytes(make_bundle(loss.world.ledger, loss.world.chips(1)))
    without = recovered(behind, loss.submissions(3), loss.receipts(), keep=False)
    found = recovered(behind, path, loss.submissions(3), loss.receipts(), keep=False)

    assert (1, ()) == (len(without.missing), found.missing)


# What was signed last ----------------------------------------------------------------------------


def wreck(loss, path):
    """The database of before the loss, moved away; its log is folded in."""
    copy_of(loss.world, path)
    return path / "ledger.sqlite3"


def test_a_damaged_database_is_a_source_as_well(loss, bare, tmp_path):
    path = wreck(loss, tmp_path / "wreck")
    with closing(sqlite3.connect(path)) as raw:
        names = "'event', 'item_event', 'sqlite_autoindex_entry_1', 'entry_statement'"
        query = f"SELECT rootpage FROM sqlite_master WHERE name IN ({names})"
        pages = [page for (page,) in raw.execute(query)]
    data = bytearray(path.read_bytes())
    for page in pages:
        data[(page - 1) * PAGE_SIZE : page * PAGE_SIZE] = bytes(PAGE_SIZE)
    path.write_bytes(data)
    found = recovered(bare, path)

    assert (4, ()) == (len(pages), found.missing)
    assert loss.note == bare.directory.checkpoint.read_bytes()
    assert (None, ()) == (bare.stopped, problems(bare))
    assert acknowledged(loss) == again(loss, bare)


def test_of_half_a_database_what_cannot_be_read_is_missing(loss, behind, tmp_path):
    path = wreck(loss, tmp_path / "wreck")
    path.write_bytes(path.read_bytes()[: 3 * PAGE_SIZE])
    found = recovered(behind, path, loss.submissions())

    assert len(loss.tail) == len(found.missing)
    assert () == recovered(behind, path, loss.submissions(), loss.receipts()).missing


def test_without_a_checkpoint_file_the_newest_that_others_hold_counts(loss, bare):
    found = recovered(bare, loss.path / "public", loss.submissions())

    assert (False, ()) == (found.is_certain, found.missing)
    assert (None, loss.note) == (bare.stopped, bare.directory.checkpoint.read_bytes())


def test_without_any_head_the_database_is_on_the_word_of_whoever_goes_on(loss, bare):
    found = recovered(bare, keep=False)
    assert (False, None) == (found.is_certain, found.head.source)
    assert not bare.directory.checkpoint.exists()

    recovered(bare)
    assert (None, loss.manifest.size) == (bare.stopped, bare.load_checkpoint().size)


def test_a_backup_says_what_was_signed_by_then(loss, bare):
    found = recovered(bare, loss.path / "backup", keep=False)

    assert (str(loss.path / "backup"), loss.manifest.size) == (
        found.head.source,
        found.head.checkpoint.size,
    )


def test_an_old_checkpoint_file_is_no_certainty(loss, bare):
    world = loss.world
    first = heads(bare)[0]
    old = world.ledger.sign(first.size, first.root)
    bare.directory.checkpoint.write_bytes(old)
    reopened = Ledger.open(bare.directory, bare.database.url, world.ledger.clock)

    assert "is an old copy" in (reopened.stopped or "")
    assert not recovered(reopened, keep=False).is_certain


def heads(ledger):
    from ledger.store import log

    with ledger.database.reading() as connection:
        return log.load_heads(connection, 0, ledger.head.size)


def test_a_head_of_another_history_is_no_way_on(loss, bare):
    forged = loss.world.ledger.sign(bare.head.size, bytes(32))
    path = loss.path / "forged"
    path.write_bytes(forged)

    with pytest.raises(IntegrityError, match="split-view"):
        recovered(bare, path)
    assert not bare.directory.checkpoint.exists()


def test_two_heads_beyond_the_database_that_differ_are_two_histories(loss, behind, tmp_path):
    world = loss.world
    (tmp_path / "forged").write_bytes(world.ledger.sign(world.ledger.head.size, bytes(32)))

    with pytest.raises(IntegrityError, match="split-view"):
        recovered(behind, tmp_path / "forged", loss.submissions(), loss.receipts())


def test_of_a_head_with_cosignatures_the_logs_own_signature_is_kept(loss, bare, tmp_path):
    """In whatever order the signatures stand."""
    lines = loss.note.decode().splitlines(keepends=True)
    stranger = lines[-1].replace(loss.world.ledger.origin, "witness.example")
    (tmp_path / "cosigned").write_text("".join([*lines[:-1], stranger, lines[-1]]))
    recovered(bare, tmp_path / "cosigned", loss.submissions(), loss.receipts())

    assert loss.note == bare.directory.checkpoint.read_bytes()
    assert (None, ()) == (bare.stopped, problems(bare))


def test_a_head_of_another_log_is_refused(loss, bare, tmp_path):
    other = World(tmp_path / "other", seed="other", checking=False)

    with pytest.raises(CannotOpen, match="not a checkpoint of"):
        recovered(bare, other.directory.checkpoint)


def test_a_file_of_nothing_known_is_said(loss, bare):
    with pytest.raises(CannotOpen, match="neither a checkpoint"):
        recovered(bare, loss.file("shopping", [b"milk", b"bread"]))


def test_nothing_is_recovered_of_a_healthy_ledger(tmp_path, url):
    world = World(tmp_path, url=url, checking=False)
    before = world.directory.checkpoint.read_bytes()
    found = recovered(world.ledger)

    assert (True, ()) == (found.is_certain, found.missing)
    assert (None, before) == (world.ledger.stopped, world.directory.checkpoint.read_bytes())


def test_a_party_that_was_enrolled_at_the_end_signs_on(loss, behind):
    recovered(behind, loss.submissions(), loss.receipts())
    said = loss.world.statement(
        "registrar", PartyStatement, subject=Subject(party("x"), ("X",), ())
    )

    assert capture(behind, [encode_submission(said)], actor="test")[0].created
    assert () == problems(behind)


def test_a_ledger_that_was_retired_is_not_recovered(loss, bare):
    bare.directory.retired.write_text("{}")

    with pytest.raises(ReadOnly, match="for good"):
        recovered(bare)
