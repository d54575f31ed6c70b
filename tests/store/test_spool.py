"""Exchanges in flight on disk: what comes back, whatever cut the file."""

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from left_behind import left_behind

from store.clean import Cleaner
from store.exchange import UNCHANGED, Chunk, Cleaned, Exchange, Mode, Outcome
from store.files import FILES, Files
from store.orphans import numbers, orphans
from store.spool import FOLDER, Spool
from store.spool_entry import Entry
from store.spool_exchange import rebuild
from store.spool_frames import FIRST, beginning

CLEANER = Cleaner(bytes(32))
HEAD = Exchange(
    method="POST",
    url="https://api.example/v1/messages?key=secret",
    request_headers=((b"x-api-key", b"secret"), (b"X-Odd", b"\xff\x00")),
    request_body=b"",
    started_ms=1_700_000_000_000,
    mode=Mode.REVERSE,
    http_version="HTTP/2.0",
    run="ab" * 32,
    tags=("one", "two"),
)


def fill(entry: Entry) -> None:
    entry.request([b'{"a', b'":'], 1)
    entry.request([b"1}"], 2)
    entry.request_end(3)
    entry.response_head(200, ((b"content-type", b"text/event-stream"),), 10)
    entry.response(b"data: one\n\n", 11)
    entry.response(b"data: two\n\n", 20)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool.create(tmp_path, CLEANER)
    yield made
    made.close()


def only(archive: Path) -> Exchange:
    (found,) = left_behind(archive)
    assert found is not None
    return found


def test_nothing_of_a_living_process_is_an_orphan(tmp_path: Path, spool: Spool) -> None:
    fill(spool.open(HEAD))
    assert list(orphans(tmp_path)) == []


def test_an_orphan_comes_back_with_what_had_arrived(tmp_path: Path, spool: Spool) -> None:
    fill(spool.open(HEAD))
    spool.close()
    assert only(tmp_path) == replace(
        HEAD,
        url=CLEANER.url(HEAD.url),
        request_headers=CLEANER.headers(HEAD.request_headers),
        request_body=b'{"a":1}',
        request_end_ms=3,
        status=200,
        response_headers=((b"content-type", b"text/event-stream"),),
        response_body=b"data: one\n\ndata: two\n\n",
        chunks=(Chunk(11, 11), Chunk(20, 11)),
        first_byte_ms=10,
        outcome=Outcome.INTERRUPTED,
        cleaned=Cleaned(CLEANER.rules, UNCHANGED, UNCHANGED),
    )


def test_no_credential_reaches_the_disk(tmp_path: Path, spool: Spool) -> None:
    entry = spool.open(HEAD)
    entry.response_head(200, ((b"x-api-key", b"secret"),), 1)
    assert all(b"secret" not in path.read_bytes() for path in tmp_path.rglob("*.flight"))


def test_a_key_of_a_header_is_not_written_with_the_url(tmp_path: Path, spool: Spool) -> None:
    key = "corp-gateway-k3y-000417"
    spool.open(replace(HEAD, url=f"https://gw.example/{key}/v1", request_headers=((b"x-api-key", key.encode()),)))
    assert all(key.encode() not in path.read_bytes() for path in tmp_path.rglob("*.flight"))


def test_the_end_that_the_recorder_saw_is_kept(tmp_path: Path, spool: Spool) -> None:
    entry = spool.open(HEAD)
    fill(entry)
    entry.end(Outcome.CLIENT_ABORTED, "Client disconnected.", 30, None, 99)
    spool.close()
    found = only(tmp_path)
    assert (found.outcome, found.error, found.end_ms) == (
        Outcome.CLIENT_ABORTED,
        "Client disconnected.",
        30,
    )
    assert found.response_size == 99


@pytest.mark.parametrize(("length", "outcome"), [(4, Outcome.COMPLETE), (5, Outcome.INTERRUPTED)])
def test_a_fixed_length_says_whether_the_response_is_whole(
    tmp_path: Path, spool: Spool, length: int, outcome: Outcome
) -> None:
    entry = spool.open(HEAD)
    entry.response_head(200, ((b"Content-Length", b"%d" % length),), 5)
    entry.response(b"abcd", 6)
    spool.close()
    assert only(tmp_path).outcome is outcome


def used(data: bytes) -> tuple[int, int]:
    """How far the two parts of a file are in use."""
    return len(data[:FIRST].rstrip(b"\0")), len(data.rstrip(b"\0"))


def test_a_part_cut_anywhere_gives_what_stands_before_the_cut(tmp_path: Path, spool: Spool) -> None:
    fill(spool.open(HEAD))
    spool.close()
    (path,) = tmp_path.rglob("*.flight")
    whole = path.read_bytes()
    first, end = used(whole)
    body = b"data: one\n\ndata: two\n\n"
    for start, stop, expected in ((0, first, {5 + 2, 11 + 7, 22 + 7}), (FIRST, end, {0, 5, 29})):
        sizes = []
        for cut in range(start, stop + 1):
            part_end = FIRST if start == 0 else end
            rest = bytes(part_end - cut)  # what was reserved behind it reads as zeros
            path.write_bytes(whole[:cut] + rest + whole[part_end:])
            (exchange,) = left_behind(tmp_path)
            if exchange is not None:
                assert b'{"a":1}'.startswith(exchange.request_body)
                assert body.startswith(exchange.response_body)
                sizes.append(len(exchange.request_body) + len(exchange.response_body))
        assert sizes == sorted(sizes)
        assert set(sizes) == expected


@pytest.mark.parametrize("piece", [FIRST // 3, FIRST - 20, FIRST + 1, 40])
def test_a_long_answer_goes_on_behind_the_first_part(tmp_path: Path, spool: Spool, piece: int) -> None:
    entry = spool.open(HEAD)
    entry.request([b"q" * 10], 1)
    entry.response_head(200, (), 2)
    pieces = [bytes([65 + n % 26]) * piece for n in range(3 + 3 * FIRST // piece)]
    for number, data in enumerate(pieces):
        entry.response(data, 3 + number)
        if number == 1:
            entry.request([b"late"] * 5, 4)
    entry.end(Outcome.COMPLETE, "", 90, None, None)
    spool.close()
    found = only(tmp_path)
    assert found.request_body == b"q" * 10 + b"late" * 5
    assert found.response_body == b"".join(pieces)
    assert (found.outcome, found.end_ms) == (Outcome.COMPLETE, 90)


def test_what_goes_on_is_not_joined_to_a_first_part_that_lost_its_end(tmp_path: Path, spool: Spool) -> None:
    entry = spool.open(HEAD)
    entry.response_head(200, (), 2)
    for number in range(300):
        entry.response(b"%03d" % number * 100, 3)
    spool.close()
    (path,) = tmp_path.rglob("*.flight")
    whole = path.read_bytes()
    path.write_bytes(whole[: FIRST // 2] + bytes(FIRST // 2) + whole[FIRST:])
    arrived = only(tmp_path).response_body
    assert len(arrived) < FIRST // 2
    assert b"".join(b"%03d" % number * 100 for number in range(300)).startswith(arrived)


def test_a_flipped_bit_never_changes_what_comes_back(tmp_path: Path, spool: Spool) -> None:
    fill(spool.open(HEAD))
    spool.close()
    (path,) = tmp_path.rglob("*.flight")
    whole = path.read_bytes()
    first, end = used(whole)
    body = b"data: one\n\ndata: two\n\n"
    for position in (*range(first), *range(FIRST, end)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        (exchange,) = left_behind(tmp_path)
        assert exchange is None or body.startswith(exchange.response_body)


def test_what_is_disposed_of_is_gone_and_so_is_the_folder(tmp_path: Path, spool: Spool) -> None:
    fill(spool.open(HEAD))
    spool.close()
    for orphan in orphans(tmp_path):
        orphan.dispose()
    assert os.listdir(tmp_path / FOLDER) == ["lock"]
    assert list(orphans(tmp_path)) == []


def test_what_is_not_disposed_of_comes_again(tmp_path: Path, spool: Spool) -> None:
    fill(spool.open(HEAD))
    spool.close()
    assert only(tmp_path) == only(tmp_path)


def test_a_discarded_entry_and_an_empty_folder_leave_nothing(tmp_path: Path, spool: Spool) -> None:
    entry = spool.open(HEAD)
    entry.discard()
    entry.discard()
    spool.close()
    spool.close()
    assert os.listdir(tmp_path / FOLDER) == ["lock"]


def test_files_and_folders_are_private(tmp_path: Path, spool: Spool) -> None:
    spool.open(HEAD)
    for path in [tmp_path / FOLDER, *(tmp_path / FOLDER).rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600)


class FullDisk(Files):
    """Takes ``room`` bytes, half of the write that does not fit, then no more."""

    room = 100_000

    def can_map(self, folder: Path) -> bool:
        return False

    def write_at(self, descriptor: int, data: bytes, offset: int) -> None:
        if len(data) > self.room:
            super().write_at(descriptor, data[: self.room], offset)
            self.room = 0
            raise OSError(28, "No space left on device")
        self.room -= len(data)
        super().write_at(descriptor, data, offset)


def test_a_failed_write_ends_the_entry_and_raises_nothing(tmp_path: Path) -> None:
    disk = FullDisk()
    spool = Spool.create(tmp_path, CLEANER, files=disk)
    entry = spool.open(HEAD)
    entry.response_head(200, (), 1)
    entry.response(b"kept", 2)
    disk.room = 5
    entry.response(b"torn", 3)
    assert "No space" in entry.failed
    disk.room = 100_000
    entry.response(b"after", 4)
    with pytest.raises(OSError, match="No space"):
        disk.room = 3
        spool.open(HEAD)
    spool.close()
    assert only(tmp_path).response_body == b"kept"


def test_a_link_in_the_spool_is_not_followed(tmp_path: Path, spool: Spool) -> None:
    fill(spool.open(HEAD))
    spool.close()
    (path,) = tmp_path.rglob("*.flight")
    os.symlink(path, path.with_name("00000009.flight"))
    os.symlink(path.parent, tmp_path / FOLDER / "link")
    assert only(tmp_path).method == "POST"


def test_a_file_is_used_again_and_holds_nothing_of_its_earlier_use(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, CLEANER)
    for size in (40_000, 300, 90_000):
        entry = spool.open(HEAD)
        entry.request([b"q" * size], 1)
        entry.request_end(2)
        entry.response_head(200, (), 3)
        for at in range(300):
            entry.response(b"%d " % at * 40, 4 + at)
        entry.close()
        entry.discard()
    assert len(list(tmp_path.rglob("*.flight"))) == 1
    assert numbers(spool.folder, FILES) == []
    entry = spool.open(HEAD)
    entry.request([b"new"], 1)
    entry.response_head(200, (), 3)
    entry.response(b"answer", 4)
    (path,) = tmp_path.rglob("*.flight")
    assert path.stat().st_size > 100_000
    spool.close()
    (found,) = left_behind(tmp_path)
    assert found is not None
    assert (found.request_body, found.response_body) == (b"new", b"answer")


def test_a_file_whose_new_use_never_reached_it_holds_nothing(tmp_path: Path) -> None:
    spool = Spool.create(tmp_path, CLEANER)
    entry = spool.open(HEAD)
    entry.request([b"old"], 1)
    (path,) = tmp_path.rglob("*.flight")
    with path.open("r+b") as file:
        file.write(beginning(2))
    spool.close()
    (found,) = left_behind(tmp_path)
    assert found is None


def test_files_kept_for_later_go_with_their_process(tmp_path: Path) -> None:
    for is_killed in (False, True):
        spool = Spool.create(tmp_path, CLEANER)
        spool.open(HEAD).discard()
        assert list(tmp_path.rglob("*.flight"))
        if is_killed:
            spool._files.close(spool._lock)
            for orphan in orphans(tmp_path):
                assert rebuild(orphan.data, bytes) is None
                orphan.dispose()
        else:
            spool.close()
        assert not spool.folder.exists()
