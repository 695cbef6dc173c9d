"""UN/LOCODE: which rows are seaports, and where they are."""

import csv

from ledger.gazetteer import Kind, Port
from ledger.unlocode import read_seaports

ROTTERDAM = ',"NL","RTM","Rotterdam","Rotterdam","ZH","1--3----","AI","0701",,"5155N 00430E",'
SAMOA = ',"WS","APW","Apia","Apia",,"1--45---","AI","0701",,"1350S 17144W",'
NO_PORTS = {
    "an airport": ROTTERDAM.replace("1--3----", "---4----"),
    "a port of the air that begins so": ROTTERDAM.replace("1--3----", "----"),
    "without coordinates": ROTTERDAM.replace("5155N 00430E", ""),
    "coordinates that are none": ROTTERDAM.replace("5155N", "51.9"),
    "to be removed": f"X{ROTTERDAM}",
    "a country": ',"NL",,".NETHERLANDS",,,,,,,,',
    "another table": "a,b,c",
}


def seaports(*lines):
    return read_seaports(csv.reader(lines))


def test_a_seaport_is_where_its_degrees_and_minutes_say():
    port = Port("NLRTM", "Rotterdam, seaport", "Rotterdam", "NL", 51.9167, 4.5, Kind.SEAPORT)

    assert {"NLRTM": port} == seaports(ROTTERDAM)


def test_function_and_status_may_have_changed_places():
    assert "NLRTM" in seaports(ROTTERDAM.replace('"1--3----","AI"', '"AI","1--3----"'))


def test_south_and_west_are_below_nothing():
    apia = seaports(SAMOA)["WSAPW"]

    assert (-13.8333, -171.7333) == (apia.latitude, apia.longitude)


def test_what_is_no_seaport_is_passed_over():
    assert {} == seaports(*NO_PORTS.values())
