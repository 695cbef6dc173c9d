"""Made into something else: all or nothing, and nothing is washed clean by it."""

import pytest

from tests.ledger.custody_story import Story


@pytest.fixture
def story():
    story = Story()
    story.commission("maker", "c1 c2")
    return story


def test_inputs_end_and_outputs_begin(story):
    assert story.transform("maker", "c1 c2", out="c8 c9") == set()
    assert [story.state(name).ended for name in ("c1", "c9")] == ["transform", None]
    assert (story.holder("c9"), story.state("c9").origin) == ("maker", story.act.actor)


def test_what_goes_in_and_comes_out_goes_on(story):
    story.transform("maker", "c1 c2", out="c1 c9")

    assert (story.state("c1").ended, story.state("c1").last) == (None, story.index)
    assert story.state("c2").ended == "transform"


def test_inputs_may_be_used_up_and_outputs_made_of_what_has_no_number(story):
    used_up = story.transform("maker", "c1")
    made = story.transform("maker", "", out="c9")

    assert (used_up, made) == (set(), set())
    assert (story.state("c1").ended, story.holder("c9")) == ("transform", "maker")


@pytest.mark.parametrize("spoil", ["ship", "destroy", "pack"])
def test_with_one_input_that_is_not_at_hand_nothing_is_made(story, spoil):
    story.tell(spoil, "maker", "c2", to="buyer", into="tray" if spoil == "pack" else None)
    found = story.transform("maker", "c1 c2", out="c9")

    assert {item for item, *_ in found} == {"c2"}
    assert (story.state("c1").ended, story.state("c9")) == (None, None)


def test_with_an_input_that_nobody_entered_nothing_is_made(story):
    assert story.transform("maker", "c1 c7", out="c9") == {("c7", "custody/unknown-item", "entry")}
    assert story.state("c9") is None


def test_a_stranger_makes_nothing_of_it(story):
    assert story.transform("rival", "c1", out="o9") == {
        ("c1", "custody/not-holder", "entry"),
        ("c1", "custody/challenged"),
    }
    assert story.state("o9") is None


def test_an_output_of_others_numbers_is_found_and_yields(story):
    assert story.transform("maker", "c1", out="o9") == {("o9", "custody/foreign-prefix")}
    assert story.state("o9").foreign


def test_an_output_that_is_there_already_is_found(story):
    assert story.transform("maker", "c1", out="c2") == {("c2", "custody/already-exists")}
    assert story.state("c2").last == 0


def test_what_is_made_of_a_stolen_thing_is_stolen(story):
    story.report("maker", "c1", status_set="stolen")

    assert story.transform("maker", "c1", out="c9") == {("c9", "status/stolen")}
    assert story.state("c9").status == {"stolen"}
    assert story.message() == (
        "urn:chiptrail:party:maker made this item out of something that was stolen (entry 1)"
    )


def test_a_number_entered_beforehand_does_not_wash_it_clean(story):
    story.register("maker", "c9")
    story.report("maker", "c1", status_set="stolen")

    assert story.transform("maker", "c1", out="c9") == {("c9", "custody/already-exists")}


def test_what_was_detained_is_made_into_something_detained(story):
    story.detain("customs", "c1")

    assert story.transform("maker", "c1", out="c9") == {
        ("c1", "status/detained"),
        ("c9", "status/detained"),
    }
    assert story.release("customs", "c9", status_unset="detained") == set()
    assert story.state("c9").status == set()


def test_what_is_made_of_anothers_thing_is_the_others(story):
    story.transfer("maker", "c1", owner="bank")
    story.accept("bank", "c1")
    story.transform("maker", "c1 c2", out="c9")

    assert (story.holder("c9"), story.owner("c9")) == ("maker", "bank")


def test_of_the_things_of_two_others_nothing_is_made(story):
    """Whose would it be?"""
    for name, owner in (("c1", "bank"), ("c2", "shop")):
        story.transfer("maker", name, owner=owner)
        story.accept(owner, name)

    assert story.transform("maker", "c1 c2", out="c9") == {
        ("c1", "custody/not-holder"),
        ("c2", "custody/not-holder"),
    }
    assert story.state("c9") is None


def test_the_contents_of_a_used_up_board_stay_in_it_until_they_are_taken_out(story):
    story.install("maker", "c1", into="c2")
    story.transform("maker", "c2", out="c9")
    inside = story.state("c1").ended

    assert story.remove("maker", into="c2") == set()
    assert (inside, story.state("c1").parent) == (None, None)


def test_nothing_happens_to_what_was_made_into_something_else(story):
    story.transform("maker", "c1", out="c9")

    assert story.ship("maker", "c1", to="buyer") == {("c1", "custody/after-terminal")}
    assert story.message() == (
        "urn:chiptrail:party:maker signed that it shipped this item, which was made into something"
        " else (entry 1)"
    )


def test_a_transformation_says_that_its_items_depend_on_each_other(story):
    story.transform("maker", "c1", out="c9")

    assert story.step.bound
