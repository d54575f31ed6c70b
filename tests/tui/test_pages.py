"""The pages of the detail pane, as text, on a small archive."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import codex_turns
import pytest
from kafka_session import STARTED_MS, Clock, Thread, call, exchanges, result, text
from tui_pilot import record

from deck.timeline import Timeline
from deck.tui import pages
from deck.tui.pages import diff, headers, raw, request, response, step
from deck.tui.pages.raw import LIMIT
from deck.tui.pages.viewing import Viewing
from store.exchange import Exchange, Outcome
from store.notes import Note, encode
from store.record import Recorder


def changed() -> Iterator[Exchange]:
    """Three requests: the second changes tools, system prompt and a parameter, the third starts anew."""
    thread = Thread(Clock())
    yield thread.send([text("Begin.")], [text("Yes."), call(1, "Bash", command="true")])
    thread.tools = [{**thread.tools[0], "description": "changed"}, *thread.tools[2:]]
    thread.members = {"system": [{"type": "text", "text": "You are a coding agent.\nBe verbose."}], "max_tokens": 1}
    yield thread.send([result(1, "")], [text("So be it.")])
    yield Thread(thread.clock).send([text("Something else.")], [text("Indeed.")])


def parting() -> Iterator[Exchange]:
    """Two sessions that begin alike, and in which a tool then says something else."""
    for session, said in (("one", "a.ts"), ("two", "b.ts")):
        thread = Thread(Clock(STARTED_MS + (said == "b.ts") * 60_000), session=session)
        yield thread.send([text("Begin.")], [call(1, "Bash", command="ls")])
        yield thread.send([result(1, said)], [text(f"There is {said}.")])


def broken() -> Iterator[Exchange]:
    """An answer that is no JSON, one that is no text, and none at all."""
    sent = list(exchanges())
    yield replace(sent[1], response_body=b"<html>\x1b[31mBad gateway</html>", status=502)
    yield replace(sent[2], response_body=bytes(range(256)) * 8)
    yield replace(sent[3], response_body=b"", status=None, outcome=Outcome.NO_RESPONSE, error="refused")
    yield replace(sent[4], response_body=json.dumps({"long": "é" * LIMIT}, ensure_ascii=False).encode())


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Timeline]:
    folder = tmp_path_factory.mktemp("pages")
    made = {"unfinished": lambda: list(exchanges())[:2], "kafka": exchanges, "changed": changed, "broken": broken}
    made["codex"], made["parting"] = codex_turns.exchanges, parting
    return {name: Timeline.open(record(Path(folder) / name, make())) for name, make in made.items()}


def read(
    timeline: Timeline, turn: int, page: pages.Page, *, unfolded: bool = False, number: int = 1, marked: str = ""
) -> str:
    session = timeline.sessions()[0].key
    rows = timeline.steps(session, 0, timeline.step_count(session))
    row = next(row for row in rows if (row.turn_number, row.number) == (turn, number))
    return "\n".join(
        " " * line.indent + line.text for line in page.build(timeline, row, Viewing(unfolded, marked=marked)).lines
    )


def page(module: ModuleType) -> pages.Page:
    return pages.Page(module.__name__.rpartition(".")[2])


def test_a_call_shows_its_result_and_a_result_its_call(archives: dict[str, Timeline]) -> None:
    called = read(archives["kafka"], 7, page(step), number=3)
    assert "→ Bash\n  $ npm test\n↳ error · 3 lines · after 2m 1s\n  FAIL test/producer.test.ts" in called
    assert "→ Bash\n  $ npm test" in read(archives["kafka"], 8, page(step))


def test_an_edit_is_a_diff(archives: dict[str, Timeline]) -> None:
    shown = read(archives["kafka"], 6, page(step), number=2)
    assert '→ Edit\n  src/producer.ts\n  -"orders-v2"\n  +"orders-v1"' in shown


def test_a_call_without_result_says_so(archives: dict[str, Timeline]) -> None:
    assert "no result on record" in read(archives["unfinished"], 2, page(step), number=3)


def test_what_people_put_beside_a_step_stands_over_it(tmp_path: Path) -> None:
    with Timeline.open(record(tmp_path / "archive", exchanges())) as timeline:
        turn = timeline.turns(timeline.sessions()[0].key)[6].id
        timeline.star(turn, 3, "look here\x1b[2J")
        with Recorder(timeline.archive) as recorder:
            for note in (Note(turn, text="of all", author="ann"), Note(turn, ref="tags/v1"), Note(turn, 2, text="two")):
                recorder.put_note(encode(note))
        first, _, third = (read(timeline, 7, page(step), number=number) for number in (1, 2, 3))
    assert "tag: v1\nnote · ann · " in first and "\n  of all\n" in first and "two" not in first
    assert "★ star · " in third and "\n  look here\\x1b[2J\n→ Bash" in third and "of all" not in third


def test_diff_names_every_kind_of_change(archives: dict[str, Timeline]) -> None:
    shown = read(archives["changed"], 2, page(diff))
    assert "= 1 message unchanged" in shown
    assert "= 1 message echoing the answer of turn 1" in shown
    assert "- Be brief.\n  + Be verbose." in shown
    assert "~ Bash" in shown and "- Read" in shown
    assert "max_tokens\n- 32000\n+ 1" in shown


def test_diff_does_not_miss_tools_that_the_provider_keeps(archives: dict[str, Timeline]) -> None:
    assert "- web_search" in read(archives["codex"], 2, page(diff))
    shown = read(archives["codex"], 3, page(diff))
    assert "= none sent: the provider keeps those of the response" in shown and "- exec" not in shown
    assert "4 messages, 2 tools" in read(archives["codex"], 2, page(request))


def test_a_turn_without_parent_is_compared_with_the_turn_before(archives: dict[str, Timeline]) -> None:
    shown = read(archives["changed"], 3, page(diff))
    assert "against turn 2 (the turn before it; this one begins a thread)" in shown
    assert "~ message 1 · user" in shown and "- 2 messages of turn 2 not sent any more" in shown
    assert "So be it." not in shown
    unfolded = read(archives["changed"], 3, page(diff), unfolded=True)
    assert "- message 2 · assistant" in unfolded and "So be it." in unfolded


def test_a_turn_is_compared_with_the_marked_one(archives: dict[str, Timeline]) -> None:
    timeline = archives["kafka"]
    marked = timeline.turns(timeline.sessions()[0].key)[3].id
    shown = read(timeline, 8, page(diff), marked=marked)
    assert "request of turn 8 against turn 4 (marked)" in shown and "the two sessions" not in shown
    assert "+ message 13 · user" in shown and "+ message 7 · user" in shown
    assert "the marked turn itself" in read(timeline, 4, page(diff), marked=marked)


def test_against_another_session_the_first_lines_say_where_they_part(archives: dict[str, Timeline]) -> None:
    timeline = archives["parting"]
    shown = read(timeline, 2, page(diff), marked=timeline.turns("one")[1].id)
    assert timeline.sessions()[0].key == "two"
    head = shown.splitlines()[:3]
    shared = timeline.turns("one")[0].id[:9]
    assert head[1:] == [
        "turn 2 is of session one",
        f"the two sessions: identical through turn 1 ({shared}), then the result of Bash differs",
    ]
    assert "~ [-a-]{+b+}.ts" in shown


def test_the_first_turn_has_nothing_to_be_compared_with(archives: dict[str, Timeline]) -> None:
    assert "the first of its session" in read(archives["changed"], 1, page(diff))


def test_a_request_folds_what_was_there_before(archives: dict[str, Timeline]) -> None:
    folded = read(archives["kafka"], 8, page(request))
    assert "= 12 earlier messages" in folded and "Fix the Kafka topic bug." not in folded
    unfolded = read(archives["kafka"], 8, page(request), unfolded=True)
    assert "Fix the Kafka topic bug." in unfolded and '"description": "Edit tool"' in unfolded


def test_a_response_says_what_it_used(archives: dict[str, Timeline]) -> None:
    shown = read(archives["kafka"], 2, page(response))
    assert "stop reason: tool_use" in shown and "output tokens: 50" in shown and "whole answer after: 2.0 s" in shown
    assert "cost: $0." in shown and "output tokens: 50 · $0.0008" in shown


def test_headers_show_links(archives: dict[str, Timeline]) -> None:
    shown = read(archives["kafka"], 10, page(headers))
    assert "spawned-by" in shown and "through toolu_08" in shown


def test_blocks_can_be_seen_as_json(archives: dict[str, Timeline]) -> None:
    timeline = archives["kafka"]
    row = timeline.turn_steps(timeline.turns(timeline.sessions()[0].key)[6].id)[2]
    shown = "\n".join(line.text for line in step.build(timeline, row, Viewing(raw=True)).lines)
    assert '"command": "npm test"' in shown and '"is_error": true' in shown and "$ npm test" not in shown


def test_raw_shows_text_as_text_and_bytes_as_bytes(archives: dict[str, Timeline]) -> None:
    assert "<html>\\x1b[31mBad gateway</html>" in read(archives["broken"], 1, page(raw))
    assert "00000000  00 01 02" in read(archives["broken"], 2, page(raw))
    assert "response\n0 bytes" in read(archives["broken"], 3, page(raw))
    assert f"the first {LIMIT:,} bytes" in read(archives["broken"], 4, page(raw))
    assert '{"model":"claude-sonnet-4-6"' in read(archives["broken"], 1, page(raw), unfolded=True)


def test_an_answer_that_never_came(archives: dict[str, Timeline]) -> None:
    shown = read(archives["broken"], 3, page(response))
    assert "no status · no-response" in shown
