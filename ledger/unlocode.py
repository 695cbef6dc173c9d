"""UN/LOCODE, the list of trade locations that the UNECE publishes: its seaports, and where.

The list is CSV without a heading: change, country, location, name, the same without accents,
subdivision, function and status (in some copies the other way round), date, IATA code,
coordinates to the minute, remarks. A function that begins with 1 is a port::

    ,"SG","SIN","Singapore","Singapore",,"1-345---","AI","0701",,"0117N 10351E",

    read_seaports(csv.reader(file))["SGSIN"].latitude       # 1.283...

Source: https://service.unece.org/trade/locode/Service/LocodeColumn.htm
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from ledger.gazetteer import Kind, Port

_COLUMNS = 11
_REMOVED = "X"
_FUNCTION = re.compile(r"1[0-9B-]{7}")
_MINUTES = re.compile(r"([0-9]{2})([0-9]{2})([NS]) ([0-9]{3})([0-9]{2})([EW])")


def read_seaports(rows: Iterable[Sequence[str]]) -> dict[str, Port]:
    """The seaports among *rows*, by their code; those without coordinates are left out."""
    return {one.code: one for one in _seaports(rows)}


def _seaports(rows: Iterable[Sequence[str]]) -> Iterator[Port]:
    for row in rows:
        if len(row) < _COLUMNS or row[0] == _REMOVED:
            continue
        country, place, name, plain = row[1:5]
        where = _MINUTES.fullmatch(row[10].strip())
        if where and any(_FUNCTION.fullmatch(cell) for cell in row[6:8]):
            latitude, longitude = _degrees(*where.groups()[:3]), _degrees(*where.groups()[3:])
            code, told = country + place, f"{name}, seaport"
            yield Port(code, told, plain, country, latitude, longitude, Kind.SEAPORT)


def _degrees(whole: str, minutes: str, side: str) -> float:
    degrees = round(int(whole) + int(minutes) / 60, 4)
    return -degrees if side in "SW" else degrees
