"""What an entry's key says against the entry: judged when it is read, and never stored.

Source: docs/findings.md, "Keys". Neither undoes anything, and neither speaks against an item: the
entry stands as it was signed, and whoever reads it is told how far the key is vouched for.

    check_key(registry.by_index[row.key_idx], row.idx, recorded_at)     # usually ()
"""

from datetime import datetime

from ledger.finding import Code, Finding
from ledger.registry import EnrolledKey
from ledger.wording import in_words, phrase


def check_key(key: EnrolledKey, index: int, recorded_at: datetime) -> tuple[Finding, ...]:
    """What is found on entry *index*, signed with *key* and recorded at *recorded_at*.

    *key* is as the registry has it now: a revocation counts also for what came before it.
    """
    found = []
    if not key.endorsed:
        message = phrase(
            "signed with a key of %(who)s that none of its earlier keys vouched for; that it is one"
            " of its keys the registrar alone says",
            who=key.party,
        )
        cites = (key.index,)
        found.append(Finding(Code.REGISTRAR_ONLY, message, index, cites=cites, on_items=False))
    since = key.suspected_since
    if key.revoked is not None and since is not None and since <= recorded_at:
        message = phrase(
            "signed with a key of %(who)s that others may have had since %(date)s; it was revoked"
            " later (entry %(entry)s)",
            who=key.party,
            date=in_words(since),
            entry=key.revoked,
        )
        cites = (key.revoked,)
        found.append(Finding(Code.DISPUTED, message, index, cites=cites, on_items=False))
    return tuple(found)
