"""Custody said a second time, slowly: every question is answered from the whole log.

Nothing is shared with ``ledger.custody`` but the words. One item is looked at, at one entry, as a
dict; what came before is folded anew; what is around it is asked for by name. ``known`` only saves
the same answer from being worked out twice.
"""

from ledger.act import ActKind as K

TOGETHER = {K.SHIP, K.RECEIVE, K.REFUSE, K.VOID, K.PACK, K.INSTALL, K.DESTROY}
JUDGED = TOGETHER | {
    *(K.COMMISSION, K.REGISTER, K.UNPACK, K.REMOVE, K.CARRY, K.DECLARE, K.INSPECT),
    *(K.REPORT, K.CLEAR, K.DECOMMISSION),
}
REPORTED = {"stolen", "lost", "tampered"}


class NaiveLog:
    def __init__(self, acts, prefixes, inspectors, tolerance, late_after):
        self.acts = acts  # [(act, recorded_at)]
        self.prefixes, self.inspectors = prefixes, inspectors
        self.tolerance, self.late_after = tolerance, late_after
        named = {item for act, _ in acts for item in (*act.items, act.parent)}
        self.universe = sorted(named - {None})
        self.known = {}

    # What was so before entry n ------------------------------------------------------------------

    def own(self, item, n):
        """The item's own state after entries 0 to n - 1; None if it was never entered."""
        return None if n == 0 else self.outcome(item, n - 1)["state"]

    def around(self, item, n):
        found, own = [], self.own(item, n)
        while own and own["parent"]:
            found.append(own["parent"])
            own = self.own(own["parent"], n)
        return found

    def now(self, item, n):
        own = self.own(item, n)
        if own is None:
            return None
        all_of_them = [own] + [self.own(box, n) for box in self.around(item, n)]
        latest = max(all_of_them, key=lambda state: state["last"])
        is_destroyed = any(state["ended"] == K.DESTROY for state in all_of_them)
        return own | {
            "custody": all_of_them[-1]["custody"],
            "last": latest["last"],
            "last_at": latest["last_at"],
            "status": set().union(*[state["status"] for state in all_of_them]),
            "ended": own["ended"] or (K.DESTROY if is_destroyed else None),
        }

    def is_part(self, item, n):
        """Whether the signer of entry n has a part in the item's custody."""
        actor, now = self.acts[n][0].actor, self.now(item, n)
        if self.acts[n][0].kind is K.INSPECT and actor in self.inspectors:
            return True
        is_maker = now["origin"] == actor and not now["foreign"]
        return self.is_involved(item, n) or is_maker

    def is_involved(self, item, n):
        actor, custody = self.acts[n][0].actor, self.now(item, n)["custody"]
        return actor in (custody["holder"], custody["consignee"], *custody["via"])

    def has_in_hand(self, item, n):
        actor, custody = self.acts[n][0].actor, self.now(item, n)["custody"]
        return actor in custody["via"] if custody["transit"] else actor == custody["holder"]

    def owns_number(self, item, n):
        return any(item.startswith(p) for p in self.prefixes.get(self.acts[n][0].actor, ()))

    def is_claimed(self, item, n):
        """Whether entry n takes the number back from a stranger who had used it."""
        act, own = self.acts[n][0], self.own(item, n)
        if act.kind is not K.COMMISSION or item not in act.items or own is None:
            return False
        return own["foreign"] and own["origin"] != act.actor and self.owns_number(item, n)

    def loses_container(self, item, n):
        """Whether entry n takes back the number of its container, and not its own."""
        own = self.own(item, n)
        is_inside = own is not None and own["parent"] is not None
        return is_inside and self.is_claimed(own["parent"], n) and not self.is_claimed(item, n)

    def at(self, n):
        act, recorded_at = self.acts[n]
        return min(act.event_at, recorded_at)

    # What entry n does to one item ---------------------------------------------------------------

    def outcome(self, item, n):
        if (item, n) not in self.known:
            self.known[item, n] = self._outcome(item, n)
        return self.known[item, n]

    def _outcome(self, item, n):
        act, own = self.acts[n][0], self.own(item, n)
        out = {"state": own, "found": set(), "closed": set(), "received": set(), "final": set()}
        if act.kind not in JUDGED:
            return out
        if self.loses_container(item, n):
            self.move(out, item, n, self.now(item, n)["custody"], is_dated=False)
        if act.kind in (K.UNPACK, K.REMOVE):
            self.unpack(out, item, n)
            return out
        if act.kind in (K.PACK, K.INSTALL) and item == act.parent:
            self.container(out, item, n)
        if item in act.items:
            self.named(out, item, n)
        return out

    def named(self, out, item, n):
        act, own = self.acts[n][0], self.own(item, n)
        if act.kind in (K.PACK, K.INSTALL) and not self.is_open(act.parent, n):
            return
        if own is None and act.kind is K.COMMISSION:
            is_foreign = not self.owns_number(item, n)
            out["state"] = new(act.actor, n, self.at(n), origin=act.actor, foreign=is_foreign)
            if is_foreign:
                out["found"].add(("custody/foreign-prefix", True))
        elif own is None and act.kind is K.REGISTER:
            out["state"] = new(act.actor, n, self.at(n))
            out["found"].add(("custody/no-origin", True))
        elif own is None:
            out["found"].add(("custody/unknown-item", False))
        elif self.is_claimed(item, n):
            out["state"] = new(act.actor, n, self.at(n), origin=act.actor)
            out["found"].add(("custody/challenged", True))
            out["closed"].add(None)
        elif act.kind in TOGETHER and set(self.around(item, n)) & set(act.items):
            pass
        elif self.now(item, n)["ended"]:
            self.object(out, item, n, "custody/after-terminal")
        else:
            getattr(self, RULES[act.kind])(out, item, n)

    def object(self, out, item, n, code):
        out["found"].add((code, self.is_part(item, n)))
        if not self.is_part(item, n):
            out["found"].add(("custody/challenged", True))

    def move(self, out, item, n, custody, *, is_dated=True, **changes):
        """Loose, in *custody*, with the status of all that was around it."""
        now = self.now(item, n)
        if is_dated and self.acts[n][0].event_at < now["last_at"]:
            out["found"].add(("time/backdated", True))
        loose = {
            "custody": custody,
            "parent": None,
            "since": None,
            "last": n,
            "last_at": self.at(n),
        }
        out["state"] = now | loose | changes

    def commission(self, out, item, n):
        actor, own = self.acts[n][0].actor, self.own(item, n)
        if not self.owns_number(item, n):
            self.object(out, item, n, "custody/already-exists")
            out["found"].add(("custody/foreign-prefix", False))
        elif own["foreign"]:
            out["state"] = out["state"] | {"foreign": False}
            out["closed"].add("custody/foreign-prefix")
        elif own["origin"] is None:
            out["state"] = out["state"] | {"origin": actor}
            out["closed"].add("custody/no-origin")
        else:
            self.object(out, item, n, "custody/already-exists")

    def register(self, out, item, n):
        if not self.holds(item, n):
            self.object(out, item, n, "custody/already-exists")

    def holds(self, item, n):
        custody = self.now(item, n)["custody"]
        return not custody["transit"] and custody["holder"] == self.acts[n][0].actor

    def is_stuck(self, out, item, n):
        """Whether it is in a container, which then is found."""
        if self.own(item, n)["parent"]:
            self.object(out, item, n, "custody/outside-container")
        return bool(self.own(item, n)["parent"])

    def ship(self, out, item, n):
        act, own = self.acts[n][0], self.own(item, n)
        if not self.holds(item, n):
            self.object(out, item, n, "custody/not-holder")
        elif not self.is_stuck(out, item, n):
            early = [
                p for p in own["pending"] if p[0] == act.counterparty and p[2] >= own["last_at"]
            ]
            if early:
                rest = [p for p in own["pending"] if p != early[0]]
                custody = held(act.counterparty)
                self.move(out, item, n, custody, pending=rest, last_at=early[0][2])
                out["closed"].add("custody/pending-shipment")
                out["received"].add(n)
                out["final"] |= {n} if early[0][3] else set()
            else:
                self.move(out, item, n, transit(act.actor, act.counterparty, act.via, n))

    def receive(self, out, item, n):
        act, own, custody = self.acts[n][0], self.own(item, n), self.now(item, n)["custody"]
        if custody["transit"] and custody["consignee"] == act.actor:
            self.move(out, item, n, held(act.actor))
            out["received"].add(custody["shipment"])
            out["final"] |= {custody["shipment"]} if act.final else set()
            out["closed"] |= {"custody/refused"} if custody["holder"] == act.actor else set()
        elif custody["transit"]:
            return self.object(out, item, n, "custody/not-consignee")
        elif custody["holder"] == act.actor:
            return out["found"].add(("custody/not-in-transit", False))
        elif self.is_stuck(out, item, n):
            return None
        else:
            out["found"].add(("custody/pending-shipment", True))
            if act.actor not in [p[0] for p in own["pending"]]:
                late = (act.actor, n, self.at(n), act.final)
                out["state"] = own | {"pending": [*own["pending"], late]}
        if "damaged" in act.condition:
            out["found"].add(("custody/damaged", True))
        return None

    def refuse(self, out, item, n):
        custody = self.now(item, n)["custody"]
        if not custody["transit"]:
            self.object(out, item, n, "custody/not-in-transit")
        elif custody["consignee"] != self.acts[n][0].actor:
            self.object(out, item, n, "custody/not-consignee")
        elif not self.is_stuck(out, item, n):
            back = {"consignee": custody["holder"], "shipment": n, "departed": True}
            self.move(out, item, n, custody | back)
            out["found"].add(("custody/refused", True))

    def void(self, out, item, n):
        custody = self.now(item, n)["custody"]
        is_its_own = custody["holder"] == self.acts[n][0].actor
        if custody["transit"] and not is_its_own:
            self.object(out, item, n, "custody/not-holder")
        elif not is_its_own or custody["departed"]:
            self.object(out, item, n, "custody/void-after-departure")
        elif not custody["transit"]:
            self.object(out, item, n, "custody/not-in-transit")
        elif not self.is_stuck(out, item, n):
            self.move(out, item, n, held(custody["holder"]))

    def carry(self, out, item, n):
        own, custody = self.own(item, n), self.now(item, n)["custody"]
        if not self.is_involved(item, n):
            code = "not-holder" if custody["transit"] else "not-in-transit"
            self.object(out, item, n, "custody/" + code)
        elif custody["transit"] and not own["parent"]:
            out["state"] = own | {"custody": custody | {"departed": True}}

    def end(self, out, item, n):
        if not self.holds(item, n):
            self.object(out, item, n, "custody/not-holder")
        elif not self.is_stuck(out, item, n):
            custody = self.now(item, n)["custody"]
            self.move(out, item, n, custody, ended=self.acts[n][0].kind)

    def declare(self, out, item, n):
        pass

    def inspect(self, out, item, n):
        act = self.acts[n][0]
        mismatch, unfit = "mismatch_instance" in act.condition, "non_conformant" in act.condition
        by_inspector = act.actor in self.inspectors and (mismatch or unfit)
        if by_inspector or (self.is_involved(item, n) and mismatch):
            out["found"].add(("identity/mismatch", True))

    def report(self, out, item, n):
        act, own = self.acts[n][0], self.own(item, n)
        if not self.is_involved(item, n):
            return self.object(out, item, n, "custody/not-holder")
        status = (own["status"] | set(act.status_set) & REPORTED) - set(act.status_unset)
        out["found"] |= {("status/" + word, True) for word in status - own["status"]}
        out["closed"] |= {"status/" + word for word in own["status"] - status}
        out["state"] = own | {"status": status}
        return None

    # Containers ----------------------------------------------------------------------------------

    def is_open(self, box, n):
        """Whether the packer of entry n may use the container at all."""
        now = self.now(box, n)
        return now is None or (not now["ended"] and self.has_in_hand(box, n))

    def can_enter(self, item, n):
        """Whether the item could go into the container of entry n, were it in the same hands."""
        act, now = self.acts[n][0], self.now(item, n)
        circle = {act.parent, *self.around(act.parent, n)}
        if now is None or now["ended"] or now["parent"] or item in circle:
            return False
        return self.has_in_hand(item, n)

    def custody_inside(self, n):
        """The custody of the container of packing n, once it has begun or taken over a shipment."""
        act = self.acts[n][0]
        own = self.own(act.parent, n)
        first = next((self.now(i, n)["custody"] for i in act.items if self.can_enter(i, n)), None)
        takes_over = first is not None and first["transit"]
        if own is None:
            return first if takes_over else held(act.actor)
        if takes_over and not own["parent"] and not own["custody"]["transit"]:
            return first
        return self.now(act.parent, n)["custody"]

    def container(self, out, item, n):
        act, own = self.acts[n][0], self.own(item, n)
        if own is None:
            out["state"] = new(act.actor, n, self.at(n)) | {"custody": self.custody_inside(n)}
        elif self.now(item, n)["ended"]:
            self.object(out, item, n, "custody/after-terminal")
        elif not self.has_in_hand(item, n):
            self.object(out, item, n, "custody/not-holder")
        elif self.custody_inside(n) != self.now(item, n)["custody"]:
            self.move(out, item, n, self.custody_inside(n))

    def pack(self, out, item, n):
        act, own, now = self.acts[n][0], self.own(item, n), self.now(item, n)
        inside = self.custody_inside(n)
        is_circle = item in (act.parent, *self.around(act.parent, n))
        if own["parent"] == act.parent and not is_circle:
            return
        if not self.has_in_hand(item, n):
            self.object(out, item, n, "custody/not-holder")
        elif is_circle or own["parent"] or not alike(now["custody"], inside):
            self.object(out, item, n, "custody/outside-container")
        else:
            self.move(out, item, n, own["custody"], parent=act.parent, since=n)

    def unpack(self, out, item, n):
        act, own = self.acts[n][0], self.own(item, n)
        box = self.own(act.parent, n)
        if item == act.parent and box is None:
            out["found"].add(("custody/unknown-item", False))
        elif item == act.parent and not self.has_in_hand(item, n):
            self.object(out, item, n, "custody/not-holder")
        if box is None or not self.has_in_hand(act.parent, n):
            return
        is_meant = item in act.items if act.items else own and own["parent"] == act.parent
        if not is_meant:
            return
        if own is None:
            out["found"].add(("custody/unknown-item", False))
        elif self.now(item, n)["ended"]:
            self.object(out, item, n, "custody/after-terminal")
        elif own["parent"] != act.parent:
            self.object(out, item, n, "custody/outside-container")
        else:
            self.move(out, item, n, self.now(item, n)["custody"])

    # What all of it comes to ---------------------------------------------------------------------

    def entered(self):
        return [item for item in self.universe if self.own(item, len(self.acts))]

    def both(self, item, n):
        return self.own(item, n), self.now(item, n)

    def found(self, n):
        """{(item, code)} that entry n shows, with "entry" where it counts against it only."""
        found = self._found(n)
        return {(i, code) if on_item else (i, code, "entry") for i, code, on_item in found}

    def _found(self, n):
        act, recorded_at = self.acts[n]
        found = {(i, *one) for i in self.universe for one in self.outcome(i, n)["found"]}
        if act.kind not in JUDGED:
            return found
        if recorded_at - act.event_at > self.late_after:
            found |= {(item, "time/late-record", False) for item in act.items}
        if act.event_at - recorded_at > self.tolerance:
            states = {item: self.outcome(item, n)["state"] for item in self.universe}
            moved = [item for item, state in states.items() if state and state["last"] == n]
            found |= {(item, "time/future", bool(moved)) for item in moved or act.items}
        return found

    def said(self, n, what):
        """What entry n closes, receives or closes for good, over all items."""
        if what == "closed":
            return {(i, code) for i in self.universe for code in self.outcome(i, n)["closed"]}
        return set().union(*[self.outcome(item, n)[what] for item in self.universe])


def held(party):
    return {
        "transit": False,
        "holder": party,
        "consignee": None,
        "via": (),
        "shipment": None,
        "departed": False,
    }


def transit(sender, consignee, via, n):
    there = {"transit": True, "consignee": consignee, "via": via, "shipment": n}
    return held(sender) | there


def alike(one, other):
    return all(one[name] == other[name] for name in ("transit", "holder", "consignee"))


def new(party, n, at, origin=None, foreign=False):
    return {
        "custody": held(party),
        "last": n,
        "last_at": at,
        "parent": None,
        "since": None,
        "status": set(),
        "ended": None,
        "origin": origin,
        "foreign": foreign,
        "pending": [],
    }


RULES = {
    K.COMMISSION: "commission",
    K.REGISTER: "register",
    K.PACK: "pack",
    K.INSTALL: "pack",
    K.SHIP: "ship",
    K.RECEIVE: "receive",
    K.REFUSE: "refuse",
    K.VOID: "void",
    K.CARRY: "carry",
    K.DESTROY: "end",
    K.DECOMMISSION: "end",
    K.DECLARE: "declare",
    K.INSPECT: "inspect",
    K.REPORT: "report",
    K.CLEAR: "report",
}
