"""kill -9 of a capturing mitmdump again and again, under load: what any client had read is in the archive.

Of an answer that was not read to its end, what came in the last `LAG` seconds may be missing (docs/format.md).
Half of the kills come at a random moment, half from a client at the moment it has read the terminal event of an answer.
"""

import contextlib
import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
import pytest
from provider import Provider, Reply, message_events, message_json
from proxy import Proxy
from recorded import Turn, turns

pytestmark = pytest.mark.e2e
CLIENTS = 4
TEXTS = [f"word {number} " for number in range(40)]
TERMINAL = message_events(TEXTS)[-1]
LAG = 0.2
URL = "https://api.anthropic.com/v1/messages"


@dataclass
class Read:
    """What a client had read of one answer."""

    question: int
    received: bytes = b""
    is_over: bool = False  # the terminal event, or the whole of a body with a length, had been read
    came: list[tuple[float, int]] = field(default_factory=list)  # when, and how much had been read then

    def hear(self, piece: bytes) -> None:
        """A piece was read."""
        self.received += piece
        self.came.append((time.monotonic(), len(self.received)))

    def before(self, moment: float) -> bytes:
        """What had been read then."""
        return self.received[: max((size for when, size in self.came if when < moment), default=0)]


class Load:
    """Clients that ask one question after the other until their proxy is gone."""

    def __init__(self, proxy: Proxy, provider: Provider, questions: Iterator[int]) -> None:
        self.reads: list[Read] = []
        self.killed = 0.0  # when
        self._proxy = proxy
        self._provider = provider
        self._questions = questions
        self._trust = proxy.trust()
        self._lock = threading.Lock()
        self._kill_at = -1
        self._over = 0
        self._threads = [threading.Thread(target=self._ask_on) for _ in range(CLIENTS)]

    def run(self, dice: random.Random, by_client: bool) -> None:
        """Let the clients ask until somebody kills the proxy."""
        assert self._proxy.process is not None
        if by_client:
            self._kill_at = dice.randrange(1, 15)
        for thread in self._threads:
            thread.start()
        if not by_client:
            threading.Event().wait(dice.random() * 0.6)
            self._die()
        for thread in self._threads:
            thread.join(60)
        self._proxy.kill()

    def _ask_on(self) -> None:
        with httpx.Client(proxy=self._proxy.url, verify=self._trust, trust_env=False, timeout=30) as client:
            try:
                while True:
                    self._ask(client)
            except httpx.HTTPError:
                return

    def _ask(self, client: httpx.Client) -> None:
        with self._lock:
            read = Read(next(self._questions))
            self.reads.append(read)
        is_stream = read.question % 4 > 0
        self._provider.script(Reply.stream(TEXTS, pause=0.008) if is_stream else Reply.json(message_json("whole")))
        question = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": f"{read.question}"}]}
        with client.stream("POST", URL, json=question) as answer:
            size = int(answer.headers.get("content-length", -1))
            for piece in answer.iter_raw():
                read.hear(piece)
                if not read.is_over and (read.received.endswith(TERMINAL) or len(read.received) == size):
                    read.is_over = True
                    self._count()

    def _count(self) -> None:
        with self._lock:
            self._over += 1
            if self._over == self._kill_at:
                self._die()

    def _die(self) -> None:
        assert self._proxy.process is not None
        self.killed = time.monotonic()
        os.kill(self._proxy.process.pid, signal.SIGKILL)


@dataclass
class Due:
    """What must be in the archive of an answer that was read."""

    question: int
    received: bytes  # of which nothing else may be there
    kept: bytes  # and all of this must
    is_over: bool

    @staticmethod
    def of(read: Read, killed: float) -> "Due":
        """Of an answer, when the proxy was killed at that moment."""
        return Due(
            read.question, read.received, read.received if read.is_over else read.before(killed - LAG), read.is_over
        )

    def agrees(self, response: bytes) -> bool:
        """Whether this is in it."""
        is_same = response.startswith(self.received) or self.received.startswith(response)
        return is_same and response.startswith(self.kept)


def wrong(dues: list[Due], kept: list[Turn]) -> list[str]:
    """What does not agree with what the clients had read."""
    by_question: dict[int, list[Turn]] = {}
    for turn in kept:
        with contextlib.suppress(ValueError):  # killed before the question was whole: nobody was answered
            asked = json.loads(turn.request)["messages"][0]["content"]
            by_question.setdefault(int(asked), []).append(turn)
    found = [f"question {number} is there {len(each)} times" for number, each in by_question.items() if len(each) > 1]
    for due in dues:
        turn = by_question.get(due.question, [None])[0]
        if not (due.agrees(turn.response) if turn is not None else not due.kept):
            found.append(f"question {due.question}: {len(due.kept)} bytes had been read in time and are lost")
        elif due.is_over and turn is not None and turn.outcome != "complete":
            found.append(f"question {due.question}: read to its end and called {turn.outcome}")
    return found


def survive(start: Callable[..., Proxy], provider: Provider, kills: int) -> None:
    dice = random.Random(kills)
    questions = count()
    dues: list[Due] = []
    for kill in range(kills):
        load = Load(start(), provider, questions)
        load.run(dice, by_client=bool(kill % 2))
        dues += [Due.of(read, load.killed) for read in load.reads]
    last = start()
    last.stop()
    read = [each for each in dues if each.received]
    over = sum(each.is_over for each in read)
    early = sum(bool(each.kept) and not each.is_over for each in read)
    print(f"{kills} kills, {len(read)} answers read, {over} to their end, {len(read) - over} cut, {early} of them late")
    assert over > kills
    assert early > 0
    assert wrong(dues, turns(last.archive)) == []


def test_a_few_kills(start: Any, provider: Provider) -> None:
    survive(start, provider, 10)


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_many_kills(start: Any, provider: Provider) -> None:
    survive(start, provider, 200)
