"""What the holder of a licence sees of the goods that went out under it, and what not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.finding import Code
from ledger.judge import Verdict
from ledger.note import parse_vkey
from ledger.service.bundling import make_bundle
from ledger.service.dossiers import check_to_json, dossier_to_json
from ledger.service.entry import load_contents
from ledger.service.knowing import Known
from ledger.service.query import check, dossier, resolve
from ledger.service.recorded import recorded
from ledger.service.shipments import shipment
from ledger.verify import verify_bundle
from ledger.view import Reader
from schemas.bundle import parse_bundle
from schemas.bundle_statement import parse_bundle_statement
from schemas.statement import Licence, LicenceKind, Role, draft_of
from tests.world import CHIPS, World, party

BOX, UUID = "urn:box:1", "GPU-5f3c"
PRICE = {"chiptrail:customs": {"eccn": ["3A090.a"], "value": 9, "currency": "USD"}}
PAPER = {"bizTransactionList": [{"type": "bol", "bizTransaction": "urn:chiptrail:doc:awb:160-1"}]}
UNDER = [{"regime": "EAR", "kind": "licence", "number": "D1"}]
PLACE = {"id": "geo:1.35,103.80;u=50"}


@pytest.fixture
def world(tmp_path, url):
    """The group holds what its daughter, the shop, may draw on."""
    made = World(tmp_path, checking=False, url=url)
    made.enroll("fab", Role.MAKER, prefixes=[CHIPS])
    made.enroll_all({"shop": [], "dc": [], "lab": [], "group": [], "spy": []})
    made.enroll("bis", Role.INSPECTOR)
    made.commission("fab", made.chips(3))
    made.ship("fab", made.chips(3), to="shop")
    made.receive("shop", made.chips(3))
    return made


def licence(world, who="bis", number="D1", **more):
    said = {"holder": party("group"), "drawers": (party("shop"),), "quantity": 9}
    return world.licence(who, number, **said | more)


def sold_on(world, **more):
    """One chip goes to dc under the licence, and on to the lab."""
    chip = world.chips(1)
    world.ship("shop", chip, to="dc", **{"chiptrail:authorisations": UNDER} | more)
    world.receive("dc", chip)
    world.ship("dc", chip, to="lab")
    return world.receive("lab", chip).index


def told(world, name="group", serial=1):
    (chip,) = world.chips(1, serial)
    return dossier(world.ledger, chip, reader=Reader(party(name)))


def acts(found):
    return [step.act.kind.value for step in found.steps]


def kinds(world, name="group", serial=1):
    return acts(told(world, name, serial))


WHOLE = ["commission", "ship", "receive", "ship", "receive", "ship", "receive"]


def test_the_holder_of_a_licence_sees_what_went_out_under_it_to_the_head(world):
    licence(world)
    sold_on(world)
    found = told(world)

    assert (WHOLE, None) == (kinds(world), found.horizon)
    assert party("lab") == found.state.custody.holder


UNSEEN = {
    "its own word": {"who": "group"},
    "another's word": {"who": "spy"},
    "another number": {"number": "D2"},
    "another regime": {"regime": "STA"},
    "a sender who may not draw": {"drawers": (party("fab"),)},
    "another holder": {"holder": party("spy"), "drawers": (party("shop"),)},
}


@pytest.mark.parametrize("said", UNSEEN.values(), ids=UNSEEN)
def test_what_no_authority_attests_shows_nothing(world, said):
    licence(world, **said)
    sold_on(world)

    assert Verdict.UNKNOWN == told(world).verdict
    assert [] == kinds(world)


def test_the_registrar_attests_too(world):
    said = {"holder": party("group"), "drawers": (party("shop"),), "regime": "EAR", "number": "D1"}
    said |= {"starts_at": world.now, "ends_at": world.now + timedelta(days=9)}
    world.clerk.say(draft_of(Licence, kind=LicenceKind.LICENCE, eccns=("3A090",), **said))
    sold_on(world)

    assert WHOLE == kinds(world)


def test_what_was_not_sent_under_it_is_not_seen(world):
    licence(world)
    sold_on(world)
    world.ship("shop", world.chips(1, 2), to="dc")

    assert [] == kinds(world, serial=2)


def test_what_was_called_off_is_not_seen(world):
    licence(world)
    chip = world.chips(1)
    world.ship("shop", chip, to="dc", **{"chiptrail:authorisations": UNDER})
    assert ["commission", "ship", "receive", "ship"] == kinds(world)

    world.void("shop", chip)
    assert [] == kinds(world)


def test_an_act_without_effect_shows_nothing(world):
    licence(world)
    world.ship("shop", world.chips(1), to="dc")
    world.receive("dc", world.chips(1))
    world.ship("shop", world.chips(2), to="spy", **{"chiptrail:authorisations": UNDER})

    assert [] == kinds(world)
    assert [] != kinds(world, serial=2)


def test_the_view_ends_with_the_licence(world):
    licence(world, days=3)
    last = sold_on(world)
    world.advance(days=4)
    world.ship("lab", world.chips(1), to="dc")
    world.report("lab", world.chips(1), "stolen")
    found = told(world)

    assert (WHOLE, last) == (kinds(world), found.horizon)
    assert party("lab") == found.state.custody.holder


def test_what_left_before_the_licence_began_was_drawn_on_it_and_is_seen(world):
    licence(world, starts_at=world.now + timedelta(days=30))
    sold_on(world)

    assert WHOLE == kinds(world)
    assert Code.LICENCE_EXPIRED in {one.code for one in told(world).findings}


def test_a_licence_that_is_stated_with_another_end_ends_or_goes_on(world):
    licence(world)
    sold_on(world)
    ended = licence(
        world, ends_at=world.now - timedelta(hours=1), starts_at=world.now - timedelta(days=9)
    )
    world.ship("lab", world.chips(1), to="dc")
    assert (WHOLE, ended.index) == (kinds(world), told(world).horizon)

    licence(world, days=9)
    assert [*WHOLE, "ship"] == kinds(world)


def test_who_has_the_licence_no_more_sees_no_further(world):
    licence(world)
    sold_on(world)
    moved = licence(world, holder=party("spy"))
    world.ship("lab", world.chips(1), to="dc")

    assert (WHOLE, moved.index) == (kinds(world), told(world).horizon)
    assert [] == kinds(world, "spy")


def test_an_authority_may_attest_what_the_holder_stated_and_drew_on(world):
    licence(world, who="group")
    sold_on(world)
    assert [] == kinds(world)

    licence(world)
    assert WHOLE == kinds(world)


# What is not for it ------------------------------------------------------------------------------


def answers(world, name, day):
    """All that *name* is answered of the chip, as it is written; what bundles hold, opened."""
    (chip,) = world.chips(1)
    ledger, reader = world.ledger, Reader(party(name))
    data = make_bundle(ledger, [chip], reader=reader, disclose=True, as_of=day)
    opened = verify_bundle(data, parse_vkey(ledger.vkey), ledger.atlas).entries
    sent = max(one.index for one in opened)
    return [
        dossier_to_json(dossier(ledger, chip, reader=reader, as_of=day)),
        check_to_json(check(ledger, [chip, UUID], reader=reader, as_of=day)),
        resolve(ledger, [UUID], reader),
        shipment(ledger, sent, reader=reader, as_of=day),
        load_contents(ledger, sent, is_told=recorded(ledger, sent, reader).is_told),
        sorted(parse_bundle_statement(parse_bundle(data).statement.payload).findings, key=repr),
        opened,
    ]


def test_what_is_withheld_and_disclosed_to_others_a_licence_does_not_show(world):
    licence(world)
    sold_on(world)
    ends = [{"type": "possessing_party", "destination": party("dc")}]
    body = {"action": "OBSERVE", "bizStep": "shipping", "destinationList": ends}
    numbers = {"chiptrail:identities": [{"item": world.chips(1)[0], "uuid": UUID}]}
    hidden = {**numbers, **PRICE, **PAPER}
    body |= {**hidden, "bizLocation": PLACE, "withheld": [*hidden, "bizLocation"]}
    sent = world.submission("lab", "ObjectEvent", {"epcList": world.chips(1)}, **body)
    world.capture(replace(sent, disclosures=()))
    day = world.now + timedelta(days=1)
    group, lab = answers(world, "group", day), answers(world, "lab", day)
    world.capture(sent)

    assert group == answers(world, "group", day)
    assert [] == [
        one for one in zip(lab, answers(world, "lab", day), strict=True) if one[0] == one[1]
    ]


def test_a_grant_gives_on_nothing_that_a_licence_shows(world):
    licence(world)
    sold_on(world)
    world.grant("group", world.chips(1), to="spy")

    assert [] == kinds(world, "spy")


def test_of_a_box_no_other_load_is_seen(world):
    licence(world)
    world.pack("shop", BOX, world.chips(2))
    world.ship("shop", [BOX], to="dc", **{"chiptrail:authorisations": UNDER})
    world.receive("dc", [BOX])
    reader = Reader(party("group"))
    seen = dossier(world.ledger, BOX, reader=reader)
    assert (["pack", "ship", "receive"], 2) == (acts(seen), len(seen.contents))

    world.unpack("dc", BOX)
    world.register("dc", ["urn:other:1"])
    world.pack("dc", BOX, ["urn:other:1"])
    assert [] == acts(dossier(world.ledger, BOX, reader=reader))
    assert "unpack" == kinds(world)[-1]


def test_the_story_in_a_bundle_ends_with_the_licence_too(world):
    licence(world, days=3)
    last = sold_on(world)
    world.advance(days=4)
    world.ship("lab", world.chips(1), to="dc")
    data = make_bundle(world.ledger, world.chips(1), reader=Reader(party("group")))
    said = parse_bundle_statement(parse_bundle(data).statement.payload)

    assert (last, last) == (said.horizon, max(said.indexes))
    assert () == said.unproven


def test_who_asks_what_was_known_then_is_told_what_it_saw_then(world):
    licence(world)
    last = sold_on(world)
    world.ship("lab", world.chips(1), to="dc")
    (chip,), reader = world.chips(1), Reader(party("group"))
    then = [
        dossier(world.ledger, chip, reader=reader, known=Known(size=size))
        for size in (last + 1, last - 2, last - 3)
    ]

    assert [WHOLE, WHOLE[:4], []] == list(map(acts, then))


def test_what_a_correction_takes_back_is_not_seen_under_it(world):
    licence(world)
    chip = world.chips(1)
    sent = world.ship("shop", chip, to="dc", **{"chiptrail:authorisations": UNDER})
    assert "ship" == kinds(world)[-1]

    world.correct("shop", sent)
    assert [] == kinds(world)
