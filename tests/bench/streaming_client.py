"""A client for timing: one connection through a mitmdump, in the event loop of the provider that answers it.

Provider and clients share a loop so that they never wait for each other's thread: what is measured is the way between.
"""

import asyncio
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from heard import Asked, Hearing

HOST = "api.anthropic.com"
_PATIENCE = 60.0  # seconds for one answer


class Client:
    """A connection that is kept alive; `connect` makes it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, port: int, ca: Path) -> Self:
        """Through the proxy on this port of loopback, which is trusted by its certificate ``ca``."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"CONNECT {HOST}:443 HTTP/1.1\r\nhost: {HOST}:443\r\n\r\n".encode())
        await _head(reader)
        await writer.start_tls(ssl.create_default_context(cafile=str(ca)), server_hostname=HOST)
        return cls(reader, writer)

    async def ask(self, body: bytes, headers: Iterable[tuple[str, str]]) -> Asked:
        """Send a request and read its answer as it comes. Raises `ConnectionError` where that is not a 200."""
        named = "".join(f"{name}: {value}\r\n" for name, value in headers)
        head = f"POST /v1/messages?beta=true HTTP/1.1\r\nhost: {HOST}\r\n{named}content-length: {len(body)}\r\n\r\n"
        async with asyncio.timeout(_PATIENCE):
            hearing = Hearing()
            self._writer.write(head.encode() + body)
            await self._writer.drain()
            await _head(self._reader)
            while size := int(await self._reader.readline(), 16):
                hearing.hear((await self._reader.readexactly(size + 2))[:-2])
            await self._reader.readline()
            return hearing.end()

    def close(self) -> None:
        """Close it."""
        self._writer.close()


async def _head(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise ConnectionError(f"asked for a stream, answered {head[:80]!r}")
