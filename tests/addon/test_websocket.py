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


def created(name: str) -> bytes:
    return b'{"type":"response.created","response":{"id":"%b"}}' % name.encode()


def completed(name: str) -> bytes:
    return b'{"type":"response.completed","response":{"id":"%b"}}' % name.encode()


REFUSED = b'{"type":"error","status":400,"error":{"code":"response_in_progress"}}'


def passed(flight: InFlight | None) -> tuple[bytes, list[bytes]]:
    assert flight is not None
    found = exchange(flight)
    return found.request_body, [each.data for each in socket_body.parse(found.response_body)]


def test_a_request_that_is_refused_while_another_is_answered_ends_alone() -> None:
    socket = opened()
    socket.ask(FIRST)
    assert [text(socket, each) for each in (created("a"), DELTA)] == [None, None]
    socket.ask(SECOND)
    assert passed(text(socket, REFUSED)) == (SECOND, [REFUSED])
    assert text(socket, DELTA) is None
    assert passed(text(socket, completed("a"))) == (FIRST, [created("a"), DELTA, DELTA, completed("a")])


def test_an_error_ends_the_response_that_it_is_numbered_into_or_the_only_one_or_the_first_that_began() -> None:
    numbered = b'{"type":"error","code":"server_error","sequence_number":3}'
    for begun, error in ((created("a"), numbered), (DELTA, REFUSED)):
        socket = opened()
        socket.ask(FIRST)
        text(socket, begun)
        socket.ask(SECOND)
        assert passed(text(socket, error)) == (FIRST, [begun, error])
        assert passed(text(socket, REFUSED)) == (SECOND, [REFUSED])


def test_messages_that_name_a_response_go_to_it_in_any_order() -> None:
    socket = opened()
    socket.ask(FIRST)
    socket.ask(SECOND)
    for each in (created("a"), created("b")):
        text(socket, each)
    cancel = b'{"type":"response.cancel","response_id":"a"}'
    assert text(socket, cancel, from_client=True) is None
    assert passed(text(socket, completed("b"))) == (SECOND, [created("b"), completed("b")])
    assert passed(text(socket, completed("a"))) == (FIRST, [created("a"), cancel, completed("a")])


def test_what_cannot_be_read_belongs_to_the_oldest() -> None:
    socket = opened()
    socket.ask(FIRST)
    text(socket, created("a"))
    socket.ask(SECOND)
    odd = [b'{"type":"error"', b'\xff"error""response"', b'{"response":[1]}', b'["error"]', b'{"type":7}', b""]
    assert not any(text(socket, each) for each in odd[1:])
    assert passed(text(socket, odd[0])) == (FIRST, [created("a"), *odd[1:], odd[0]])


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
