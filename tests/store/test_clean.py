"""Bodies made ready to be kept: coding off, secrets out, times in place, and byte for byte where there is nothing."""

import gzip
import json
import random
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from secrets_planted import in_markers, private_key, secret

from store.clean import Cleaner
from store.clean_response import CleanResponse
from store.exchange import Chunk, Exchange, Side
from store.headers import Headers
from store.masking.body import TooMuch
from store.masking.masking import Masking

KEY = bytes(range(32))
SECRET = secret("anthropic-key", 1)
TOKEN = Masking(KEY).token("anthropic-key", SECRET.encode())
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


def coded(coding: str) -> Headers:
    return ((b"content-encoding", coding.encode()),) if coding else ()


def events(texts: list[str]) -> list[bytes]:
    said = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}} for text in texts
    ]
    return [b"event: content_block_delta\ndata: " + json.dumps(each).encode() + b"\n\n" for each in said]


def passed(response: CleanResponse, pieces: list[bytes], is_cut: bool = False) -> bytes:
    """What was written of a response of these pieces, one each 10 ms."""
    written: list[bytes] = []
    for number, piece in enumerate(pieces, 1):
        response.arrive(piece, 10 * number)
        written += [each.data for each in response.take()]
    return b"".join((*written, response.finish(is_cut)))


@pytest.mark.parametrize("coding", CODINGS)
def test_a_request_is_decoded_and_masked(coding: str) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": f"my key is {SECRET}."}]}).encode()
    clean, side = Cleaner(KEY).request(CODINGS[coding](body), coded(coding))
    assert clean == body.replace(SECRET.encode(), TOKEN)
    assert side == Side(places=1)


@pytest.mark.parametrize("coding", CODINGS)
def test_a_body_without_secrets_stays_byte_for_byte(coding: str) -> None:
    body = b'{ "a" : "\\u0041\\/", "n":1e400,"a":2}\r\n'
    assert Cleaner(KEY).request(CODINGS[coding](body), coded(coding)) == (body, Side())
    response = Cleaner(KEY).response(coded(coding))
    passed(response, [CODINGS[coding](body)])
    assert (response.body, response.side, response.chunks) == (body, Side(), (Chunk(10, len(body)),))


@pytest.mark.parametrize("coding", CODINGS)
def test_a_secret_cut_into_events_and_chunks_never_is_written(coding: str) -> None:
    chance = random.Random(coding)
    texts = ["The key is ", *(SECRET[at : at + 5] for at in range(0, len(SECRET), 5)), " and no more.\n"]
    stream = CODINGS[coding](b"".join(events(texts)))
    cuts = sorted(chance.sample(range(1, len(stream)), 40))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    response = Cleaner(KEY).response(coded(coding))
    written = passed(response, pieces)
    assert written == response.body
    assert TOKEN in written and SECRET[20:32].encode() not in written
    assert response.side == Side(places=1)
    assert [chunk.at_ms for chunk in response.chunks] == [10 * n for n in range(1, len(pieces) + 1)]
    assert sum(chunk.size for chunk in response.chunks) == len(written)


def test_the_time_of_an_event_stays_with_it_although_it_was_held_back() -> None:
    response = Cleaner(KEY).response(())
    stream = events(["a", SECRET[:30], SECRET[30:], " b"])
    passed(response, stream)
    position = 0
    for number, (at_ms, size) in enumerate(response.chunks):
        assert at_ms == 10 * (number + 1)
        assert response.body[position : position + size].startswith(b"event: content_block_delta\ndata: ")
        position += size
    assert response.chunks[0].size == len(stream[0]) and position == len(response.body)


def test_of_a_stream_that_is_cut_the_beginning_of_a_secret_goes_too() -> None:
    response = Cleaner(KEY).response(())
    written = passed(response, events(["x ", SECRET[:40]]), is_cut=True)
    assert SECRET[:12].encode() not in written


def test_a_coding_that_breaks_leaves_the_body_as_it_came() -> None:
    broken = gzip.compress(b"x" * 1000)[:-6] + b"123456"
    assert Cleaner(KEY).request(broken, coded("gzip"))[0] == broken
    response = Cleaner(KEY).response(coded("gzip"))
    passed(response, [broken[:9], broken[9:]])
    assert response.body == broken and "gzip" in response.side.coding
    assert response.chunks == (Chunk(10, 9), Chunk(20, len(broken) - 9))


def test_a_coding_that_breaks_behind_a_secret_leaves_what_could_be_undone() -> None:
    broken = gzip.compress(f"key {SECRET} end".encode())[:-6] + b"123456"
    body, side = Cleaner(KEY).request(broken, coded("gzip"))
    assert body == b"key %b end" % TOKEN and side.places == 1 and "gzip" in side.coding
    response = Cleaner(KEY).response(coded("gzip"))
    passed(response, [broken])
    assert body.startswith(response.body) and "gzip" in response.side.coding


def test_what_is_in_no_known_coding_is_masked_as_it_is() -> None:
    body, side = Cleaner(KEY).request(f"key {SECRET} end".encode(), coded("rot13"))
    assert body == b"key %b end" % TOKEN and "rot13" in side.coding


def test_heads_are_masked_and_what_they_hold_is_known_from_then_on() -> None:
    cleaner = Cleaner(KEY)
    odd = "zq8-Horse-battery-77"
    body = json.dumps({"said": f"it is {odd}", "n": 1}).encode()
    sent = Exchange(
        "POST",
        f"https://u:{odd}@h/v1/{SECRET}/x?key={odd}",
        ((b"Authorization", f"Bearer {odd}".encode()), (b"user-agent", f"x {SECRET}".encode())),
        body,
        1,
        error=f"the server sent {SECRET}",
    )
    clean, cleaned = cleaner.exchange(sent)
    assert cleaned.request.places == 1
    assert all(hidden not in repr(clean) for hidden in (odd, SECRET))
    assert cleaner.exchange(clean) == (clean, cleaned)


def test_what_a_header_holds_is_looked_for_in_its_own_exchange() -> None:
    asked, told = "corp-gateway-k3y-000417", "session-t0ken-of-the-answer"
    body = json.dumps({"said": f"{asked} and {told}"}).encode()
    exchange = Exchange(
        "POST",
        f"https://gw.example/{asked}/v1",
        ((b"user-agent", asked.encode()), (b"x-api-key", asked.encode())),
        body,
        1,
        response_headers=((b"location", f"/{told}".encode()), (b"x-auth-token", told.encode())),
        response_body=body,
    )
    clean, _cleaned = Cleaner(KEY).exchange(exchange)
    assert all(hidden not in repr(clean) for hidden in (asked, told))


def test_a_response_is_told_the_credentials_of_its_own_headers() -> None:
    told = b"session-t0ken-of-the-answer"
    response = Cleaner(KEY).response(((b"x-auth-token", told),))
    assert told not in passed(response, [b'{"said":"%b"}' % told])


def test_a_url_is_looked_at_again_when_more_is_known() -> None:
    cleaner, secret_part = Cleaner(KEY), "corp-gateway-k3y-000417"
    url = f"https://gw.example/{secret_part}/v1"
    assert cleaner.url(url) == url
    cleaner.headers(((b"x-api-key", secret_part.encode()),))
    assert secret_part not in cleaner.url(url)


def test_a_placeholder_in_a_header_is_no_secret() -> None:
    cleaner = Cleaner(KEY)
    cleaner.headers(((b"authorization", b"Bearer ollama"), (b"x-api-key", b"not-needed")))
    body = b'{"a":"ollama is not-needed"}'
    assert cleaner.request(body, ()) == (body, Side())


class Failing(Masking):
    """A defect in the masking."""

    def hits(self, text: bytes) -> list:  # type: ignore[type-arg]
        raise RecursionError


def test_a_body_that_cannot_be_masked_is_withheld() -> None:
    cleaner = Cleaner(KEY, Failing(KEY))
    assert cleaner.request(b'{"a":1}', ()) == (b"", Side(withheld="RecursionError"))
    response = cleaner.response(())
    assert passed(response, [b'data: {"a":1}\n\n', b'data: {"a":1}\n\n']) == b""
    assert response.body == b"" and response.side.withheld == "RecursionError"
    assert sum(chunk.size for chunk in response.chunks) == 0


def test_a_private_key_over_lines_of_text() -> None:
    text = f"a\n{in_markers(private_key(1))}\nb\n".encode()
    response = Cleaner(KEY).response(())
    written = passed(response, [text[at : at + 7] for at in range(0, len(text), 7)])
    assert written == response.body and private_key(1)[:12].encode() not in written
    assert sum(chunk.size for chunk in response.chunks) == len(written)


STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'


def test_what_cannot_be_the_end_may_wait_and_what_may_be_never_does() -> None:
    response = Cleaner(KEY).response(())
    pieces = events(["one ", "two ", "three "])
    assert not any(response.arrive(piece, 10 * number) for number, piece in enumerate(pieces, 1))
    assert response.held == sum(map(len, pieces))
    assert response.take() == [(piece, 10 * number) for number, piece in enumerate(pieces, 1)]
    assert response.held == 0 and not response.take()
    assert not response.arrive(events(["four "])[0], 40)
    assert response.arrive(STOP, 50)
    assert response.take() == [(events(["four "])[0], 40), (STOP, 50)]
    response.finish(is_cut=False)
    assert response.body == b"".join((*pieces, *events(["four "]), STOP))
    assert [chunk.at_ms for chunk in response.chunks] == [10, 20, 30, 40, 50]


def test_events_without_names_wait_once_their_form_is_known() -> None:
    response = Cleaner(KEY).response(())
    pieces = [each.partition(b"\n")[2] for each in events(["one ", "two ", "three "])]
    for piece, must_be_taken in zip(pieces, (True, True, False), strict=True):
        assert response.arrive(piece, 0) is must_be_taken
        response.take()


def test_a_piece_that_is_no_whole_event_does_not_wait() -> None:
    response = Cleaner(KEY).response(())
    first, second = events(["one ", "two "])
    assert not response.arrive(first, 0)
    assert response.arrive(second[:20], 0) and response.arrive(second[20:], 0)


def test_not_many_pieces_wait() -> None:
    response = Cleaner(KEY).response(())
    taken = [response.arrive(piece, 0) for piece in events(["word "] * 40)]
    assert taken.index(True) == 31


def test_a_request_of_which_too_much_is_new_is_left_and_known_once_it_was_cleaned() -> None:
    cleaner = Cleaner(KEY)
    body = json.dumps({"messages": [f"{number} words about sk-ant- and more" for number in range(2000)]}).encode()
    with pytest.raises(TooMuch):
        cleaner.request(body, (), most=16 << 10)
    assert cleaner.request(body, ()) == (body, Side())
    longer = body.replace(b"1500 words", b"1500 other words", 1)
    assert cleaner.request(longer, (), most=16 << 10) == (longer, Side())


def test_of_what_is_new_and_shows_no_sign_of_a_secret_more_is_taken() -> None:
    quiet = json.dumps({"messages": [f"{number} words of a long talk" for number in range(2000)]}).encode()
    assert Cleaner(KEY).request(quiet, (), most=16 << 10) == (quiet, Side())
    with pytest.raises(TooMuch):
        Cleaner(KEY).request(quiet, (), most=1 << 10)


@given(
    texts=st.lists(st.sampled_from(["plain ", SECRET[:9], SECRET[9:], SECRET, "\n\n", "ü"]), max_size=30),
    caught_up=st.sets(st.integers(0, 30)),
    ends=st.booleans(),
)
def test_waiting_changes_nothing_but_when(texts: list[str], caught_up: set[int], ends: bool) -> None:
    pieces = events(texts)
    plain, waiting = Cleaner(KEY).response(()), Cleaner(KEY).response(())
    at_once = passed(plain, pieces, is_cut=ends)
    later: list[bytes] = []
    for number, piece in enumerate(pieces, 1):
        if waiting.arrive(piece, 10 * number) or number in caught_up:
            later += [each.data for each in waiting.take()]
    assert b"".join(later) + waiting.finish(ends) == at_once
    assert (waiting.body, waiting.chunks, waiting.side) == (plain.body, plain.chunks, plain.side)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, br"])
def test_what_is_no_coding_at_all_is_kept_as_it_came(coding: str) -> None:
    body = b"{"
    cleaner = Cleaner(bytes(32))
    headers = ((b"content-encoding", coding.encode()),)
    kept, side = cleaner.request(body, headers)
    assert kept == body and side.coding
    response = cleaner.response(headers)
    response.arrive(body, 1)
    response.take()
    response.finish(is_cut=False)
    assert response.body == body and response.side.coding
    assert [chunk.size for chunk in response.chunks] == [len(body)]


def test_an_empty_body_in_a_coding_stays_empty() -> None:
    assert Cleaner(bytes(32)).request(gzip.compress(b""), ((b"content-encoding", b"gzip"),)) == (b"", Side())
