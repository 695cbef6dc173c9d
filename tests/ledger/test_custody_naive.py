"""Random histories: the rules against the naive model, batches, strangers and lots."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ledger.act import Act, ActKind
from ledger.custody import apply, needs
from ledger.finding import Tier
from ledger.holding import Holdings, Phase, commit, containers_of, effective
from tests.ledger.custody_story import BEGIN, FACTS, HOUR, ITEM, PARTY, closed_in, found_in
from tests.ledger.naive_custody import NaiveLog

PARTIES = [PARTY + name for name in ("maker", "rival", "buyer", "carrier", "customs")]
STRANGER = PARTY + "stranger"
CHIPS = [ITEM + name for name in ("c1", "c2", "o1")]
BOXES = [ITEM + name for name in ("tray", "carton", "c-box", "pallet")]
KINDS = [
    *(ActKind.COMMISSION, ActKind.REGISTER, ActKind.RECORD, ActKind.TRANSFORM),
    *(ActKind.CARRY, ActKind.DECLARE, ActKind.INSPECT, ActKind.REPORT, ActKind.CLEAR),
    *(ActKind.REFUSE, ActKind.VOID, ActKind.DESTROY, ActKind.DECOMMISSION),
    *3 * (ActKind.SHIP, ActKind.RECEIVE, ActKind.PACK, ActKind.UNPACK),
    *(ActKind.INSTALL, ActKind.REMOVE),
]
WITH_PARENT = {ActKind.PACK, ActKind.UNPACK, ActKind.INSTALL, ActKind.REMOVE}
# Half of the profile's examples: a history is some twenty draws and foldings.
SOME = settings(
    max_examples=settings.default.max_examples // 2,
    suppress_health_check=[HealthCheck.too_slow],
    deadline=None,
)


def shuffled(values, least=1, most=3):
    return st.lists(st.sampled_from(values), unique=True, min_size=least, max_size=most).map(tuple)


def words(*values):
    return st.frozensets(st.sampled_from(values), max_size=2)


@st.composite
def acts(draw, actors=PARTIES):
    kind = draw(st.sampled_from(KINDS))
    is_nested = kind in WITH_PARENT
    return Act(
        kind,
        draw(st.sampled_from(actors)),
        BEGIN + draw(st.integers(-200, 30)) * HOUR,
        draw(shuffled([*CHIPS, *BOXES], least=0 if is_nested else 1)),
        parent=draw(st.sampled_from(BOXES)) if is_nested else None,
        counterparty=draw(st.sampled_from(PARTIES)),
        via=draw(shuffled(PARTIES, least=0, most=2)),
        final=draw(st.booleans()),
        condition=draw(words("damaged", "non_conformant", "mismatch_instance")),
        status_set=draw(words("stolen", "lost", "seized")),
        status_unset=draw(words("stolen", "tampered")),
    )


@st.composite
def histories(draw, least=1, most=16):
    """Openings, then acts of which most make sense where the items are."""
    holdings, log = Holdings(), []
    opening = draw(st.sampled_from(OPENINGS))[: draw(st.integers(1, 4))]
    for index in range(draw(st.integers(least, most))):
        act = opening[index] if index < len(opening) else draw(acts())
        recorded_at = BEGIN + index * HOUR
        if index < len(opening) or draw(st.integers(0, 9)):
            act = act._replace(event_at=recorded_at)
        if index >= len(opening) and draw(st.integers(0, 5)):
            act = sensible(draw, holdings, act)
        log.append((act, recorded_at))
        commit(holdings, decide(holdings, log, index))
    return log


MAKER, RIVAL, BUYER, CARRIER, _ = PARTIES
TRAY, CARTON, C_BOX, PALLET = BOXES
OPENINGS = [
    [
        Act(ActKind.COMMISSION, MAKER, BEGIN, tuple(CHIPS[:2])),
        Act(ActKind.PACK, MAKER, BEGIN, tuple(CHIPS[:2]), parent=TRAY),
        Act(ActKind.PACK, MAKER, BEGIN, (TRAY,), parent=PALLET),
        Act(ActKind.SHIP, MAKER, BEGIN, (PALLET,), counterparty=BUYER, via=(CARRIER,)),
    ],
    [
        Act(ActKind.COMMISSION, RIVAL, BEGIN, (CHIPS[0], CHIPS[2], C_BOX)),
        Act(ActKind.PACK, RIVAL, BEGIN, (CHIPS[0], CHIPS[2]), parent=C_BOX),
        Act(ActKind.PACK, RIVAL, BEGIN, (C_BOX,), parent=PALLET),
        Act(ActKind.SHIP, RIVAL, BEGIN, (PALLET,), counterparty=BUYER, via=(CARRIER,)),
    ],
]
ON_CONTENTS = {ActKind.UNPACK, ActKind.REPORT, ActKind.CLEAR, ActKind.COMMISSION}
MOVES = {
    Phase.HELD: [
        *(ActKind.SHIP, ActKind.SHIP, ActKind.SHIP, ActKind.PACK, ActKind.PACK, ActKind.UNPACK),
        *(ActKind.DESTROY, ActKind.DECOMMISSION, ActKind.REPORT, ActKind.CLEAR, ActKind.RECEIVE),
        ActKind.COMMISSION,
    ],
    Phase.IN_TRANSIT: [
        *(ActKind.RECEIVE, ActKind.RECEIVE, ActKind.REFUSE, ActKind.VOID, ActKind.CARRY),
        *(ActKind.PACK, ActKind.UNPACK, ActKind.UNPACK, ActKind.CLEAR, ActKind.REPORT),
    ],
}


def sensible(draw, holdings, act):
    """*act* on something that is there, by somebody who can."""
    if not holdings.states:
        return act
    target = draw(st.sampled_from(sorted(holdings.states)))
    own, now = holdings.states[target], effective(holdings, target)
    kind = draw(st.sampled_from(MOVES[now.custody.phase]))
    while own.parent and kind not in ON_CONTENTS:
        target, own = own.parent, holdings.states[own.parent]
    beside = [i for i, s in holdings.states.items() if s.parent == own.parent and i != target]
    beside = [i for i in beside if effective(holdings, i).custody == now.custody]
    some = draw(shuffled(beside, least=0)) if beside else ()
    is_nested = kind in WITH_PARENT
    box = own.parent if kind is ActKind.UNPACK else draw(st.sampled_from(BOXES))
    listed = () if kind is ActKind.UNPACK and draw(st.booleans()) else (target, *some)
    return act._replace(
        kind=kind,
        actor=who_can(kind, now.custody) or act.actor,
        items=listed if is_nested or listed else (target,),
        parent=(box or BOXES[0]) if is_nested else None,
    )


def who_can(kind, custody):
    carrier = custody.via[0] if custody.via else None
    wanted = {
        ActKind.RECEIVE: custody.consignee,
        ActKind.REFUSE: custody.consignee,
        ActKind.CARRY: carrier,
        ActKind.PACK: carrier,
        ActKind.UNPACK: carrier,
        ActKind.COMMISSION: MAKER,
    }
    return wanted.get(kind) or custody.holder


def decide(holdings, log, index):
    act, recorded_at = log[index]
    return apply(holdings, act, FACTS, index=index, recorded_at=recorded_at)


def run(log, start=0, holdings=None):
    holdings = holdings or Holdings()
    steps = []
    for index in range(start, len(log)):
        steps.append(decide(holdings, log, index))
        commit(holdings, steps[-1])
    return holdings, steps


def naive(log):
    times = FACTS.times
    inspectors = {party for party, roles in FACTS.roles.items() if "inspector" in roles}
    return NaiveLog(log, FACTS.prefixes, inspectors, times.future_tolerance, times.late_after)


def plain(state):
    """A state in the words of the naive model."""
    custody = state.custody
    return {
        "custody": {
            "transit": custody.phase == "in-transit",
            "holder": custody.holder,
            "consignee": custody.consignee,
            "via": custody.via,
            "shipment": custody.shipment,
            "departed": custody.departed,
        },
        "last": state.last,
        "last_at": state.last_at,
        "parent": state.parent,
        "since": state.since,
        "status": set(state.status),
        "ended": state.ended,
        "origin": state.origin,
        "foreign": state.foreign,
        "pending": [(one.party, one.index, one.event_at, one.final) for one in state.pending],
    }


@SOME
@given(histories())
def test_states_and_findings_are_those_of_the_naive_model(log):
    holdings, steps = run(log)
    model = naive(log)

    assert states_of(holdings) == {item: model.both(item, len(log)) for item in model.entered()}
    for index, step in enumerate(steps):
        act = log[index][0]
        assert found_in(step, act) == shorten(model.found(index))
        assert closed_in(step, act) == shorten(model.said(index, "closed"))
        assert set(step.received) == model.said(index, "received")
        assert set(step.closed) == model.said(index, "final")


def states_of(holdings):
    return {
        item: (plain(state), plain(effective(holdings, item)))
        for item, state in holdings.states.items()
    }


def shorten(found):
    return {(item.removeprefix(ITEM), *rest) for item, *rest in found}


def load(stored, wanted):
    """What a store gives for *wanted*, every state an object of its own."""
    inside = {box: {i for i, s in stored.items() if s.parent == box} for box in wanted.contents}
    items = {*wanted.items, *wanted.contents, *set().union(*inside.values())}
    around = {box for item in items for box in containers_of(Holdings(stored), item)}
    return Holdings({i: replace(stored[i]) for i in items | around if i in stored}, inside)


@SOME
@given(histories(), st.sets(st.integers(1, 15)))
def test_any_split_into_batches_gives_the_same(log, cuts):
    whole, steps = run(log)
    stored, found = {}, []
    edges = [0, *sorted(cut for cut in cuts if cut < len(log)), len(log)]
    for start, stop in pairwise(edges):
        loaded = load(stored, needs([act for act, _ in log[start:stop]]))
        loaded, some = run(log[:stop], start, loaded)
        stored |= loaded.states
        found += some

    assert stored == whole.states
    assert [(s.findings, s.closings, s.received, s.closed) for s in found] == [
        (s.findings, s.closings, s.received, s.closed) for s in steps
    ]


def custody_of_all(holdings):
    seen = {item: effective(holdings, item) for item in holdings.states}
    return {item: (s.custody, s.parent, s.status, s.ended, s.origin) for item, s in seen.items()}


@SOME
@given(histories(), acts(actors=[STRANGER]))
def test_a_stranger_changes_nothing_and_casts_no_more_than_a_warning(log, act):
    before, _ = run(log)
    log = [*log, (act, BEGIN + len(log) * HOUR)]
    step = decide(before, log, len(log) - 1)
    after, _ = run(log)
    entered = custody_of_all(before)

    assert entered == {item: s for item, s in custody_of_all(after).items() if item in entered}
    for finding in step.findings:
        if finding.on_items and entered.keys() & set(finding.items or act.items):
            assert finding.tier is not Tier.CONTRAINDICATED


@SOME
@given(histories(), acts())
def test_a_lot_is_what_its_items_are_one_by_one(log, act):
    """But for what only a lot can say: all of it together with its container."""
    before, _ = run(log)
    recorded_at = BEGIN + len(log) * HOUR
    inside = {box for item in act.items for box in containers_of(before, item)}
    assume(act.parent is None and not inside & set(act.items))
    step = apply(before, act, FACTS, index=len(log), recorded_at=recorded_at)
    singles = [
        (one, apply(before, one, FACTS, index=len(log), recorded_at=recorded_at))
        for one in [act._replace(items=(item,)) for item in act.items]
    ]
    future = {"time/future"}

    assert {f for f in found_in(step, act) if f[1] not in future} == {
        f for one, single in singles for f in found_in(single, one) if f[1] not in future
    }
    assert moved(step) == {item: s for _, single in singles for item, s in moved(single).items()}


def moved(step):
    return {item: move.state for move in step.moves for item in move.items}


@SOME
@given(histories())
def test_nothing_is_ever_inside_itself(log):
    holdings, _ = run(log)

    for item in holdings.states:
        around = list(containers_of(holdings, item))
        assert item not in around
        assert holdings.states[[item, *around][-1]].parent is None


def test_the_tolerance_of_the_histories_is_wide_enough_to_be_crossed():
    assert FACTS.times.late_after < timedelta(hours=200)
