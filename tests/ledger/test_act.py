from datetime import UTC, datetime

import pytest

from ledger.act import Act, ActKind, read_act
from schemas.event import ErrorDeclaration, Event

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALPHA, BETA, GAMMA = (f"urn:chiptrail:party:{name}" for name in ("alpha", "beta", "gamma"))
CHIP, BOX = "urn:chiptrail:chip:acme:x1:1", "https://id.gs1.org/00/012345678901234568"
STEP, DISP = "urn:chiptrail:bizstep:", "urn:chiptrail:disp:"
EVENT = Event(
    type="ObjectEvent",
    action="OBSERVE",
    event_id="urn:uuid:0",
    event_at=AT,
    ledger="example.com/ledger",
    party=ALPHA,
    nonce="n",
    after="a",
    on_behalf_of=None,
    biz_step=None,
    disposition=None,
    persistent_set=(),
    persistent_unset=(),
    lists={},
    parent=None,
    sources=(),
    destinations=(),
    read_point=None,
    biz_location=None,
    documents=(),
    via=(),
    due_at=None,
    final=False,
    error=None,
    commitments={},
    identities=(),
    quantities=False,
    body={},
)


def read(action, step, kind="Object", items=None, **rest):
    event = EVENT._replace(type=kind + "Event", action=action, biz_step=step, **rest)
    return read_act(event, items or {"epcList": (CHIP,), "childEPCs": (CHIP,)})


TO_BETA = {"destinations": (("owning_party", GAMMA), ("possessing_party", BETA))}
SHAPES = {
    "commission": ("ADD", "commissioning", {}),
    "register": ("ADD", STEP + "registering", {}),
    "ship": ("OBSERVE", "shipping", TO_BETA),
    "carry": ("OBSERVE", "departing", {}),
    "deliver": ("OBSERVE", STEP + "delivering", TO_BETA),
    "receive": ("OBSERVE", "receiving", {}),
    "refuse": ("OBSERVE", STEP + "refusing", {}),
    "void": ("OBSERVE", "void_shipping", {}),
    "transfer": ("OBSERVE", STEP + "transferring", TO_BETA),
    "accept": ("OBSERVE", "accepting", {}),
    "declare": ("OBSERVE", "storing", {}),
    "inspect": ("OBSERVE", "inspecting", {}),
    "detain": ("OBSERVE", "holding", {"persistent_set": (DISP + "detained",)}),
    "seize": ("OBSERVE", "holding", {"persistent_set": (DISP + "seized",)}),
    "release": ("OBSERVE", "holding", {"persistent_unset": (DISP + "detained",)}),
    "report": ("OBSERVE", STEP + "reporting", {"persistent_set": ("stolen",)}),
    "clear": ("OBSERVE", STEP + "reporting", {"persistent_unset": (DISP + "lost",)}),
    "replace": ("OBSERVE", "replacing", {}),
    "destroy": ("DELETE", "destroying", {}),
    "decommission": ("DELETE", "decommissioning", {}),
    "pack": ("ADD", "packing", {"kind": "Aggregation", "parent": BOX}),
    "unpack": ("DELETE", "unpacking", {"kind": "Aggregation", "parent": BOX}),
    "install": ("ADD", "installing", {"kind": "Association", "parent": BOX}),
    "remove": ("DELETE", "removing", {"kind": "Association", "parent": BOX}),
    "transform": (None, "assembling", {"kind": "Transformation"}),
}


@pytest.mark.parametrize(("kind", "shape"), SHAPES.items(), ids=SHAPES)
def test_every_row_of_the_table_is_recognised(kind, shape):
    action, step, rest = shape

    assert read(action, step, **rest).kind == kind


def test_every_kind_of_act_has_a_shape():
    assert {*SHAPES, "correct", "record"} == set(ActKind)


@pytest.mark.parametrize("step", ["departing", "loading", "transporting", "arriving"])
def test_the_steps_of_a_journey_are_carrying(step):
    assert read("OBSERVE", step).kind is ActKind.CARRY


@pytest.mark.parametrize("step", ["storing", "stock_taking", "cycle_counting", "sensor_reporting"])
def test_a_claim_of_place_is_a_declaration_whoever_makes_it(step):
    assert read("OBSERVE", step).kind is ActKind.DECLARE


RECORDS = {
    "an unlisted step": ("OBSERVE", "repairing", {}),
    "no step": ("OBSERVE", None, {}),
    "a listed step with another action": ("ADD", "shipping", TO_BETA),
    "a listed step in another type": ("OBSERVE", "shipping", {"kind": "Aggregation", **TO_BETA}),
    "a transaction": ("ADD", "commissioning", {"kind": "Transaction"}),
    "a shipment to nobody": ("OBSERVE", "shipping", {}),
    "a shipment to two": (
        "OBSERVE",
        "shipping",
        {"destinations": (("possessing_party", BETA), ("possessing_party", GAMMA))},
    ),
    "a transfer to nobody": ("OBSERVE", STEP + "transferring", {}),
    "a packing into nothing": ("ADD", "packing", {"kind": "Aggregation"}),
    "a report of nothing": ("OBSERVE", STEP + "reporting", {}),
    "a report of what is not reported": (
        "OBSERVE",
        STEP + "reporting",
        {"persistent_set": ("expired", DISP + "seized")},
    ),
    "a holding without a word": ("OBSERVE", "holding", {}),
}


@pytest.mark.parametrize("shape", RECORDS.values(), ids=RECORDS)
def test_everything_else_is_a_record(shape):
    action, step, rest = shape

    assert read(action, step, **rest).kind is ActKind.RECORD


def test_an_event_of_a_foreign_type_is_a_record():
    event = EVENT._replace(type="https://example.com/Event", action=None)

    assert read_act(event, {}) == Act(ActKind.RECORD, ALPHA, AT, event_id="urn:uuid:0")


def test_an_event_declared_wrong_is_a_correction_whatever_it_was():
    error = ErrorDeclaration(AT, None, (), b"\x01" * 32, "n", "a")
    act = read("OBSERVE", "shipping", error=error, **TO_BETA)

    assert (act.kind, act.corrects) == (ActKind.CORRECT, b"\x01" * 32)


def test_a_shipment_names_who_receives_it_by_which_way_and_when():
    act = read("OBSERVE", "shipping", via=(GAMMA,), due_at=AT, **TO_BETA)

    ends = {"counterparty": BETA, "owner": GAMMA, "event_id": "urn:uuid:0"}
    assert act == Act(ActKind.SHIP, ALPHA, AT, (CHIP,), via=(GAMMA,), due_at=AT, **ends)


def test_a_receipt_names_who_sent_it():
    sources = (("location", "urn:x:y"), ("possessing_party", BETA))
    act = read("OBSERVE", "receiving", sources=sources, final=True, **TO_BETA)

    assert (act.counterparty, act.final) == (BETA, True)


def test_conditions_are_read_from_both_dispositions():
    said = {"disposition": "non_conformant", "persistent_set": ("mismatch_instance", "recalled")}
    act = read("OBSERVE", "inspecting", **said)

    assert act.condition == {"non_conformant", "mismatch_instance"}


def test_an_ordinary_disposition_is_no_condition():
    assert read("OBSERVE", "shipping", disposition="in_transit", **TO_BETA).condition == set()


def test_statuses_are_read_in_short():
    said = {"persistent_set": ("stolen", DISP + "tampered"), "persistent_unset": (DISP + "lost",)}
    act = read("OBSERVE", STEP + "reporting", **said)

    assert (act.status_set, act.status_unset) == ({"stolen", "tampered"}, {"lost"})


def test_a_recall_is_a_report():
    recall = read("OBSERVE", STEP + "reporting", persistent_set=("recalled",))

    assert (recall.kind, recall.status_set) == (ActKind.REPORT, {"recalled"})


def test_owner_and_user_are_read_from_the_destinations():
    ends = (("owning_party", GAMMA), ("urn:chiptrail:sdt:end_user", BETA))
    act = read("OBSERVE", STEP + "transferring", destinations=ends)

    assert (act.owner, act.user, act.counterparty) == (GAMMA, BETA, None)


def test_an_unpacking_without_children_names_no_items():
    act = read("DELETE", "unpacking", "Aggregation", items={"childEPCs": ()}, parent=BOX)

    assert (act.items, act.parent) == ((), BOX)


def test_a_transformation_has_inputs_and_outputs():
    lists = {"inputEPCList": (CHIP,), "outputEPCList": (BOX,)}
    act = read(None, None, "Transformation", items=lists)

    assert (act.items, act.outputs) == ((CHIP,), (BOX,))


def test_the_principal_is_kept_and_the_signer_is_the_actor():
    act = read("OBSERVE", "receiving", on_behalf_of=BETA)

    assert (act.actor, act.principal) == (ALPHA, BETA)


def test_times_are_cut_to_the_milliseconds_that_are_stored():
    act = read("OBSERVE", "receiving", event_at=AT.replace(microsecond=1999))

    assert act.event_at == AT.replace(microsecond=1000)


def test_an_empty_list_of_evidence_is_none():
    named, empty = ({"body": {"chiptrail:evidence": some}} for some in ([{}], []))

    assert read_act(EVENT._replace(**named), {}).evidence
    assert not read_act(EVENT._replace(**empty), {}).evidence
