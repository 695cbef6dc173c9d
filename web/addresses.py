"""Ids of items in addresses: where a slash that came escaped is of the id.

    /items/https%3A%2F%2Fid.gs1.org%2F01%2F09520001000010%2F21%2Flabel     the item label, no label
    /items/https%3A%2F%2Fid.gs1.org%2F01%2F09520001000010%2F21%2FA1/label  the label of A1

Servers hand on the path unescaped, and most of them the address as it came beside it.
"""

from urllib.parse import quote

from flask import current_app, request

_ID = "<path:name>"


def path_of(item: str) -> str:
    """The path of the page of *item*."""
    return f"/items/{quote(item, safe='')}"


def take_escaped_slashes() -> None:
    """Where the last slash came escaped, the item itself is meant, and nothing below it."""
    raw = request.environ.get("REQUEST_URI") or request.environ.get("RAW_URI") or ""
    rule, said = request.url_rule, request.view_args
    if rule is None or said is None or not raw or f"{_ID}/" not in rule.rule:
        return
    above, _, below = rule.rule.rpartition("/")
    if raw.partition("?")[0].rpartition("/")[2] != below:
        request.view_args = {"name": f"{said['name']}/{below}"}
        rules = current_app.url_map.iter_rules()
        request.url_rule = next(one for one in rules if one.rule == above)
