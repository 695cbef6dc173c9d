"""Places: the map of where an item was said to be, and what people type for one.

GET /items/<id>/map.svg    the map, as a document of its own; pages fetch it when it is seen
GET /places?q=             JSON: what is called so, and which one place it means, for pickers
GET /places/map.svg?at=&wide=   a map to choose a place on: so many degrees around one; the world

What a picker (templates/places/macros.html) sends is text; ``ledger.gazetteer`` resolves it, so a
picker works without JavaScript.
"""

from pathlib import Path

from flask import Blueprint, Response, request
from flask_babel import format_decimal
from flask_babel import gettext as _

from ledger.gazetteer import Known, Spot, read_coordinates, resolve_place, suggest_places
from ledger.journey import Journey, Stop, Way, journey_of
from ledger.location import terms_of
from ledger.place_story import place_name
from ledger.service import query
from ledger.service.places import places_of
from ledger.service.query import Dossier
from ledger.service.tokens import Scope
from schemas import strict_json
from schemas.errors import MalformedParameter
from schemas.strict_json import JSON
from web.access import caller, ledger, needs, reader
from web.api.bodies import JSON_TYPE
from web.map import Words, draw_map, draw_spot
from web.outline import MAPS, Outline, outline
from web.pages.figures import metres_in
from web.pages.frame import POLICY, asset, make_blueprint
from web.pages.labels import one_named
from web.pages.languages import country_name
from web.pages.naming import reason

blueprint: Blueprint = make_blueprint("places")

_KILOMETRE_M = 1000
_WIDEST = 90.0
_TOLD = 20
"""So many stops are told in a map's description; the list beside it has them all."""


# Maps ---------------------------------------------------------------------------------------------


@blueprint.get("/items/<path:name>/map.svg")
@needs(Scope.READ)
def item_map(name: str) -> Response:
    """The map of one item."""
    item = one_named(name)
    found = query.dossier(ledger(), item, reader=reader())
    journey = journey_in(found)
    return _svg(draw_map(journey, _outline, _words(journey)))


def _svg(drawn: str) -> Response:
    style = f'<?xml-stylesheet type="text/css" href="{asset("style.css")}"?>\n'
    answer = Response(style + drawn, mimetype="image/svg+xml")
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def journey_in(found: Dossier) -> Journey:
    """Where the item of a dossier was said to be."""
    return journey_of(found.claims, terms_of(ledger().pack, found.as_of), found.findings)


def _outline(detail: float) -> Outline:
    return outline(detail, Path(ledger().directory.path) / MAPS)


def _words(journey: Journey) -> Words:
    told = [_told(stop) for stop in journey.stops[:_TOLD]]
    told += [speed(one) for one in journey.ways if one.is_suspect]
    desc = "; ".join(told) or _("Nobody has signed where it is.")
    return _said(_("Where it was said to be"), desc)


def _said(title: str, desc: str) -> Words:
    return Words(title=title, desc=desc, name_of=country_name, told=_told, speed=speed)


def _told(stop: Stop) -> str:
    return f"{stop.number}: {where(stop)}"


@blueprint.app_template_filter()
def where(stop: Stop | Spot) -> str:
    """``1.36 N, 103.99 E, within 5 km, Singapore``; what names the place, if that is all.

    A country that nobody said is that of the borders, in brackets.
    """
    place = stop.place if isinstance(stop, Stop) else stop.place()
    told = place_name(place._replace(country=None))
    if place.point is None:
        return told
    if place.accuracy_m is not None:
        told += ", " + _("within %(far)s", far=_far(place.accuracy_m))
    if place.country is not None:
        return f"{told}, {country_name(place.country)}"
    there = ledger().atlas.countries(*place.point, place.accuracy_m or 0)
    lands = " / ".join(map(country_name, sorted(there))) or _("open sea")
    return f"{told} ({lands})"


@blueprint.app_template_filter()
def speed(one: Way) -> str:
    """``at least 2,400 km/h``, to two digits; how far, if it is to have taken no time."""
    if one.speed_km_h is None:
        return str(_("at least %(far)s at once", far=_far(one.distance_km * _KILOMETRE_M)))
    step = 10 ** max(0, len(str(int(one.speed_km_h))) - 2)
    told = format_decimal(int(one.speed_km_h) // step * step)
    return str(_("at least %(speed)s km/h", speed=told))


def _far(metres: float) -> str:
    if metres < _KILOMETRE_M:
        return f"{format_decimal(round(metres))} m"
    return f"{format_decimal(round(metres / _KILOMETRE_M, 1 if metres < 10_000 else None))} km"


# What people type ---------------------------------------------------------------------------------


def _known() -> Known:
    return places_of(ledger(), caller().party)


@blueprint.get("/places")
@needs(Scope.READ)
def places() -> Response:
    """What is called *q*, and which place that means; *country*, *within* may be said beside it."""
    text, known = request.args.get("q", "")[:200], _known()
    said: dict[str, JSON] = {
        "places": [_to_json(spot) for spot in suggest_places(text, known)],
        "meant": None,
        "fault": None,
    }
    try:
        within, country = request.args.get("within", ""), request.args.get("country") or None
        radius_m = metres_in(within) if within else None
        said["meant"] = _to_json(resolve_place(text, known, country=country, accuracy_m=radius_m))
    except MalformedParameter as exc:
        said["fault"] = reason(exc.message.removeprefix("place: "))
    return Response(strict_json.dump(said), content_type=JSON_TYPE)


@blueprint.get("/places/map.svg")
@needs(Scope.READ)
def choosing_map() -> Response:
    """The map *wide* degrees around *at*; the world, if no place is named."""
    text, wide = request.args.get("at", ""), request.args.get("wide", _WIDEST, type=float)
    spot = read_coordinates(text) if text else None
    if (text and spot is None) or not 0 <= wide <= _WIDEST:
        raise MalformedParameter(f"at, wide: want degrees as in at=1.36,103.99&wide={_WIDEST:.0f}")
    point = None if spot is None else (spot.latitude, spot.longitude)
    desc = _("Where nothing is chosen yet") if spot is None else where(spot)
    return _svg(draw_spot(point, wide, _outline, _said(_("A map to choose a place on"), desc)))


def _to_json(spot: Spot) -> dict[str, JSON]:
    return {
        "kind": spot.kind.value,
        "text": spot.text,
        "name": spot.name,
        "where": where(spot),
        "site": spot.site,
        "hint": spot.hint,
        **spot.location(),
    }


@blueprint.app_template_global()
def own_sites() -> tuple[Spot, ...]:
    """The sites of the caller's party, for a picker to offer at once."""
    return suggest_places("", _known(), limit=200)


@blueprint.app_template_global()
def countries() -> list[tuple[str, str]]:
    """Code and name of every country that has a time zone, by name."""
    codes = {code for zone in ledger().atlas.zones.values() for code in zone}
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1])
