"""Hits of a search, fitted to a terminal."""

import re
from pathlib import Path

import pytest
from archives import recorded
from kafka_session import Clock, Thread, text

from deck.render import Style, cut, width_of
from deck.render_search import search_lines
from deck.search.answer import by_session
from deck.timeline import Timeline

SAYS = ("the needle", "long " * 30 + "needle " * 9, "長い話 " * 30 + "needle " + "続く" * 30)


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_on_a_terminal_what_was_found_is_seen(tmp_path: Path, columns: int) -> None:
    thread = Thread(Clock(), "5e551011-0000-4000-8000-000000000000")
    recorded(tmp_path / "archive", [thread.send([text("Well?")], [text(each)]) for each in SAYS])
    with Timeline.open(tmp_path / "archive") as timeline, timeline.searcher() as searcher:
        searcher.catch_up()
        groups = by_session(timeline, list(searcher.words("needle")))
    lines = list(search_lines(groups, Style(True), 7, columns))
    seen = [re.sub("\x1b.*?m", "", cut(line, columns)) for line in lines]
    assert len(seen) == 1 + len(SAYS)
    assert all(width_of(line) <= columns for line in seen)
    assert all("needle" in line for line in seen[1:])
