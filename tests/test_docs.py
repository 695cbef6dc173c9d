"""The documents say what is true: nothing that a user meets is left out, and nothing is made up."""

import re
import shlex
import tomllib

import click
import pytest

from schemas import errors
from tests.architecture import ROOT, modules_of
from tests.reference import commands_of, commands_page, modules_page, root_command

DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TEXT = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in DOCS}
SETTING = re.compile(r"CHIPTRAIL_[A-Z]+(?:_[A-Z]+)*")


def codes_in(page: str) -> set[str]:
    """The codes in the first column of the tables of *page*."""
    return set(re.findall(r"^\| `([a-z0-9/-]+)` \|", TEXT[page], re.MULTILINE))


def classes_below(root: type) -> set[type]:
    return {root}.union(*(classes_below(below) for below in root.__subclasses__()))


def shown_commands(page: str) -> list[str]:
    """What a reader of *page* is told to type to Chiptrail, one line each."""
    blocks = re.findall(r"```console\n(.*?)```", TEXT[page], re.DOTALL)
    lines = re.findall(r"^\$ (.*(?:\\\n.*)*)", "\n".join(blocks), re.MULTILINE)
    typed = [part.strip() for line in lines for part in re.split(r"&&|[|;]", line)]
    return [part for part in typed if re.match(r"\S*chiptrail\b", part)]


def test_every_error_code_is_documented_and_no_other():
    assert {kind.code for kind in classes_below(errors.ChiptrailError)} == codes_in(
        "docs/errors.md"
    )


def test_every_finding_is_documented_and_no_other():
    from ledger.finding import FINDINGS

    assert set(FINDINGS) == codes_in("docs/findings.md")


def test_every_setting_is_documented_and_no_other():
    code = [module.source for module in modules_of(ROOT)]
    tools = [(ROOT / name).read_text() for name in ("Makefile", ".ci/run")]
    tests = [path.read_text() for path in (ROOT / "tests").rglob("*.py")]
    documented = set(SETTING.findall("\n".join(TEXT.values())))

    assert set(SETTING.findall("\n".join(code))) <= documented
    assert documented <= set(SETTING.findall("\n".join([*code, *tools, *tests])))


def test_the_commands_page_is_what_the_commands_say():
    assert commands_page(root_command()) == TEXT["docs/commands.md"], "run: make docs"


def test_the_modules_page_is_what_the_modules_say():
    assert modules_page(modules_of(ROOT)) == TEXT["docs/modules.md"], "run: make docs"


def test_every_command_and_option_says_what_it_is():
    silent = []
    for name, command in commands_of(root_command(), "chiptrail"):
        silent += [] if command.help else [name]
        options = [param for param in command.params if isinstance(param, click.Option)]
        silent += [f"{name} {option.opts[0]}" for option in options if not option.help]

    assert silent == []


@pytest.mark.parametrize("page", [page for page in TEXT if shown_commands(page)])
def test_the_commands_shown_exist(page):
    for shown in shown_commands(page):
        words = shlex.split(shown.rstrip(")"), comments=True)[1:]
        command: click.Command = root_command()
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            command = command.commands[words.pop(0)]
        known = {name for param in command.params for name in [*param.opts, *param.secondary_opts]}

        assert {word.split("=")[0] for word in words if word.startswith("--")} <= known, shown


def test_the_tour_shows_every_step():
    told = {shlex.split(line)[1] for line in shown_commands("README.md")}

    assert {"demo", "chip", "check", "bundle", "verify", "publish", "watch", "audit"} <= told


def test_the_two_commands_of_the_readme_are_what_ci_runs():
    set_up = re.findall(r"^\$ (python3 -m venv .*)$", TEXT["README.md"], re.MULTILINE)

    assert len(set_up) == 2
    assert set_up[1] in (ROOT / ".ci" / "run").read_text()


def test_every_dependency_is_named_with_its_licence():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    optional = [*extras["postgresql"], *extras["production"]]
    runtime = {re.split(r"[^a-z0-9-]", s)[0] for s in [*project["dependencies"], *optional]}
    testing = {re.split(r"[^a-z0-9-]", s)[0] for s in extras["test"]}
    section = TEXT["README.md"].split("## Dependencies")[1].split("\n## ")[0]

    assert set(re.findall(r"^\| ([a-z0-9-]+) \| [A-Z]", section, re.MULTILINE)) == runtime
    assert testing <= set(re.findall(r"([a-z0-9-]+) \([A-Z]", section))


def test_the_lock_pins_every_dependency_with_hashes_and_names_no_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    lock = (ROOT / "requirements.lock").read_text()
    pins = re.findall(
        r"^([a-z0-9-]+)==\S+.* \\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE
    )

    assert {re.split(r"[^a-z0-9-]", spec)[0] for spec in wanted} <= set(pins)
    assert len(pins) == len(re.findall(r"^\S+==", lock, re.MULTILINE))
    assert re.search(r"://|--index|--find-links|-e |/\w+/", lock) is None


@pytest.mark.parametrize("page", TEXT)
def test_what_a_page_points_to_is_there(page):
    near = (ROOT / page).parent
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", TEXT[page])
    paths = re.findall(r"`((?:docs|tests|ledger|schemas|web)/[\w/-]+\.\w+)`", TEXT[page])

    assert [link for link in links if not (near / link).exists()] == []
    assert [path for path in paths if not (ROOT / path).exists()] == []
