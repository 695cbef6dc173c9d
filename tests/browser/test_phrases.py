"""What the ledger tells, read back by a browser as by the server."""

from schemas import strict_json
from tests.web.test_phrases import HOSTILE, SENTENCES
from web.pages.frame import STATIC
from web.pages.languages import words_of_ledger, words_of_scripts
from web.pages.phrases import translated

LONG = "urn:x:a detained this item; " * 100
ADDRESS = "http://localhost/"
TELL = """
async (texts) => {
  const { told } = await import("/phrases.js");
  return texts.map((text) => told(text, (left) => `<${left}>`));
}
"""


def test_a_browser_reads_what_the_ledger_tells_as_the_server_does(chromium):
    texts = [*SENTENCES, HOSTILE, "a, b or c; d and e: f", "%(who)s detained this item", "", LONG]
    page = chromium.new_page()
    page.route(f"{ADDRESS}**", fill_in)
    page.goto(ADDRESS)
    told = page.evaluate(TELL, texts)
    page.close()

    assert [translated(text, "zh-Hans", lambda left: f"<{left}>") for text in texts] == told


def fill_in(route):
    name = route.request.url.removeprefix(ADDRESS)
    if name.endswith(".js"):
        route.fulfill(body=(STATIC / name).read_bytes(), content_type="text/javascript")
    elif name.endswith(".json"):
        words = words_of_ledger if name.startswith("phrases") else words_of_scripts
        route.fulfill(body=strict_json.dump(words("zh-Hans")), content_type="application/json")
    else:
        route.fulfill(body="<html lang=zh-Hans>", content_type="text/html")
