"""What the ledger tells, read back by a browser as by the server."""

from tests.browser.modules import ADDRESS, filled_in
from tests.web.test_phrases import HOSTILE, SENTENCES
from web.pages.phrases import translated

LONG = "urn:x:a detained this item; " * 100
TELL = """
async (texts) => {
  const { told } = await import("/phrases.js");
  return texts.map((text) => told(text, (left) => `<${left}>`));
}
"""


def test_a_browser_reads_what_the_ledger_tells_as_the_server_does(chromium):
    texts = [*SENTENCES, HOSTILE, "a, b or c; d and e: f", "%(who)s detained this item", "", LONG]
    page = chromium.new_page()
    page.route(f"{ADDRESS}**", filled_in("zh-Hans"))
    page.goto(ADDRESS)
    told = page.evaluate(TELL, texts)
    page.close()

    assert [translated(text, "zh-Hans", lambda left: f"<{left}>") for text in texts] == told
