"""How fast answers come and how long an agent thinks, drawn from the id of a request.

Ids of made-up sessions come from their seed, so every run, and either mitmdump in it, meets the same pauses in the same
places. Lengths and thoughts are log-normal: most are short, a few are long, as with real agents. Events come as they
please around the pace of their stream, sometimes two at once.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

TYPICAL = 36  # text events of an answer in the middle; 41 on average
_FEWEST, _MOST = 8, 96
_THOUGHT = TYPICAL // 6  # pauses of a stream that a thought lasts, in the middle


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: what the agent thinks before it asks, and pauses of the answer, before each text event and its end."""

    thought: float
    pauses: tuple[float, ...]


Pacing = Callable[[str], Pace]  # of the id of a request


def steady(pause: float, events: int = 40) -> Pacing:
    """The same pause always, and no thought."""
    pace = Pace(0, (pause,) * (events + 1))
    return lambda _id: pace


def drawn(pause: float) -> Pacing:
    """Another pace for every id; ``pause`` is what a pause of all streams lasts on average."""
    return lambda id_: _draw(random.Random(id_), pause)


def _draw(rng: random.Random, pause: float) -> Pace:
    thought = rng.lognormvariate(math.log(pause * _THOUGHT), 0.6)
    events = min(_MOST, max(_FEWEST, round(rng.lognormvariate(math.log(TYPICAL), 0.5))))
    mean = pause * rng.uniform(0.6, 1.4)
    return Pace(thought, tuple(rng.expovariate(1 / mean) for _ in range(events + 1)))
