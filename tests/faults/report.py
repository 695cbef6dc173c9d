"""What a run found: a line for each kind of fault, kept as JSON, and as docs/reliability.md.

A deep run of some kinds takes the place of what was kept of these; each line says of which commit
and seed it is.
"""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.architecture import ROOT
from tests.faults import mutants, restores

KEPT = ROOT / "build" / "faults.json"
PAGE = ROOT / "docs" / "reliability.md"


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one kind of fault; *violations*: how many cases had any; *skipped*: why."""

    name: str
    what: str
    counts: dict[str, int]
    violations: int
    seed: int
    commit: str
    seconds: float
    skipped: str | None

    @property
    def summary(self) -> str:
        """The line in short."""
        if self.skipped is not None:
            return f"not run: {self.skipped}"
        verdict = "nothing violated" if not self.violations else f"{self.violations} VIOLATED"
        return f"{self.told}; {verdict}; {self.seconds:.0f} s"

    @property
    def told(self) -> str:
        """The counts in words."""
        return ", ".join(f"{count:,} {name}" for name, count in self.counts.items() if count)


def commit() -> str:
    """The commit that is measured, marked where files differ from it."""
    asked = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def save(lines: Sequence[Line]) -> Path:
    """Keep *lines* beside those of other kinds, and write the page of all; gives its path."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    kept |= {line.name: asdict(line) for line in lines}
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    PAGE.write_text(page([Line(**one) for one in kept.values()]), encoding="utf-8")
    return PAGE


def page(lines: Sequence[Line]) -> str:
    """The whole of docs/reliability.md."""
    rows = "\n".join(
        f"| {line.what} | {line.skipped or line.told} | {line.violations} | {line.seed} |"
        f" `{line.commit}` | {line.seconds:.0f} s |"
        for line in lines
    )
    scenarios = "\n".join(f"| {one.what} | {one.wanted} |" for one in restores.SCENARIOS.values())
    planted = "\n".join(
        f"| `{name}` | {one.what} | `{one.caught_by}` |" for name, one in mutants.MUTANTS.items()
    )
    return _PAGE.format(rows=rows, scenarios=scenarios, planted=planted)


_PAGE = """\
# Reliability

Written by `DEEP=1 make faults`; not by hand. What holds by design is in [architecture.md](architecture.md), "What never
breaks". This is what was tried to break it.

## What was run

| fault | how often | cases with a violation | seed | commit | time |
| --- | --- | --- | --- | --- | --- |
{rows}

A commit with a `+` had files that were not committed yet. A violation is any of these, as a checker finds it that shares
no code with Chiptrail: an acked entry is not at its index, with its time; an index is used twice or missing; a checkpoint that
was ever signed, served or stored is not of this history; the checkpoint file promises more than the database has, or less than
was acked; log time goes back; entries, tiles, events shown and activity contradict each other; published tiles do not give the
published checkpoint. Or: after the fault the ledger does not open, does not give what is sent again its old index, does not
record anything new, or its own audit finds something.

- **kill -9**: at every call by which the program changes a file, of one capture at a time, of capture in bulk, across the
  end of a tile, of publishing, of founding (which is also the migration of an empty database), and of making projections of an older
  version anew; of those with more than 300 calls an even choice of them.
- **power cut**: runs are recorded call by call; then states of the disk are drawn at every crash point. What was synced is there;
  of the rest any part may be missing, kept, kept without what came before, or torn at 512 bytes; names of files too. `states` are
  those that differ, `drawn` all that were drawn. With one in 40 the work is taken up again by the program. Disks that lie about
  fsync are not modelled, nor are file systems that lose old data when they lose new.
- **a call fails**: EIO and ENOSPC at each of the first hundred calls that change a file, once and from then on; short writes are
  real ones (a limit on the size of files). A call that fails though it was carried out is not among them.
- **disk full**: a tmpfs of so many KiB is filled, then made larger; the program is started again.
- **PostgreSQL**: SIGKILL to the server and all its processes under eight writers, over and over on one database.
- **clocks**: wall time steps by up to ten years, between runs and during them.
- **bit flips at rest**: one bit of a byte that holds a row of the truth, anywhere in the file; `named`: the audit names the row, or
  SQLite's own check the page. What nobody signs is left out: who asked for a batch, what for and when.

## Files restored, mixed up, doubled

| what there is | what the ledger does |
| --- | --- |
{scenarios}

## Planted faults

Each of these mistakes is planted in a running program in turn, and must be caught; a run that misses one has failed.

| name | the program | caught by |
| --- | --- | --- |
{planted}

## Not run yet

Witnesses, `backup` and `restore` are not part of this version; faults of theirs (a witness ahead, down, or answering before it has
persisted; a restore that signs at once) come with them. Forks by a malicious operator are covered here by one scenario only (a client
of one copy comes to the other). PostgreSQL is killed, not cut off from power.

## Repeat it

```
$ make faults                      # a few minutes
$ DEEP=1 make faults               # everything; writes this page
$ make faults SEED=7 ONLY=kill
$ make faults SEED=7 CASE=kill/capture/pwrite64/17
```
"""
