"""Exchanges on one socket, without a proxy around it."""

from addon.inflight import InFlight
from addon.websocket import Socket
from store import socket_body
from store.exchange import Exchange, Outcome

HEAD = Exchange("GET", "https://api.openai.com/v1/responses", ((b"a", b"b"),), b"", 5)
FIRST, SECOND = b'{"type":"response.create","input":"1"}', b'{"type":"response.create","input":"2"}'
DELTA, END = b'{"type":"response.output_text.delta","delta":"x"}', b'{"type":"response.completed"}'


def opened() -> Socket:
    return Socket(HEAD, ((b"upgrade", b"websocket"),), lambda head: InFlight(head, None))


def exchange(flight: InFlight) -> Exchange:
    flight.end(Outcome.COMPLETE, "")
    return flight.exchange()


def text(socket: Socket, data: bytes, *, from_client: bool = False) -> InFlight | None:
    return socket.pass_on(data, from_client=from_client, is_text=True)


def test_a_response_is_an_exchange() -> None:
    socket = opened()
    assert socket.ask(FIRST) == ""
    assert text(socket, DELTA) is None
    flight = text(socket, END)
    assert flight is not None
    found = exchange(flight)
    assert (found.request_body, found.status, found.url) == (FIRST, 101, HEAD.url)
    assert found.response_headers == ((b"upgrade", b"websocket"),)
    assert [each.data for each in socket_body.parse(found.response_body)] == [DELTA, END]
    assert [chunk.size for chunk in found.chunks] == [len(DELTA) + 4, len(END) + 4]
    assert found.started_ms > HEAD.started_ms


def test_answers_come_in_the_order_of_their_requests() -> None:
    socket = opened()
    socket.ask(FIRST)
    socket.ask(SECOND)
    assert text(socket, b'{"type":"response.cancel"}', from_client=True) is None
    first, second = text(socket, END), text(socket, END)
    assert first is not None
    assert second is not None
    assert [exchange(each).request_body for each in (first, second)] == [FIRST, SECOND]
    assert [each.from_client for each in socket_body.parse(second.exchange().response_body)] == [True, False]
    assert socket.close() == []


def test_what_belongs_to_no_request_is_passed_over() -> None:
    socket = opened()
    assert text(socket, END) is None
    socket.ask(FIRST)
    flight = text(socket, END)
    assert text(socket, DELTA) is None
    assert flight is not None
    assert exchange(flight).response_body == socket_body.piece(END, from_client=False, is_text=True)


def test_binary_messages_are_kept_and_end_nothing() -> None:
    socket = opened()
    socket.ask(FIRST)
    assert socket.pass_on(END, from_client=False, is_text=False) is None
    (flight,) = socket.close()
    assert [each.is_text for each in socket_body.parse(exchange(flight).response_body)] == [False]


def test_a_request_without_any_answer_has_no_status() -> None:
    socket = opened()
    socket.ask(FIRST)
    (flight,) = socket.close()
    assert exchange(flight).status is None


def test_a_refused_request_leaves_nothing() -> None:
    socket = Socket(HEAD, (), lambda head: "no room")
    assert socket.ask(FIRST) == "no room"
    assert text(socket, END) is None
    assert socket.close() == []
