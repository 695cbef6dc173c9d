"""Pictures of every page, of a demo, into docs/screenshots: ``make screenshots``.

Each is for looking at: in light, some in dark, in print, on a phone and in the other languages.
"""

import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from ledger.service.ledger import Ledger
from ledger.service.opening import open_ledger
from ledger.service.users import UserRole, accept, invite
from tests.web.serving import served

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
PAPER = {"width": 794, "height": 1123}  # A4
WAYS: dict[str, dict[str, object]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE, "device_scale_factor": 2},
    "zh-Hant": {"locale": "zh-TW"},
    "zh-Hans": {"locale": "zh-CN"},
    "print": {"viewport": PAPER},
}
EXPORTER, CUSTOMS, OPERATOR = "redwood", "straits", "operator"
PEOPLE = {
    EXPORTER: UserRole.ADMINISTRATOR,
    CUSTOMS: UserRole.INSPECTOR,
    OPERATOR: UserRole.ADMINISTRATOR,
}
SHIPMENT = "/shipments > main tbody a"
ENTRY = f"{SHIPMENT} > aside a[href^='/entries/']"
CHECKED = "N74-0005 D72-0011 G28-0001 H80-0029 KJ0-0003 NONE-0001"
# The name of a picture, whose page it is, where, and in which ways beside light. After ``>`` stands
# the link that is followed there.
PAGES: tuple[tuple[str, str | None, str, tuple[str, ...]], ...] = (
    ("set-up", None, "/setup/{newcomer}", ()),
    ("sign-in", None, "/sign-in", ()),
    ("lost", None, "/nowhere", ()),
    ("verify", None, "/verify", ()),
    ("log", None, "/log", ()),
    ("home", EXPORTER, "/", ("dark", "zh-Hant", "zh-Hans", "phone")),
    ("ship", EXPORTER, "/ship", ("phone",)),
    ("receive", EXPORTER, "/receive", ()),
    ("record", EXPORTER, "/record", ()),
    ("spreadsheet", EXPORTER, "/record/sheet", ()),
    ("correct", EXPORTER, "/record/correct", ()),
    ("correct-entry", EXPORTER, f"{ENTRY} > main a[href^='/record/correct/']", ()),
    ("shipments", EXPORTER, "/shipments", ("phone",)),
    ("shipment", EXPORTER, SHIPMENT, ("print",)),
    (
        "labels",
        EXPORTER,
        "/shipments?state=received > main tbody a > a[href$='/labels']",
        ("print",),
    ),
    ("licences", EXPORTER, "/licences", ()),
    ("licence", EXPORTER, "/licences > main tbody a", ()),
    ("findings", EXPORTER, "/findings", ()),
    ("parties", EXPORTER, "/parties", ()),
    ("party", EXPORTER, "/parties > main tbody a", ()),
    ("entry", EXPORTER, ENTRY, ()),
    ("keys", EXPORTER, "/keys", ()),
    ("sign", EXPORTER, "/sign", ()),
    ("goods", EXPORTER, "/items", ()),
    ("search", EXPORTER, "/search?q=nothing", ()),
    ("account", EXPORTER, "/account", ()),
    ("check", CUSTOMS, f"/check?serials={CHECKED.replace(' ', '%0A')}", ("dark", "phone", "print")),
    ("item", CUSTOMS, "/items/H80-0029", ("dark", "phone", "zh-Hant", "print")),
    ("inspect", CUSTOMS, "/record/inspect", ("phone",)),
    ("settle", CUSTOMS, "/items/D72-0011 > main a[href*='/settle']", ()),
    ("administration", OPERATOR, "/administration", ()),
    ("users", OPERATOR, "/administration/users", ()),
    ("tokens", OPERATOR, "/administration/tokens", ()),
    ("rules", OPERATOR, "/administration/rules", ()),
    ("activity", OPERATOR, "/administration/activity", ()),
    ("enrol-party", OPERATOR, "/administration/parties", ()),
)


def people(ledger: Ledger) -> dict[str, str]:
    """Users to look through, with their passwords; and the secret of one who is invited."""
    made = {}
    for slug, role in PEOPLE.items():
        made[slug] = secrets.token_urlsafe(15)
        party = f"urn:chiptrail:party:{slug}"
        accept(ledger, invite(ledger, None, f"{slug}.person", party, role)[1], password=made[slug])
    logger = UserRole.LOGGER
    made["newcomer"] = invite(ledger, None, "newcomer", f"urn:chiptrail:party:{EXPORTER}", logger)[
        1
    ]
    return made


def pages(browser: Browser, url: str, passwords: dict[str, str]) -> Iterator[tuple[str, Page]]:
    """Every page in every way that it is wanted, with the name of its picture."""
    for way, options in WAYS.items():
        for who in (None, *passwords):
            wanted = [one for one in PAGES if one[1] == who and (way == "light" or way in one[3])]
            if not wanted:
                continue
            shown = {"viewport": WIDE, "locale": "en-GB", **options}
            context = browser.new_context(base_url=url, **shown)
            context.set_default_timeout(180_000)  # the first map takes its time on a busy machine
            page = context.new_page()
            if who is not None:
                page.goto("/sign-in")
                page.fill("#name", f"{who}.person")
                page.fill("#password", passwords[who])
                page.click("main button")
            for name, _, path, _ in wanted:
                start, *links = path.format(**passwords).split(" > ")
                page.emulate_media(media="screen")
                page.goto(start, wait_until="networkidle")
                for link in links:
                    page.locator(link).first.click()
                    page.wait_for_load_state("networkidle")
                if way == "print":
                    page.emulate_media(media="print")
                yield name if way == "light" else f"{name}-{way}", page
            context.close()


def take(browser: Browser, url: str, passwords: dict[str, str], folder: Path) -> None:
    """Take them all."""
    for name, page in pages(browser, url, passwords):
        page.screenshot(path=folder / f"{name}.png")
        print(f"{name}.png {page.title()}")


def main() -> None:
    """Build a demo, serve it, take the pictures anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        data = Path(folder, "demo")
        chiptrail = Path(sys.executable).with_name("chiptrail")
        command = [chiptrail, "demo", "--no-serve", "--seed", "7", "--data", data]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        ledger = open_ledger(data)
        with served(ledger) as url:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            take(browser, url, people(ledger), FOLDER)
            browser.close()


if __name__ == "__main__":
    main()
