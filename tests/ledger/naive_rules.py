"""The acts of ``tests.ledger.naive_custody``: what entry n of a log does to one item."""

from ledger.act import ActKind as K
from tests.ledger.naive_custody import (
    BACK,
    TOGETHER,
    WORDS,
    alike,
    distinct,
    held,
    new,
    transit,
)


def decide(log, out, item, n):
    act, _, is_its_own = log.acts[n]
    if not is_its_own:
        if item in (act.items or (act.parent,)):
            out["found"].add(("custody/not-holder", False))
        return
    if log.loses_container(item, n):
        log.move(out, item, n, log.now(item, n)["custody"], is_dated=False)
    if act.kind in (K.UNPACK, K.REMOVE):
        unpack(log, out, item, n)
        return
    if act.kind in (K.PACK, K.INSTALL) and item == act.parent:
        container(log, out, item, n)
    if log.is_entered(item, n):
        enter(log, out, item, n)
    elif item in act.items:
        named(log, out, item, n)


def enter(log, out, item, n):
    """Commissioned, or what came out of a transformation."""
    act, own = log.act(n), log.own(item, n)
    is_foreign = not log.owns_number(item, n)
    made = new(act.actor, n, log.at(n), origin=act.actor) | clinging(log, n)
    if own is None:
        out["state"] = made | {"foreign": is_foreign}
        out["found"] |= {("custody/foreign-prefix", True)} if is_foreign else set()
    elif log.is_claimed(item, n):
        out["state"] = made
        out["found"].add(("custody/challenged", True))
        out["closed"].add(None)
    elif log.now(item, n)["ended"]:
        log.object(out, item, n, "custody/after-terminal")
    else:
        enter_again(log, out, item, n)
    if own is None or log.is_claimed(item, n):
        out["found"] |= {("status/" + mark[0], True) for mark in made["marks"]}


def clinging(log, n):
    """What stays with what is made of other things."""
    act = log.act(n)
    if act.kind is not K.TRANSFORM:
        return {}
    marks = distinct([(*m[:4], None) for item in act.items for m in log.now(item, n)["marks"]])
    owners = log.owners_of_used(n)
    users = {log.titles_signed(item, n)[-1][2] for item in act.items}
    owner = owners.pop() if owners else None
    user = users.pop() if len(users) == 1 else None
    return {"marks": marks, "titles": [(-1, None, None), (n, owner, user)]}


def enter_again(log, out, item, n):
    actor, own = log.act(n).actor, log.own(item, n)
    is_made = log.act(n).kind is K.TRANSFORM
    if not log.owns_number(item, n):
        log.object(out, item, n, "custody/already-exists")
        out["found"].add(("custody/foreign-prefix", False))
    elif own["foreign"] and not is_made:
        out["state"] = out["state"] | {"foreign": False}
        out["closed"].add("custody/foreign-prefix")
    elif own["origin"] is None and not is_made and not log.was_begun_before(item, n):
        out["state"] = out["state"] | {"origin": actor}
        out["closed"].add("custody/no-origin")
    else:
        log.object(out, item, n, "custody/already-exists")


def named(log, out, item, n):
    act, own = log.act(n), log.own(item, n)
    if act.kind in (K.PACK, K.INSTALL) and not is_open(log, act.parent, n):
        out["found"].add(("custody/outside-container", False))
        return
    if own is None and act.kind is K.REGISTER:
        begun = begun_by(log, item, n)
        out["state"] = new(act.actor, n, log.at(n)) | {"registered": True, "begun": begun}
        out["found"].add(("custody/no-origin", True))
    elif own is None:
        out["found"].add(("custody/unknown-item", False))
    elif act.kind in TOGETHER and set(log.around(item, n)) & set(act.items):
        pass
    elif log.now(item, n)["ended"]:
        log.object(out, item, n, "custody/after-terminal")
    else:
        RULES[act.kind](log, out, item, n)


def begun_by(log, item, n):
    """Who begins to use the number, and when, if it is not its own."""
    return None if log.owns_number(item, n) else (log.act(n).actor, log.at(n))


def register(log, out, item, n):
    if not log.holds(item, n):
        log.object(out, item, n, "custody/already-exists")


def is_stuck(log, out, item, n):
    """Whether it is in a container, which then is found."""
    if log.own(item, n)["parent"]:
        log.object(out, item, n, "custody/outside-container")
    return bool(log.own(item, n)["parent"])


def is_at_hand(log, out, item, n):
    if not log.holds(item, n):
        log.object(out, item, n, "custody/not-holder")
        return False
    return not is_stuck(log, out, item, n)


# From hand to hand -------------------------------------------------------------------------------


def ship(log, out, item, n):
    act, own, custody = log.act(n), log.own(item, n), log.now(item, n)["custody"]
    is_redirected = custody["transit"] and custody["holder"] == act.actor and not own["parent"]
    if not is_redirected and not is_at_hand(log, out, item, n):
        return
    owner = log.owner_signed(item, n) if log.signs(item, n) else log.owner(item, n)
    if act.owner and owner not in (act.actor, act.owner):
        out["found"].add(("custody/not-owner", True))
    there = transit(act.actor, act.counterparty, act.via, n, owner=act.owner, user=act.user)
    if is_redirected:
        there |= {"via": act.via or custody["via"], "departed": custody["departed"]}
        there |= {"redirected": True}
        out["closed"] |= {"custody/refused"} if custody["consignee"] == act.actor else set()
    if any(is_early(log, item, n, receipt) for receipt in own["pending"]):
        ship_received(log, out, item, n)
    else:
        log.move(out, item, n, there)
        out["found"] |= {("custody/redirected", True)} if is_redirected else set()


def is_early(log, item, n, receipt):
    """Whether it was of what shipment n sends, and nothing was dated after it."""
    return receipt[0] == log.act(n).counterparty and receipt[2] >= log.own(item, n)["last_at"]


def ship_received(log, out, item, n):
    act, own = log.act(n), log.own(item, n)
    early = next(p for p in own["pending"] if is_early(log, item, n, p))
    rest = [p for p in own["pending"] if p != early]
    log.move(out, item, n, held(act.counterparty), pending=rest, last_at=early[2])
    _, owner, user = out["state"]["titles"][-1]
    is_given = act.owner and (owner or act.actor) == act.actor
    if is_given or act.user:
        title = (n, act.owner if is_given else owner, act.user or user)
        out["state"] |= {"titles": [*out["state"]["titles"], title]}
        out["given"].append((act.actor if is_given else None, act.actor, *title[1:]))
    out["closed"].add("custody/pending-shipment")
    out["received"].add(n)
    out["final"] |= {n} if early[3] else set()


def deliver(log, out, item, n):
    act, custody = log.act(n), log.now(item, n)["custody"]
    if not custody["transit"]:
        log.object(out, item, n, "custody/not-in-transit")
    elif act.actor not in (custody["holder"], *custody["via"]):
        log.object(out, item, n, "custody/not-holder")
    elif act.counterparty != custody["consignee"]:
        log.object(out, item, n, "custody/not-consignee")
    elif not act.evidence:
        out["found"].add(("custody/not-countersigned", False))
    else:
        there = {"transit": False, "holder": custody["consignee"], "consignee": None}
        there |= {"sender": custody["holder"], "departed": True}
        log.move(out, item, n, custody | there)
        out["found"].add(("custody/not-countersigned", True))
        out["received"].add(custody["shipment"])


def is_delivered_to_signer(log, item, n):
    return log.now(item, n)["custody"]["sender"] and log.holds(item, n)


def receive(log, out, item, n):
    act, own, custody = log.act(n), log.own(item, n), log.now(item, n)["custody"]
    if is_delivered_to_signer(log, item, n) or (
        custody["transit"] and custody["consignee"] == act.actor
    ):
        log.move(out, item, n, held(act.actor), titles=log.arrive(item, n, custody))
        out["given"] += log.gift(item, n, custody)
        out["received"].add(custody["shipment"])
        out["final"] |= {custody["shipment"]} if act.final else set()
        settle(out, custody)
    elif custody["transit"]:
        return log.object(out, item, n, "custody/not-consignee")
    elif custody["holder"] == act.actor:
        return out["found"].add(("custody/not-in-transit", False))
    elif is_stuck(log, out, item, n):
        return None
    else:
        out["found"].add(("custody/pending-shipment", log.is_part(item, n)))
        waiting = [p for p in own["pending"] if p[2] >= own["last_at"]]
        if act.actor not in [p[0] for p in waiting]:
            late = (act.actor, n, log.at(n), act.final)
            out["state"] = own | {"pending": [*waiting, late]}
    if "damaged" in act.condition:
        out["found"].add(("custody/damaged", True))
    return None


def settle(out, custody):
    back = custody["holder"] in (custody["consignee"], custody["sender"])
    out["closed"] |= {"custody/refused"} if back else set()
    out["closed"] |= {"custody/redirected"} if custody["redirected"] else set()
    out["closed"] |= {"custody/not-countersigned"} if custody["sender"] else set()


def refuse(log, out, item, n):
    custody = log.now(item, n)["custody"]
    is_there = is_delivered_to_signer(log, item, n)
    if not custody["transit"] and not is_there:
        log.object(out, item, n, "custody/not-in-transit")
    elif not is_there and custody["consignee"] != log.act(n).actor:
        log.object(out, item, n, "custody/not-consignee")
    elif not is_stuck(log, out, item, n):
        sender = custody["sender"] or custody["holder"]
        back = transit(sender, sender, custody["via"], n, departed=True)
        log.move(out, item, n, back | {"redirected": custody["redirected"]})
        out["found"].add(("custody/refused", True))
        out["closed"] |= {"custody/not-countersigned"} if is_there else set()


def void(log, out, item, n):
    custody = log.now(item, n)["custody"]
    is_its_own = custody["holder"] == log.act(n).actor
    if custody["transit"] and not is_its_own:
        log.object(out, item, n, "custody/not-holder")
    elif not is_its_own or custody["departed"]:
        log.object(out, item, n, "custody/void-after-departure")
    elif not custody["transit"]:
        log.object(out, item, n, "custody/not-in-transit")
    elif not is_stuck(log, out, item, n):
        log.move(out, item, n, held(custody["holder"]))
        settle(out, custody)


def carry(log, out, item, n):
    own, custody = log.own(item, n), log.now(item, n)["custody"]
    if not log.is_involved(item, n):
        code = "not-holder" if custody["transit"] else "not-in-transit"
        log.object(out, item, n, "custody/" + code)
    elif custody["transit"] and not own["parent"]:
        out["state"] = own | {"custody": custody | {"departed": True}}


# Ends --------------------------------------------------------------------------------------------


def end(log, out, item, n):
    if is_at_hand(log, out, item, n):
        custody = log.now(item, n)["custody"]
        custody = held(custody["holder"]) if log.signs(item, n) else custody
        log.move(out, item, n, custody, ended=log.act(n).kind)


def transform(log, out, item, n):
    act, custody = log.act(n), log.now(item, n)["custody"]
    if not is_at_hand(log, out, item, n):
        return
    if len(log.owners_of_used(n)) > 1:
        log.object(out, item, n, "custody/not-holder")
    elif log.is_transformed(n):
        custody = held(custody["holder"]) if log.signs(item, n) else custody
        ended = {} if item in act.outputs else {"ended": K.TRANSFORM}
        log.move(out, item, n, custody, **ended)


# Owners and users --------------------------------------------------------------------------------


def transfer(log, out, item, n):
    act, own = log.act(n), log.own(item, n)
    if log.owner(item, n) != act.actor:
        return log.object(out, item, n, "custody/not-holder")
    offers = own["offers"]
    for taker, is_user in ((act.owner, False), (act.user, True)):
        if taker:
            offers = [o for o in offers if o[3] != is_user]
            offers += [(act.actor, taker, n, is_user)] if taker != act.actor else []
    out["state"] = own | {"offers": offers}
    give(log, out, item, n, (act.owner == act.actor, act.user == act.actor))
    return None


def accept(log, out, item, n):
    act, own = log.act(n), log.own(item, n)
    owner, user = log.owner(item, n), own["titles"][-1][2]
    mine = [o for o in own["offers"] if o[:2] == (owner, act.actor)]
    if not mine:
        if act.actor not in (owner, user):
            log.object(out, item, n, "custody/not-consignee")
        else:
            out["found"].add(("custody/not-consignee", False))
        return
    is_owner, is_user = any(not o[3] for o in mine), any(o[3] for o in mine)
    rest = [] if is_owner else [o for o in own["offers"] if o not in mine]
    out["state"] = own | {"offers": rest}
    give(log, out, item, n, (is_owner, is_user))
    out["closed"] |= {"custody/not-owner"} if is_owner else set()


def give(log, out, item, n, rights):
    is_owner, is_user = rights
    if not any(rights):
        return
    actor = log.act(n).actor
    custody, (_, owner, user) = log.now(item, n)["custody"], out["state"]["titles"][-1]
    giver = log.owner(item, n)
    title = (n, actor if is_owner else owner, actor if is_user else user)
    out["state"] |= {"titles": [*out["state"]["titles"], title]}
    out["given"].append((giver, custody["sender"] or custody["holder"], *title[1:]))


# Inspectors --------------------------------------------------------------------------------------


def is_measure(log, out, n):
    if not log.is_inspector(n):
        out["found"].add(("custody/not-holder", False))
    return log.is_inspector(n)


def detain(log, out, item, n):
    own, actor = log.own(item, n), log.act(n).actor
    if not is_measure(log, out, n) or ("detained", actor) in [m[:2] for m in own["marks"]]:
        return
    mark = ("detained", actor, n, log.at(n), None)
    out["state"] = own | {"marks": [*own["marks"], mark]}
    out["found"].add(("status/detained", True))


def seize(log, out, item, n):
    now, actor = log.now(item, n), log.act(n).actor
    earlier = [m for m in now["marks"] if m[:2] == ("seized", actor)]
    if not is_measure(log, out, n) or (earlier and log.holds(item, n)):
        return
    kept = earlier[0][4] if earlier else now["custody"]
    mark = ("seized", actor, n, log.at(n), kept)
    marks = [*[m for m in now["marks"] if m not in earlier], mark]
    titles = now["titles"]
    _, owner, user = titles[-1]
    if owner is None:
        owner = log.owner(item, n)
        titles = [*titles, (n, owner, user)]
        out["given"].append((owner, owner, owner, user))
    log.move(out, item, n, held(actor), marks=marks, titles=titles)
    out["found"].add(("status/seized", True))


def release(log, out, item, n):
    act, own, now = log.act(n), log.own(item, n), log.now(item, n)
    if not is_measure(log, out, n):
        return
    stopped = [m for m in now["marks"] if m[0] in act.status_unset and m[0] in BACK]
    is_along = set(log.around(item, n)) & set(act.items)
    if is_along:
        stopped = [m for m in stopped if m in own["marks"]]
    mine = [m for m in stopped if m[1] == act.actor]
    if not mine:
        is_idle = stopped or not is_along
        out["found"] |= {("custody/not-holder", False)} if is_idle else set()
        return
    left = [m for m in now["marks"] if m not in mine]
    kept = [m[4] for m in mine if m[4]]
    is_back = bool(kept) and log.holds(item, n)
    custody = kept[0] if is_back else now["custody"]
    if custody["transit"] and not any(m[0] in BACK for m in left):
        since = min(m[3] for m in now["marks"] if m[0] in BACK)
        stood_still = max(log.at(n) - since, since - since)
        custody = custody | {"paused": custody["paused"] + stood_still}
    titles = own["titles"]
    if titles[-1][0] in [m[2] for m in mine]:
        titles = titles[:-1]
        out["thawed"] |= {own["titles"][-1][0]}
    if is_back or any(m not in own["marks"] for m in mine):
        log.move(out, item, n, custody, marks=left, titles=titles)
    else:
        marks = [m for m in own["marks"] if m not in mine]
        custody = own["custody"] if own["parent"] else custody
        out["state"] = own | {"marks": marks, "custody": custody, "titles": titles}
    out["closed"] |= {"status/" + m[0] for m in mine if m[0] not in [one[0] for one in left]}


# What is said ------------------------------------------------------------------------------------


def declare(log, out, item, n):
    pass


def inspect(log, out, item, n):
    act = log.act(n)
    mismatch, unfit = "mismatch_instance" in act.condition, "non_conformant" in act.condition
    by_inspector = log.is_inspector(n) and (mismatch or unfit)
    if by_inspector or (log.is_involved(item, n) and mismatch):
        out["found"].add(("identity/mismatch", True))
    elif log.is_inspector(n) and "conformant" in act.condition:
        out["closed"].add("identity/mismatch")


def replace(log, out, item, n):
    own = log.own(item, n)
    if own["origin"] == log.act(n).actor and not own["foreign"]:
        return
    if log.holds(item, n):
        out["found"].add(("identity/mismatch", True))
    else:
        log.object(out, item, n, "custody/not-holder")


def report(log, out, item, n):
    act, own = log.act(n), log.own(item, n)
    unsaid = set(act.status_unset) & WORDS
    said = (set(act.status_set) & WORDS) - unsaid
    there = [m for m in own["marks"] if m[0] in unsaid]
    gone = [m for m in there if may_clear(log, item, n, m)]
    if not may_report(log, item, n, said, gone) or (there and not gone):
        log.object(out, item, n, "custody/not-holder")
        return
    if not said and not there:
        out["found"].add(("custody/not-holder", False))
        return
    marks = [m for m in own["marks"] if m not in gone]
    for word in sorted(said):
        if (word, act.actor) not in [m[:2] for m in marks]:
            marks.append((word, act.actor, n, log.at(n), None))
            out["found"].add(("status/" + word, True))
    out["closed"] |= {"status/" + m[0] for m in gone if m[0] not in [one[0] for one in marks]}
    out["state"] = own | {"marks": marks}


def may_report(log, item, n, said, gone):
    act, own = log.act(n), log.own(item, n)
    if log.is_involved(item, n) or log.owner(item, n) == act.actor:
        return True
    if said:
        return said == {"recalled"} and own["origin"] == act.actor and not own["foreign"]
    return bool(gone) or log.is_inspector(n)


def may_clear(log, item, n, mark):
    if mark[1] == log.act(n).actor or log.is_inspector(n):
        return True
    return mark[0] != "recalled" and log.holds(item, n)


# Containers ----------------------------------------------------------------------------------


def is_open(log, box, n):
    """Whether the packer of entry n may use the container at all."""
    now = log.now(box, n)
    if now is None or log.is_claimed(box, n):
        return True
    return not now["ended"] and (log.is_anybodys(box, n) or log.has_in_hand(box, n))


def begins(log, n):
    box = log.act(n).parent
    return log.own(box, n) is None or not log.has_in_hand(box, n)


def can_enter(log, item, n):
    """Whether the item could go into the container of entry n, were it in the same hands."""
    act, now = log.act(n), log.now(item, n)
    circle = {act.parent, *log.around(act.parent, n)}
    if now is None or now["ended"] or now["parent"] or item in circle:
        return False
    return log.has_in_hand(item, n)


def custody_of(log, item, n):
    custody = log.now(item, n)["custody"]
    return held(custody["holder"]) if log.signs(item, n) else custody


def takes_over(log, n):
    """The shipment that the container of packing n begins with or takes over, if any."""
    act = log.act(n)
    first = next((custody_of(log, i, n) for i in act.items if can_enter(log, i, n)), None)
    if first is None or not first["transit"]:
        return None
    own = log.own(act.parent, n)
    is_free = begins(log, n) or (not own["parent"] and not own["custody"]["transit"])
    return first if is_free else None


def custody_inside(log, n):
    """The custody of the container of packing n, once it has begun or taken over a shipment."""
    act = log.act(n)
    if takes_over(log, n):
        return takes_over(log, n)
    if begins(log, n):
        return held(act.actor)
    if log.own(act.parent, n)["parent"]:
        return log.now(act.parent, n)["custody"]
    return custody_of(log, act.parent, n)


def container(log, out, item, n):
    act, own = log.act(n), log.own(item, n)
    if own and log.is_claimed(item, n):
        out["found"].add(("custody/challenged", True))
        out["closed"].add(None)
    if own and log.now(item, n)["ended"] and not log.is_claimed(item, n):
        log.object(out, item, n, "custody/after-terminal")
    elif not is_open(log, item, n):
        log.object(out, item, n, "custody/not-holder")
    else:
        out["bound"] = takes_over(log, n) is not None
        if begins(log, n):
            out["state"] = new(act.actor, n, log.at(n)) | {"custody": custody_inside(log, n)}
            out["state"] |= {"begun": begun_by(log, item, n)}
        elif takes_over(log, n) or (log.signs(item, n) and not own["parent"]):
            log.move(out, item, n, custody_inside(log, n))
        out["state"] |= {"emptied": False}


def pack(log, out, item, n):
    act, own = log.act(n), log.own(item, n)
    is_circle = item in (act.parent, *log.around(act.parent, n))
    if own["parent"] == act.parent and not is_circle:
        return
    if not log.has_in_hand(item, n):
        log.object(out, item, n, "custody/not-holder")
        return
    custody = custody_of(log, item, n)
    if is_circle or own["parent"] or not alike(custody, custody_inside(log, n)):
        log.object(out, item, n, "custody/outside-container")
    else:
        log.move(out, item, n, custody, parent=act.parent, since=n)


def unpack(log, out, item, n):
    act, own = log.act(n), log.own(item, n)
    box = log.own(act.parent, n)
    if item == act.parent and box is None:
        out["found"].add(("custody/unknown-item", False))
    elif item == act.parent and not log.has_in_hand(item, n):
        log.object(out, item, n, "custody/not-holder")
    if box is None or not log.has_in_hand(act.parent, n):
        return
    if item == act.parent:
        opened(log, out, item, n)
    is_meant = item in act.items if act.items else own and own["parent"] == act.parent
    if not is_meant:
        return
    if own is None:
        out["found"].add(("custody/unknown-item", False))
    elif log.now(item, n)["ended"]:
        log.object(out, item, n, "custody/after-terminal")
    elif own["parent"] != act.parent:
        log.object(out, item, n, "custody/outside-container")
    else:
        log.move(out, item, n, custody_of(log, item, n))


def opened(log, out, box, n):
    own = log.own(box, n)
    is_emptied = not log.act(n).items and own["origin"] is None and not own["registered"]
    if log.signs(box, n) and not own["parent"]:
        log.move(out, box, n, custody_of(log, box, n), emptied=is_emptied)
    elif is_emptied:
        out["state"] = own | {"emptied": True}


RULES = {
    K.REGISTER: register,
    K.TRANSFORM: transform,
    K.PACK: pack,
    K.INSTALL: pack,
    K.SHIP: ship,
    K.CARRY: carry,
    K.DELIVER: deliver,
    K.RECEIVE: receive,
    K.REFUSE: refuse,
    K.VOID: void,
    K.TRANSFER: transfer,
    K.ACCEPT: accept,
    K.DECLARE: declare,
    K.INSPECT: inspect,
    K.DETAIN: detain,
    K.SEIZE: seize,
    K.RELEASE: release,
    K.REPORT: report,
    K.CLEAR: report,
    K.REPLACE: replace,
    K.DESTROY: end,
    K.DECOMMISSION: end,
}
