"""What a writer's commit may refer to: asked of the index once, and again when somebody else has told it something."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.archive import Archive
from store.pack import Block
from store.sharing import Sharing

OWN, OTHER = "00000002-aaaaaaaa", "00000001-bbbbbbbb"
WANTED = bytes(range(32))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.create(tmp_path / "archive") as opened:
        yield opened


def told_by_another(archive: Archive, statement: str) -> None:
    with closing(sqlite3.connect(archive.path / "index" / "index.sqlite")) as other, other:
        other.execute(statement)


def test_own_and_sealed_packs_have_what_may_be_referred_to(archive: Archive) -> None:
    sharing = Sharing(archive)
    archive.index.add_block(OTHER, Block(32, 10, 0, 32, 0), [(WANTED, "blob")])
    sharing.begin(is_new_frame=False)
    assert not sharing.has(WANTED, OWN)
    sharing.begin(is_new_frame=False)
    assert sharing.has(WANTED, OTHER)


def test_what_was_lacking_is_asked_for_again_by_the_next_commit(archive: Archive) -> None:
    sharing = Sharing(archive)
    archive.index.add_block(OTHER, Block(32, 10, 0, 32, 0), [(WANTED, "blob")])
    sharing.begin(is_new_frame=False)
    assert not sharing.has(WANTED, OWN)
    told_by_another(archive, "UPDATE packs SET sealed = 1")
    assert not sharing.has(WANTED, OWN)
    sharing.begin(is_new_frame=False)
    assert sharing.has(WANTED, OWN)


def test_what_was_found_is_asked_for_again_once_another_process_told_the_index_something(archive: Archive) -> None:
    sharing = Sharing(archive)
    archive.index.add_block(OWN, Block(32, 10, 0, 32, 0), [(WANTED, "blob")])
    sharing.begin(is_new_frame=False)
    sharing.look_up([WANTED], OWN)
    told_by_another(archive, "DELETE FROM objects")
    assert sharing.has(WANTED, OWN)
    sharing.begin(is_new_frame=False)
    assert not sharing.has(WANTED, OWN)


def test_more_objects_than_are_asked_for_at_once_are_told_apart_all_the_same(archive: Archive) -> None:
    many = [bytes([number]) * 32 for number in range(60)]
    archive.index.add_block(OWN, Block(32, 10, 0, 32, 0), [(each, "blob") for each in many[::2]])
    sharing = Sharing(archive)
    sharing.begin(is_new_frame=True)
    sharing.look_up(many, OWN)
    assert [sharing.has(each, OWN) for each in many] == [True, False] * 30
