"""The group: help by theme, errors, shared options, completion, start-up."""

import errno
import json
import os
import subprocess
import sys

import click
import pytest

from ledger.cli.main import THEMES, cli
from ledger.cli.output import exit_code, fail, problem, sentence
from schemas.errors import (
    CannotOpen,
    IntegrityError,
    MalformedJson,
    ReadOnly,
    VerificationFailed,
    WrongPassphrase,
)


def all_commands(command, name="chiptrail"):
    yield name, command
    for word, below in getattr(command, "commands", {}).items():
        yield from all_commands(below, f"{name} {word}")


def test_every_command_is_listed_under_a_theme(run):
    shown = run("--help").stdout
    listed = {command.name for theme in THEMES.values() for command in theme}

    assert listed == set(cli.commands)
    assert [line for line in shown.splitlines()[1:] if line.endswith("...")] == []


@pytest.mark.parametrize(
    ("name", "command"),
    [pair for pair in all_commands(cli) if not isinstance(pair[1], click.Group)],
)
def test_every_command_shows_an_example_that_fits_the_terminal(run, name, command):
    shown = run(*name.split()[1:], "--help", columns=80).stdout
    examples = [line for line in shown.splitlines() if line.strip().startswith(name)]

    assert examples
    assert max(map(len, shown.splitlines())) <= 80


def test_help_loads_nothing_heavy():
    heavy = {"sqlalchemy", "rich", "nacl", "alembic", "biip", "flask", "httpx", "marshmallow"}
    code = "import sys; import ledger.cli.main; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert heavy & {name.split(".")[0] for name in done.stdout.split()} == set()


@pytest.mark.parametrize("words", [["frob"], ["chip"], ["chip", "A", "--frob"]])
def test_what_is_not_understood_is_2(run, words):
    assert run(*words).exit_code == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MalformedJson("x"), 1),
        (VerificationFailed("x", 3), 1),
        (CannotOpen("x"), 3),
        (ReadOnly("x"), 3),
        (IntegrityError("x"), 3),
    ],
)
def test_an_error_has_the_exit_code_of_its_kind(error, code):
    assert exit_code(error) == code


def test_an_error_in_json_has_code_and_pointer():
    assert problem(MalformedJson("got x, want y", "/a/0")) == {
        "type": "urn:chiptrail:problem:malformed-json",
        "code": "malformed-json",
        "title": "got x, want y",
        "pointer": "/a/0",
    }


def test_an_error_for_people_names_the_step():
    assert sentence(VerificationFailed("no", 6)) == "verification-failed: step 6, no"


@pytest.mark.parametrize("place", ["before", "after"])
def test_the_shared_options_stand_before_or_after_the_command(run, tmp_path, place):
    shared = ["--json", "--data", str(tmp_path)]
    result = run(*shared, "audit") if place == "before" else run("audit", *shared)

    assert (result.exit_code, json.loads(result.stderr)["code"]) == (3, "cannot-open")


def test_the_nearest_folder_wins(run, shown_world, tmp_path):
    folder = str(shown_world.folder)

    assert run("checkpoint", DATA=folder).exit_code == 0
    assert run("--data", tmp_path, "checkpoint", DATA=folder).exit_code == 3
    assert run("--data", tmp_path, "checkpoint", "--data", folder).exit_code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_clicks_own(run, shell):
    shown = run("completion", shell).stdout

    assert f"_CHIPTRAIL_COMPLETE={shell}_complete" in shown


def test_no_colour_in_a_pipe(run, see, shown_world):
    assert "\x1b" not in run("chip", see("stolen"), "--data", shown_world.folder).stdout


@pytest.mark.parametrize("words", [["frob"], ["chip"], ["chip", "A", "--frob"], ["--frob"]])
def test_what_is_not_understood_is_said_in_json(run, words):
    result = run(*words, "--json")

    assert (result.exit_code, json.loads(result.stderr)["code"]) == (2, "usage")


@pytest.mark.parametrize(
    ("number", "code", "words"), [(errno.ENOSPC, 3, "writing the answer: "), (errno.EPIPE, 1, "")]
)
def test_an_output_that_takes_no_more_ends_the_command(run, monkeypatch, number, code, words):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(cli.commands["completion"], "callback", fail)
    result = run("completion", "bash")

    assert result.exit_code == code
    assert words in result.stderr


def test_a_wrong_passphrase_is_not_asked_for(capsys):
    with pytest.raises(click.exceptions.Exit):
        fail(WrongPassphrase("the key file does not open with this passphrase"), as_json=False)

    assert "--passphrase-file" not in capsys.readouterr().err


INTERRUPTED = {
    "capture": "ledger.cli.recording.capture_stream",
    "audit": "ledger.service.audit.audit",
}


@pytest.mark.parametrize("command", INTERRUPTED)
def test_ctrl_c_says_when_repeating_is_safe(run, shown_world, monkeypatch, command):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(INTERRUPTED[command], interrupted)
    words = ["-"] if command == "capture" else []
    result = run(command, *words, "--data", shown_world.folder, stdin="{}")

    assert (result.exit_code, "interrupted" in result.stderr) == (130, True)
    assert ("not recorded twice" in result.stderr) == (command == "capture")
