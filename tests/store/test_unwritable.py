"""An archive that cannot be written is told from a file that cannot."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from exchanges import conversation

from store.archive import Archive
from store.errors import Unwritable
from store.files import Files
from store.gc import collect
from store.record import Recorder
from store.unwritable import refuse_unwritable, writing


class Refusing(Files):
    """No file can be made, for one reason or another."""

    def __init__(self, number: int) -> None:
        self.number = number

    def create(self, path: Path) -> int:
        raise OSError(self.number, os.strerror(self.number), str(path))

    def make_one_folder(self, path: Path) -> None:
        raise OSError(self.number, os.strerror(self.number), str(path))


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT])
def test_it_names_the_archive_and_stays_the_systems_error(tmp_path: Path, number: int) -> None:
    path = tmp_path / "archive"
    with pytest.raises(Unwritable) as making:
        Archive.create(path, Refusing(number))
    Archive.create(path).close()
    with (
        Archive.open(path, Refusing(number)) as archive,
        Recorder(archive) as recorder,
        pytest.raises(Unwritable) as recording,
    ):
        recorder.record(next(conversation(1, "s", 10)))
    for raised in (making.value, recording.value):
        assert (raised.errno, raised.strerror, raised.archive) == (number, os.strerror(number), path)


def test_so_does_packing_again(tmp_path: Path) -> None:
    with Archive.create(tmp_path / "archive") as archive:
        for session in ("a", "b"):
            with Recorder(archive) as recorder:
                recorder.record(next(conversation(1, session, 10)))
        archive.files = Refusing(errno.EROFS)
        with pytest.raises(Unwritable):
            collect(archive)


def test_other_errors_go_by_as_they_are(tmp_path: Path) -> None:
    with pytest.raises(OSError) as raised, writing(tmp_path):
        raise OSError(errno.EIO, "Input/output error")
    assert not isinstance(raised.value, Unwritable)


@pytest.mark.parametrize(("flag", "number"), [(os.ST_RDONLY, errno.EROFS), (0, errno.EACCES)])
def test_one_is_refused_before_anybody_tries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: int, number: int
) -> None:
    refuse_unwritable(tmp_path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(os, "statvfs", lambda *_: SimpleNamespace(f_flag=flag))
    with pytest.raises(Unwritable) as raised:
        refuse_unwritable(tmp_path)
    assert raised.value.errno == number
