"""A scripted provider of the Responses API over WebSockets: a real TLS server on loopback, and messages to send it."""

import json
import socket
import ssl
import threading
from collections import deque
from types import TracebackType
from typing import Any, Self

from provider import Authority
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

Sent = bytes | None
"""A text message, or None: the provider breaks the connection off."""


class SocketProvider:
    """Answers each request for a response with the next scripted messages; other messages are only noted."""

    def __init__(self, authority: Authority) -> None:
        self.seen: list[bytes] = []
        self.paths: list[str] = []
        self.port = 0
        self._replies: deque[list[Sent]] = deque()
        self._authority = authority
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._authority.chain)
        self._server = serve(self._talk, "127.0.0.1", 0, ssl=context, max_size=None, open_timeout=30)
        self.port = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.shutdown()
        self._thread.join(10)

    def script(self, *replies: list[Sent]) -> None:
        """Queue replies for the next requests."""
        self._replies.extend(replies)

    def _talk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.paths.append(connection.request.path)
        try:
            for message in connection:
                data = message.encode() if isinstance(message, str) else message
                self.seen.append(data)
                if b'"response.create"' not in data:
                    continue
                for sent in self._replies.popleft():
                    if sent is None:
                        connection.socket.shutdown(socket.SHUT_RDWR)
                        return
                    connection.send(sent.decode())
        except (ConnectionClosed, OSError):
            return


def trust() -> ssl.SSLContext:
    """For `websockets.sync`, which reads and writes one connection in two threads: TLS 1.2.

    What is written while OpenSSL reads session tickets of TLS 1.3 is lost, and both sides wait (7 of 3,328 times).
    """
    context = ssl.create_default_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def create(text: str, **members: Any) -> dict[str, Any]:
    """A request for a response as a message."""
    asked = [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}]
    return {"type": "response.create", "model": "gpt-test", "input": asked, "store": False, **members}


def as_sent(message: dict[str, Any]) -> bytes:
    """The bytes of a message."""
    return json.dumps(message, ensure_ascii=False).encode()
