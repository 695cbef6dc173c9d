"""Projections rebuilt from truth are the same rows, whatever happened and however it was cut."""

import random

import pytest

from ledger.service import rebuild as rebuild_module
from ledger.service.rebuild import rebuild
from ledger.store import comparison
from ledger.store.database import Database
from schemas.errors import ChiptrailError
from schemas.statement import Role
from tests.world import CHIPS, World

PARTIES = ("fab", "shop", "hub")


def live(world, seed, steps):
    """A random history of single acts, many of them against the rules."""
    rng = random.Random(seed)
    chips, boxes = world.chips(6), ["urn:box:1", "urn:box:2"]
    for _ in range(steps):
        who, other = rng.choice(PARTIES), rng.choice(PARTIES)
        some = rng.sample(chips + boxes, rng.randint(1, 3))
        act = rng.choice(["commission", "ship", "receive", "pack", "unpack", "declare", "destroy",
                          "refuse", "void", "report", "register"])  # fmt: skip
        match act:
            case "ship":
                world.ship(who, some, to=other)
            case "receive":
                world.receive(who, some, final=rng.random() < 0.3)
            case "pack" | "unpack":
                getattr(world, act)(who, rng.choice(boxes), rng.sample(chips, 2))
            case "report":
                world.report(who, some, "stolen")
            case _:
                getattr(world, act)(who, some)


# (type, list field, members) of events that move nothing, or not yet: recorded all the same.
STILL = {
    "a transaction": ("TransactionEvent", "epcList", {
        "action": "ADD", "bizTransactionList": [{"bizTransaction": "urn:chiptrail:doc:inv:1"}]}),
    "a transformation": ("TransformationEvent", "inputEPCList", {"outputEPCList": ["urn:out:1"]}),
    "an event without step": ("ObjectEvent", "epcList", {"action": "OBSERVE"}),
    "a step of somebody else": ("ObjectEvent", "epcList", {
        "action": "OBSERVE", "bizStep": "https://example.com/steps/polishing"}),
    "a shipment to nobody": ("ObjectEvent", "epcList", {
        "action": "OBSERVE", "bizStep": "shipping"}),
    "a transfer": ("ObjectEvent", "epcList", {
        "action": "OBSERVE", "bizStep": "urn:chiptrail:bizstep:transferring"}),
    "an acceptance": ("ObjectEvent", "epcList", {"action": "OBSERVE", "bizStep": "accepting"}),
    "a delivery": ("ObjectEvent", "epcList", {
        "action": "OBSERVE", "bizStep": "urn:chiptrail:bizstep:delivering"}),
    "a detention": ("ObjectEvent", "epcList", {
        "action": "OBSERVE", "bizStep": "holding",
        "persistentDisposition": {"set": ["urn:chiptrail:disp:detained"]}}),
    "a replacement": ("ObjectEvent", "epcList", {"action": "OBSERVE", "bizStep": "replacing"}),
    "an association": ("AssociationEvent", "childEPCs", {
        "action": "ADD", "bizStep": "assembling", "parentID": "urn:board:1"}),
    "an event in error": ("ObjectEvent", "epcList", {
        "action": "OBSERVE", "bizStep": "storing",
        "errorDeclaration": {"declarationTime": "2026-03-02T09:00:00Z"}}),
}  # fmt: skip


@pytest.mark.parametrize("what", STILL)
def test_what_moves_nothing_is_recorded_on_a_known_item_and_rebuilt(
    tmp_path, url, monkeypatch, what
):
    """In a batch of its own, and in a stretch of its own when the projections are rebuilt."""
    monkeypatch.setattr(rebuild_module, "STRETCH", 1)
    world = World(tmp_path, url=url)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    chip = world.chips(1)
    world.commission("fab", chip)
    kind, field, members = STILL[what]
    receipt = world.event("fab", kind, {field: chip}, **members)
    world.declare("fab", chip)

    assert receipt.created
    other = Database.open(f"sqlite:///{tmp_path / 'other'}")
    with world.ledger.database.reading() as source, other.writing() as target:
        list(rebuild(source, target, world.ledger.head.size, world.ledger.pack, world.ledger.atlas))
        assert [] == list(comparison.differences(source, target))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("stretch", [1, 7, 1000])
def test_a_rebuild_gives_the_same_projections(tmp_path, url, monkeypatch, seed, stretch):
    monkeypatch.setattr(rebuild_module, "STRETCH", stretch)
    monkeypatch.setattr(rebuild_module, "HELD", stretch)
    world = World(tmp_path, checking=False, url=url)
    for name in PARTIES:
        world.enroll(name, Role.MAKER, prefixes=[CHIPS] if name == "fab" else [])
    live(world, seed, 40)

    other = Database.open(f"sqlite:///{tmp_path / 'other'}")
    with world.ledger.database.reading() as source, other.writing() as target:
        list(rebuild(source, target, world.ledger.head.size, world.ledger.pack, world.ledger.atlas))
        assert [] == list(comparison.differences(source, target))
    other.dispose()


def test_the_comparison_sees_a_changed_row(tmp_path):
    world = World(tmp_path, checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.commission("fab", world.chips(2))

    other = Database.open(f"sqlite:///{tmp_path / 'other'}")
    with world.ledger.database.reading() as source, other.writing() as target:
        list(rebuild(source, target, world.ledger.head.size, world.ledger.pack, world.ledger.atlas))
        target.exec_driver_sql("UPDATE holding SET holder = 'urn:chiptrail:party:thief'")
        assert ["item: row 0 (1) is not what the entries give"] == list(
            comparison.differences(source, target)
        )
    other.dispose()


def test_a_refused_act_leaves_nothing_to_rebuild(tmp_path):
    world = World(tmp_path, checking=False)
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    world.revoke("fab")

    with pytest.raises(ChiptrailError):
        world.commission("fab", world.chips(1))
    with world.ledger.database.reading() as connection:
        assert 0 == connection.exec_driver_sql("SELECT count(*) FROM item").scalar_one()
