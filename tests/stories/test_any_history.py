"""What holds of every history, also of those that nobody thought of."""

from datetime import timedelta

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger.finding import FINDINGS, Tier
from ledger.judge import Verdict
from ledger.service.listing import Wanted, units
from ledger.service.paging import START
from ledger.service.query import Dossier, dossier
from ledger.view import EVERYTHING, Reader
from tests.stories.histories import (
    FAR_OFF,
    MADE,
    PARTIES,
    STRANGER,
    THINGS,
    against,
    dossiers,
    history,
    open_findings,
    something,
    whereabouts,
    worse,
)
from tests.world import CHIPS, party

# Each history is a ledger of its own: to make a failing one smaller would take many minutes.
SOME = settings(max_examples=20, phases=set(Phase) - {Phase.shrink})
CHANCE = st.randoms(use_true_random=False)


@SOME
@given(CHANCE)
def test_a_resolution_never_opens_a_finding(chance):
    """By anybody, about any entry, any code and any items."""
    with history(chance, steps=12) as (world, receipts):
        before = open_findings(world)
        for _ in range(4):
            about = [(code, index) for _, code, index, _ in before if index in receipts]
            code, index = chance.choice([*sorted(about), ("custody/overdue", min(receipts))])
            items = chance.sample(THINGS, chance.choice([0, 0, 1, 2]))
            world.resolve(chance.choice([*PARTIES, "registrar"]), receipts[index], code, items)

            after = open_findings(world)
            assert after <= before
            before = after


@SOME
@given(CHANCE)
def test_a_resolution_of_what_was_not_found_changes_nothing(chance):
    with history(chance, steps=6) as (world, receipts):
        before = dossiers(world)
        found = {(one.code, one.index) for told in before.values() for one in told.findings}
        index = chance.choice(sorted(receipts))
        code = chance.choice([code for code in FINDINGS if (code, index) not in found])
        world.resolve("customs", receipts[index], code)

        assert [told.findings for told in before.values()] == [
            told.findings for told in dossiers(world).values()
        ]


@SOME
@given(CHANCE)
def test_a_stranger_changes_no_state_and_casts_no_more_than_a_warning(chance):
    with history(chance, steps=12) as (world, _):
        known = {item: told for item, told in dossiers(world).items() if told.state is not None}
        # An emptied box begins anew with whoever packs it.
        before = {item: told for item, told in known.items() if not told.state.emptied}
        for _ in range(3):
            something(world, chance, who=STRANGER)
        after = dossiers(world)

        for item, told in before.items():
            assert whereabouts(told) == whereabouts(after[item])
            cast = against(after[item]) - against(told)
            assert all(found.tier is not Tier.CONTRAINDICATED for found in cast)
            assert after[item].verdict is told.verdict or not worse(
                after[item].verdict, Verdict.CHECK
            )


@SOME
@given(CHANCE)
def test_unrelated_entries_change_nothing(chance):
    """Whatever is judged of it: places, licences, numbers and dates."""
    with history(chance, steps=8) as (world, _):
        world.declare("fab", MADE[:2], **HERE)
        world.declare("shop", MADE[:2], **THERE)
        world.ship("fab", MADE[2:], to="shop", **UNDER)
        before = judgements(world)
        for _ in range(5):
            unrelated(world, chance)

        assert before == judgements(world)


def judgements(world):
    told = dossiers(world)
    return {item: (one.state, one.findings, one.verdict, one.place) for item, one in told.items()}


HERE, THERE = (
    {"chiptrail:location": {"latitude": latitude, "longitude": 9.5, "accuracyM": 500}}
    for latitude in (47.2, 59.9)
)
UNDER = {"chiptrail:authorisations": [{"regime": "EAR", "kind": "licence", "number": "D1"}]}
OTHERS = [f"{CHIPS}Z{number:04}" for number in (1, 2)]


def unrelated(world, chance):
    """What the same parties do to other goods, at the same places, under another licence."""
    others = {"chiptrail:authorisations": [UNDER["chiptrail:authorisations"][0] | {"number": "D2"}]}
    chance.choice(
        [
            lambda: world.commission("fab", OTHERS, **HERE),
            lambda: world.ship("fab", OTHERS, to="hall", due_in=timedelta(days=1), **others),
            lambda: world.receive("hall", OTHERS, **THERE),
            lambda: world.declare("customs", OTHERS, **THERE),
            lambda: world.report("fab", OTHERS, "stolen"),
            lambda: world.replace("fab", OTHERS[0], uuid="GPU-2"),
            lambda: world.licence("customs", "D2", holder=party("fab"), quantity=1),
            lambda: world.mandate("hall", "carrier", "receive"),
        ]
    )()


@SOME
@given(CHANCE)
def test_a_stranger_that_was_there_first_keeps_no_chip_from_its_maker(chance):
    with history(chance, steps=0, before=6) as (world, _):
        for item in MADE:
            told = dossier(world.ledger, item, as_of=FAR_OFF)
            assert told.state is not None
            assert told.state.custody.is_held_by(party("fab"))
            assert (told.state.ended, told.state.parent) == (None, None)
            assert not worse(told.verdict, Verdict.CHECK)


@SOME
@given(CHANCE)
def test_a_list_has_what_its_reader_sees_and_nothing_else(chance):
    """What lies inside of something else that is in view is found below that."""
    with history(chance, steps=15) as (world, _):
        for name in PARTIES:
            reader = Reader(party(name))
            seen = {thing: dossier(world.ledger, thing, reader=reader) for thing in THINGS}
            there = {thing: told for thing, told in seen.items() if told.state is not None}
            page = units(world.ledger, Wanted(), after=START, limit=100, reader=reader)

            outermost = {
                thing
                for thing, told in there.items()
                if told.container not in there or _ends(there[told.container or ""]) < _ends(told)
            }
            assert outermost == {line.item for line in page.lines}


def _ends(told: Dossier) -> int:
    return EVERYTHING if told.horizon is None else told.horizon
