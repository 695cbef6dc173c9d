"""Which party a text means, of those that are known, for a command.

match_party("oslo", {"urn:chiptrail:party:oslo": ("Oslo Data",)})     # "urn:chiptrail:party:oslo"
"""

from collections.abc import Mapping, Sequence

import click

from schemas.errors import MalformedParameter


def match_party(text: str, names: Mapping[str, Sequence[str]]) -> str:
    """The party that *text* means, as ``ledger.names.party_meant`` has it.

    Raises: NotFound, UsageError.
    """
    from ledger.names import party_meant

    try:
        return party_meant(text, names)
    except MalformedParameter as exc:
        raise click.UsageError(exc.message) from exc
