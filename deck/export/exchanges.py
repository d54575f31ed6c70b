"""Turns as the HTTP exchanges they were, for formats that hold traffic: HAR, mitmproxy's flow files.

Bodies are those of the archive, so content codings are undone and the headers say so. A response inside a WebSocket is
an exchange of its own here as in the archive: the handshake, the message that asked, and what passed after it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from deck.export.chosen import Chosen
from deck.timeline import Timeline
from deck.timeline_pieces import Arrivals
from store import chunks, socket_body
from store.headers import TextHeaders
from store.ids import from_hex

SWITCHED = 101


class Passed(NamedTuple):
    """A message on a WebSocket; ``at_ms`` from the start of the exchange."""

    data: bytes
    from_client: bool
    is_text: bool
    at_ms: int


class Whole(NamedTuple):
    """One exchange. ``started_ms`` is wall clock (Unix), the other times are ms from it, None where nobody knows."""

    turn: str
    method: str
    url: str
    http_version: str
    request_headers: TextHeaders
    request: bytes
    status: int | None
    response_headers: TextHeaders
    response: bytes
    response_type: str
    started_ms: int
    request_end_ms: int | None
    first_byte_ms: int | None
    end_ms: int | None
    outcome: str
    error: str
    passed: tuple[Passed, ...]  # on a WebSocket, the message that asked first; both bodies are empty then


def exchanges(chosen: Chosen) -> Iterator[Whole]:
    """The exchanges of all turns that are chosen, session by session."""
    for share in chosen.shares:
        for row in share.turns:
            yield exchange(chosen.timeline, row.id)


def exchange(timeline: Timeline, turn: str) -> Whole:
    """The exchange of one turn."""
    payload = timeline.payload(turn)
    view = timeline.turn(turn, earlier=False, setting=False)
    http, times = payload["http"], payload["times"]
    request, response = timeline.body(turn, "request"), timeline.body(turn, "response")
    asked_on_socket = http["method"] == "GET" and bool(request)
    passed = tuple(_passed(timeline, payload, request, response)) if asked_on_socket else ()
    return Whole(
        turn=turn,
        method=http["method"],
        url=http["url"],
        http_version=http["version"],
        request_headers=fitting(view.request_headers, payload["request"], b"" if passed else request),
        request=b"" if passed else request,
        status=SWITCHED if passed else http["status"],
        response_headers=fitting(view.response_headers, payload["response"], b"" if passed else response),
        response=b"" if passed else response,
        response_type=payload["response"]["type"],
        started_ms=times["start"],
        request_end_ms=times["request_end"],
        first_byte_ms=times["first_byte"],
        end_ms=times["end"],
        outcome=payload["outcome"],
        error=payload["error"],
        passed=passed,
    )


def fitting(headers: TextHeaders, side: dict[str, Any], body: bytes) -> TextHeaders:
    """The headers with those that speak of the body's form as the body is now."""
    found: list[tuple[str, str]] = []
    for name, value in headers:
        if name.lower() == "content-encoding" and not side["coding"]:
            continue
        found.append((name, str(len(body)) if name.lower() == "content-length" else value))
    return tuple(found)


def _passed(timeline: Timeline, payload: dict[str, Any], request: bytes, response: bytes) -> Iterator[Passed]:
    yield Passed(request, True, True, 0)
    name = payload["response"]["chunks"]
    times = timeline.archive.get_kind(from_hex(name), "blob") if name else b""
    arrivals = Arrivals(times, payload["times"]["end"] or 0)
    for message in socket_body.split(response, (size for _at_ms, size in chunks.decode(times))):
        yield Passed(message.data, message.from_client, message.is_text, arrivals.at(message.end - 1))
