"""A backup is whole, of one moment, restores into either kind of database, and holds no secret."""

from datetime import timedelta

import pytest

from ledger.service.audit import audit
from ledger.service.backup import back_up
from ledger.service.ledger import Ledger
from ledger.service.progress import Progress
from ledger.service.sessions import sign_in
from ledger.service.tokens import OF_TOKENS, authenticate, issue
from ledger.service.users import UserRole, accept, invite
from ledger.store.files import DataDirectory
from schemas.errors import CannotOpen, IntegrityError
from schemas.manifest import Manifest
from schemas.statement import Role
from tests.ledger.service.keeping import backed_up, folder_with_keys, restored
from tests.ledger.service.tampering import copy_of, opened, tamper
from tests.world import CHIPS, World, party

SECRET = {"withheld": ["chiptrail:customs"], "chiptrail:customs": {"itn": "X20260302000001"}}


@pytest.fixture
def world(tmp_path, url):
    made = World(tmp_path, url=url, checking=False)
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.commission("fab", made.chips(3))
    made.declare("fab", made.chips(1), **SECRET)
    return made


def held(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def problems(ledger):
    return list(audit(ledger))[-1].problems


@pytest.mark.parametrize("other", ["the same kind", "SQLite"])
def test_what_is_restored_is_what_was_backed_up(world, kind, tmp_path, other):
    manifest = backed_up(world, tmp_path / "backup")
    place = kind.create() if other == "the same kind" else None
    folder = folder_with_keys(world, tmp_path / "again", "checkpoint")
    restored(world, tmp_path / "backup", folder, place)

    again = Ledger.open(DataDirectory(folder), place, world.ledger.clock)
    assert (None, world.ledger.head, ()) == (again.stopped, again.head, problems(again))
    assert (world.ledger.head.size, world.ledger.vkey) == (manifest.size, manifest.vkey)
    again.database.dispose()


def people_of(world):
    """A user, and a token; who is signed in and who is invited besides."""
    ledger, password = world.ledger, "correct horse battery"
    accept(ledger, invite(ledger, None, "lin", party("fab"), UserRole.LOGGER)[1], password=password)
    sign_in(ledger, "lin", password, agent="a browser")
    invite(ledger, None, "ana", party("fab"), UserRole.VIEWER)
    return password, issue(ledger, party("fab"), "erp", {*OF_TOKENS}, timedelta(days=9))[1]


@pytest.mark.parametrize("other", ["the same kind", "SQLite"])
def test_who_may_ask_goes_along_and_who_is_signed_in_does_not(world, kind, tmp_path, other):
    password, token = people_of(world)
    place = kind.create() if other == "the same kind" else None
    manifest = backed_up(world, tmp_path / "backup")
    folder = folder_with_keys(world, tmp_path / "again", "checkpoint")
    restored(world, tmp_path / "backup", folder, place)

    again = Ledger.open(DataDirectory(folder), place, world.ledger.clock)
    counted = "SELECT (SELECT count(*) FROM session), (SELECT count(*) FROM invitation)"
    with again.database.reading() as connection:
        assert (0, 0) == tuple(connection.exec_driver_sql(counted).one())
    names = authenticate(again, token).party, sign_in(again, "LIN", password, agent="")[0].user
    assert (True, (party("fab"), "lin")) == (manifest.has_accounts, names)
    again.database.dispose()


def test_a_copy_for_others_lets_nobody_in(world, tmp_path):
    people_of(world)
    manifest = backed_up(world, tmp_path / "backup", disclosures=False)

    assert (False, False) == (manifest.has_accounts, b"argon2" in held(tmp_path / "backup"))


@pytest.mark.postgresql
def test_a_sqlite_ledger_moves_to_postgresql_with_its_backup(tmp_path, postgresql):
    world = World(tmp_path, checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.commission("fab", world.chips(3))
    password, _ = people_of(world)
    backed_up(world, tmp_path / "backup")
    folder, url = folder_with_keys(world, tmp_path / "again", "checkpoint"), postgresql.create()
    restored(world, tmp_path / "backup", folder, url)

    again = Ledger.open(DataDirectory(folder), url, world.ledger.clock)
    assert (None, world.ledger.head, ()) == (again.stopped, again.head, problems(again))
    assert sign_in(again, "lin", password, agent="")


def test_what_others_write_meanwhile_is_not_in_it_and_does_not_break_it(world, tmp_path):
    """The snapshot is that of the beginning; the audit at the end would tell."""
    before, steps = world.ledger.head.size, back_up(world.ledger, tmp_path / "backup")
    assert isinstance(next(steps), Progress)
    world.declare("fab", world.chips(2))

    manifest = next(step for step in steps if isinstance(step, Manifest))
    assert (before, before + 1) == (manifest.size, world.ledger.head.size)


def test_a_backup_holds_no_key_and_no_checkpoint_file(world, tmp_path):
    backed_up(world, tmp_path / "backup")

    assert {"ledger.sqlite3", "manifest.json"} == {p.name for p in (tmp_path / "backup").iterdir()}
    for key in (world.directory.log_key, world.directory.operator_key):
        seed = key.read_bytes().split(b'"seed":"')[1].split(b'"')[0]
        assert seed not in held(tmp_path / "backup")


def test_a_backup_is_for_its_owner_only(world, tmp_path):
    backed_up(world, tmp_path / "backup")

    modes = [p.stat().st_mode & 0o777 for p in (tmp_path / "backup").iterdir()]
    assert (0o700, [0o600, 0o600]) == ((tmp_path / "backup").stat().st_mode & 0o777, modes)


@pytest.mark.parametrize("disclosures", [True, False])
def test_what_was_disclosed_is_in_it_unless_left_out(world, tmp_path, disclosures):
    backed_up(world, tmp_path / "backup", disclosures=disclosures)
    folder = folder_with_keys(world, tmp_path / "again", "checkpoint")
    restored(world, tmp_path / "backup", folder)

    again = Ledger.open(DataDirectory(folder), None, world.ledger.clock)
    with again.database.reading() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM disclosure").scalar_one()
    assert (int(disclosures), ()) == (count, problems(again))
    again.database.dispose()


def test_what_was_erased_is_in_no_page_of_a_backup(world, tmp_path):
    shown = world.declare("fab", world.chips(1), **SECRET)
    with world.ledger.database.reading() as connection:
        kept, erased = connection.exec_driver_sql("SELECT body FROM disclosure ORDER BY idx").all()
    world.erase("registrar", shown)
    backed_up(world, tmp_path / "backup")

    data = held(tmp_path / "backup")
    assert (1, 0) == (data.count(kept[0].encode()), data.count(erased[0].encode()))


def test_a_backup_is_not_written_over_another(world, tmp_path):
    backed_up(world, tmp_path / "backup")
    before = held(tmp_path / "backup")

    with pytest.raises(CannotOpen, match="not overwritten"):
        backed_up(world, tmp_path / "backup")
    assert before == held(tmp_path / "backup")


def test_a_backup_that_cannot_be_finished_leaves_nothing(world, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", "manifest.json")

    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.setattr("ledger.service.backup.files.save_new", full)
    with pytest.raises(OSError, match="No space"):
        backed_up(world, place / "backup")
    assert [] == list(place.iterdir())


def test_a_damaged_ledger_is_not_taken_for_a_backup(tmp_path):
    world = World(tmp_path, checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.commission("fab", world.chips(3))
    ledger = opened(copy_of(world, tmp_path / "copy"), world)
    tamper(ledger.directory, "UPDATE item_list SET ids = ids || 'x'")

    with pytest.raises(IntegrityError, match="entry 6"):
        list(back_up(ledger, tmp_path / "backup"))
    assert not (tmp_path / "backup").exists()
