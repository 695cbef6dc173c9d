"""The main job, as the README shows it: every command of its tour, run in order in one shell."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
# What customs must stop is said by the exit code too.
BAD_NEWS = "chiptrail check"


# What differs from run to run, or moves with every change to the demo's plot.
VARYING = {
    r"\b\d{1,2} [A-Z][a-z]{2} \d{4}(?: \d\d:\d\d)?": "<date>",
    r"\bdemo-[0-9a-f]{8}\b": "<name>",
    r"\+[0-9a-f]{8}\+[\w+/=]+": "<key>",
    r"\b\d+ days ago": "<days> ago",
    r"\bentry \d+|\b\d+ (?=<date>)": "<entry> ",
}


def blocks():
    """The tour's console blocks: the commands of each, and the output shown below it, if any."""
    tour = README.read_text().partition("## Tour")[2].partition("\n## ")[0]
    found = []
    for kind, block in re.findall(r"```(console|text)\n(.*?)```", tour, re.DOTALL):
        if kind == "console":
            found.append((typed(block), ""))
        else:
            found[-1] = found[-1][0], block
    return found


def typed(block):
    """The commands of *block*; a line with ``> `` goes on with the one before."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append(line[2:])
        else:
            found[-1] += "\n" + line.removeprefix(">").removeprefix(" ")
    return found


def commands():
    return [command for block, _ in blocks() for command in block]


def masked(text):
    """*text* without what varies, nor the breaks of lines, which go with it."""
    text = " ".join(text.split())
    for pattern, name in VARYING.items():
        text = re.sub(pattern, name, text)
    return text


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """(command, exit code, output) of each, run as a newcomer would."""
    folder = tmp_path_factory.mktemp("tour")
    lines = []
    for number, command in enumerate(commands()):
        lines += [f"exec > {number}.out 2>&1", command, f"echo $? > {number}.code"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CHIPTRAIL_")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    script = "\n".join(lines)
    subprocess.run(["bash", "-c", script], cwd=folder, env=environment, check=True, timeout=300)
    return [
        (command, int((folder / f"{n}.code").read_text()), (folder / f"{n}.out").read_text())
        for n, command in enumerate(commands())
    ]


def output(answers, start):
    return "\n".join(text for command, _, text in answers if start in command)


def test_every_command_of_the_tour_ends_as_it_should(answers):
    codes = [(command, code) for command, code, _ in answers]

    assert codes == [(command, int(command.startswith(BAD_NEWS))) for command, _ in codes]


def test_the_tour_shows_every_verdict(answers):
    shown = output(answers, "chiptrail check")

    assert all(word in shown for word in ("STOP", "CHECK", "UNKNOWN", "clear"))


def test_the_tour_tells_a_story_from_maker_to_data_centre(answers):
    shown = output(answers, "chiptrail chip N74-0005")

    assert all(word in shown for word in ("CLEAR", "Made by", "Shipped by", "Received by"))


def test_the_tour_verifies_a_bundle_where_no_ledger_is(answers):
    shown = output(answers, "chiptrail verify")

    assert "The bundle verifies." in shown
    assert all(word in shown for word in ("Proved", "On somebody's word", "Not known"))


def test_sending_the_same_submission_again_records_nothing(answers):
    first, again = [text for command, _, text in answers if "capture" in command]

    assert "1 recorded" in first
    assert "0 recorded, 1 recorded before" in again


def test_the_tour_ends_with_a_clean_audit(answers):
    assert "Everything agrees" in output(answers, "chiptrail audit")


@pytest.mark.parametrize("number", [n for n, (_, printed) in enumerate(blocks()) if printed])
def test_the_tour_prints_what_its_commands_say(answers, number):
    """Word for word between two lines of dots, but for dates, keys and the numbers of entries."""
    block, printed = blocks()[number]
    said = masked("\n".join(text for command, _, text in answers if command in block))
    parts = [masked(part) for part in re.split(r"^ +\.\.\.$", printed, flags=re.MULTILINE)]

    assert [part for part in parts if part not in said] == []


def test_what_the_tour_prints_is_of_the_seed_that_it_tells_to_use():
    assert shlex.split(commands()[0])[:4] == ["chiptrail", "demo", "--seed", "7"]
