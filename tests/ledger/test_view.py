"""Who sees what of an item, and what a signer is told of an entry: the rules alone."""

import pytest

from ledger.act import ActKind
from ledger.case import INSPECTOR
from ledger.custody import apply
from ledger.finding import Code, Finding, Tier
from ledger.holding import Custody, ItemState, Phase, held_by
from ledger.replay import Placed
from ledger.title import Gift
from ledger.view import (
    EVERYTHING,
    NOTHING,
    OPERATOR,
    Answers,
    Part,
    Reader,
    has_part_in_all,
    horizon,
    parties_to,
)
from tests.ledger.custody_story import BEGIN, HOUR, ITEM, Story, items, party


def history(*parts):
    return [Part(start, frozenset(names.split())) for start, names in parts]


SOLD = history((3, "fab"), (5, "fab shop carrier"), (9, "shop"))


@pytest.mark.parametrize(
    ("reader", "seen"), [("fab", 9), ("carrier", 9), ("shop", EVERYTHING), ("spy", NOTHING)]
)
def test_a_part_that_has_ended_is_seen_to_its_end(reader, seen):
    assert seen == horizon(SOLD, Reader(reader))


@pytest.mark.parametrize("role", ["inspector", "auditor"])
def test_inspectors_and_auditors_see_everything(role):
    assert EVERYTHING == horizon(SOLD, Reader("spy", frozenset({role})))


def test_the_operator_sees_everything():
    assert EVERYTHING == horizon([], OPERATOR)


def test_no_other_role_sees_anything():
    roles = frozenset({"maker", "exporter", "carrier", "operator"})

    assert NOTHING == horizon(SOLD, Reader("spy", roles))


def test_who_has_it_again_sees_everything_again():
    returned = [*SOLD, *history((12, "shop fab"), (15, "fab"))]

    assert (EVERYTHING, 15) == (horizon(returned, Reader("fab")), horizon(returned, Reader("shop")))


def test_the_last_part_counts():
    twice = [*SOLD, *history((12, "shop fab"), (15, "fab"), (18, "fab dc"), (20, "dc"))]

    assert 20 == horizon(twice, Reader("fab"))


def test_owner_and_user_have_a_part_wherever_it_is():
    gifts = (Gift(4, "bank", "lab", None, "shop"),)

    assert {"shop", "bank", "lab"} == parties_to(ItemState(held_by("shop"), 4, BEGIN, gifts=gifts))


def test_on_its_way_all_who_are_named_have_a_part():
    transit = Custody(Phase.IN_TRANSIT, "fab", "shop", ("sky", "road"), 3, owner="bank", user="lab")

    assert {"fab", "shop", "sky", "road", "bank", "lab"} == parties_to(ItemState(transit, 3, BEGIN))


def test_of_what_is_seized_those_who_will_have_it_back_have_a_part():
    story = Story()
    story.commission("maker", "c1")
    story.ship("maker", "c1", to="buyer")
    story.seize("customs", "c1", status_set="seized")

    assert {party("customs"), party("maker"), party("buyer")} == parties_to(story.state("c1"))


# What signers are told ---------------------------------------------------------------------------


class Telling(Story):
    """A story in which the signers are told; *trial*: all that is asked is one dry run."""

    answers = Answers()

    def told(self, kind, actor, names="", *, into=None, **rest):
        """What *actor* is told of this act, as (items, code); then it happens."""
        before = dict(self.holdings.states)
        self.tell(kind, actor, names, into=into, **rest)
        after, self.holdings.states = self.holdings.states, before
        step = apply(
            self.holdings, self.act, self.facts, index=self.index, recorded_at=self.recorded_at
        )
        placed = Placed(self.index, self.recorded_at, self.act, self.facts)
        self.received = self.answers.told(step, placed, self.holdings, self.facts)
        self.holdings.states = after
        return [
            (" ".join(i.removeprefix(ITEM) for i in f.items or self.act.items), f.code.value)
            for f in self.received
        ]


HIDDEN = [("c1", Code.UNCONFIRMED.value)]
ANY_ACT = [
    ("ship", {"to": "buyer"}),
    ("carry", {}),
    ("receive", {}),
    ("refuse", {}),
    ("void", {}),
    ("declare", {}),
    ("inspect", {"condition": "non_conformant"}),
    ("detain", {}),
    ("report", {"status_set": "stolen"}),
    ("clear", {"status_unset": "stolen"}),
    ("destroy", {}),
    ("register", {}),
    ("deliver", {"to": "buyer", "evidence": True}),
    ("transfer", {"owner": "urn:chiptrail:party:buyer"}),
    ("accept", {}),
    ("replace", {}),
]


@pytest.fixture(params=["nobody", "somebody", "ended", "in a box"])
def there(request):
    """Histories that differ in what became of c1 alone."""
    story = Telling()
    if request.param != "nobody":
        story.commission("maker", "c1")
    if request.param == "ended":
        story.destroy("maker", "c1")
    if request.param == "in a box":
        story.pack("maker", "c1", into="box")
    return story


@pytest.mark.parametrize(("kind", "said"), ANY_ACT)
def test_whether_an_item_exists_is_not_told(there, kind, said):
    assert HIDDEN == there.told(kind, "spy", "c1", **said)


def test_a_number_of_anothers_range_is_so_whether_it_is_used_or_not(there):
    told = there.told("commission", "spy", "c1")

    assert [("c1", "custody/foreign-prefix"), *HIDDEN] == told


def test_what_is_not_confirmed_cites_nothing_and_counts_against_nothing(there):
    there.told("ship", "spy", "c1", to="buyer")
    (found,) = there.received

    assert ((), False, Tier.NONE) == (found.cites, found.on_items, found.tier)


@pytest.mark.parametrize("kind", ["pack", "unpack", "install", "remove"])
def test_a_container_out_of_view_takes_what_is_said_of_its_load_along(there, kind):
    there.register("spy", "x1")
    there.ship("spy", "x1", to="buyer")

    assert HIDDEN == there.told(kind, "spy", "x1", into="c1")


def test_who_packs_its_own_into_a_new_box_hears_of_the_box_alone(there):
    there.register("spy", "x1 x2 x3")

    assert HIDDEN == there.told("pack", "spy", "x1 x2 x3", into="c1")
    (found,) = there.received
    assert found.message.endswith(
        "has no view of this container: if it is new, it begins with this"
    )


def test_one_out_of_view_says_nothing_of_the_others(there):
    there.register("spy", "x1")

    assert [("c1", "custody/unconfirmed")] == there.told("ship", "spy", "x1 c1", to="buyer")


def test_what_is_found_of_its_own_is_told():
    story = Telling()
    story.commission("maker", "c1")

    assert [("c1", "custody/not-in-transit")] == story.told("refuse", "maker", "c1")


def test_of_a_number_of_its_range_in_other_hands_its_use_is_told_and_not_where_it_is():
    story = Telling()
    story.commission("maker", "c1")
    story.ship("maker", "c1", to="buyer")
    story.receive("buyer", "c1")

    assert [("c1", "custody/already-exists")] == story.told("commission", "maker", "c1")
    (found,) = story.received
    assert (True, ()) == ("buyer" not in found.message, found.cites)


OWN_NUMBERS = [
    ("made later than entered", {}, "c1", "custody/challenged", "maker"),
    ("made before it was entered", {"late": 9 * HOUR}, "c1", "custody/unconfirmed", "spy"),
    ("signed for by somebody else", {}, "c2", "custody/already-exists", "buyer"),
]


@pytest.mark.parametrize(("date", "name", "code", "holder"), [row[1:] for row in OWN_NUMBERS])
def test_a_maker_is_told_what_its_date_means_of_a_number_that_others_use(date, name, code, holder):
    story = Telling()
    story.register("spy", "c1 c2")
    story.ship("spy", "c2", to="buyer")
    story.receive("buyer", "c2")

    assert [(name, code)] == story.told("commission", "maker", name, **date)
    (found,) = story.received
    assert (holder, ()) == (story.holder(name), found.cites)
    assert not {"spy", "buyer"} & set(found.message.replace(":", " ").split())


def test_a_packer_is_told_that_others_use_its_number_for_a_box():
    story = Telling()
    story.commission("maker", "c1")
    story.pack("spy", into="c2")
    story.pack("spy", into="c3")
    story.ship("spy", "c3", to="buyer")
    story.receive("buyer", "c3")

    told = [story.told("pack", "maker", "c1", into=box) for box in ("c2", "c3")]
    assert [[("c2", "custody/challenged")], [("c3", "custody/already-exists")]] == [
        [one for one in some if one[0] != "c1"] for some in told
    ]


def test_a_new_number_of_its_own_range_is_nothing_out_of_view():
    assert [] == Telling().told("commission", "maker", "c1")


def test_a_new_container_of_its_own_range_is_nothing_out_of_view():
    story = Telling()
    story.commission("maker", "c1")

    assert [] == story.told("pack", "maker", "c1", into="c2")


def test_an_inspector_is_told_all():
    story = Telling()

    assert INSPECTOR in story.facts.roles[party("customs")]
    assert [("c1", "custody/unknown-item")] == story.told("declare", "customs", "c1")


def test_the_entry_s_own_date_is_told_whatever_it_names(there):
    told = there.told("declare", "spy", "c1", late=24 * 30 * HOUR)
    assert [("c1", "custody/unconfirmed"), ("c1", "time/late-record")] == sorted(told)


def test_in_a_trial_what_was_out_of_view_stays_so(there):
    """Else a registration to which nobody is held would tell by what the next line finds."""
    there.answers = Answers(is_trial=True)
    there.told("register", "spy", "c1")

    assert HIDDEN == there.told("ship", "spy", "c1", to="buyer")


def test_in_a_trial_a_load_stays_out_of_view_with_its_container(there):
    there.register("spy", "x1")
    there.answers = Answers(is_trial=True)
    there.told("pack", "spy", "x1", into="c1")

    assert [("x1", "custody/unconfirmed")] == there.told("ship", "spy", "x1", to="buyer")


def test_a_plain_record_is_judged_by_nobody(there):
    assert [] == there.told(ActKind.RECORD.value, "spy", "c1")


def test_items_are_listed_as_they_were_named():
    assert [("c3 c1 c2", "custody/unconfirmed")] == Telling().told("receive", "spy", "c3 c1 c2")
    assert items("c3") == (ITEM + "c3",)


# Corrections -------------------------------------------------------------------------------------

WAITS = Finding(Code.CORRECTION_OPEN, "it waits for shop", 9, (), (3,))
WRONG = Finding(Code.CORRECTION_OPEN, "it signed no such event", 9, on_items=False)
BLIND = Finding(Code.UNCONFIRMED, "no view", 9, on_items=False)


def test_whom_a_correction_waits_for_is_told_to_who_sees_all_that_it_bears_on():
    told = [Answers().corrected((BLIND,), (WAITS,), sees=sees) for sees in (True, False)]

    assert [(BLIND, WAITS), (BLIND,)] == told


def test_that_there_is_nothing_to_correct_is_told_to_anybody():
    assert (WRONG,) == Answers().corrected((), (WRONG,), sees=False)


def test_in_a_trial_nothing_is_told_of_what_follows_a_correction():
    story = Telling()
    story.commission("maker", "c1")
    story.answers = Answers(is_trial=True)
    story.answers.corrected((), (), sees=True)

    assert [("c1", "custody/unconfirmed")] == story.told("refuse", "maker", "c1")


@pytest.mark.parametrize(("is_trial", "is_open"), [(True, False), (False, True)])
def test_what_a_trial_began_out_of_view_opens_nothing(is_trial, is_open):
    """A number that nobody used would else show in what is said of its correction."""
    story = Telling()
    story.answers = Answers(is_trial=is_trial)
    story.told("register", "spy", "c1")

    assert is_open is story.answers.is_open(story.holdings, items("c1"))


@pytest.mark.parametrize(
    ("name", "things", "sees"),
    [
        ("maker", "c1", True),
        ("maker", "c1 c2", False),
        ("spy", "c1", False),
        ("customs", "c2", True),
    ],
)
def test_who_has_a_part_in_all_of_some_things(name, things, sees):
    story = Story()
    story.commission("maker", "c1")
    story.declare(name, "c1")
    placed = Placed(story.index, story.recorded_at, story.act, story.facts)

    assert sees is has_part_in_all(placed, story.facts, story.holdings, items(things))
