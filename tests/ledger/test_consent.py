"""What a correction brings upon those who agreed with it is settled; upon others it is not."""

from ledger.act import Act, ActKind
from ledger.consent import Settled, settled
from ledger.correction import Retelling
from ledger.finding import Code
from ledger.order import ordinal
from ledger.reach import Entry, Scope
from tests.ledger.custody_story import BEGIN, FACTS, HOUR, ITEM, items, party

CHIP = ITEM + "c1"
BUYER = party("buyer")


def entry(index, kind, actor, *, to=None, taken_back=False):
    at = BEGIN + index * HOUR
    act = Act(ActKind(kind), party(actor), at, items("c1"), None, party(to))
    return Entry(index, at, act, ordinal(index), None if taken_back else ordinal(index))


def told(agreed):
    """Shipped by mistake, received, and the shipment taken back."""
    entries = [
        entry(1, "commission", "maker"),
        entry(2, "ship", "maker", to="buyer", taken_back=True),
        entry(3, "receive", "buyer"),
    ]
    scope = Scope(frozenset([CHIP]), frozenset(), ordinal(2))
    retelling = Retelling(entries, scope, dict.fromkeys((1, 2, 3), FACTS))
    return list(settled(retelling, retelling.difference().retold, agreed, scope.written))


def test_what_falls_is_settled_for_who_agreed():
    assert [Settled(3, Code.PENDING_SHIPMENT, (CHIP,))] == told({BUYER})


def test_nothing_is_settled_for_who_did_not():
    assert [] == told({party("thief")})
