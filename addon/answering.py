"""Which response a message of a WebSocket belongs to, where more than one is in flight on the socket.

Answers come in the order of their requests, unless a message says otherwise: by a response's id, which is known from
``response.created`` on, or as an error that is no part of a response while one streams and another has not begun. That
one refuses the later request. Messages are parsed only while more than one request is in flight. Nothing raises.
"""

from collections import deque
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from store.wire.openai_responses.socket import ends, refuses, response_id, starts

T = TypeVar("T")


class Whose(NamedTuple, Generic[T]):
    """The request that a message belongs to, and whether the message ends its response."""

    request: T
    is_end: bool


@dataclass(slots=True, eq=False)
class _Asked(Generic[T]):
    """A request; ``created`` is the message that begins its response (empty: none has), ``id`` what it says if read."""

    request: T
    created: bytes = b""
    id: str | None = None

    def is_named(self, name: str) -> bool:
        if self.id is None and self.created:
            self.id = response_id(self.created)
        return self.id == name


class Answering(Generic[T]):
    """The requests on one socket whose responses have not ended, oldest first."""

    def __init__(self) -> None:
        self._asked: deque[_Asked[T]] = deque()

    def ask(self, request: T) -> None:
        """A request is passed on."""
        self._asked.append(_Asked(request))

    def message(self, data: bytes, *, from_client: bool, is_text: bool) -> Whose[T] | None:
        """Whose a message is that asks for nothing; None where nobody waits. A request whose response ends is gone."""
        if not self._asked:
            return None
        asked = self._asked[0] if len(self._asked) == 1 else self._of_many(data, from_client, is_text)
        if from_client or not is_text:
            return Whose(asked.request, False)
        if not asked.created and starts(data):
            asked.created = data
        is_end = ends(data)
        if is_end:
            self._asked.remove(asked)
        return Whose(asked.request, is_end)

    def clear(self) -> list[T]:
        """Those that are left, which are forgotten. Idempotent."""
        left = [asked.request for asked in self._asked]
        self._asked.clear()
        return left

    def _of_many(self, data: bytes, from_client: bool, is_text: bool) -> _Asked[T]:
        name = response_id(data) if is_text else ""
        named = next((asked for asked in self._asked if asked.is_named(name)), None) if name else None
        if named is not None:
            return named
        if from_client:
            return self._asked[-1]
        if is_text and (name or starts(data) or refuses(data)):
            return next((asked for asked in self._asked if not asked.created), self._asked[0])
        return self._asked[0]
