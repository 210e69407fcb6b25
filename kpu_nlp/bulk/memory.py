"""How much memory a process holds."""

from __future__ import annotations

import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_memory() -> int:
    """Return the most memory that this process has held at once, in bytes; 0 where the system does not tell."""
    if _STATUS.exists():
        # getrusage would count the parent's memory too: Linux hands it on to a process that is started.
        fields = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines() if ":" in line)
        return int(fields.get("VmHWM", "0 kB").split()[0]) * 1024
    try:
        import resource  # noqa: PLC0415 - Windows has none
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
