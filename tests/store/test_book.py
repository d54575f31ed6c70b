"""A recorder's book: every exchange has exactly one fate, whatever cuts the file."""

from collections import Counter
from pathlib import Path

import pytest

from store import book
from store.book import NO_SESSION, Book, Fate, Pages, parse, session_in, tag
from store.files import Files

A, B = tag("a"), tag("b")
RUN = "ab" * 32


class Full(Files):
    """A disk that takes ``room`` more bytes."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write_at(self, descriptor: int, data: bytes, offset: int) -> None:
        part = data[: self.room]
        self.room -= len(part)
        super().write_at(descriptor, part, offset)
        if len(part) < len(data):
            raise OSError(28, "No space left on device")


def written(folder: Path, files: Files = Files(), mappable: bool = True) -> Book:  # noqa: B008
    made = Book(RUN)
    made.attach(folder, files, 1_000, mappable)
    return made


def on_disk(folder: Path, alive: bool = False, left: tuple[int, ...] = ()) -> Pages:
    (path,) = folder.glob("book*")
    return parse(path.read_bytes(), is_alive=alive, left=left, is_torn=path.name == book.TORN)


@pytest.mark.parametrize("mappable", [True, False])
def test_what_was_entered_is_read_back_without_closing(tmp_path: Path, mappable: bool) -> None:
    made = written(tmp_path, mappable=mappable)
    for _ in range(5_000):  # more than a window of the file
        made.settle(made.seen(A), Fate.STORED, A)
    made.seen(B, Fate.NO_MODEL_CALL)
    made.seen()
    found = on_disk(tmp_path, alive=True)
    assert found.counts == Counter({(A, Fate.STORED): 5_000, (B, Fate.NO_MODEL_CALL): 1, (NO_SESSION, Fate.OPEN): 1})
    assert (found.certain, found.run, found.started_ms) == (True, RUN, 1_000)
    assert made.close() == on_disk(tmp_path)


def test_an_open_exchange_is_in_flight_lost_or_waits_in_the_spool(tmp_path: Path) -> None:
    made = written(tmp_path)
    number = made.seen(A)
    assert on_disk(tmp_path, alive=True).counts == Counter({(A, Fate.OPEN): 1})
    assert on_disk(tmp_path, left=(number,)).counts == Counter({(A, Fate.OPEN): 1})
    assert on_disk(tmp_path).counts == Counter({(A, Fate.UNFINISHED): 1})


def test_of_several_fates_the_best_counts_and_the_last_session(tmp_path: Path) -> None:
    made = written(tmp_path)
    number = made.seen(A)
    made.settle(number, Fate.QUEUE_FULL)
    assert on_disk(tmp_path).counts == Counter({(A, Fate.QUEUE_FULL): 1})
    made.settle(number, Fate.STORED, B)  # recovered from the spool, and its body named another session
    made.settle(number, Fate.CAPTURE_FAILED)
    assert on_disk(tmp_path).counts == Counter({(B, Fate.STORED): 1})


def test_what_comes_before_there_is_a_file_goes_into_it(tmp_path: Path) -> None:
    made = Book()
    first = made.seen(A)
    made.attach(tmp_path, Files(), 1, True)
    made.settle(first, Fate.KNOWN, A)
    assert on_disk(tmp_path).counts == Counter({(A, Fate.KNOWN): 1})
    assert on_disk(tmp_path).run == ""


@pytest.mark.parametrize("room", [*range(0, 96, 7), 64 + 16 * 3, 64 + 16 + 100, 64 + 16 + 65_536])
@pytest.mark.parametrize("mappable", [True, False])
def test_a_full_disk_costs_certainty_only_where_the_process_dies(tmp_path: Path, room: int, mappable: bool) -> None:
    made = written(tmp_path, Full(room), mappable)
    for _ in range(5_000):
        made.settle(made.seen(A), Fate.STORED)
    killed = [each for each in tmp_path.glob("book*") if each.stat().st_size]
    assert not any(on_disk(tmp_path).certain for _ in killed)
    assert made.close().counts == Counter({(A, Fate.STORED): 5_000})
    assert made.close().certain


def test_a_book_of_another_start_of_the_machine_is_not_certain(tmp_path: Path) -> None:
    written(tmp_path).seen(A, Fate.STORED)
    path = tmp_path / book.NAME
    data = bytearray(path.read_bytes())
    data[8] ^= 1
    path.write_bytes(data)
    assert on_disk(tmp_path).certain is False
    assert on_disk(tmp_path).counts == Counter({(A, Fate.STORED): 1})


@pytest.mark.parametrize("cut", range(0, 64 + 33))
def test_a_torn_file_is_read_as_far_as_it_goes(tmp_path: Path, cut: int) -> None:
    made = written(tmp_path, mappable=False)
    made.seen(A, Fate.STORED)
    made.seen(A, Fate.STORED)
    data = (tmp_path / book.NAME).read_bytes()[:cut]
    found = parse(data, is_alive=False, left=(), is_torn=False)
    assert found.counts.total() == max(0, cut - 64) // 16
    assert found.certain is (cut >= 64)


def test_entries_of_no_known_kind_are_passed_over(tmp_path: Path) -> None:
    written(tmp_path, mappable=False).seen(A, Fate.STORED)
    path = tmp_path / book.NAME
    path.write_bytes(path.read_bytes() + b"\x63" * 16)
    assert on_disk(tmp_path).counts == Counter({(A, Fate.STORED): 1})
    assert on_disk(tmp_path).certain is False


@pytest.mark.parametrize(
    ("headers", "session"),
    [
        (((b"X-Claude-Code-Session-Id", b"c"),), "c"),
        (((b"session-id", b"codex"), (b"thread-id", b"t")), "codex"),
        (((b"x-session-id", b"child"), (b"x-parent-session-id", b"parent")), "parent"),
        (((b"content-type", b"session-id"),), ""),
        (((b"session-id", b"\xff"),), "�"),
    ],
)
def test_the_session_that_headers_name(headers: tuple[tuple[bytes, bytes], ...], session: str) -> None:
    assert session_in(headers) == session


def test_where_the_machine_does_not_say_when_it_started_only_the_dead_are_doubted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "_BOOT_ID", str(tmp_path / "none"))
    made = written(tmp_path)
    made.seen(A)
    assert on_disk(tmp_path, alive=True).certain
    assert not on_disk(tmp_path).certain
    closed = made.close()
    assert (closed.certain, closed.counts) == (True, Counter({(A, Fate.UNFINISHED): 1}))


def test_more_than_memory_takes_before_there_is_a_file_is_not_certain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "_MOST_WAITING", 160)
    made = Book()
    for _ in range(11):
        made.seen(A, Fate.STORED)
    made.attach(tmp_path, Files(), 1, True)
    made.seen(A, Fate.STORED)
    found = on_disk(tmp_path)
    assert (found.certain, found.counts.total()) == (False, 10)
    assert (made.close().certain, made.close().counts.total()) == (False, 11)
