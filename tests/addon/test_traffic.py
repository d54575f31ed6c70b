"""mitmproxy's flows in the archive's words."""

import pytest
from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.flow import Error
from mitmproxy.proxy import mode_specs
from mitmproxy.test import tflow

from addon import traffic
from store.exchange import Mode, Outcome


def failed(message: str, *, response: bool = True) -> http.HTTPFlow:
    flow = tflow.tflow(resp=response, err=Error(message))
    flow.client_conn.state = flow.server_conn.state = ConnectionState.OPEN
    return flow


def test_a_client_that_closed_its_connection_aborted() -> None:
    flow = failed("Client disconnected.")
    flow.client_conn.state = flow.server_conn.state = ConnectionState.CLOSED
    assert traffic.ending(flow) == (Outcome.CLIENT_ABORTED, "Client disconnected.")


def test_a_provider_that_closed_its_connection_broke_off() -> None:
    flow = failed("peer closed connection without sending complete message body")
    flow.server_conn.state = ConnectionState.CLOSED
    assert traffic.ending(flow)[0] is Outcome.UPSTREAM_ERROR


@pytest.mark.parametrize("response", [True, False])
def test_a_killed_flow_is_nobodys_fault(response: bool) -> None:
    expected = Outcome.INTERRUPTED if response else Outcome.NO_RESPONSE
    assert traffic.ending(failed(Error.KILLED_MESSAGE, response=response))[0] is expected


@pytest.mark.parametrize(
    ("client", "server", "code", "outcome"),
    [
        (b"h2", b"h2", "CANCEL", Outcome.CLIENT_ABORTED),
        (b"h2", b"h2", "INTERNAL_ERROR", Outcome.UPSTREAM_ERROR),
        (b"h2", b"http/1.1", "INTERNAL_ERROR", Outcome.CLIENT_ABORTED),
        (b"http/1.1", b"h2", "CANCEL", Outcome.UPSTREAM_ERROR),
    ],
)
def test_a_reset_stream_is_told_by_protocol_and_code(client: bytes, server: bytes, code: str, outcome: Outcome) -> None:
    flow = failed(f"stream reset by client ({code})")
    flow.client_conn.alpn, flow.server_conn.alpn = client, server
    assert traffic.ending(flow)[0] is outcome


@pytest.mark.parametrize(
    ("specification", "mode"),
    [
        ("regular", Mode.FORWARD),
        ("reverse:https://api.example", Mode.REVERSE),
        ("upstream:http://proxy.example", Mode.UPSTREAM),
        ("socks5", Mode.FORWARD),
    ],
)
def test_the_mode(specification: str, mode: Mode) -> None:
    flow = tflow.tflow()
    flow.client_conn.proxy_mode = mode_specs.ProxyMode.parse(specification)
    assert traffic.mode(flow) is mode


def test_a_bare_address_goes_by_its_tls_name() -> None:
    flow = tflow.tflow()
    flow.request.host, flow.request.port = "192.0.2.1", 443
    flow.client_conn.sni = "api.anthropic.com"
    assert traffic.destination(flow) == ("api.anthropic.com", 443)
    flow.request.host = "other.example"
    assert traffic.destination(flow) == ("other.example", 443)


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ({"content-length": "12"}, 12),
        ({"content-length": "x"}, None),
        ({"content-length": "٣"}, None),
        ({"content-length": "12", "content-type": "text/event-stream; charset=utf-8"}, None),
        ({"content-length": "12", "transfer-encoding": "chunked"}, None),
        ({}, None),
    ],
)
def test_the_length_a_response_promises(headers: dict[str, str], length: int | None) -> None:
    fields = tuple((name.encode(), value.encode()) for name, value in headers.items())
    assert traffic.fixed_length(fields) == length


def test_a_url_of_odd_bytes_is_percent_encoded() -> None:
    flow = tflow.tflow()
    flow.request.data.path = b"/v1/m\xc3\xa4ssages?x=\xff"
    assert traffic.request_head(flow, traffic.mode(flow), traffic.url(flow), "", ()).url.endswith(
        "/v1/m%C3%A4ssages?x=%FF"
    )


def test_an_imported_flow_is_whole() -> None:
    flow = tflow.tflow(resp=True)
    flow.request.timestamp_start, flow.request.timestamp_end = 100.0, 100.5
    assert flow.response is not None
    flow.response.timestamp_start, flow.response.timestamp_end = 101.0, 103.25
    exchange = traffic.imported(flow, "", ("tag",))
    assert (exchange.started_ms, exchange.request_end_ms) == (100_000, 500)
    assert (exchange.first_byte_ms, exchange.end_ms) == (1_000, 3_250)
    assert (exchange.request_body, exchange.response_body) == (b"content", b"message")
    assert (exchange.mode, exchange.outcome, exchange.chunks) == (Mode.IMPORT, Outcome.COMPLETE, ())
    assert exchange.tags == ("tag",)
