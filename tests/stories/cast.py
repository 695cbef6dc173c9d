"""Who takes part in the stories, the same in each.

Hsinlin makes chips in Taiwan, Kestrel trades them out of Singapore, Fjordhall and Inzai run data
centres in Norway and Japan. Skua flies, Tern forwards and has a warehouse in Singapore. Heron is a
broker, who signs for others. Straits are Singapore's customs. Magpie has no part in anything.
"""

from datetime import UTC, datetime

from schemas.statement import Role

CAST = {
    "hsinlin": [Role.MAKER],
    "kestrel": [Role.DISTRIBUTOR],
    "fjordhall": [Role.CONSIGNEE, Role.END_USER],
    "inzai": [Role.CONSIGNEE, Role.END_USER],
    "skua": [Role.CARRIER],
    "tern": [Role.CARRIER],
    "heron": [],
    "straits": [Role.INSPECTOR],
    "magpie": [Role.DISTRIBUTOR],
}
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
"""When every story begins."""
