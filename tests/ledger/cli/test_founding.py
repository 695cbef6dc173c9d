"""Founding, keys and enrolment by command."""

import errno
import json
import stat

import pytest

from ledger.cli.enrolling import ROLES
from ledger.store import files
from schemas.statement import Role

ORIGIN = "ledger.example.com/chips"
PREFIX = "https://id.gs1.org/01/09520001000010/21/"


@pytest.fixture
def home(run, tmp_path):
    """A new ledger, its registrar's key in the open."""
    assert run("init", ORIGIN, "--data", tmp_path / "home", "--unencrypted").exit_code == 0
    return tmp_path / "home"


def test_a_ledger_is_founded_with_its_keys_for_their_owner_only(home):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.glob("*.key")}

    assert modes == dict.fromkeys(["log.key", "operator.key", "registrar.key"], 0o600)


def kept(home):
    """What is kept; the database's scratch files come and go with its connections."""
    return {
        path.name: path.read_bytes()
        for path in home.iterdir()
        if not path.name.endswith(("-wal", "-shm"))
    }


def test_a_second_founding_touches_nothing(run, home):
    before = kept(home)
    result = run("init", ORIGIN, "--data", home, "--unencrypted")

    assert (result.exit_code, "there is a ledger already" in result.stderr) == (3, True)
    assert kept(home) == before


@pytest.mark.parametrize("origin", ["with blank", "with+plus", ""])
def test_a_bad_origin_leaves_nothing_behind(run, tmp_path, origin):
    result = run("init", origin, "--data", tmp_path / "home", "--unencrypted")

    assert (result.exit_code, list(tmp_path.iterdir())) == (1, [])


def test_rules_for_other_borders_leave_no_key_behind(run, tmp_path):
    (tmp_path / "home" / "rules").mkdir(parents=True)
    rules = tmp_path / "home" / "rules" / "house.toml"
    rules.write_text('pack = "house"\ngeography = "tzfpy 2025a, zones 0"\n')
    result = run("init", ORIGIN, "--data", tmp_path / "home", "--unencrypted")

    assert (result.exit_code, "judge by the borders" in result.stderr) == (3, True)
    assert [rules.parent] == list((tmp_path / "home").iterdir())


def save_with_a_full_disk(path, data, mode=0o600, save=files.save_durably):
    if path.name == "checkpoint":
        raise OSError(errno.ENOSPC, "No space left on device")
    save(path, data, mode)


def interrupt(*_):
    raise KeyboardInterrupt


CUTS = {
    "a full disk": ("ledger.store.files.save_durably", save_with_a_full_disk),
    "an interrupt": ("ledger.service.founding._enrol_operator", interrupt),
}


@pytest.mark.parametrize("cut", CUTS)
def test_a_founding_cut_short_is_taken_up_with_the_same_key(run, ask, tmp_path, monkeypatch, cut):
    """The genesis is durable by then, and names the registrar's key."""
    at, key = ("--data", tmp_path / "home"), tmp_path / "home" / "registrar.key"
    with monkeypatch.context() as patch:
        patch.setattr(*CUTS[cut])
        assert run("init", ORIGIN, *at, PASSPHRASE="correct horse").exit_code != 0
    first = key.read_bytes()
    assert run("init", ORIGIN, *at, PASSPHRASE="wrong horse").exit_code == 1
    assert run("init", ORIGIN, *at, PASSPHRASE="correct horse").exit_code == 0

    audited = ask("audit", *at)
    assert (key.read_bytes(), audited["entries"], audited["problems"]) == (first, 4, [])


def test_a_registrars_key_kept_elsewhere_is_not_replaced(run, home):
    (home / "registrar.key").rename(home.parent / "registrar.key")
    result = run("init", ORIGIN, "--data", home, "--unencrypted")

    assert (result.exit_code, "there is a ledger already" in result.stderr) == (3, True)
    assert not (home / "registrar.key").exists()


def test_a_key_of_another_party_founds_nothing(run, tmp_path):
    run("keygen", tmp_path / "acme.key", "--party", "acme", "--unencrypted")
    key = "--registrar-key", tmp_path / "acme.key"
    result = run("init", ORIGIN, "--data", tmp_path / "home", *key)

    assert (result.exit_code, (tmp_path / "home").exists()) == (1, False)
    assert "want one of urn:chiptrail:party:registrar" in result.stderr


def test_a_registrar_can_bring_its_own_key(run, ask, tmp_path):
    run("keygen", tmp_path / "reg.key", "--party", "registrar", "--unencrypted")
    at = "--data", tmp_path / "home"
    run("init", ORIGIN, *at, "--registrar-key", tmp_path / "reg.key")

    assert not (tmp_path / "home" / "registrar.key").exists()
    assert ask("checkpoint", *at)["size"] == 4


def test_without_a_passphrase_and_a_terminal_there_is_no_key(run, tmp_path):
    result = run("keygen", tmp_path / "a.key", "--party", "acme")

    assert (result.exit_code, list(tmp_path.iterdir())) == (1, [])
    assert "--passphrase-file or CHIPTRAIL_PASSPHRASE" in result.stderr


def test_a_key_is_encrypted_and_for_its_owner_only(run, tmp_path):
    path = tmp_path / "a.key"
    run("keygen", path, "--party", "acme", PASSPHRASE="correct horse")
    value = json.loads(path.read_text())

    assert (value["name"], "seed" in value) == ("urn:chiptrail:party:acme", False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("taken", ["a.key", "a.key.request"])
def test_a_key_file_is_never_written_over(run, tmp_path, taken):
    (tmp_path / taken).write_text("mine")
    result = run(
        "keygen", tmp_path / "a.key", "--party", "acme", "--unencrypted", "--origin", ORIGIN
    )

    assert (result.exit_code, (tmp_path / taken).read_text()) == (3, "mine")
    assert len(list(tmp_path.iterdir())) == 1


def enroll_acme(run, home, name="acme.key", *more):
    party = "enroll", "party", "acme", "--name", "Acme Fab", "--role", "maker", "--prefix", PREFIX
    key = home / name
    made = run(
        "keygen", key, "--party", "acme", "--origin", ORIGIN, *more, PASSPHRASE="correct horse"
    )
    assert made.exit_code == 0
    assert run(*party, "--data", home).exit_code == 0
    return run("enroll", "key", f"{key}.request", "--data", home)


def test_a_party_enrolled_by_request_signs_with_its_passphrase(run, home):
    enrolled = enroll_acme(run, home)
    new = "commission", "--key", home / "acme.key", "--data", home, f"{PREFIX}A"
    wrong = run(*new, PASSPHRASE="wrong horse")
    signed = run(*new, PASSPHRASE="correct horse")

    assert enrolled.stdout == "Enrolled a key of urn:chiptrail:party:acme: entry 5.\n"
    assert (wrong.exit_code, "wrong-passphrase" in wrong.stderr) == (1, True)
    assert (signed.exit_code, "Made by Acme Fab" in signed.stdout) == (0, True)


def test_a_passphrase_may_be_in_a_file(run, home, tmp_path):
    enroll_acme(run, home)
    (tmp_path / "secret").write_text("correct horse\r\nsecond line\n")
    new = "commission", "--key", home / "acme.key", "--data", home, f"{PREFIX}A"

    assert run(*new, "--passphrase-file", tmp_path / "secret").exit_code == 0


def test_a_second_key_is_endorsed_by_the_first(run, home):
    enroll_acme(run, home)
    enroll_acme(run, home, "second.key", "--endorse-with", home / "acme.key")

    assert "endorsement" in json.loads((home / "second.key.request").read_text())


def test_a_key_is_enrolled_once(run, home):
    enroll_acme(run, home)
    again = run("enroll", "key", home / "acme.key.request", "--data", home)

    assert (again.exit_code, "key-taken" in again.stderr) == (1, True)


def test_a_request_to_another_ledger_is_refused(run, home, tmp_path):
    run("keygen", tmp_path / "a", "--party", "x", "--origin", "other.example", "--unencrypted")
    result = run("enroll", "key", tmp_path / "a.request", "--data", home)

    assert (result.exit_code, "wrong-ledger" in result.stderr) == (1, True)


def test_a_revoked_key_signs_no_more(run, home):
    enroll_acme(run, home)
    keyid = json.loads((home / "acme.key").read_text())["keyid"]
    revoked = run("enroll", "revoke", keyid[:12], "--reason", "laptop stolen", "--data", home)
    new = "commission", "--key", home / "acme.key", "--data", home, f"{PREFIX}A"

    assert (revoked.exit_code, keyid in revoked.stdout) == (0, True)
    assert "revoked-key" in run(*new, PASSPHRASE="correct horse").stderr


@pytest.mark.parametrize(
    ("keyid", "code", "words"),
    [("", 2, "want 8 to 64 hex"), ("zz", 2, "want 8"), ("f", 2, "want 8"), ("0" * 8, 1, "want ex")],
)
def test_a_key_that_is_not_clear_is_not_revoked(run, home, keyid, code, words):
    result = run("enroll", "revoke", keyid, "--reason", "x", "--data", home)

    assert (result.exit_code, words in result.stderr) == (code, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["acme", "--name", "A", "--role", "king"], 2),
        (["acme", "--role", "maker"], 2),
        (["bad id", "--name", "A", "--role", "maker"], 2),
        (["acme", "--name", "A", "--role", "maker", "--country", "SG"], 2),
        (["acme", "--name", "A", "--role", "maker", "--prefix", "A"], 1),
        (["acme", "--name", "A", "--role", "maker", "--lei", "123"], 1),
    ],
)
def test_a_party_badly_described_is_not_enrolled(run, ask, home, words, code):
    result = run("enroll", "party", *words, "--data", home)

    assert (result.exit_code, ask("checkpoint", "--data", home)["size"]) == (code, 4)


def test_somebody_elses_key_is_no_registrars(run, home):
    enroll_acme(run, home)
    party = "enroll", "party", "beta", "--name", "Beta", "--role", "maker"
    key = "--registrar-key", home / "acme.key"
    result = run(*party, "--data", home, *key, PASSPHRASE="correct horse")

    assert (result.exit_code, "not-registrar" in result.stderr) == (1, True)


def test_the_roles_of_the_option_are_those_of_the_statements():
    assert set(ROLES) == set(Role)


def test_a_key_is_copied_into_a_form_that_browsers_open_and_back(run, tmp_path):
    passphrase = {"PASSPHRASE": "correct horse"}
    run("keygen", tmp_path / "a.key", "--party", "acme", **passphrase)
    run("keycopy", tmp_path / "a.key", tmp_path / "b.key", "--for-browser", **passphrase)
    run("keycopy", tmp_path / "b.key", tmp_path / "c.key", "--unencrypted", **passphrase)
    kinds = [json.loads((tmp_path / name).read_text()) for name in ("a.key", "b.key", "c.key")]

    assert ["argon2id", "pbkdf2-sha256", None] == [kind.get("kdf") for kind in kinds]
    assert 1 == len({kind["keyid"] for kind in kinds})
    assert "seed" in kinds[2]
