"""Every page that the navigation leads to, for each kind of person: light enough, and for all.

One page of each kind is opened: found by following links from the beginning, not from a list.
"""

from collections import deque
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from tests.browser.conftest import faults_of
from tests.world import CHIPS

HOSTILE = f"{CHIPS}%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E"
BOX = "https://id.gs1.org/00/095060001343520017"
PAPERS = [{"type": "bol", "bizTransaction": "urn:chiptrail:doc:awb:618-1"}]
MOST_BYTES = 150_000
# All rules, then those on colours, which are all that differs (``light-dark()`` in style.css).
THEMES = {"light": (), "dark": ("color-contrast", "link-in-text-block")}
PEOPLE = {
    "anybody": None,
    "an inspector": {"name": "ida", "role": "inspector", "of": "customs"},
    "a logger": {"name": "lin", "role": "logger", "of": "fab"},
    "an administrator": {"name": "boss", "role": "administrator", "of": None},
}
# No link leads to a page that is not there, to what was found by hand or to nobody's name.
BEGINNINGS = ("/", "/sign-in", "/nowhere", "/setup/used", "/items/NONE", "/search?q=none")
BEGINNINGS += (f"/items/{BOX}", "/check?serials=A0001%0AA0002%0ANONE&document=AWB+618-1")
# What pages load, and what is kept as a file.
FILES = {"frame.static", "frame.words", "places.places", "verifying.file", "log.checkpoint"}
FILES |= {"labels.item_qr", "labels.item_datamatrix", "labels.entry_qr", "places.item_map"}


@pytest.fixture
def goods(site):
    """Late on their way to the shop, in a box and beside it, under a licence, one detained."""
    world = site.world
    items = [HOSTILE, *world.chips(3)]
    world.licence("fab", "D1", quantity=9)
    world.commission("fab", items)
    world.declare("fab", items, readPoint={"id": "geo:24.78,121.00;u=150"})
    world.pack("fab", BOX, items[:2])
    under = {"chiptrail:authorisations": [{"regime": "EAR", "kind": "licence", "number": "D1"}]}
    sent = {"to": "shop", "due_in": timedelta(days=1), "bizTransactionList": PAPERS}
    world.ship("fab", [BOX, *items[2:]], **sent, **under)
    world.detain("customs", items[3:])
    world.advance(days=9)


class Visit:
    """Somebody's way through the pages of *site*: what is wrong with which."""

    def __init__(self, site, page):
        self.page, self.wrong, self.seen = page, [], set()
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

    def go(self):
        """Follow every link that leads to a kind of page not seen before."""
        ahead = deque(BEGINNINGS)
        while ahead:
            path = ahead.popleft()
            kind = self._kind_of(path)
            if kind is not None and kind not in self.seen:
                self.seen.add(kind)
                self._look(path)
                ahead += self.page.eval_on_selector_all(
                    "a[href]:not([download])",
                    "all => all.filter(a => a.origin === location.origin)"
                    ".map(a => a.pathname + a.search)",
                )

    def _kind_of(self, path):
        endpoint, values = "nowhere", {}
        with suppress(HTTPException):
            endpoint, values = self._ways.match(urlsplit(path).path)
        is_page = endpoint not in FILES and not path.startswith("/api/") and "kind" not in values
        return (endpoint, values.get("act")) if is_page else None

    def _look(self, path):
        self._network.send("Network.clearBrowserCache")
        self._bytes.clear()
        self.page.goto(path)
        self.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        for theme, rules in THEMES.items():
            self.page.emulate_media(color_scheme=theme)
            self.wrong += [(path, theme, fault) for fault in faults_of(self.page, *rules)]
        out = self.page.evaluate("document.documentElement.scrollWidth")
        self.wrong += [(path, "sticks out", out)] if out > 390 else []
        size = sum(self._bytes.values())
        self.wrong += [] if 0 < size <= MOST_BYTES else [(path, "bytes", size)]


@pytest.mark.parametrize("who", PEOPLE.values(), ids=PEOPLE)
def test_every_page_is_light_and_shuts_nobody_out(site, goods, who):
    with site.page(**who or {}, viewport={"width": 390, "height": 844}) as page:
        visit = Visit(site, page)
        visit.go()

    assert [] == visit.wrong
