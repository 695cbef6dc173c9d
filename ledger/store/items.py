"""Items, the state they are in and what they are inside of: the projections of custody.

An item id is kept as (class, serial), where ``prefix + serial == id``. A state is one ``holding``
row shared by all items that an act left alike: it is read once and becomes one object, by which
``ledger.custody`` groups the items of a lot.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.act import ActKind
from ledger.custody import Needs
from ledger.holding import Custody, Holdings, ItemState, Pending, Phase, held_by
from ledger.store import bulk, projections, statements
from ledger.store.database import Connection
from ledger.store.traits import Traits, read_traits, write_traits
from schemas.item import split_item

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_STATE = tuple(column.name for column in projections.holding.columns if column.name != "id")
_PARENT = 1 + _STATE.index("parent")


def milliseconds(at: datetime) -> int:
    """*at* as whole milliseconds since 1970."""
    return (at - _EPOCH) // _MILLISECOND


def moment(at_ms: int) -> datetime:
    """The aware UTC time of *at_ms*."""
    return _EPOCH + at_ms * _MILLISECOND


def load_ids(connection: Connection, items: Iterable[str]) -> dict[str, int]:
    """The integer id of each of *items* that has one."""
    return {item: row[0] for item, row in _load_rows(connection, items).items()}


def load_holdings(connection: Connection, needs: Needs) -> tuple[Holdings, dict[str, int]]:
    """The states that deciding needs: of the items, of all they are inside of, of contents asked.

    Returns the holdings and the integer ids of every item in them (an item named before its
    first effective act has an id and no state).
    """
    rows = _load_rows(connection, needs.items | needs.contents)
    ids = {item: row[0] for item, row in rows.items()}
    of_item = {item: row[1] for item, row in rows.items() if row[1] is not None}
    contents = _load_contents(connection, needs.contents, ids, of_item)
    states: dict[str, ItemState] = {}
    wanted = of_item
    while wanted:  # once per level of nesting: what was found names the containers of the next
        found, parents = _load_states(connection, set(wanted.values()))
        states.update({item: found[holding] for item, holding in wanted.items()})
        wanted = {}
        for item, number, holding in _load_by_id(connection, parents):
            if item not in states:
                ids[item] = number
                wanted[item] = holding
    return Holdings(states=states, contents=contents), ids


def load_more(
    connection: Connection, needs: Needs, holdings: Holdings, ids: dict[str, int]
) -> None:
    """Add to *holdings* and *ids* what *needs* asks for; what is there stays as it is."""
    more, numbers = load_holdings(connection, needs)
    holdings.states.update(more.states | holdings.states)
    holdings.contents.update(more.contents | holdings.contents)
    ids.update(numbers)


def _load_rows(connection: Connection, items: Iterable[str]) -> dict[str, tuple[int, int | None]]:
    """(id, holding) of each of *items* that has a row."""
    rows = bulk.select(
        connection,
        "SELECT need.prefix || need.serial, i.id, i.holding FROM need"
        " CROSS JOIN item_class AS c ON c.prefix = need.prefix"
        " CROSS JOIN item AS i ON i.serial = need.serial AND i.class_id = c.id",
        ("prefix", "serial"),
        [split_item(item) for item in items],
    )
    return {item: (number, held) for item, number, held in rows}


def _load_contents(
    connection: Connection,
    parents: Iterable[str],
    ids: dict[str, int],
    of_item: dict[str, int],
) -> dict[str, set[str]]:
    """What each of *parents* holds now; the contents' ids and holdings are added to the maps."""
    contents: dict[str, set[str]] = {parent: set() for parent in parents}
    by_id = {ids[parent]: parent for parent in contents if parent in ids}
    rows = bulk.select(
        connection,
        "SELECT k.parent, c.prefix || i.serial, i.id, i.holding FROM need"
        " CROSS JOIN containment AS k ON k.parent = need.parent AND k.stop IS NULL"
        " JOIN item AS i ON i.id = k.item JOIN item_class AS c ON c.id = i.class_id",
        ("parent",),
        bulk.singles(by_id),
    )
    for parent, item, number, holding in rows:
        contents[by_id[parent]].add(item)
        ids[item], of_item[item] = number, holding
    return contents


def _load_by_id(connection: Connection, numbers: Iterable[int]) -> list[tuple[str, int, int]]:
    rows = bulk.select(
        connection,
        "SELECT c.prefix || i.serial, i.id, i.holding FROM need CROSS JOIN item AS i"
        " ON i.id = need.id JOIN item_class AS c ON c.id = i.class_id",
        ("id",),
        bulk.singles(numbers),
    )
    return [(item, number, holding) for item, number, holding in rows]


def count_items(connection: Connection) -> int:
    """How many items there are; their integer ids go from 1 to that."""
    return _next_id(connection, "item") - 1


def load_names(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """The item id of each integer id."""
    return {number: item for item, number, _ in _load_by_id(connection, numbers)}


def _load_states(
    connection: Connection, holdings: set[int]
) -> tuple[dict[int, ItemState], set[int]]:
    """The state of each holding, and the integer ids of the containers that they name."""
    columns = ", ".join(f"h.{name}" for name in _STATE)
    rows = list(
        bulk.select(
            connection,
            f"SELECT h.id, {columns} FROM need CROSS JOIN holding AS h ON h.id = need.id",
            ("id",),
            bulk.singles(holdings),
        )
    )
    parents = {row[_PARENT] for row in rows if row[_PARENT] is not None}
    names = load_names(connection, parents)
    return {row[0]: _state(row, names) for row in rows}, parents


def _state(row: Any, names: Mapping[int, str]) -> ItemState:  # noqa: ANN401 - a database row
    _, phase, holder, consignee, via, shipment, departed, last, last_at, parent, *rest = row
    since, ended, origin, alien, pending, more = rest
    traits = _NO_TRAITS if more is None else read_traits(more)
    if (phase, consignee, via, shipment, departed) == _JUST_HELD:
        custody = held_by(holder)
    else:
        carriers = tuple(via.split()) if via else ()
        custody = Custody(
            Phase(phase), holder, consignee, carriers, shipment, bool(departed), **traits.way
        )
    # By position: this is made for every item of a batch, and names would cost a third more.
    return ItemState(
        custody,
        last,
        moment(last_at),
        None if parent is None else names[parent],
        since,
        traits.marks,
        None if ended is None else ActKind(ended),
        origin,
        bool(alien),
        () if pending is None else _read_pending(pending),
        *traits[2:],
    )


_JUST_HELD = (Phase.HELD.value, None, None, None, 0)
_NO_TRAITS = Traits({})


def _read_pending(text: str) -> tuple[Pending, ...]:
    rows = [line.split() for line in text.splitlines()]
    return tuple(
        Pending(party, int(index), moment(int(at)), final == "1")
        for party, index, at, final in rows
    )


def _write_pending(pending: tuple[Pending, ...]) -> str:
    """A line a receipt: party, index, ms, final."""
    lines = [
        f"{one.party} {one.index} {milliseconds(one.event_at)} {one.final:d}" for one in pending
    ]
    return "\n".join(lines)


# Writing ---------------------------------------------------------------------------------------


def save_items(
    connection: Connection,
    named: Iterable[str],
    states: Mapping[str, ItemState],
    ids: dict[str, int],
) -> None:
    """Give every item in *named* a row, and those in *states* their new state.

    *ids* holds the integer ids known so far and is completed. Equal state objects share a row.
    """
    new = {item: split_item(item) for item in named if item not in ids}
    classes, start, first = _reserve(connection, {prefix for prefix, _ in new.values()})
    ids.update(zip(new, range(start, start + len(new)), strict=True))
    holdings = _save_states(connection, states, ids, first)
    known = [(ids[item], holdings[id(states[item])]) for item in states.keys() - new.keys()]
    left = _load_holding_ids(connection, [number for number, _ in known])
    bulk.run(
        connection,
        "UPDATE item SET holding = need.holding FROM need WHERE item.id = need.id",
        ("id", "holding"),
        sorted(known),
    )
    _delete_left(connection, left)
    rows = [
        (ids[item], classes[prefix], serial, holdings[id(states[item])] if item in states else None)
        for item, (prefix, serial) in new.items()
    ]
    bulk.insert(connection, "item", ("id", "class_id", "serial", "holding"), rows)


def clear_states(connection: Connection, numbers: Sequence[int]) -> None:
    """The items *numbers* were never entered, as it turns out."""
    left = _load_holding_ids(connection, numbers)
    bulk.run(
        connection,
        "UPDATE item SET holding = NULL FROM need WHERE item.id = need.id",
        ("id",),
        bulk.singles(numbers),
    )
    _delete_left(connection, left)


def _load_holding_ids(connection: Connection, numbers: Iterable[int]) -> set[int]:
    """The states that the items *numbers* are in."""
    rows = bulk.select(
        connection,
        "SELECT DISTINCT i.holding FROM need CROSS JOIN item AS i ON i.id = need.id"
        " AND i.holding IS NOT NULL",
        ("id",),
        bulk.singles(numbers),
    )
    return {row[0] for row in rows}


def _delete_left(connection: Connection, holdings: Iterable[int]) -> None:
    """Those of *holdings* that the last item has left: each act on one item would leave one."""
    bulk.run(
        connection,
        "DELETE FROM holding WHERE id IN (SELECT id FROM need)"
        " AND NOT EXISTS (SELECT 1 FROM item WHERE item.holding = holding.id)",
        ("id",),
        bulk.singles(sorted(holdings)),
    )


def _reserve(connection: Connection, prefixes: Iterable[str]) -> tuple[dict[str, int], int, int]:
    """The id of the class of each of *prefixes*, and the next id of an item and of a holding."""
    rows = list(
        bulk.select(
            connection,
            f"SELECT need.prefix, c.id, ({_next('item')}), ({_next('holding')}) FROM need"
            " LEFT JOIN item_class AS c ON c.prefix = need.prefix",
            ("prefix",),
            bulk.singles(prefixes),
        )
    )
    if not rows:
        return {}, 0, _next_id(connection, "holding")
    classes = {prefix: number for prefix, number, *_ in rows if number is not None}
    new = sorted([prefix for prefix, number, *_ in rows if number is None])
    if new:
        made = list(zip(range(_next_id(connection, "item_class"), 1 << 62), new, strict=False))
        bulk.insert(connection, "item_class", ("id", "prefix"), made)
        classes.update({prefix: number for number, prefix in made})
    return classes, *rows[0][2:]


def _save_states(
    connection: Connection, states: Mapping[str, ItemState], ids: Mapping[str, int], start: int
) -> dict[int, int]:
    """Write each distinct state object once; returns their ids, from *start*, by ``id(state)``."""
    distinct = {id(state): state for state in states.values()}
    numbers = {key: number for number, key in enumerate(distinct, start)}
    rows = [(numbers[key], *_state_values(state, ids)) for key, state in distinct.items()]
    bulk.insert(connection, "holding", ("id", *_STATE), rows)
    return numbers


def _state_values(state: ItemState, ids: Mapping[str, int]) -> tuple[object, ...]:
    custody = state.custody
    return (
        str(custody.phase),
        custody.holder,
        custody.consignee,
        " ".join(custody.via) if custody.via else None,
        custody.shipment,
        custody.departed,
        state.last,
        milliseconds(state.last_at),
        None if state.parent is None else ids[state.parent],
        state.since,
        None if state.ended is None else state.ended.value,
        state.origin,
        state.foreign,
        _write_pending(state.pending) if state.pending else None,
        write_traits(state),
    )


def _next_id(connection: Connection, table: str) -> int:
    return statements.fetch_number(connection, _next(table))


def _next(table: str) -> str:
    return f"SELECT coalesce(max(id) + 1, 1) FROM {table}"


def save_containments(
    connection: Connection, rows: Sequence[tuple[int, int, int | None, int]]
) -> None:
    """Open or close stays inside a container: (item, start, stop or None, parent)."""
    bulk.upsert(connection, "containment", "item, start", ("item", "start", "stop", "parent"), rows)


# Reading ---------------------------------------------------------------------------------------


def find_serials(connection: Connection, serials: Iterable[str]) -> dict[str, list[str]]:
    """Every item of each bare serial, over all classes."""
    found: dict[str, list[str]] = {}
    rows = bulk.select(
        connection,
        "SELECT need.serial, c.prefix || i.serial FROM need CROSS JOIN item AS i"
        " ON i.serial = need.serial JOIN item_class AS c ON c.id = i.class_id",
        ("serial",),
        bulk.singles(serials),
    )
    for serial, item in rows:
        found.setdefault(serial, []).append(item)
    return found
