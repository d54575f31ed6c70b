"""What capture costs the traffic, as figures: requests through a mitmdump that records beside one that streams."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from figure import Figure, below, percentile
from heard import Asked


@dataclass(frozen=True, slots=True)
class Cost:
    """What was measured through one mitmdump; its CPU time is ms a request."""

    asked: Sequence[Asked]
    cpu_ms: float

    def first_ms(self) -> float:
        """Median."""
        return statistics.median(each.first_ms for each in self.asked)

    def end_ms(self, part: float) -> float:
        """That of ``part`` (0 to 1) of the requests."""
        return percentile([each.end_ms for each in self.asked], part)

    def delay_ms(self) -> float:
        """Median of all events."""
        return statistics.median(delay for each in self.asked for delay in each.delays_ms)


def figures(plain: Cost, recording: Cost, when: str = "") -> list[Figure]:
    """Rows; ``when`` stands before each name."""
    first, base = recording.first_ms(), plain.first_ms()
    ends, bases = ([cost.end_ms(part) for part in (0.5, 0.99)] for cost in (recording, plain))
    middle, slow = (end - base for end, base in zip(ends, bases, strict=True))
    cpu = recording.cpu_ms / plain.cpu_ms
    delay = recording.delay_ms() - plain.delay_ms()
    return [
        Figure(
            f"{when}first byte at the client, p50",
            *(f"{first:.2f} ms", f"{base:.2f} ms", f"{first / base:.2f}x", "1.10x", "1.00x"),
            below(first / base, 1.10, 1.00),
        ),
        Figure(
            f"{when}last byte at the client, p50",
            *(f"{ends[0]:.2f} ms", f"{bases[0]:.2f} ms", f"{middle:+.2f} ms", "+5 ms", "+1 ms"),
            below(middle, 5, 1),
        ),
        Figure(
            f"{when}last byte at the client, p99",
            *(f"{ends[1]:.2f} ms", f"{bases[1]:.2f} ms", f"{slow:+.2f} ms", "+20 ms", ""),
            below(slow, 20, 1),
        ),
        Figure(
            f"{when}CPU per streamed request",
            *(f"{recording.cpu_ms:.1f} ms", f"{plain.cpu_ms:.1f} ms", f"{cpu:.2f}x", "1.30x", "1.10x"),
            below(cpu, 1.30, 1.10),
        ),
        Figure(
            f"{when}delay of a streamed chunk, p50",
            *(f"{recording.delay_ms():.3f} ms", f"{plain.delay_ms():.3f} ms", f"{delay:+.3f} ms"),
            *("+0.1 ms", "in its noise"),
            below(delay, 0.1, 0.02),
        ),
    ]
