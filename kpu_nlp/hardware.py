"""What the machine has, told without importing a heavy library."""

from __future__ import annotations

import os
from pathlib import Path


def may_have_gpu() -> bool:
    """Tell whether a GPU that torch could use may be there: the driver is loaded, or the system does not say (Windows)."""
    return os.name != "posix" or Path("/proc/driver/nvidia").exists()
