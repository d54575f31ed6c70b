"""The exchanges in a flow that was read from a file: one for a request, one for each response inside a WebSocket."""

from dataclasses import dataclass, field, replace

from mitmproxy import http

from addon import policy, traffic
from addon.answering import Answering
from addon.websocket import SWITCHED
from store import socket_body
from store.exchange import Chunk, Exchange, Mode, Outcome
from store.providers import Providers
from store.wire.openai_responses.socket import begins


def exchanges(flow: http.HTTPFlow, providers: Providers, run: str, tags: tuple[str, ...]) -> list[Exchange]:
    """What is kept of a flow, in the order in which it ended; empty where nothing in it is a model call."""
    if flow.websocket is not None:
        return _on_socket(flow, run, tags) if policy.is_model_socket(flow, providers) else []
    return [traffic.imported(flow, run, tags)] if policy.is_model_call(flow, providers) else []


@dataclass(slots=True)
class _Asked:
    """A request on a socket and what has passed since; times are Unix milliseconds."""

    request: bytes
    started_ms: int
    passed: list[tuple[int, bytes]] = field(default_factory=list)

    def exchange(self, head: Exchange, outcome: Outcome, error: str = "") -> Exchange:
        chunks = tuple(Chunk(max(0, at_ms - self.started_ms), len(piece)) for at_ms, piece in self.passed)
        return replace(
            head,
            started_ms=self.started_ms,
            request_body=self.request,
            request_end_ms=0,
            status=SWITCHED if chunks else None,
            response_headers=head.response_headers if chunks else (),
            response_body=b"".join(piece for _at_ms, piece in self.passed),
            chunks=chunks,
            first_byte_ms=chunks[0].at_ms if chunks else None,
            end_ms=chunks[-1].at_ms if chunks else 0,
            outcome=outcome,
            error=error,
        )


def _on_socket(flow: http.HTTPFlow, run: str, tags: tuple[str, ...]) -> list[Exchange]:
    """As `addon.websocket.Socket` makes them while they pass, with the times of the file."""
    head = replace(
        traffic.request_head(flow, Mode.IMPORT, traffic.url(flow), run, tags),
        response_headers=traffic.response_headers(flow),
    )
    asked = Answering[_Asked]()
    found: list[Exchange] = []
    for message in flow.websocket.messages if flow.websocket else ():
        data, from_client, is_text = message.content, message.from_client, message.is_text
        at_ms = int(message.timestamp * 1000)
        if from_client and is_text and begins(data):
            asked.ask(_Asked(data, at_ms))
        elif not message.injected and (whose := asked.message(data, from_client=from_client, is_text=is_text)):
            piece = socket_body.piece(data, from_client=from_client, is_text=is_text)
            whose.request.passed.append((at_ms, piece))
            if whose.is_end:
                found.append(whose.request.exchange(head, Outcome.COMPLETE))
    by_client = flow.websocket is not None and flow.websocket.closed_by_client
    outcome = Outcome.CLIENT_ABORTED if by_client else Outcome.UPSTREAM_ERROR
    return found + [each.exchange(head, outcome, "the WebSocket was closed") for each in asked.clear()]
