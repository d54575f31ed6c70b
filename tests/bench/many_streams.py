"""What capture costs where many answers stream at once: 1, 10 and 50 talkers through the same two mitmdumps.

Each talker holds its own session at its own pace (`pacing`), so streams begin and end when they do. Both mitmdumps get
the same sessions with the same pauses, in short blocks by turns, so that the machine's noise meets both alike. The more
streams there are, the longer each pauses between two events, so that the machine can serve them all: figures of a
machine without idle time are of its queue. How much of it was idle, and how many streams were open, stands beside them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from costs import figures
from crowd import Crowd
from figure import Figure, above
from pacing import drawn, steady
from provider import Authority
from proxied import Proxied
from recording import kept
from streaming_provider import StreamingProvider
from talking import Question, questions
from workspace import Workspace

_EVENT_EVERY = 0.0015  # seconds between two events of all streams together
_SHORTEST = 0.005  # seconds that a pause of one stream lasts on average, however few there are


@dataclass(frozen=True, slots=True)
class Plan:
    """So many talkers, so many blocks through each mitmdump, so many requests of each talker in a block."""

    streams: int
    blocks: int
    each: int


PLANS = (Plan(1, 10, 15), Plan(10, 6, 5), Plan(50, 2, 3))
QUICK = (Plan(1, 4, 10), Plan(10, 2, 5), Plan(50, 2, 2))


def measure(workspace: Workspace) -> Sequence[Figure]:
    """The figures."""
    folder = workspace.folder / "many-streams"
    folder.mkdir()
    authority = Authority(folder)
    ca = authority.certificate
    plans = QUICK if workspace.quick else PLANS
    rows: list[Figure] = []
    with (
        StreamingProvider(authority.chain) as provider,
        Proxied(folder / "plain", provider.port, ca, recording=False) as plain,
        Proxied(folder / "recording", provider.port, ca, recording=True) as recording,
    ):
        for plan in plans:
            rows += provider.run(_figures(plan, provider, plain, recording))
    asked = sum(plan.streams * (1 + plan.blocks * plan.each) for plan in plans)
    return [*rows, kept(recording.archive, asked)]


async def _figures(plan: Plan, provider: StreamingProvider, *proxies: Proxied) -> list[Figure]:
    plain, recording = crowds = [await Crowd.connect(proxy, plan.streams) for proxy in proxies]
    asking = [questions(1_000 * plan.streams + number) for number in range(plan.streams)]
    provider.pacing = steady(0)
    opening = _take(asking, 1)  # tools and system prompt of every session, certificates
    for crowd in crowds:
        await crowd.talk(opening, provider.pacing)
    provider.pacing = drawn(max(_SHORTEST, plan.streams * _EVENT_EVERY))
    for crowd in crowds:
        crowd.begin()
    for number in range(plan.blocks):
        block = _take(asking, plan.each)
        for crowd in crowds if number % 2 else reversed(crowds):
            await crowd.talk(block, provider.pacing)
    rows = _rows(f"{plan.streams} at once: ", plain, recording)
    for crowd in crowds:
        crowd.close()
    return rows


def _take(asking: Sequence[Iterator[Question]], each: int) -> list[list[Question]]:
    return [list(islice(mine, each)) for mine in asking]


def _rows(when: str, plain: Crowd, recording: Crowd) -> list[Figure]:
    idle, usual = recording.idle.share, plain.idle.share
    return [
        *figures(plain.cost(), recording.cost(), when),
        Figure(f"{when}streams open, mean", f"{recording.open():.1f}", f"{plain.open():.1f}", ""),
        Figure(f"{when}idle CPU", f"{idle:.0%}", f"{usual:.0%}", "", "50%", "", above(min(idle, usual), 0.5, 0.5)),
    ]
