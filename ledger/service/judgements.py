"""What is judged of new entries, for their receipts: as the signer's own dossier will have it.

What the rules of custody find comes out of the fold. What is found of places, licences and numbers
is judged here, at the end of the batch, through the eyes of who signed: before signing, in a dry
run, as after. An entry of which its signer did not see all is passed over: a trial must not tell
what is there. Of a long list the first items are judged; ``check`` judges all::

    judge_new(ledger, batch, {41: act}, answers.partial)[41]      # the findings of entry 41
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import islice

from ledger.act import Act, ActKind
from ledger.facts import FactsOf
from ledger.finding import Finding
from ledger.judge import judge
from ledger.service.ledger import Ledger
from ledger.service.sequencer import Batch
from ledger.service.sight import Sight
from ledger.service.views import load_views
from ledger.store import items
from ledger.view import Reader, signer_of

# What a receipt takes the time for: items of one entry, and of all that share a transaction.
OF_ENTRY = 100
OF_BATCH = 1000

Judged = Mapping[int, tuple[Finding, ...]]
_SAYS_NOTHING = frozenset({ActKind.RECORD, ActKind.CORRECT})


def judge_new(
    ledger: Ledger, batch: Batch, acts: Mapping[int, Act], veiled: Collection[int]
) -> Judged:
    """What is judged of each of *acts*, by index: those entries of *batch*, which it has projected.

    *veiled* are entries of which their signers did not see everything before.
    Raises: UnknownRule, MalformedRules.
    """
    now, registry = items.moment(batch.recorded_at), batch.registry
    facts = FactsOf(registry, ledger.pack).on(now)
    asked: dict[str, dict[int, tuple[str, ...]]] = {}
    left = OF_BATCH
    for index, act in acts.items():
        if act.kind not in _SAYS_NOTHING and index not in veiled:
            named = tuple(islice(act.names(), min(OF_ENTRY, left)))
            left -= len(named)
            asked.setdefault(signer_of(act, facts, now), {})[index] = named
    found: dict[int, tuple[Finding, ...]] = {}
    for party, named_by in asked.items():
        reader = Reader(party, facts.roles.get(party, frozenset()))
        sight = Sight(batch.connection, registry, ledger.pack, reader, now)
        seen = load_views(sight, {item for named in named_by.values() for item in named})
        judged = {
            item: judge(one.view, ledger.pack, ledger.atlas, now) for item, one in seen.items()
        }
        for index, named in named_by.items():
            found[index] = _of_entry(index, [judged[item] for item in named if item in judged])
    return found


def _of_entry(index: int, judged: Iterable[Iterable[Finding]]) -> tuple[Finding, ...]:
    """What is found of entry *index* among what was *judged* of its items, each once."""
    items_of: dict[Finding, list[str]] = {}
    for findings in judged:
        for one in findings:
            if one.index == index:
                items_of.setdefault(replace(one, items=()), []).extend(one.items)
    return tuple([replace(one, items=tuple(named)) for one, named in items_of.items()])
