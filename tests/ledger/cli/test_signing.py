"""`sign` and `capture`: EPCIS documents in, an answer for each entry out."""

import json

import pytest

CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]
PLACE = {"readPoint": {"id": "geo:35.83,140.15"}}


def event(items, **more):
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-06-01T10:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "epcList": items,
        "action": "OBSERVE",
        "bizStep": "storing",
        **more,
    }


def document(*events):
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-06-01T10:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }


@pytest.fixture
def chips(see):
    item = see("from the fab to Japan")
    return [item, f"{item[:-1]}6"]


@pytest.fixture
def sign(run, world):
    def sign(value, *words, key="japan"):
        where = "--key", world / "keys" / f"{key}.key", "--data", world
        return run("sign", *where, *words, stdin=json.dumps(value))

    return sign


@pytest.fixture
def capture(run, world):
    """Capture and read the answers."""

    def capture(lines, *words):
        result = run("capture", "-", "--data", world, "--json", *words, stdin=lines)
        return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]

    return capture


def test_a_document_is_signed_event_by_event(sign, capture, chips):
    signed = sign(document(event(chips[:1]), event(chips, **PLACE)))
    code, answers = capture(signed.stdout)

    assert signed.stderr == "chiptrail: signed 2 events as urn:chiptrail:party:inzai\n"
    assert (code, [answer["status"] for answer in answers]) == (0, ["recorded", "recorded"])


@pytest.mark.parametrize("kind", ["bare", "list"])
def test_bare_events_are_signed_too(sign, chips, kind):
    bare = {"@context": CONTEXT, **event(chips[:1])}

    assert sign(bare if kind == "bare" else [bare, bare]).exit_code == 0


def test_a_list_of_two_is_committed_and_travels_beside(sign, chips):
    (line,) = sign(document(event(chips))).stdout.splitlines()

    assert json.loads(line)["lists"]["epcList"]["ids"] == chips


def test_a_withheld_field_travels_beside(sign, chips):
    (line,) = sign(
        document(event(chips[:1], **PLACE)), "--withhold", "readPoint"
    ).stdout.splitlines()

    assert len(json.loads(line)["disclosures"]) == 1
    assert "geo:" not in line


def test_signed_again_to_a_file_is_not_written_over(sign, chips, tmp_path):
    target = tmp_path / "signed"
    first = sign(document(event(chips[:1])), "-o", target)
    before = target.read_bytes()
    second = sign(document(event(chips[:1])), "-o", target)

    assert (first.exit_code, second.exit_code, target.read_bytes()) == (0, 3, before)


def test_one_bad_event_stops_all_before_anything_is_written(sign, chips, tmp_path):
    bad = event(chips[:1], **{"chiptrail:party": "urn:chiptrail:party:hsinlin"})
    bad["@context"] = {"chiptrail": "urn:chiptrail:ns:1:"}
    result = sign(document(event(chips[:1]), bad), "-o", tmp_path / "signed")

    assert (result.exit_code, (tmp_path / "signed").exists()) == (1, False)
    assert "malformed-event: /chiptrail:party: event 2: " in result.stderr


def test_a_fault_is_pointed_at(sign, chips):
    result = sign(document(event(chips[:1]), event(chips[:1], action="OBSERV")))

    assert result.exit_code == 1
    assert "/epcisBody/eventList/1/action" in result.stderr


def test_a_signer_far_away_needs_only_the_checkpoint(run, capture, chips, world):
    far = world.parent
    head = far / "checkpoint"
    head.write_text(run("checkpoint", "--data", world).stdout)
    key = "--key", world / "keys" / "japan.key", "--checkpoint", head, "--data", far
    signed = run("sign", *key, stdin=json.dumps(document(event(chips))))

    assert capture(signed.stdout)[0] == 0


def test_the_same_file_again_changes_nothing(sign, capture, chips, size):
    lines = sign(document(event(chips))).stdout
    first = capture(lines)[1]
    after = size()
    again = capture(lines)[1]

    assert (again[0]["status"], again[0]["index"]) == ("known", first[0]["index"])
    assert size() == after


def test_a_refused_line_holds_nobody_up(sign, capture, chips, size):
    good = sign(document(event(chips))).stdout
    before = size()
    code, answers = capture(f"nonsense\n\n{good}{{}}\n")

    assert (code, size()) == (1, before + 1)
    assert [(a["line"], a["status"]) for a in answers] == [
        (1, "refused"),
        (3, "recorded"),
        (4, "refused"),
    ]
    assert [a.get("code") for a in answers] == ["malformed-json", None, "malformed-envelope"]


def test_a_dry_run_records_nothing(sign, capture, chips, size):
    lines = sign(document(event(chips))).stdout
    before = size()

    assert capture(lines, "--dry-run")[0] == 0
    assert size() == before


def test_a_summary_for_people(run, sign, chips, world):
    lines = sign(document(event(chips))).stdout
    shown = run("capture", "-", "--data", world, stdin=f"{lines}nonsense\n").stdout

    assert "\nline 2: refused  malformed-json: " in shown
    assert "\n2 submissions: 1 recorded, 1 refused, 1 finding.\n" in shown


def test_a_contraindicated_entry_is_recorded_and_fails(sign, capture, chips, see):
    receive = event([see("in the air")], bizStep="receiving")
    code, answers = capture(sign(document(receive), key="air").stdout)

    assert (code, answers[0]["status"]) == (1, "recorded")
    assert "custody/not-consignee" in [found["code"] for found in answers[0]["findings"]]


def test_of_what_is_out_of_view_nothing_is_said(sign, capture, chips, see):
    answers = [
        capture(sign(document(event([item], bizStep="receiving"))).stdout)
        for item in (see("a dealer claims"), "urn:chiptrail:chip:nobody:x:1")
    ]

    assert [code for code, _ in answers] == [0, 0]
    codes = [[found["code"] for found in answer["findings"]] for _, (answer,) in answers]
    assert codes == [["time/late-record", "custody/unconfirmed"]] * 2


def test_a_tampered_signature_is_refused(sign, capture, chips, size):
    value = json.loads(sign(document(event(chips))).stdout)
    value["envelope"]["signatures"][0]["sig"] = "A" * 86 + "=="
    before = size()
    code, answers = capture(json.dumps(value))

    assert (code, answers[0]["code"], size()) == (1, "bad-signature", before)


def test_a_ledger_behind_its_checkpoint_file_takes_nothing(run, sign, chips, world, tmp_path):
    lines = sign(document(event(chips))).stdout
    (world / "checkpoint").write_text("not a checkpoint")
    result = run("capture", "-", "--data", world, stdin=lines)

    assert (result.exit_code, "read-only" in result.stderr) == (3, True)


def test_a_file_that_is_not_there_cannot_be_opened(run, world):
    result = run("capture", "gone.ndjson", "--data", world)

    assert (result.exit_code, result.stderr.split(":")[1]) == (3, " cannot-open")


@pytest.mark.parametrize("text", ["", "[]"])
def test_a_document_without_events_is_not_signed(run, world, tmp_path, text):
    key = "--key", world / "keys" / "japan.key", "--data", world, "-o", tmp_path / "signed"
    result = run("sign", *key, stdin=text)

    assert (result.exit_code, (tmp_path / "signed").exists()) == (2, False)
    assert "standard input has no events" in result.stderr


def test_signing_to_a_file_answers_in_json(sign, chips, tmp_path):
    said = json.loads(sign(document(event(chips)), "-o", tmp_path / "signed", "--json").stdout)

    assert (said["signed"], said["output"]) == (1, str(tmp_path / "signed"))


def test_an_empty_file_is_said_to_be_empty(run, world):
    assert "standard input: it is empty" in run("capture", "-", "--data", world, stdin="").stderr


def test_of_several_files_the_answer_names_the_file(run, sign, chips, world, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(sign(document(event(chips))).stdout)
    second.write_text("nonsense\n")
    shown = run("capture", first, second, "--data", world).stdout

    assert f"{second}, line 1: refused" in shown


def test_json_over_several_lines_is_one_refusal(capture, sign, chips):
    value = json.loads(sign(document(event(chips))).stdout)
    code, answers = capture(json.dumps(value, indent=2))

    assert (code, len(answers)) == (1, 1)
    assert answers[0]["title"].startswith("JSON laid out over several lines")


def test_a_key_that_others_can_read_is_warned_of(sign, chips, world):
    (world / "keys" / "japan.key").chmod(0o644)

    assert "others can read this private key" in sign(document(event(chips))).stderr


# Withheld ----------------------------------------------------------------------------------------


@pytest.fixture
def withheld(ask, world):
    """What of the last step of a chip is not known."""
    return lambda chip: ask("chip", chip, "--data", world)[0]["steps"][-1]["withheld"]


def test_what_is_kept_back_is_disclosed_by_capturing_the_file_again(sign, capture, chips, withheld):
    lines = sign(document(event(chips[:1], **PLACE)), "--withhold", "readPoint").stdout
    (_, [first]) = capture(lines, "--undisclosed")
    before = withheld(chips[0])
    (_, [again]) = capture(lines)

    assert (["readPoint"], []) == (before, withheld(chips[0]))
    assert (first["index"], "known") == (again["index"], again["status"])


def test_the_numbers_of_several_items_are_withheld_and_those_of_one_are_not(sign, chips):
    said = [{"item": chip, "uuid": f"CANARY-{chip[-1]}"} for chip in chips]
    one = sign(document(event(chips[:1], **{"chiptrail:identities": said[:1]}))).stdout
    both = sign(document(event(chips, **{"chiptrail:identities": said}))).stdout

    assert [0, 1] == [len(json.loads(line).get("disclosures", ())) for line in (one, both)]


def test_what_is_withheld_must_be_readable_before_it_is_signed(sign, chips):
    wrong = event(chips[:1], **{"chiptrail:customs": {"value": 7}})
    result = sign(document(wrong))

    assert result.exit_code == 1
    assert "malformed-event: /chiptrail:customs: " in result.stderr
    assert "chiptrail:customs/currency: missing" in result.stderr


def test_lines_that_are_no_submissions_are_refused_as_they_are(capture):
    code, [answer] = capture("{}\n", "--undisclosed")

    assert (1, "refused") == (code, answer["status"])
