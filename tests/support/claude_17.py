"""The recorded session of Claude Code as exchanges, where it is at hand (see the README beside it)."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from store.exchange import Exchange
from store.headers import Headers

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "claude-code-17-turns"
_URL = "https://api.anthropic.com/v1/messages?beta=true"


def exchanges() -> Iterator[Exchange]:
    """The seventeen exchanges in the order in which they were sent. Single chunk times were not recorded."""
    for folder in sorted(RECORDED.iterdir()):
        asked: dict[str, Any] = json.loads((folder / "request.json").read_bytes())
        meta: dict[str, Any] = json.loads((folder / "meta.json").read_bytes())
        started = _ms(asked["ts"])
        yield Exchange(
            method=asked["method"],
            url=_URL,
            request_headers=_headers(asked["headers"]),
            request_body=base64.b64decode(asked["body_b64"]),
            started_ms=started,
            status=meta["status"],
            response_headers=_headers(meta["response_headers"]),
            response_body=(folder / "response.sse").read_bytes(),
            first_byte_ms=_ms(meta["ts_response_headers"]) - started,
            end_ms=_ms(meta["ts_complete"]) - started,
        )


def _headers(pairs: list[list[str]]) -> Headers:
    return tuple((name.encode(), value.encode()) for name, value in pairs)


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
