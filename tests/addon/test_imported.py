"""Exchanges in flows from files."""

import json

from mitmproxy import http
from mitmproxy.test import tflow
from mitmproxy.websocket import WebSocketData, WebSocketMessage
from wsproto.frame_protocol import Opcode

from addon import imported
from store import providers, socket_body
from store.exchange import Exchange, Mode, Outcome

ASK = b'{"type":"response.create","input":"%d"}'
DELTA, END = b'{"type":"response.output_text.delta","delta":"x"}', b'{"type":"response.completed"}'
TABLE = providers.load()


def socket(*messages: tuple[bool, bytes], path: str = "/v1/responses", by_client: bool = True) -> http.HTTPFlow:
    flow = tflow.tflow(
        req=http.Request.make("GET", f"https://api.openai.com{path}"),
        resp=http.Response.make(101, b"", {"upgrade": "websocket"}),
    )
    flow.live = False
    flow.websocket = WebSocketData(
        messages=[
            WebSocketMessage(Opcode.TEXT, from_client, data, timestamp=1_700_000_000 + number)
            for number, (from_client, data) in enumerate(messages)
        ],
        closed_by_client=by_client,
    )
    return flow


def read(flow: http.HTTPFlow) -> list[Exchange]:
    return imported.exchanges(flow, TABLE, "", ("tag",))


def test_each_response_on_a_socket() -> None:
    flow = socket((False, DELTA), (True, ASK % 1), (False, DELTA), (False, END), (True, ASK % 2), (False, END))
    one, two = read(flow)
    assert (one.request_body, two.request_body) == (ASK % 1, ASK % 2)
    assert [each.data for each in socket_body.parse(one.response_body)] == [DELTA, END]
    assert [chunk.at_ms for chunk in one.chunks] == [1000, 2000]
    assert (one.started_ms, one.first_byte_ms, one.end_ms) == (1_700_000_001_000, 1000, 2000)
    assert (one.status, one.outcome, one.mode, one.tags) == (101, Outcome.COMPLETE, Mode.IMPORT, ("tag",))
    assert two.started_ms == 1_700_000_004_000


def test_a_request_that_is_refused_while_another_is_answered() -> None:
    begun, refused = b'{"type":"response.created","response":{"id":"a"}}', b'{"type":"error","status":400}'
    found = read(socket((True, ASK % 1), (False, begun), (True, ASK % 2), (False, refused), (False, END)))
    assert [(each.request_body, len(each.chunks)) for each in found] == [(ASK % 2, 1), (ASK % 1, 2)]


def test_what_had_not_ended() -> None:
    messages = ((True, ASK % 1), (False, DELTA), (True, ASK % 2))
    for by_client, outcome in ((True, Outcome.CLIENT_ABORTED), (False, Outcome.UPSTREAM_ERROR)):
        one, two = read(socket(*messages, by_client=by_client))
        assert (one.outcome, two.outcome) == (outcome, outcome)
        assert (one.status, two.status) == (101, None)


def test_sockets_of_others_are_none_of_it() -> None:
    assert read(socket((True, ASK % 1), (False, END), path="/v1/realtime")) == []


def test_a_plain_request() -> None:
    flow = tflow.tflow(
        req=http.Request.make("POST", "https://api.openai.com/v1/responses", json.dumps({"input": "hi"})),
        resp=http.Response.make(200, b"{}"),
    )
    flow.live = False
    (found,) = read(flow)
    assert found.request_body == b'{"input": "hi"}'
    flow.request.path = "/v1/models"
    assert read(flow) == []
