"""What holds for every test: where temporary files go, and how long a property may take."""

import os
from pathlib import Path

from hypothesis import HealthCheck, settings

# Most tests commit hundreds of times and ask nothing of the disk: memory spares them the waiting.
# What durability rests on (order of writes, settings read back) is asserted, not timed.
_MEMORY = Path("/dev/shm")
if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

# A busy machine is no failure.
settings.register_profile("chiptrail", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("chiptrail")
