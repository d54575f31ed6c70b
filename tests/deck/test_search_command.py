"""`deck search` as a person or a script meets it."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from archives import HOSTILE, as_json, recorded
from command_line import Run
from kafka_session import SESSION, Clock, Thread, call, text

from deck.search.database import FILE
from deck.timeline import Timeline

GOLDEN = Path(__file__).parents[1] / "golden" / "cli" / "search.txt"


def test_hits_by_session(deck: Run, kafka: list[str], tmp_path: Path) -> None:
    """The form, with turns by their number."""
    other = Thread(Clock(1_790_100_000_000), "0ther000-0000-4000-8000-000000000001")
    more = recorded(tmp_path / "archive", [other.send([text("Which topic\nis it?")], [text("orders-v1.")])])
    code, out, err = deck("search", "topic*")
    assert (code, err) == (0, "")
    for number, id in enumerate([*kafka, *more], 1):
        out = out.replace(id[:7], f"<{number:02}>")
    assert out == GOLDEN.read_text("utf-8")


def test_json(deck: Run, kafka: list[str]) -> None:
    code, out, _ = deck("search", '"orders-v2 does"', "--json")
    found = as_json(out)
    (hits,) = [group.pop("hits") for group in found["sessions"]]
    assert code == 0 and found == {
        "schema": "deck.search/1",
        "sessions": [{"session": SESSION, "title": "Fix the Kafka topic bug", "agent": "claude-code"}],
        "more": False,
        "unreadable": 0,
    }
    (hit,) = hits
    assert (hit["rev"], hit["role"], hit["tool"], hit["failed"]) == (f"{kafka[7]}:1", "tool", "Bash", True)
    assert [hit["excerpt"][start:end] for start, end in hit["found"]] == ["orders-v2 does"]
    assert deck("show", hit["rev"])[0] == deck("checkout", hit["rev"])[0] == 0


def test_words_need_no_quotes_and_filters_need_no_words(deck: Run, kafka: list[str]) -> None:
    assert deck("search", "kafka", "bug") == deck("search", "kafka bug")
    code, out, _ = deck("search", "--error", "--tool", "bash")
    assert code == 0 and f"{kafka[7][:7]}:1  result Bash" in out
    assert deck("search", "topic", "--session", kafka[3])[0] == deck("search", "topic", "--since", "2026-09-21")[0] == 0
    assert deck("search", "topic", "--until", "2026-09-20")[0] == 1
    assert deck("search", "topic", "--cost", "$0.0001")[0] == 0 and deck("search", "topic", "--cost", "5")[0] == 1
    assert as_json(deck("search", r"orders-v\d", "--regex", "--json")[1])["sessions"] != []


def test_tags_of_people(deck: Run, kafka: list[str]) -> None:
    assert deck("tag", "good", kafka[7])[0] == 0
    found = as_json(deck("search", "topic", "--tag", "good", "--json")[1])["sessions"]
    assert [hit["turn"] for group in found for hit in group["hits"]] == [kafka[7]]
    assert deck("search", "topic", "--tag", "nobody")[0] == 1


def test_so_many_and_no_more(deck: Run, kafka: list[str]) -> None:
    code, out, err = deck("search", "orders", "-n", "2")
    assert code == 0 and len(out.splitlines()) == 3 and "the newest 2; there are more" in err
    assert as_json(deck("search", "orders", "-n", "2", "--json")[1])["more"]


def test_nothing_found_is_said(deck: Run, kafka: list[str]) -> None:
    assert deck("search", "plover") == (1, "", "deck: nothing found\n")
    code, out, err = deck("search", "plover", "--json")
    assert code == 1 and as_json(out)["sessions"] == [] and "nothing found" in err


def test_what_cannot_be_done_is_said(deck: Run, kafka: list[str], tmp_path: Path) -> None:
    for line, code, words in (
        ((), 2, "nothing to look for"),
        (("***",), 2, "--regex"),
        (("(", "--regex"), 2, "no regular expression"),
        (("x", "--role", "robot"), 2, "user, assistant, tool, system"),
        (("x", "--cost", "dear"), 2, "no amount of dollars"),
        (("x", "--cost", "nan"), 2, "no amount of dollars"),
        (("x", "--since", "soon"), 2, "45m, 12h, 3d"),
        (("x", "-n", "0"), 2, "from 1 on"),
        (("x", "--session", "nowhere"), 3, "nothing in this archive"),
    ):
        found, out, err = deck("search", *line)
        assert (found, out) == (code, "") and words in err
    with closing(sqlite3.connect(tmp_path / "archive" / "index" / FILE)) as db:
        assert db.execute("SELECT count(*) FROM passages").fetchone() == (0,)  # nothing was indexed for that


def test_where_nothing_can_be_written_it_is_said(deck: Run, kafka: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    real = Timeline.searcher

    def searcher(self: Timeline) -> object:
        shutil.rmtree(self.archive.path / "index")  # so that nothing can be made in it
        return real(self)

    monkeypatch.setattr(Timeline, "searcher", searcher)
    code, out, err = deck("search", "plans kafka*")
    assert (code, out) == (1, "") and "cannot be written, so it is indexed for this once" in err


def test_hostile_texts_do_not_reach_the_terminal(deck: Run, tmp_path: Path) -> None:
    name = HOSTILE.replace("\ud800", "")
    thread = Thread(Clock())
    recorded(tmp_path / "archive", [thread.send([text(HOSTILE)], [call(1, name, **{name: HOSTILE})])])
    for line in (("owned",), ("owned", "--json"), ("owned.*", "--regex"), ("--tool", "owned")):
        code, out, _ = deck("search", *line)
        assert code == 0 and not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2069\ud800]", out)


def test_an_empty_archive(deck: Run, tmp_path: Path) -> None:
    recorded(tmp_path / "archive", [])
    assert deck("search", "anything") == (1, "", "deck: nothing found\n")
