"""What other ways to keep the same bodies weigh, in bytes."""

import gzip
import io
import json
import lzma
import subprocess
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import zstandard

from store.codings import decode
from store.exchange import Exchange
from store.headers import header

BODY_LIMIT = 64 << 20


def bodies(exchange: Exchange) -> tuple[bytes, bytes]:
    """Request and response body, decoded: what every peer is given."""
    coding = header(exchange.response_headers, "content-encoding")
    return exchange.request_body, decode(exchange.response_body, coding, BODY_LIMIT).data


def _lines(exchanges: Iterable[Exchange]) -> Iterator[bytes]:
    """One JSON line an exchange."""
    for exchange in exchanges:
        request, response = bodies(exchange)
        yield json.dumps({"request": request.decode(), "response": response.decode()}).encode() + b"\n"


def gzipped_lines(exchanges: Iterable[Exchange]) -> int:
    """JSON lines, gzipped as a whole."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return sum(len(packer.compress(line)) for line in _lines(exchanges)) + len(packer.flush())


def mitmdump_file(exchanges: Iterable[Exchange]) -> int:
    """Flows as ``mitmdump -w`` writes them, everything as it was on the wire."""
    from mitmproxy.http import Headers
    from mitmproxy.io import FlowWriter
    from mitmproxy.test.tflow import tflow

    written = io.BytesIO()
    writer = FlowWriter(written)
    for exchange in exchanges:
        flow = tflow(resp=True)
        assert flow.response is not None
        flow.request.url, flow.request.method = exchange.url, exchange.method
        flow.request.headers = Headers(exchange.request_headers)
        flow.request.raw_content = exchange.request_body
        flow.response.headers = Headers(exchange.response_headers)
        flow.response.raw_content = exchange.response_body
        writer.add(flow)  # type: ignore[no-untyped-call]
    return written.tell()


def gzip_files(exchanges: Iterable[Exchange]) -> int:
    """One gzip file a body."""
    return sum(len(gzip.compress(body, 6)) for exchange in exchanges for body in bodies(exchange))


def zstd_files(exchanges: Iterable[Exchange]) -> int:
    """One zstd file a body."""
    packer = zstandard.ZstdCompressor(level=3)
    return sum(len(packer.compress(body)) for exchange in exchanges for body in bodies(exchange))


def xz(exchanges: Iterable[Exchange]) -> int:
    """All bodies in one xz -9."""
    packer = lzma.LZMACompressor(preset=9)
    total = sum(len(packer.compress(body)) for exchange in exchanges for body in bodies(exchange))
    return total + len(packer.flush())


def git(exchanges: Iterable[Exchange], folder: Path, seconds: float) -> int | None:
    """A commit a turn, then ``git gc --aggressive``; none where that takes longer than ``seconds``."""
    folder.mkdir()
    _git(folder, "init", "--quiet", "--bare")
    with subprocess.Popen(("git", "fast-import", "--quiet"), cwd=folder, stdin=subprocess.PIPE) as importer:
        assert importer.stdin is not None
        for number, exchange in enumerate(exchanges):
            message = f"turn {number}".encode()
            importer.stdin.write(b"commit refs/heads/main\ncommitter deck <deck@localhost> %d +0000\n" % number)
            importer.stdin.write(b"data %d\n%b\n" % (len(message), message))
            for name, body in zip((b"request", b"response"), bodies(exchange), strict=True):
                importer.stdin.write(b"M 100644 inline %b\ndata %d\n%b\n" % (name, len(body), body))
    try:
        _git(folder, "gc", "--aggressive", "--prune=now", "--quiet", timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    return sum(path.stat().st_size for path in (folder / "objects").rglob("*") if path.is_file())


def _git(folder: Path, *words: str, timeout: float | None = None) -> None:
    subprocess.run(("git", *words), cwd=folder, check=True, timeout=timeout)
