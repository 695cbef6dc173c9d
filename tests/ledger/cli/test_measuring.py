"""Landmarks by command: what one measured is signed, and borne out what is claimed beside it."""

import json
from base64 import b64encode

import pytest

from ledger import keys

WHERE = "--place", "59.66,9.65,100"


@pytest.fixture
def host(world):
    return world / "keys" / "norway.key"


@pytest.fixture
def measured(run, world, host, tmp_path):
    """Sign a transcript as landmark Oslo 1, which is enrolled; gives the result and its file."""
    mark = tmp_path / "mark.key"
    run("keygen", mark, "--party", "mark", "--unencrypted")
    public = b64encode(key_in(mark).public.raw).decode()
    there = "--place", "59.91,10.75", "--country", "NO", "--public-key", public
    run("enroll", "landmark", "Oslo 1", *there, "--data", world)
    origin = run("checkpoint", "--data", world).stdout.split("\n")[0]

    def measured(ms="0.84", keyid=None, **options):
        said = {"origin": origin, "round-trips": "20", "fastest-ms": ms, **options}
        words = [word for name, text in said.items() for word in (f"--{name}", text)]
        result = run("transcript", keyid or key_in(host).public.keyid, "--key", mark, *words)
        (tmp_path / "t.json").write_text(result.stdout)
        return result, tmp_path / "t.json"

    return measured


def key_in(path):
    return keys.parse_key_file(path.read_bytes(), None).key


def test_what_is_declared_beside_a_transcript_is_measured(ask, measured, see, world, host):
    item = see("one server to another")
    more = "--key", host, "--transcript", measured()[1], "--data", world
    ask("declare", item, *WHERE, *more)
    latest = ask("chip", item, "--data", world)[0]["place"]["latest"]

    assert ("measured", "Oslo 1") == (latest["level"], latest["measured"]["name"])
    assert {"roundTripMs": 0.84, "withinM": 84_942}.items() <= latest["measured"].items()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"ms": "0"}, "--fastest-ms"),
        ({"ms": "-1"}, "--fastest-ms"),
        ({"ms": "nan"}, "--fastest-ms"),
        ({"ms": "60001"}, "--fastest-ms"),
        ({"keyid": "ab"}, "KEYID"),
        ({"origin": "a b"}, "--origin"),
        ({"round-trips": "9" * 30}, ""),
        ({"from": "2026-03-09", "until": "2026-03-08"}, "--until"),
    ],
)
def test_a_transcript_that_makes_no_sense_is_not_signed(measured, said, message):
    result, path = measured(**said)

    assert (2, "") == (result.exit_code, path.read_text())
    assert message in result.stderr


def forged(path):
    value = json.loads(path.read_text())
    value["signatures"][0]["sig"] = b64encode(bytes(range(64))).decode()
    path.write_text(json.dumps(value))


def cut(path):
    path.write_text(path.read_text()[:40])


@pytest.fixture
def declare(run, see, world, host):
    """Declares where something is, with the transcript at a path."""
    said = *WHERE, "--key", host, "--data", world
    return lambda path: run("declare", see("one server to another"), *said, "--transcript", path)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (({}, forged), "bad-signature: --transcript"),
        (({}, cut), "malformed-json"),
        (({"keyid": "ab" * 32}, None), "foreign-party: --transcript"),
        (({"origin": "another.example.com"}, None), "malformed-event: --transcript"),
    ],
)
def test_what_does_not_hold_is_refused_and_nothing_recorded(measured, declare, size, how, code):
    said, spoil = how
    _, path = measured(**said)
    if spoil is not None:
        spoil(path)
    before = size()
    result = declare(path)

    assert (1, before) == (result.exit_code, size())
    assert code in result.stderr
