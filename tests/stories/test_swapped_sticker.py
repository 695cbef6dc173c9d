"""The swapped sticker.

Hsinlin makes servers and says which numbers answer inside of each. Kestrel sells the real ones on,
moves their labels with a hair dryer to dummies, and shows these to Straits. Who only reads labels
finds nothing; who boots one finds what it is.
"""

import pytest

from tests.stories.telling import findings, page, verdict, whereabouts

NUMBERS = "chiptrail:identities"


def numbers(*read):
    """(item, printed serial, UUID) of each; None is not read."""
    said = [{"item": item, "printedSerial": label, "uuid": uuid} for item, label, uuid in read]
    return {NUMBERS: [{k: v for k, v in one.items() if v is not None} for one in said]}


@pytest.fixture
def servers(world):
    servers = world.chips(4)
    bound = [(item, item[-5:], f"GPU-{n}") for n, item in enumerate(servers, 1)]
    world.commission("hsinlin", servers, **numbers(*bound), withheld=[NUMBERS])
    world.ship("hsinlin", servers, to="kestrel")
    world.receive("kestrel", servers)
    return servers


def test_who_reads_labels_alone_is_satisfied(world, servers):
    labels = [(item, item[-5:], None) for item in servers]
    world.inspect("straits", servers, "conformant", **numbers(*labels), withheld=[NUMBERS])

    assert {"clear"} == {verdict(world, item) for item in servers}


def test_who_boots_one_finds_a_dummy(world, servers):
    world.inspect("straits", servers[:1], "conformant", **numbers((servers[0], "A0001", "GPU-999")))

    assert ["check", "clear"] == [verdict(world, item) for item in servers[:2]]
    told = """\
A0001 is CHECK.
made: by Hsinlin
held by: Kestrel, since 9 Mar 2026 09:02 UTC (entry 3)
numbers: printed A0001, UUID GPU-1 (entry 1)
check: Straits gave another UUID than entry 1: it may be another item.  identity/mismatch, entry
      4
 1  Made by Hsinlin.  [printed serial A0001, UUID GPU-1]  [numbers withheld, and shown to you]
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 4  Inspected by Straits: as described.  [printed serial A0001, UUID GPU-999]
    check  Straits gave another UUID than entry 1: it may be another item.  identity/mismatch
"""
    assert told == page(world, servers[0])


def test_two_labels_that_changed_places_are_both_found(world, servers):
    one, other = servers[:2]
    read = [(one, "A0001", "GPU-2"), (other, "A0002", "GPU-1")]
    world.inspect("straits", [one, other], "conformant", **numbers(*read), withheld=[NUMBERS])

    assert ["check", "check"] == [verdict(world, item) for item in (one, other)]


def test_a_broker_who_boots_it_before_buying_is_a_stranger(world, servers):
    """Whoever has no part in a server casts no doubt on it, whatever it says."""
    world.declare("heron", servers[:1], **numbers((servers[0], None, "GPU-999")))

    assert ("clear", {}) == (verdict(world, servers[0]), findings(world, servers[0]))


def test_the_consignee_finds_it_when_it_receives(world, servers):
    world.ship("kestrel", servers[:2], to="fjordhall")
    world.receive("fjordhall", servers[:2], **numbers((servers[0], "A0001", "GPU-999")))

    assert ["check", "clear"] == [verdict(world, item) for item in servers[:2]]
    assert "Fjordhall" == whereabouts(world, servers[0])


def test_the_real_one_turns_up_under_another_number(world, servers):
    """Magpie enters what it bought; nobody but who sees both is told, and nobody is accused."""
    world.register("magpie", ["urn:magpie:1"], **numbers(("urn:magpie:1", None, "gpu-1")))

    assert {"identity/duplicate": "warning, open"} == findings(world, servers[0])
    assert "identity/duplicate" in findings(world, "urn:magpie:1")


def test_a_repair_is_no_swap(world, servers):
    world.ship("kestrel", servers[:1], to="hsinlin")
    world.receive("hsinlin", servers[:1])
    world.replace("hsinlin", servers[0], uuid="GPU-11")
    world.inspect("straits", servers[:1], "conformant", **numbers((servers[0], "A0001", "GPU-11")))

    assert "clear" == verdict(world, servers[0])


def test_a_holders_repair_counts_once_an_inspector_has_looked(world, servers):
    world.replace("kestrel", servers[0], uuid="GPU-11")
    before = verdict(world, servers[0])
    world.inspect("straits", servers[:1], "conformant", **numbers((servers[0], "A0001", "GPU-11")))

    assert ("check", "clear") == (before, verdict(world, servers[0]))
