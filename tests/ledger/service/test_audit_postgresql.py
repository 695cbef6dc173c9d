"""The audit of a ledger on PostgreSQL names what was tampered with, and nothing where nothing was.

Projections made anew are in SQLite, so that they are compared across databases.
"""

import pytest

from ledger.service import audit as audit_module
from ledger.service.audit import AuditReport, audit
from ledger.service.ledger import Ledger
from schemas.statement import Role
from tests import databases
from tests.world import CHIPS, World

pytestmark = pytest.mark.postgresql


@pytest.fixture(scope="module")
def pristine(tmp_path_factory, postgresql):
    """A ledger with a full tile, lots, containers, findings and a disclosure."""
    world = World(tmp_path_factory.mktemp("pristine"), checking=False, url=postgresql.create())
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.enroll("shop")
    chips = world.chips(20)
    world.commission("fab", chips)
    world.commission("fab", chips[:1])
    world.pack("fab", "urn:pallet:1", chips[:5])
    world.ship("fab", ["urn:pallet:1"], to="shop")
    world.receive("shop", ["urn:pallet:1"])
    for number in range(250):
        world.declare("fab", [f"urn:other:{number}"])
    world.declare("fab", ["urn:secret:1"], withheld=["bizLocation"], bizLocation={"id": "urn:a:b"})
    world.check()
    return world


@pytest.fixture
def copy(pristine, postgresql):
    """The ledger on a copy of its database, to tamper with."""
    url = postgresql.copy(pristine.ledger.database)
    ledger = Ledger.open(pristine.directory, url, clock=pristine.ledger.clock)
    yield ledger
    ledger.database.dispose()


def problems(ledger):
    report = list(audit(ledger))[-1]
    assert isinstance(report, AuditReport)
    return report.problems


def tamper(ledger, statement):
    """What somebody who owns the server can do; triggers do not fire."""
    with databases.connect(ledger.database.url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement)


def test_an_untouched_ledger_has_no_problems(copy):
    report = list(audit(copy))[-1]

    assert (copy.head.size, 1, ()) == (report.entries, report.tiles, report.problems)


def test_a_long_log_is_audited_in_other_processes_with_the_same_result(copy, monkeypatch):
    monkeypatch.setattr(audit_module, "PARALLEL_FROM", 10)
    monkeypatch.setattr(audit_module, "STRETCH", 64)
    assert () == problems(copy)

    tamper(copy, "UPDATE entry SET signature = decode(repeat('00', 64), 'hex') WHERE idx = 150")
    assert "entry 150: the R of the signature is a point of small order" == problems(copy)[0]


NOTHING = "LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'"
TAMPERED = {
    "a payload": ("UPDATE entry SET payload = payload || ' '::bytea WHERE idx = 100",
                  "entry 100: not a signature of key "),
    "a time": ("UPDATE entry SET recorded_at = recorded_at + 1 WHERE idx = 50",
               "checkpoint 51: root is not that of the entries"),
    "a time that no calendar has": ("UPDATE entry SET recorded_at = 1::bigint << 60 WHERE idx = 50",
                                    "entry 50: got 1152921504606846976, want a time"),
    "an entry taken away": ("DELETE FROM entry WHERE idx = 50", "entry 50: it is missing"),
    "a list": ("UPDATE item_list SET ids = replace(ids, 'A0002', 'A0099') WHERE idx = 8",
               "entry 8: "),
    "a list beside nothing": ("UPDATE item_list SET idx = 5000 WHERE idx = 8",
                              "item lists: 1 lie beside no entry"),
    "a disclosure": ("UPDATE disclosure SET digest = 'other'",
                     "disclosure of entry "),
    "a disclosure's body": ("UPDATE disclosure SET body = NULL", "disclosure of entry "),
    "a tile": ("UPDATE tile SET hashes = set_byte(hashes, 5, 255 - get_byte(hashes, 5))",
               "tile 0/0: not the hashes of its entries"),
    "a checkpoint": ("DELETE FROM checkpoint WHERE size = 20", "checkpoint 20: missing"),
    "an activity": ("DELETE FROM activity WHERE id = 10", "activity 10: missing"),
    "where a chip is": ("UPDATE holding SET holder = 'urn:chiptrail:party:shop'",
                        "projection item: row 0 (1) is not what the entries give"),
    "what a chip is in": ("UPDATE containment SET parent = parent + 1", "projection containment: "),
    "a finding": ("DELETE FROM finding", "projection finding: row 0 (9) is not what"),
    "a trigger switched off": ("ALTER TABLE entry DISABLE TRIGGER entry_no_update",
                               "trigger entry_no_update: it is not as the program made it"),
    "a trigger taken away": ("DROP TRIGGER tile_no_truncate ON tile",
                             "trigger tile_no_truncate: it is missing"),
    "a trigger that does nothing": (
        f"CREATE OR REPLACE FUNCTION tile_no_delete() RETURNS trigger {NOTHING}",
        "trigger tile_no_delete: it is not as the program made it"),
    "a trigger of somebody else": (
        "CREATE TRIGGER extra AFTER INSERT ON entry EXECUTE FUNCTION tile_no_delete()",
        "trigger extra: it is not the program's"),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_tampered_with_is_named(copy, what):
    statement, where = TAMPERED[what]
    tamper(copy, statement)

    assert [] != [line for line in problems(copy) if line.startswith(where)]
