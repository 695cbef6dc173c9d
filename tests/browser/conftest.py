"""A real browser, Debian's Chromium, at a served ledger; what it complains of fails the test."""

import json
import os
import shutil
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import sync_playwright

from ledger.service import passwords
from tests.openings import opened
from tests.web.conftest import PASSWORD, Web, enrolled
from tests.web.serving import served

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        if os.environ.get("CHIPTRAIL_REQUIRE_ALL"):
            pytest.fail("chromium is not installed")
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


class Site:
    """A served ledger, its world, and browsers that look at it."""

    def __init__(self, chromium, world, url):
        self.chromium, self.world, self.url, self.web = chromium, world, url, Web(world)
        self.complaints, self._known = [], set()

    @contextmanager
    def page(self, name=None, role="logger", *, of="fab", **options):
        """A page of a fresh browser; of user *name* of party *of*, signed in, if one is named."""
        context = self.chromium.new_context(base_url=self.url, locale="en-GB", **options)
        page = context.new_page()
        self.watch(page)
        if name is not None:
            self._invite(name, role, of)
            said = {"name": name, "password": PASSWORD}
            assert 200 == context.request.post("/api/v1/session", data=said).status
        yield page
        context.close()

    def sign_in(self, page, name, role="logger", *, of="fab"):
        """Sign in as people do, which leads to the home page."""
        self._invite(name, role, of)
        page.goto("/sign-in")
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/")

    def _invite(self, name, role, of):
        if name not in self._known:
            self.web.browser(name, role, of=of)
            self._known.add(name)

    def watch(self, page):
        """Keep what *page* complains of: errors, refused by policy, asked of elsewhere."""
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def _heard(self, message):
        if message.type == "error" and not self._is_expected(message.text):
            self.complaints.append(message.text)

    def _asked(self, request):
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(f"asked {request.url}")

    @staticmethod
    def _is_expected(text):
        # What the server refuses is told to the page, and the console notes each as an error too.
        return text.startswith("Failed to load resource: the server responded with a status of 4")


@pytest.fixture
def site(chromium, tmp_path):
    world = opened(tmp_path, enrolled)
    with served(world.ledger) as url:
        found = Site(chromium, world, url)
        yield found
    assert [] == found.complaints


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch):
    """What makes passwords slow to guess makes tests slow."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1))
    passwords._of_nobody.cache_clear()


def faults_of(page, *rules):
    """What axe finds wrong with *page* for people who see, hear or move otherwise.

    *rules*: those that are asked; none are all.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    asked = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("asked => axe.run(asked).then(said => said.violations)", asked)
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


# All rules, then those on colours, which are all that differs (``light-dark()`` in style.css).
THEMES = {"light": (), "dark": ("color-contrast", "link-in-text-block")}


def faults_in_themes(page):
    """What axe finds wrong with *page* in light or in dark: (theme, fault)."""
    found = []
    for theme, rules in THEMES.items():
        page.emulate_media(color_scheme=theme)
        found += [(theme, fault) for fault in faults_of(page, *rules)]
    return found


# Where this takes a page 275 ms of processor time, what it is compared with may take 200.
_YARDSTICK = "() => { let x = 0; for (let i = 0; i < 5e7; i++) x = (x * 31 + i) | 0; return x; }"


def longest_task(page, act):
    """The longest that *act* keeps *page* from answering, in shares of 200 ms: at most 1 is wanted.

    Processor time, so that a busy machine is no failure; measured against a piece of work that is
    always the same, so that a slow one is none.
    """
    longest = _longest(page, act)
    # Now and then a trace comes back with little in it: of some, the longest is the piece of work.
    usual = max(_longest(page, lambda: page.evaluate(_YARDSTICK)) for _ in range(3))
    return longest / usual * 275 / 200


def _longest(page, act):
    browser = page.context.browser
    browser.start_tracing(page=page, categories=["toplevel"])
    act()
    events = json.loads(browser.stop_tracing())["traceEvents"]
    named = [one for one in events if one["name"] == "thread_name"]
    main = {(one["pid"], one["tid"]) for one in named if one["args"]["name"] == "CrRendererMain"}
    return max(
        one.get("tdur", 0)
        for one in events
        if one["name"].endswith("RunTask") and (one["pid"], one["tid"]) in main
    )
