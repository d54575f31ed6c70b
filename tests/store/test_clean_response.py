"""What would keep whoever cleans an answer, told before it does; and that what was left undone is done later."""

import gzip
import itertools

import pytest

from store.clean import Cleaner
from store.clean_response import CleanResponse
from store.headers import Headers

MOST = 16 << 10
WORDS = b"many words that nobody has seen before, and no sign of anything. "
GZIP: Headers = ((b"content-encoding", b"gzip"),)


def answer(body: bytes, headers: Headers = ()) -> CleanResponse:
    response = Cleaner(bytes(32)).response(headers)
    response.arrive(body, 0)
    return response


def of(size: int, text: bytes = WORDS) -> bytes:
    return (text * (size // len(text) + 1))[:size]


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        pytest.param((), of(256 << 10), False, id="quiet"),
        pytest.param((), of((256 << 10) + 1), True, id="quiet, and more than may be"),
        pytest.param((), b"0\n" * 512, False, id="as many lines as may be"),
        pytest.param((), b"0\n" * 513, True, id="one more"),
        pytest.param((), of(MOST - 4) + b"AKIA", False, id="a sign in little text"),
        pytest.param((), of(MOST - 3) + b"AKIA", True, id="a sign in much"),
        pytest.param((), of(600) + b"AKIA " * 33, True, id="many signs in little text"),
        pytest.param((), of(600) + b"AKIA " * 32, False, id="as many signs as may be"),
        pytest.param(GZIP, gzip.compress(of(1 << 20))[:-8], True, id="little that stands for much"),
        pytest.param(GZIP, gzip.compress(b"short") + of(MOST), True, id="a coding that breaks"),
        pytest.param(GZIP, b"\x1f\x8b\x08\x08\0\0\0\0\0\x03" + of(MOST), True, id="a coding that gives nothing"),
        pytest.param(GZIP, gzip.compress(of(9000)), False, id="a coding"),
    ],
)
def test_what_takes_long_is_told(headers: Headers, body: bytes, expected: bool) -> None:
    assert answer(body, headers).takes_long(MOST) is expected


@pytest.mark.parametrize("cuts", [(), (0.01,), (0.5, 0.51), (0.01, 0.3, 0.6, 0.9)])
def test_what_is_decoded_later_comes_in_its_order_and_at_its_time(cuts: tuple[float, ...]) -> None:
    lines = b"".join(b"%d %b\n" % (n, WORDS) for n in range(20_000))
    coded = gzip.compress(lines)
    response = Cleaner(bytes(32)).response(GZIP)
    places = [0, *(int(cut * len(coded)) for cut in cuts), len(coded)]
    for at_ms, (start, end) in enumerate(itertools.pairwise(places)):
        response.arrive(coded[start:end], at_ms)
    assert response.takes_long(MOST) and response.held < len(lines) // 2
    found = response.take()
    response.finish(is_cut=False)
    assert response.body == lines
    assert sum(chunk.size for chunk in response.chunks) == len(lines)
    assert [piece.at_ms for piece in found] == list(range(len(places) - 1))
