"""Corrections said a second time, slowly: everything is folded anew, over all items, each time.

Shared with the ledger is only ``ledger.custody``, the rules for one act. Where an act stands is a
tuple here, what is around an item is asked for by name, and every correction that waits is tried
again whenever another takes effect. ::

    model = NaiveLedger(facts)
    model.act(7, recorded_at, act)
    model.correct(8, recorded_at, act, target=7)
    model.concur(9, party, correction=8)
    model.corrections[8]        # {"target": 7, "taken": 9, "open": None, "by": [...]}
"""

from ledger.act import ActKind as K
from ledger.custody import apply
from ledger.finding import WITHOUT_EFFECT, Code
from ledger.holding import Holdings, Phase, commit, containers_of, effective

NOTHING_MOVED = {*WITHOUT_EFFECT, Code.PENDING_SHIPMENT}
CLAIMS = {K.DECLARE, K.INSPECT, K.RECORD}


class NaiveLedger:
    def __init__(self, facts):
        self.facts = facts
        self.acts, self.recorded = {}, {}
        self.corrections, self.agreed = {}, {}
        self.held = frozenset()  # what counts only in the place of what its correction takes back
        self.closings = []  # (entry, index) of corrections that waited
        self.settled = set()  # (index, item, code, entry) of what parties agreed on
        self.folds = {}  # only saves the same answer from being worked out twice

    # What comes in -------------------------------------------------------------------------------

    def act(self, index, recorded_at, act):
        self.acts[index], self.recorded[index] = act, recorded_at
        for number, made in sorted(self.corrections.items()):
            if made["target"] is not None and self.is_corrective(index, number):
                if made["withdrawn"]:
                    self.hold(number, index)
                else:
                    self.attempt_all(number, index)

    def correct(self, index, recorded_at, act, target):
        self.acts[index], self.recorded[index] = act, recorded_at
        right = (
            target is not None
            and target < index
            and self.acts[target].actor == act.actor
            and self.acts[target].kind is not K.CORRECT
        )
        made = {"target": target if right else None, "taken": None, "open": None, "by": []}
        self.corrections[index] = made | {"withdrawn": False}
        if not right:
            return
        for number, older in self.corrections.items():
            waits = older["taken"] is None and older["open"] is not None
            if number < index and older["target"] == target and waits:
                self.close(number, index)
                older["withdrawn"] = True
        self.attempt_all(index, index)

    def concur(self, index, party, correction):
        self.agreed.setdefault(correction, set()).add(party)
        if self.corrections[correction]["open"] is not None:
            self.attempt_all(correction, index)

    def is_corrective(self, index, number):
        act, made = self.acts[index], self.acts[number]
        named = act.actor == made.actor and act.event_id in made.correctives
        is_other = index != self.corrections[number]["target"]
        return named and is_other and act.kind is not K.CORRECT

    # What counts, and where ----------------------------------------------------------------------

    def in_force(self, taken):
        return {made["target"]: number for number, made in sorted(taken.items())}

    def place(self, index, taken, seen=(), held=None):
        """Where the entry stands, None if it lost its place, or has none before."""
        held = self.held if held is None else held
        naming = [number for number, made in sorted(taken.items()) if index in made["by"]]
        if not naming:
            return None if index in held else index
        standing = [n for n in naming if self.in_force(taken)[taken[n]["target"]] == n]
        if not standing or index in seen:
            return None
        return self.place(taken[standing[0]]["target"], taken, (*seen, index), held)

    def order(self, taken, held=None):
        """The acts that count, in their order."""
        out = self.in_force(taken)
        placed = []
        for index, act in self.acts.items():
            place = self.place(index, taken, (), held)
            if act.kind is not K.CORRECT and place is not None and index not in out:
                placed.append((place, index != place, index))
        return [index for *_, index in sorted(placed)]

    def taken(self):
        return {n: made for n, made in self.corrections.items() if made["taken"] is not None}

    def now(self):
        return self.fold(self.order(self.taken()))

    def fold(self, order):
        if tuple(order) not in self.folds:
            self.folds[tuple(order)] = Folded(self, order)
        return self.folds[tuple(order)]

    # Trying --------------------------------------------------------------------------------------

    def attempt_all(self, first, at):
        waiting = [first]
        while waiting:
            if self.attempt(waiting.pop(0), at):
                still = [n for n, made in self.corrections.items() if made["open"] is not None]
                waiting = sorted({*waiting, *still})

    def attempt(self, number, at):
        made = self.corrections[number]
        by = [index for index in sorted(self.acts) if self.is_corrective(index, number)]
        if not self.missing(number, {**self.taken(), number: made | {"by": by}}, self.held):
            old = {n: dict(one) for n, one in self.taken().items()}
            made["by"] = by
            if made["taken"] is None:
                made["taken"] = at
            self.settle(number, at, old, self.held)
            for older, other in self.corrections.items():
                is_earlier = older <= number and other["target"] == made["target"]
                if is_earlier and other["open"] is not None:
                    self.close(older, at)
            return True
        if made["open"] is None:
            made["open"] = at if made["taken"] is not None else number
        self.hold(number, at)
        return False

    def hold(self, number, at):
        """What waits for its place counts nowhere, unless others built on it."""
        made = self.corrections[number]
        by = {index for index in self.acts if self.is_corrective(index, number)}
        old, new = self.held, self.held | (by - set(made["by"]))
        if not self.missing(number, self.taken(), new):
            self.held = new
            self.settle(number, at, self.taken(), old)

    def settle(self, number, at, taken, held):
        """What is found anew of the acts of those who concurred; *taken*, *held* are as before."""
        old, new = self.fold(self.order(taken, held)), self.now()
        for index in old.steps.keys() & new.steps.keys():
            act = self.acts[index]
            who = act.principal or act.actor
            agreed = self.agreed.get(number, set()) - {self.acts[number].actor}
            stays = self.place(index, taken, (), held) == self.place(index, self.taken())
            if who not in agreed or not stays or index not in old.effects:
                continue
            had, has = (
                {(f[2], f[1]) for f in t.found(self.acts) if f[0] == index} for t in (old, new)
            )
            around = {i: set(containers_of(old.holdings, i)) for i in old.effects[index]}
            left = {
                i for i in around if i not in old.bears[index] and not around[i] & old.bears[index]
            }
            for code in {code for code, _ in has - had}:
                items = {item for c, item in has - had if c == code} | left
                self.settled |= {(at, item, code, index) for item in items}

    def close(self, number, at):
        self.closings.append((self.corrections[number]["open"], at))
        self.corrections[number]["open"] = None

    def missing(self, number, taken, held):
        """The parties that built on what would fall, and did not concur."""
        party = self.acts[number].actor
        old, new = self.order(self.taken()), self.order(taken, held)
        before, after = self.fold(old), self.fold(new)
        missing = set()
        for index in set(old) & set(new):
            act = self.acts[index]
            who = act.principal or act.actor
            has_moved = self.place(index, self.taken()) != self.place(index, taken, (), held)
            if who == party or act.kind in CLAIMS or has_moved:
                continue
            if not before.effects[index] <= after.effects[index]:
                missing.add(who)
        for index, items in before.answered.items():
            who = self.acts[index].principal or self.acts[index].actor
            has = after.answered.get(index, set()) | after.effects.get(index, set())
            if who != party and not items <= has:
                missing.add(who)
        return missing - self.agreed.get(number, set())


class Folded:
    """All acts in *order*, over all items, with what each came to."""

    def __init__(self, model, order):
        self.holdings, self.steps, self.effects, self.bears = Holdings(), {}, {}, {}
        self.stays, self.received, self.answered = {}, {}, {}
        for index in order:
            self.take(model, index)

    def take(self, model, index):
        act, holdings = model.acts[index], self.holdings
        recorded_at = model.recorded[index]
        step = apply(holdings, act, model.facts, index=index, recorded_at=recorded_at)
        before = {item: effective(holdings, item) for item in holdings.states}
        inside = {item: state.parent for item, state in holdings.states.items()}
        sinces = {item: state.since for item, state in holdings.states.items()}
        commit(holdings, step)
        self.steps[index] = step
        self.note_stays(index, inside, sinces)
        self.note_arrivals(index, act, step, before)
        self.note_answers(step, before)
        moved = {item for move in step.moves for item in move.items}
        named = {*act.items, *act.outputs, *moved} | ({act.parent} - {None})
        self.bears[index] = named
        self.effects[index] = self.effect(named, act, step)

    def effect(self, named, act, step):
        blocked = set()
        for found in step.findings:
            if found.code in NOTHING_MOVED:
                blocked |= set(found.items or act.items)
        reached = named - blocked
        return reached | {
            item
            for item in self.holdings.states
            if reached & set(containers_of(self.holdings, item))
        }

    def note_stays(self, index, inside, sinces):
        for item, state in self.holdings.states.items():
            old = inside.get(item)
            if (old, sinces.get(item)) == (state.parent, state.since):
                continue
            if old is not None:
                self.stays[item, sinces[item]] = (index, old)
            if state.parent is not None:
                self.stays[item, index] = (None, state.parent)

    def note_arrivals(self, index, act, step, before):
        for item in {item for move in step.moves for item in move.items}:
            was, state = before.get(item), self.holdings.states[item]
            if was is None or state.custody.phase is not Phase.HELD or state.last != index:
                continue
            if act.kind is K.SHIP:
                gone = [one for one in was.pending if one.party == state.custody.holder]
                shipment, final = index, any(one.final for one in gone)
            else:
                shipment, final = was.custody.shipment, act.final
            if shipment in step.received:
                key = (shipment, index, final)
                self.received[key] = self.received.get(key, 0) + 1

    def note_answers(self, step, before):
        """Receipts that waited until now, and for what."""
        for item in {item for move in step.moves for item in move.items}:
            was, state = before.get(item), self.holdings.states[item]
            for receipt in was.pending if was else ():
                if receipt not in state.pending and state.custody.is_held_by(receipt.party):
                    self.answered.setdefault(receipt.index, set()).add(item)

    def found(self, acts):
        """{(index, item, code, message, cites, on_items)}; item None if it lists none."""
        return {
            (index, item, f.code, f.message, f.cites, f.on_items)
            for index, step in self.steps.items()
            for f in step.findings
            for item in f.items or acts[index].items or (None,)
        }

    def closed(self, acts):
        return {
            (index, item, one.code, one.entry)
            for index, step in self.steps.items()
            for one in step.closings
            for item in one.items or acts[index].items
        }
