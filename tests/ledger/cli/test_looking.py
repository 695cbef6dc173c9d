"""`chip` and `check`: what an officer sees."""

import json
import os
import re

import pytest

THEN = "--as-of", "2026-06-01T12:00:00Z"
"""When the demo's story ends: a year later nobody has said for long where anything is."""


def test_a_chip_tells_its_story_in_order(run, see, shown_world):
    words = see("from the fab to Japan"), *THEN
    shown = run("chip", *words, "--data", shown_world.folder).stdout
    told = ["Made by Hsinlin", "Shipped by Hsinlin", "Received by Bayan", "Received by Inzai"]

    assert told == sorted(told, key=shown.index)
    assert "✓ CLEAR" in shown


def test_a_stolen_chip_is_a_stop_with_its_reason_and_what_to_do(run, see, shown_world):
    result = run("chip", see("stolen"), "--data", shown_world.folder)

    assert (result.exit_code, result.stdout.count("■ STOP")) == (1, 1)
    assert "Tern Lines reported this item stolen." in result.stdout
    assert "Hold the item and call the party that reported it." in result.stdout


def test_what_did_not_count_is_told_as_a_claim(run, see, shown_world):
    shown = run("chip", see("two customers"), "--data", shown_world.folder).stdout

    assert "Claimed, without effect: shipped by Redwood Accelerators to Sedenak" in shown


@pytest.mark.parametrize(
    "spelling",
    ["{serial}", "{item}", "(01){gtin}(21){serial}", "http://shop.example/01/{gtin}/21/{serial}"],
)
def test_a_chip_is_found_by_every_spelling(ask, see, shown_world, spelling):
    item = see("from the fab to Japan")
    gtin, serial = item.split("/")[4], item.split("/")[6]
    text = spelling.format(item=item, gtin=gtin, serial=serial)

    found = ask("chip", text, "--data", shown_world.folder)

    assert [one["item"] for one in found] == [item]


def test_a_serial_that_two_items_bear_lists_both(run, see, shown_world):
    sample = see("engineering sample")
    shown = run("chip", sample.rpartition(":")[2], "--data", shown_world.folder).stdout

    assert shown.startswith("2 items bear the serial")
    assert sample in shown


def test_an_unknown_serial_is_not_found(run, shown_world):
    result = run("chip", "NONE-1", "--data", shown_world.folder)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("chiptrail: not-found: nothing is recorded of NONE-1")


def test_a_serial_in_small_letters_is_hinted_at(run, ask, see, shown_world):
    serial = see("from the fab to Japan").split("/")[6]
    small, data = serial.lower(), ("--data", shown_world.folder)
    told = run("chip", small, *data)
    checked = run("check", small, "nothing", *data)

    assert 1 == told.exit_code
    assert told.stderr.endswith(f"{small}; {serial} is: capitals count\n")
    assert f"{serial} is recorded: capitals count." in checked.stdout
    assert {small: serial} == ask("check", small, "nothing", *data)["inCapitals"]


def test_a_code_that_does_not_read_says_what_is_wrong(run, shown_world):
    result = run("chip", "(01)09520001000011(21)A", "--data", shown_world.folder)

    assert (result.exit_code, result.stderr.split(": ")[1]) == (1, "malformed-items")


def test_a_folder_without_a_ledger_cannot_be_opened(run, tmp_path):
    result = run("chip", "A", "--data", tmp_path)

    assert result.exit_code == 3
    assert "run chiptrail init or chiptrail demo" in result.stderr


def test_every_verdict_of_the_demo_is_as_announced(ask, shown_world):
    items = [sight.item for sight in shown_world.sights if "destroyed, and never" not in sight.why]
    announced = {s.item: s.verdict for s in shown_world.sights if s.item in items}

    at = "--as-of", "2026-06-01T12:00:00Z", "--data", shown_world.folder
    lines = ask("check", *items, *at)["lines"]

    assert {line["item"]: line["verdict"] for line in lines} == announced


def test_a_check_counts_first_and_shows_the_worst_first(run, see, shown_world):
    texts = see("from the fab to Japan"), "NONE-1", see("stolen"), see("due long ago")
    shown = run("check", *texts, *THEN, "--data", shown_world.folder).stdout.splitlines()

    assert shown[0] == "4 presented   1 stop   1 unknown   1 check   1 clear"
    assert [line.split()[1] for line in shown if line[:2] in {"■ ", "? ", "▲ "}] == [
        "STOP",
        "UNKNOWN",
        "CHECK",
    ]


def test_a_check_with_a_contraindication_fails(run, see, shown_world):
    clear = run("check", see("from the fab to Japan"), "--data", shown_world.folder)
    stop = run("check", see("stolen"), "--data", shown_world.folder)

    assert (clear.exit_code, stop.exit_code) == (0, 1)


def test_serials_are_read_from_files_pasted_in_any_way(ask, see, shown_world, tmp_path):
    item, other = see("from the fab to Japan"), see("due long ago")
    pasted = tmp_path / "pasted"
    pasted.write_text(f'\ufeff"{item}";\r\n  {other.rpartition("/")[2]},\tNONE-1 {item}\n')

    lines = ask("check", pasted, "--data", shown_world.folder)["lines"]

    assert [line["item"] for line in lines] == [item, other, None]


def test_serials_are_read_from_standard_input(run, see, shown_world):
    result = run("check", "-", "--data", shown_world.folder, "--json", stdin=see("stolen"))

    assert json.loads(result.stdout)["verdicts"] == {"stop": 1}


def test_serials_are_read_from_a_pipe_of_the_shell(ask, see, shown_world):
    reading, writing = os.pipe()
    os.write(writing, see("stolen").encode())
    os.close(writing)
    try:
        answer = ask("check", f"/dev/fd/{reading}", "--data", shown_world.folder)
    finally:
        os.close(reading)

    assert [see("stolen")] == [line["text"] for line in answer["lines"]]


def test_a_document_tells_what_was_not_presented(ask, see, shown_world, run):
    story = ask("chip", see("due long ago"), "--data", shown_world.folder)[0]
    bill = story["steps"][-2]["told"].split("AWB ")[1].rstrip(").")

    answer = ask("check", "NONE-1", "--document", f"awb:{bill}", "--data", shown_world.folder)

    assert len(answer["notPresented"]) == 1


def test_lines_of_which_the_same_is_said_are_one_row(run, ask, see, shown_world):
    tray = ask("chip", see("due long ago"), "--data", shown_world.folder)[0]["container"]
    items = ask("chip", tray, "--data", shown_world.folder)[0]["contents"]

    shown = run("check", *items, "--data", shown_world.folder).stdout

    assert len(items) > 1
    assert shown.count("▲ CHECK") == 1


def test_what_could_steer_a_terminal_is_made_visible(run, shown_world, tmp_path):
    pasted = tmp_path / "pasted.txt"
    pasted.write_text("\x1b[2J\x1b]0;owned\x07")

    assert "\x1b" not in run("check", pasted, "--data", shown_world.folder).stdout


def test_markup_in_a_serial_is_no_markup(run, shown_world):
    assert "[red]A[/red]" in run("check", "[red]A[/red]", "--data", shown_world.folder).stdout


def test_a_file_that_is_not_there_is_not_taken_for_a_serial(run, shown_world):
    result = run("check", "gone.txt", "--data", shown_world.folder)

    assert (result.exit_code, result.stderr) == (
        3,
        "chiptrail: cannot-open: gone.txt: no such file\n",
    )


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_nothing_is_wider_than_the_terminal(run, see, shown_world, columns):
    at = "--data", shown_world.folder
    shown = run("chip", see("two customers"), *at, columns=columns).stdout
    shown += run("check", see("two customers"), "NONE-1", *at, columns=columns).stdout

    assert max(map(len, shown.splitlines())) <= columns


def test_what_is_presented_twice_is_counted_and_marked(run, see, shown_world):
    item = see("from the fab to Japan")
    texts = item, item.rpartition("/")[2]
    shown = run("check", *texts, *THEN, "--data", shown_world.folder).stdout

    assert shown.startswith("2 presented, 1 item   1 clear   1 presented twice\n")
    assert "Presented twice: look for a second one." in shown


def test_a_serial_that_several_items_bear_is_marked(run, ask, see, shown_world):
    serial = see("engineering sample").rpartition(":")[2]
    shown = run("check", serial, "--data", shown_world.folder).stdout

    assert shown.startswith("1 presented, 2 items")
    assert "1 serial of several items" in shown.splitlines()[0]
    assert ask("check", serial, "--data", shown_world.folder)["sharedSerials"] == [serial]


def test_a_document_that_no_shipment_names_is_said(run, see, shown_world):
    words = see("from the fab to Japan"), "--document", "AWB 999-00000000"
    result = run("check", *words, "--data", shown_world.folder)

    assert result.exit_code == 0
    assert "No shipment names AWB 999-00000000: look for a typing error." in result.stdout


def test_a_judgement_of_another_time_says_so(run, see, shown_world):
    words = see("from the fab to Japan"), "--as-of", "2026-06-01", "--data", shown_world.folder

    for command in ("chip", "check"):
        assert "Judged as of 1 Jun 2026 00:00 UTC, from all that" in run(command, *words).stdout


@pytest.mark.parametrize("text", ["A" * 300, "\udcff\udcfe"])
@pytest.mark.parametrize("command", ["chip", "check"])
def test_what_no_file_and_no_text_can_be_is_no_fault(run, shown_world, command, text):
    code = 1 if command == "chip" else 0

    assert run(command, text, "--data", shown_world.folder).exit_code == code


def test_a_list_in_utf_16_is_read(ask, see, shown_world, tmp_path):
    pasted = tmp_path / "pasted"
    pasted.write_text(f"Serial\n{see('stolen')}\n", encoding="utf-16")

    lines = ask("check", pasted, "--data", shown_world.folder)["lines"]

    assert [line["item"] for line in lines] == [see("stolen")]


@pytest.mark.parametrize("data", [b"PK\x03\x04\x00", b"\x89\x01\xff", b"\xff\xfea"])
def test_what_is_no_text_file_is_refused(run, shown_world, tmp_path, data):
    (tmp_path / "data").write_bytes(data)
    result = run("check", tmp_path / "data", "--data", shown_world.folder)

    assert (result.exit_code, "this is no text file" in result.stderr) == (1, True)


# As somebody else sees it ------------------------------------------------------------------------


def test_a_past_holder_is_shown_the_story_to_the_end_of_its_part(run, ask, see, shown_world):
    item, where = see("from the fab to Japan"), ("--data", shown_world.folder)
    whole = ask("chip", item, *where)[0]
    (told,) = ask("chip", item, "--reader", "hsinlin", *where)

    seen = [step["index"] for step in told["steps"]]
    assert seen == [step["index"] for step in whole["steps"]][: len(seen)]
    assert (len(seen) < len(whole["steps"]), seen[-1]) == (True, told["horizon"])
    shown = run("chip", item, "--reader", "hsinlin", *where).stdout
    assert f"entry {seen[-1]}, with which the reader's part in it ended." in shown


def test_to_a_stranger_an_item_is_as_good_as_none(run, see, shown_world):
    item, where = see("from the fab to Japan"), ("--data", shown_world.folder)
    results = [run("chip", one, "--reader", "tlaque", *where) for one in (item, "urn:no:such")]

    assert [(1, ""), (1, "")] == [(result.exit_code, result.stdout) for result in results]
    errors = [result.stderr.replace(item, "urn:no:such") for result in results]
    assert errors[0] == errors[1]


def test_a_check_as_a_party_knows_what_it_may_see(ask, see, shown_world):
    item, where = see("from the fab to Japan"), ("--data", shown_world.folder)
    answers = [
        ask("check", item, "--reader", name, *where)["answers"] for name in ("inzai", "tlaque")
    ]

    assert [{"match": 1}, {"unknown": 1}] == answers


@pytest.mark.parametrize("command", ["chip", "check"])
def test_a_reader_must_be_enrolled(run, see, shown_world, command):
    words = (command, see("stolen"), "--data", shown_world.folder, "--reader")
    results = [run(*words, name) for name in ("nobody", "urn:chiptrail:party:nobody")]

    assert [1, 1] == [result.exit_code for result in results]
    assert all("not-found: no party" in result.stderr for result in results)


# What an officer reads ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("in the air", "Redirected by Redwood Accelerators to Inzai Compute with Skua Air Freight"),
        ("cannot sign", "(entry ENTRY); it has not signed for it"),
        ("cannot sign", "Delivered to Aasen University, says Skua Air Freight"),
        ("sold where it stands", "Accepted by Inzai Compute as its new owner."),
        ("sold where it stands", "Accepted by Sedenak Data Park as its new user."),
        ("sold where it stands", "still owned by Redwood Accelerators"),
        ("seized by customs, released", "Released by Straits Customs."),
        ("its maker has given", "■ STOP  hold it, and see what was found"),
        ("may sign for the exporter", "Shipped by Heron Brokers on behalf of Redwood Accelerators"),
        ("its mandate had ended", "but its mandate for that (entry ENTRY) ended on"),
        ("and corrected", "Taken back by entry ENTRY: shipped by Redwood Accelerators"),
        ("'corrects' the sale", "signed for what followed; entry ENTRY stands until they agree."),
        ("customs settled it", "Straits Customs settles what entry ENTRY showed"),
        ("made out of a chip", "out of"),
        ("another box", "Packed by Tern Lines into SSCC"),
        ("held back by customs right now", "and held back"),
    ],
)
def test_what_happened_is_told_in_plain_words(run, see, shown_world, words, told):
    shown = run("chip", see(words), "--data", shown_world.folder, columns=300).stdout

    assert told in re.sub(r"entry \d+", "entry ENTRY", shown)


def test_the_last_place_is_not_that_of_a_correction(ask, run, see, shown_world):
    """A correction says again what the wrong entry said, its place too."""
    shown = run("chip", see("'corrects' the sale"), "--data", shown_world.folder, columns=300)
    (line,) = [line for line in shown.stdout.splitlines() if line.startswith("last place")]

    assert "declared by Fjordhall Data Centre" in line


@pytest.mark.parametrize("columns", [80, 120])
def test_every_sight_fits_the_terminal(run, shown_world, columns):
    items = [sight.item for sight in shown_world.sights]
    at = "--data", shown_world.folder
    shown = [run("chip", item, *at, columns=columns).stdout for item in items]
    shown.append(run("check", *items, *at, columns=columns).stdout)

    assert max(len(line) for text in shown for line in text.splitlines()) <= columns


def test_what_to_look_at_is_set_off_where_it_is_broken_too(run, see, shown_world):
    shown = run("chip", see("in the air"), "--data", shown_world.folder, columns=60).stdout
    looks = shown.partition("Look at next\n")[2].partition("\n\n")[0].splitlines()

    assert len(looks) > 1
    assert [line for line in looks if not line.startswith("  ")] == []
