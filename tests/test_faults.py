"""What the harness of ``make faults`` stands on: an independent judge, and a disk that forgets."""

import ast
from pathlib import Path
from random import Random

import pytest

from tests.architecture import ROOT, Module, imports, layer_of
from tests.faults import strace
from tests.faults.disk import Disk, Op
from tests.faults.kinds import KINDS
from tests.faults.mutants import MUTANTS
from tests.faults.pages import used_bytes
from tests.world import World


def states(disk: Disk) -> list[dict[str, bytes]]:
    return [disk.lose(Random(seed)) for seed in range(200)]


@pytest.mark.parametrize("name", ["checker", "disk", "held", "pages"])
def test_what_judges_imports_nothing_of_the_product(name):
    source = (ROOT / "tests" / "faults" / f"{name}.py").read_text()
    targets = [target for _, target in imports(Module(name, source), ast.parse(source))]

    of_ours = [target for target in targets if layer_of(target) or target.startswith("tests")]

    assert {"tests.faults.held"} >= {target.rpartition(".")[0] for target in of_ours}


def test_every_planted_fault_is_looked_for_by_a_kind_of_case():
    assert {mutant.caught_by.split("/")[0] for mutant in MUTANTS.values()} <= set(KINDS)


def test_what_was_synced_survives_and_what_was_not_may_not():
    disk = Disk({"a": b"old"})
    disk.do(Op("write", "a", 0, b"new"))
    assert {left["a"] for left in states(disk)} == {b"old", b"new"}

    disk.do(Op("sync", "a"))

    assert {left["a"] for left in states(disk)} == {b"new"}


def test_a_new_name_survives_once_its_folder_is_synced():
    disk = Disk({"a": b"old"})
    for op in (Op("create", "t"), Op("write", "t", 0, b"new"), Op("sync", "t")):
        disk.do(op)
    disk.do(Op("rename", "t", to="a"))
    assert {left["a"] for left in states(disk)} == {b"old", b"new"}

    disk.do(Op("syncdir", "."))

    assert {left["a"] for left in states(disk)} == {b"new"}


def test_a_long_write_is_torn_at_a_sector():
    disk = Disk({"a": bytes(2048)})
    disk.do(Op("write", "a", 0, b"x" * 2048))

    assert {left["a"].count(b"x") for left in states(disk)} == {0, 512, 1024, 1536, 2048}


def test_a_recorded_call_that_is_not_understood_is_not_left_out(tmp_path):
    path = "".join(f"\\x{byte:02x}" for byte in b"/d/a")
    (tmp_path / "trace").write_text(f'1 renameat2(3, "{path}", 3, "{path}", 0) = 0\n')

    with pytest.raises(ValueError, match="renameat2 of a was not expected"):
        strace.read_ops(tmp_path / "trace", Path("/d"))


def test_the_bytes_of_every_row_are_found_in_the_file(tmp_path):
    world = World(tmp_path, checking=False)
    world.ledger.database.dispose()
    path = world.directory.database
    data, cells = path.read_bytes(), used_bytes(path, "entry")
    held = [b"".join(data[start:stop] for start, stop in cell.ranges) for cell in cells]

    assert [cell.rowid for cell in cells] == list(range(world.ledger.head.size))
    assert all(b"chiptrail:nonce" in row for row in held)
