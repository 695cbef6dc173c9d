"""What a serial means, what is told of a chip, how seventy serials are answered at once."""

from datetime import timedelta

import pytest

from ledger.judge import Match, Verdict
from ledger.service.query import check, dossier, resolve
from schemas.errors import IntegrityError
from schemas.statement import Role
from tests.databases import lift_triggers
from tests.openings import opened
from tests.world import CHIPS, party

WAYBILL = "urn:chiptrail:doc:awb:160-12345675"


def begin(made):
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS, "https://id.gs1.org/01/09506000134352/21/"])
    made.enroll("shop")
    made.enroll("carrier", Role.CARRIER)


@pytest.fixture
def world(tmp_path, url):
    return opened(tmp_path, begin, checking=False, url=url)


def codes(findings):
    return [finding.code.value for finding in findings if finding.is_open]


def test_a_bare_serial_is_found_in_every_class(world):
    other = "https://id.gs1.org/01/09506000134352/21/A0001"
    world.commission("fab", [world.chips(1)[0], other])

    assert {other, world.chips(1)[0]} == set(resolve(world.ledger, ["A0001"])["A0001"])


@pytest.mark.parametrize(
    "text",
    [
        "https://id.gs1.org/01/09506000134352/21/A1",
        "https://dealer.example/01/9506000134352/21/A1?x=1",
        "(01)09506000134352(21)A1",
        "]d2010950600013435221A1",
        "A1",
    ],
)
def test_every_spelling_of_an_item_finds_it(world, text):
    item = "https://id.gs1.org/01/09506000134352/21/A1"
    world.commission("fab", [item])

    assert [item] == resolve(world.ledger, [text])[text]


@pytest.mark.parametrize("text", ["nothing", "", "https://id.gs1.org/01/09506000134352/21/none"])
def test_what_is_not_recorded_is_found_nowhere(world, text):
    assert [] == resolve(world.ledger, [text])[text]


def test_a_dossier_tells_the_story_in_order(world):
    chip = world.chips(1)
    world.commission("fab", chip)
    world.ship("fab", chip, to="shop")
    world.receive("shop", chip)

    told = dossier(world.ledger, chip[0])
    assert ["commission", "ship", "receive"] == [step.act.kind.value for step in told.steps]
    assert (Verdict.CLEAR, party("shop")) == (told.verdict, told.state.custody.holder)


def test_an_item_that_nobody_named_has_no_dossier(world):
    told = dossier(world.ledger, "urn:a:b")

    assert (None, Verdict.UNKNOWN, ()) == (told.state, told.verdict, told.steps)


def test_what_happened_to_a_pallet_is_told_of_the_chips_while_they_were_in_it(world):
    chips, pallet = world.chips(2), "urn:pallet:1"
    world.commission("fab", chips)
    world.declare("fab", [pallet])
    world.pack("fab", pallet, chips)
    world.ship("fab", [pallet], to="shop")
    world.receive("shop", [pallet])
    world.unpack("shop", pallet, chips[:1])
    world.declare("shop", [pallet])

    told = dossier(world.ledger, chips[0])
    assert [
        ("commission", None), ("pack", None), ("ship", pallet), ("receive", pallet),
        ("unpack", None),
    ] == [(step.act.kind.value, step.through) for step in told.steps]  # fmt: skip
    assert (chips[1],) == dossier(world.ledger, pallet).contents


def test_what_a_pallet_is_found_out_of_is_found_of_its_contents(world):
    chips, pallet = world.chips(2), "urn:pallet:1"
    world.commission("fab", chips)
    world.pack("fab", pallet, chips[:1])
    world.report("fab", [pallet], "stolen")

    verdicts = [dossier(world.ledger, item).verdict for item in (*chips, pallet)]
    assert [Verdict.STOP, Verdict.CLEAR, Verdict.STOP] == verdicts


def test_a_container_is_as_bad_as_the_worst_thing_in_it(world):
    """At any depth, in a dossier as in a check."""
    chips, tray, pallet = world.chips(2), "urn:tray:1", "urn:pallet:1"
    world.commission("fab", chips)
    world.pack("fab", tray, chips)
    world.pack("fab", pallet, [tray])
    world.report("fab", chips[:1], "stolen")

    told = dossier(world.ledger, pallet)
    assert (Verdict.STOP, {chips[0]: Verdict.STOP}) == (told.verdict, told.troubled)
    assert Verdict.STOP is check(world.ledger, [pallet]).lines[0].verdict


def test_a_late_finding_on_a_packing_is_not_on_the_pallet(world):
    """The entry names the chips as items, and the pallet as their container."""
    chips, pallet = world.chips(1), "urn:pallet:1"
    world.commission("fab", chips)
    world.pack("fab", pallet, chips, at=world.now - timedelta(days=300))

    assert [] == codes(dossier(world.ledger, pallet).findings)
    assert codes(dossier(world.ledger, chips[0]).findings)


def test_what_is_overdue_depends_on_the_day(world):
    chip = world.chips(1)
    world.commission("fab", chip)
    world.ship("fab", chip, to="shop", due_in=timedelta(days=2))

    days = (1, 30)
    answers = [
        codes(dossier(world.ledger, chip[0], as_of=world.now + timedelta(days=d)).findings)
        for d in days
    ]
    assert [[], ["custody/overdue"]] == answers


def test_what_a_final_receipt_leaves_out_is_short(world):
    chips = world.chips(3)
    world.commission("fab", chips)
    world.ship("fab", chips, to="shop")
    world.receive("shop", chips[:2], final=True)

    assert [[], [], ["custody/short"]] == [
        codes(dossier(world.ledger, chip).findings) for chip in chips
    ]


# Many ------------------------------------------------------------------------------------------


def test_a_check_answers_line_by_line_in_the_order_asked(world):
    chips = world.chips(3)
    world.commission("fab", chips)
    world.report("fab", chips[1:2], "stolen")

    told = check(world.ledger, ["A0003", "nope", "A0002", "A0001"])
    assert ["A0003", "nope", "A0002", "A0001"] == [line.text for line in told.lines]
    assert [Verdict.CLEAR, Verdict.UNKNOWN, Verdict.STOP, Verdict.CLEAR] == [
        line.verdict for line in told.lines
    ]
    assert {Verdict.CLEAR: 2, Verdict.UNKNOWN: 1, Verdict.STOP: 1} == told.verdicts


def test_a_check_against_a_waybill_names_what_was_not_presented(world):
    chips = world.chips(5)
    document = {"bizTransactionList": [{"type": "bol", "bizTransaction": WAYBILL}]}
    world.commission("fab", chips)
    world.ship("fab", chips[:3], to="shop", **document)
    world.ship("fab", chips[3:4], to="shop")

    told = check(world.ledger, [*chips[:2], *chips[3:], "nope"], document=WAYBILL)
    assert [
        Match.MATCH, Match.MATCH, Match.OTHER_SHIPMENT, Match.ELSEWHERE, Match.UNKNOWN,
    ] == [line.answer for line in told.lines]  # fmt: skip
    assert (chips[2],) == told.missing


def test_presenting_the_pallet_accounts_for_it_and_its_contents(world):
    chips, pallet = world.chips(2), "urn:pallet:1"
    document = {"bizTransactionList": [{"bizTransaction": WAYBILL}]}
    world.commission("fab", chips)
    world.pack("fab", pallet, chips)
    world.ship("fab", [pallet], to="shop", **document)

    assert (pallet,) == check(world.ledger, ["nope"], document=WAYBILL).missing
    assert (chips[1],) == check(world.ledger, chips[:1], document=WAYBILL).missing
    assert () == check(world.ledger, chips, document=WAYBILL).missing
    assert () == check(world.ledger, [pallet], document=WAYBILL).missing


def test_of_an_opened_pallet_only_what_is_not_there_is_missing(world):
    """A tray of which nothing is there is missing as a whole."""
    chips, trays, pallet = world.chips(4), ["urn:tray:1", "urn:tray:2"], "urn:pallet:1"
    document = {"bizTransactionList": [{"bizTransaction": WAYBILL}]}
    world.commission("fab", chips)
    world.pack("fab", trays[0], chips[:2])
    world.pack("fab", trays[1], chips[2:])
    world.pack("fab", pallet, trays)
    world.ship("fab", [pallet], to="shop", **document)

    found = check(world.ledger, chips[:1], document=WAYBILL).missing
    assert {chips[1], trays[1]} == set(found)


def test_what_is_presented_twice_is_answered_once_and_counted(world):
    chips = world.chips(2)
    world.commission("fab", chips)

    told = check(world.ledger, ["A0001", chips[0], "A0002", "nope", "nope"])
    assert (5, [2, 1, 2]) == (told.presented, [line.times for line in told.lines])


def test_a_serial_that_two_items_bear_is_marked(world):
    other = "https://id.gs1.org/01/09506000134352/21/A0001"
    world.commission("fab", [world.chips(1)[0], other])

    told = check(world.ledger, ["A0001"])
    assert (1, [2, 2]) == (told.presented, [line.bearers for line in told.lines])


def test_a_document_that_no_shipment_names_is_told_apart(world):
    chips = world.chips(1)
    world.commission("fab", chips)

    shipments = [check(world.ledger, chips, document=found).shipments for found in (None, WAYBILL)]
    assert [None, 0] == shipments


def test_what_was_received_is_no_longer_expected(world):
    chips = world.chips(2)
    document = {"bizTransactionList": [{"bizTransaction": WAYBILL}]}
    world.commission("fab", chips)
    world.ship("fab", chips, to="shop", **document)
    world.receive("shop", chips[:1])

    assert (chips[1],) == check(world.ledger, [], document=WAYBILL).missing


def test_a_destroyed_chip_that_is_presented_is_a_stop(world):
    chip = world.chips(1)
    world.commission("fab", chip)
    world.destroy("fab", chip)

    assert Verdict.CLEAR is dossier(world.ledger, chip[0]).verdict
    line = check(world.ledger, chip).lines[0]
    assert (Verdict.STOP, ["custody/after-terminal"]) == (line.verdict, codes(line.findings))


def test_goods_in_hands_that_have_no_part_in_them_are_elsewhere(world):
    chip = world.chips(1)
    world.commission("fab", chip)
    world.ship("fab", chip, to="shop", via=["carrier"])

    answers = [
        check(world.ledger, chip, presented_by=party(name)).lines[0].answer
        for name in ("carrier", "nobody")
    ]
    assert [Match.MATCH, Match.ELSEWHERE] == answers


def test_what_a_transformation_makes_has_it_in_its_story(world):
    chips = world.chips(4)
    world.commission("fab", chips[:2])
    lists = {"inputEPCList": chips[:2], "outputEPCList": chips[2:]}
    made = [world.event("fab", "TransformationEvent", lists).index for _ in range(2)]

    assert [[chip] for chip in chips] == list(resolve(world.ledger, chips).values())
    told = dossier(world.ledger, chips[2])
    assert told.state is not None
    assert (made[0], made) == (told.state.last, [step.index for step in told.steps])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("payload", b'{"type":"ObjectEvent"}'),
        ("signature", bytes(64)),
    ],
)
def test_a_tampered_entry_is_not_told_as_a_story(world, column, value):
    chip = world.chips(1)
    world.commission("fab", chip)
    index = world.declare("fab", chip).index
    world.commission("fab", ["urn:other:1"])
    with world.ledger.database.writing() as connection:
        lift_triggers(connection)
        connection.exec_driver_sql(f"UPDATE entry SET {column} = ? WHERE idx = {index}", (value,))

    with pytest.raises(IntegrityError, match=f"entry {index} "):
        dossier(world.ledger, chip[0])


def test_a_tampered_list_is_not_told_as_a_story(world):
    chips = world.chips(3)
    index = world.commission("fab", chips).index
    with world.ledger.database.writing() as connection:
        lift_triggers(connection)
        connection.exec_driver_sql("UPDATE item_list SET ids = replace(ids, 'A0002', 'A0009')")

    with pytest.raises(IntegrityError, match=f"entry {index} "):
        dossier(world.ledger, chips[0])
