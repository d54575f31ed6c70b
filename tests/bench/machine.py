"""How much of the machine's CPUs was idle, so that a figure of a queue is not taken for a figure of capture."""

from pathlib import Path
from typing import NamedTuple, Self


class Times(NamedTuple):
    """Of all CPUs together since the machine started, in ticks; waiting for the disk is idle too."""

    idle: int
    all: int

    @classmethod
    def now(cls) -> Self:
        """From the first line of /proc/stat, see proc_stat(5)."""
        times = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return cls(times[3] + times[4], sum(times))

    def idle_since(self, before: "Times") -> float:
        """The share of idle time, 0 to 1, whoever used the rest."""
        return (self.idle - before.idle) / (self.all - before.all)
