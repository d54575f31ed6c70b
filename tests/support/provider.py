"""A scripted provider on loopback: a real HTTPS server that speaks HTTP/1.1 and does exactly what a test tells it.

It keeps the bytes it received and sent. It sends a piece only when the test lets it (`Reply.paced`), so that order,
not time, decides whether a proxy streams.
"""

import asyncio
import datetime
import gzip
import json
import ssl
import threading
import zlib
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import brotli
import zstandard
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAMES = (
    *("api.anthropic.com", "api.openai.com", "chatgpt.com", "plain.example", "localhost"),
    *("generativelanguage.googleapis.com", "cloudcode-pa.googleapis.com"),
)
CODINGS = {
    "": lambda data: data,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
}


def event(name: str, **members: object) -> bytes:
    """One server-sent event of the Messages API."""
    return f"event: {name}\ndata: {json.dumps({'type': name, **members})}\n\n".encode()


def message_events(texts: list[str]) -> list[bytes]:
    """A whole streamed message, one event a list item."""
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-test", "content": []}
    head |= {"stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 3, "output_tokens": 1}}
    return [
        event("message_start", message=head),
        event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        *(event("content_block_delta", index=0, delta={"type": "text_delta", "text": text}) for text in texts),
        event("content_block_stop", index=0),
        event(
            "message_delta",
            delta={"stop_reason": "end_turn", "stop_sequence": None},
            usage={"output_tokens": len(texts)},
        ),
        event("message_stop"),
    ]


def message_json(text: str) -> bytes:
    """A whole message as one JSON document."""
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-test"}
    message |= {"content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": None}
    return json.dumps(message | {"usage": {"input_tokens": 3, "output_tokens": 1}}).encode()


@dataclass(frozen=True)
class Reply:
    """One response. ``pieces`` are sent one by one; ``framing`` is chunked, length or close."""

    pieces: list[bytes]
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    framing: str = "chunked"
    trailers: bytes = b""  # lines behind the body, where it is chunked
    paced: bool = False  # each piece waits for `Provider.let`
    cut_after: int | None = None  # break the connection after so many pieces; -1: before the status line
    stall_after: int | None = None  # the same, but send nothing more and wait until the client is gone
    pause: float = 0.0  # seconds between pieces

    @staticmethod
    def stream(texts: list[str], coding: str = "", **options: object) -> "Reply":
        """A streamed message; with a content coding it is coded as a whole and cut into small pieces."""
        headers = [("content-type", "text/event-stream; charset=utf-8")]
        pieces = message_events(texts)
        if coding:
            headers.append(("content-encoding", coding))
            coded = CODINGS[coding](b"".join(pieces))
            pieces = [coded[at : at + 40] for at in range(0, len(coded), 40)]
        return Reply(pieces, headers=headers, **options)  # type: ignore[arg-type]

    @staticmethod
    def json(body: bytes, status: int = 200, coding: str = "", framing: str = "length") -> "Reply":
        """A JSON document."""
        headers = [("content-type", "application/json")]
        if coding:
            headers.append(("content-encoding", coding))
        return Reply([CODINGS[coding](body)], status=status, headers=headers, framing=framing)


@dataclass
class Seen:
    """One request as it arrived, and the body bytes that were sent in answer."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes
    sent: bytes = b""


_SIGNING = x509.KeyUsage(
    key_cert_sign=True,
    **dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    ),
)


class Authority:
    """A certificate authority for one test, and a server certificate for `NAMES`."""

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "provider-ca.pem"
        self.chain = folder / "provider-server.pem"
        now = datetime.datetime.now(datetime.UTC)
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "deck test CA")])
        root = (
            _certificate(name, name, key, now)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_SIGNING, critical=True)  # Python 3.13 asks for it
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        leaf_key = ec.generate_private_key(ec.SECP256R1())
        leaf = (
            _certificate(x509.Name([]), name, leaf_key, now)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in NAMES]), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        self.certificate.write_bytes(root.public_bytes(pem))
        private = leaf_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.chain.write_bytes(private + leaf.public_bytes(pem))


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
    )


class Provider:
    """The server. Runs in a thread of its own; replies come in the order in which they were scripted."""

    def __init__(self, authority: Authority | None) -> None:
        self.seen: list[Seen] = []
        self.port = 0
        self._authority = authority
        self._replies: deque[Reply] = deque()
        self._permits = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._permitted = asyncio.Condition()
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def script(self, *replies: Reply) -> None:
        """Queue replies for the next requests."""
        self._replies.extend(replies)

    def asked(self, words: str) -> bool:
        """Whether a request with these words arrived."""
        return any(words.encode() in each.body for each in self.seen)

    def unscript(self) -> None:
        """Forget the replies that nobody asked for."""
        self._replies.clear()

    def let(self, pieces: int = 1) -> None:
        """Let so many more pieces of paced replies be sent."""

        async def permit() -> None:
            async with self._permitted:
                self._permits += pieces
                self._permitted.notify_all()

        asyncio.run_coroutine_threadsafe(permit(), self._loop).result(10)

    async def _start(self) -> None:
        context = None
        if self._authority is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self._authority.chain)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (seen := await _read_request(reader)) is not None:
                self.seen.append(seen)
                if not await self._answer(seen, self._replies.popleft(), reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, seen: Seen, reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Send a reply; whether the connection may go on."""
        if await _fails(reply, -1, reader, writer):
            return False
        body_size = sum(map(len, reply.pieces))
        framing = {
            "chunked": "transfer-encoding: chunked\r\n",
            "length": f"content-length: {body_size}\r\n",
            "close": "connection: close\r\n",
        }[reply.framing]
        named = [*reply.headers, ("request-id", f"req_{len(self.seen)}")]
        headers = "".join(f"{name}: {value}\r\n" for name, value in named)
        writer.write(f"HTTP/1.1 {reply.status} X\r\n{headers}{framing}\r\n".encode())
        for number, piece in enumerate(reply.pieces):
            if await _fails(reply, number, reader, writer):
                return False
            if reply.paced:
                async with self._permitted:
                    await self._permitted.wait_for(lambda: self._permits > 0)
                    if writer.is_closing():  # the client died meanwhile: the permit is for another reply
                        return False
                    self._permits -= 1
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if reply.framing == "chunked" else piece)
            await writer.drain()
            seen.sent += piece
            if reply.pause:
                await asyncio.sleep(reply.pause)
        if reply.framing == "chunked":
            writer.write(b"0\r\n" + reply.trailers + b"\r\n")
        await writer.drain()
        return reply.framing != "close"


async def _fails(reply: Reply, sent: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Fail as the reply says after so many pieces; whether it did."""
    if reply.stall_after == sent:
        await writer.drain()
        await reader.read()
    elif reply.cut_after == sent:
        writer.transport.abort()
    return sent in (reply.stall_after, reply.cut_after)


async def _read_request(reader: asyncio.StreamReader) -> Seen | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    line, *rest = head[:-4].split("\r\n")
    method, path, _ = line.split(" ", 2)
    headers = [(name.lower(), value.strip()) for name, _, value in (each.partition(":") for each in rest)]
    fields = dict(headers)
    body = b""
    if "content-length" in fields:
        body = await reader.readexactly(int(fields["content-length"]))
    elif fields.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    return Seen(method, path, headers, body)
