"""What capture costs the traffic: a mitmdump that records beside one that merely streams, asked in turns.

Both run at once behind one provider and get the same requests of made-up sessions, so that whatever else the machine
does meets both alike. The one that is not asked is idle. Each request holds the answers that came before it, as they
came through this mitmdump.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from costs import Cost, figures
from figure import Figure, below
from pacing import steady
from provider import Authority
from proxied import Proxied
from recording import kept
from streaming_client import Client
from streaming_provider import StreamingProvider
from talking import Question, Talker, questions
from workspace import Workspace

WARM_UP = 10
EARLY = 90  # with those: 100 requests
PACED, FLOOD = 200, 2000


@dataclass
class Side:
    """One mitmdump, who talks through it, and the CPU time it had used when measuring began."""

    proxy: Proxied
    talker: Talker
    cpu_seconds: float = 0.0

    def cost(self) -> Cost:
        """Of all requests since `begin`."""
        spent = self.proxy.cpu_seconds() - self.cpu_seconds
        return Cost(tuple(self.talker.asked), spent * 1e3 / len(self.talker.asked))

    def begin(self) -> None:
        """Measure from here on."""
        self.talker.asked.clear()
        self.cpu_seconds = self.proxy.cpu_seconds()


def measure(workspace: Workspace) -> Sequence[Figure]:
    """The figures."""
    folder = workspace.folder / "streaming"
    folder.mkdir()
    authority = Authority(folder)
    ca = authority.certificate
    flood = 200 if workspace.quick else FLOOD
    with (
        StreamingProvider(authority.chain) as provider,
        Proxied(folder / "plain", provider.port, ca, recording=False) as plain,
        Proxied(folder / "recording", provider.port, ca, recording=True) as recording,
    ):
        rows = provider.run(_figures(provider, plain, recording, flood))
    return [*rows, kept(recording.archive, WARM_UP + PACED + flood)]


async def _figures(provider: StreamingProvider, plain: Proxied, recording: Proxied, flood: int) -> list[Figure]:
    sides = [Side(proxy, Talker(await Client.connect(proxy.port, proxy.ca))) for proxy in (plain, recording)]
    asking = questions()
    await _ask(sides, asking, WARM_UP)
    for side in sides:
        side.begin()
    await _ask(sides, asking, EARLY)
    early = recording.resident()
    await _ask(sides, asking, PACED - EARLY)
    usual, cost = (side.cost() for side in sides)
    rows = figures(usual, cost)
    provider.pacing = steady(0)
    await _ask(sides, asking, flood)
    for side in sides:
        side.talker.client.close()
    return [*rows, *_memory(plain.resident(), recording.resident(), early, flood)]


async def _ask(sides: Sequence[Side], asking: Iterator[Question], count: int) -> None:
    """Ask each side the same, in turns; who goes first changes."""
    for number in range(count):
        question = next(asking)
        for side in sides if number % 2 else reversed(sides):
            await side.talker.ask(question)


def _memory(plain: int, recording: int, early: int, flood: int) -> list[Figure]:
    ratio, growth = recording / plain, recording / early
    first = WARM_UP + EARLY
    mine, other, before = (f"{size / 1e6:.0f} MB" for size in (recording, plain, early))
    return [
        Figure(
            f"memory over {flood:,} requests",
            *(mine, other, f"{ratio:.2f}x", "1.15x", "1.05x"),
            below(ratio, 1.15, 1.05),
        ),
        Figure(
            f"resident memory after {flood:,} requests, beside that after {first}",
            *(mine, before, f"{growth:.2f}x", "1.15x", "1.05x"),
            below(growth, 1.15, 1.05),
        ),
    ]
