"""How much of the machine's CPUs was idle, so that a figure of a queue is not taken for a figure of capture."""

from pathlib import Path

_IDLE = 3  # where idle and waiting for the disk stand on the line (proc_stat(5)); both are time that a CPU had to give
_COUNTED = 8  # times after these are parts of earlier ones


class Idle:
    """Of all CPUs, over the spans between `begin` and `end`."""

    def __init__(self) -> None:
        self._idle = 0
        self._all = 0

    def begin(self) -> None:
        """A span begins."""
        self._count(-1)

    def end(self) -> None:
        """A span ends."""
        self._count(1)

    @property
    def share(self) -> float:
        """0 to 1; of whatever ran on the machine."""
        return self._idle / self._all

    def _count(self, sign: int) -> None:
        times = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]][:_COUNTED]
        self._idle += sign * sum(times[_IDLE : _IDLE + 2])
        self._all += sign * sum(times)
