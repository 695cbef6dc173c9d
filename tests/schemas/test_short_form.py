"""Short forms: each is the act it is named after, and says what it was given."""

from datetime import UTC, datetime

import pytest

from ledger.act import ActKind, read_act
from schemas import short_form
from schemas.draft import Imprint, complete
from schemas.errors import MalformedEvent
from schemas.event import parse_event
from schemas.extension import LIST_FIELDS
from schemas.short_form import Details
from schemas.strict_json import dump

ACME, BETA = "urn:chiptrail:party:acme", "urn:chiptrail:party:beta"
CHIP = "https://id.gs1.org/01/00614141123452/21/A1"
CHIPS = tuple(f"https://id.gs1.org/01/00614141123452/21/A{number}" for number in range(3))
TRAY = "https://id.gs1.org/8003/006141411234525678"
EVENT_ID = "urn:uuid:019b0c6e-5a00-7000-8000-000000000001"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
IMPRINT = Imprint("example.com/ledger", ACME, "A" * 22, "note\n")
HERE = Details(place="geo:22.3,114.1")


def read(draft):
    """The event and the act of *draft*, as if it had been signed with its lists open."""
    event = parse_event(dump(complete(draft, IMPRINT, EVENT_ID, NOW)))
    items = {field: event.lists[field].ids for field in LIST_FIELDS if field in event.lists}
    return event, read_act(event, items)


FORMS = {
    "commission": (short_form.commission([CHIP], HERE), ActKind.COMMISSION),
    "register": (short_form.register([CHIP]), ActKind.REGISTER),
    "destroy": (short_form.destroy([CHIP]), ActKind.DESTROY),
    "decommission": (short_form.decommission([CHIP]), ActKind.DECOMMISSION),
    "ship": (short_form.ship([CHIP], ACME, BETA), ActKind.SHIP),
    "receive": (short_form.receive([CHIP], ACME, BETA), ActKind.RECEIVE),
    "receive from nobody": (short_form.receive([CHIP], ACME), ActKind.RECEIVE),
    "refuse": (short_form.refuse([CHIP], ACME, BETA), ActKind.REFUSE),
    "deliver": (short_form.deliver([CHIP], ACME, BETA), ActKind.DELIVER),
    "void": (short_form.void([CHIP]), ActKind.VOID),
    "declare": (short_form.declare([CHIP], HERE), ActKind.DECLARE),
    "inspect": (short_form.inspect([CHIP], "conformant"), ActKind.INSPECT),
    "report": (short_form.report([CHIP], ["stolen", "lost"]), ActKind.REPORT),
    "clear": (short_form.clear([CHIP], ["tampered"]), ActKind.CLEAR),
    "pack": (short_form.pack(TRAY, CHIPS), ActKind.PACK),
    "unpack all": (short_form.unpack(TRAY), ActKind.UNPACK),
    "unpack some": (short_form.unpack(TRAY, [CHIP]), ActKind.UNPACK),
    "install": (short_form.install(TRAY, [CHIP]), ActKind.INSTALL),
    "remove": (short_form.remove(TRAY), ActKind.REMOVE),
    "transfer": (short_form.transfer([CHIP], owner=BETA), ActKind.TRANSFER),
    "transfer to a user": (short_form.transfer([CHIP], user=BETA), ActKind.TRANSFER),
    "transfer to nobody": (short_form.transfer([CHIP]), ActKind.RECORD),
    "accept": (short_form.accept([CHIP]), ActKind.ACCEPT),
    "detain": (short_form.detain([CHIP]), ActKind.DETAIN),
    "seize": (short_form.seize([CHIP]), ActKind.SEIZE),
    "release": (short_form.release([CHIP]), ActKind.RELEASE),
    "recall": (short_form.report([CHIP], ["recalled"]), ActKind.REPORT),
    "replace": (short_form.replace([CHIP], [{"item": CHIP, "uuid": "u"}]), ActKind.REPLACE),
    "transform": (short_form.transform([CHIP], [TRAY]), ActKind.TRANSFORM),
    "use up": (
        {**short_form.transform([CHIP], []), "transformationID": "urn:x:1"},
        ActKind.TRANSFORM,
    ),
}


@pytest.mark.parametrize(("draft", "kind"), FORMS.values(), ids=FORMS)
def test_a_short_form_is_the_act_it_is_named_after(draft, kind):
    assert read(draft)[1].kind == kind


FRIDAY = datetime(2026, 1, 9, 12, tzinfo=UTC)
ALL = Details(
    event_at=NOW,
    place="geo:22.3,114.1",
    documents=("urn:chiptrail:doc:awb:020-1", "urn:chiptrail:doc:inv:7"),
    destinations=(("urn:chiptrail:sdt:end_user", "urn:chiptrail:party:gamma"),),
    via=("urn:chiptrail:party:air",),
    due_at=FRIDAY,
    authorisations=({"regime": "EAR", "kind": "licence", "number": "D1"},),
)


def test_a_shipment_asks_for_all_that_it_was_given():
    act = read(short_form.ship(CHIPS, ACME, BETA, ALL))[1]

    expected = (BETA, ("urn:chiptrail:party:air",), FRIDAY, CHIPS)
    assert (act.counterparty, act.via, act.due_at, act.items) == expected


def test_a_shipment_says_when_where_and_by_which_papers():
    event = read(short_form.ship(CHIPS, ACME, BETA, ALL))[0]

    expected = (NOW, ALL.place, ALL.documents)
    assert (event.event_at, event.read_point, event.documents) == expected


def test_a_shipment_names_its_ends_first():
    draft = short_form.ship([CHIP], ACME, BETA, Details(destinations=(("location", CHIP),)))

    expected = [
        {"type": "possessing_party", "destination": BETA},
        {"type": "location", "destination": CHIP},
    ]
    assert (draft["sourceList"][0]["source"], draft["destinationList"]) == (ACME, expected)


def test_a_document_of_ours_has_its_type():
    draft = short_form.void(
        [CHIP], Details(documents=("urn:chiptrail:doc:bol:7", "https://a.example/1"))
    )

    expected = [
        {"type": "bol", "bizTransaction": "urn:chiptrail:doc:bol:7"},
        {"bizTransaction": "https://a.example/1"},
    ]
    assert draft["bizTransactionList"] == expected


@pytest.mark.parametrize("words", [[], ["broken"]])
def test_only_what_can_be_reported_is(words):
    with pytest.raises(MalformedEvent):
        short_form.report([CHIP], words)
