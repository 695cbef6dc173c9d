"""The modules of web/static in a page that has nothing else, and no server.

page.route(f"{ADDRESS}**", filled_in("en"))
page.goto(ADDRESS)
"""

from collections.abc import Callable

from playwright.sync_api import Route

from schemas import strict_json
from web.pages.frame import STATIC
from web.pages.languages import told_scripts

ADDRESS = "http://localhost/"  # where a browser has WebCrypto; nothing listens, all is filled in


def filled_in(language: str) -> Callable[[Route], None]:
    """Answers every request as the server would, in *language*."""

    def fill_in(route: Route) -> None:
        name = route.request.url.removeprefix(ADDRESS)
        if name.endswith(".js"):
            route.fulfill(body=(STATIC / name).read_bytes(), content_type="text/javascript")
        elif name.endswith(".json"):
            words = told_scripts(language)[name.partition("/")[0]]
            route.fulfill(body=strict_json.dump(words), content_type="application/json")
        else:
            route.fulfill(body=f"<html lang={language}>", content_type="text/html")

    return fill_in
