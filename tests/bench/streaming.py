"""What capture costs the traffic: a mitmdump that records beside one that merely streams, asked in turns.

Both run at once behind one provider and get the same requests of made-up sessions, so that whatever else the machine
does meets both alike. The one that is not asked is idle. Each request holds the answers that came before it, as they
came through this mitmdump.
"""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from figure import Figure, below, percentile
from provider import Authority
from proxied import Asked, Proxied
from streaming_provider import StreamingProvider
from talking import Talker, requests
from workspace import Workspace

from store.exchange import Exchange

WARM_UP = 10
PACED, FLOOD = 200, 2000


@dataclass
class Side:
    """One mitmdump, who talks through it, and what was measured."""

    proxy: Proxied
    talker: Talker
    cpu_ms: float = 0.0  # a paced request
    grown: int = 0  # resident bytes, after the flood

    @property
    def asked(self) -> list[Asked]:
        """The requests."""
        return self.talker.asked


def measure(workspace: Workspace) -> Sequence[Figure]:
    """The figures."""
    folder = workspace.folder / "streaming"
    folder.mkdir()
    authority = Authority(folder)
    ca = authority.certificate
    with (
        StreamingProvider(authority.chain) as provider,
        Proxied(folder / "plain", provider.port, ca, recording=False) as plain,
        Proxied(folder / "recording", provider.port, ca, recording=True) as recording,
    ):
        sides = Side(plain, Talker(plain.client())), Side(recording, Talker(recording.client()))
        asking = requests()
        _ask(sides, asking, WARM_UP)
        for side in sides:
            side.asked.clear()
            side.cpu_ms = -side.proxy.cpu_seconds() * 1e3
        _ask(sides, asking, PACED)
        for side in sides:
            side.cpu_ms = (side.cpu_ms + side.proxy.cpu_seconds() * 1e3) / PACED
        rows = _paced(*sides)
        provider.gap = 0
        flood = 200 if workspace.quick else FLOOD
        _ask(sides, asking, flood)
        for side in sides:
            side.grown = side.proxy.resident()
        return [*rows, _memory(*sides, flood)]


def _ask(sides: Sequence[Side], asking: Iterator[Exchange], count: int) -> None:
    """Ask each side the same, in turns; who goes first changes."""
    for number in range(count):
        exchange = next(asking)
        for side in sides if number % 2 else reversed(sides):
            side.talker.ask(exchange)


def _paced(plain: Side, recording: Side) -> list[Figure]:
    first, base = (statistics.median(each.first_ms for each in side.asked) for side in (recording, plain))
    delay, usual = (statistics.median(side.talker.delays) for side in (recording, plain))
    ends = [[each.end_ms for each in side.asked] for side in (recording, plain)]
    middle = statistics.median(ends[0]) - statistics.median(ends[1])
    slow, slow_base = (percentile(each, 0.99) for each in ends)
    cpu = recording.cpu_ms / plain.cpu_ms
    first_ratio = below(first / base, 1.10, 1.0)
    return [
        Figure(
            "first byte at the client, p50",
            f"{first:.2f} ms",
            f"{base:.2f} ms",
            f"{first / base:.2f}x",
            "1.10x",
            "1.00x",
            first_ratio,
        ),
        Figure(
            "last byte at the client, p50",
            f"{statistics.median(ends[0]):.2f} ms",
            f"{statistics.median(ends[1]):.2f} ms",
            f"+{middle:.2f} ms",
            "+5 ms",
            "+1 ms",
            below(middle, 5, 1),
        ),
        Figure(
            "last byte at the client, p99",
            f"{slow:.2f} ms",
            f"{slow_base:.2f} ms",
            f"+{slow - slow_base:.2f} ms",
            "+20 ms",
            "",
            below(slow - slow_base, 20, 1),
        ),
        Figure(
            "CPU per streamed request",
            f"{recording.cpu_ms:.1f} ms",
            f"{plain.cpu_ms:.1f} ms",
            f"{cpu:.2f}x",
            "1.30x",
            "1.10x",
            below(cpu, 1.3, 1.1),
        ),
        Figure(
            "delay of a streamed chunk, p50",
            f"{delay:.3f} ms",
            f"{usual:.3f} ms",
            f"{delay - usual:+.3f} ms",
            "+0.1 ms",
            "in its noise",
            below(delay - usual, 0.1, 0.02),
        ),
    ]


def _memory(plain: Side, recording: Side, count: int) -> Figure:
    ratio = recording.grown / plain.grown
    mine, other = (f"{side.grown / 1e6:.0f} MB" for side in (recording, plain))
    return Figure(
        f"memory over {count:,} requests", mine, other, f"{ratio:.2f}x", "1.15x", "1.05x", below(ratio, 1.15, 1.05)
    )
