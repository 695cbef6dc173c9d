"""The group: help by theme, errors, shared options, completion, start-up."""

import json
import subprocess
import sys

import click
import pytest

from ledger.cli.main import THEMES, cli
from ledger.cli.output import exit_code, problem, sentence
from schemas.errors import (
    CannotOpen,
    IntegrityError,
    MalformedJson,
    ReadOnly,
    VerificationFailed,
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
    heavy = {"sqlalchemy", "rich", "nacl", "alembic", "biip", "flask", "marshmallow"}
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
