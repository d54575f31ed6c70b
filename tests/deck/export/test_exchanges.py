"""Turns as the exchanges they were."""

import pytest
import traffic_kinds
from archives import recorded

from deck.export.chosen import choose
from deck.export.exchanges import Passed, Whole, exchanges
from deck.timeline import Timeline


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Whole]:
    path = tmp_path_factory.mktemp("kinds") / "a"
    recorded(path, traffic_kinds.exchanges())
    with Timeline.open(path) as timeline:
        wholes = list(exchanges(choose(timeline, (), everything=True)))
    return sorted(wholes, key=lambda whole: whole.started_ms)


def test_headers_speak_of_the_body_as_it_is_now(found: list[Whole]) -> None:
    streamed, kept_coded = found[0], found[4]
    names = dict(streamed.response_headers)
    assert "content-encoding" not in names and streamed.response.startswith(b"event: message_start")
    assert dict(kept_coded.response_headers)["content-encoding"] == "gzip" and kept_coded.response == b"no gzip"
    assert dict(streamed.request_headers)["content-length"] == str(len(streamed.request))


def test_what_is_masked_stays_masked(found: list[Whole]) -> None:
    assert dict(found[0].request_headers)["x-api-key"].startswith("[[deck:header:")
    assert "key=a" not in found[0].url and "beta=true" in found[0].url


def test_a_response_on_a_socket(found: list[Whole]) -> None:
    whole = found[-1]
    assert (whole.method, whole.status, whole.request, whole.response) == ("GET", 101, b"", b"")
    assert whole.passed == (
        Passed(b'{"type":"response.create","model":"m","input":"Hi"}', True, True, 0),
        Passed(b'{"type":"response.created"}', False, True, 10),
        Passed(b"\x00\n\n< x", True, False, 20),
        Passed(b'{"type":"response.completed","response":{"id":"resp_1"}}', False, True, 30),
    )


def test_what_nobody_answered(found: list[Whole]) -> None:
    whole = found[7]
    assert (whole.status, whole.response_headers, whole.response, whole.end_ms) == (None, (), b"", None)
    assert whole.outcome == "no-response"
