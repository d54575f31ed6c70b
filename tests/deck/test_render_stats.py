"""Statistics, fitted to a terminal."""

from pathlib import Path

import pytest

from deck.filters import Filter
from deck.render import Style, width_of
from deck.render_stats import group_lines, stats_lines
from deck.stats.report import Report, measure
from deck.timeline import Timeline

PLAIN = Style(False)


@pytest.fixture
def report(kafka: list[str], tmp_path: Path) -> Report:
    with Timeline.open(tmp_path / "archive") as timeline:
        return measure(timeline, None, Filter(), "model")


def test_a_note_stands_in_the_place_of_a_bar_where_it_does_not_fit_behind(report: Report) -> None:
    whole = list(stats_lines(report, PLAIN, 7, None))
    (failures,) = (line for line in whole if line.startswith("failures "))
    assert failures in stats_lines(report, PLAIN, 7, width_of(failures))
    narrow = list(stats_lines(report, PLAIN, 7, width_of(failures) - 1))
    (shorter,) = (line for line in narrow if line.startswith("failures "))
    assert shorter.split() == failures.split() and width_of(shorter) < width_of(failures)
    bars = [line for line in whole if "█" in line]
    assert bars and bars == [line for line in narrow if "█" in line]


@pytest.mark.parametrize(("columns", "name", "bars"), [(200, True, True), (90, True, False), (80, False, False)])
def test_columns_fit(report: Report, columns: int, name: bool, bars: bool) -> None:
    lines = list(group_lines(report, "model", PLAIN, columns))
    assert all(width_of(line) <= columns for line in lines)
    assert lines[0].endswith("cost")
    assert ("claude-sonnet-4-6" in lines[1], "█" in lines[1]) == (name, bars)
