"""A turn whose id fits and whose contents do not: it is not listed, fsck names it, and nothing else suffers."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from damage import make_small

from deck.timeline import Timeline
from store.archive import Archive
from store.canonical import dumps, loads
from store.errors import StoreError
from store.fsck import examine
from store.journal import Type
from store.writer import Writer

ODD: tuple[Any, ...] = (None, "", -1, 1 << 70, 1.5, True, [], [[]], {}, {"a": 1}, "zz" * 32, "\ud800", "0" * 64)


def variants(value: Any) -> Iterator[Any]:
    """The value with one member, at any depth, replaced by something odd or taken out."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield {key: each for key, each in value.items() if key != name}
            yield from ({**value, name: odd} for odd in ODD)
            yield from ({**value, name: inner} for inner in variants(member))
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield from ([*value[:place], inner, *value[place + 1 :]] for inner in variants(member))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    path = tmp_path_factory.mktemp("crafted") / "a"
    return path, make_small(path)


def test_turns_of_any_shape_harm_nobody(made: tuple[Path, list[bytes]]) -> None:
    path, turns = made
    with Archive.open(path) as archive:
        real = loads(archive.get_kind(turns[1], "turn"))
        writer = Writer(archive)
        odd = list(variants(copy.deepcopy(real)))
        for payload in odd:
            writer.begin()
            writer.commit(Type.COMMIT, writer.json("turn", dumps(payload)))
        writer.close()
    assert len(odd) > 500
    (path / "index" / "index.sqlite").unlink()
    with Timeline.open(path) as timeline:
        listed = [row.id for row in timeline.newest_turns(None)]
        assert {turn.hex() for turn in turns} <= set(listed)
        for row in listed:
            for which in ("request", "response"):
                try:
                    timeline.body(row, which)
                except StoreError:
                    continue
        assert timeline.sessions()
    assert {finding.kind for finding in examine(path).findings} >= {"bad-turn"}
