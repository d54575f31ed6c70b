"""What capture costs where many answers stream at once: 1, 10 and 50 of them, through the same two mitmdumps.

The more streams there are, the longer each pauses between two events, so that the machine could serve them all.
"""

import statistics
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from figure import Figure, below
from provider import Authority
from proxied import Proxied
from streaming_provider import StreamingProvider
from talking import Talker, requests
from workspace import Workspace

STREAMS = (1, 10, 50)
_REQUESTS = 120  # through each mitmdump, for each number of streams, at least two a stream
_EVENT_EVERY = 0.003  # seconds between two events of all streams together


def measure(workspace: Workspace) -> Sequence[Figure]:
    """The figures."""
    folder = workspace.folder / "many-streams"
    folder.mkdir()
    authority = Authority(folder)
    ca = authority.certificate
    rows: list[Figure] = []
    with (
        StreamingProvider(authority.chain) as provider,
        Proxied(folder / "plain", provider.port, ca, recording=False) as plain,
        Proxied(folder / "recording", provider.port, ca, recording=True) as recording,
    ):
        for streams in STREAMS:
            provider.gap = max(0.005, streams * _EVENT_EVERY)
            rounds = max(2, (_REQUESTS if not workspace.quick else _REQUESTS // 2) // streams)
            rows += _row(streams, rounds, *(_Group(proxy, streams) for proxy in (recording, plain)))
    return rows


class _Group:
    """So many talkers through one mitmdump."""

    def __init__(self, proxy: Proxied, streams: int) -> None:
        self._proxy = proxy
        self.talkers = [Talker(proxy.client()) for _ in range(streams)]
        self._asking = [requests(1_000 * streams + number) for number in range(streams)]
        self._pool = ThreadPoolExecutor(streams)
        self.cpu_ms = 0.0

    def ask(self) -> None:
        """One request of each, all at once."""
        began = self._proxy.cpu_seconds()
        exchanges = [next(asking) for asking in self._asking]
        list(self._pool.map(lambda pair: pair[0].ask(pair[1]), zip(self.talkers, exchanges, strict=True)))
        self.cpu_ms += (self._proxy.cpu_seconds() - began) * 1e3

    def first_ms(self) -> float:
        """Median of all requests' first bytes."""
        return statistics.median(each.first_ms for talker in self.talkers for each in talker.asked)

    def end_ms(self) -> float:
        """Median of all requests' last bytes."""
        return statistics.median(each.end_ms for talker in self.talkers for each in talker.asked)

    def delay_ms(self) -> float:
        """Median of all events' delays."""
        return statistics.median(delay for talker in self.talkers for delay in talker.delays)


def _row(streams: int, rounds: int, recording: _Group, plain: _Group) -> list[Figure]:
    for group in (recording, plain):
        group.ask()  # connections are made, certificates too
        group.cpu_ms = 0.0
        for talker in group.talkers:
            talker.asked.clear()
    for number in range(rounds):
        for group in (recording, plain) if number % 2 else (plain, recording):
            group.ask()
    asked = rounds * streams
    cpu = recording.cpu_ms / plain.cpu_ms
    first, base = recording.first_ms(), plain.first_ms()
    last = recording.end_ms() - plain.end_ms()
    delay = recording.delay_ms() - plain.delay_ms()
    name = f"{streams} at once"
    mine, other = recording.cpu_ms / asked, plain.cpu_ms / asked
    return [
        Figure(
            f"{name}: CPU per request",
            *(f"{mine:.1f} ms", f"{other:.1f} ms", f"{cpu:.2f}x", "1.30x", "1.10x"),
            below(cpu, 1.30, 1.10),
        ),
        Figure(
            f"{name}: first byte, p50",
            *(f"{first:.2f} ms", f"{base:.2f} ms", f"{first / base:.2f}x", "1.10x", "1.00x"),
            below(first / base, 1.10, 1.00),
        ),
        Figure(
            f"{name}: last byte, p50",
            *(f"{recording.end_ms():.2f} ms", f"{plain.end_ms():.2f} ms", f"{last:+.2f} ms", "+5 ms", "+1 ms"),
            below(last, 5, 1),
        ),
        Figure(
            f"{name}: delay of a chunk, p50",
            *(f"{recording.delay_ms():.3f} ms", f"{plain.delay_ms():.3f} ms", f"{delay:+.3f} ms", "+0.1 ms", ""),
            below(delay, 0.1, 0.02),
        ),
    ]
