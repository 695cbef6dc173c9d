"""The client of a ledger's HTTP API: what a partner's program and ``chiptrail push`` talk through.

Sending again is safe, as an entry's identity is the hash of what was signed: so whatever may pass
(a broken connection, 429, 503 and the like) is tried again, with pauses, a bounded number of times.
Answers have limits, redirects are not followed, and compressed bytes are not asked for. What the
ledger refuses is raised as it was raised there. Example::

    with open_api("https://ledger.example.com", token) as api:
        receipt = api.capture(encode_submission(submission))
        dossier = api.dossier("A-0042")
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import httpx

from ledger.client.answers import (
    Outcome,
    Receipt,
    Recorded,
    parse_line,
    parse_parties,
    parse_problem,
    parse_proof,
    parse_receipt,
    parse_recorded,
)
from ledger.client.deadline import Deadline
from ledger.client.known import Checked, parse_checked
from ledger.client.patience import PASSING, Patience, retry_after_s
from ledger.note import MAX_NOTE_SIZE
from ledger.proof import Proof
from schemas import strict_json
from schemas.errors import ChiptrailError, MalformedParameter, Refusal, Unreachable
from schemas.formats import format_time
from schemas.strict_json import JSON

NDJSON = "application/x-ndjson"
_JSON = "application/json"
_PREFIX = "/api/v1"
_STEP_S, _ANSWER_S = 60.0, 300.0
_MOST_ANSWER = 256 << 20
_MOST_LINE = 8 << 20
PATIENCE = Patience(attempts=4, first_s=0.25, longest_s=30.0)
_NOTHING: Mapping[str, str] = {}
_TOKEN = re.compile(r"[\x21-\x7e]{1,1024}", re.ASCII)


class _Passing(Exception):
    """It may pass; *asked_s* is how long to wait, as the ledger says, and *why* what is wrong."""

    def __init__(self, why: ChiptrailError, asked_s: float = 0.0) -> None:
        super().__init__(str(why))
        self.why, self.asked_s = why, asked_s


@contextmanager
def open_api(
    url: str,
    token: str | None = None,
    *,
    patience: Patience = PATIENCE,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator["Api"]:
    """The API of the ledger at *url*, asked with *token*.

    Raises: MalformedParameter (no address of a ledger, no token by its form).
    """
    if not url.lower().startswith(("http://", "https://")) or "?" in url or "#" in url:
        raise MalformedParameter(f"got {url!r}, want the http or https address of a ledger")
    headers = {"User-Agent": "chiptrail", "Accept-Encoding": "identity"}
    if token is not None:
        if _TOKEN.fullmatch(token) is None:
            raise MalformedParameter("the token has characters that no token has")
        headers["Authorization"] = f"Bearer {token}"
    with httpx.Client(timeout=_STEP_S, headers=headers) as client:
        yield Api(url.rstrip("/"), client, patience, sleep)


class Api:
    """One ledger, at *url*. All methods raise Unreachable, and what the ledger refuses."""

    def __init__(
        self, url: str, client: httpx.Client, patience: Patience, sleep: Callable[[float], None]
    ) -> None:
        self.url = url
        self._client, self._patience, self._sleep = client, patience, sleep
        self._deadline = Deadline()

    def capture(self, submission: bytes, *, dry_run: bool = False) -> Receipt:
        """Send one *submission*; in a dry run nothing is recorded."""
        return parse_receipt(self._json("POST", "/entries", _dry(dry_run), submission))

    def capture_lines(self, lines: Sequence[bytes], *, dry_run: bool = False) -> Iterator[Outcome]:
        """Send *lines*, a submission each; what became of each, in order, as it is known.

        What had no answer when the connection broke is sent again. An outcome is a receipt or the
        refusal of that line; what is the ledger's own fault is raised.
        """
        # Who pushes much has got through before: a ledger that starts anew is worth waiting for.
        patience = replace(self._patience, attempts=2 * self._patience.attempts)
        done, pauses = 0, patience.pauses()
        while done < len(lines):
            before = done
            try:
                for outcome in self._lines(lines[done:], dry_run=dry_run):
                    done += 1
                    yield outcome
            except _Passing as exc:
                if done > before:
                    pauses = patience.pauses()
                self._wait(pauses, exc)

    def entry(self, index: int) -> Recorded:
        """Entry *index*, as far as it is ours to see."""
        return parse_recorded(self._json("GET", f"/entries/{index}"))

    def proof(self, index: int) -> tuple[bytes, Proof]:
        """The leaf of entry *index* and its place in the log, to be verified."""
        return parse_proof(self._json("GET", f"/entries/{index}/proof"))

    def dossier(self, item: str, as_of: datetime | None = None) -> dict[str, JSON]:
        """What is known of *item*; ``{"matches": [ids]}`` where several bear the serial."""
        return self._json("GET", f"/items/{_escaped(item)}", _as_of(as_of))

    def bundle(
        self, serials: Sequence[str], as_of: datetime | None = None, *, disclose: bool = False
    ) -> bytes:
        """The proof of what *serials* name, 1,000 at most, to be verified offline."""
        asked = {**_as_of(as_of), **({"disclose": "true"} if disclose else {})}
        named = strict_json.dump({"serials": [*serials]})
        return self._patiently(lambda: self._ask("POST", "/bundle", asked, named))

    def check(
        self,
        serials: Sequence[str],
        *,
        document: str | None = None,
        presented_by: str | None = None,
        as_of: datetime | None = None,
    ) -> Checked:
        """The check of *serials*, 10,000 at most."""
        body: dict[str, JSON] = {"serials": [*serials]}
        if document is not None:
            body["document"] = document
        if presented_by is not None:
            body["presentedBy"] = presented_by
        if as_of is not None:
            body["asOf"] = format_time(as_of)
        return parse_checked(self._json("POST", "/check", body=strict_json.dump(body)))

    def parties(self, text: str) -> dict[str, tuple[str, ...]]:
        """The names of the parties, by id, that have *text* in one or in the id; a page of them."""
        return parse_parties(self._json("GET", "/parties", {"name": text}))

    def checkpoint(self) -> bytes:
        """The newest checkpoint, unread."""
        return self._public("/log/checkpoint")

    def vkey(self) -> str:
        """The log's verifier key, as the ledger itself says: compare it with another source."""
        return self._public("/log/vkey").decode("ascii", "replace").strip()

    # Requests ------------------------------------------------------------------------------------

    def _json(
        self, method: str, path: str, asked: Mapping[str, str] = _NOTHING, body: bytes | None = None
    ) -> dict[str, JSON]:
        data = self._patiently(lambda: self._ask(method, path, asked, body))
        try:
            return strict_json.load_object(data, limit=_MOST_ANSWER)
        except Refusal as exc:
            raise Unreachable(f"{self.url}{path}: answers with no JSON: {exc}") from exc

    def _public(self, path: str) -> bytes:
        return self._patiently(lambda: self._send("GET", path, {}, limit=MAX_NOTE_SIZE))

    def _patiently(self, ask: Callable[[], bytes]) -> bytes:
        pauses = self._patience.pauses()
        while True:
            try:
                return ask()
            except _Passing as exc:
                self._wait(pauses, exc)

    def _wait(self, pauses: Iterator[float], passing: _Passing) -> None:
        """Wait before the next attempt.

        Raises: what is wrong, when there is none.
        """
        pause_s = next(pauses, None)
        if pause_s is None:
            raise passing.why from passing
        self._sleep(min(max(pause_s, passing.asked_s), self._patience.longest_s))

    def _ask(
        self, method: str, path: str, asked: Mapping[str, str], body: bytes | None = None
    ) -> bytes:
        return self._send(method, f"{_PREFIX}{path}", asked, body)

    def _send(
        self,
        method: str,
        path: str,
        asked: Mapping[str, str],
        body: bytes | None = None,
        limit: int = _MOST_ANSWER,
    ) -> bytes:
        with self._answer(method, path, asked, body, _JSON) as answer:
            return _read(answer, limit)

    def _lines(self, lines: Sequence[bytes], *, dry_run: bool) -> Iterator[Outcome]:
        """The outcomes of one request.

        Raises: _Passing, also when there are fewer than lines.
        """
        body = b"\n".join(lines) + b"\n"
        path = f"{_PREFIX}/entries"
        missing = len(lines)
        with self._answer("POST", path, _dry(dry_run), body, NDJSON) as answer:
            for line in _split(answer, len(lines)):
                outcome, status = _parse_line(line, path)
                if status in PASSING:
                    assert isinstance(outcome, ChiptrailError)
                    raise _Passing(outcome)
                if isinstance(outcome, ChiptrailError) and not isinstance(outcome, Refusal):
                    raise outcome
                missing -= 1
                yield outcome
        if missing:
            raise _Passing(Unreachable(f"{self.url}{path}: ends before its last answer"))

    @contextmanager
    def _answer(
        self, method: str, path: str, asked: Mapping[str, str], body: bytes | None, kind: str
    ) -> Iterator[httpx.Response]:
        """An answer that says yes.

        Raises: _Passing, Unreachable, what the ledger refuses.
        """
        url = f"{self.url}{path}"
        headers = {}
        if body is not None:
            headers = {"Content-Type": kind, "Content-Length": str(len(body))}
        try:
            with (
                self._deadline.within(_ANSWER_S),
                self._client.stream(
                    method,
                    url,
                    params=asked,
                    # An answer of httpx is a cycle that holds its request for a while; an
                    # iterator at its end holds nothing.
                    content=None if body is None else iter([body]),
                    headers=headers,
                    extensions=self._deadline.hook,
                ) as answer,
            ):
                _demand_success(answer, url)
                yield answer
        except httpx.InvalidURL as exc:
            raise Unreachable(f"{url}: {exc}") from exc
        except httpx.HTTPError as exc:
            raise _Passing(Unreachable(f"{url}: {str(exc) or type(exc).__name__}")) from exc


def _demand_success(answer: httpx.Response, url: str) -> None:
    if answer.has_redirect_location:
        where = answer.headers["location"][:200]
        raise Unreachable(f"{url}: redirects to {where}; name that one if it is the ledger's")
    if answer.is_success or answer.status_code == httpx.codes.MULTIPLE_CHOICES:
        return
    try:
        said = strict_json.load(_read(answer, _MOST_LINE), limit=_MOST_LINE)
    except Refusal:
        said = None
    why = parse_problem(said, answer.status_code)
    if isinstance(why, Unreachable):
        why = Unreachable(f"{url}: {why}")
    if answer.status_code in PASSING:
        asked = answer.headers.get("Retry-After", "")
        raise _Passing(why, retry_after_s(asked, datetime.now(UTC)))
    raise why


def _read(answer: httpx.Response, limit: int) -> bytes:
    data = bytearray()
    for chunk in answer.iter_raw():
        data += chunk
        if len(data) > limit:
            raise Unreachable(f"{answer.url}: answers with over {limit:,} bytes")
    return bytes(data)


def _split(answer: httpx.Response, most: int) -> Iterator[bytes]:
    """The first *most* whole lines of *answer*, as they come."""
    rest, count = b"", 0
    for chunk in answer.iter_raw():
        *whole, rest = (rest + chunk).split(b"\n")
        if len(rest) > _MOST_LINE:
            raise Unreachable(f"{answer.url}: answers with a line of over {_MOST_LINE:,} bytes")
        yield from whole[: most - count]
        count += len(whole)


def _parse_line(line: bytes, path: str) -> tuple[Outcome, int]:
    try:
        return parse_line(strict_json.load(line, limit=_MOST_LINE))
    except Refusal as exc:
        raise Unreachable(f"{path}: answers with a line that is no JSON: {exc}") from exc


def _dry(dry_run: bool) -> dict[str, str]:
    return {"dry_run": "true"} if dry_run else {}


def _as_of(moment: datetime | None) -> dict[str, str]:
    return {} if moment is None else {"as_of": format_time(moment)}


def _escaped(item: str) -> str:
    return quote(item, safe="")
