"""Consignments against licences and rules, code by code: what is found, and what is not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.act import ActKind
from ledger.authorisation import check_consignment, check_covered
from ledger.consignment import Consignment, Leg, Named, Standing
from ledger.dealing import Authorisation, Dealing
from ledger.rule_files import join_files, parse_pack
from ledger.service.ledger import load_pack
from ledger.wallet import Drawn
from schemas.statement import CountryFact, Licence, LicenceKind, Role, Subject

SENT = datetime(2026, 6, 15, tzinfo=UTC)
DAY = timedelta(days=1)
PACK = parse_pack(load_pack())
CHIP = "urn:chiptrail:chip:acme:x1:A1"
SEND, GET, USE = (f"urn:chiptrail:party:{name}" for name in ("send", "get", "use"))
D1 = Authorisation("EAR", "licence", "D1")
NLR = Authorisation("EAR", "nlr")
NAC = Authorisation("EAR", "exception", "A1", "NAC")
LICENCE = Licence(
    ledger="l", party=SEND, nonce="n", id="i", issued_at=SENT, after=None, holder=SEND,
    regime="EAR", kind=LicenceKind.LICENCE, number="D1", eccns=("3A090",),
    starts_at=SENT - DAY, ends_at=SENT + DAY,
)  # fmt: skip


def who(party, country="NO", *, head=None, parent=None, roles=()):
    def fact(code):
        return None if code is None else CountryFact(code, "register", date(2026, 5, 1))

    homes = {"hq_country": fact(head), "ultimate_parent_country": fact(parent)}
    return Standing(4, Subject(party, (party[-4:],), roles, country=fact(country), **homes))


def sent(*named, to=None, by=None, user=None, eccns=("3A090.a",), kind=ActKind.SHIP, **more):
    """A consignment of SEND in Singapore to GET, in Norway if *to* does not say otherwise."""
    ends = (("consignee", GET), *((("end user", USE),) if user else ()))
    parties = {SEND: by or who(SEND, "SG"), GET: to or who(GET)} | ({USE: user} if user else {})
    authorisations = tuple([one.authorisation for one in named])
    dealing = Dealing(kind, SEND, SENT, ends, authorisations, eccns)
    leg = Leg(9, dealing, frozenset(), more.pop("departed", None), more.pop("is_waiting", False))
    return Consignment(leg, parties, named, **more)


def under(authorisation=D1, *, said_in=5, is_attested=True, drawn=None, **terms):
    return Named(
        authorisation, replace(LICENCE, **terms), said_in, is_attested=is_attested, drawn=drawn
    )


def codes(consignment, as_of=SENT, pack=PACK):
    return [found.code.value for found in check_consignment(consignment, pack, as_of)]


FREE = Named(NLR)
CHINA = who(GET, "CN", head="CN")
SHELL = who(GET, "SG", head="SG", parent="CN")
CASES = {
    # Under a licence.
    "all is well": (sent(under()), []),
    "its user alone says so": (sent(under(is_attested=False)), ["licence/unattested"]),
    "nobody states it": (sent(Named(D1)), ["licence/unattested"]),
    "whether anybody does is not ours to know": (sent(Named(D1, is_known=False)), []),
    "another's": (sent(under(holder=GET)), ["licence/not-party"]),
    "a drawer's": (sent(under(holder=GET, drawers=(SEND,))), []),
    "over": (sent(under(ends_at=SENT)), ["licence/expired"]),
    "its last moment": (sent(under(ends_at=SENT + timedelta(seconds=1))), []),
    "not yet begun": (sent(under(starts_at=SENT + DAY / 2)), ["licence/expired"]),
    "over when it left": (sent(under(), departed=(11, SENT + 2 * DAY)), ["licence/expired"]),
    "for another consignee": (sent(under(consignees=(USE,))), ["licence/out-of-scope"]),
    "for the consignee": (sent(under(consignees=(GET,))), []),
    "for the consignee by name": (sent(under(consignees=(":get",))), []),
    "for another end user": (sent(under(end_users=(USE,))), ["licence/out-of-scope"]),
    "for the end user": (sent(under(end_users=(USE,)), user=who(USE)), []),
    "for another country": (sent(under(countries=("JP",))), ["licence/out-of-scope"]),
    "for the country": (sent(under(countries=("NO",))), []),
    "for the country of the site": (sent(under(countries=("JP",)), site=(3, "JP")), []),
    "for other goods": (sent(under(eccns=("4A090",))), ["licence/out-of-scope"]),
    "for its paragraph": (sent(under(eccns=("3A090.a",))), []),
    "overdrawn": (sent(under(drawn=Drawn(6, 5, True))), ["licence/overdrawn"]),
    "used up": (sent(under(drawn=Drawn(5, 5, True))), []),
    # Without one.
    "nothing named": (sent(), ["licence/none"]),
    "nothing required": (sent(FREE), []),
    "no border": (sent(to=who(GET, "SG")), []),
    "not controlled": (sent(eccns=("EAR99",)), []),
    "not classified": (sent(eccns=()), []),
    "no seat is known": (sent(to=who(GET, None)), []),
    "out of Malaysia": (sent(under(), by=who(SEND, "MY")), ["licence/none"]),
    "out of Malaysia with a permit": (
        sent(under(), Named(Authorisation("STA", "permit")), by=who(SEND, "MY")),
        [],
    ),
    # Parties and places.
    "to China": (sent(FREE, to=who(GET, "CN")), ["destination/restricted"]),
    "to China, of a Chinese company": (
        sent(FREE, to=CHINA),
        ["destination/restricted", "party/restricted-headquarters"],
    ),
    "to China under a licence": (sent(under(), to=CHINA), []),
    "to China under an exception": (sent(under(NAC, kind=LicenceKind.EXCEPTION), to=CHINA), []),
    "to China, not controlled": (sent(FREE, to=CHINA, eccns=("EAR99",)), []),
    "to a shell, nothing named": (
        sent(to=SHELL),
        ["party/restricted-headquarters", "licence/none"],
    ),
    "to a shell, not classified": (
        sent(to=SHELL, eccns=()),
        ["party/restricted-headquarters", "licence/none"],
    ),
    "to a shell, in a box": (sent(to=SHELL, eccns=(), is_container=True), []),
    "to a shell, under a licence": (sent(under(), to=SHELL), []),
    "in place to a shell": (
        sent(FREE, to=SHELL, by=who(SEND, "SG"), kind=ActKind.TRANSFER),
        ["party/restricted-headquarters"],
    ),
    "a shell is to use it": (
        sent(FREE, user=who(USE, "SG", parent="MO")),
        ["party/restricted-headquarters"],
    ),
    "to Malta": (sent(FREE, to=who(GET, "MT", head="MT")), []),
    "to India": (sent(FREE, to=who(GET, "IN", head="IN")), []),
    "to South Korea": (sent(FREE, to=who(GET, "KR", head="KR")), []),
    "to Israel, of D:4 and A:6": (sent(FREE, to=who(GET, "IL", head="IL")), []),
    "to Macau": (
        sent(FREE, to=who(GET, "MO", head="MO")),
        ["destination/restricted", "party/restricted-headquarters"],
    ),
    "to a company of Cambodia": (sent(FREE, to=who(GET, "SG", head="KH")), []),
    "to Cambodia": (sent(FREE, to=who(GET, "KH", head="KH")), ["destination/restricted"]),
    "to a site in Macau": (sent(FREE, site=(3, "MO")), ["destination/restricted"]),
    # An exception.
    "NAC without its number": (
        sent(Named(Authorisation("EAR", "exception", None, "NAC"))),
        ["licence/out-of-scope"],
    ),
    "NAC for seven items": (
        sent(under(NAC, item_prefixes=tuple(f"urn:x:{n}" for n in range(7)))),
        ["licence/out-of-scope"],
    ),
    "NAC for two consignees": (sent(under(NAC, consignees=(GET, USE))), ["licence/out-of-scope"]),
    "NAC for two end users": (sent(under(NAC, end_users=(GET, USE))), ["licence/out-of-scope"]),
    "NAC to a distributor": (
        sent(under(NAC), to=who(GET, roles=(Role.DISTRIBUTOR,))),
        ["licence/out-of-scope"],
    ),
    "NAC as it should be": (sent(under(NAC, consignees=(GET,), end_users=(GET,))), []),
}  # fmt: skip


@pytest.mark.parametrize(("consignment", "expected"), CASES.values(), ids=CASES)
def test_each_code_is_found_where_it_should_be_and_nowhere_else(consignment, expected):
    assert expected == codes(consignment)


def test_what_waits_is_judged_as_of_now_and_what_was_sent_as_of_then():
    waits, went = sent(under(), is_waiting=True), sent(under())

    assert [[], []] == [codes(waits), codes(went)]
    assert [["licence/expired"], []] == [codes(one, SENT + 3 * DAY) for one in (waits, went)]


@pytest.mark.parametrize(("day", "is_found"), [("2026-02-02", True), ("2026-02-03", False)])
def test_a_company_of_cambodia_is_restricted_until_it_left_the_group(day, is_found):
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    one = sent(FREE, to=who(GET, "SG", head="KH"), departed=(11, at))

    assert is_found is ("party/restricted-headquarters" in codes(one))


def test_the_message_has_the_fact_and_the_rule_each_with_source_and_date():
    (found,) = check_consignment(sent(FREE, to=SHELL), PACK, SENT)

    assert found.message == (
        f"the ultimate parent of {GET} is in CN (register, 2026-05-01), in group D:5 by 15 CFR"
        " Part 740, Supp. No. 1, D:5, which follows 22 CFR 126.1, in a table of a third party of"
        " 2026-05-22 (checked 2026-11-29, unverified), and only EAR nlr is named for it;"
        " ear/headquarters: BIS guidance of 2026-05-31 on 15 CFR 742.6(a)(6)(iii)(A), as"
        " reproduced by a consultancy (checked 2026-11-29, unverified)"
    )
    assert (9, (4,)) == (found.index, found.cites)


@pytest.mark.parametrize(("is_shown", "words"), [(True, "allows: 1,200 of 500"), (False, "allows")])
def test_figures_are_for_those_who_may_draw(is_shown, words):
    (found,) = check_consignment(sent(under(drawn=Drawn(1200, 500, is_shown))), PACK, SENT)

    assert found.message.endswith(words)


def test_a_party_on_an_operators_list_is_found_by_name():
    listed = (
        'pack = "house"\n[[listed]]\nlist = "Entity List"\nnames = ["GET"]\nfrom = 2026-01-01\n'
        'citation = "Supp. 4"\nchecked = 2026-06-01\n'
    )
    pack = parse_pack(join_files(load_pack(), [("list.toml", listed.encode())]))

    assert ["party/screening-hit"] == codes(sent(under()), pack=pack)
    before = sent(under(), departed=(11, SENT - 300 * DAY))
    assert "party/screening-hit" not in codes(before, pack=pack)


PREFIXES = [
    ({"item_prefixes": ("urn:chiptrail:chip:acme:x1:",)}, {}, False),
    ({"item_prefixes": ("urn:chiptrail:chip:acme:x9:",)}, {}, True),
    ({"item_prefixes": ("urn:box:",)}, {"around": frozenset({"urn:box:7"})}, False),
    ({"item_prefixes": ("urn:box:",)}, {"is_container": True}, False),
]


@pytest.mark.parametrize(("terms", "more", "is_found"), PREFIXES)
def test_a_licence_covers_items_by_their_numbers_or_what_they_are_in(terms, more, is_found):
    assert is_found is bool(check_covered(sent(under(**terms), **more), CHIP))
