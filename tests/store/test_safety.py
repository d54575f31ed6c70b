"""Which folders are no archive to be used, and what is in the way of which file."""

import os
from pathlib import Path

import pytest

from store import config
from store.archive import Archive
from store.errors import BadConfig, Unsafe
from store.files import FILES, Files
from store.fsck import examine
from store.safety import refuse_unsafe

PARTS = ["FORMAT", "key", "objects", "objects/pack", "journal", "index", "index/index.sqlite", "spool", "refs"]


class Foreign(Files):
    """Everything belongs to somebody else."""

    def status(self, path: Path) -> os.stat_result:
        found = list(super().status(path))
        found[4] = os.getuid() + 1
        return os.stat_result(found)


class Going(Files):
    """A log of SQLite's goes as soon as it was looked at: another process closed its index."""

    def status(self, path: Path) -> os.stat_result:
        found = super().status(path)
        if path.name.endswith("-wal"):
            path.unlink()
        return found


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    Archive.create(tmp_path / "archive").close()
    return tmp_path / "archive"


@pytest.mark.parametrize("part", PARTS)
def test_an_archive_with_a_link_in_it_is_refused_and_what_it_leads_to_stays(
    archive: Path, part: str, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    (archive / part).rename(outside)
    (archive / part).symlink_to(outside)
    before = sorted((path, path.stat().st_mtime_ns) for path in [outside, *outside.rglob("*")])
    for way in (Archive.open, Archive.create):
        with pytest.raises(Unsafe, match=f"ls -l {archive / part}"):
            way(archive)
    assert sorted((path, path.stat().st_mtime_ns) for path in [outside, *outside.rglob("*")]) == before


@pytest.mark.parametrize("part", ["FORMAT", "key", "index/index.sqlite", "config.toml"])
def test_a_pipe_in_the_place_of_a_file_is_nothing_to_wait_at(archive: Path, part: str) -> None:
    (archive / part).unlink(missing_ok=True)
    os.mkfifo(archive / part)
    with pytest.raises(Unsafe):
        Archive.open(archive)
    if part == "key":
        assert not examine(archive).sound  # fsck looks at the rest all the same


def test_a_config_is_read_from_no_pipe_and_through_no_link(archive: Path) -> None:
    os.mkfifo(archive / "config.toml")
    assert config.load(archive) == {}
    (archive / "config.toml").unlink()
    (archive / "config.toml").symlink_to(archive / "key")
    with pytest.raises(BadConfig, match="symbolic link"):
        config.load(archive)


def test_a_file_that_goes_while_it_is_looked_at_is_no_danger(archive: Path) -> None:
    (archive / "index" / "search.sqlite-wal").touch()
    Archive.open(archive, Going()).close()
    assert not (archive / "index" / "search.sqlite-wal").exists()
    (archive / "index" / "search.sqlite-wal").touch()
    assert Going().is_file(archive / "index" / "search.sqlite-wal")
    assert not Going().is_file(archive / "index" / "search.sqlite-wal")


def test_a_pipe_under_the_name_of_a_part_is_empty(archive: Path) -> None:
    os.mkfifo(archive / "pipe")
    assert FILES.read(archive / "pipe") == b""
    held = os.open(archive / "pipe", os.O_RDWR)
    assert FILES.read(archive / "pipe") == b""
    os.close(held)
    with pytest.raises(OSError, match="seekable"):
        FILES.read_from(archive / "pipe", 0)
    assert not FILES.is_locked(archive / "pipe")


@pytest.mark.parametrize("read", [FILES.read, lambda path: FILES.read_at(path, 0, 9)])
def test_no_link_is_read(archive: Path, read: object) -> None:
    (archive / "refs" / "link").symlink_to(archive / "key")
    with pytest.raises(OSError, match="symbolic link"):
        read(archive / "refs" / "link")  # type: ignore[operator]


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o710, 0o770, 0o777])
def test_an_archive_that_others_may_enter_is_refused_with_the_command_that_closes_it(archive: Path, mode: int) -> None:
    archive.chmod(mode)
    with pytest.raises(Unsafe) as caught:
        Archive.open(archive)
    command = str(caught.value).rpartition("with: ")[2]
    assert command == f"chmod 700 {archive}"
    assert os.system(command) == 0
    Archive.open(archive).close()


def test_somebody_elses_archive_is_refused(archive: Path) -> None:
    with pytest.raises(Unsafe, match=f"sudo chown -R {os.getuid()} {archive}"):
        refuse_unsafe(archive, Foreign())


def test_a_folder_whose_path_leads_over_a_link_is_fine(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").symlink_to(tmp_path)
    Archive.open(tmp_path / "elsewhere" / "archive").close()


@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
def test_whatever_is_made_is_the_users_alone(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with Archive.create(tmp_path / "deep" / "archive"):
            made = [tmp_path / "deep", *(tmp_path / "deep").rglob("*")]  # while SQLite has its files
            modes = {(path.is_dir(), path.stat().st_mode & 0o777) for path in made}
    finally:
        os.umask(before)
    assert {"index.sqlite", "index.sqlite-wal", "index.sqlite-shm"} <= {path.name for path in made}
    assert modes == {(True, 0o700), (False, 0o600)}
