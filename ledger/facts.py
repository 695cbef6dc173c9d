"""What the rules of custody take from elsewhere: parties, mandates, thresholds, as of an entry.

They are decided by log index: a statement counts from the entry after it on. Example::

    facts = FactsOf(registry, pack)
    facts.on(recorded_at).roles["urn:chiptrail:party:customs"]     # frozenset({"inspector"})
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ledger.landmark import Mark, live_landmarks
from ledger.registry import EnrolledKey, Mandate, Party, Registry
from ledger.rules import RulePack, TimeRules
from schemas.statement import Site


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules take from elsewhere, as of the entry.

    *prefixes* and *roles* by party id (``party`` statements), a party without any may be missing.
    *mandates* by principal and agent: the newest statement of the principal about that agent.
    *parties* and *sites* by id: who they are and where. *landmarks* by the ids of their keys; with
    any, *keys* are all that were enrolled, by keyid.
    """

    prefixes: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, frozenset[str]]
    times: TimeRules
    mandates: Mapping[tuple[str, str], Mandate] = field(default_factory=dict)
    parties: Mapping[str, Party] = field(default_factory=dict)
    sites: Mapping[str, Site] = field(default_factory=dict)
    landmarks: Mapping[str, Mark] = field(default_factory=dict)
    keys: Mapping[str, EnrolledKey] = field(default_factory=dict)

    def company(self, party: str) -> str:
        """The company at whose command *party* is: its ultimate parent by the registrar, or it."""
        known = self.parties.get(party)
        return party if known is None else known.ultimate_parent or party

    def country(self, party: str) -> str | None:
        """Where *party* is by the registrar, None if not stated."""
        known = self.parties.get(party)
        return None if known is None else known.country


class FactsOf:
    """The ``Facts`` of each entry while *registry* takes in one statement after the other."""

    def __init__(self, registry: Registry, pack: RulePack) -> None:
        self._registry, self._pack = registry, pack
        self._known: dict[tuple[int, date], Facts] = {}
        self._last: tuple[datetime, int, Facts] | None = None

    def on(self, recorded_at: datetime) -> Facts:
        """The facts for an entry recorded at *recorded_at*, as the registry is now.

        Raises: UnknownRule, MalformedRules.
        """
        size, last = self._registry.size, self._last
        # A batch has one time: the same object, found without making a date of it.
        if last is None or last[0] is not recorded_at or last[1] != size:
            self._last = last = recorded_at, size, self._on_day(recorded_at, size)
        return last[2]

    def _on_day(self, recorded_at: datetime, size: int) -> Facts:
        key = size, recorded_at.date()
        if key not in self._known:
            registry = self._registry
            landmarks = live_landmarks(registry)
            self._known[key] = Facts(
                prefixes={party.id: party.prefixes for party in registry.parties.values()},
                roles=registry.roles(),
                times=self._pack.time_rules(recorded_at),
                mandates=registry.mandates(),
                parties=dict(registry.parties),
                sites=registry.places(),
                landmarks=landmarks,
                keys=dict(registry.keys) if landmarks else {},
            )
        return self._known[key]
