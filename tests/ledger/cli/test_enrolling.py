"""What the registrar says by command of keys in doubt, rule packs and landmarks."""

from base64 import b64encode
from hashlib import sha256

import pytest

from ledger import keys
from tests.architecture import ROOT

PACK = ROOT / "ledger" / "packs" / "base.toml"
PUBLIC = b64encode(keys.private_key(b"\x05" * 32).public.raw).decode()


MARK = ("landmark", "Oslo 1", "--country", "NO")


@pytest.fixture
def enroll(run, world):
    return lambda *words: run("enroll", *words, "--data", world)


@pytest.fixture
def found(ask, world, see):
    """The codes of what is found on the entries about an item, by entry."""

    def found():
        steps = ask("chip", see("from the fab to Japan"), "--data", world)[0]["steps"]
        return {s["index"]: [f["code"] for f in s["findings"]] for s in steps if s["findings"]}

    return found


@pytest.fixture
def declare(ask, world, see):
    """Declare something about that item with the key in a file; gives the receipt."""

    def declare(key):
        where = "--place", "35.83,140.15", "--key", key, "--data", world
        return ask("declare", see("from the fab to Japan"), *where)

    return declare


def keyid_of(path):
    return keys.parse_key_file(path.read_bytes(), None).key.public.keyid


def test_what_a_key_on_the_registrar_s_word_signs_is_marked(run, world, enroll, declare, found):
    run("keygen", world / "second.key", "--party", "hsinlin", "--unencrypted")
    enroll("key", world / "second.key")
    receipt = declare(world / "second.key")

    assert "key/registrar-only" in [found["code"] for found in receipt["findings"]]
    assert {receipt["index"]: ["key/registrar-only"]} == found()


def test_a_key_that_is_endorsed_is_not_marked(run, world, enroll, declare, found):
    origin = run("checkpoint", "--data", world).stdout.split("\n")[0]
    endorsed = "--origin", origin, "--endorse-with", world / "keys" / "fab.key"
    run("keygen", world / "2.key", "--party", "hsinlin", "--unencrypted", *endorsed)
    enroll("key", world / "2.key.request")
    declare(world / "2.key")

    assert {} == found()


def test_what_was_signed_since_a_key_is_suspected_is_disputed(world, enroll, declare, found):
    key = world / "keys" / "fab.key"
    index = declare(key)["index"]
    words = "--reason", "laptop stolen", "--suspected-since", "-1h"
    enroll("revoke", keyid_of(key)[:8], *words)

    assert {index: ["key/disputed"]} == found()


def test_a_key_in_doubt_speaks_against_no_item(run, world, enroll, see):
    words = "--reason", "laptop stolen", "--suspected-since", "2020-01-01"
    enroll("revoke", keyid_of(world / "keys" / "fab.key")[:8], *words)
    then = "--as-of", "2026-06-01T12:00:00Z"
    told = run("chip", see("from the fab to Japan"), *then, "--data", world)

    assert (told.exit_code, "key/disputed" in told.stdout) == (0, True)
    assert "CLEAR" in told.stdout


def test_a_rule_pack_is_named_with_its_hash(enroll):
    result = enroll("rule-pack", PACK)

    assert result.exit_code == 0
    assert f"Named rule pack base, {sha256(PACK.read_bytes()).hexdigest()}" in result.stdout


def test_a_landmark_is_named(enroll):
    where = "--place", "59.9,10.7", "--country", "no", "--public-key", PUBLIC
    result = enroll("landmark", "Oslo 1", *where)

    assert (result.exit_code, "Named landmark Oslo 1: entry" in result.stdout) == (0, True)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["rule-pack", ROOT / "README.md"], 1, "malformed-rules"),
        ([*MARK, "--place", "1,1", "--public-key", "x"], 1, "/publicKey"),
        ([*MARK, "--place", "1,200", "--public-key", PUBLIC], 2, "longitude of 200"),
        ([*MARK, "--place", "1", "--public-key", PUBLIC], 2, "want LATITUDE"),
    ],
)
def test_bad_input_writes_nothing_and_says_why(enroll, size, words, code, message):
    before = size()
    result = enroll(*words)

    assert (result.exit_code, size()) == (code, before)
    assert message in result.stderr


def test_another_key_than_the_registrar_s_names_no_rule_pack(enroll, world, size):
    before = size()
    result = enroll("rule-pack", PACK, "--registrar-key", world / "keys" / "fab.key")

    assert (result.exit_code, size(), "not-registrar" in result.stderr) == (1, before, True)
