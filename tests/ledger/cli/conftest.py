"""Commands to run, on the demo or on a copy of it for tests that write."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger.cli.main import cli
from ledger.service.demo.world import DemoWorld
from ledger.service.opening import open_ledger
from tests.web.serving import served

SETTINGS = {
    "CHIPTRAIL_DATA": None,
    "CHIPTRAIL_DATABASE_URL": None,
    "CHIPTRAIL_PASSPHRASE": None,
    "CHIPTRAIL_KEY": None,
    "CHIPTRAIL_VKEY": None,
    "CHIPTRAIL_LEDGER": None,
    "CHIPTRAIL_TOKEN": None,
}


@pytest.fixture
def world(shown_world: DemoWorld, tmp_path: Path) -> Path:
    """The folder of a copy of the demo, to write to."""
    return Path(shutil.copytree(shown_world.folder, tmp_path / "world"))


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run a command in no particular folder, without any setting of the machine's."""

    def run(
        *words: object, stdin: str | bytes | None = None, columns: int = 100, **settings: str
    ) -> Result:
        given = {
            **SETTINGS,
            "COLUMNS": str(columns),
            **{f"CHIPTRAIL_{name}": value for name, value in settings.items()},
        }
        result = CliRunner().invoke(cli, [str(word) for word in words], input=stdin, env=given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def ask(run) -> Callable[..., object]:
    """Run a command with --json and read its answer."""

    def ask(*words: object, **more: str) -> object:
        return json.loads(run("--json", *words, **more).stdout)

    return ask


def sight(world: DemoWorld, word: str) -> str:
    """The item of the sight whose description has *word*."""
    (found,) = [one.item for one in world.sights if word in one.why]
    return found


@pytest.fixture
def see(shown_world) -> Callable[[str], str]:
    return lambda word: sight(shown_world, word)


@pytest.fixture
def size(ask, world) -> Callable[[], int]:
    """How many entries the copy has now."""
    return lambda: ask("checkpoint", "--data", world)["size"]


# Over HTTP ---------------------------------------------------------------------------------------


@pytest.fixture
def address(world, monkeypatch, tmp_path) -> Iterator[str]:
    """The address of the copy, served; what is kept of it goes to the test's own folder."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with served(open_ledger(world)) as url:
        yield url


@pytest.fixture
def token(ask, world) -> str:
    """A token of the demo's data centre in Japan."""
    words = "token", "new", "--party", "inzai", "--label", "t", "--write", "--data", world
    return ask(*words)["token"]
