"""The statements that say who signed: what a reader needs to know a bundle's keys by itself.

Credentials(connection, registry).about(parties, key_indexes, principals_and_agents)
"""

from collections.abc import Iterable

from ledger.registry import EnrolledKey, Registry
from ledger.store import log
from ledger.store.database import Connection
from ledger.store.log import EntryRow
from schemas.statement import KeyStatement, parse_statement


class Credentials:
    """The statements of one snapshot, each read once."""

    def __init__(self, connection: Connection, registry: Registry) -> None:
        self._connection, self._registry = connection, registry
        self._rows: dict[int, EntryRow] = {}
        self._needs: dict[int, set[int]] = {}
        self._first: dict[str, int] = {}
        for index in sorted(registry.by_index, reverse=True):
            self._first[registry.by_index[index].party] = index

    def about(
        self,
        parties: Iterable[str],
        keys: Iterable[int],
        agents: Iterable[tuple[str, str]] = (),
    ) -> tuple[EntryRow, ...]:
        """The genesis, all that was said of *parties*, and what makes *keys* (by index) theirs.

        Of *agents*, pairs of a principal and who signed for it, all mandates of the one for the
        other.

        Of each key that signed: its statement, its revocation, the first key of its party (only
        that needs no endorsement), the key that endorsed it, and the same for whoever signed these.
        """
        known = self._registry.parties
        missing = {0, *[i for party in parties if party in known for i in known[party].indexes]}
        missing |= {i for pair in agents for i in self._registry.mandated.get(pair, ())}
        for index in keys:
            missing |= self._statements_of(self._registry.by_index[index])
        wanted: set[int] = set()
        while missing:  # once per generation of keys that vouch for keys: nearly always twice
            wanted |= missing
            self._load(missing)
            missing = {i for index in missing for i in self._needs[index]} - wanted
        return tuple([self._rows[index] for index in sorted(wanted)])

    def _statements_of(self, key: EnrolledKey) -> set[int]:
        revoked = set() if key.revoked is None else {key.revoked}
        return {key.index, self._first[key.party], *revoked}

    def _load(self, indexes: set[int]) -> None:
        new = sorted(indexes - self._rows.keys())
        self._rows.update(log.load_entries_at(self._connection, new))
        for index in new:
            self._needs[index] = self._vouchers(self._rows[index])

    def _vouchers(self, row: EntryRow) -> set[int]:
        """The statements behind the keys that signed *row* and that endorsed what it says."""
        statement = parse_statement(row.payload)
        needs = self._statements_of(self._registry.by_index[row.key_idx])
        if isinstance(statement, KeyStatement) and statement.endorsement is not None:
            endorser = self._registry.keys[statement.endorsement.keyid]
            needs |= self._statements_of(endorser)
        return needs
