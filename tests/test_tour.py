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


def commands():
    """The commands of the tour's console blocks; a line with ``> `` goes on with the one before."""
    tour = README.read_text().partition("## Tour")[2].partition("\n## ")[0]
    found = []
    for block in re.findall(r"```console\n(.*?)```", tour, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(line[2:])
            else:
                found[-1] += "\n" + line.removeprefix(">").removeprefix(" ")
    return found


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """(command, exit code, output) of each, run as a newcomer would."""
    folder = tmp_path_factory.mktemp("tour")
    lines = ["exec 2>&1"]
    for number, command in enumerate(commands()):
        lines += [f"exec > {number}.out", command, f"echo $? > {number}.code"]
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


def test_the_tour_is_copied_from_real_output():
    """The README's story names chips of the seed that its first command gives."""
    assert shlex.split(commands()[0]) == ["chiptrail", "demo", "--seed", "7"]
    assert "TODO" not in README.read_text()
