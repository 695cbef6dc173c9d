"""What holds of every history, also of those that nobody thought of."""

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger.finding import FINDINGS, Tier
from ledger.judge import Verdict
from ledger.service.query import dossier
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
from tests.world import party

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
def test_a_stranger_that_was_there_first_keeps_no_chip_from_its_maker(chance):
    with history(chance, steps=0, before=6) as (world, _):
        for item in MADE:
            told = dossier(world.ledger, item, as_of=FAR_OFF)
            assert told.state is not None
            assert told.state.custody.is_held_by(party("fab"))
            assert (told.state.ended, told.state.parent) == (None, None)
            assert not worse(told.verdict, Verdict.CHECK)
