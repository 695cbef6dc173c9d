"""HTTP: a server as a user starts it, on loopback without a rate limit, and its clients.

What is pushed is compared with the same envelopes captured in this process, what is asked with the
function that answers it, and one POST at a time with one that the server refuses at once (405), so
that the machine and the client, which share its cores, weigh on both sides::

    with serve(stage, folder, None) as server:
        push_lines(server, lines)        # entries per second
"""

import http.client
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from ledger.judge import Match
from ledger.service import query
from ledger.service.capture import capture_stream
from ledger.service.ledger import Ledger
from ledger.service.recorded import recorded
from ledger.service.tokens import OF_TOKENS, authenticate, issue
from ledger.view import Reader
from tests.bench.ingest import Filled, count_created, sample_proofs
from tests.bench.witness import MeasuredALie, check_log
from tests.bench.workload import IN_FLIGHT, LOT, Stage, build_stage, chip, party, workload

# So many clients, and what was reached with them on SQLite and on PostgreSQL.
CLIENTS = {1: (0.11, 0.035), 32: (0.28, 0.16), 64: (0.25, 0.15)}
CHECKED = (1_000, 10_000)
BATCH = 500
NDJSON, JSON = "application/x-ndjson", "application/json"
FORM = "application/x-www-form-urlencoded"
_ENTRIES = "/api/v1/entries"
_TOGETHER = LOT * IN_FLIGHT


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs, and a token for it."""

    host: str
    port: int
    token: str

    def connect(self) -> http.client.HTTPConnection:
        """A connection that is kept."""
        return http.client.HTTPConnection(self.host, self.port, timeout=120)

    def ask(
        self, connection: http.client.HTTPConnection, path: str, data: bytes | None, kind: str
    ) -> tuple[int, bytes]:
        """The status and body that it answers."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        connection.request("GET" if data is None else "POST", path, data, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


@contextmanager
def serve(
    ledger: Ledger, folder: Path, url: str | None, who: str, workers: int = 1
) -> Iterator[Served]:
    """*folder* served by so many processes until the block ends, with a token of party *who*."""
    _, token = issue(ledger, who, "bench", {*OF_TOKENS}, timedelta(days=3650))
    words = [sys.executable, "-c", "from ledger.cli.main import main; main()", "--json"]
    words += ["serve", "--rate-limit", "0"]
    words += ["--listen", "127.0.0.1:0" if workers == 1 else "127.0.0.1:8719"]
    words += ["--workers", str(workers), "--data", str(folder)]
    words += [] if url is None else ["--database", url]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        try:
            assert running.stdout is not None
            where = urlsplit(json.loads(running.stdout.readline())["url"])
            served = Served(str(where.hostname), where.port or 0, token)
            _await(served)
            yield served
        finally:
            running.terminate()


def _await(served: Served) -> None:
    for _ in range(100):
        try:
            with closing(served.connect()) as connection:
                served.ask(connection, "/healthz", None, JSON)
                return
        except ConnectionError:
            time.sleep(0.1)
    raise MeasuredALie("the server does not answer")


# Pushing -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pushed:
    """Entries per second: in this process, as lists, as lines."""

    captured: float
    batches: float
    lines: float


def push(folder: Path, seed: int, count: int) -> Pushed:
    """The speeds of *count* entries; each way into a ledger of its own, of the same bytes.

    Raises: MeasuredALie.
    """
    stage = build_stage(folder / "captured", seed)
    lines = _chips(stage, count)
    start = time.perf_counter()
    acked = sum(map(count_created, capture_stream(stage.ledger, lines, actor="bench")))
    captured = acked / (time.perf_counter() - start)
    speeds = [
        _push(folder / name, seed, lines, way)
        for name, way in (("batches", _batches), ("lines", _lines))
    ]
    return Pushed(captured, *speeds)


def _chips(stage: Stage, count: int) -> list[bytes]:
    """As many entries, each of which makes a chip: one party has signed them all."""
    parts = (range(start, min(start + _TOGETHER, count)) for start in range(0, count, _TOGETHER))
    made = (itertools.islice(workload(stage, "single", part), len(part)) for part in parts)
    return [line.data for line in itertools.chain.from_iterable(made)]


def _push(
    place: Path, seed: int, lines: Sequence[bytes], way: Callable[[Served, Sequence[bytes]], int]
) -> float:
    stage = build_stage(place, seed)
    before = stage.ledger.head.size
    with serve(stage.ledger, place, None, party("fab")) as served:
        start = time.perf_counter()
        acked = way(served, lines)
        seconds = time.perf_counter() - start
    _check(stage.ledger, place, None, before, acked, len(lines))
    return acked / seconds


def _batches(served: Served, lines: Sequence[bytes]) -> int:
    acked = 0
    with closing(served.connect()) as connection:
        for start in range(0, len(lines), BATCH):
            data = b'{"entries":[' + b",".join(lines[start : start + BATCH]) + b"]}"
            _, answer = served.ask(connection, _ENTRIES, data, JSON)
            acked += sum(one["status"] == 201 for one in json.loads(answer)["entries"])
    return acked


def _lines(served: Served, lines: Sequence[bytes]) -> int:
    with closing(served.connect()) as connection:
        _, answer = served.ask(connection, _ENTRIES, b"\n".join(lines), NDJSON)
    return sum(json.loads(line)["status"] == 201 for line in answer.splitlines())


def post_one_by_one(  # noqa: PLR0917 - as it is told
    folder: Path, url: str | None, seed: int, count: int, clients: int, workers: int = 1
) -> tuple[float, float]:
    """POSTs per second of so many clients: of entries, and of what is refused at once.

    Raises: MeasuredALie.
    """
    place = folder / "data"
    stage = build_stage(place, seed, url)
    before = stage.ledger.head.size
    lines = _chips(stage, count)
    with serve(stage.ledger, place, url, party("fab"), workers) as served:
        # What granian refuses at once it does not read to its end.
        refused = lines if workers == 1 else [b""] * count
        _post(served, "/healthz", refused[:clients], clients, 405)
        trivial = _post(served, "/healthz", refused, clients, 405)
        speed = _post(served, _ENTRIES, lines, clients, 201)
    _check(stage.ledger, place, url, before, count, count)
    return speed, trivial


def _post(served: Served, path: str, lines: Sequence[bytes], clients: int, want: int) -> float:
    def client(number: int) -> None:
        with closing(served.connect()) as connection:
            for line in lines[number::clients]:
                status, _ = served.ask(connection, path, line, JSON)
                if status != want:
                    raise MeasuredALie(f"{path} answers {status}, want {want}")

    with ThreadPoolExecutor(clients) as threads:
        start = time.perf_counter()
        list(threads.map(client, range(clients)))
        return len(lines) / (time.perf_counter() - start)


def _check(  # noqa: PLR0917 - as above
    ledger: Ledger, place: Path, url: str | None, before: int, acked: int, sent: int
) -> None:
    if acked != sent:
        raise MeasuredALie(f"{sent} submitted, {acked} acknowledged")
    with ledger.database.reading() as connection:
        ledger.renew(connection)
    check_log(place, url, before + acked, sample_proofs(ledger))


# Asking ------------------------------------------------------------------------------------------


def ask(filled: Filled, times: int) -> dict[str, tuple[float, float]]:
    """Seconds over HTTP and in this process of a check, a dossier and a proof, each the least.

    Raises: MeasuredALie.
    """
    ledger, found = filled.stage.ledger, {}
    with (
        serve(ledger, filled.folder, filled.url, party("inspector")) as served,
        closing(served.connect()) as connection,
    ):
        reader = authenticate(ledger, served.token).reader(ledger)
        for name, path, data, inside, count in _questions(ledger, reader, times):

            def outside(path: str = path, data: bytes | None = data) -> None:
                status, _ = served.ask(connection, path, data, JSON)
                if status != 200:
                    raise MeasuredALie(f"{path} answers {status}")

            found[name] = _least(outside, count), _least(inside, count)
    return found


def look(filled: Filled, times: int) -> dict[str, tuple[float, float]]:
    """Seconds of a page and of what the API answers to the same question, each the least.

    Raises: MeasuredALie.
    """
    name, serials = chip(0), [chip(number).rpartition("/")[2] for number in range(100)]
    asked = json.dumps({"serials": serials}).encode()
    typed = urlencode({"serials": "\n".join(serials)}).encode()
    questions = {
        "dossier": (f"/items/{quote(name, safe='')}", None, f"/api/v1/items/{name}", None),
        "check of 100 serials": ("/check", typed, "/api/v1/check", asked),
    }
    found = {}
    with (
        serve(filled.stage.ledger, filled.folder, filled.url, party("inspector")) as served,
        closing(served.connect()) as connection,
    ):

        def ask_for(path: str, data: bytes | None, kind: str, said: bytes) -> None:
            status, answer = served.ask(connection, path, data, kind)
            if status != 200 or said not in answer:
                raise MeasuredALie(f"{path} answers {status}")

        for what, (page, form, api, data) in questions.items():
            said = serials[0].encode()
            found[what] = (
                _least(partial(ask_for, page, form, FORM, said), times),
                _least(partial(ask_for, api, data, JSON, said), times),
            )
    return found


def _questions(
    ledger: Ledger, reader: Reader, times: int
) -> Iterator[tuple[str, str, bytes | None, Callable[[], object], int]]:
    for count in CHECKED:
        serials = [chip(number).rpartition("/")[2] for number in range(count)]
        data = json.dumps({"serials": serials}).encode()

        def check(serials: list[str] = serials) -> None:
            if query.check(ledger, serials, reader=reader).answers[Match.UNKNOWN]:
                raise MeasuredALie("serials that were recorded are unknown")

        yield f"check of {count:,} serials", "/api/v1/check", data, check, 3
    name = chip(0)
    yield (
        "dossier",
        f"/api/v1/items/{name}",
        None,
        lambda: query.dossier(ledger, name, reader=reader),
        times,
    )
    index = ledger.head.size // 2
    path = f"{_ENTRIES}/{index}/proof"
    yield "inclusion proof", path, None, lambda: recorded(ledger, index, reader), times


def _least(call: Callable[[], object], count: int) -> float:
    taken = []
    for _ in range(count):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken)
