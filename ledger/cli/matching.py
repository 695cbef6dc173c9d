"""Which party a text means, of those that are known.

match_party("oslo", {"urn:chiptrail:party:oslo": ("Oslo Data",)})     # "urn:chiptrail:party:oslo"
"""

from collections.abc import Mapping, Sequence

import click

from schemas.errors import NotFound


def match_party(text: str, names: Mapping[str, Sequence[str]]) -> str:
    """The party that *text* means, of those with *names* by id: an id, its last part, or a name.

    Case does not count. A full id need not be enrolled: goods go to parties without keys too.

    Raises: NotFound, UsageError (several bear the name), BadParameter.
    """
    from schemas.formats import check_party_id

    wanted = text.casefold()
    matches = [
        party
        for party, called in names.items()
        if party.rpartition(":")[2].casefold() == wanted
        or any(name.casefold() == wanted for name in called)
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise click.UsageError(f"{text} is the name of several: {', '.join(matches)}")
    if ":" not in text:
        known = ", ".join(sorted(party.rpartition(":")[2] for party in names)) or "none like it"
        raise NotFound(f"no party {text!r} is enrolled; there are {known}")
    try:
        return check_party_id(text)
    except ValueError as exc:
        raise click.BadParameter(str(exc)) from exc
