"""Random histories: the rules against the naive model, batches, strangers and lots."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ledger.act import Act, ActKind
from ledger.custody import apply, more_needs, needs
from ledger.finding import Tier
from ledger.holding import Custody, Holdings, Phase, commit, containers_of, effective
from ledger.replay import Placed, Replay
from tests.ledger.custody_story import BEGIN, FACTS, HOUR, ITEM, PARTY, closed_in, found_in
from tests.ledger.naive_custody import NaiveLog

PARTIES = [
    PARTY + name for name in ("maker", "rival", "buyer", "carrier", "customs", "police", "broker")
]
STRANGER = PARTY + "stranger"
CHIPS = [ITEM + name for name in ("c1", "c2", "o1")]
BOXES = [ITEM + name for name in ("tray", "carton", "c-box", "pallet")]
KINDS = [
    *ActKind,
    *3 * (ActKind.SHIP, ActKind.RECEIVE, ActKind.PACK, ActKind.UNPACK),
]
WITH_OUTPUTS = {ActKind.TRANSFORM}
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
    someone = st.none() | st.sampled_from(PARTIES)
    return Act(
        kind,
        draw(st.sampled_from(actors)),
        BEGIN + draw(st.integers(-200, 30)) * HOUR,
        draw(shuffled([*CHIPS, *BOXES], least=0 if is_nested else 1)),
        parent=draw(st.sampled_from(BOXES)) if is_nested else None,
        counterparty=draw(st.sampled_from(PARTIES)),
        via=draw(shuffled(PARTIES, least=0, most=2)),
        final=draw(st.booleans()),
        condition=draw(words("damaged", "non_conformant", "mismatch_instance", "conformant")),
        status_set=draw(words("stolen", "lost", "recalled", "seized")),
        status_unset=draw(words("stolen", "recalled", "detained", "seized")),
        outputs=draw(shuffled([*CHIPS, *BOXES], least=0)) if kind in WITH_OUTPUTS else (),
        principal=draw(st.none() | st.none() | st.sampled_from(PARTIES)),
        owner=draw(someone),
        user=draw(someone),
        evidence=draw(st.booleans()),
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


MAKER, RIVAL, BUYER, CARRIER, CUSTOMS, _, BROKER = PARTIES
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
    [
        Act(ActKind.COMMISSION, MAKER, BEGIN, (CHIPS[1],)),
        Act(ActKind.REGISTER, RIVAL, BEGIN, (CHIPS[0],)),
        Act(ActKind.PACK, RIVAL, BEGIN, (CHIPS[0],), parent=C_BOX),
        Act(ActKind.PACK, MAKER, BEGIN, (CHIPS[1],), parent=C_BOX),
    ],
    [
        Act(ActKind.REGISTER, RIVAL, BEGIN, (*CHIPS[:2], C_BOX)),
        Act(ActKind.PACK, RIVAL, BEGIN, (CHIPS[0],), parent=C_BOX),
        Act(ActKind.SHIP, RIVAL, BEGIN, (CHIPS[1],), counterparty=BUYER),
        Act(ActKind.COMMISSION, MAKER, BEGIN, (*CHIPS[:2], C_BOX)),
    ],
]
ON_CONTENTS = {
    *(ActKind.UNPACK, ActKind.REPORT, ActKind.CLEAR, ActKind.COMMISSION, ActKind.DETAIN),
    *(ActKind.SEIZE, ActKind.RELEASE, ActKind.TRANSFER, ActKind.ACCEPT, ActKind.REPLACE),
}
ANYWHERE = [
    *(ActKind.DETAIN, ActKind.SEIZE, ActKind.RELEASE, ActKind.RELEASE, ActKind.REPORT),
    *(ActKind.CLEAR, ActKind.TRANSFER, ActKind.TRANSFER, ActKind.ACCEPT, ActKind.ACCEPT),
]
FITTING = [*8 * (ActKind.RELEASE, ActKind.ACCEPT), ActKind.CLEAR, ActKind.CLEAR]
MOVES = {
    Phase.HELD: [
        *(ActKind.SHIP, ActKind.SHIP, ActKind.SHIP, ActKind.PACK, ActKind.PACK, ActKind.UNPACK),
        *(ActKind.DESTROY, ActKind.DECOMMISSION, ActKind.RECEIVE, ActKind.RECEIVE),
        *(ActKind.COMMISSION, ActKind.TRANSFORM, ActKind.REFUSE, ActKind.REPLACE, *ANYWHERE),
    ],
    Phase.IN_TRANSIT: [
        *(ActKind.RECEIVE, ActKind.RECEIVE, ActKind.REFUSE, ActKind.VOID, ActKind.CARRY),
        *(ActKind.PACK, ActKind.UNPACK, ActKind.UNPACK, ActKind.SHIP),
        *(ActKind.DELIVER, ActKind.DELIVER, *ANYWHERE),
    ],
}


def sensible(draw, holdings, act):
    """*act* on something that is there, by somebody who can."""
    if not holdings.states:
        return act
    target = draw(st.sampled_from(sorted(holdings.states)))
    own, now = holdings.states[target], effective(holdings, target)
    kind = draw(st.sampled_from(MOVES[now.custody.phase] + FITTING * bool(now.marks or own.offers)))
    while own.parent and kind not in ON_CONTENTS:
        target, own = own.parent, holdings.states[own.parent]
    beside = [i for i, s in holdings.states.items() if s.parent == own.parent and i != target]
    beside = [i for i in beside if effective(holdings, i).custody == now.custody]
    some = draw(shuffled(beside, least=0)) if beside else ()
    is_nested = kind in WITH_PARENT
    box = own.parent if kind is ActKind.UNPACK else draw(st.sampled_from(BOXES))
    listed = () if kind is ActKind.UNPACK and draw(st.booleans()) else (target, *some)
    actor = who_can(kind, now, own) or act.actor
    is_brokered = actor == BUYER and draw(st.booleans())
    return act._replace(
        kind=kind,
        actor=BROKER if is_brokered else actor,
        principal=BUYER if is_brokered else None,
        items=listed if is_nested or listed else (target,),
        parent=(box or BOXES[0]) if is_nested else None,
        counterparty=now.custody.consignee if kind is ActKind.DELIVER else act.counterparty,
        outputs=act.outputs or (CHIPS[1],) if kind in WITH_OUTPUTS else (),
        evidence=True,
        status_unset=now.status if kind in FITTING else act.status_unset,
    )


def who_can(kind, now, own):
    custody = now.custody
    carrier = custody.via[0] if custody.via else None
    by = {mark.word: mark.party for mark in now.marks}
    wanted = {
        ActKind.RECEIVE: custody.consignee,
        ActKind.REFUSE: custody.consignee,
        ActKind.CARRY: carrier,
        ActKind.DELIVER: carrier,
        ActKind.PACK: carrier,
        ActKind.UNPACK: carrier,
        ActKind.COMMISSION: MAKER,
        ActKind.DETAIN: CUSTOMS,
        ActKind.SEIZE: CUSTOMS,
        ActKind.RELEASE: by.get("seized") or by.get("detained") or CUSTOMS,
        ActKind.TRANSFER: now.owner,
        ActKind.ACCEPT: own.offers[0].taker if own.offers else None,
    }
    return wanted.get(kind) or custody.holder


def decide(holdings, log, index, facts=FACTS):
    act, recorded_at = log[index]
    return apply(holdings, act, facts, index=index, recorded_at=recorded_at)


def run(log, start=0, holdings=None, facts=FACTS):
    holdings = holdings or Holdings()
    steps = []
    for index in range(start, len(log)):
        steps.append(decide(holdings, log, index, facts))
        commit(holdings, steps[-1])
    return holdings, steps


def naive(log):
    return NaiveLog(log, FACTS)


def plain(state):
    """A state in the words of the naive model."""
    return {
        "custody": plain_custody(state.custody),
        "last": state.last,
        "last_at": state.last_at,
        "parent": state.parent,
        "since": state.since,
        "marks": [(*mark[:4], mark.kept and plain_custody(mark.kept)) for mark in state.marks],
        "ended": state.ended,
        "origin": state.origin,
        "foreign": state.foreign,
        "pending": [(one.party, one.index, one.event_at, one.final) for one in state.pending],
        "offers": [tuple(offer) for offer in state.offers],
        "registered": state.registered,
        "begun": state.begun and (state.begun.party, state.begun.at),
        "emptied": state.emptied,
        "titles": None,  # compared apart
    }


def plain_custody(custody):
    said = {name: getattr(custody, name) for name in Custody.__slots__ if name != "phase"}
    return {"transit": custody.phase == "in-transit", **said}


def both(holdings, item):
    now = effective(holdings, item)
    return plain(holdings.states[item]), plain(now), (now.title or (None, None))[:2]


def naive_both(model, item, n):
    title = model.own(item, n)["titles"][-1][1:]
    without = [{**state, "titles": None} for state in model.both(item, n)]
    return *without, title


@SOME
@given(histories())
def test_states_and_findings_are_those_of_the_naive_model(log):
    holdings, steps = run(log)
    model = naive(log)

    assert {item: both(holdings, item) for item in holdings.states} == {
        item: naive_both(model, item, len(log)) for item in model.entered()
    }
    for index, step in enumerate(steps):
        act = log[index][0]
        assert found_in(step, act) == shorten(model.found(index))
        assert closed_in(step, act) == shorten(model.said(index, "closed"))
        assert set(step.received) == model.said(index, "received")
        assert set(step.closed) == model.said(index, "final")
        assert step.bound is model.is_bound(index)


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
        acts_in = [act for act, _ in log[start:stop]]
        loaded = load(stored, needs(acts_in))
        more = load(stored, more_needs(acts_in, loaded))
        loaded = Holdings(more.states | loaded.states, more.contents | loaded.contents)
        loaded, some = run(log[:stop], start, loaded)
        stored |= loaded.states
        found += some

    assert stored == whole.states
    assert [(s.findings, s.closings, s.received, s.closed) for s in found] == [
        (s.findings, s.closings, s.received, s.closed) for s in steps
    ]


def custody_of_all(holdings):
    seen = {item: effective(holdings, item) for item in holdings.states}
    return {
        item: (s.custody, s.parent, s.marks, s.ended, s.origin, s.title, s.offers, s.emptied)
        for item, s in seen.items()
    }


@SOME
@given(histories(), acts(actors=[STRANGER]))
def test_a_stranger_changes_nothing_and_casts_no_more_than_a_warning(log, act):
    """But for an emptied container, which is anybody's to fill."""
    before, _ = run(log)
    log = [*log, (act, BEGIN + len(log) * HOUR)]
    step = decide(before, log, len(log) - 1)
    after, _ = run(log)
    entered = custody_of_all(before)
    theirs = {item: s for item, s in entered.items() if not before.states[item].emptied}

    assert theirs == {item: s for item, s in custody_of_all(after).items() if item in theirs}
    for finding in step.findings:
        if finding.on_items and entered.keys() & set(finding.items or act.items):
            assert finding.tier is not Tier.CONTRAINDICATED


@st.composite
def forestalled(draw):
    """A stranger's acts on numbers that the maker then uses, all of them; and what comes after."""
    kinds = st.sampled_from(
        [ActKind.REGISTER, ActKind.COMMISSION, ActKind.PACK, *MOVES[Phase.HELD]]
    )
    log = []
    for _ in range(draw(st.integers(1, 5))):
        kind, act = draw(kinds), draw(acts(actors=[STRANGER]))
        parent = draw(st.sampled_from(BOXES)) if kind in WITH_PARENT else None
        log.append(act._replace(kind=kind, parent=parent, items=act.items or (CHIPS[0],)))
    log += [
        Act(ActKind.COMMISSION, MAKER, BEGIN, tuple(CHIPS)),
        Act(ActKind.PACK, MAKER, BEGIN, (CHIPS[0],), parent=TRAY),
        Act(ActKind.PACK, MAKER, BEGIN, (TRAY,), parent=CARTON),
        Act(ActKind.PACK, MAKER, BEGIN, (CHIPS[1],), parent=C_BOX),
        Act(ActKind.PACK, MAKER, BEGIN, (C_BOX,), parent=PALLET),
        *draw(st.lists(acts(), max_size=4)),
    ]
    dates = [BEGIN + index * HOUR for index in range(len(log))]
    by_maker = [act._replace(event_at=at) for act, at in zip(log, dates, strict=True)]
    return [
        (dated if act.event_at == BEGIN else act, at)
        for act, dated, at in zip(log, by_maker, dates, strict=True)
    ]


ALL_NUMBERS = replace(FACTS, prefixes={MAKER: (ITEM,)})


@SOME
@given(forestalled())
def test_a_stranger_that_was_there_first_changes_nothing_and_casts_no_more_than_a_warning(log):
    """With numbers that have an owner; alone: nobody else has signed for what it made of them."""
    by_others = [
        (act._replace(kind=ActKind.RECORD) if act.actor == STRANGER else act, at) for act, at in log
    ]
    holdings, steps = run(log, facts=ALL_NUMBERS)
    alone, undisturbed = run(by_others, facts=ALL_NUMBERS)

    assert alone.states == holdings.states
    cast = open_on(steps, log) - open_on(undisturbed, by_others)
    assert {tier for *_, tier in cast} <= {Tier.WARNING}


def open_on(steps, log):
    """What is open at the end on each item: (item, code, entry, tier)."""
    found = set()
    for index, step in enumerate(steps):
        for closing in step.closings:
            closed = closing.items or log[index][0].items
            found = {f for f in found if f[0] not in closed or closing.code not in (None, f[1])}
        named = log[index][0].items
        found |= {
            (item, one.code, index, one.tier)
            for one in step.findings
            for item in one.items or named
            if one.on_items
        }
    return found


@SOME
@given(histories(), acts())
def test_a_lot_is_what_its_items_are_one_by_one(log, act):
    """But for what only a lot can say: all of it together with its container, or made of it."""
    assume(act.kind is not ActKind.TRANSFORM)
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


def ever_around(log, item):
    """Every container that *item* was in, with what these were in."""
    found, size, holdings, states = {item}, 0, Holdings(), []
    for index in range(len(log)):
        commit(holdings, decide(holdings, log, index))
        states.append({i: s.parent for i, s in holdings.states.items()})
    while size != len(found):
        size = len(found)
        found |= {parents[i] for parents in states for i in found if parents.get(i)}
    return found - {item}


@SOME
@given(histories(), st.sampled_from(CHIPS))
def test_who_is_shown_one_item_and_what_it_was_in_comes_to_the_same(log, item):
    """Save for what was made of things that are not shown."""
    around = ever_around(log, item)
    shown = {item, *around}
    made = [act for act, _ in log if act.kind is ActKind.TRANSFORM]
    assume(all(shown.isdisjoint((*a.items, *a.outputs)) or shown >= {*a.items} for a in made))
    replay = Replay([item], around)
    for index, (act, recorded_at) in enumerate(log):
        replay.take(Placed(index, recorded_at, act, FACTS))
    whole, _ = run(log)
    told = replay.told(item).view.state

    assert told is None or told == effective(whole, item)
    assert (told is None) is (item not in whole.states) or replay.told(item).untold_since
