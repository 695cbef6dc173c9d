"""Asking witnesses: what each answer means, what is asked again, and what counts."""

import gzip

import httpx
import pytest
from httpx import ByteStream

from ledger import keys, note
from ledger.client.witness import (
    CLOCK_LIMIT_S,
    MAX_ANSWER,
    PATIENCE,
    Question,
    Standing,
    ask_all,
)
from ledger.service.clock import Clock
from tests.logs import Log
from tests.witnesses import Street

LOG = Log()
NOW = 1_800_000_000
LONGEST, ATTEMPTS = PATIENCE.longest_s, PATIENCE.attempts


@pytest.fixture
def street(tmp_path, monkeypatch):
    made = Street(tmp_path, monkeypatch, Clock(lambda: NOW, lambda: NOW))
    made.witness("one", LOG.vkey)
    return made


def question(size, log=LOG):
    signed = log.note(size)
    text = note.parse_note(signed).text
    return Question(signed, text, size, lambda: NOW, lambda old: log.proof(old, size))


def ask(street, size, remembered=0, log=LOG, pause=lambda _: None):
    witness = street.named("one")
    (answer,) = ask_all([witness], question(size, log), {witness.vkey: remembered}, pause=pause)
    return answer


def test_what_a_witness_cosigned_verifies(street):
    answer = ask(street, 20)
    line = street.witnesses["one"].latest(_name(LOG)).decode().splitlines(keepends=True)[-1]

    data = answer.at.to_bytes(8, "big") + answer.signature
    assert (Standing.AGREES, NOW) == (answer.standing, answer.at)
    assert note.parse_signatures(line)[0].data == data


def _name(log):
    from ledger.store.witness_directory import hash_of

    return hash_of(log.origin)


def test_it_is_asked_from_the_size_that_is_remembered(street):
    ask(street, 20)
    street.asked.clear()

    assert Standing.AGREES is ask(street, 30, remembered=20).standing
    assert [b"old 20"] == [request.content.split(b"\n")[0] for request in street.asked]


def test_it_is_asked_once_more_from_the_size_that_it_says(street):
    ask(street, 20)

    assert Standing.AGREES is ask(street, 30).standing


def test_a_head_that_it_has_is_cosigned_again(street):
    ask(street, 20)

    assert Standing.AGREES is ask(street, 20).standing


def test_one_that_knows_more_says_that_we_are_behind(street):
    ask(street, 30)
    answer = ask(street, 20, remembered=20)

    assert (Standing.BEHIND, 30) == (answer.standing, answer.size)


def test_one_that_knows_another_history_differs(street):
    ask(street, 20, log=Log(fork=10))

    assert Standing.DIFFERS is ask(street, 30).standing
    assert Standing.DIFFERS is ask(street, 20).standing


def test_witnesses_of_version_1_0_say_another_root_by_a_conflict(street):
    street.says("one", lambda _: httpx.Response(409, text="20\n"))

    assert Standing.DIFFERS is ask(street, 20, remembered=20).standing


def test_one_that_has_lost_its_memory_counts_no_more(street):
    answer = ask(street, 30, remembered=20)

    assert (Standing.REFUSES, True) == (answer.standing, "lost its memory" in answer.words)


def test_one_that_does_not_know_the_log_says_what_to_do(street):
    answer = ask(street, 20, log=Log("other.example"))

    assert (Standing.REFUSES, True) == (answer.standing, "verifier key" in answer.words)


def by_another_key(_):
    key = keys.private_key(b"\x02" * 32)
    return note.cosign(note.parse_note(LOG.note(20)).text, "one.example", key, NOW)


def twice(street):
    answer = street.witnesses["one"].add_checkpoint(LOG.request(0, 20))
    return answer + answer


def of_another_head(street):
    return street.witnesses["one"].add_checkpoint(LOG.request(0, 19))


LIES = {
    "nothing": lambda _: "",
    "no line": lambda _: "thank you\n",
    "not UTF-8": lambda _: b"\xff",
    "a line of another key": by_another_key,
    "its line of another head": of_another_head,
    "its line twice": twice,
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_an_answer_without_its_cosignature_of_this_head_counts_for_nothing(street, lie):
    said = lie(street)
    street.says("one", lambda _: httpx.Response(200, content=said))
    answer = ask(street, 20)

    assert (Standing.REFUSES, None) == (answer.standing, answer.signature)


@pytest.mark.parametrize("off_s", [CLOCK_LIMIT_S + 1, -CLOCK_LIMIT_S - 1, 1 << 61])
def test_a_time_far_from_ours_counts_for_nothing(street, off_s, tmp_path):
    seed = keys.parse_key_file((tmp_path / "one" / "witness.key").read_bytes(), None).key
    line = note.cosign(note.parse_note(LOG.note(20)).text, "one.example", seed, NOW + off_s)
    street.says("one", lambda _: httpx.Response(200, text=line))
    answer = ask(street, 20)

    assert (Standing.REFUSES, True) == (answer.standing, "clock" in answer.words)


@pytest.mark.parametrize("body", ["", "x\n", "-1\n", "05\n", "5\n5\n", f"{1 << 63}\n"])
def test_a_conflict_without_a_size_counts_for_nothing(street, body):
    street.says("one", lambda _: httpx.Response(409, text=body))

    assert Standing.REFUSES is ask(street, 20).standing


def test_one_that_says_another_size_each_time_is_asked_twice(street):
    sizes = iter(range(1, 20))
    street.says("one", lambda _: httpx.Response(409, text=f"{next(sizes)}\n"))

    assert (Standing.REFUSES, 2) == (ask(street, 20).standing, len(street.asked))


@pytest.mark.parametrize("status", [400, 403, 413, 418])
def test_a_refusal_is_not_asked_again(street, status):
    street.says("one", lambda _: httpx.Response(status))

    assert (Standing.REFUSES, 1) == (ask(street, 20).standing, len(street.asked))


def test_a_redirect_is_not_followed(street):
    street.says("one", lambda _: httpx.Response(307, headers={"Location": "http://two.example/"}))

    assert (Standing.REFUSES, 1) == (ask(street, 20).standing, len(street.asked))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_one_is_asked_again_with_growing_pauses_and_then_left(street, status, monkeypatch):
    monkeypatch.setattr("ledger.client.witness.PATIENCE", PATIENCE)
    pauses = []
    street.says("one", lambda _: httpx.Response(status, headers={"Retry-After": "3600"}))
    answer = ask(street, 20, pause=pauses.append)

    assert (Standing.UNREACHABLE, ATTEMPTS) == (answer.standing, len(street.asked))
    assert [LONGEST] * (ATTEMPTS - 1) == pauses


def test_one_that_answers_the_second_time_agrees(street):
    def be_busy(_):
        street.says("one", lambda again: street.pass_on("one", again))
        return httpx.Response(503)

    street.says("one", be_busy)

    assert Standing.AGREES is ask(street, 20).standing


def test_an_answer_that_was_lost_is_no_harm(street):
    """It was cosigned and kept, and asked again the witness says so."""

    def lose(request):
        street.pass_on("one", request)
        street.says("one", lambda again: street.pass_on("one", again))
        raise httpx.ReadTimeout("too late", request=request)

    street.says("one", lose)

    assert Standing.AGREES is ask(street, 20).standing


def test_one_that_is_not_there_is_unreachable(street):
    street.close("one")
    answer = ask(street, 20)

    assert (Standing.UNREACHABLE, ATTEMPTS) == (answer.standing, len(street.asked))
    assert "nobody is there" in answer.words


def test_an_endless_answer_is_cut_off(street):
    street.says("one", lambda _: httpx.Response(200, content=b"x" * (MAX_ANSWER + 1)))

    assert Standing.UNREACHABLE is ask(street, 20).standing


def test_all_are_asked_each_with_its_own_size(street):
    street.witness("two", LOG.vkey)
    street.witnesses["two"].add_checkpoint(LOG.request(0, 7))
    named = [street.named("one"), street.named("two")]
    answers = ask_all(named, question(20), {named[1].vkey: 7}, pause=lambda _: None)

    assert [Standing.AGREES] * 2 == [answer.standing for answer in answers]
    assert {b"old 0", b"old 7"} == {r.content.split(b"\n")[0] for r in street.asked}


def test_nobody_named_is_nobody_asked():
    assert ask_all([], question(20), {}) == ()


def test_a_packed_answer_is_not_opened(street):
    packed = gzip.compress(street.witnesses["one"].add_checkpoint(LOG.request(0, 20)).encode())
    headers = {"Content-Encoding": "gzip"}
    street.says("one", lambda _: httpx.Response(200, headers=headers, stream=ByteStream(packed)))

    assert Standing.REFUSES is ask(street, 20).standing
