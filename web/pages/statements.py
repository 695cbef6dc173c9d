"""What parties state besides what happened: licences, sites, mandates and grants, each in a form.

Forms and checks are those of acts (``web.pages.acts``); what is signed is a statement. Example::

    STATEMENTS["site"].make(filling, ())         # {"statement": "site", "name": "Hall 4", ...}
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from ledger.service.stock import Standing
from schemas.draft import Draft
from schemas.statement import Grant, Licence, LicenceKind, MandateStatement, Site, draft_of
from web.pages.acts import Act
from web.pages.filling import Filling


def _licence(filling: Filling, items: Sequence[str]) -> Draft:
    del items
    for name in ("licence_number", "quantity", "eccns", "countries", "prefixes"):
        filling.shown(name)
    regime, mark, number = filling.text("licence_number", required=True).partition(":")
    if not (regime and mark and number) and filling.text("licence_number"):
        filling.fault("licence_number", gettext("want REGIME:NUMBER such as EAR:D1234567"))
    kind = filling.text("licence_kind") or "licence"
    ends_at = filling.moment("until", is_end=True)
    if ends_at is None and not filling.text("until"):
        filling.fault("until", gettext("missing"))
    said: dict[str, Any] = {
        "eccns": tuple(filling.several("eccns")),
        "item_prefixes": tuple(filling.several("prefixes")),
        "consignees": tuple(map(filling.anyone, filling.several("consignees"))),
        "end_users": tuple(map(filling.anyone, filling.several("end_users"))),
        "countries": tuple([code.upper() for code in filling.several("countries")]),
        "conditions": tuple(filter(None, map(str.strip, filling.text("conditions").splitlines()))),
        "quantity": filling.whole("quantity"),
        "starts_at": filling.moment("starts") or filling.desk.now,
        "ends_at": ends_at or filling.desk.now,
    }
    return draft_of(
        Licence,
        holder=filling.party("holder") or filling.desk.party,
        drawers=tuple(filling.parties("drawers")),
        regime=regime,
        number=number,
        kind=LicenceKind(kind) if kind in {*LicenceKind} else LicenceKind.LICENCE,
        **said,
    )


def _site(filling: Filling, items: Sequence[str]) -> Draft:
    del items
    name, where = filling.shown("site_name"), filling.location()
    if not name:
        filling.fault("site_name", gettext("missing"))
    if where is None:
        filling.fault("place", gettext("say where it is"))
        where = {"latitude": 0, "longitude": 0, "accuracyM": 1}
    elif "countryCode" not in where:
        filling.fault("place", gettext("say in which country it is"))
    if filling.ticked("place_withheld"):
        filling.fault("place", gettext("the place of a site cannot be withheld"))
    return draft_of(
        Site,
        name=name,
        latitude=where["latitude"],
        longitude=where["longitude"],
        radius_m=ceil(float(str(where["accuracyM"]))),
        country=where.get("countryCode"),
        operated_by=filling.party("operated_by"),
    )


def _mandate(filling: Filling, items: Sequence[str]) -> Draft:
    del items
    acts, ends_at = tuple(filling.several("mandate_acts")), filling.moment("until", is_end=True)
    if not acts:
        filling.fault("mandate_acts", gettext("missing"))
    if ends_at is None and not filling.text("until"):
        filling.fault("until", gettext("missing"))
    return draft_of(
        MandateStatement,
        agent=filling.somebody("agent"),
        acts=acts,
        starts_at=filling.moment("starts") or filling.desk.now,
        ends_at=ends_at or filling.desk.now,
    )


def _grant(filling: Filling, items: Sequence[str]) -> Draft:
    ends_at = filling.moment("until", is_end=True)
    return draft_of(Grant, grantee=filling.somebody("grantee"), items=tuple(items), ends_at=ends_at)


_ANY = Standing.ANYBODY
STATEMENTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act(
            "licence",
            _("State a licence"),
            _("What a licence allows: shipments name it, and draw on it."),
            "paper",
            _ANY,
            (
                *("licence_number", "licence_kind", "quantity", "until", "starts", "eccns"),
                *("countries", "consignees", "end_users", "prefixes", "holder", "drawers"),
                "conditions",
            ),
            _licence,
            needs_units=False,
            is_statement=True,
        ),
        Act(
            "site",
            _("Name a site"),
            _("Give a place a name: it can be chosen wherever a place is asked for."),
            "pin",
            _ANY,
            ("site_name", "place", "operated_by"),
            _site,
            needs_units=False,
            is_statement=True,
        ),
        Act(
            "mandate",
            _("Let somebody sign"),
            _("A party that may sign for you for some time: your forwarder, for example."),
            "key",
            _ANY,
            ("agent", "mandate_acts", "until", "starts"),
            _mandate,
            needs_units=False,
            is_statement=True,
        ),
        Act(
            "grant",
            _("Let somebody see"),
            _("Let a party see what you see of things."),
            "search",
            _ANY,
            ("grantee", "until"),
            _grant,
            is_statement=True,
        ),
    )
}
