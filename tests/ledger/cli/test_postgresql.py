"""The command line on PostgreSQL: the same commands, and what stands in the way said plainly."""

import sys

import pytest
from sqlalchemy import make_url

pytestmark = pytest.mark.postgresql
SMALL = ["--chips", "400", "--seed", "1"]


@pytest.fixture
def there(postgresql):
    """The URL of an empty database."""
    return postgresql.create()


def test_a_demo_is_built_looked_at_and_audited(run, ask, there, tmp_path):
    folder = tmp_path / "demo"
    built = ask("demo", *SMALL, "--data", folder, DATABASE_URL=there)
    serial = built["sights"][0]["serial"]

    for words in (["chip", serial], ["audit"], ["bundle", serial, "-o", tmp_path / "one.json"]):
        result = run(*words, "--data", folder, DATABASE_URL=there)
        assert (0, words) == (result.exit_code, words)
    assert [] == list(folder.glob("*.sqlite3"))


def test_a_ledger_is_founded_on_the_database_that_is_named(run, there, tmp_path):
    words = ["--data", tmp_path, "--database", there]
    result = run("init", "ledger.example/x", "--unencrypted", *words)

    assert (0, 0) == (result.exit_code, run("checkpoint", *words).exit_code)
    assert "put it back, or name the one in" in run("checkpoint", "--data", tmp_path).stderr


def test_a_database_of_another_ledger_is_left_alone(run, there, tmp_path):
    words = ["init", "ledger.example/x", "--unencrypted", "--database", there, "--data"]
    run(*words, tmp_path / "one")
    result = run(*words, tmp_path / "other")

    assert (3, True) == (result.exit_code, "name an empty --database" in result.stderr)


def test_a_server_that_does_not_answer_is_said_without_the_password(run, tmp_path):
    url = f"postgresql://fab:secret@/chips?host={tmp_path}"
    result = run("init", "ledger.example/x", "--unencrypted", "--data", tmp_path, "--database", url)

    assert (3, True) == (result.exit_code, "Is the server running" in result.stderr)
    assert "secret" not in result.stderr


def test_a_missing_driver_is_said_with_the_way_to_get_it(run, there, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    words = ["--data", tmp_path, "--database", there]
    result = run("init", "ledger.example/x", "--unencrypted", *words)

    assert (3, True) == (result.exit_code, "pip install 'chiptrail[postgresql]'" in result.stderr)


def test_a_database_that_is_not_there_is_said(run, there, tmp_path):
    url = make_url(there).set(database="nowhere").render_as_string()
    result = run("init", "ledger.example/x", "--unencrypted", "--data", tmp_path, "--database", url)

    assert (3, True) == (result.exit_code, 'database "nowhere" does not exist' in result.stderr)
