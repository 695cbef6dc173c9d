"""Random nested histories with corrections: plain entries, of which most make sense.

A history is told to a ``NaiveLedger`` while it is made up, so that acts fit where things are by
then, corrections included. ``rng`` decides everything: hypothesis' own, or a seeded one. ::

    history = History(rng, facts, lambda name: f"urn:x:{name}", start=100, begin=BEGIN)
    history.entries        # [Said(index, recorded_at, act, target, concurs)]
"""

from dataclasses import dataclass
from datetime import timedelta

from ledger.act import Act, ActKind
from ledger.holding import Phase, effective
from tests.ledger.naive_corrections import NaiveLedger

PARTIES = ("maker", "rival", "buyer", "carrier", "customs")
CHIPS, BOXES = ("c1", "c2", "c3", "o1"), ("t1", "k1", "cb1", "p1")
PARTY = "urn:chiptrail:party:"
HOUR = timedelta(hours=1)
K = ActKind
NESTED = {K.PACK, K.UNPACK, K.INSTALL, K.REMOVE}
ANY = [
    *(K.COMMISSION, K.REGISTER, K.CARRY, K.DECLARE, K.INSPECT, K.REPORT, K.CLEAR, K.REFUSE),
    *(K.VOID, K.DESTROY, K.DECOMMISSION, K.INSTALL, K.REMOVE, K.RECORD, K.DELIVER, K.TRANSFER),
    *(K.ACCEPT, K.DETAIN, K.SEIZE, K.RELEASE, K.TRANSFORM),
    *2 * (K.SHIP, K.RECEIVE, K.PACK, K.UNPACK),
]
HELD = [
    *(K.SHIP, K.SHIP, K.SHIP, K.PACK, K.PACK, K.PACK, K.UNPACK, K.UNPACK, K.REPORT, K.RECEIVE),
    *(K.DESTROY, K.COMMISSION, K.TRANSFER, K.TRANSFER, K.ACCEPT, K.ACCEPT, K.DETAIN, K.SEIZE),
    *(K.RELEASE, K.TRANSFORM),
]
IN_TRANSIT = [
    *(K.RECEIVE, K.RECEIVE, K.RECEIVE, K.RECEIVE, K.REFUSE, K.VOID, K.CARRY, K.PACK, K.PACK),
    *(K.UNPACK, K.REPORT, K.SHIP, K.DELIVER, K.DELIVER, K.TRANSFER, K.ACCEPT, K.DETAIN, K.SEIZE),
]
ON_CONTENTS = {K.UNPACK, K.REPORT, K.COMMISSION, K.RECEIVE, K.TRANSFER, K.ACCEPT, K.SEIZE, K.DETAIN}


@dataclass(frozen=True)
class Said:
    """One entry: an act, a correction of *target*, or a concurrence with correction *concurs*."""

    index: int
    recorded_at: object
    act: Act | None = None
    target: int | None = None
    concurs: int | None = None
    party: str | None = None


class History:
    """*entries*, and the *model* that was told all of them."""

    def __init__(self, rng, facts, named, *, start, begin, most=24):
        self.rng, self.named, self.model = rng, named, NaiveLedger(facts)
        self.entries, self.start, self.at = [], start, begin
        self.events, self.promised = {}, []
        opening = rng.choice(OPENINGS)[: rng.randint(2, 5)]
        for kind, who, listed, more in opening:
            self.say(self.make(kind, PARTY + who, listed, **more))
        for _ in range(rng.randint(4, most)):
            self.next()

    @property
    def index(self):
        return self.start + len(self.entries)

    @property
    def items(self):
        return [self.named(name) for name in (*CHIPS, *BOXES)]

    # One entry -----------------------------------------------------------------------------------

    def next(self):
        """A correction, a concurrence or an act; now and then a batch ends."""
        if self.rng.random() < 0.3:
            self.at += HOUR * self.rng.randint(1, 100)
        what = self.rng.random()
        if what < 0.2:
            self.correct()
        elif what < 0.28 and any(made["target"] for made in self.model.corrections.values()):
            self.concur()
        else:
            self.say(self.sensible() if self.rng.random() < 0.8 else self.wild())

    def say(self, act):
        said = Said(self.index, self.at, act)
        self.entries.append(said)
        self.events[said.index] = act
        self.model.act(said.index, self.at, act)

    def make(self, kind, actor, listed, *, into=None, to=None, via=(), late=0, **more):
        event_id = f"urn:x:e{self.index}"
        if self.promised and self.rng.random() < 0.7:
            mine = [one for one in self.promised if one[0] == actor]
            if mine:
                self.promised.remove(mine[0])
                event_id = mine[0][1]
        return Act(
            kind,
            actor,
            self.at - late * HOUR,
            tuple(map(self.named, listed)),
            parent=None if into is None else self.named(into),
            counterparty=None if to is None else PARTY + to,
            via=tuple(PARTY + one for one in via),
            event_id=event_id,
            **more,
        )

    def wild(self):
        """Whatever by whomever."""
        rng, kind = self.rng, self.rng.choice(ANY)
        least = 0 if kind in (K.UNPACK, K.REMOVE) else 1
        listed = rng.sample([*CHIPS, *BOXES], rng.randint(least, 3))
        late = rng.choice([0, 0, 0, -30, 5, 400])
        return self.fitted(kind, PARTY + rng.choice(PARTIES), listed, rng.choice(BOXES), late)

    def sensible(self):
        """Something on an item that is there, by somebody who can."""
        holdings, rng = self.model.now().holdings, self.rng
        short = {self.named(name): name for name in (*CHIPS, *BOXES)}
        if not holdings.states:
            return self.wild()
        target = rng.choice(sorted(holdings.states))
        own, now = holdings.states[target], effective(holdings, target)
        kind = rng.choice(HELD if now.custody.phase is Phase.HELD else IN_TRANSIT)
        while own.parent and kind not in ON_CONTENTS:
            target, own = own.parent, holdings.states[own.parent]
        beside = sorted(
            item
            for item, state in holdings.states.items()
            if state.parent == own.parent and item != target
            and effective(holdings, item).custody == now.custody
        )  # fmt: skip
        some = [target, *rng.sample(beside, rng.randint(0, min(2, len(beside))))]
        box = short[own.parent] if own.parent and kind is K.UNPACK else rng.choice(BOXES)
        if kind is K.UNPACK and rng.random() < 0.5:
            some = []
        offers = [offer.taker for offer in own.offers] if kind is K.ACCEPT else []
        actor = now.owner if kind is K.TRANSFER else who_can(kind, now.custody)
        return self.fitted(kind, (offers or [actor])[0], [short[one] for one in some], box, 0)

    def fitted(self, kind, actor, listed, box, late):
        """An act of *kind* with what it needs, whether or not that makes sense."""
        more = {"into": box} if kind in NESTED else {}
        if kind not in NESTED and not listed:
            listed = [box]
        fit = getattr(self, f"fit_{kind}", None)
        if fit is not None:
            fit(more, listed)
        if actor == PARTY + "carrier" and self.rng.random() < 0.15:
            more["principal"] = PARTY + self.rng.choice(["buyer", "buyer", "rival"])
        return self.make(kind, actor, listed, late=late, **more)

    def party(self):
        return PARTY + self.rng.choice(PARTIES)

    def fit_ship(self, more, _):
        more["to"] = self.rng.choice(PARTIES)
        more["via"] = self.rng.sample(PARTIES, self.rng.randint(0, 2))
        more |= {end: self.party() for end in ("owner", "user") if self.rng.random() < 0.1}

    def fit_transfer(self, more, _):
        ends = self.rng.choice([["owner"], ["owner"], ["user"], ["owner", "user"]])
        more |= {end: self.party() for end in ends}

    def fit_deliver(self, more, listed):
        now = effective(self.model.now().holdings, self.named(listed[0]))
        to = now and now.custody.consignee
        more["to"] = (to or self.party()).removeprefix(PARTY)
        more["evidence"] = self.rng.random() < 0.8

    def fit_receive(self, more, _):
        more["final"] = self.rng.random() < 0.3

    def fit_report(self, more, _):
        more["status_set"] = frozenset({self.rng.choice(["stolen", "lost"])})

    def fit_clear(self, more, _):
        more["status_unset"] = frozenset({self.rng.choice(["stolen", "lost"])})

    def fit_inspect(self, more, _):
        more["condition"] = frozenset({"mismatch_instance"})

    def fit_detain(self, more, _):
        more["status_set"] = frozenset({"detained"})

    def fit_seize(self, more, _):
        more["status_set"] = frozenset({"seized"})

    def fit_release(self, more, _):
        more["status_unset"] = frozenset({"detained", "seized"})

    def fit_transform(self, more, _):
        more["outputs"] = (self.named(self.rng.choice([*CHIPS, *BOXES])),)

    # Corrections ---------------------------------------------------------------------------------

    def correct(self):
        """Of a late entry more often than of an old one, by its signer mostly."""
        rng = self.rng
        wrong = [said for said in self.entries if said.act is not None]
        target = wrong[-1 - rng.randint(0, rng.randint(0, len(wrong) - 1))]
        if target.act.kind is K.CORRECT and rng.random() < 0.7:
            return
        actor = target.act.actor if rng.random() < 0.93 else PARTY + rng.choice(PARTIES)
        count = rng.choice([0, 1, 1, 1, 2])
        correctives = [self.corrective(actor, target) for _ in range(count)]
        act = target.act._replace(
            kind=K.CORRECT, actor=actor, correctives=tuple(correctives), corrects=b"x"
        )
        said = Said(self.index, self.at, act, target=target.index)
        self.entries.append(said)
        self.model.correct(said.index, self.at, act, target.index)
        if self.promised and rng.random() < 0.7:
            self.replace(target.act)

    def corrective(self, actor, target):
        """The id of an event that is recorded already, or that is promised."""
        mine = [i for i, act in self.events.items() if act.actor == actor and i != target.index]
        if mine and self.rng.random() < 0.25:
            return self.events[self.rng.choice(mine)].event_id
        self.promised.append((actor, f"urn:x:p{self.index}-{len(self.promised)}"))
        return self.promised[-1][1]

    def replace(self, wrong):
        """The event that was promised: the wrong one, with something else in it."""
        actor, event_id = self.promised[-1]
        if actor != wrong.actor:
            return
        self.promised.pop()
        rng, act = self.rng, wrong._replace(event_id=event_id)
        if act.kind is K.CORRECT:
            return
        what = rng.random()
        if what < 0.3 and len(act.items) > 1:
            act = act._replace(items=act.items[1:])
        elif what < 0.5 and act.kind not in NESTED:
            more = (*act.items, self.named(rng.choice(CHIPS)))
            act = act._replace(items=tuple(dict.fromkeys(more)))
        elif what < 0.7 and act.parent is not None:
            act = act._replace(parent=self.named(rng.choice(BOXES)))
        elif act.kind is K.SHIP:
            act = act._replace(counterparty=PARTY + rng.choice(PARTIES))
        self.say(act)

    def concur(self):
        number = self.rng.choice(sorted(self.model.corrections))
        party = PARTY + self.rng.choice(PARTIES)
        self.entries.append(Said(self.index, self.at, concurs=number, party=party))
        self.model.concur(self.entries[-1].index, party, number)


def who_can(kind, custody):
    carrier = custody.via[0] if custody.via else None
    wanted = {
        K.RECEIVE: custody.consignee,
        K.REFUSE: custody.consignee,
        K.CARRY: carrier,
        K.PACK: carrier,
        K.UNPACK: carrier,
        K.DELIVER: carrier,
        K.COMMISSION: PARTY + "maker",
        K.DETAIN: PARTY + "customs",
        K.SEIZE: PARTY + "customs",
        K.RELEASE: PARTY + "customs",
    }
    return wanted.get(kind) or custody.holder


OPENINGS = [
    [
        (K.COMMISSION, "maker", CHIPS[:3], {}),
        (K.PACK, "maker", CHIPS[:2], {"into": "t1"}),
        (K.PACK, "maker", ["t1"], {"into": "p1"}),
        (K.SHIP, "maker", ["p1"], {"to": "buyer", "via": ["carrier"]}),
        (K.RECEIVE, "buyer", ["p1"], {}),
    ],
    [
        (K.COMMISSION, "rival", ["c1", "o1", "cb1"], {}),
        (K.PACK, "rival", ["c1", "o1"], {"into": "cb1"}),
        (K.SHIP, "rival", ["cb1"], {"to": "buyer", "via": ["carrier"]}),
        (K.UNPACK, "carrier", [], {"into": "cb1"}),
        (K.PACK, "carrier", ["c1", "o1"], {"into": "k1"}),
    ],
    [
        (K.COMMISSION, "maker", CHIPS[:3], {}),
        (K.RECEIVE, "buyer", ["c1"], {}),
        (K.SHIP, "maker", CHIPS[:3], {"to": "buyer"}),
        (K.RECEIVE, "buyer", CHIPS[:2], {"final": True}),
        (K.SHIP, "buyer", ["c1"], {"to": "rival"}),
    ],
    [
        (K.REGISTER, "rival", ["c1", "c2"], {}),
        (K.PACK, "rival", ["c1"], {"into": "cb1"}),
        (K.COMMISSION, "maker", ["c3", "c2"], {}),
        (K.PACK, "maker", ["c3"], {"into": "cb1"}),
        (K.SHIP, "maker", ["cb1", "c2"], {"to": "buyer"}),
    ],
]
