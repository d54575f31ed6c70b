"""Header fields behind a body, both ways: over HTTP/2 with a provider and a client of h2, over HTTP/1.1 by hand."""

import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from provider import Authority

Fields = list[tuple[str, str]]
_WAIT = 30.0  # seconds until a peer that says nothing is given up


@dataclass
class Received:
    """What one side got from the other one."""

    body: bytes = b""
    trailers: Fields = field(default_factory=list)


class Http2Provider:
    """Answers one request over HTTP/2 with a body and trailers."""

    def __init__(self, authority: Authority, body: bytes, content_type: str, trailers: Fields) -> None:
        self.seen = Received()
        self._answer = [(":status", "200"), ("content-type", content_type)], body, trailers
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(authority.chain)
        self._context.set_alpn_protocols(["h2"])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_WAIT)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        self._thread.join(_WAIT)

    def _serve(self) -> None:
        accepted, _ = self._listener.accept()
        with self._context.wrap_socket(accepted, server_side=True) as channel:
            connection = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
            connection.initiate_connection()
            self.seen, stream = _receive(channel, connection)
            _send(channel, connection, stream, *self._answer)
            for _event in _events(channel, connection):  # until the proxy has closed
                pass


def ask_over_http2(through: str, ca: Path, url: str, body: bytes, trailers: Fields) -> Received:
    """Post JSON and trailers to ``url`` through the proxy at ``through``, which has its certificates from ``ca``."""
    proxy, asked = urlsplit(through), urlsplit(url)
    host = str(asked.hostname)
    head = [(":method", "POST"), (":path", asked.path), (":authority", host), (":scheme", "https")]
    head += [("content-type", "application/json")]
    context = ssl.create_default_context(cafile=str(ca))
    context.set_alpn_protocols(["h2"])
    with socket.create_connection((proxy.hostname, proxy.port), _WAIT) as plain:
        plain.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
        assert b" 200 " in plain.recv(4096)
        with context.wrap_socket(plain, server_hostname=host) as channel:
            connection = H2Connection(H2Configuration(header_encoding="utf-8"))
            connection.initiate_connection()
            _send(channel, connection, 1, head, body, trailers)
            return _receive(channel, connection)[0]


def _send(
    channel: ssl.SSLSocket, connection: H2Connection, stream: int, head: Fields, body: bytes, trailers: Fields
) -> None:
    connection.send_headers(stream, head)
    connection.send_data(stream, body)
    connection.send_headers(stream, trailers, end_stream=True)
    channel.sendall(connection.data_to_send())


def _receive(channel: ssl.SSLSocket, connection: H2Connection) -> tuple[Received, int]:
    """The first message that comes, and its stream."""
    received = Received()
    for event in _events(channel, connection):
        match event:
            case events.DataReceived():
                received.body += event.data
                connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case events.TrailersReceived():
                received.trailers = [(str(name), str(value)) for name, value in event.headers]
            case events.StreamEnded():
                return received, event.stream_id
    raise ConnectionError("the connection was closed before the message was whole")


def _events(channel: ssl.SSLSocket, connection: H2Connection) -> Iterator[events.Event]:
    while data := channel.recv(65536):
        yield from connection.receive_data(data)
        channel.sendall(connection.data_to_send())
