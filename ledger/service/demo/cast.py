"""The demo's cast: who takes part, where they are, and how their things are numbered.

All of it is invented. GTINs and SSCCs use 952, the prefix that GS1 keeps for examples. Example::

    CAST["fab"].id == "urn:chiptrail:party:hsinlin"
    gtin_class(1) + "A00-0007"       # https://id.gs1.org/01/09520001000017/21/A00-0007
"""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.gs1 import CANONICAL, check_digit
from schemas.item import CHIP_PREFIX
from schemas.statement import Role

COMPANY = "9520001"
PRODUCT = "HX-100 accelerator"
ENGINEERING_CLASS = f"{CHIP_PREFIX}hsinlin:HX100-ES:"


@dataclass(frozen=True, slots=True)
class Player:
    """One party: *place* is (latitude, longitude), *country* ISO 3166-1.

    Without *has_key* it signs nothing. *parent* is the country of its ultimate parent, if another.
    """

    slug: str
    name: str
    roles: tuple[Role, ...]
    country: str
    place: tuple[float, float]
    has_key: bool = True
    parent: str | None = None

    @property
    def id(self) -> str:
        """The party id."""
        return f"urn:chiptrail:party:{self.slug}"


def _player(slug: str, name: str, country: str, place: tuple[float, float], *roles: Role) -> Player:
    return Player(slug, name, roles, country, place)


_USER = (Role.CONSIGNEE, Role.END_USER)

# By the name of the key file.
CAST: Mapping[str, Player] = {
    "fab": _player("hsinlin", "Hsinlin Semiconductor", "TW", (24.78, 121.00), Role.MAKER),
    "packaging": _player("bayan", "Bayan Packaging and Test", "MY", (5.30, 100.27), Role.PACKER),
    "boards": _player("tlaque", "Tlaque Boards", "MX", (20.62, -103.31), Role.PACKER, Role.MAKER),
    "distributor": _player("kestrel", "Kestrel Components", "SG", (1.33, 103.74), Role.DISTRIBUTOR),
    "exporter": _player("redwood", "Redwood Accelerators", "US", (37.37, -121.95), Role.EXPORTER),
    "air": _player("skua", "Skua Air Freight", "DE", (50.05, 8.57), Role.CARRIER),
    "sea": _player("tern", "Tern Lines", "SG", (1.28, 103.85), Role.CARRIER),
    "norway": _player("fjordhall", "Fjordhall Data Centre", "NO", (59.66, 9.65), *_USER),
    "japan": _player("inzai", "Inzai Compute", "JP", (35.83, 140.15), *_USER),
    "malaysia": _player("sedenak", "Sedenak Data Park", "MY", (1.71, 103.53), *_USER),
    "customs": _player("straits", "Straits Customs", "SG", (1.36, 103.99), Role.INSPECTOR),
    "broker": _player("heron", "Heron Brokers", "US", (37.62, -122.38)),
    "shell": Player("lotus", "Lotus Hosting", (Role.CONSIGNEE,), "SG", (1.29, 103.85), parent="CN"),
    "university": Player(
        "aasen", "Aasen University", (Role.CONSIGNEE,), "NO", (60.39, 5.32), has_key=False
    ),
}
WAREHOUSE, BORDER, HAT_YAI, HANOI = "warehouse", "border", "Hat Yai", "Hanoi"
PLACES: Mapping[str, tuple[tuple[float, float], str]] = {
    **{name: (player.place, player.country) for name, player in CAST.items()},
    WAREHOUSE: ((1.34, 103.98), "SG"),  # Tern's
    BORDER: ((1.455, 103.767), "MY"),  # the causeway between Singapore and Johor Bahru
    HAT_YAI: ((7.01, 100.47), "TH"),
    HANOI: ((21.03, 105.85), "TH"),  # as somebody says who mixes it up with Bangkok
}
"""Where things happen, by name: (latitude, longitude) and the country that is said."""
ACCURACY_M: Mapping[str, int] = {BORDER: 1000}
"""Within how many metres; of all others 150."""
LANDMARK = {"name": "Oslo 1", "latitude": 59.91, "longitude": 10.75, "country": "NO"}
"""The machine that measures how far away others are."""


def gtin_class(item_reference: int) -> str:
    """The class prefix of the canonical ids under one GTIN."""
    digits = f"0{COMPANY}{item_reference:05}"
    return f"{CANONICAL}01/{digits}{check_digit(digits)}/21/"


def server(number: int) -> str:
    """The canonical id of server *number*, a GIAI."""
    return f"{CANONICAL}8004/{COMPANY}HS{number:03}"


def board(number: int) -> str:
    """The id of board *number*, which has no GS1 number."""
    return f"{CHIP_PREFIX}tlaque:HB-8:HB8-{number:04}"


def sscc(number: int) -> str:
    """The canonical id of package *number*."""
    digits = f"1{COMPANY}{number:09}"
    return f"{CANONICAL}00/{digits}{check_digit(digits)}"


def prefixes(name: str) -> tuple[str, ...]:
    """The item ids that *name* may commission."""
    if name != "fab":
        return ()
    return (gtin_class(1), gtin_class(2), f"{CHIP_PREFIX}hsinlin:")
