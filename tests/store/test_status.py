"""A recorder's status, also on a disk that has no room for it."""

import errno
import os
from pathlib import Path

import pytest

from store import status
from store.files import FILES, Files


class Failing(Files):
    """No file can be made."""

    def __init__(self, error: int) -> None:
        self.error = error

    def create(self, path: Path) -> int:
        raise OSError(self.error, os.strerror(self.error), path)


def test_what_is_said_last_counts(tmp_path: Path) -> None:
    status.write(tmp_path, FILES, {"pid": 1, "trouble": "x" * 10_000})
    status.write(tmp_path, FILES, {"pid": 2})
    assert status.read(tmp_path, FILES) == {"pid": 2}
    assert os.listdir(tmp_path) == [status.NAME]
    assert (tmp_path / status.NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_can_still_be_told_of(tmp_path: Path, error: int) -> None:
    status.write(tmp_path, FILES, {"pid": 1, "refused_ca": {"host": 1}})
    size = (tmp_path / status.NAME).stat().st_size
    status.write(tmp_path, Failing(error), {"pid": 1, "trouble": "full"})
    assert status.read(tmp_path, FILES) == {"pid": 1, "trouble": "full"}
    assert (tmp_path / status.NAME).stat().st_size == size


def test_another_failure_is_the_callers_and_the_old_one_stays(tmp_path: Path) -> None:
    status.write(tmp_path, FILES, {"pid": 1})
    with pytest.raises(OSError, match="Input/output"):
        status.write(tmp_path, Failing(errno.EIO), {"pid": 2})
    assert status.read(tmp_path, FILES) == {"pid": 1}


@pytest.mark.parametrize("data", [b"", b"[1]", b"{", b"\xff"])
def test_what_makes_no_sense_says_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / status.NAME).write_bytes(data)
    assert status.read(tmp_path, FILES) == {}
    assert status.read(tmp_path / "none", FILES) == {}


def test_only_counts_by_host_are_taken_from_it() -> None:
    assert status.refused_ca({"refused_ca": {"a": 1, "b": "2"}}) == {"a": 1}
    assert status.refused_ca({"refused_ca": [1]}) == status.refused_ca({}) == {}


def test_the_ports_of_every_version_are_read() -> None:
    assert status.ports({"port": 1, "ports": [1, 2]}) == (1, 2)
    assert status.ports({"port": 1}) == (1,)
    assert status.ports({"port": 0}) == status.ports({}) == status.ports({"ports": ["1", None]}) == ()
