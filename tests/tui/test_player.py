"""Playing: every step and every chunk at its recorded time, on a clock that the test moves."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from archives import counting_stream, recorded, streamed
from kafka_session import Clock, Thread, text

from deck.timeline import Timeline
from deck.tui.document import Document
from deck.tui.playback import LONGEST_WAIT_MS
from deck.tui.player import Player
from deck.tui.reader import Reader

STREAM = counting_stream()
STARTED_MS = 1_790_000_000_000


@dataclass
class StillClock:
    """A clock on which time passes only while somebody sleeps."""

    at: float = 0.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class Cursor:
    """A list of steps with a cursor."""

    count: int
    position: int = 0

    def after(self, position: int) -> int | None:
        return position + 1 if position + 1 < self.count else None

    def go_to(self, position: int) -> None:
        self.position = position


@dataclass
class Stage:
    """What a player tells, with the time on its clock."""

    clock: StillClock = field(default_factory=StillClock)
    seen: list[tuple[float, int, str]] = field(default_factory=list)  # time, position, last line
    said: list[str] = field(default_factory=list)
    after_each: Callable[[], None] = lambda: None


class Room:
    """A player on an archive."""

    def __init__(self, archive: Path) -> None:
        with Timeline.open(archive) as timeline:
            session = timeline.sessions()[0].key
            self.steps = Cursor(timeline.step_count(session))
        self.reader = Reader(lambda: Timeline.open(archive))
        self.stage = Stage()
        self.player = Player(
            session, self.reader, self.stage.said.append, lambda: None, self._arrived, self.stage.clock
        )

    def _arrived(self, so_far: Document | None) -> None:
        last = "whole" if so_far is None else so_far.lines[-1].text
        self.stage.seen.append((round(self.stage.clock.at, 3), self.steps.position, last))
        self.stage.after_each()

    async def play(self) -> None:
        await self.player.play(self.steps)


def cuts() -> list[int]:
    """Sizes of chunks that are one event each."""
    return [len(event) + 2 for event in STREAM.split(b"\n\n")[:-1]]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("player") / "archive"
    recorded(path, [streamed(STREAM, cuts(), started_ms=STARTED_MS)])
    return path


@pytest.fixture
async def room(archive: Path) -> AsyncIterator[Room]:
    made = Room(archive)
    yield made
    made.reader.close()


def time_of(piece: bytes) -> float:
    """When the chunk came that has this."""
    return 0.1 * (next(n for n, event in enumerate(STREAM.split(b"\n\n")) if piece in event) + 1)


async def test_every_chunk_comes_at_its_time(room: Room) -> None:
    await room.play()
    text = [(at, said) for at, position, said in room.stage.seen if position == 2 and said != "whole"]
    assert text[1:] == [
        (pytest.approx(time_of(piece.encode())), so_far)
        for piece, so_far in (
            ("One, ", "One, "),
            ("two, ", "One, two, "),
            ("three, ", "One, two, three, "),
            ("four.", "One, two, three, four."),
        )
    ]
    assert [position for _at, position, said in room.stage.seen if said == "whole"] == [1, 2, 3]
    assert not room.player.playback.playing


async def test_a_call_is_on_its_way_until_it_is_whole(room: Room) -> None:
    await room.play()
    first, *_, last = [(at, said) for at, position, said in room.stage.seen if position == 3]
    assert first == (pytest.approx(time_of(b"toolu_1")), "Bash · on its way")
    stops = [n for n, event in enumerate(STREAM.split(b"\n\n"), 1) if b"content_block_stop" in event]
    assert last == (pytest.approx(0.1 * stops[2]), "whole")


async def test_twice_as_fast_takes_half_the_time(room: Room) -> None:
    await room.play()
    took, room.stage.clock.at = room.stage.clock.at, 0.0
    room.steps.position = 0
    room.player.playback.change_speed(1)
    await room.play()
    assert room.stage.clock.at == pytest.approx(took / 2)


async def test_playing_goes_on_where_it_was_stopped_within_an_answer(room: Room) -> None:
    def stop() -> None:
        if room.stage.seen[-1][2] == "One, two, ":
            room.player.stop()

    room.stage.after_each = stop
    await room.play()
    assert room.stage.seen[-1][1:] == (2, "One, two, ") and room.steps.position == 2
    stopped = room.stage.clock.at
    room.stage.seen.clear()
    room.stage.after_each = lambda: None
    await room.play()
    at, position, said = room.stage.seen[0]
    assert (position, said) == (2, "One, two, three, ")
    assert at == pytest.approx(stopped + time_of(b"three, ") - time_of(b"two, "), abs=0.002)


async def test_a_cursor_that_somebody_moves_stops_it(room: Room) -> None:
    def move() -> None:
        if room.stage.seen[-1][2] == "One, ":
            room.steps.position = 0
            room.player.playback.playing = False

    room.stage.after_each = move
    await room.play()
    assert room.steps.position == 0 and room.stage.seen[-1][2] == "One, "


async def test_a_long_wait_between_turns_is_cut_and_said(tmp_path: Path) -> None:
    clock = Clock()
    thread = Thread(clock)
    first = thread.send([text("Begin.")], [text("Yes.")])
    clock.now_ms += 600_000
    recorded(tmp_path / "archive", [first, thread.send([text("Go on.")], [text("Done.")])])
    room = Room(tmp_path / "archive")
    await room.play()
    room.reader.close()
    assert room.steps.position == 3
    assert room.stage.clock.at == pytest.approx(2 + LONGEST_WAIT_MS / 1000 + 2)
    assert room.stage.said == ["10m 1s wait, shown as 2.0 s"]


async def test_chunks_that_come_faster_than_a_frame_are_drawn_together(tmp_path: Path) -> None:
    recorded(tmp_path / "archive", [streamed(STREAM, cuts())])
    room = Room(tmp_path / "archive")
    room.player.playback.change_speed(100)
    await room.play()
    room.reader.close()
    text = [said for _at, position, said in room.stage.seen if position == 2]
    assert len(text) < 5 and text[-2:] == ["One, two, three, four.", "whole"]
