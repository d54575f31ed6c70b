"""An answer whose cleaning keeps the event loop for long is cleaned aside; one that waited for its turn is not."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from addon.answer import Answer
from store.clean import Cleaner
from store.clean_response import CleanResponse, Piece

T = TypeVar("T")
_LONG = 0.03  # seconds: more than may be
PIECES = (b"event: ping\ndata: {}\n\n", b"data: 1\n\n", b"data: 2\n\n", b"data: 3\n\n", b"data: 4\n\n")


class Slow(CleanResponse):
    """Keeps its thread before it gives anything."""

    def __init__(self, keep: Callable[[], object]) -> None:
        like = Cleaner(bytes(32)).response(())
        super().__init__(like._masking, like._forms, ())
        self._keep = keep

    def take(self) -> list[Piece]:
        """Keep the thread first."""
        self._keep()
        return super().take()


def work() -> None:
    end = time.thread_time() + _LONG
    while time.thread_time() < end:
        pass


def wait() -> None:
    time.sleep(_LONG)


def streamed(keep: Callable[[], object]) -> tuple[list[bool], bytes]:
    """Which pieces of an answer were cleaned aside, and what was written of it in the end."""
    aside: list[Callable[[], Any]] = []
    written: list[bytes] = []

    def run(work: Callable[[], T], then: Callable[[], object]) -> "Future[T]":
        aside.append(then)
        done: Future[T] = Future()
        done.set_result(work())
        return done

    def write(pieces: Sequence[Piece]) -> None:
        written.extend(piece.data for piece in pieces)

    answer = Answer(Slow(keep), run)
    is_aside: list[bool] = []
    for at_ms, piece in enumerate(PIECES):
        answer.arrive(piece, at_ms)
        answer.take(write)
        is_aside.append(bool(aside))
        while aside:
            aside.pop()()
    answer.over()
    rest = answer.finish(write, is_cut=False)
    return is_aside, b"".join(written) + rest


def test_an_answer_that_kept_the_loop_does_not_keep_it_again() -> None:
    is_aside, written = streamed(work)
    assert is_aside == [False, True, True, True, True]
    assert written == b"".join(PIECES)


def test_an_answer_that_waited_for_its_turn_stays_in_the_loop() -> None:
    is_aside, written = streamed(wait)
    assert not any(is_aside)
    assert written == b"".join(PIECES)
