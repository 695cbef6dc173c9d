"""Administration: what is still to be done, rules and what others would change, who did what.

GET        /administration              how far the ledger is; for a party's administrator, its own
GET, POST  /administration/rules        the rules in force; what those of a file would change
GET        /administration/activity     who recorded what, and who looked at what; .csv, .xlsx
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel.units import format_compound_unit, format_unit
from flask import Response, request
from flask_babel import get_locale, lazy_gettext

from ledger.rules import Parameter, RulePack
from ledger.service import pages
from ledger.service.activity import Deed
from ledger.service.activity import activity as load_activity
from ledger.service.paging import START, Page, parse_cursor
from ledger.service.readiness import readiness
from ledger.service.rule_diff import Change, differences, read_rules
from ledger.service.tokens import Scope
from schemas.errors import Forbidden, Refusal
from web.access import caller, ledger, needs
from web.pages.frame import make_blueprint, page
from web.pages.lists import PER_PAGE, list_file, list_page
from web.pages.naming import names, party_meant

blueprint = make_blueprint("administration")

_ = lazy_gettext
MOST_JUDGED = 5_000
_RULES_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Shift:
    """By other rules, findings of *code* come or go on so many *entries* and *items*."""

    code: str
    is_gone: bool
    entries: int
    items: int


@blueprint.get("/administration")
@needs(Scope.ADMIN)
def overview() -> Response:
    """What is still to be done."""
    found = readiness(ledger()) if caller().is_operator else None
    return page("administration/overview.html", found=found, now=ledger().clock.now())


# Activity ----------------------------------------------------------------------------------------


@blueprint.get("/administration/activity")
@needs(Scope.ADMIN)
def activity() -> Response:
    """Who did what, the newest first."""
    found = _deeds({**_asked(), "cursor": request.args.get("cursor"), "limit": PER_PAGE})
    return list_page(
        "administration/activity.html", "activity", found, parties=sorted(names().values())
    )


@blueprint.get("/administration/activity.<any(csv,xlsx):kind>")
@needs(Scope.ADMIN)
def activity_file(kind: str) -> Response:
    """All of it, as it is filtered, as a file."""
    return list_file(pages.ACTIVITY, kind, _deeds, _asked())


def _asked() -> dict[str, Any]:
    said = {name: request.args.get(name) or None for name in ("actor", "act", "of")}
    return {**said, "actor": party_meant(said["actor"]) if said["actor"] else None}


def _deeds(asked: Mapping[str, Any]) -> Page[Deed]:
    cursor = asked.get("cursor")
    after = parse_cursor("activity", cursor) if cursor else START
    return load_activity(
        ledger(),
        caller(),
        after=after,
        limit=asked["limit"],
        actor=asked["actor"],
        act=asked["act"],
        of=asked["of"],
    )


# Rules -------------------------------------------------------------------------------------------


@blueprint.get("/administration/rules")
@needs(Scope.ADMIN)
def rules() -> Response:
    """The rules by which everything is judged."""
    return _rules_page(ledger().pack)


@blueprint.post("/administration/rules")
@needs(Scope.ADMIN)
def compare() -> Response:
    """What the rules of a file would change; nothing is changed."""
    if not caller().is_operator:
        raise Forbidden("other rules are tried by the operator's administrators")
    file = request.files.get("file")
    data = b"" if file is None else file.read(_RULES_LIMIT)
    try:
        other = read_rules((file and file.filename) or "rules.toml", data)
        shifts = _shifts(other)
    except Refusal as exc:
        return _rules_page(ledger().pack, fault=exc.message)
    return _rules_page(ledger().pack, other=other, shifts=shifts)


def _shifts(other: RulePack) -> list[Shift]:
    """By code: who may try rules need not see whose goods they are on."""
    now, changes = ledger().clock.now(), tuple[Change, ...]()
    for step in differences(ledger(), ledger().pack, other, now, MOST_JUDGED):
        if isinstance(step, tuple):
            changes = step
    entries = Counter((one.found.code.value, one.is_gone) for one in changes)
    items = Counter[tuple[str, bool]]()
    for one in changes:
        items[one.found.code.value, one.is_gone] += one.items
    return [
        Shift(code, is_gone, entries[code, is_gone], items[code, is_gone])
        for code, is_gone in sorted(entries)
    ]


def _rules_page(
    used: RulePack,
    *,
    other: RulePack | None = None,
    shifts: list[Shift] | None = None,
    fault: str | None = None,
) -> Response:
    day = ledger().clock.now().date()
    rows = (*used.rules, *used.controls, *used.exceptions)
    return page(
        "administration/rules.html",
        400 if fault else 200,
        used=used,
        rules=[one for one in rows if one.is_in_force(day)],
        figure=_figure,
        other=other,
        shifts=shifts,
        fault=fault,
        most=MOST_JUDGED,
    )


def _figure(name: str, value: Parameter) -> tuple[object, str]:
    """What parameter *name* of a rule is about, and its *value* with the unit that ends *name*."""
    end, locale = next(end for end in _UNITS if name.endswith(end)), get_locale()
    if end == "_km_s":
        said = format_compound_unit(
            value, _UNITS[end], 1, "duration-second", "short", locale=locale
        )
    else:
        said = format_unit(value, _UNITS[end], "short", locale=locale)
    return _ABOUT[name.removesuffix(end)], str(said)


_UNITS: Mapping[str, str] = {
    "_minutes": "duration-minute",
    "_hours": "duration-hour",
    "_days": "duration-day",
    "_km_h": "speed-kilometer-per-hour",
    "_km_s": "length-kilometer",
    "_km": "length-kilometer",
    "_m": "length-meter",
}
_ABOUT: Mapping[str, object] = {
    "after": _("after"),
    "assumed": _("assumed"),
    "beyond": _("beyond"),
    "free_zone": _("in a free zone"),
    "grace": _("grace"),
    "handling": _("for handling"),
    "handling_beyond": _("handling counts beyond"),
    "hub": _("at a hub"),
    "speed": _("speed"),
    "tolerance": _("tolerance"),
    "window": _("within the time of"),
    "within": _("within"),
}
