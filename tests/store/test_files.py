"""The one place that touches the archive's files, on a real disk."""

import os
from pathlib import Path

import pytest

from store.files import FILES, Files


class Unsyncable(Files):
    """Nothing can be synced."""

    def sync(self, descriptor: int) -> None:
        raise OSError(5, "Input/output error")


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    FILES.replace(path, b"old")
    FILES.replace(path, b"new")
    assert path.read_bytes() == b"new"
    with pytest.raises(OSError, match="Input/output"):
        Unsyncable().replace(path, b"newer")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["file"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_folders_are_made_with_their_parents_and_private(tmp_path: Path) -> None:
    FILES.make_folder(tmp_path / "a" / "b")
    FILES.make_folder(tmp_path / "a" / "b")
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "a", tmp_path / "a" / "b")] == [0o700, 0o700]


def test_what_a_name_is_told_without_following_links(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "nowhere").symlink_to(tmp_path / "none")
    assert [FILES.is_file(tmp_path / name) for name in ("file", "link", "nowhere", "none")] == [
        True,
        False,
        False,
        False,
    ]
    assert [FILES.exists(tmp_path / name) for name in ("file", "nowhere", "none", "file/x")] == [
        True,
        True,
        False,
        False,
    ]
    assert FILES.is_folder(tmp_path)
    assert not FILES.is_folder(tmp_path / "file")


def test_a_lock_goes_with_its_descriptor(tmp_path: Path) -> None:
    path = tmp_path / "file"
    holder = FILES.create(path)
    other = FILES.open_append(path)
    assert FILES.try_lock(holder)
    assert not FILES.try_lock(other)
    assert FILES.is_locked(path)
    FILES.close(holder)
    assert not FILES.is_locked(path)
    assert FILES.try_lock(other)
    FILES.close(other)


def test_a_file_without_a_name_is_gone(tmp_path: Path) -> None:
    descriptor = FILES.create(tmp_path / "file")
    assert not FILES.is_gone(descriptor)
    FILES.remove(tmp_path / "file")
    FILES.remove(tmp_path / "file")
    assert FILES.is_gone(descriptor)
    FILES.close(descriptor)
