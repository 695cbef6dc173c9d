"""What people type for a place becomes one place, or an error that says how to mend it."""

from datetime import UTC, datetime

import pytest

from ledger.gazetteer import Kind, Known, Port, resolve_place, suggest_places
from ledger.service.geography import load_atlas
from schemas.errors import MalformedParameter
from schemas.geo import SWAPPED
from schemas.statement import Site

HALL = "urn:uuid:018f0000-0000-7000-8000-000000000004"


def site(name, item=HALL, latitude=59.9, longitude=10.8):
    where = {"latitude": latitude, "longitude": longitude, "radius_m": 400, "country": "NO"}
    return Site(
        ledger="x", party="urn:chiptrail:party:dc", nonce="n" * 22, after=None, id=item,
        issued_at=datetime(2026, 3, 2, tzinfo=UTC), name=name, **where,
    )  # fmt: skip


PORTS = (
    Port("SIN", "Singapore Changi Airport", "Singapore", "SG", 1.35019, 103.994),
    Port("XSP", "Seletar Airport", "Singapore", "SG", 1.417, 103.868),
    Port("HKG", "Hong Kong International Airport", "Hong Kong", "HK", 22.308, 113.918),
    Port("LED", "Piétari Airport", "Saint Petersburg", "RU", 59.8, 30.26),
    Port("OSL", "Oslo Gardermoen Airport", "Oslo", "NO", 60.1939, 11.1004),
    Port("NLRTM", "Rotterdam, seaport", "Rotterdam", "NL", 51.9167, 4.5, Kind.SEAPORT),
)
KNOWN = Known({HALL: site("Hall 4")}, {one.code: one for one in PORTS}, load_atlas())

FOUND = {
    "an IATA code": ("sin", (1.35019, 103.994, 5000, "SG")),
    "what was suggested": ("Seletar Airport (XSP)", (1.417, 103.868, 5000, "SG")),
    "a word of a name": ("Changi", (1.35019, 103.994, 5000, "SG")),
    "words of a name and a city": ("hong kong airport", (22.308, 113.918, 5000, "HK")),
    "a UN/LOCODE": ("nlrtm", (51.9167, 4.5, 10_000, "NL")),
    "a seaport as it was suggested": ("Rotterdam, seaport (NLRTM)", (51.9167, 4.5, 10_000, "NL")),
    "a site, in any case": ("hall 4", (59.9, 10.8, 400, "NO")),
    "a word of a site's name": ("HALL", (59.9, 10.8, 400, "NO")),
    "degrees": ("1.36,103.99", (1.36, 103.99, 1000, None)),
    "degrees with a blank": ("1.36 103.99", (1.36, 103.99, 1000, None)),
    "degrees and metres": ("-33.9, 151.2, 50", (-33.9, 151.2, 50, None)),
    "degrees and kilometres": ("1.36, 103.99 ± 2.5 km", (1.36, 103.99, 2500, None)),
    "hemispheres": ("33.9 S, 151.2 E", (-33.9, 151.2, 1000, None)),
    "the longitude first": ("E 103.99 N 1.36", (1.36, 103.99, 1000, None)),
    "minutes and seconds": ("1°21'36\"N 103°59'24\"E", (1.36, 103.99, 1000, None)),
    "full-width signs": ("\uff11.\uff13\uff16\uff0c103.99", (1.36, 103.99, 1000, None)),
    "a geo URI": ("geo:1.36,103.99;u=25", (1.36, 103.99, 25, None)),
    "the chart's minus": ("\N{MINUS SIGN}0.5, \N{MINUS SIGN}78.4", (-0.5, -78.4, 1000, None)),
}
REFUSED = {
    "nothing": ("  ", "say a site"),
    "what nothing is called": ("Atlantis", "no site of yours and no port is called 'Atlantis'"),
    "what several are called": ("Singapore", "several are called 'Singapore': Singapore Changi"),
    "a latitude that is none": ("103.99, 1.36", "latitude of 103.99, .*look swapped"),
    "a longitude that is none": ("1.36, 203.99", "longitude of 203.99"),
    "an accuracy of nothing": ("1.36, 103.99, 0 m", "accuracy of 0 m, want more than 0"),
    "an accuracy below nothing": ("1.36, 103.99, -5", "accuracy of -5 m"),
    "two latitudes": ("1.36 N, 3.99 S", "one latitude .* and one longitude"),
    "a geo URI that is none": ("geo:91,0", "latitude of 91"),
}


@pytest.mark.parametrize(("text", "wanted"), FOUND.values(), ids=FOUND)
def test_a_place_is_found_by(text, wanted):
    spot = resolve_place(text, KNOWN)

    assert wanted == (spot.latitude, spot.longitude, spot.accuracy_m, spot.country)
    assert spot.hint is None


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_no_place_is(text, said):
    with pytest.raises(MalformedParameter, match=said):
        resolve_place(text, KNOWN)


@pytest.mark.parametrize("text", [text for text, _ in FOUND.values()])
def test_what_a_place_is_typed_as_again_is_that_place(text):
    spot = resolve_place(text, KNOWN)

    assert spot == resolve_place(spot.text, KNOWN)


COUNTRIES = {
    "fits": ("1.36, 103.99", "sg", None),
    "fits at a border": ("22.532, 114.117, 1000", "HK", None),
    "fits when swapped": ("9.19, 45.46", "IT", f"the coordinates are in SO, not in IT; {SWAPPED}"),
    "fits neither way": ("1.36, 103.99", "NO", "the coordinates are in SG, not in NO"),
    "is of no country": ("0, -30", "GH", "the coordinates are in the open sea, not in GH"),
}


@pytest.mark.parametrize(("text", "country", "hint"), COUNTRIES.values(), ids=COUNTRIES)
def test_a_country_that_is_said_beside_it(text, country, hint):
    assert hint == resolve_place(text, KNOWN, country=country).hint


def test_how_far_off_it_may_be_is_said_beside_it():
    spot = resolve_place("SIN", KNOWN, accuracy_m=80)

    assert {"latitude": 1.35019, "longitude": 103.994, "accuracyM": 80, "countryCode": "SG"} == (
        spot.location()
    )


SUGGESTED = {
    "the beginning of a word": ("chan", ["SIN"]),
    "a city": ("singapore", ["XSP", "SIN"]),
    "a name without its accents": ("pietari", ["LED"]),
    "a code before names": ("osl", ["OSL"]),
    "a site before airports": ("h", ["Hall 4", "HKG"]),
    "nothing yet: one's sites": ("", ["Hall 4"]),
    "signs only": ("(", ["Hall 4"]),
}


@pytest.mark.parametrize(("text", "wanted"), SUGGESTED.values(), ids=SUGGESTED)
def test_suggested_are_places_by(text, wanted):
    assert wanted == [spot.text for spot in suggest_places(text, KNOWN)]


def test_a_site_that_is_called_as_an_airport_comes_first():
    known = Known({HALL: site("SIN")}, KNOWN.ports, KNOWN.atlas)

    assert Kind.SITE == resolve_place("SIN", known).kind
