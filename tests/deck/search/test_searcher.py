"""What a search finds, compared with a plain scan, and where it finds it."""

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import claude_17
import kafka_session
import pytest
from archives import forked, recorded
from hypothesis import given
from hypothesis import strategies as st
from kafka_session import SESSION, Clock, Thread, call, result, text
from search_by_hand import addresses, fits, newest_passages, searched, words_of

from deck.diagnostics import Problem
from deck.filters import Filter
from deck.parts import part_text
from deck.render import Style
from deck.search.database import FILE
from deck.search.searcher import Searcher
from deck.search.wanted import Tagged, Wanted
from deck.timeline import Timeline
from deck.views import SENT_AGAIN

WORDS = ("kafka", "topic", "orders", "v2", "Größe", "größer", "feature_flag", "x", "naïve", "kaf", "tests", "42")
SOME = random.Random(7)
Talk = tuple[Searcher, list[tuple[str, str]]]  # (address, text) of all steps, the newest first


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Three sessions of made-up words, indexed, and what they say."""
    path = tmp_path_factory.mktemp("talk") / "archive"
    clock = Clock()
    for session in range(3):
        thread = Thread(clock, f"5e551011-0000-4000-8000-00000000000{session}")
        turns = [
            thread.send([text(_said())], [text(_said()), call(n, "Bash", command=_said(), timeout=42)])
            for n in range(8)
        ]
        recorded(path, turns)
    with Timeline.open(path) as timeline, timeline.searcher() as searcher:
        searcher.catch_up()
        said = [(f"{turn}:{passage.place.part}", passage) for turn, passage in newest_passages(timeline, searcher)]
        yield searcher, [(address, passage.text) for address, passage in said if passage.place.step > 0]


def _said() -> str:
    return " ".join(SOME.choices(WORDS, k=SOME.randint(1, 12)))


_word = st.sampled_from([word for each in WORDS for word in words_of(each)])
_beginning = st.builds(lambda word, length: word[:length] + "*", _word, st.integers(1, 3))
_phrase = st.builds(
    lambda words, star: f'"{" ".join(words)}"{star}',
    st.lists(_word, min_size=2, max_size=3),
    st.sampled_from(["", "*"]),
)


@given(query=st.lists(_word | _beginning | _phrase, min_size=1, max_size=3).map(" ".join))
def test_the_index_finds_what_a_scan_finds_in_the_same_order(talk: Talk, query: str) -> None:
    searcher, said = talk
    scanned = [address for address, each in said if fits(query, each)]
    assert [each for each in addresses(searcher.words(query)) if not each.endswith(":system")] == scanned


def test_a_pattern_finds_what_words_find(talk: Talk) -> None:
    searcher, _said = talk
    by_words = addresses(searcher.words("orders kafka"))
    assert by_words and addresses(searcher.pattern(r"(?s)\borders\b.*\bkafka\b|\bkafka\b.*\borders\b")) == by_words
    assert addresses(searcher.pattern("(?i)GRÖSSE")) == []
    assert addresses(searcher.pattern("no such thing")) == []


def test_everything_that_was_said_is_found_and_every_address_leads_there(path: Path) -> None:
    recorded(path, kafka_session.exchanges())
    wanted = {
        "Thanks. Commit": ("user", "text", ""),
        "producer writes to orders-v2": ("assistant", "text", ""),
        "kafka-topics list": ("assistant", "tool-call", "Bash"),
        "__consumer_offsets": ("tool", "tool-result", "Bash"),
        "topic does not exist": ("tool", "tool-result", "Bash"),
        "old_string": ("assistant", "tool-call", "Edit"),
        "coding agent": ("system", "text", ""),
    }
    with Timeline.open(path) as timeline, timeline.searcher() as searcher:
        searcher.catch_up()
        for query, expected in wanted.items():
            hit = next(searcher.words(query))
            assert (hit.passage.role, hit.passage.kind, hit.passage.tool) == expected, query
            shown = "\n".join(part_text(timeline, timeline.resolve(hit.address), Style(False)))
            assert fits(query, shown)
        assert next(searcher.words("does not exist")).passage.failed


def test_thinking_errors_and_what_clients_inject_are_found(path: Path) -> None:
    thread = Thread(Clock())
    reminder = "<system-reminder>\nThe project rule is plover.\n</system-reminder>"
    first, second = recorded(
        path,
        [
            thread.send(
                [text(reminder), text("Go.")], [{"type": "thinking", "thinking": "A quux!", "signature": "s" * 600}]
            ),
            replace(thread.send([text("Next.")], [text("x")]), status=529, response_body=_ERROR),
        ],
    )
    with Timeline.open(path) as timeline, timeline.searcher() as searcher:
        searcher.catch_up()
        assert addresses(searcher.words("plover")) == [f"{first}:request"]
        assert addresses(searcher.words("quux")) == [f"{first}:2"]
        assert next(searcher.words("overloaded")).turn.id == second
        assert [hit.turn.id for hit in searcher.words("", Wanted(errors=True))] == [second]
        assert addresses(searcher.words("s" * 600)) == []


_ERROR = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'


def test_passages_are_the_steps_of_the_list(path: Path) -> None:
    recorded(path, kafka_session.exchanges())
    if claude_17.RECORDED.is_dir():
        recorded(path, claude_17.exchanges())
    with Timeline.open(path) as timeline, timeline.searcher() as searcher:
        for row in timeline.newest_turns(None):
            said = [passage for _message, passage in searcher.passages.said(row.id)]
            steps = [passage for passage in said if passage.place.step > 0]
            listed = timeline.turn_steps(row.id)
            assert [(each.place.step, each.kind) for each in steps] == [(each.number, each.kind) for each in listed]
            for passage in (*said, *searcher.passages.system(row.id)):
                assert searcher.passages.at(row.id, passage.place) == passage


def test_a_text_is_found_where_it_was_said_first(path: Path) -> None:
    turns = forked(path)
    assert searched(path, "where is the bug") == [f"{turns[0]}:1"]
    assert searched(path, "coding agent") == [f"{turns[0]}:system"]


def test_what_a_compaction_kept_is_not_found_again(path: Path) -> None:
    summary = "We fixed pricing.py of the shop with discounts, and all three of its tests pass now."
    thread = Thread(Clock())
    turns = [
        thread.send([text("First question.")], [text("First answer."), call(1, "Bash", command="ls plover")]),
        thread.send([result(1, "a plover")], [text("Second answer.")]),
        thread.send([text("Write a summary of all of the above.")], [text(f"<summary>\n{summary}\n</summary>")]),
    ]
    continued = [text(f"This session is being continued from a previous conversation.\n{summary}")]
    thread.messages = [{"role": "user", "content": continued}, *thread.messages[1:4]]
    turns.append(thread.send([text("Third question.")], [text("Third answer.")]))
    ids = recorded(path, turns)
    with Timeline.open(path) as timeline:
        compacted = timeline.turns(SESSION)[3]
        assert {edge.kind for edge in compacted.parents} & set(SENT_AGAIN)
        assert sum("plover" in row.summary for row in timeline.turn_steps(compacted.id)) == 2
    assert [each.split(":")[0] for each in searched(path, "plover")] == [ids[1], ids[0]]
    assert [each.split(":")[0] for each in searched(path, "question")] == [ids[3], ids[0]]


def test_filters(path: Path) -> None:
    kafka = recorded(path, kafka_session.exchanges())
    other = Thread(
        Clock(1_790_100_000_000), "0ther000-0000-4000-8000-000000000001", members={"model": "claude-opus-4-8"}
    )
    (last,) = recorded(path, [other.send([text("Topic again."), result(99, "topic lost", failed=True)], [text("ok")])])
    sub = Filter()

    def turns(query: str, **filters: object) -> list[str]:
        return [hit.turn.id for hit in searcher.words(query, Wanted(**filters))]  # type: ignore[arg-type]

    with Timeline.open(path) as timeline, timeline.searcher() as searcher:
        searcher.catch_up()
        everywhere = turns("topic")
        assert everywhere[:2] == [last, last] and len(everywhere) > 5
        assert turns("topic", session=SESSION) == everywhere[2:]
        assert turns("topic", turns=sub._replace(agent="CLAUDE")) == everywhere
        assert turns("topic", turns=sub._replace(agent="codex")) == [] == turns("topic", session="nobody")
        assert turns("topic", turns=sub._replace(since_ms=1_790_100_000_000)) == [last, last]
        assert turns("topic", turns=sub._replace(until_ms=1_790_100_000_000)) == everywhere[2:]
        assert turns("topic", turns=sub._replace(since_ms=1_790_100_000_001)) == []
        assert turns("topic", role="user") == [last, *[id for id in turns("topic", role="user") if id != last]]
        assert turns("topic", role="tool", errors=True) == [last, kafka[7]]
        assert turns("", errors=True) == [last, kafka[7]]
        assert turns("orders-v1", tool="edit") == [kafka[5]]
        assert turns("", tool="Agent", role="assistant") == [kafka[8]]
        assert turns("topic", tag="none") == []
        assert turns("topic", tag="t", tagged=Tagged(kafka[7], SESSION)) == [kafka[7]]
        dear = [id for id in everywhere if (timeline.cost(id) or 0) >= 850]
        assert turns("topic", least_micro_usd=850) == dear and 0 < len(dear) < len(everywhere)
        assert turns("topic", least_micro_usd=10**9) == []


def test_tags_of_a_run_are_filters(path: Path) -> None:
    first, *rest = kafka_session.exchanges()
    marked, *_ = recorded(path, [replace(first, tags=("night",)), *rest[:2]])
    with Timeline.open(path) as timeline, timeline.searcher() as searcher:
        searcher.catch_up()
        assert {hit.turn.id for hit in searcher.words("kafka", Wanted(tag="night"))} == {marked}


def test_what_is_damaged_is_counted_and_the_rest_is_found(path: Path) -> None:
    recorded(path, kafka_session.exchanges())
    before = searched(path, "topic")
    (pack,) = (path / "objects" / "pack").iterdir()
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 0xFF
    pack.write_bytes(data)
    with Timeline.open(path) as timeline, timeline.searcher() as searcher:
        searcher.catch_up()
        found = addresses(searcher.words("topic"))
        assert 0 < searcher.unreadable < len(before)
        assert found == before[searcher.unreadable :]


@pytest.mark.parametrize("said", ["\ud800 plover", "\0plover\0", "\u2028plover\u202e", "\x1b]0;plover\x07"])
def test_hostile_text_is_found_like_any_other(path: Path, said: str) -> None:
    (turn,) = recorded(path, [Thread(Clock()).send([text(said)], [call(1, said[:40], **{said: said})])])
    assert searched(path, "plover") == [f"{turn}:2", f"{turn}:1"]


def test_what_cannot_be_looked_for_is_said(talk: Talk) -> None:
    searcher, _said = talk
    with pytest.raises(Problem):
        searcher.words("***")
    with pytest.raises(Problem):
        searcher.pattern("(")


def test_a_full_disk_costs_no_index(path: Path) -> None:
    recorded(path, kafka_session.exchanges())
    with Timeline.open(path) as timeline, timeline.searcher() as searcher:
        searcher.catch_up()
        file = path / "index" / FILE
        before, found = file.stat().st_ino, addresses(searcher.words("topic"))
        more = Thread(Clock(1_790_100_000_000), "0ther000-0000-4000-8000-000000000001")
        recorded(path, [more.send([text(" ".join(f"walrus{n}" for n in range(20_000)))], [text("A topic.")])])
        timeline.refresh()
        searcher._database.db.execute("PRAGMA max_page_count = 1")  # as many as there are
        with pytest.raises(sqlite3.OperationalError) as full:
            searcher.catch_up()
        assert full.value.sqlite_errorname == "SQLITE_FULL"
        assert file.stat().st_ino == before and addresses(searcher.words("topic")) == found
        searcher._database.db.execute("PRAGMA max_page_count = 1000000")
        searcher.catch_up()
        assert len(addresses(searcher.words("topic"))) == len(found) + 1
