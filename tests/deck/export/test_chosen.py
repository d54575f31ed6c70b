"""Which turns an export is of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from archives import recorded
from exchanges import conversation

from deck.diagnostics import Problem
from deck.export.chosen import Chosen, choose
from deck.timeline import Timeline
from store.errors import NotFound


@pytest.fixture
def turns(tmp_path: Path) -> list[str]:
    return recorded(tmp_path / "a", (each for name in ("one", "two") for each in conversation(2, name, 30)))


@pytest.fixture
def timeline(tmp_path: Path, turns: list[str]) -> Iterator[Timeline]:
    with Timeline.open(tmp_path / "a") as opened:
        yield opened


def told(chosen: Chosen) -> list[tuple[str, list[str], bool]]:
    return [(share.session.key, [row.id for row in share.turns], share.is_whole) for share in chosen.shares]


def test_what_revs_mean(timeline: Timeline, turns: list[str]) -> None:
    one, two = ("one", turns[:2], True), ("two", turns[2:], True)
    assert told(choose(timeline, [])) == [two]
    assert told(choose(timeline, ["HEAD"])) == [("two", [turns[3]], False)]
    assert told(choose(timeline, ["one"])) == told(choose(timeline, ["sessions/on"])) == [one]
    assert told(choose(timeline, ["two", "one"])) == told(choose(timeline, [], everything=True)) == [one, two]
    assert told(choose(timeline, ["HEAD", "two"])) == told(choose(timeline, ["two", "HEAD"])) == [two]
    assert told(choose(timeline, ["HEAD", turns[2]])) == [two]
    assert choose(timeline, ["HEAD~1", "one"]).turns == 3


def test_what_cannot_be_exported(timeline: Timeline, turns: list[str]) -> None:
    with pytest.raises(Problem, match="part of a turn"):
        choose(timeline, ["HEAD:2"])
    with pytest.raises(Problem, match="takes no REV"):
        choose(timeline, ["HEAD"], everything=True)
    with pytest.raises(NotFound, match="is a blob"):
        choose(timeline, [timeline.payload(turns[0])["request"]["body"]])
    with pytest.raises(NotFound):
        choose(timeline, ["nothing"])
