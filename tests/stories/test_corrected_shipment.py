"""The seller who "corrects" a delivered shipment.

Kestrel has shipped two chips to Fjordhall, and Fjordhall has signed for them. A week later Kestrel
would rather have shipped them to Inzai, and says that it did. What Fjordhall has signed for Kestrel
cannot take back alone: the correction waits until Fjordhall concurs.
"""

import pytest

from ledger.note import parse_vkey
from ledger.service.bundling import make_bundle
from ledger.verify import verify_bundle
from tests.geography import ATLAS
from tests.stories.telling import findings, page, verdict, whereabouts


@pytest.fixture
def chips(world):
    chips = world.chips(2)
    world.commission("hsinlin", chips)
    world.ship("hsinlin", chips, to="kestrel")
    world.receive("kestrel", chips)
    return chips


@pytest.fixture
def delivered(world, chips):
    """Kestrel's shipment to Fjordhall, and Fjordhall's receipt of it."""
    shipped = world.ship("kestrel", chips, to="fjordhall")
    return shipped, world.receive("fjordhall", chips)


@pytest.fixture
def correction(world, chips, delivered):
    """A week later: it is to have gone to Inzai."""
    wrong, _ = delivered
    world.advance(days=7)
    right = world.ship("kestrel", chips, to="inzai")
    return world.correct("kestrel", wrong, right)


def test_before_anybody_has_built_on_it_a_mistake_is_simply_corrected(world, chips):
    wrong = world.ship("kestrel", chips, to="fjordhall")
    right = world.ship("kestrel", chips, to="inzai")
    world.correct("kestrel", wrong, right)
    world.receive("inzai", chips)

    assert ("Inzai", "clear") == (whereabouts(world, chips[0]), verdict(world, chips[0]))
    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Inzai, since 9 Mar 2026 09:06 UTC (entry 7)
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 4  Taken back by entry 6: shipped by Kestrel to Fjordhall.
 5  Shipped by Kestrel to Inzai.
 6  Entry 4 declared wrong by Kestrel.
 7  Received by Inzai.
"""
    assert told == page(world, chips[0])


def test_what_the_consignee_has_signed_for_stays_with_it(world, chips, correction):
    assert ("Fjordhall", "check") == (whereabouts(world, chips[0]), verdict(world, chips[0]))
    assert "warning, open" == findings(world, chips[0])["correction/open"]
    told = """\
A0001 is CHECK.
made: by Hsinlin
held by: Fjordhall, since 9 Mar 2026 09:04 UTC (entry 5)
check: Kestrel declared entry 4 wrong, but Fjordhall signed for what followed; entry 4 stands
      until they agree.  correction/open, entry 7
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 4  Shipped by Kestrel to Fjordhall.
 5  Received by Fjordhall.
 6  Counts only with entry 7: shipped by Kestrel to Inzai.
 7  Entry 4 declared wrong by Kestrel.
    check  Kestrel declared entry 4 wrong, but Fjordhall signed for what followed; entry 4
      stands until they agree.  correction/open
"""
    assert told == page(world, chips[0])


def test_when_the_consignee_concurs_it_counts(world, chips, delivered, correction):
    """Fjordhall takes back its own word, too: it has signed that it received the chips."""
    world.concur("fjordhall", correction)
    on_the_way = whereabouts(world, chips[0])
    assert "clear" == verdict(world, chips[0])
    world.correct("fjordhall", delivered[1], why="did_not_occur")
    world.receive("inzai", chips)

    assert ("Kestrel > Inzai", "Inzai") == (on_the_way, whereabouts(world, chips[0]))
    told = """\
A0001 is CLEAR.
made: by Hsinlin
held by: Inzai, since 16 Mar 2026 09:09 UTC (entry 10)
 1  Made by Hsinlin.
 2  Shipped by Hsinlin to Kestrel.
 3  Received by Kestrel.
 4  Taken back by entry 7: shipped by Kestrel to Fjordhall.
 5  Taken back by entry 9: received by Fjordhall.
 6  Shipped by Kestrel to Inzai.
 7  Entry 4 declared wrong by Kestrel.
    note  Kestrel declared entry 4 wrong, but Fjordhall signed for what followed; entry 4 stands
      until they agree. (settled by entry 8)  correction/open
 8  Fjordhall agrees with the correction in entry 7.
 9  Entry 5 declared wrong by Fjordhall.
10  Received by Inzai.
"""
    assert told == page(world, chips[0])


def test_the_consent_of_somebody_else_does_not_help(world, chips, correction):
    world.concur("inzai", correction)
    world.concur("magpie", correction)

    assert "Fjordhall" == whereabouts(world, chips[0])


def test_a_receipt_whose_shipment_was_taken_back_is_told_so(world, chips, correction):
    world.concur("fjordhall", correction)
    (told,) = [line for line in page(world, chips[0]).splitlines() if line.startswith(" 5")]

    assert " 5  Without effect since entry 8 let a correction count: received by Fjordhall." == told


def test_who_agrees_unasked_is_not_told_as_if_it_had_been(world, chips, correction):
    world.concur("magpie", correction)
    world.concur("fjordhall", correction)
    world.concur("fjordhall", correction)
    story = " ".join(page(world, chips[0]).split())

    assert [
        part in story
        for part in (
            "8 Without effect: Magpie agrees with the correction in entry 7. Nothing that is told",
            "9 Fjordhall agrees",
            "10 Without effect: Fjordhall agrees",
            "Entry 7 waited no more since entry 9.",
        )
    ] == [True] * 4


def test_a_bundle_names_who_has_to_agree(world, chips, correction):
    data = make_bundle(world.ledger, chips[:1])
    (subject,) = verify_bundle(data, parse_vkey(world.ledger.vkey), ATLAS).subjects
    (waits,) = [one.message for one in subject.findings if one.code == "correction/open"]

    assert waits.endswith("and urn:chiptrail:party:fjordhall did not concur")
