"""A provider on loopback for real agents: HTTP/1.1 and WebSockets over TLS, answered by a function of the request.

Agents ask several things at once, so every connection has a thread of its own. What was asked is kept as it arrived,
numbered in that order.
"""

import json
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from websockets.datastructures import Headers
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol


@dataclass(frozen=True)
class Asked:
    """One request: of HTTP (``socket`` is false), or one message of a WebSocket that asks for a response."""

    number: int
    path: str
    body: bytes
    socket: bool = False

    @property
    def said(self) -> dict[str, Any]:
        """The body as parsed JSON; empty where it is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True)
class Served:
    """An answer: the events of a stream or the messages of a socket, or one document where there are none."""

    events: Sequence[tuple[str, bytes]] = ()
    status: int = 200
    document: bytes = b""
    headers: Sequence[tuple[str, str]] = ()


@dataclass
class AgentServer:
    """The running server; a context manager. ``upgrades`` says whether it takes WebSockets; else it answers 426."""

    chain: Path  # key and certificate
    answer: Callable[[Asked], Served]
    upgrades: bool = True
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain)
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def note(self, path: str, body: bytes, socket: bool = False) -> Asked:
        """Number a request and keep it."""
        with self._lock:
            asked = Asked(len(self.asked) + 1, path, body, socket)
            self.asked.append(asked)
        return asked


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """An agent that ended in the middle of something is no news."""


def _handler(server: AgentServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "scripted"

        def log_message(self, format: str, *args: object) -> None:
            """Keep the table's terminal clean."""

        def do_HEAD(self) -> None:
            self._document(404, b"")

        def do_GET(self) -> None:
            if self.headers.get("upgrade", "").lower() != "websocket":
                self._document(404, b"{}")
            elif not server.upgrades:
                self._document(426, b"{}")
            else:
                self.close_connection = True
                _talk(server, self)

        def do_POST(self) -> None:
            asked = server.note(self.path.partition("?")[0], self._body())
            served = server.answer(asked)
            if not served.events:
                self._document(served.status, served.document, served.headers, asked.number)
                return
            self.send_response(200)
            self.send_header("content-type", "text/event-stream; charset=utf-8")
            self.send_header("transfer-encoding", "chunked")
            self.send_header("request-id", f"req_{asked.number}")
            self.end_headers()
            for kind, data in served.events:
                event = b"event: %b\ndata: %b\n\n" % (kind.encode(), data)
                self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")

        def _body(self) -> bytes:
            if self.headers.get("transfer-encoding", "") != "chunked":
                return self.rfile.read(int(self.headers.get("content-length", "0")))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size + 2)[:-2]
            self.rfile.readline()
            return body

        def _document(self, status: int, body: bytes, headers: Sequence[tuple[str, str]] = (), number: int = 0) -> None:
            self.send_response(status)
            for name, value in (*headers, ("content-type", "application/json"), ("content-length", str(len(body)))):
                self.send_header(name, value)
            if number:
                self.send_header("request-id", f"req_{number}")
            self.end_headers()
            self.wfile.write(body)

    return Handler


def _talk(server: AgentServer, handler: BaseHTTPRequestHandler) -> None:
    """Take the upgrade and answer each request of the socket to its end."""
    protocol = ServerProtocol(extensions=[ServerPerMessageDeflateFactory()], max_size=None)

    def flush() -> None:
        for data in protocol.data_to_send():
            handler.connection.sendall(data)

    parts: list[bytes] = []
    data = Request(handler.path, Headers(handler.headers.items())).serialize()
    while data:
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Request):
                protocol.send_response(protocol.accept(event))
            if not isinstance(event, Frame) or event.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                continue
            parts.append(bytes(event.data))
            if event.fin:
                body, parts = b"".join(parts), []
                asked = server.note(handler.path, body, socket=True)
                for _kind, message in server.answer(asked).events:
                    protocol.send_text(message)
                    flush()
        flush()
        if protocol.close_expected():
            break
        data = handler.connection.recv(65536)
