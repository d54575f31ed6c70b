"""kill -9 of a capturing mitmdump again and again, under load: what any client had read is in the archive.

Half of the kills come at a random moment, half from a client at the moment it has read the terminal event of an answer.
"""

import contextlib
import json
import os
import random
import re
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
DELTA = rb"event: content_block_delta\n[^\n]*\n\n"
URL = "https://api.anthropic.com/v1/messages"


@dataclass
class Read:
    """What a client had read of one answer."""

    question: int
    received: bytes = b""
    is_over: bool = False  # the terminal event, or the whole of a body with a length, had been read


class Load:
    """Clients that ask one question after the other until their proxy is gone."""

    def __init__(self, proxy: Proxy, provider: Provider, questions: Iterator[int]) -> None:
        self.reads: list[Read] = []
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
            self._proxy.process.kill()
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
        self._provider.script(Reply.stream(TEXTS, pause=0.002) if is_stream else Reply.json(message_json("whole")))
        question = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": f"{read.question}"}]}
        with client.stream("POST", URL, json=question) as answer:
            size = int(answer.headers.get("content-length", -1))
            for piece in answer.iter_raw():
                read.received += piece
                if not read.is_over and (read.received.endswith(TERMINAL) or len(read.received) == size):
                    read.is_over = True
                    self._count()

    def _count(self) -> None:
        with self._lock:
            self._over += 1
            if self._over == self._kill_at:
                assert self._proxy.process is not None
                os.kill(self._proxy.process.pid, signal.SIGKILL)


def agree(kept: bytes, read: Read) -> bool:
    """Whether all of an answer that was read to its end is there, and of a cut one all but a text's last deltas."""
    if read.is_over:
        return kept.startswith(read.received)
    missing = read.received[len(kept) :]
    return (kept.startswith(read.received) or read.received.startswith(kept)) and not re.sub(DELTA, b"", missing)


def wrong(reads: list[Read], kept: list[Turn]) -> list[str]:
    """What does not agree with what the clients had read."""
    by_question: dict[int, list[Turn]] = {}
    for turn in kept:
        with contextlib.suppress(ValueError):  # killed before the question was whole: nobody was answered
            asked = json.loads(turn.request)["messages"][0]["content"]
            by_question.setdefault(int(asked), []).append(turn)
    found = [f"question {number} is there {len(each)} times" for number, each in by_question.items() if len(each) > 1]
    for read in filter(lambda read: read.received, reads):
        turn = by_question.get(read.question, [None])[0]
        if turn is None or not agree(turn.response, read):
            found.append(f"question {read.question}: {len(read.received)} bytes had been read and are lost")
        elif read.is_over and turn.outcome != "complete":
            found.append(f"question {read.question}: read to its end and called {turn.outcome}")
    return found


def survive(start: Callable[..., Proxy], provider: Provider, kills: int) -> None:
    dice = random.Random(kills)
    questions = count()
    reads: list[Read] = []
    for kill in range(kills):
        load = Load(start(), provider, questions)
        load.run(dice, by_client=bool(kill % 2))
        reads += load.reads
    last = start()
    last.stop()
    read = [each for each in reads if each.received]
    over = sum(each.is_over for each in read)
    print(f"{kills} kills, {len(read)} answers read, {over} to their end, {len(read) - over} cut")
    assert over > kills
    assert wrong(reads, turns(last.archive)) == []


def test_a_few_kills(start: Any, provider: Provider) -> None:
    survive(start, provider, 10)


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_many_kills(start: Any, provider: Provider) -> None:
    survive(start, provider, 200)
