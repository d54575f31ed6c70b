"""A client that holds a session through one mitmdump: each request has the answers that were heard before it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from proxied import Asked, Client
from sessions import Session

from store.exchange import Exchange

_TURNS = 60  # of each session; about 126 to 210 KB a request
_SKIPPED = ("content-length", "host", "connection")


def requests(seed: int = 100) -> Iterator[Exchange]:
    """Exchanges of one session after the other; their requests are asked, their answers are not used."""
    while True:
        yield from Session(seed).exchanges(_TURNS)
        seed += 1


@dataclass
class Talker:
    """Asks over one connection, and remembers what was heard and how fast."""

    client: Client
    asked: list[Asked] = field(default_factory=list)
    _heard: list[str] = field(default_factory=list)  # answers of the session so far

    def ask(self, exchange: Exchange) -> None:
        """Ask what ``exchange`` asks, after the answers that were heard."""
        body = json.loads(exchange.request_body)
        said = [message for message in body["messages"] if message["role"] == "assistant"]
        del self._heard[len(said) :]  # all of it where a new session begins
        for message, text in zip(said, self._heard, strict=True):
            message["content"] = [{"type": "text", "text": text}]
        named = [(name.decode(), value.decode()) for name, value in exchange.request_headers]
        headers = [(name, value) for name, value in named if name not in _SKIPPED]
        asked = self.client.ask(json.dumps(body, separators=(",", ":")).encode(), headers)
        self._heard.append(asked.text)
        self.asked.append(asked)

    @property
    def delays(self) -> list[float]:
        """Of every event of every request, in ms."""
        return [delay for each in self.asked for delay in each.delays_ms]
