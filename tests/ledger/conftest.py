"""A demo, built once for all tests that only read it; and a look at whatever is found."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.finding import Finding
from ledger.service.demo.world import DemoWorld, Plan, build_demo
from ledger.wording import Phrase
from tests.phrases import parts
from web.pages.phrases import NAME, QUOTED, translated

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shown_world(tmp_path_factory: pytest.TempPathFactory) -> DemoWorld:
    """A small demo, only to be read."""
    folder = tmp_path_factory.mktemp("demo") / "world"
    *_, world = build_demo(folder, Plan(seed=1, chips=400, now=NOW))
    assert isinstance(world, DemoWorld)
    return world


_READ_BACK = {
    "ledger.store.events",
    "ledger.store.amendments",
    "ledger.account",
    "ledger.client.answers",
}
_seen: set[str] = set()
_fresh: list[str] = []


@pytest.fixture(scope="session", autouse=True)
def _noted() -> Iterator[None]:
    """Note the message of whatever is found, but for those that tests make up."""
    make = Finding.__init__

    def note(self: Finding, code: Any, message: str, *rest: Any, **more: Any) -> None:
        make(self, code, message, *rest, **more)
        if message not in _seen:
            module = sys._getframe(1).f_globals["__name__"]
            if module.startswith("ledger.") and module not in _READ_BACK:
                _seen.add(message)
                _fresh.append(message)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Finding, "__init__", note)
        yield


@pytest.fixture(autouse=True)
def _every_message_is_of_phrases(_noted: None) -> Iterator[None]:
    """Whatever is found can be told in other languages, also once it is nothing but text."""
    yield
    fresh = [*_fresh]
    _fresh.clear()
    for message in fresh:
        assert isinstance(message, Phrase), message
        assert [] == _left_over(message)
        assert translated(message, "zh-Hant", repr) == translated(str(message), "zh-Hant", repr)


def _left_over(message: Phrase) -> list[str]:
    """What goes into *message* and is neither a phrase, nor a name, nor quoted."""
    return [
        value for name, value in parts(message) if name not in QUOTED and not NAME.fullmatch(value)
    ]
