"""What this machine has for a process: cores, free memory; how sizes are said; how often garbage is looked for."""

from __future__ import annotations

import gc
import os
from pathlib import Path

_MEMORY = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")
"""Where Linux says what a container may use."""


_OBJECTS, _LOOKS = 100_000, 2


def collect_seldom() -> None:
    """Let this process look for garbage after 100,000 new objects, not 700: nearly all go without being looked for.

    An eighth of the time of verifying a small workbook was spent on it. What is left lying is 20 MB at most.
    """
    gc.set_threshold(_OBJECTS, _LOOKS, _LOOKS)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def free_memory() -> int | None:
    """Return the bytes of memory that are free, None where the system does not say.

    Where it says only how much there is (macOS), that is taken for free.
    """
    try:
        text = _MEMORY.read_text("ascii")
        free = 1024 * int(text.partition("MemAvailable:")[2].split()[0])
    except (OSError, ValueError, IndexError):
        return _physical_memory()
    try:
        most, used = (int((_GROUP / f"memory.{name}").read_text("ascii")) for name in ("max", "current"))
    except (OSError, ValueError):  # no such group, or one without a limit
        return free
    return max(0, min(free, most - used))


def _physical_memory() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def as_size(count: float) -> str:
    """Return a number of bytes in the unit that suits it, to two digits or whole: 9.4 MB, 130 MB."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            break
        count /= 1000
    return f"{count:.1f} {unit}" if count < 10 and unit != "bytes" else f"{count:,.0f} {unit}"
