"""An ear at a client's HTTP library: what it received, before any decoding, whatever the SDK makes of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx


class Leave(KeyboardInterrupt):
    """The user stops the client in the middle of an answer."""


@dataclass
class Heard:
    """One response as it arrived."""

    status: int
    body: bytes = b""


@dataclass
class Ear:
    """All responses of a client; ``leave_at`` is the body at which its user stops it."""

    heard: list[Heard] = field(default_factory=list)
    leave_at: bytes | None = None

    @property
    def hooks(self) -> dict[str, list[Callable[..., Any]]]:
        """What to give an `httpx.Client` as ``event_hooks``."""
        return {"response": [self._listen]}

    def _listen(self, response: httpx.Response) -> None:
        assert isinstance(response.stream, httpx.SyncByteStream)
        self.heard.append(Heard(response.status_code))
        response.stream = _Noting(response.stream, self.heard[-1], self.leave_at)


class _Noting(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, heard: Heard, leave_at: bytes | None) -> None:
        self._inner, self._heard, self._leave_at = inner, heard, leave_at

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._inner:
            self._heard.body += piece
            if self._heard.body == self._leave_at:
                raise Leave
            yield piece

    def close(self) -> None:
        self._inner.close()
