"""mitmproxy's flow files, written by mitmproxy itself in a process of its own (addon/flow_file.py)."""

import base64
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from deck.diagnostics import Problem
from deck.export.chosen import Chosen
from deck.export.exchanges import Whole, exchanges
from deck.launch.proxy import ADDON_FOLDER

IS_TEXT = False
_PIECE = 1 << 20
_LATE_MS = 0.2  # readers round down to whole ms, after they have been seconds


def written(chosen: Chosen) -> Iterator[bytes]:
    """The file. Raises `Problem` where mitmproxy does not take an exchange, or does not run."""
    command = [sys.executable, "-P", str(ADDON_FOLDER / "flow_file.py")]
    with tempfile.TemporaryFile() as flows, tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=flows, stderr=said)
        assert process.stdin is not None
        try:
            with contextlib.suppress(BrokenPipeError), process.stdin as lines:  # it says why on stderr
                for each in exchanges(chosen):
                    lines.write(json.dumps(_line(each)).encode("ascii") + b"\n")
        except BaseException:
            process.kill()
            raise
        finally:
            process.wait()
        if process.returncode:
            said.seek(0)
            words = said.read().decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
            raise Problem(f"mitmproxy did not write the flows: {words[-1]}")
        flows.seek(0)
        while piece := flows.read(_PIECE):
            yield piece


def _line(each: Whole) -> dict[str, Any]:
    return {
        "method": each.method,
        "url": each.url,
        "version": each.http_version,
        "headers": each.request_headers,
        "body": _base64(each.request),
        "status": each.status,
        "response_headers": each.response_headers,
        "response_body": _base64(each.response),
        "start": _seconds(each, 0),
        "request_end": _seconds(each, each.request_end_ms),
        "first_byte": _seconds(each, each.first_byte_ms),
        "end": _seconds(each, each.end_ms),
        "outcome": each.outcome,
        "error": each.error,
        "messages": [
            {
                "data": _base64(message.data),
                "from_client": message.from_client,
                "is_text": message.is_text,
                "at": _seconds(each, message.at_ms),
            }
            for message in each.passed
        ],
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _seconds(each: Whole, offset_ms: int | None) -> float | None:
    return None if offset_ms is None else (each.started_ms + offset_ms + _LATE_MS) / 1000
