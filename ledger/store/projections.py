"""The tables of projections: computed from truth, dropped and rebuilt, never migrated.

They are made anew when ``PROJECTION_VERSION`` changes. An item gets the next integer in
commissioning order, so that a lot's items lie on neighbouring pages in every later event.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
)

from ledger.store.tables import Big, Text

PROJECTION_VERSION = 8

projections = MetaData()

projection = Table(
    "projection",
    projections,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# *key*: a hash of party and eventID. Where corrections put it (docs/custody.md, "Corrections"):
# *ordinal* is null where that is idx << 16; *corrected_by* took it out of the fold; *is_bound*:
# what it did to its container depended on what it put in. *parties* are named beside its signer.
event = Table(
    "event",
    projections,
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("due_at", Big),
    Column("key", Big, nullable=False, index=True),
    Column("ordinal", Big),
    Column("corrected_by", Big),
    Column("is_bound", Boolean),
    Column("parties", Text),
)
_SENDS = event.c.kind == "ship"
Index("event_ship", event.c.idx, sqlite_where=_SENDS, postgresql_where=_SENDS)

# Which items a party ever had a part in, what it was in at the time aside; and which shipments name
# it, with effect or not. *party* is a hash of its id. More than it may see: what it may is
# ``ledger.service.sight``'s.
stake = Table(
    "stake",
    projections,
    Column("party", Big, primary_key=True, autoincrement=False),
    Column("item", Big, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
sending = Table(
    "sending",
    projections,
    Column("party", Big, primary_key=True, autoincrement=False),
    Column("idx", Big, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# What came of a shipment: how many items entry *idx* received out of it, as its last or not.
receipt = Table(
    "receipt",
    projections,
    Column("shipment", Big, primary_key=True, autoincrement=False),
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("is_final", Boolean, primary_key=True),
    Column("items", Big, nullable=False),
    sqlite_with_rowid=False,
)

# A correction of *target*, null where it can correct nothing: *taken_at* is the entry by which it
# took effect, *open_at* the one whose finding says that it waits.
correction = Table(
    "correction",
    projections,
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("target", Big, index=True),
    Column("taken_at", Big),
    Column("open_at", Big),
)
_WAITING = correction.c.open_at.is_not(None)
Index("correction_open", correction.c.idx, sqlite_where=_WAITING, postgresql_where=_WAITING)

# The events that a correction names as correctives, recorded or not yet: by ``event.key``.
awaited = Table(
    "awaited",
    projections,
    Column("key", Big, primary_key=True, autoincrement=False),
    Column("correction", Big, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Those of them that took the place of what it corrects, if *is_placed*; since entry *held_at* they
# count only so, null if they took it at once.
corrective = Table(
    "corrective",
    projections,
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("correction", Big, primary_key=True, autoincrement=False),
    Column("held_at", Big),
    Column("is_placed", Boolean, nullable=False),
    Index("corrective_correction", "correction"),
    sqlite_with_rowid=False,
)

# What an event says of where things were (``ledger.sighting``), time in ms; null where it says
# nothing of it. *place* is JSON, and so is *measured*, null if nothing was; *has_digests*: more of
# it is or was withheld. A shipment has also the countries that it goes to and those on the way,
# with blanks between.
claim = Table(
    "claim",
    projections,
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("at", Big),
    Column("who", Text),
    Column("company", Text),
    Column("is_inspector", Boolean),
    Column("place", Text),
    Column("has_digests", Boolean),
    Column("regime", Text),
    Column("is_stop", Boolean),
    Column("measured", Text),
    Column("destinations", Text),
    Column("through", Text),
)

document = Table(
    "document",
    projections,
    Column("uri", Text, primary_key=True),
    Column("idx", Big, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Which numbers entry *idx* gives of an item that it names, in the open or as was disclosed
# (``ledger.identity``). No two things bear the same of the last three.
identity = Table(
    "identity",
    projections,
    Column("item", Big, primary_key=True, autoincrement=False),
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("part_number", Text),
    Column("printed_serial", Text, index=True),
    Column("nvml_serial", Text, index=True),
    Column("uuid", Text, index=True),
    Column("pdi", Text, index=True),
    Column("attestation_cert_sha256", Text, index=True),
    sqlite_with_rowid=False,
)

# What an event says that its authorisation is judged by (``ledger.dealing``), in JSON; *at* is when
# it happened.
dealing = Table(
    "dealing",
    projections,
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("at", Big, nullable=False),
    Column("said", Text, nullable=False),
)

# What *sender* drew on a licence (``ledger.wallet.licence_key``) with the shipment at *ordinal*: by
# entry *idx*, which is that shipment, or called some of it off, then below 0.
draw = Table(
    "draw",
    projections,
    Column("licence", Big, primary_key=True, autoincrement=False),
    Column("sender", Text, primary_key=True),
    Column("ordinal", Big, primary_key=True, autoincrement=False),
    Column("idx", Big, primary_key=True, autoincrement=False),
    Column("quantity", Big, nullable=False),
    Index("draw_idx", "idx"),
    sqlite_with_rowid=False,
)

item_class = Table(
    "item_class",
    projections,
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("prefix", Text, nullable=False, unique=True),
)

item = Table(
    "item",
    projections,
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("class_id", Big, nullable=False),
    Column("serial", Text, nullable=False),
    Column("holding", Big, index=True),
    # Serial first: a bare serial is looked up in every class by the index's prefix.
    UniqueConstraint("serial", "class_id", name="item_serial"),
)

# What an act left some items in. Items of a lot share one row, so an act on a thousand items writes
# one holding, and equal states are one object in memory.
holding = Table(
    "holding",
    projections,
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("phase", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("consignee", Text),
    Column("via", Text),
    Column("shipment", Big),
    Column("departed", Boolean, nullable=False),
    Column("last", Big, nullable=False),
    Column("last_at", Big, nullable=False),
    Column("parent", Big),
    Column("since", Big),
    Column("ended", Text),
    Column("origin", Text),
    Column("alien", Boolean, nullable=False),
    Column("pending", Text),
    Column("traits", Text),
)

# *named*: in the entry's list of items, not as its container or as what came out of one. *idx* is
# null where it is ordinal >> 16, which it is but for a corrective.
item_event = Table(
    "item_event",
    projections,
    Column("item", Big, primary_key=True, autoincrement=False),
    Column("ordinal", Big, primary_key=True, autoincrement=False),
    Column("named", Boolean, nullable=False),
    Column("idx", Big),
    sqlite_with_rowid=False,
)

containment = Table(
    "containment",
    projections,
    Column("item", Big, primary_key=True, autoincrement=False),
    Column("start", Big, primary_key=True, autoincrement=False),
    Column("stop", Big),
    Column("parent", Big, nullable=False),
    Index("containment_parent", "parent"),
    sqlite_with_rowid=False,
)

finding = Table(
    "finding",
    projections,
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("idx", Big, nullable=False, index=True),
    Column("code", Text, nullable=False),
    Column("on_items", Boolean, nullable=False),
    Column("message", Text, nullable=False),
    Column("items", Text),
    Column("cites", Text),
)

# A later entry that closes the earlier findings of a code (all where it is null) on its items;
# where *entry* is not null, those of that entry only.
closing = Table(
    "closing",
    projections,
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("idx", Big, nullable=False, index=True),
    Column("code", Text),
    Column("items", Text),
    Column("entry", Big),
)

# What a correction changed, by entry *at*: a row of another table that is there since (*is_new*),
# or was until then. *key* is by what such rows are looked up, *row* the rest of it as JSON.
amendment = Table(
    "amendment",
    projections,
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("at", Big, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Big, nullable=False),
    Column("is_new", Boolean, nullable=False),
    Column("row", Text, nullable=False),
    Index("amendment_key", "kind", "key"),
)
