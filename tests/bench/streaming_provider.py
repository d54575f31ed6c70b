"""A provider for timing: answers every POST with a stream whose events carry the clock at which they were sent.

The clock is the machine's monotonic one, so whoever reads the stream on the same machine knows how long each event was
on its way. Those who ask run in the same event loop (`StreamingProvider.run`).
"""

import asyncio
import ssl
import threading
import time
from collections.abc import Coroutine, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pacing import Pace, Pacing, steady
from provider import event

_T = TypeVar("_T")


class StreamingProvider:
    """An HTTPS server on loopback in a thread of its own. `pacing` shapes its next answers."""

    def __init__(self, certificate: Path) -> None:
        self.port = 0
        self.pacing: Pacing = steady(0.005)
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(certificate)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._serial = 0

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
        self._loop.close()

    def run(self, asking: Coroutine[Any, Any, _T]) -> _T:
        """Run it in the server's loop, and wait for it."""
        return asyncio.run_coroutine_threadsafe(asking, self._loop).result()

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        assert self._server
        self._server.close()
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                named = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
                await _skip_body(reader, named)
                await self._answer(writer, self.pacing(named["x-client-request-id"]))
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, pace: Pace) -> None:
        self._serial += 1
        head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n"
        writer.write(f"{head}request-id: req_{self._serial:06d}\r\n\r\n".encode())
        message = {"id": f"msg_{self._serial:06d}", "type": "message", "role": "assistant", "content": []}
        usage = {"input_tokens": 3, "output_tokens": 1}
        await _send(writer, event("message_start", message={**message, "model": "claude-test", "usage": usage}))
        await _send(writer, event("content_block_start", index=0, content_block={"type": "text", "text": ""}))
        *between, last = pace.pauses
        for number, pause in enumerate(between):
            if pause:
                await asyncio.sleep(pause)
            delta = {"type": "text_delta", "text": f"{number} words of an answer; sent={time.monotonic_ns()};"}
            await _send(writer, event("content_block_delta", index=0, delta=delta))
        if last:
            await asyncio.sleep(last)
        await _send(writer, event("content_block_stop", index=0))
        stop = {"stop_reason": "end_turn", "stop_sequence": None}
        await _send(writer, event("message_delta", delta=stop, usage={"output_tokens": len(between)}))
        data = event("message_stop", sent=f"sent={time.monotonic_ns()};")
        writer.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data))
        await writer.drain()


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n%b\r\n" % (len(data), data))
    await writer.drain()


async def _skip_body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> None:
    if "content-length" in headers:
        await reader.readexactly(int(headers["content-length"]))
        return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()
