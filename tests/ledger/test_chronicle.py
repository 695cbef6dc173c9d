"""Items through time: the state after each entry, who had a part, and what a correction changes."""

from itertools import pairwise

from ledger.act import Act, ActKind
from ledger.chronicle import Chronicle
from ledger.replay import Placed
from ledger.view import EVERYTHING, NOTHING, Reader, horizon
from tests.ledger.custody_story import BEGIN, FACTS, HOUR, ITEM, items, party

BOX, CHIP = ITEM + "b", ITEM + "c1"


def placed(index, kind, actor, names, *, to=None, into=None):
    parent = None if into is None else ITEM + into
    at = BEGIN + index * HOUR
    act = Act(ActKind(kind), party(actor), at, items(names), parent, party(to))
    return Placed(index, at, act, FACTS)


MADE = placed(1, "commission", "maker", "c1 c2")
PACKED = placed(2, "pack", "maker", "c1 c2", into="b")
SENT = placed(3, "ship", "maker", "b", to="buyer")
RECEIVED = placed(4, "receive", "buyer", "b")
UNPACKED = placed(5, "unpack", "buyer", "c1", into="b")
SENT_BOX = placed(6, "ship", "buyer", "b", to="next")


def chronicle(*entries, scope=(CHIP, BOX)):
    told = Chronicle(scope)
    for entry in entries:
        told.take(entry)
    return told


def seen(told, name, item=CHIP):
    return horizon(told.history(item), Reader(party(name)))


def test_a_chip_goes_with_its_box_while_it_is_in():
    told = chronicle(MADE, PACKED, SENT, RECEIVED, UNPACKED, SENT_BOX)

    assert [1, 2, 3, 4, 5] == [part.start for part in told.history(CHIP)]
    assert [2, 3, 4, 6] == [part.start for part in told.history(BOX)]


def test_the_state_is_that_after_the_entry():
    told = chronicle(MADE, PACKED, SENT, RECEIVED)

    assert None is told.state(CHIP, 0)
    assert [party("maker")] * 3 + [party("buyer")] == [
        told.state(CHIP, index).custody.holder for index in (1, 2, 3, 4)
    ]
    assert ((), (BOX,)) == (told.around(CHIP, 1), told.around(CHIP, EVERYTHING))


def test_a_part_ends_with_the_box_that_the_chip_was_in():
    told = chronicle(MADE, PACKED, SENT, RECEIVED, UNPACKED, SENT_BOX)

    assert (4, EVERYTHING, NOTHING) == (
        seen(told, "maker"),
        seen(told, "buyer"),
        seen(told, "next"),
    )
    assert (4, EVERYTHING) == (seen(told, "maker", BOX), seen(told, "next", BOX))


def test_what_never_took_effect_is_in_no_history():
    """The chip was never in that box, or the box would be in the scope."""
    told = chronicle(MADE, placed(2, "pack", "maker", "c1", into="x"), scope=(CHIP,))

    assert [1] == [part.start for part in told.history(CHIP)]


def test_a_correction_counts_from_where_it_took_effect():
    instead = placed(6, "ship", "maker", "c1", to="next")
    told = chronicle(MADE, placed(2, "ship", "maker", "c1", to="buyer"), scope=(CHIP,))
    told.take(instead)
    told.revise(6, [MADE, instead])

    assert (6, EVERYTHING) == (seen(told, "buyer"), seen(told, "next"))
    consignees = [told.state(CHIP, index).custody.consignee for index in (2, 5, 6)]
    assert [party("buyer"), party("buyer"), party("next")] == consignees


def test_what_a_correction_takes_away_is_nobodys():
    told = chronicle(MADE, scope=(CHIP,))
    told.revise(2, [])

    assert (None, 2) == (told.state(CHIP, 2), seen(told, "maker"))


def test_containers_nest_deeper_than_functions_may_call_each_other():
    boxes = [f"b{number}" for number in range(1100)]
    nested = [
        placed(index, "pack", "maker", inner, into=outer)
        for index, (inner, outer) in enumerate(pairwise(("c1", *boxes)), 2)
    ]
    told = chronicle(MADE, *nested, scope=(CHIP, *map(ITEM.__add__, boxes)))

    assert seen(told, "maker") is EVERYTHING


def test_what_went_the_same_way_has_one_course():
    told = chronicle(MADE, PACKED, SENT, RECEIVED, UNPACKED, scope=(CHIP, BOX, ITEM + "c2"))
    before = chronicle(MADE, PACKED, scope=(CHIP, BOX, ITEM + "c2"))

    assert before.course(CHIP) == before.course(ITEM + "c2")
    assert told.course(CHIP) != told.course(ITEM + "c2")
