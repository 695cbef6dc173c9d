"""The story in plain words."""

from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from ledger.act import Act, ActKind, read_act
from ledger.finding import Code, Finding
from ledger.outcome import Outcome, is_effective, outcomes
from ledger.story import tell
from schemas import short_form
from schemas.draft import Imprint, complete
from schemas.event import OpenItems, parse_event
from schemas.short_form import Details
from schemas.strict_json import dump

FAB, SHOP, SKUA = (f"urn:chiptrail:party:{name}" for name in ("fab", "shop", "skua"))
CARRIER = "https://id.gs1.org/417/9520001000003"
NAMES = {FAB: "Fab One", SHOP: "The Shop", CARRIER: "Tern"}
CHIP = "https://id.gs1.org/01/09520001000010/21/A-7"
PALLET = "https://id.gs1.org/00/195200010000000017"
AT = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
PLACE = {"latitude": 1.29, "longitude": -103.85, "accuracyM": 50, "countryCode": "SG"}
PHOTO = {"name": "stamp", "mediaType": "image/jpeg", "sha256": "00" * 32, "size": 9}
AWB = "urn:chiptrail:doc:awb:618-12345675"


def told(draft, *, item=CHIP, party=FAB, **outcome):
    imprint = Imprint("example.com", party, "A" * 22, "note")
    event = parse_event(dump(complete(draft, imprint, "urn:uuid:1", AT)))
    items = {name: found.ids for name, found in event.lists.items() if isinstance(found, OpenItems)}
    return tell(read_act(event, items), event, NAMES, item=item, outcome=Outcome(**outcome))


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        (short_form.commission([CHIP]), "Made by Fab One."),
        (
            short_form.commission(
                [CHIP],
                Details(product={"urn:x:lotNumber": "L7", "urn:x:productName": "HX-100"}),
            ),
            "Made by Fab One as HX-100, lot L7.",
        ),
        (short_form.register([CHIP]), "Entered in the ledger by Fab One, who had it."),
        (short_form.pack(PALLET, [CHIP]), "Packed by Fab One into SSCC 195200010000000017."),
        (short_form.unpack(PALLET), "Taken out of SSCC 195200010000000017 by Fab One."),
        (short_form.ship([CHIP], FAB, SHOP), "Shipped by Fab One to The Shop."),
        (
            short_form.ship(
                [CHIP],
                FAB,
                SHOP,
                Details(
                    via=[SKUA, CARRIER],
                    due_at=AT,
                    destinations=[("urn:chiptrail:sdt:end_user", SKUA)],
                ),
            ),
            "Shipped by Fab One to The Shop with skua and Tern, for use by skua, due 3 Mar 2026.",
        ),
        (
            short_form.ship([CHIP], FAB, SHOP, Details(documents=[AWB, AWB[:-1]])),
            "Shipped by Fab One to The Shop (AWB 618-12345675, AWB 618-1234567).",
        ),
        (short_form.receive([CHIP], FAB), "Received by Fab One."),
        (
            short_form.receive([CHIP], FAB, SHOP, Details(disposition="damaged")),
            "Received damaged by Fab One from The Shop.",
        ),
        (short_form.refuse([CHIP], FAB, SHOP), "Refused by Fab One: it goes back to the sender."),
        (short_form.void([CHIP]), "Shipment called off by Fab One."),
        (
            short_form.deliver([CHIP], FAB, SHOP, Details(evidence=[PHOTO])),
            "Delivered to The Shop, says Fab One; The Shop has not signed for it.",
        ),
        (
            short_form.deliver([CHIP], FAB, SHOP),
            "Delivered to The Shop, says Fab One, and shows nothing for it.",
        ),
        (
            short_form.ship(
                [CHIP], FAB, SHOP, Details(destinations=short_form.ends(owner=CARRIER))
            ),
            "Shipped by Fab One to The Shop, to be owned by Tern.",
        ),
        (
            short_form.receive([CHIP], SHOP, details=Details(on_behalf_of=SHOP)),
            "Received by Fab One on behalf of The Shop.",
        ),
        (
            short_form.transfer([CHIP], owner=SHOP, user=SKUA),
            (
                "Offered by Fab One to The Shop as its owner and to skua as its user; it stays"
                " where it is."
            ),
        ),
        (
            short_form.transfer([CHIP], owner=FAB, user=FAB),
            "Owned by Fab One itself. Used by Fab One itself from now on.",
        ),
        (
            short_form.transfer([CHIP], owner=SHOP, user=FAB),
            (
                "Used by Fab One itself from now on. Offered by Fab One to The Shop as its owner;"
                " it stays where it is."
            ),
        ),
        (
            short_form.ship([CHIP], FAB, SHOP, Details(destinations=short_form.ends(owner=FAB))),
            "Shipped by Fab One to The Shop, still owned by Fab One.",
        ),
        (short_form.accept([CHIP]), "Accepted by Fab One."),
        (short_form.detain([CHIP]), "Held back by Fab One."),
        (short_form.seize([CHIP]), "Seized by Fab One."),
        (short_form.release([CHIP]), "Released by Fab One."),
        (short_form.report([CHIP], ["recalled"]), "Recalled by Fab One."),
        (
            short_form.replace([CHIP], [{"item": CHIP, "uuid": "GPU-1"}]),
            "Given new serial numbers by Fab One.",
        ),
        (
            short_form.transform([CHIP], [f"{CHIP}{n}" for n in range(5)]),
            "Made into A-70, A-71, A-72 and 2 others by Fab One.",
        ),
        (
            {**short_form.transform([CHIP], []), "transformationID": "urn:x:1"},
            "Made into nothing more by Fab One.",
        ),
        (short_form.transform([PALLET], [CHIP]), "Made out of SSCC 195200010000000017 by Fab One."),
        (
            {**short_form.transform([], [CHIP]), "transformationID": "urn:x:1"},
            "Made out of something not named by Fab One.",
        ),
        (
            short_form.declare([CHIP], Details(location=PLACE)),
            "Declared by Fab One to be at 1.29 N, 103.85 W, SG.",
        ),
        (short_form.declare([CHIP], Details()), "Declared by Fab One to be in its charge."),
        (short_form.inspect([CHIP], "conformant"), "Inspected by Fab One: as described."),
        (
            short_form.inspect([CHIP], "mismatch_instance"),
            "Inspected by Fab One: it is not the item it is recorded as.",
        ),
        (short_form.report([CHIP], ["stolen"]), "Reported stolen by Fab One."),
        (short_form.clear([CHIP], ["stolen", "lost"]), "No longer lost and stolen, says Fab One."),
        (short_form.destroy([CHIP]), "Destroyed by Fab One."),
        (short_form.decommission([CHIP]), "Taken out of use by Fab One."),
        (
            {**short_form.void([CHIP]), "bizStep": "departing"},
            "Left with Fab One.",
        ),
        ({**short_form.void([CHIP]), "bizStep": "picking"}, "Noted by Fab One: picking."),
    ],
)
def test_an_act_is_told_as_a_sentence(draft, sentence):
    assert told(draft) == sentence


def test_a_package_is_told_of_what_went_in_and_out():
    chips = [f"{CHIP}{number}" for number in range(1200)]

    assert told(short_form.pack(PALLET, chips), item=PALLET) == (
        "Packed by Fab One: 1,200 items went in."
    )
    assert (
        told(short_form.unpack(PALLET), item=PALLET) == "Opened by Fab One: everything taken out."
    )


def test_what_did_not_count_is_told_as_a_claim():
    assert told(short_form.ship([CHIP], FAB, SHOP), stands=False) == (
        "Claimed, without effect: shipped by Fab One to The Shop."
    )


def test_a_withheld_place_is_not_told():
    draft = short_form.declare([CHIP], Details())
    withheld = {**draft, "chiptrail:commitments": {"chiptrail:location": "A" * 43}}

    assert told(withheld) == "Declared by Fab One to be at a place that it keeps to itself."


@pytest.mark.parametrize("kind", list(ActKind))
def test_there_are_words_for_every_kind_of_act(kind):
    act = Act(kind, FAB, AT, (CHIP,))
    imprint = Imprint("example.com", FAB, "A" * 22, "note")
    draft = short_form.declare([CHIP], Details())
    event = parse_event(dump(complete(draft, imprint, "urn:uuid:1", AT)))

    sentence = tell(act._replace(parent=PALLET), event, NAMES, item=CHIP)

    assert "Fab One" in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("code", "stands"),
    [(Code.NOT_HOLDER, False), (Code.AFTER_TERMINAL, False), (Code.BACKDATED, True)],
)
def test_an_entry_stands_unless_a_finding_says_otherwise(code, stands):
    assert is_effective([Finding(code, "x", 1)]) is stands


# What became of it -------------------------------------------------------------------------------


class Entry(NamedTuple):
    act: Act
    findings: tuple[Finding, ...] = ()
    corrects: int | None = None
    corrected_by: int | None = None
    index: int = 0


def transfer(owner=None, user=None):
    return Entry(Act(ActKind.TRANSFER, FAB, AT, (CHIP,), owner=owner, user=user))


def accept(party, **more):
    return Entry(Act(ActKind.ACCEPT, party, AT, (CHIP,), **more))


@pytest.mark.parametrize(
    ("steps", "rights"),
    [
        ([transfer(owner=SHOP), accept(SHOP)], ("owner",)),
        ([transfer(SHOP, SHOP), accept(SHOP)], ("owner", "user")),
        ([transfer(SHOP, SKUA), accept(SKUA)], ("user",)),
        ([transfer(SHOP, SKUA), accept(SHOP), accept(SKUA)], ()),
        ([transfer(owner=SHOP), transfer(owner=SKUA), accept(SHOP)], ()),
        ([transfer(owner=SHOP), accept(SKUA, principal=SHOP)], ("owner",)),
        ([transfer(owner=SHOP)._replace(corrected_by=9), accept(SHOP)], ()),
    ],
)
def test_an_acceptance_takes_what_was_offered_last(steps, rights):
    assert outcomes(steps)[-1].rights == rights


@pytest.mark.parametrize(
    ("rights", "sentence"),
    [
        (("owner",), "Accepted by Fab One as its new owner."),
        (("owner", "user"), "Accepted by Fab One as its new owner and user."),
    ],
)
def test_an_acceptance_says_as_what(rights, sentence):
    assert told(short_form.accept([CHIP]), rights=rights) == sentence


def test_a_shipment_of_what_is_under_way_is_told_as_a_redirect():
    found = Finding(Code.REDIRECTED, "sent on", 3)
    (outcome,) = outcomes([Entry(Act(ActKind.SHIP, FAB, AT, (CHIP,)), (found,))])

    assert outcome == Outcome(redirects=True)
    sentence = told(short_form.ship([CHIP], FAB, SHOP), redirects=outcome.redirects)
    assert sentence == "Redirected by Fab One to The Shop."


def test_what_was_taken_back_says_by_what():
    assert told(short_form.void([CHIP]), stands=False, corrected_by=9) == (
        "Taken back by entry 9: shipment called off by Fab One."
    )
