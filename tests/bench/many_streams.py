"""What capture costs where many answers stream at once: 1, 10 and 50 talkers on each of two mitmdumps, side by side.

Each talker holds its own session at its own pace (`pacing`), so streams begin and end when they do. Both mitmdumps get
the same sessions with the same pauses, half an answer apart, so that the machine's noise meets both alike and they do
not meet each other. The more streams there are, the longer each pauses between two events, so that the machine can
serve them all: figures of a machine without idle time are of its queue. How much of it was idle, and how many streams
were open, stands beside them.
"""

import asyncio
from collections.abc import Sequence

from costs import figures
from crowd import Crowd
from figure import Figure, above
from machine import Times
from pacing import TYPICAL, drawn, steady
from provider import Authority
from proxied import Proxied
from recording import kept
from streaming_provider import StreamingProvider
from talking import Script
from workspace import Workspace

STREAMS = (1, 10, 50)
_SECONDS, _QUICK_SECONDS = 45.0, 20.0  # measured of each
_EVENT_EVERY = 0.0015  # seconds between two events of all streams of a mitmdump
_SHORTEST = 0.005  # seconds that a pause of one stream lasts on average, however few there are


def measure(workspace: Workspace) -> Sequence[Figure]:
    """The figures."""
    folder = workspace.folder / "many-streams"
    folder.mkdir()
    authority = Authority(folder)
    ca = authority.certificate
    seconds = _QUICK_SECONDS if workspace.quick else _SECONDS
    rows: list[Figure] = []
    asked = 0
    with (
        StreamingProvider(authority.chain) as provider,
        Proxied(folder / "plain", provider.port, ca, recording=False) as plain,
        Proxied(folder / "recording", provider.port, ca, recording=True) as recording,
    ):
        for streams in STREAMS:
            more, count = provider.run(_talk(streams, seconds, provider, plain, recording))
            rows += more
            asked += count
    return [*rows, kept(recording.archive, asked)]


async def _talk(
    streams: int, seconds: float, provider: StreamingProvider, *proxies: Proxied
) -> tuple[list[Figure], int]:
    """The figures, and how many requests were recorded for them."""
    pause = max(_SHORTEST, streams * _EVENT_EVERY)
    typical = pause * TYPICAL  # seconds of an answer
    scripts = [Script(1_000 * streams + number, round(seconds / typical) + 4) for number in range(streams)]
    plain, recording = crowds = [await Crowd.connect(proxy, streams) for proxy in proxies]
    provider.pacing = steady(0)
    for crowd in crowds:  # certificates, tools and system prompts
        await crowd.open(scripts)
    provider.pacing = drawn(pause)
    talking = []
    for crowd in crowds:
        talking.append(asyncio.create_task(crowd.talk(scripts, provider.pacing)))
        await asyncio.sleep(typical / 2)  # no request is asked of both at the same moment
    await asyncio.sleep(2 * typical)  # now talkers are in different places
    rows = await _measure(f"{streams} at once: ", seconds, plain, recording)
    for crowd in crowds:
        crowd.stop()
    await asyncio.gather(*talking)
    for crowd in crowds:
        crowd.close()
    return rows, recording.asked


async def _measure(when: str, seconds: float, plain: Crowd, recording: Crowd) -> list[Figure]:
    before = Times.now()
    for crowd in (plain, recording):
        crowd.begin()
    await asyncio.sleep(seconds)
    (usual, usually_open), (cost, are_open) = plain.end(), recording.end()
    idle = Times.now().idle_since(before)
    return [
        *figures(usual, cost, when),
        Figure(f"{when}requests measured", str(len(cost.asked)), str(len(usual.asked)), ""),
        Figure(f"{when}streams open, mean", f"{are_open:.1f}", f"{usually_open:.1f}", ""),
        Figure(f"{when}idle CPU of the machine", f"{idle:.0%}", "", "", "50%", "", above(idle, 0.5, 0.5)),
    ]
