"""What a durable commit costs, and what it depends on."""

from collections.abc import Sequence

from figure import Figure, below, percentile
from workspace import Workspace

BIG = 550_000, 650_000


def measure(workspace: Workspace) -> Sequence[Figure]:
    """CPU and wall time of `record` for the turns of the session whose body is about 600 KB."""
    commits = workspace.recording.commits
    big = [each for each in commits if BIG[0] <= each.size < BIG[1]]
    early = commits[10:60]
    sizes = f"{early[0].size // 1000} to {early[-1].size // 1000} KB"
    cpu = percentile([each.cpu_ms for each in big], 0.5)
    return [
        Figure(
            "durable commit of a turn with a 600 KB body, CPU p50",
            f"{cpu:.1f} ms",
            f"{percentile([each.cpu_ms for each in early], 0.5):.1f} ms at {sizes}",
            f"p95 {percentile([each.cpu_ms for each in big], 0.95):.1f} ms",
            "8 ms",
            "2 ms",
            below(cpu, 8, 2),
        ),
        Figure(
            "the same, wall clock p50",
            f"{percentile([each.wall_ms for each in big], 0.5):.1f} ms",
            f"{percentile([each.wall_ms for each in early], 0.5):.1f} ms",
            f"p95 {percentile([each.wall_ms for each in big], 0.95):.1f} ms",
        ),
    ]
