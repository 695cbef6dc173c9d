"""Start-up guard: ``ledger``, ``schemas``, ``web`` and ``migrations`` must be Chiptrail's own.

The names are short, other distributions install packages of the same name, and pip writes one over
the other without a word. A ledger that runs somebody else's ``web`` must not start. Two checks:

(1) all four packages lie beside this one, so none is taken from elsewhere on the import path;
(2) in an installed wheel, the four folders hold the files that the wheel recorded, at their sizes.

Source: PyPA, "Recording installed projects", the RECORD file. ``importlib.metadata`` would answer
too, for fifty times the price: it reads what every installed distribution says of itself.

This is the entry point of the command, so nothing of Chiptrail that a clash could break is
imported before the check::

    $ chiptrail demo
    chiptrail: cannot start, its packages are mixed up with those of another distribution
      web/__init__.py: not as installed
"""

import csv
import os
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

DISTRIBUTION = "chiptrail"
PACKAGES = ("ledger", "migrations", "schemas", "web")
HOME = Path(__file__).parents[2]
CANNOT_OPEN = 3

_ADVICE = "Chiptrail is an application: install it in an environment of its own.\n"


def main() -> None:
    """Run the command, or say why not and exit with 3."""
    complaints = [*misplaced(HOME, folders), *altered(HOME)]
    if complaints:
        sys.stderr.write(_message(complaints))
        raise SystemExit(CANNOT_OPEN)
    from ledger.cli.main import main as run

    run()


def folders(name: str) -> list[str]:
    """The folders that importing the top-level package *name* would read; none when not found."""
    spec = find_spec(name)
    return list(spec.submodule_search_locations or ()) if spec else []


def misplaced(home: Path, find: Callable[[str], list[str]]) -> list[str]:
    """What is wrong with the places of the four packages; *find* is ``folders`` outside tests."""
    complaints = []
    for name in PACKAGES:
        found, wanted = find(name), home / name
        if [os.path.realpath(folder) for folder in found] != [os.path.realpath(wanted)]:
            complaints.append(f"{name}: found in {', '.join(found) or 'no folder'}, want {wanted}")
    return complaints


def altered(home: Path) -> list[str]:
    """Files of the four packages under *home* that are not as the wheel installed them.

    A checkout has no RECORD beside its packages and nothing is installed over it: no complaints.
    Sizes suffice because a clash is an accident; an attacker who can write here has won anyway.
    """
    record = next(home.glob(f"{DISTRIBUTION}-*.dist-info/RECORD"), None)
    if record is None:
        return []
    differing = set(_recorded(record)) ^ set(_present(home))
    return [f"{path}: not as installed" for path in sorted({path for path, _ in differing})]


def _recorded(record: Path) -> Iterator[tuple[str, int]]:
    with record.open(encoding="utf-8", newline="") as lines:
        for path, _, size in csv.reader(lines):
            if path.startswith(tuple(f"{name}/" for name in PACKAGES)) and _is_source(path):
                yield path, int(size)


def _present(home: Path) -> Iterator[tuple[str, int]]:
    for name in PACKAGES:
        for folder, _, files in os.walk(home / name):
            for file in filter(_is_source, files):
                path = Path(folder, file)
                yield path.relative_to(home).as_posix(), path.stat().st_size


def _is_source(path: str) -> bool:
    # Compiled files come and go: pip and Python make them as they like.
    return not path.endswith((".pyc", ".pyo"))


def _message(complaints: list[str]) -> str:
    # Slow, and only now worth it: who else claims one of the names.
    from importlib.metadata import packages_distributions

    claims = packages_distributions()
    others = {owner for name in PACKAGES for owner in claims.get(name, ())} - {DISTRIBUTION}
    lines = [
        "chiptrail: cannot start, its packages are mixed up with those of another distribution",
        *(f"  {complaint}" for complaint in complaints[:8]),
        *([f"  and {len(complaints) - 8} more"] if len(complaints) > 8 else []),
        *([f"  the same names are claimed by: {', '.join(sorted(others))}"] if others else []),
    ]
    return "\n".join(lines) + "\n" + _ADVICE
