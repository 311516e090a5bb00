"""What the system knows about a process: CPU time, memory, disk."""

import os
import resource


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def memory_bytes():
    """Resident: all of it, and what is no page of a file."""
    out = {}
    with open("/proc/self/status", encoding="ascii") as lines:
        for line in lines:
            name, _, value = line.partition(":")
            if name in ("VmRSS", "RssAnon"):
                out[{"VmRSS": "rss", "RssAnon": "anon"}[name]] = int(value.split()[0]) * 1024
    return out


def disk_bytes(folder):
    """Blocks that the files under a folder occupy; holes are not counted."""
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(base, name)).st_blocks * 512
            except FileNotFoundError:
                pass  # a file that background work removed meanwhile
    return total
