"""Who holds a session through one mitmdump: each request has the answers that were heard before it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from heard import Asked
from sessions import Session
from streaming_client import Client

from store.exchange import Exchange

_TURNS = 60  # of each session; about 126 to 210 KB a request
_SKIPPED = ("content-length", "host", "connection")
_ANSWER = "(what was heard)"


@dataclass(frozen=True, slots=True)
class Question:
    """A request, made ready beforehand: ``parts`` of its body stand before, between and after the earlier answers."""

    id: str
    headers: tuple[tuple[str, str], ...]
    parts: tuple[bytes, ...]


def questions(seed: int = 100) -> Iterator[Question]:
    """The requests of one session after the other."""
    while True:
        yield from map(_question, Session(seed).exchanges(_TURNS))
        seed += 1


def _question(exchange: Exchange) -> Question:
    body = json.loads(exchange.request_body)
    for message in body["messages"]:
        if message["role"] == "assistant":
            message["content"] = [{"type": "text", "text": _ANSWER}]
    named = [(name.decode(), value.decode()) for name, value in exchange.request_headers]
    headers = tuple((name, value) for name, value in named if name not in _SKIPPED)
    parts = json.dumps(body, separators=(",", ":")).encode().split(_ANSWER.encode())
    return Question(dict(headers)["x-client-request-id"], headers, tuple(parts))


class Script:
    """The questions of one talker, ``ready`` of them made beforehand; made once for all mitmdumps."""

    def __init__(self, seed: int, ready: int) -> None:
        self._more = questions(seed)
        self._made = list(islice(self._more, ready))

    def __getitem__(self, number: int) -> Question:
        while number >= len(self._made):
            self._made.append(next(self._more))
        return self._made[number]


@dataclass
class Talker:
    """Asks over one connection, and remembers what was heard and how fast."""

    client: Client
    asked: list[Asked] = field(default_factory=list)
    _heard: list[bytes] = field(default_factory=list)  # answers of the session so far

    async def ask(self, question: Question) -> None:
        """Ask it after the answers that were heard."""
        *before, last = question.parts
        del self._heard[len(before) :]  # all of it where a new session begins
        said = [part + answer for part, answer in zip(before, self._heard, strict=True)]
        asked = await self.client.ask(b"".join([*said, last]), question.headers)
        self._heard.append(asked.text.encode())
        self.asked.append(asked)
