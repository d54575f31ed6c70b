"""Where an export goes: whole or not at all, for its owner alone, in nobody's place."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deck.diagnostics import Problem
from deck.export.target import write


def pieces() -> Iterator[bytes]:
    yield from (b"one\n", b"two\n")


def failing() -> Iterator[bytes]:
    yield b"one\n"
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_a_file_is_private_whatever_the_umask(umask: int, tmp_path: Path) -> None:
    target = tmp_path / "out"
    before = os.umask(umask)
    try:
        assert write(pieces(), str(target), is_text=True, force=False) == 8
    finally:
        os.umask(before)
    assert target.read_bytes() == b"one\ntwo\n"
    assert target.stat().st_mode & 0o777 == 0o600


def test_nothing_is_overwritten_without_force(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"mine")
    with pytest.raises(Problem, match="is there already"):
        write(pieces(), str(target), is_text=True, force=False)
    assert target.read_bytes() == b"mine"
    write(pieces(), str(target), is_text=True, force=True)
    assert target.read_bytes() == b"one\ntwo\n" and target.stat().st_mode & 0o777 == 0o600


def test_a_file_that_comes_meanwhile_stays(tmp_path: Path) -> None:
    target = tmp_path / "out"

    def slow() -> Iterator[bytes]:
        target.write_bytes(b"mine")
        yield b"ours"

    with pytest.raises(Problem, match="is there already"):
        write(slow(), str(target), is_text=True, force=False)
    assert target.read_bytes() == b"mine"
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("force", [False, True])
def test_what_fails_leaves_nothing(force: bool, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        write(failing(), str(tmp_path / "out"), is_text=True, force=force)
    assert os.listdir(tmp_path) == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"mine")
    (tmp_path / "out").symlink_to(other)
    with pytest.raises(Problem):
        write(pieces(), str(tmp_path / "out"), is_text=True, force=False)
    write(pieces(), str(tmp_path / "out"), is_text=True, force=True)
    assert other.read_bytes() == b"mine" and not (tmp_path / "out").is_symlink()


def test_a_pipe_and_a_device_are_written_into_and_stay(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert write(pieces(), str(pipe), is_text=True, force=True) == 8
        assert os.read(reading, 20) == b"one\ntwo\n"
    finally:
        os.close(reading)
    assert pipe.is_fifo()
    with pytest.raises(OSError, match="No space"):
        write(pieces(), "/dev/full", is_text=True, force=False)
    assert Path("/dev/full").is_char_device()


def test_a_stream_by_its_name_needs_no_force(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert write(pieces(), "/dev/stdout", is_text=True, force=False) == 8
    assert capfdbinary.readouterr().out == b"one\ntwo\n"


def test_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert write(pieces(), "-", is_text=False, force=False) == 8
    assert capfdbinary.readouterr().out == b"one\ntwo\n"
