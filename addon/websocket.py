"""Model calls inside a WebSocket: one exchange for each response, while the socket lives on.

A client's message that asks for a response is the request body of a new exchange, byte for byte; what passes after it,
in either direction, is its response body (`store.socket_body`), until the provider's message that ends the response.
Whose a message is `addon.answering` says. What passes while nothing is asked is no model call and is passed over.
Status and headers are those of the handshake, as the messages have none.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from mitmproxy import ctx, http

from addon import policy, traffic
from addon.answering import Answering
from addon.inflight import InFlight
from store import socket_body
from store.exchange import Exchange, Outcome
from store.headers import Headers
from store.wire.openai_responses.socket import begins

SWITCHED = 101
Begin = Callable[[Exchange], InFlight | str]
"""Makes the exchange of a request head, or says why it is refused."""


class Sockets:
    """The sockets that are open and watched."""

    def __init__(self) -> None:
        self._open: dict[str, Socket] = {}

    def start(self, flow: http.HTTPFlow, head: Exchange, begin: Begin) -> None:
        """Watch a socket; ``head`` is its handshake's request."""
        self._open[flow.id] = Socket(head, traffic.response_headers(flow), begin)

    def message(self, flow: http.HTTPFlow) -> InFlight | None:
        """The newest message is about to be passed on; the exchange that it ends, if it does.

        mitmproxy keeps every message for ever, which only the newest is needed for. A request that is refused is not
        passed on; the client gets an error instead.
        """
        if flow.websocket is None:
            return None
        message = flow.websocket.messages[-1]
        del flow.websocket.messages[:-1]
        socket = self._open.get(flow.id)
        if socket is None or message.injected:
            return None
        data, from_client, is_text = message.content, message.from_client, message.is_text
        if not (from_client and is_text and begins(data)):
            return socket.pass_on(data, from_client=from_client, is_text=is_text)
        refused = socket.ask(data)
        if refused:
            message.dropped = True
            ctx.master.commands.call("inject.websocket", flow, True, policy.refusal_message(refused))
        return None

    def end(self, flow: http.HTTPFlow) -> list[tuple[InFlight, Outcome]]:
        """The socket is gone: the exchanges that had not ended, and how they did.

        Close codes say little (Codex always leaves with 1006); who left says more.
        """
        socket = self._open.pop(flow.id, None)
        by_client = flow.websocket is not None and flow.websocket.closed_by_client
        outcome = Outcome.CLIENT_ABORTED if by_client else Outcome.UPSTREAM_ERROR
        return [(flight, outcome) for flight in socket.close()] if socket else []

    def abandon(self, flow: http.HTTPFlow) -> list[InFlight]:
        """Give a socket up, if it is one; what was in flight on it."""
        socket = self._open.pop(flow.id, None)
        flights = socket.close() if socket else []
        for flight in flights:
            flight.abandon()
        return flights

    def close(self) -> list[InFlight]:
        """The recorder stops: what is in flight on any socket."""
        sockets = list(self._open.values())
        self._open.clear()
        return [flight for socket in sockets for flight in socket.close()]


class Socket:
    """One socket and the exchanges in flight on it."""

    def __init__(self, head: Exchange, headers: Headers, begin: Begin) -> None:
        self._head = head
        self._headers = headers
        self._begin = begin
        self._flights = Answering[InFlight]()

    def ask(self, data: bytes) -> str:
        """A message that asks for a response is about to be passed on; why it must not be, or empty."""
        flight = self._begin(replace(self._head, started_ms=int(time.time() * 1000)))
        if isinstance(flight, str):
            return flight
        self._flights.ask(flight)
        flight.request_data(data)
        flight.request_end()
        return ""

    def pass_on(self, data: bytes, *, from_client: bool, is_text: bool) -> InFlight | None:
        """Any other message is about to be passed on; the exchange that it ends, if it does."""
        whose = self._flights.message(data, from_client=from_client, is_text=is_text)
        if whose is None:
            return None
        flight = whose.request
        if not flight.is_answered:
            flight.response_head(SWITCHED, self._headers, None)
        flight.response_data(socket_body.piece(data, from_client=from_client, is_text=is_text))
        return flight if whose.is_end else None

    def close(self) -> list[InFlight]:
        """The exchanges that had not ended. Idempotent."""
        return self._flights.clear()
