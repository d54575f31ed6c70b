"""An archive that is removed, or made again, is another one."""

from pathlib import Path

import pytest

from deck.presence import Presence
from store.archive import Archive
from store.errors import NotAnArchive


def test_it_is_there_until_it_is_removed_and_not_again_when_another_is_made(tmp_path: Path) -> None:
    path, aside = tmp_path / "archive", tmp_path / "aside"
    Archive.create(path).close()
    presence = Presence(path)
    presence.check()
    path.rename(aside)
    with pytest.raises(NotAnArchive, match=f"gone from {path}"):
        presence.check()
    Archive.create(path).close()
    assert presence.is_gone
