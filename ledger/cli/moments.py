"""Times as people type them: ``2026-03-03``, ``2026-03-03 09:30``, ``+3d``, or RFC 3339.

Without an offset they are UTC, as all times that Chiptrail shows.
"""

import re
from datetime import UTC, datetime, timedelta

_RELATIVE = re.compile(r"([+-])(\d{1,4})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_moment(text: str, now: datetime | None = None) -> datetime:
    """The aware UTC time of *text*; offsets count from *now*.

    Raises: ValueError.
    """
    text = text.strip()
    found = _RELATIVE.fullmatch(text)
    if found:
        span = timedelta(**{_UNITS[found[3]]: int(found[2])})
        now = now or datetime.now(UTC)
        return now + span if found[1] == "+" else now - span
    try:
        at = datetime.fromisoformat(text)
    except ValueError as exc:
        raise ValueError(
            f"got {text!r}, want a time such as 2026-03-03, 2026-03-03T09:30:00Z or +3d"
        ) from exc
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
