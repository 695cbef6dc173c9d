"""What the papers of an item ask of where it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.act import ActKind
from ledger.consignment import Named
from ledger.dealing import Authorisation
from ledger.geodesy import Circle
from ledger.papers import NO_PAPERS, Bound, Duty, papers_of
from tests.ledger.test_authorisation import D1, FREE, GET, PACK, SENT, sent, under, who

DAY = timedelta(days=1)
STRICT = under(
    Authorisation("STA", "permit", "P7"), said_in=6, conditions=("Report location every 30 days.",)
)
CONDITIONS = {
    "as it is documented": ("Report location every 90 days.", 90),
    "in other letters": ("report the location every 1 day", 1),
    "something else": ("No re-export.", None),
    "more than that": ("Report location every 90 days, in writing.", None),
}  # fmt: skip


@pytest.mark.parametrize(("text", "days"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_that_asks_for_reports_is(text, days):
    duty = papers_of((sent(under(conditions=(text,))),), PACK, SENT).duty

    assert duty == (None if days is None else Duty(days * DAY, "EAR licence D1", 5))


def test_the_last_licences_that_ask_for_reports_count_the_strictest_of_them():
    asking = under(conditions=("Report location every 90 days.",))

    def every(*some):
        return papers_of(some, PACK, SENT).duty.every

    assert [30 * DAY, 90 * DAY, 30 * DAY] == [
        every(sent(asking, STRICT), sent(FREE)),
        every(sent(STRICT), sent(asking)),
        every(sent(asking), sent(STRICT)),
    ]


def test_where_goods_may_not_go_they_must_not_be():
    free, licensed = papers_of((sent(FREE),), PACK, SENT), papers_of((sent(under()),), PACK, SENT)

    assert {"CN", "HK", "MO"} <= free.barred
    assert free.barred.isdisjoint({"NO", "SG", "US"})
    assert frozenset() == licensed.barred
    assert NO_PAPERS == papers_of((), PACK, SENT)


def test_of_parties_in_no_known_country_nothing_is_closed():
    nowhere = {"by": who(GET, None), "to": who(GET, None)}

    assert frozenset() == papers_of((sent(FREE, **nowhere),), PACK, SENT).barred


def test_the_licences_of_the_last_shipment_say_where_it_may_be():
    norway, hall = under(countries=("NO", "SE")), Circle(59.9, 10.8, 400)
    at_site = replace(STRICT, sites=(hall,))

    def bounds(*some):
        return papers_of(some, PACK, SENT).bounds

    assert (Bound(frozenset({"NO", "SE"}), (), "EAR licence D1", 5),) == bounds(sent(norway))
    assert (Bound(frozenset(), (hall,), "STA permit P7", 6),) == bounds(sent(at_site))
    assert [2, 1, 0, 0] == [
        len(bounds(*some))
        for some in (
            (sent(norway, at_site),),
            (sent(norway), sent(kind=ActKind.TRANSFER)),
            (sent(norway), sent(FREE)),
            (sent(under()), sent(Named(D1))),
        )
    ]
