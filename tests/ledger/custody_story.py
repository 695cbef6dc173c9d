"""A history told act by act to ``ledger.custody``: short names in, short names out.

    story = Story()
    story.commission("maker", "c1")
    story.ship("maker", "c1", to="buyer")
    story.receive("buyer", "c1")             # -> set(): nothing found
    story.holder("c1")                       # -> "buyer"

Chips ``c...`` have numbers of the maker's range, ``o...`` of the rival's; other names are of
nobody's. Acts happen and are recorded an hour apart. An act gives what it finds, as (item, code);
what counts against the entry only is given as (item, code, "entry").
"""

from datetime import UTC, datetime, timedelta

from ledger.act import Act, ActKind
from ledger.custody import apply
from ledger.facts import Facts, Mandate
from ledger.holding import Holdings, Step, commit, effective
from ledger.rules import TimeRules

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARTY = "urn:chiptrail:party:"
ITEM = "urn:chiptrail:chip:x:y:"
FACTS = Facts(
    prefixes={PARTY + "maker": (ITEM + "c",), PARTY + "rival": (ITEM + "o",)},
    roles={
        PARTY + "customs": frozenset({"inspector"}),
        PARTY + "police": frozenset({"inspector"}),
    },
    times=TimeRules(future_tolerance=timedelta(minutes=15), late_after=timedelta(days=7)),
    mandates={
        (PARTY + "buyer", PARTY + "broker"): Mandate(
            0,
            frozenset({ActKind.RECEIVE, ActKind.SHIP, ActKind.PACK, ActKind.ACCEPT}),
            BEGIN,
            BEGIN + 10 * HOUR,
        )
    },
)


def party(name):
    return None if name is None else PARTY + name


def items(names):
    return tuple(ITEM + name for name in names.split())


def found_in(step, act):
    """What *step* finds, item by item."""
    found = set()
    for finding in step.findings:
        mark = () if finding.on_items else ("entry",)
        named = finding.items or act.items
        found |= {(item.removeprefix(ITEM), str(finding.code), *mark) for item in named}
    return found


def closed_in(step, act):
    return {
        (item.removeprefix(ITEM), closing.code)
        for closing in step.closings
        for item in closing.items or act.items
    }


class Story:
    def __init__(self, facts=FACTS):
        self.facts = facts
        self.holdings = Holdings()
        self.index = -1
        self.recorded_at = BEGIN
        self.step = Step()
        self.act = None

    def tell(self, kind, actor, names, *, to=None, into=None, late=0 * HOUR, **rest):
        """One more entry; *late*: how long before its recording it happened."""
        self.index += 1
        self.recorded_at += HOUR
        self.act = Act(
            ActKind(kind),
            party(actor),
            self.recorded_at - late,
            items(names),
            parent=None if into is None else ITEM + into,
            counterparty=party(to),
            via=tuple(party(one) for one in rest.pop("via", "").split()),
            outputs=items(rest.pop("out", "")),
            owner=party(rest.pop("owner", None)),
            user=party(rest.pop("user", None)),
            principal=party(rest.pop("on_behalf_of", None)),
            **{name: frozenset(v.split()) if isinstance(v, str) else v for name, v in rest.items()},
        )
        self.step = apply(
            self.holdings,
            self.act,
            self.facts,
            index=self.index,
            recorded_at=self.recorded_at,
        )
        commit(self.holdings, self.step)
        return found_in(self.step, self.act)

    def __getattr__(self, kind):
        def tell(actor, names="", **rest):
            return self.tell(kind, actor, names, **rest)

        return tell

    def closed(self):
        """What the last act closed, as (item, code)."""
        return closed_in(self.step, self.act)

    def state(self, name):
        return effective(self.holdings, ITEM + name)

    def custody(self, name):
        return self.state(name).custody

    def holder(self, name):
        """Who has it; in transit ``"sender > consignee"``."""
        custody = self.custody(name)
        ends = [custody.holder, *([custody.consignee] if custody.consignee else [])]
        return " > ".join(end.removeprefix(PARTY) for end in ends)

    def owner(self, name):
        return self.state(name).owner.removeprefix(PARTY)

    def user(self, name):
        title = self.state(name).title
        return title and title.user and title.user.removeprefix(PARTY)

    def message(self):
        return self.step.findings[0].message
