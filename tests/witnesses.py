"""Witnesses to ask, each as a real application behind a client that opens no connection.

street = Street(tmp_path, monkeypatch)
one = street.witness("one")              # a real witness that answers at one.url
street.says("two", lambda request: httpx.Response(500))       # what else may live there
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import httpx

from ledger.client import witness as client
from ledger.policy import Policy, witness_of
from ledger.policy import Witness as Named
from ledger.service.clock import Clock
from ledger.service.ledger import Ledger
from ledger.service.witness import Witness
from ledger.service.witnesses import change_policy
from web.witness import make_app

NAMES = ("one", "two", "three")
Handler = Callable[[httpx.Request], httpx.Response]


class Street:
    """Hosts by name; whoever is asked at another cannot be reached."""

    def __init__(self, path: Path, monkeypatch, clock: Clock | None = None) -> None:
        self.path, self._clock = path, clock
        self._hosts: dict[str, httpx.BaseTransport] = {}
        self.witnesses: dict[str, Witness] = {}
        self.asked: list[httpx.Request] = []
        monkeypatch.setattr(client, "make_client", self._client)
        monkeypatch.setattr(client, "PATIENCE", replace(client.PATIENCE, longest_s=0.0))

    def witness(self, name: str, *vkeys: str) -> Named:
        """A witness of the logs *vkeys*; a name that had one has it again."""
        folder = self.path / name
        if not folder.exists():
            Witness.found(folder, f"{name}.example")
        self.witnesses[name] = Witness.open(folder, self._clock)
        for vkey in vkeys:
            self.witnesses[name].add_log(vkey)
        self._hosts[name] = httpx.WSGITransport(make_app(self.witnesses[name]))
        return self.named(name)

    def watch(
        self, ledger: Ledger, names: Sequence[str] = NAMES, quorum: int | None = None
    ) -> Policy | None:
        """Name witnesses to *ledger*, made if they are not there."""
        named = [self.witness(name, ledger.vkey) for name in names]
        return change_policy(ledger, [(one.vkey, one.url) for one in named], quorum=quorum)

    def named(self, name: str) -> Named:
        """The witness *name*, as a ledger names it."""
        return witness_of(self.witnesses[name].vkey, f"http://{name}.example")

    def says(self, name: str, handler: Handler) -> None:
        """Answer at *name* as *handler* does."""
        self._hosts[name] = httpx.MockTransport(handler)

    def close(self, name: str) -> None:
        """Nobody answers at *name* any more."""
        del self._hosts[name]

    def pass_on(self, name: str, request: httpx.Request) -> httpx.Response:
        """What the real witness *name* answers."""
        return httpx.WSGITransport(make_app(self.witnesses[name])).handle_request(request)

    def _client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        name = request.url.host.removesuffix(".example")
        if name not in self._hosts:
            raise httpx.ConnectError("nobody is there", request=request)
        answer = self._hosts[name].handle_request(request)
        raw = httpx.ByteStream(b"".join(answer.stream))  # to be read, as from a connection
        return httpx.Response(answer.status_code, headers=answer.headers, stream=raw)
