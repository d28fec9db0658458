"""What the kernel tells of a process."""

import os
import time


def comm(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""


def is_alive(pid):
    """A zombie is dead."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def cpu(pid):
    """
    Nanoseconds of all threads, those that have ended too: the process's CPU clock, whose number is made of its pid
    (clock_getcpuclockid(3)).
    """
    try:
        return time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        return 0


def switches(pid):
    """How often its threads gave the CPU up or lost it."""
    count = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/status", encoding="utf-8") as file:
            count += sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)
    return count


def waits(pid):
    """How often each of its threads gave the CPU up to wait: after each it woke up."""
    counts = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/status", encoding="utf-8") as file:
                counts[int(thread)] = next(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt_switches"))
        except OSError:
            # It has ended meanwhile.
            pass
    return counts


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def pss(pid):
    """Proportional set size, in KiB: what it shares with others counts in part."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
