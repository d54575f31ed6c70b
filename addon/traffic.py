"""mitmproxy's flows in the archive's words: where a request goes, its head, and how it ended.

Pure functions of flows; nothing here changes one.
"""

import ipaddress
import time
from functools import lru_cache

from mitmproxy import http
from mitmproxy.connection import Connection, ConnectionState
from mitmproxy.proxy import mode_specs

from store.exchange import Exchange, Mode, Outcome
from store.headers import Headers, header

BUFFER_LIMIT = 1 << 20
UNVERIFIED = "deck_unverified"
"""Flow metadata: the server's certificate is not checked (`addon.network`)."""


def mode(flow: http.HTTPFlow) -> Mode:
    """How the traffic reached the proxy."""
    specification = flow.client_conn.proxy_mode
    if isinstance(specification, mode_specs.ReverseMode):
        return Mode.REVERSE
    if isinstance(specification, mode_specs.UpstreamMode):
        return Mode.UPSTREAM
    return Mode.FORWARD


def destination(flow: http.HTTPFlow) -> tuple[str, int]:
    """Host and port a request goes to; where only an address is known (transparent modes), the TLS server name."""
    host = flow.request.host
    if flow.client_conn.sni and _is_address(host):
        host = flow.client_conn.sni
    return host, flow.request.port


def is_named_by_header(flow: http.HTTPFlow) -> bool:
    """Whether only a request's Host header names its host, which is known by an address alone otherwise."""
    return _is_address(flow.request.host)


def url(flow: http.HTTPFlow) -> str:
    """The absolute URL of a request, with its query, in ASCII."""
    text = flow.request.pretty_url if is_named_by_header(flow) else flow.request.url
    if text.isascii():
        return text
    # Bytes outside ASCII reach mitmproxy's text as surrogates, which no JSON can hold.
    raw = text.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in raw)


def request_head(flow: http.HTTPFlow, mode: Mode, url: str, run: str, tags: tuple[str, ...]) -> Exchange:
    """The head of a live request to ``url``: everything but bodies, response and end."""
    return Exchange(
        method=flow.request.method,
        url=url,
        request_headers=flow.request.headers.fields,
        request_body=b"",
        started_ms=_wall_ms(flow.request.timestamp_start),
        mode=mode,
        http_version=flow.request.http_version,
        run=run,
        tags=tags,
        unverified=UNVERIFIED in flow.metadata,
    )


def response_headers(flow: http.HTTPFlow) -> Headers:
    """The response's headers; empty where there is no response."""
    return flow.response.headers.fields if flow.response else ()


def fixed_length(headers: Headers) -> int | None:
    """The length that a response's headers promise; None for event streams and bodies that end when they end."""
    if header(headers, "transfer-encoding") or "event-stream" in header(headers, "content-type").lower():
        return None
    text = header(headers, "content-length")
    return int(text) if text.isascii() and text.isdigit() else None


def imported(flow: http.HTTPFlow, run: str, tags: tuple[str, ...]) -> Exchange:
    """The exchange in a flow that was read from a file: whole, without chunk times."""
    start = _wall_ms(flow.request.timestamp_start)
    response = flow.response if flow.response and flow.response.status_code else None  # 0: a HAR without one
    outcome, error = ending(flow) if flow.error else (Outcome.COMPLETE, "")
    return Exchange(
        method=flow.request.method,
        url=url(flow),
        request_headers=flow.request.headers.fields,
        request_body=flow.request.raw_content or b"",
        started_ms=start,
        status=response.status_code if response else None,
        response_headers=response_headers(flow),
        response_body=(response.raw_content or b"") if response else b"",
        request_end_ms=_offset(flow.request.timestamp_end, start),
        first_byte_ms=_offset(response.timestamp_start, start) if response else None,
        end_ms=_offset(response.timestamp_end, start) if response else None,
        outcome=outcome,
        error=error,
        mode=Mode.IMPORT,
        http_version=flow.request.http_version,
        run=run,
        tags=tags,
    )


def ending(flow: http.HTTPFlow) -> tuple[Outcome, str]:
    """How a flow that mitmproxy reports as failed ended, and its words for it.

    A side that closed its connection cannot be read from any more; the client is asked first, because mitmproxy
    closes the provider's connection itself when the client goes. A reset HTTP/2 stream leaves both connections open
    and reads "by client" from either side (mitmproxy's text does not tell them apart): a cancel is the client's, as
    all SDKs send it, anything else the provider's; where only one side speaks HTTP/2 it is that side's.
    """
    message = flow.error.msg if flow.error else ""
    if "stream reset" in message or "stream closed" in message:
        client_h2 = flow.client_conn.alpn in (b"h2", b"h3")
        server_h2 = flow.server_conn.alpn in (b"h2", b"h3")
        by_client = client_h2 and (not server_h2 or "CANCEL" in message)
    else:
        by_client = _is_gone(flow.client_conn) or message == "Client disconnected."
    if by_client:
        return Outcome.CLIENT_ABORTED, message
    if flow.error is not None and flow.error.msg == flow.error.KILLED_MESSAGE:
        return (Outcome.INTERRUPTED if flow.response else Outcome.NO_RESPONSE), message
    return Outcome.UPSTREAM_ERROR, message


def _is_gone(connection: Connection) -> bool:
    return bool(connection.timestamp_start) and not connection.state & ConnectionState.CAN_READ


@lru_cache(256)
def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _wall_ms(seconds: float | None) -> int:
    return int((time.time() if seconds is None else seconds) * 1000)


def _offset(seconds: float | None, start_ms: int) -> int | None:
    return None if seconds is None else max(0, int(seconds * 1000) - start_ms)
