"""The callable that bodies stream through."""

import pytest

from addon.tee import Tee


def test_every_piece_goes_to_the_sink_and_on_as_the_same_object() -> None:
    seen: list[bytes] = []
    tee = Tee(seen.append, pytest.fail)
    pieces = [bytes([65 + number]) * 3 for number in range(3)]
    assert all(tee(piece) is piece for piece in pieces)
    assert seen == pieces


def test_the_empty_piece_at_the_end_is_no_piece() -> None:
    seen: list[bytes] = []
    assert Tee(seen.append, pytest.fail)(b"") == b""
    assert seen == []


@pytest.mark.parametrize("error", [ValueError("x"), MemoryError(), RecursionError(), OSError(28, "full")])
def test_a_sink_that_fails_is_reported_once_and_the_bytes_pass(error: Exception) -> None:
    failures: list[Exception] = []

    def sink(data: bytes) -> None:
        raise error

    tee = Tee(sink, failures.append)
    for piece in (b"one", b"two"):
        assert tee(piece) is piece
    assert failures == [error]


def test_even_a_report_that_fails_changes_nothing() -> None:
    def broken(_: object) -> None:
        raise RuntimeError

    piece = b"data"
    assert Tee(broken, broken)(piece) is piece
