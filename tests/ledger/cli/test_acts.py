"""The short forms: signed with one key, recorded at once, and what comes of it."""

import click
import pytest

from ledger.cli import handling, making
from ledger.cli.naming import new_items
from ledger.service.demo.cast import sscc
from schemas import short_form
from schemas.item import plain_serial
from schemas.spelling import AUTHORISATIONS
from schemas.vocabulary import DISPOSITIONS

GTIN = "09520001000010"
CLASS = f"https://id.gs1.org/01/{GTIN}/21/"


@pytest.fixture
def act(run, world):
    """Run a short form as one of the demo's people."""

    def act(name, who, *words, **more):
        return run(name, "--data", world, "--key", world / "keys" / f"{who}.key", *words, **more)

    return act


@pytest.fixture
def made(act):
    """Two new chips of the fab."""
    assert act("commission", "fab", "--gtin", GTIN, "NEW-1", "NEW-2").exit_code == 0
    return f"{CLASS}NEW-1", f"{CLASS}NEW-2"


@pytest.fixture
def state(ask, world):
    return lambda item: ask("chip", item, "--data", world)[0]["state"]


def test_a_maker_enters_new_chips(act, state):
    result = act("commission", "fab", "--gtin", GTIN, "--lot", "L7", "NEW-1", "NEW-2")

    assert (result.exit_code, state("NEW-1")["holder"]) == (0, "urn:chiptrail:party:hsinlin")
    assert "Made by Hsinlin Semiconductor, lot L7. NEW-1, NEW-2" in result.stdout


def test_a_serial_alone_is_no_new_item(act, size):
    before = size()
    result = act("commission", "fab", "NEW-1")

    assert (result.exit_code, size()) == (1, before)
    assert "malformed-items: NEW-1 is a serial alone" in result.stderr


def test_goods_go_from_hand_to_hand(act, made, state):
    shipped = act(
        "ship", "fab", "--to", "Kestrel Components", "--via", "skua", "--due", "+5d", *made
    )
    on_the_way = state(made[0])
    act("receive", "distributor", "--from", "hsinlin", "--final", *made)

    assert shipped.exit_code == 0
    assert (on_the_way["phase"], on_the_way["via"]) == ("in-transit", ["urn:chiptrail:party:skua"])
    assert state(made[0])["holder"] == "urn:chiptrail:party:kestrel"


def test_a_shipment_says_where_it_goes_and_under_which_papers(act, made):
    papers = "--document", "awb:618-1", "--licence", "EAR:D7", "--end-user", "sedenak"
    result = act("ship", "fab", "--to", "kestrel", *papers, made[0])

    assert (
        "Shipped by Hsinlin Semiconductor to Kestrel Components, for use by Sedenak Data Park"
        " (AWB 618-1). NEW-1" in " ".join(result.stdout.split())
    )


def test_what_is_refused_goes_back(act, made, state):
    act("ship", "fab", "--to", "kestrel", made[0])
    act("refuse", "distributor", made[0])

    assert state(made[0])["consignee"] == "urn:chiptrail:party:hsinlin"


def test_a_shipment_is_called_off(act, made, state):
    act("ship", "fab", "--to", "kestrel", made[0])
    act("void", "fab", made[0])

    assert (state(made[0])["phase"], state(made[0])["consignee"]) == ("held", None)


def test_a_package_begins_with_what_is_put_into_it(act, made, state):
    package = sscc(999_999).rpartition("/")[2]
    result = act("pack", "fab", "--into", package, *made)

    assert (result.exit_code, state(made[0])["parent"]) == (0, f"https://id.gs1.org/00/{package}")
    assert act("unpack", "fab", "--from", package).exit_code == 0
    assert state(made[1])["parent"] is None


def test_a_package_number_with_a_wrong_check_digit_is_refused(act, made):
    right = sscc(999_999)[-18:]
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    result = act("pack", "fab", "--into", wrong, *made)

    assert (result.exit_code, "wrong check digit" in result.stderr) == (1, True)


def test_a_place_is_declared_in_the_open_or_withheld(act, made, run, world):
    where = "--place", "24.78,121.0,50", "--country", "tw"
    act("declare", "fab", *where, made[0])
    act("declare", "fab", *where, "--withhold", "chiptrail:location", made[1])

    assert "24.78 N, 121.00 E, TW" in run("chip", "NEW-1", "--data", world).stdout
    assert "location withheld, and shown to you" in run("chip", "NEW-2", "--data", world).stdout


@pytest.mark.parametrize("place", ["somewhere", "1", "1,2,3,4", "1;x"])
def test_a_place_that_does_not_read_is_a_usage_error(act, made, place):
    result = act("declare", "fab", "--place", place, made[0])

    assert (result.exit_code, "want LATITUDE,LONGITUDE" in result.stderr) == (2, True)


def test_a_place_off_the_earth_is_refused_unsigned(act, made, size):
    before = size()
    result = act("declare", "fab", "--place", "95,10", made[0])

    assert (result.exit_code, size()) == (2, before)
    assert "--place: got a latitude of 95, want degrees" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("24.78,121.0,0",), "--place: got an accuracy of 0 m, want more than 0"),
        (("24.78,121.0,-5",), "--place: got an accuracy of -5 m, want more than 0"),
        (("9.65,59.66", "--country", "NO"), "not in NO; latitude and longitude look swapped"),
    ],
)
def test_a_place_that_cannot_be_meant_is_refused_unsigned(act, made, size, words, said):
    before = size()
    result = act("declare", "fab", "--place", *words, made[0])

    assert (result.exit_code, size()) == (2, before)
    assert said in " ".join(result.stderr.split())


def test_what_is_reported_lost_can_be_cleared(act, made, state):
    reported = act("report", "fab", "--as", "lost", made[0])
    act("report", "fab", "--as", "lost", "--clear", made[0])

    assert (reported.exit_code, state(made[0])["status"]) == (1, [])
    assert "stop   Hsinlin Semiconductor reported this item lost." in reported.stdout


def test_an_inspection_and_a_destruction(act, made, ask, world):
    act("inspect", "customs", "--result", "conformant", made[0])
    act("destroy", "fab", made[0])
    found = ask("chip", made[0], "--data", world)[0]

    assert [step["act"] for step in found["steps"]] == ["commission", "inspect", "destroy"]
    assert found["state"]["ended"] == "destroy"


def test_of_goods_that_were_never_ours_nothing_is_said(act, made, size):
    before = size()
    result = act("ship", "norway", "--to", "kestrel", made[0])

    assert (result.exit_code, size()) == (0, before + 1)
    assert "custody/unconfirmed" in result.stdout
    assert "custody/not-holder" not in result.stdout


def test_goods_that_are_on_their_way_to_others_are_recorded_and_found(act, made, size):
    act("ship", "fab", "--to", "kestrel", "--via", "skua", made[0])
    before = size()
    result = act("receive", "air", made[0])

    assert (result.exit_code, size()) == (1, before + 1)
    assert "custody/not-consignee" in result.stdout


def test_what_is_found_fits_the_terminal(act, made):
    shown = act("receive", "distributor", *made).stdout.splitlines()

    assert shown[-1] == "         custody/unconfirmed"
    assert max(map(len, shown)) <= 100


def test_a_dry_run_shows_all_and_records_nothing(act, made, size):
    act("ship", "fab", "--to", "kestrel", "--via", "skua", made[0])
    before = size()
    result = act("receive", "air", made[0], "--dry-run")

    assert (result.exit_code, size()) == (1, before)
    assert "custody/not-consignee" in result.stdout
    assert result.stdout.startswith(f"Nothing was recorded. It would be entry {before}:\n")


def test_an_act_answers_in_json(act, made):
    result = act("void", "fab", made[0], "--json", "--dry-run")

    assert '"dryRun":true' in result.stdout
    assert '"code":"custody/not-in-transit"' in result.stdout


def test_a_serial_that_several_bear_is_never_guessed(act, see, size):
    before = size()
    result = act("ship", "boards", "--to", "kestrel", see("engineering").rpartition(":")[2])

    assert (result.exit_code, size()) == (2, before)
    assert see("engineering") in result.stderr


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["ship", "fab", "--to", "nobody", "NEW-1"], 1, "no party 'nobody' is enrolled"),
        (["ship", "fab", "--to", "kestrel", "NONE"], 1, "no item with the serial NONE"),
        (["ship", "fab", "--to", "kestrel", "gone.txt"], 3, "gone.txt: no such file"),
        (["ship", "nobody", "--to", "kestrel", "NEW-1"], 3, "nobody.key: no such file"),
        (["ship", "fab", "NEW-1"], 2, "Missing option '--to'"),
        (["ship", "fab", "--to", "kestrel", "--due", "soon", "NEW-1"], 2, "want a time such as"),
        (["ship", "fab", "--to", "kestrel", "--document", "x y", "NEW-1"], 2, "want awb:NUMBER"),
        (["ship", "fab", "--to", "kestrel", "--licence", "D7", "NEW-1"], 2, "want REGIME:NUMBER"),
        (["ship", "fab", "--to", "kestrel", "--withhold", "eventTime", "NEW-1"], 1, "be withheld"),
        (["declare", "fab", "NEW-1"], 2, "say where"),
        (["inspect", "fab", "--result", "fine", "NEW-1"], 2, "is not one of"),
    ],
)
@pytest.mark.usefixtures("made")
def test_bad_input_writes_nothing_and_says_why(act, size, words, code, message):
    before = size()
    result = act(*words)

    assert (result.exit_code, size()) == (code, before)
    assert message in result.stderr


def test_the_words_of_the_options_are_those_of_the_forms():
    assert set(handling.REPORTS) == set(short_form.REPORTS)
    assert set(handling.RESULTS) <= DISPOSITIONS
    said = {kind: (one.form, one.example) for kind, one in AUTHORISATIONS.items()}
    assert said == {kind: words[:2] for kind, words in making.KINDS.items()}


@pytest.mark.parametrize("serial", ["A:18", "(A)", "0106141411234521", "A/1%"])
def test_under_a_class_a_bare_text_is_a_serial(serial):
    (item,) = new_items([serial], "9506000134352", None)

    assert plain_serial(item) == serial


@pytest.mark.parametrize(
    ("gtin", "prefix"),
    [("950600013435", None), ("9506000134353", None), (None, "https://id.gs1"), ("95060001", "")],
)
def test_a_class_that_is_none_is_a_usage_error(gtin, prefix):
    with pytest.raises(click.UsageError):
        new_items(["A"], gtin, prefix)


# Owners, inspectors, repairs ------------------------------------------------------------------


def test_goods_are_delivered_on_the_evidence_of_a_file(act, made, state, tmp_path):
    proof = tmp_path / "stamp.jpg"
    proof.write_bytes(b"a photograph")
    act("ship", "fab", "--to", "Kestrel Components", "--via", "skua", *made)
    result = act("deliver", "air", "--to", "kestrel", "--evidence", proof, *made)

    assert result.exit_code == 0
    assert state(made[0])["holder"] == "urn:chiptrail:party:kestrel"
    assert "custody/not-countersigned" in result.stdout


def test_goods_are_sold_where_they_are(act, made, state):
    offered = act("transfer", "fab", "--owner", "kestrel", made[0])
    accepted = act("accept", "distributor", made[0])

    assert "Offered by Hsinlin Semiconductor to Kestrel Components as its owner" in offered.stdout
    assert accepted.exit_code == 0
    assert state(made[0])["holder"] == "urn:chiptrail:party:hsinlin"


def test_a_transfer_says_to_whom(act, made):
    assert act("transfer", "fab", made[0]).exit_code == 2


def test_an_inspector_detains_seizes_and_releases(act, made, state):
    act("detain", "customs", *made)
    seized = act("seize", "customs", made[0])
    taken = state(made[0])["holder"], state(made[0])["status"]
    act("release", "customs", made[0])
    act("release", "customs", "--from", "detained", made[1])

    assert "status/seized" in seized.stdout
    assert taken[1] == ["detained", "seized"]
    assert state(made[0])["holder"] == "urn:chiptrail:party:hsinlin"
    assert (state(made[0])["status"], state(made[1])["status"]) == ([], [])


def test_things_are_made_into_others(act, made, state):
    result = act("transform", "fab", "--gtin", GTIN, "--into", "NEW-9", *made)

    assert (result.exit_code, state("NEW-9")["holder"]) == (0, "urn:chiptrail:party:hsinlin")
    assert state(made[0])["ended"] == "transform"


def test_a_repaired_item_has_other_numbers(act, made):
    result = act("replace", "fab", "--uuid", "GPU-7", made[0])

    assert "Given new serial numbers by Hsinlin Semiconductor" in result.stdout
    assert act("replace", "fab", made[0]).exit_code == 2


def test_chips_are_built_in_and_taken_out(act, made, state):
    board = f"{CLASS}BOARD-1"
    act("install", "fab", "--into", board, *made)
    inside = state(made[0])["parent"]
    act("remove", "fab", "--from", board, made[0])

    assert (inside, state(made[0])["parent"]) == (board, None)


def test_an_item_is_taken_out_of_use(act, made, state):
    assert act("decommission", "fab", made[0]).exit_code == 0
    assert state(made[0])["ended"] == "decommission"


def test_without_a_mandate_nothing_is_signed_for_others(act, made, state):
    result = act("ship", "distributor", "--to", "skua", "--on-behalf-of", "hsinlin", made[0])

    assert state(made[0])["holder"] == "urn:chiptrail:party:hsinlin"
    assert "on behalf of Hsinlin Semiconductor" in result.stdout
