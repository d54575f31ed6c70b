"""Playback gives back the answer, piece by piece, in the order and at the times in which it came."""

from pathlib import Path

from archives import counting_stream, recorded, streamed
from hypothesis import given, settings
from hypothesis import strategies as st

from deck.timeline import Timeline
from deck.timeline_pieces import Arrivals, pieces
from store import chunks, wire
from store.reading import Block

STREAM = counting_stream()


def played(cuts: list[int]) -> list[tuple[int, str, str, bool]]:
    sent = streamed(STREAM, cuts)
    answer = wire.pick("/v1/messages", {"model": b'"m"'}).answer(STREAM, "text/event-stream", 200)
    times = chunks.encode((chunk.at_ms, chunk.size) for chunk in sent.chunks)
    found = pieces(STREAM, answer.blocks, Arrivals(times, sent.end_ms or 0))
    return [(piece.at_ms, piece.kind, piece.text, piece.new_block) for piece in found]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_any_chunking_gives_the_same_text_in_order(cuts: list[int]) -> None:
    found = played(cuts)
    assert [(kind, text, new) for _at, kind, text, new in found] == [
        *(("thinking", "", True), ("thinking", "Let", False), ("thinking", " me count.", False)),
        *(("text", "", True), ("text", "One, ", False), ("text", "two, ", False)),
        *(("text", "three, ", False), ("text", "four.", False), ("tool-call", "Bash", True)),
        ("tool-call", "", False),
    ]
    times = [at for at, *_ in found]
    assert times == sorted(times)


def test_a_piece_is_there_when_its_last_byte_is() -> None:
    until_two = STREAM.index(b"\n\n", STREAM.index(b"two, ")) + 2
    shown = {text: at for at, _kind, text, _new in played([until_two - 1, 1])}
    assert (shown["One, "], shown["two, "], shown["three, "]) == (100, 200, 300)


def test_a_call_is_whole_when_its_last_byte_is_there() -> None:
    begins = STREAM.index(b"Bash")
    times = {(kind, text): at for at, kind, text, _new in played([begins - 200, 300]) if kind == "tool-call"}
    assert times["tool-call", "Bash"] < times["tool-call", ""]


def test_an_answer_in_one_piece_comes_at_its_end() -> None:
    (piece,) = pieces(b"{}", [Block("assistant", "text", "Whole.")], Arrivals(b"", 1_234))
    assert (piece.at_ms, piece.text, piece.new_block) == (1_234, "Whole.", True)


def test_text_that_no_event_carries_comes_with_its_block() -> None:
    body = b'data: {"a":"other"}\n\n'
    first, rest = pieces(body, [Block("assistant", "text", "Hidden", start=0, end=len(body))], Arrivals(b"", 9))
    assert (first.new_block, rest.text, rest.at_ms) == (True, "Hidden", 9)


def test_pieces_of_a_recorded_turn(tmp_path: Path) -> None:
    (turn,) = recorded(tmp_path / "archive", [streamed(STREAM, [300, 300])])
    with Timeline.open(tmp_path / "archive") as timeline:
        found = timeline.pieces(turn)
    assert {piece.at_ms for piece in found} <= {100, 200, 300, 350}
    assert "".join(piece.text for piece in found if piece.kind == "text") == "One, two, three, four."
