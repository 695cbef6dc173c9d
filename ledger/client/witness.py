"""Ask witnesses to cosign a checkpoint: the client of C2SP tlog-witness, ``add-checkpoint``.

Each is asked from the size that it cosigned last as far as we remember. It may say another (409):
then it is asked once more, with the proof from there. What it answers is verified before it counts,
and its time must be ours within ``CLOCK_LIMIT_S``. It is asked again, a bounded number of times,
when it cannot be reached or is busy. All are asked at once; each has its own time to answer.

    answers = ask_all(policy.witnesses, Question(note, text, size, now_s, prove), remembered)
    [answer.line for answer in answers if answer.standing is Standing.AGREES]
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import httpx

from ledger.client.deadline import Deadline
from ledger.client.patience import PASSING, Patience, retry_after_s
from ledger.cosignature import TIME_SIZE, verify_cosignature
from ledger.note import parse_signatures
from ledger.policy import Witness
from ledger.witness import encode_request
from schemas.errors import Refusal
from schemas.formats import parse_decimal

TIMEOUT_S = 5.0
CLOCK_LIMIT_S = 300
PATIENCE = Patience(attempts=3)
MAX_ANSWER = 64 << 10
# A few packed bytes could open to any number; what is packed all the same is no answer.
_PLAIN = {"Accept-Encoding": "identity"}


class Standing(StrEnum):
    """Where we stand with a witness, after what it said."""

    AGREES = "agrees"  # it cosigned this checkpoint just now
    BEHIND = "behind"  # it says that it cosigned more entries than we have: we are behind
    DIFFERS = "differs"  # it says that what it cosigned is not continued by this checkpoint
    REFUSES = "refuses"  # it answered, but with no cosignature that counts
    UNREACHABLE = "unreachable"  # it did not answer, or is busy


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking *witness*; *words* say it to people.

    *size*: the size that it says it cosigned last, None when it said none. *at* and *signature*,
    verified, when it agrees: POSIX seconds and the 64 bytes.
    """

    witness: Witness
    standing: Standing
    words: str
    size: int | None = None
    at: int | None = None
    signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """The checkpoint to cosign: its *note*, of *text* and *size*.

    *prove* gives the consistency proof from a smaller size, from any thread; *now_s* is POSIX time.
    """

    note: bytes
    text: str
    size: int
    now_s: Callable[[], float]
    prove: Callable[[int], Sequence[bytes]]


def make_client() -> httpx.Client:
    """A client that follows no redirect: a witness is where its operator said, nowhere else."""
    return httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)


def ask_all(
    witnesses: Sequence[Witness],
    question: Question,
    remembered: Mapping[str, int],
    *,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[Answer, ...]:
    """The answers of *witnesses*, in their order, asked at once; *remembered* sizes by vkey."""

    def ask(witness: Witness) -> Answer:
        with make_client() as http:
            asking = _Asking(witness, question, http, pause)
            return asking.ask(remembered.get(witness.vkey, 0))

    with ThreadPoolExecutor(max(1, len(witnesses))) as pool:
        return tuple(pool.map(ask, witnesses))


class _Asking:
    """One witness being asked."""

    def __init__(
        self,
        witness: Witness,
        question: Question,
        http: httpx.Client,
        pause: Callable[[float], None],
    ) -> None:
        self._witness, self._question = witness, question
        self._http, self._pause, self._deadline = http, pause, Deadline()

    def ask(self, remembered: int) -> Answer:
        """Ask from the *remembered* size, and once more from the one that it says."""
        old = min(remembered, self._question.size)
        for _ in range(2):
            try:
                status, body = self._post(old)
            except (httpx.HTTPError, httpx.InvalidURL) as exc:
                return self._answer(Standing.UNREACHABLE, f"cannot be reached: {_why(exc)}")
            if status != 409:
                return self._read(status, body)
            said = _size_in(body)
            if said is None:
                return self._answer(Standing.REFUSES, "answers 409 without a size")
            if (stop := self._stop_at(said, old, remembered)) is not None:
                return stop
            old = said
        return self._answer(Standing.REFUSES, "names another size each time it is asked", size=old)

    def _stop_at(self, said: int, old: int, remembered: int) -> Answer | None:
        """The end, when it is of no use to ask again from the size that it *said*."""
        size = self._question.size
        if said > size:
            words = f"cosigned {said:,} entries of this log, and here are {size:,}"
            return self._answer(Standing.BEHIND, words, size=said)
        if said == old == size:  # so do witnesses of version 1.0 say that the root is another
            return self._answer(Standing.DIFFERS, f"has another root for {size:,} entries", said)
        if said < remembered:
            words = f"cosigned {remembered:,} entries and now says {said:,}: it has lost its memory"
            return self._answer(Standing.REFUSES, words, size=said)
        return None

    def _read(self, status: int, body: bytes) -> Answer:
        match status:
            case 200:
                return self._verified(body)
            case 404:
                words = "does not know this log: give its operator the verifier key"
                return self._answer(Standing.REFUSES, words)
            case 403:
                return self._answer(Standing.REFUSES, "knows this log with another key")
            case 422:
                words = "says that this is not a continuation of what it cosigned"
                return self._answer(Standing.DIFFERS, words)
            case _ if status in PASSING:
                return self._answer(Standing.UNREACHABLE, f"is busy (status {status})")
            case _:
                return self._answer(Standing.REFUSES, f"answers with status {status}")

    def _verified(self, body: bytes) -> Answer:
        """Step by step: a line of its key, a signature of this checkpoint, a time near ours."""
        question, verifier = self._question, self._witness.verifier
        try:
            lines = parse_signatures(body.decode())
            (data,) = [
                line.data
                for line in lines
                if (line.name, line.key_id) == (verifier.name, verifier.key_id)
            ]
            at = verify_cosignature(question.text, verifier.key, data)
        except (Refusal, ValueError):
            words = "answers with no cosignature of its key over this checkpoint"
            return self._answer(Standing.REFUSES, words)
        off_s = at - question.now_s()
        if abs(off_s) > CLOCK_LIMIT_S:
            way = "ahead of" if off_s > 0 else "behind"
            words = f"its clock is {abs(off_s):,.0f} s {way} ours: one of the two is wrong"
            return self._answer(Standing.REFUSES, words)
        signature = data[TIME_SIZE:]
        return Answer(self._witness, Standing.AGREES, "cosigned", question.size, at, signature)

    def _post(self, old: int) -> tuple[int, bytes]:
        """Status and body; asks again, with longer and longer pauses, if that may help.

        Raises: httpx.HTTPError.
        """
        proof = tuple(self._question.prove(old)) if old else ()
        content = encode_request(old, proof, self._question.note)
        for pause_s in PATIENCE.pauses():
            try:
                status, body, asked_s = self._post_once(content)
                if status not in PASSING:
                    return status, body
            except httpx.TransportError:
                asked_s = 0.0
            self._pause(min(max(pause_s, asked_s), PATIENCE.longest_s))
        status, body, _ = self._post_once(content)
        return status, body

    def _post_once(self, content: bytes) -> tuple[int, bytes, float]:
        url = f"{self._witness.url}/add-checkpoint"
        hook = self._deadline.hook
        with (
            self._deadline.within(2 * TIMEOUT_S),
            self._http.stream(
                "POST", url, content=content, headers=_PLAIN, extensions=hook
            ) as answer,
        ):
            body = b""
            for part in answer.iter_raw():
                body += part
                if len(body) > MAX_ANSWER:
                    raise httpx.DecodingError(f"an answer of more than {MAX_ANSWER} bytes")
            return answer.status_code, body, self._asked_s(answer)

    def _asked_s(self, answer: httpx.Response) -> float:
        now = datetime.fromtimestamp(self._question.now_s(), UTC)
        return retry_after_s(answer.headers.get("Retry-After", ""), now)

    def _answer(self, standing: Standing, words: str, size: int | None = None) -> Answer:
        return Answer(self._witness, standing, words, size)


def _size_in(body: bytes) -> int | None:
    """The size in the body of a 409: decimal and a line end."""
    try:
        return parse_decimal(body.decode("ascii").removesuffix("\n"))
    except ValueError:
        return None


def _why(error: Exception) -> str:
    return "it took too long" if isinstance(error, httpx.TimeoutException) else str(error)
