"""Bundles out of real histories: they verify, agree with the ledger, and name nobody else."""

import base64
import random
import re
from datetime import timedelta

import pytest

from ledger.finding import Code
from ledger.judge import Verdict
from ledger.note import parse_vkey
from ledger.service.bundling import make_bundle
from ledger.service.query import dossier
from ledger.store import driver
from ledger.testimony import Subject, Verified, unknown
from ledger.verify import verify_bundle
from schemas.bundle import parse_bundle
from schemas.errors import IntegrityError, NotFound
from schemas.statement import Endorsement, Role
from tests.databases import lift_triggers
from tests.geography import ATLAS
from tests.openings import opened
from tests.world import CHIPS, DISPOSITION, World, party

PALLET = "https://id.gs1.org/00/106141412345678908"
CRATE = "https://id.gs1.org/00/106141412345678915"


def begin(world: World) -> None:
    """A maker, a shop, a data centre, a carrier and customs."""
    world.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    for name in ("shop", "dc", "carrier"):
        world.enroll(name)
    world.enroll("customs", Role.INSPECTOR)


@pytest.fixture
def world(tmp_path, url) -> World:
    return opened(tmp_path, begin, checking=False, url=url)


def verified(world: World, *items: str, **options) -> Verified:
    data = make_bundle(world.ledger, items, **options)
    return verify_bundle(data, parse_vkey(world.ledger.vkey), ATLAS)


def subject(world: World, item: str) -> Subject:
    return verified(world, item).subjects[0]


def delivered(world: World, count: int = 3) -> list[str]:
    """A lot is made, packed, sent by the carrier, and received; the box has gone on empty."""
    chips = world.chips(count)
    world.commission("fab", chips)
    world.pack("fab", PALLET, chips)
    world.ship("fab", [PALLET], to="shop", via=["carrier"], due_in=timedelta(days=2))
    world.depart("carrier", [PALLET])
    world.receive("shop", [PALLET], final=True)
    world.unpack("shop", PALLET)
    world.ship("shop", [PALLET], to="dc")
    return chips


def text_of(data: bytes) -> str:
    """Everything that a bundle says, whatever it is wrapped in."""
    text = data.decode()
    for _ in range(2):
        wrapped = re.findall(r"[A-Za-z0-9+/]{40,}={0,2}", text)
        text += "".join(_unwrapped(part) for part in wrapped)
    return text


def _unwrapped(part: str) -> str:
    return base64.b64decode(part + "=" * (-len(part) % 4)).decode("utf-8", "ignore")


# What it says ------------------------------------------------------------------------------------


def test_a_bundle_says_what_the_ledger_says(world):
    chips = delivered(world)
    told, known = subject(world, chips[0]), dossier(world.ledger, chips[0])

    assert told.state == known.state
    assert (told.verdict, told.findings) == (known.verdict, known.findings)
    assert [step.entry.index for step in told.steps] == [step.index for step in known.steps]


def test_a_bundle_names_no_other_item(world):
    chips = delivered(world)
    text = text_of(make_bundle(world.ledger, chips[:1]))

    assert (chips[0] in text, PALLET in text) == (True, True)
    assert [chip for chip in chips[1:] if chip in text] == []


def test_an_installation_that_failed_leaves_the_bundle_proven(world):
    """Into a server that is somebody else's, of which nothing is told."""
    (mine, server) = world.chips(2)
    world.commission("fab", [mine, server])
    world.ship("fab", [server], to="dc")
    world.receive("dc", [server])
    failed = world.install("fab", server, [mine])
    told = subject(world, mine)

    assert (told.is_proven, told.failed) == (True, (failed.index,))
    assert (told.state, told.verdict) == (dossier(world.ledger, mine).state, Verdict.CLEAR)


def test_a_pallet_can_be_a_subject(world):
    delivered(world)
    told = subject(world, PALLET)

    assert (told.is_proven, told.is_container) == (True, True)
    assert told.state.custody.consignee == party("dc")
    assert "What is inside SSCC 106141412345678908, and what is known of that." in unknown(
        verified(world, PALLET)
    )


def test_what_goes_into_a_subject_is_part_of_its_story(world):
    chips = world.chips(2)
    world.commission("fab", chips)
    for chip in chips:
        world.pack("fab", CRATE, [chip])

    assert [step.entry.act.items for step in subject(world, CRATE).steps] == [(c,) for c in chips]


def test_many_items_share_one_bundle(world):
    chips = delivered(world)
    data = make_bundle(world.ledger, [*chips, chips[0]])

    assert [s.item for s in verified(world, *chips, chips[0]).subjects] == chips
    assert len(data) < 2 * len(make_bundle(world.ledger, chips[:1]))


def test_a_container_that_moves_on_is_left_alone(world):
    chips = delivered(world)

    assert verified(world, chips[0]).entries[-1].index == world.ledger.head.size - 2


def test_what_a_container_did_before_decides_who_holds_it(world):
    *others, mine = world.chips(3)
    world.commission("fab", others)
    world.commission("shop", [mine])
    world.pack("fab", CRATE, others)
    world.ship("fab", [CRATE], to="shop")
    world.receive("shop", [CRATE])
    world.unpack("shop", CRATE)
    world.pack("shop", CRATE, [mine])
    told = subject(world, mine)

    assert (told.is_proven, told.state.parent) == (True, CRATE)
    assert [one for one in others if one in text_of(make_bundle(world.ledger, [mine]))] == []


def test_what_happens_to_others_in_the_same_container_is_withheld(world):
    chips = world.chips(3)
    world.commission("fab", chips)
    world.pack("fab", CRATE, chips[:2])
    world.pack("fab", CRATE, chips[2:])
    told = verified(world, chips[0])

    assert len(told.withheld) == 1
    assert chips[2] not in text_of(make_bundle(world.ledger, chips[:1]))


def test_a_chip_that_did_not_arrive_is_short_on_the_operators_word(world):
    chips = world.chips(2)
    world.commission("fab", chips)
    world.ship("fab", chips, to="shop")
    receipt = world.receive("shop", chips[:1], final=True).index
    told = verified(world, chips[1])

    assert [found.code for found in told.subjects[0].asserted] == [Code.SHORT]
    assert receipt in told.withheld


def test_an_overdue_shipment_follows_from_the_entries(world):
    chips = world.chips(2)
    world.commission("fab", chips)
    world.ship("fab", chips, to="shop", due_in=timedelta(days=1))
    as_of = world.now + timedelta(days=9)
    told = verified(world, chips[0], as_of=as_of)

    assert [found.code for found in told.subjects[0].findings] == [Code.OVERDUE]
    assert told.as_of == as_of


def test_a_closed_finding_is_shown_with_what_closed_it(world):
    chips = world.chips(1)
    world.commission("fab", chips)
    world.report("fab", chips, "stolen")
    cleared = world.clear("fab", chips, "stolen").index
    found = subject(world, chips[0]).findings

    assert [(one.code, one.closed_by) for one in found] == [(Code.STOLEN, cleared)]


def test_goods_of_others_can_leave_a_story_unproven(world):
    """The crate took over the shipment of what went in first, and that is not shown."""
    mine, other = world.chips(2)
    world.commission("fab", [mine, other])
    for chip in (other, mine):
        world.ship("fab", [chip], to="shop", via=["carrier"])
        world.pack("carrier", CRATE, [chip])
    told = subject(world, mine)

    assert (told.is_proven, told.state) == (False, None)
    assert dossier(world.ledger, mine).state.parent == CRATE


def test_a_stranger_cannot_drag_a_container_into_the_story(world):
    chips = delivered(world)
    world.commission("shop", [CHIPS + "S1"])
    world.pack("shop", CRATE, [CHIPS + "S1"])
    world.pack("carrier", CRATE, [chips[0]])
    told = verified(world, chips[0])

    assert told.subjects[0].is_proven
    assert CHIPS + "S1" not in text_of(make_bundle(world.ledger, chips[:1]))


# What it is made of ------------------------------------------------------------------------------


def test_an_item_that_no_entry_names_is_not_found(world):
    with pytest.raises(NotFound):
        make_bundle(world.ledger, world.chips(1))


def test_the_same_question_gives_the_same_bytes(world):
    chips = delivered(world)

    assert make_bundle(world.ledger, chips) == make_bundle(world.ledger, chips)


def test_withheld_fields_stay_withheld_unless_asked_for(world):
    place = {"id": "https://id.gs1.org/414/9521321000017"}
    world.commission("fab", world.chips(2), readPoint=place, withheld=["readPoint"])
    chip = world.chips(1)[0]

    assert verified(world, chip).entries[-1].disclosed == {}
    assert any("readPoint" in line for line in unknown(verified(world, chip)))
    assert verified(world, chip, disclose=True).entries[-1].disclosed == {"readPoint": place}


def test_identities_of_others_are_never_disclosed(world):
    chips = world.chips(2)
    identities = [{"item": chip, "uuid": f"GPU-{chip[-4:]}"} for chip in chips]
    withheld = {"chiptrail:identities": identities, "withheld": ["chiptrail:identities"]}
    world.commission("fab", chips, **withheld)

    for asked, seen in (chips[:1], {}), (chips, {"chiptrail:identities": identities}):
        assert verified(world, *asked, disclose=True).entries[-1].disclosed == seen


def test_parties_that_are_only_named_are_told_of(world):
    chips = world.chips(1)
    world.commission("fab", chips)
    world.ship("fab", chips, to="dc", via=["carrier"])
    names = verified(world, *chips).names

    assert {party("dc"), party("carrier")} <= names.keys()
    assert party("customs") not in names


def test_keys_come_with_all_that_vouches_for_them(world):
    chips = world.chips(1)
    world.commission("fab", chips)
    old, new = world.key("shop"), world.key("shop, second")
    message = b"chiptrail/key-proof/v1\n%s\n%s\n%s\n" % (
        world.ledger.origin.encode(),
        party("shop").encode(),
        new.public.keyid.encode(),
    )
    endorsement = Endorsement(old.public.keyid, old.sign(message))
    world.clerk.enroll_key(party("shop"), new.public.raw, new.sign(message), endorsement)
    world.keys[party("shop")] = new
    world.declare("shop", chips)
    revoked = world.revoke("shop").index
    told = verified(world, *chips)

    assert told.entries[-2].signer.endorsed
    assert told.entries[-1].index == revoked


def test_the_statements_in_a_bundle_do_not_grow_with_the_ledger(world):
    chips = delivered(world)
    before = len(verified(world, chips[0]).entries)
    for number in range(5):
        world.enroll(f"other{number}")

    assert len(verified(world, chips[0]).entries) == before


def test_everything_is_read_in_a_few_statements(world, monkeypatch):
    chips = delivered(world)
    ran: list[str] = []
    driving = driver.driving
    monkeypatch.setattr(driver, "driving", lambda c, said: ran.append(said) or driving(c, said))
    make_bundle(world.ledger, chips[:1])
    before = len(ran)
    for _ in range(10):
        world.declare("fab", chips[:1])
    ran.clear()
    make_bundle(world.ledger, chips[:1])

    assert len(ran) <= before + 2


# Any history -------------------------------------------------------------------------------------


def random_step(world: World, chance: random.Random, things: list[str]) -> None:
    """One act that is mostly the holder's or the consignee's, on a few things."""
    items = chance.sample(things, chance.choice([1, 1, 1, 2, 3]))
    state = dossier(world.ledger, items[0]).state
    names = ["fab", "shop", "dc", "carrier"]
    if state is not None and chance.random() < 0.8:
        names = [state.custody.holder, state.custody.consignee or state.custody.holder]
    who = chance.choice(names)
    box = chance.choice(things[-2:])
    match chance.choice("ship receive receive pack pack unpack report other".split()):
        case "ship":
            due_in = timedelta(days=chance.choice([0, 2]))
            to = chance.choice(["shop", "dc"])
            world.ship(who, items, to=to, via=["carrier"], due_in=due_in)
        case "receive":
            world.receive(who, items, final=chance.random() < 0.3)
        case "pack":
            world.pack(who, box, items)
        case "unpack":
            world.unpack(who, box, items if chance.random() < 0.5 else ())
        case "report":
            status = chance.choice(["stolen", DISPOSITION + "lost"])
            chance.choice([world.report, world.clear])(who, items, status)
        case _:
            acts = [world.refuse, world.void, world.depart, world.register, world.commission]
            chance.choice([*acts, world.declare])(who, items)
    world.advance(days=chance.choice([0, 0, 1]))


@pytest.mark.parametrize("seed", range(8))
def test_any_history_is_told_as_the_ledger_knows_it(world, seed):
    chance = random.Random(seed)
    things = [*world.chips(4), CRATE, PALLET]
    world.commission("fab", things[:4])
    for _ in range(25):
        random_step(world, chance, things)

    for item in things:
        known = dossier(world.ledger, item)
        if known.steps:
            told = subject(world, item)
            assert told.is_container or told.verdict is known.verdict
            assert not told.is_proven or told.state.custody == known.state.custody
            assert codes(told.findings + told.asserted) == codes(known.findings)


def codes(findings) -> list[tuple]:
    return sorted((found.code, found.index, found.on_items) for found in findings)


def test_a_bundle_reads_back(world):
    data = make_bundle(world.ledger, delivered(world)[:1])

    assert parse_bundle(data).contents.rule_pack == world.ledger.pack_data


TAMPERED = {
    "an entry": ("recorded_at", 1, "the path gives"),
    "a signature": ("signature", bytes(64), "step"),
}


@pytest.mark.parametrize(("column", "value", "words"), TAMPERED.values(), ids=TAMPERED)
def test_what_would_not_verify_is_not_handed_out(world, column, value, words):
    chips = delivered(world)
    index = dossier(world.ledger, chips[0]).steps[0].index
    with world.ledger.database.writing() as connection:
        lift_triggers(connection)
        connection.exec_driver_sql(f"UPDATE entry SET {column} = ? WHERE idx = ?", (value, index))

    with pytest.raises(IntegrityError, match=words):
        make_bundle(world.ledger, chips[:1])
