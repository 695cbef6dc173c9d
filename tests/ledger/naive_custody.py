"""Custody said a second time, slowly: every question is answered from the whole log.

Nothing is shared with ``ledger.custody`` but the words. One item is looked at, at one entry, as a
dict; what came before is folded anew; what is around it is asked for by name. Owners are written
down for every item as soon as they change, also inside containers. ``known`` only saves the same
answer from being worked out twice; ``tests.ledger.naive_rules`` has the acts.
"""

from datetime import timedelta

from ledger.act import ActKind as K

TOGETHER = {K.SHIP, K.RECEIVE, K.REFUSE, K.VOID, K.PACK, K.INSTALL, K.DESTROY, K.SEIZE}
AS_HOLDER = {
    *(K.SHIP, K.PACK, K.INSTALL, K.UNPACK, K.REMOVE, K.TRANSFORM, K.DESTROY, K.DECOMMISSION),
}
BY_INSPECTOR = {K.INSPECT, K.DETAIN, K.SEIZE, K.RELEASE}
JUDGED = set(K) - {K.CORRECT, K.RECORD}
WORDS = {"stolen", "lost", "tampered", "recalled"}
BACK = {"detained", "seized"}


class NaiveLog:
    def __init__(self, log, facts):
        self.facts = facts
        self.acts = [self.whose(act, at) for act, at in log]  # [(act, recorded_at, is_its_own)]
        named = {i for act, _ in log for i in (*act.items, *act.outputs, act.parent)}
        self.universe = sorted(named - {None})
        self.known = {}

    def whose(self, act, recorded_at):
        """The act as its principal's, and whether it may be that."""
        if act.principal in (None, act.actor):
            return act, recorded_at, True
        mandate = self.facts.mandates.get((act.principal, act.actor))
        if mandate is None or act.kind not in mandate.acts:
            return act, recorded_at, False
        if not mandate.starts_at <= recorded_at < mandate.ends_at:
            return act, recorded_at, False
        return act._replace(actor=act.principal), recorded_at, True

    def act(self, n):
        return self.acts[n][0]

    def at(self, n):
        return min(self.acts[n][0].event_at, self.acts[n][1])

    def is_inspector(self, n):
        return "inspector" in self.facts.roles.get(self.act(n).actor, ())

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
            "marks": said_last([mark for state in all_of_them for mark in state["marks"]]),
            "ended": own["ended"] or (K.DESTROY if is_destroyed else None),
        }

    def owner(self, item, n):
        now = self.now(item, n)
        return now["titles"][-1][1] or answers(now["custody"])

    def is_part(self, item, n):
        """Whether the signer of entry n has a part in the item's custody."""
        actor, now = self.act(n).actor, self.now(item, n)
        if self.act(n).kind in BY_INSPECTOR and self.is_inspector(n):
            return True
        kept = [mark[4] for mark in now["marks"] if mark[4]]
        is_maker = now["origin"] == actor and not now["foreign"]
        was_taken = bool(kept) and involves(kept[0], actor)
        begun = now["begun"]
        is_maker = is_maker and (begun is None or begun[0] == actor)
        return (
            involves(now["custody"], actor)
            or is_maker
            or actor in now["titles"][-1][1:]
            or was_taken
        )

    def is_involved(self, item, n):
        return involves(self.now(item, n)["custody"], self.act(n).actor)

    def signs(self, item, n):
        """Whether entry n is as good as a receipt of what was only delivered."""
        act, custody = self.act(n), self.now(item, n)["custody"]
        if act.kind is K.TRANSFORM and item not in act.items:
            return False
        return act.kind in AS_HOLDER and custody["sender"] and self.holds(item, n)

    def holds(self, item, n):
        custody = self.now(item, n)["custody"]
        return not custody["transit"] and custody["holder"] == self.act(n).actor

    def has_in_hand(self, item, n):
        actor, custody = self.act(n).actor, self.now(item, n)["custody"]
        return actor in custody["via"] if custody["transit"] else actor == custody["holder"]

    def owns_number(self, item, n):
        return any(item.startswith(p) for p in self.facts.prefixes.get(self.act(n).actor, ()))

    def is_entered(self, item, n):
        """Whether entry n is to begin the item."""
        act = self.act(n)
        if not self.acts[n][2]:
            return False
        if act.kind is K.TRANSFORM:
            is_new = item in act.outputs and item not in act.items
            return is_new and self.is_transformed(n)
        return act.kind is K.COMMISSION and item in act.items

    def is_claimed(self, item, n):
        """Whether entry n takes the number back from a stranger who had used it."""
        own = self.own(item, n)
        is_used = self.is_entered(item, n) or self.is_packed_into(item, n)
        if own is None or not is_used or not self.owns_number(item, n):
            return False
        if own["foreign"]:
            return own["origin"] != self.act(n).actor
        return self.was_begun_before(item, n) and self.is_nobody_elses(item, n)

    def is_packed_into(self, item, n):
        """Whether entry n puts something into the item, which the signer does not have in hand."""
        act, own = self.act(n), self.own(item, n)
        is_packing = self.acts[n][2] and act.kind in (K.PACK, K.INSTALL) and item == act.parent
        if not is_packing or own is None:
            return False
        is_ended = self.now(item, n)["ended"]
        return not self.has_in_hand(item, n) and (is_ended or not self.is_anybodys(item, n))

    def is_anybodys(self, box, n):
        """Whether the container was emptied, and is whoever's who packs it next."""
        own = self.own(box, n)
        began_by_packing = own["origin"] is None and not own["registered"]
        return own["emptied"] and not own["parent"] and not own["marks"] and began_by_packing

    def was_begun_before(self, item, n):
        """Whether somebody else, by its own date, began to use the number before entry n."""
        begun = self.own(item, n)["begun"]
        return begun is not None and begun[0] != self.act(n).actor and begun[1] <= self.at(n)

    def is_nobody_elses(self, item, n):
        """Whether only who began to use the number has anything to do with the thing."""
        party, now = self.own(item, n)["begun"][0], self.now(item, n)
        reporters = {mark[1] for mark in now["marks"]}
        title = {self.owner(item, n), now["titles"][-1][2]} - {None}
        return reporters | title | {answers(now["custody"])} == {party}

    def loses_container(self, item, n):
        """Whether entry n takes back the number of its container, and not its own."""
        own = self.own(item, n)
        is_inside = own is not None and own["parent"] is not None
        return is_inside and self.is_claimed(own["parent"], n) and not self.is_claimed(item, n)

    def used(self, n):
        """What transformation n has in hand of what it names."""
        some = [i for i in self.act(n).items if self.own(i, n) and not self.now(i, n)["ended"]]
        return [i for i in some if self.holds(i, n) and not self.own(i, n)["parent"]]

    def owners_of_used(self, n):
        signed = {self.act(n).actor}
        return {self.owner_signed(item, n) for item in self.used(n)} - signed

    def owner_signed(self, item, n):
        """Who owns it once the signer of entry n has it for good."""
        return self.titles_signed(item, n)[-1][1] or self.act(n).actor

    def titles_signed(self, item, n):
        if not self.signs(item, n):
            return self.own(item, n)["titles"]
        return self.arrive(item, n, self.now(item, n)["custody"])

    def is_transformed(self, n):
        """Whether all that goes into transformation n may, so that it takes place."""
        act = self.act(n)
        return set(self.used(n)) == set(act.items) and len(self.owners_of_used(n)) <= 1

    # What entry n does to one item ---------------------------------------------------------------

    def outcome(self, item, n):
        if (item, n) not in self.known:
            self.known[item, n] = self._outcome(item, n)
        return self.known[item, n]

    def _outcome(self, item, n):
        from tests.ledger.naive_rules import decide

        out = {"state": self.own(item, n), "found": set(), "closed": set(), "given": []}
        out |= {"received": set(), "final": set(), "thawed": set(), "bound": False}
        if self.act(n).kind in JUDGED:
            decide(self, out, item, n)
        self.give_along(out, item, n)
        return out

    def give_along(self, out, item, n):
        """What becomes of the owner of what stays in a container while that changes its own."""
        own, state = self.own(item, n), out["state"]
        if own is None or own["parent"] is None or state["since"] != own["since"]:
            return
        for box in self.around(item, n):
            titles = list(out["state"]["titles"])
            for giver, answered, owner, user in self.outcome(box, n)["given"]:
                _, mine, used = titles[-1]
                if giver in (None, mine or answered):
                    titles.append((n, owner or mine, user or used))
            if titles[-1][0] in self.outcome(box, n)["thawed"]:
                titles.pop()
            out["state"] = out["state"] | {"titles": titles}
            if self.outcome(box, n)["state"]["parent"] != self.own(box, n)["parent"]:
                break  # what it was in goes elsewhere from now on

    def arrive(self, item, n, custody):
        """The titles once the consignee has signed."""
        titles, giver = self.own(item, n)["titles"], answers(custody)
        _, owner, user = titles[-1]
        given = custody["owner"] if self.owner(item, n) == giver else None
        if not given and not custody["user"]:
            return titles
        return [*titles, (n, given or owner, custody["user"] or user)]

    def object(self, out, item, n, code):
        out["found"].add((code, self.is_part(item, n)))
        if not self.is_part(item, n):
            out["found"].add(("custody/challenged", True))

    def move(self, out, item, n, custody, *, is_dated=True, **changes):
        """Loose, in *custody*, with what is said of all that was around it."""
        now = self.now(item, n)
        if is_dated:
            if self.act(n).event_at < now["last_at"]:
                out["found"].add(("time/backdated", True))
            detained = {m[1] for m in now["marks"] if m[0] == "detained"} - {self.act(n).actor}
            out["found"] |= {("status/detained", True)} if detained else set()
        loose = {
            "custody": custody,
            "parent": None,
            "since": None,
            "last": n,
            "last_at": self.at(n),
        }
        if is_dated and self.signs(item, n):
            loose |= {"titles": self.arrive(item, n, now["custody"])}
            out["closed"].add("custody/not-countersigned")
            out["given"] += self.gift(item, n, now["custody"])
        state = out["state"] = now | loose | changes
        if is_dated and state["pending"]:
            late = [p for p in state["pending"] if p[2] >= state["last_at"]]
            out["closed"] |= set() if late else {"custody/pending-shipment"}
            state["pending"] = late

    def gift(self, item, n, custody):
        """What a receipt by entry n gives to what lies inside."""
        titles = self.arrive(item, n, custody)
        if titles[-1][0] != n:
            return []
        giver = answers(custody)
        is_given = custody["owner"] and self.owner(item, n) == giver
        return [(giver if is_given else None, giver, *titles[-1][1:])]

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
        act, recorded_at, _ = self.acts[n]
        times = self.facts.times
        found = {(i, *one) for i in self.universe for one in self.outcome(i, n)["found"]}
        if act.kind not in JUDGED:
            return found
        if recorded_at - act.event_at > times.late_after:
            found |= {(item, "time/late-record", False) for item in act.items}
        if act.event_at - recorded_at > times.future_tolerance:
            states = {item: self.outcome(item, n)["state"] for item in self.universe}
            moved = [item for item, state in states.items() if state and state["last"] == n]
            found |= {(item, "time/future", bool(moved)) for item in moved or act.items}
        return found

    def said(self, n, what):
        """What entry n closes, receives or closes for good, over all items."""
        if what == "closed":
            return {(i, code) for i in self.universe for code in self.outcome(i, n)["closed"]}
        return set().union(*[self.outcome(item, n)[what] for item in self.universe])

    def is_bound(self, n):
        if self.act(n).kind is K.TRANSFORM:
            return self.acts[n][2]
        return any(self.outcome(item, n)["bound"] for item in self.universe)


def distinct(values):
    return list(dict.fromkeys(values))


def said_last(marks):
    """Of several reports of one party that say the same, the last; of measures all."""
    reports = [mark[:2] for mark in marks if mark[0] in WORDS]
    last = {one: max(m[2] for m in marks if m[:2] == one) for one in reports}
    found = {}
    for mark in distinct(marks):
        is_report = mark[0] in WORDS
        found.setdefault(mark[:2] if is_report else mark, []).append(mark)
    return [
        next(m for m in some if m[0] not in WORDS or m[2] == last[m[:2]]) for some in found.values()
    ]


def answers(custody):
    return custody["sender"] or custody["holder"]


def involves(custody, party):
    ends = (custody["holder"], custody["consignee"], custody["sender"])
    return party in ends or party in custody["via"]


class Custody(dict):
    """A dict that a mark may hold: two are the same if they say the same."""

    def __hash__(self):
        return hash(tuple(sorted(self.items(), key=str)))

    def __or__(self, changes):
        return Custody({**self, **changes})


def held(party):
    return Custody(
        transit=False,
        holder=party,
        consignee=None,
        via=(),
        shipment=None,
        departed=False,
        owner=None,
        user=None,
        sender=None,
        redirected=False,
        paused=timedelta(0),
    )


def transit(sender, consignee, via, n, **rest):
    there = {"transit": True, "consignee": consignee, "via": via, "shipment": n}
    return held(sender) | there | rest


def alike(one, other):
    names = ("transit", "holder", "consignee", "owner", "user", "sender", "redirected")
    return all(one[name] == other[name] for name in names)


def new(party, n, at, origin=None, foreign=False):
    return {
        "begun": None,
        "custody": held(party),
        "last": n,
        "last_at": at,
        "parent": None,
        "since": None,
        "marks": [],
        "ended": None,
        "origin": origin,
        "foreign": foreign,
        "pending": [],
        "titles": [(-1, None, None)],
        "offers": [],
        "registered": False,
        "emptied": False,
    }
