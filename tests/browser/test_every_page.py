"""Every page that the navigation leads to, for each kind of person: light enough, and for all.

One page of each kind is opened: found by following links from the beginning, not from a list. That
none is left out, the addresses of the application say.
"""

from collections import deque
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from ledger.service.cosigning import cosign
from ledger.service.tokens import Scope, issue
from ledger.service.users import UserRole, invite
from tests.browser.conftest import faults_in_themes
from tests.witnesses import Street
from tests.world import CHIPS, party

HOSTILE = f"{CHIPS}%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E"
NAMESAKE = "urn:chiptrail:chip:other:y:A0001"
BOX = "https://id.gs1.org/00/095060001343520017"
PAPERS = [{"type": "bol", "bizTransaction": "urn:chiptrail:doc:awb:618-1"}]
MOST_BYTES = 150_000
CUT_OFF = """
[...document.querySelectorAll("table")]
  .filter((one) => one.scrollWidth > one.parentElement.clientWidth + 1)
  .map((one) => one.textContent.trim().slice(0, 40))
"""
PEOPLE = {
    "anybody": None,
    "an inspector": {"name": "ida", "role": "inspector", "of": "customs"},
    "a logger": {"name": "lin", "role": "logger", "of": "fab"},
    "an administrator": {"name": "boss", "role": "administrator", "of": None},
}
# No link leads to a page that is not there, to what was found by hand or to nobody's name. Each is
# looked at beside one of its kind that a link leads to.
BEGINNINGS = ("/", "/sign-in", "/nowhere", "/setup/used", "/items/NONE", "/search?q=none")
BEGINNINGS += (f"/items/{BOX}", "/check?serials=A0001%0AA0002%0ANONE&document=AWB+618-1")
BEGINNINGS += ("/search?q=A0001",)
# Who comes by which pages, by the beginnings of their names; all others are the logger's. That of
# the registrar, who is nobody here, tests/browser/test_signing.py looks at.
THEIRS = {
    "anybody": ("entrance.ask_in", "entrance.set_up", "verifying.", "logbook."),
    "an inspector": ("settling.",),
    "an administrator": ("administration.", "people.", "enrolling."),
    "the registrar": ("keyring.ask_requests",),
}
# What pages load, and what is kept as a file.
FILES = {"frame.static", "frame.words", "verifying.file", "log.checkpoint", "trade.entry_bundle"}
FILES |= {"labels.item_qr", "labels.item_datamatrix", "labels.entry_qr"}
FILES |= {"places.places", "places.item_map", "places.choosing_map"}


@pytest.fixture
def ways(site, tmp_path, monkeypatch):
    """Ways to what no link leads to, of a ledger that has witnesses.

    Its goods are late on their way to the shop, in a box and beside it, under a licence, one
    detained.
    """
    world = site.world
    Street(tmp_path, monkeypatch, world.ledger.clock).watch(world.ledger)
    cosign(world.ledger)
    items = [HOSTILE, *world.chips(3)]
    world.licence("fab", "D1", quantity=9)
    world.commission("fab", items)
    world.declare("fab", items, readPoint={"id": "geo:24.78,121.00;u=150"})
    world.pack("fab", BOX, items[:2])
    under = {"chiptrail:authorisations": [{"regime": "EAR", "kind": "licence", "number": "D1"}]}
    sent = {"to": "shop", "due_in": timedelta(days=1), "bizTransactionList": PAPERS}
    world.ship("fab", [BOX, *items[2:]], **sent, **under)
    world.register("shop", [NAMESAKE])
    world.ship("shop", [NAMESAKE], to="fab")
    world.detain("customs", items[3:])
    world.advance(days=9)
    issue(world.ledger, party("fab"), "warehouse", {Scope.READ}, timedelta(days=90))
    _, secret = invite(world.ledger, None, "newcomer", party("fab"), UserRole.VIEWER)
    return *BEGINNINGS, f"/setup/{secret}", f"/keys/{world.key('fab').public.keyid}/revocation"


class Visit:
    """Somebody's way through the pages of *site*: what is wrong with which."""

    def __init__(self, site, page):
        self.page, self.wrong, self.seen, self.shown = page, [], set(), set()
        self._ways = site.web.app.url_map.bind("")
        self._bytes, self._addresses = {}, {}
        self._network = page.context.new_cdp_session(page)
        self._network.send("Network.enable")
        self._network.on("Network.responseReceived", self._answered)
        self._network.on("Network.loadingFinished", self._finished)

    def _answered(self, said):
        self._addresses[said["requestId"]] = said["response"]["url"]

    def _finished(self, said):
        address = self._addresses.get(said["requestId"], "")
        if not address.endswith("/map.svg"):
            self._bytes[said["requestId"]] = said["encodedDataLength"]

    def go(self, beginnings):
        """Follow every link that leads to a kind of page not seen before."""
        ahead = deque(beginnings)
        while ahead:
            path = ahead.popleft()
            kind = path if path in beginnings else self._kind_of(path)
            if kind is not None and kind not in self.seen:
                self.seen.add(kind)
                self._look(path)
                ahead += self.page.eval_on_selector_all(
                    "a[href]:not([download])",
                    "all => all.filter(a => a.origin === location.origin)"
                    ".map(a => a.pathname + a.search)",
                )

    def _kind_of(self, path):
        endpoint, values = self._match(path)
        is_page = endpoint not in FILES and not path.startswith("/api/") and "kind" not in values
        return (endpoint, values.get("act")) if is_page else None

    def _match(self, path):
        with suppress(HTTPException):
            return self._ways.match(urlsplit(path).path)
        return "nowhere", {}

    def _look(self, path):
        self._network.send("Network.clearBrowserCache")
        self._bytes.clear()
        if self.page.goto(path).ok:
            self.shown.add(self._match(path)[0])
        self.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        self.wrong += [(path, *fault) for fault in faults_in_themes(self.page)]
        out = self.page.evaluate("document.documentElement.scrollWidth")
        self.wrong += [(path, "sticks out", out)] if out > 390 else []
        cut = self.page.evaluate(CUT_OFF)
        self.wrong += [(path, "a table is cut off", cut)] if cut else []
        size = sum(self._bytes.values())
        self.wrong += [] if 0 < size <= MOST_BYTES else [(path, "bytes", size)]


def pages_of(who, app):
    """The endpoints of *app* that lead to pages by which *who* comes."""
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods
        and "kind" not in rule.arguments
        and app.view_functions[rule.endpoint].__module__.startswith("web.pages.")
    } - FILES
    theirs = {name: {one for one in pages if one.startswith(some)} for name, some in THEIRS.items()}
    return theirs[who] if who in theirs else pages - set().union(*theirs.values())


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_is_light_and_shuts_nobody_out(site, ways, who):
    with site.page(**PEOPLE[who] or {}, viewport={"width": 390, "height": 844}) as page:
        visit = Visit(site, page)
        visit.go(ways)

    assert [] == visit.wrong
    assert set() == pages_of(who, site.web.app) - visit.shown
