"""The read model over a recorded session."""

from dataclasses import replace
from pathlib import Path

import claude_17
import codex_turns
import kafka_session
import pytest
from archives import forked, recorded
from going_on import going_on_with_what_is_lost
from kafka_session import FAILURE, SESSION, SUBAGENT_PROMPT, Clock, Thread, text

from deck.timeline import Timeline
from store.archive import Archive
from store.clean import Cleaner
from store.errors import BadId, NotFound, StoreError
from store.record import Recorder
from store.spool import Spool
from store.summary import summary_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def kafka(path: Path) -> list[str]:
    return recorded(path, kafka_session.exchanges())


def test_a_session_sums_up_its_turns(path: Path, kafka: list[str]) -> None:
    with Timeline.open(path) as timeline:
        (view,) = timeline.sessions()
        turns = timeline.turns(SESSION)
    assert (view.key, view.title, view.client, view.version) == (
        *(SESSION, "Fix the Kafka topic bug", "claude-code", "2.1.219"),
    )
    assert (view.turns, view.threads, view.errors, view.failures) == (14, 1, 0, 1)
    assert (view.live, view.head) == (False, kafka[-1])
    assert view.models == ("claude-sonnet-4-6",)
    assert view.input_tokens == sum(row.usage.context for row in turns)
    assert view.last_ms - view.started_ms == turns[-1].started_ms + 2_000 - turns[0].started_ms


def test_a_project_is_the_first_folder_that_a_turn_tells(path: Path) -> None:
    told, untold = Thread(Clock()), Thread(Clock(), session="5e551011-0000-4000-8000-000000000002")
    exchanges = [told.send([text("One")], [text("1")]), untold.send([text("None")], [text("0")])]
    for folder in ("/w/shop", "/w/bank"):
        told.members = {"system": [{"type": "text", "text": f"<env>\nWorking directory: {folder}\n</env>"}]}
        exchanges.append(told.send([text("More")], [text("2")]))
    recorded(path, exchanges)
    with Timeline.open(path) as timeline:
        assert timeline.rows.projects() == {SESSION: "/w/shop"}


def test_the_session_with_the_newest_activity_comes_first_whenever_it_was_recorded(path: Path) -> None:
    sessions = [Thread(Clock(1_000 * start), f"s-{start}") for start in (1, 3, 2)]
    recorded(path, [session.send([text("Begin.")], [text("Yes.")]) for session in sessions])
    with Timeline.open(path) as timeline:
        assert [view.key for view in timeline.sessions()] == ["s-3", "s-2", "s-1"]


def test_tokens_that_no_turn_was_told_are_not_none_but_unknown(path: Path) -> None:
    clock = Clock()
    thread, helper = Thread(clock), Thread(clock, agent="a1b2c3d4e5f60718a")
    asked = [each.send([text("Begin.")], [text("Yes.")]) for each in (thread, helper)]
    recorded(path, [replace(each, status=529, response_body=b"{}") for each in asked])
    with Timeline.open(path) as timeline:
        (view,) = timeline.sessions()
        (branch,) = timeline.rows.branches(SESSION)
    assert (view.input_tokens, view.output_tokens, view.tokens) == (None, None, 0)
    assert (branch.input_tokens, branch.output_tokens) == (None, None)


def _cost_of_listing(path: Path, turns: int) -> int:
    """Instructions of SQLite's machine for a list of sessions, of one whose turns were told no tokens."""
    thread = Thread(Clock())
    asked = [thread.send([text(f"Ask {number}.")], [text("Yes.")]) for number in range(turns)]
    recorded(path, [replace(each, status=529, response_body=b"{}") for each in asked])
    instructions = 0

    def count() -> int:
        nonlocal instructions
        instructions += 1
        return 0

    with Timeline.open(path) as timeline:
        timeline.archive.index.db.set_progress_handler(count, 1)
        (view,) = timeline.sessions()
    assert (view.turns, view.input_tokens) == (turns, None)
    return instructions


def test_a_list_of_sessions_does_not_look_at_their_turns(tmp_path: Path) -> None:
    assert 0 < _cost_of_listing(tmp_path / "short", 3) == _cost_of_listing(tmp_path / "long", 30)


def test_turns_know_their_place_and_their_parents(path: Path, kafka: list[str]) -> None:
    with Timeline.open(path) as timeline:
        turns = timeline.turns(SESSION)
        sub = timeline.turns(SESSION, "a1b2c3d4e5f60718a")
        main = timeline.turns(SESSION, "")
        newest = list(timeline.newest_turns(SESSION))
    assert [row.id for row in turns] == kafka
    assert [row.number for row in turns] == list(range(1, 15))
    assert [row.number for row in sub] == [10, 11] and len(main) == 12
    assert newest == turns[::-1]
    (edge,) = turns[7].parents
    assert (edge.turn, edge.kind, edge.confidence) == (kafka[6], "continues", 1.0)
    (spawned,) = sub[0].parents
    assert (spawned.turn, spawned.kind, spawned.call) == (kafka[8], "spawned-by", "toolu_08")


def test_windows_of_steps_are_the_list(path: Path, kafka: list[str]) -> None:
    with Timeline.open(path) as timeline:
        total = timeline.step_count(SESSION)
        steps = timeline.steps(SESSION, 0, total)
        windows = [row for start in range(0, total, 7) for row in timeline.steps(SESSION, start, start + 7)]
        by_turn = [row for turn in kafka for row in timeline.turn_steps(turn)]
        assert timeline.steps(SESSION, total, total + 5) == [] == timeline.steps("nobody", 0, 5)
        assert (timeline.turn_count(SESSION), timeline.turn_count("nobody")) == (14, 0)
    assert windows == steps == by_turn
    assert [row.position for row in steps] == list(range(total))
    assert [row.at_ms for row in steps] == sorted(row.at_ms for row in steps)


def agrees(timeline: Timeline, session: str) -> int:
    """Every row of the index says what the stored bytes say; the number of joined calls and results."""
    joined = 0
    for row in timeline.steps(session, 0, timeline.step_count(session)):
        step = timeline.step(row)
        assert (step.block.kind, step.block.name, step.block.call_id) == (row.kind, row.name, row.call_id)
        assert (summary_of(step.block), step.block.is_error) == (row.summary, row.is_error)
        for other in filter(None, (step.call, step.result)):
            assert other.call_id == row.call_id
            joined += 1
    return joined


def test_steps_in_full_agree_with_the_list(path: Path, kafka: list[str]) -> None:
    with Timeline.open(path) as timeline:
        assert agrees(timeline, SESSION) == 20


def test_the_recorded_session_agrees_too(path: Path) -> None:
    if not claude_17.RECORDED.is_dir():
        pytest.skip("the recorded session is not there")
    recorded(path, claude_17.exchanges())
    with Timeline.open(path) as timeline:
        (view,) = timeline.sessions()
        assert (view.turns, view.threads) == (17, 1)
        assert agrees(timeline, view.key) == 50
        for row in timeline.turns(view.key):
            text = "".join(piece.text for piece in timeline.pieces(row.id) if not piece.new_block)
            answer = timeline.turn(row.id).answer
            assert answer is not None and text == "".join(block.text for block in answer.blocks)


def test_a_turn_tells_new_from_earlier(path: Path, kafka: list[str]) -> None:
    with Timeline.open(path) as timeline:
        before, turn = timeline.turn(kafka[6]), timeline.turn(kafka[7])
        assert timeline.turn(kafka[7], earlier=False).earlier == ()
    assert turn.earlier[:-1] == (*before.earlier, *before.new)
    assert before.answer is not None and turn.earlier[-1].blocks[0].text == before.answer.blocks[0].text
    (message,) = turn.new
    (block,) = message.blocks
    assert (message.role, block.kind, block.is_error, block.text) == ("user", "tool-result", True, FAILURE)
    assert turn.answer is not None and [block.kind for block in turn.answer.blocks] == ["text", "tool-call"]
    assert [name for name, _schema in turn.tools] == ["Bash", "Read", "Edit", "Agent"]
    assert turn.system[0].text == "You are a coding agent.\nBe brief."
    assert dict(turn.request_headers)["content-type"] == "application/json"


def test_tools_in_the_conversation_count_as_offered(path: Path) -> None:
    """Codex has them there, and sends them once where the provider keeps the conversation."""
    first, second, third = recorded(path, codex_turns.exchanges())
    with Timeline.open(path) as timeline:
        assert [timeline.payload(each)["request"]["tools"] for each in (first, second, third)] == [3, 2, 0]
        assert [name for name, _schema in timeline.turn(first).tools] == ["web_search", *codex_turns.NAMES]
        for earlier in (False, True):
            assert [name for name, _schema in timeline.turn(second, earlier=earlier).tools] == codex_turns.NAMES
        assert timeline.turn(third).tools == timeline.turn(second, setting=False).tools == ()


def test_bodies_are_exact(path: Path, kafka: list[str]) -> None:
    with Timeline.open(path) as timeline:
        for id, sent in zip(kafka, kafka_session.exchanges(), strict=True):
            assert timeline.body(id, "request") == sent.request_body
            assert timeline.body(id, "response") == sent.response_body
        with pytest.raises(NotFound):
            timeline.body(kafka[0], "headers")


def test_looking_for_the_next_step(path: Path, kafka: list[str]) -> None:
    with Timeline.open(path) as timeline:
        error = timeline.next_step(SESSION, -1, "error", 1)
        assert error is not None and timeline.step(error).block.text == FAILURE
        assert timeline.next_step(SESSION, error.position, "error", 1) is None
        assert timeline.next_step(SESSION, timeline.step_count(SESSION), "error", -1) == error
        asked = timeline.next_step(SESSION, -1, "thread", 1)
        assert asked is not None and asked.summary == SUBAGENT_PROMPT
        tools = []
        position = -1
        while (row := timeline.next_step(SESSION, position, "tool", 1)) is not None:
            tools.append(row.name)
            position = row.position
        assert tools == ["Bash", "Read", "Bash", "Read", "Edit", "Bash", "Read", "Agent", "Bash", "Bash"]
        user = timeline.next_step(SESSION, timeline.step_count(SESSION), "user", -1)
        assert user is not None and user.summary == "Thanks. Commit it."
        assert timeline.next_step(SESSION, 0, "tool-result", 1) is not None


def test_search_looks_through_the_whole_text(path: Path, kafka: list[str]) -> None:
    with Timeline.open(path) as timeline:
        rows = timeline.steps(SESSION, 0, timeline.step_count(SESSION))
        hits = list(filter(None, timeline.search(SESSION, "ORDERS-V2")))
        assert all("orders-v2" in hit.excerpt for hit in hits)
        assert [rows[hit.position].kind for hit in hits] == [
            *("tool-result", "text", "tool-call", "tool-result", "text", "tool-result")
        ]
        assert [rows[hit.position].name for hit in timeline.search(SESSION, "npm test") if hit] == ["Bash", "Bash"]
        assert not any(timeline.search(SESSION, "")) and not any(timeline.search(SESSION, ".*"))


def test_what_others_record_is_seen_on_refresh(path: Path) -> None:
    exchanges = kafka_session.exchanges()
    with Archive.create(path) as archive, Recorder(archive) as recorder:
        recorder.record(next(exchanges))
        with Timeline.open(path) as timeline:
            assert timeline.turn_count(SESSION) == 1 and not timeline.refresh()
            assert [view.live for view in timeline.sessions()] == [True]
            turn = recorder.record(next(exchanges)).turn.hex()
            assert timeline.refresh() and not timeline.refresh()
            assert [row.id for row in timeline.turns(SESSION)][-1] == turn == timeline.resolve("HEAD").id
            recorder.close()
            assert [view.live for view in timeline.sessions()] == [False]


def test_what_a_dead_recorder_left_is_a_turn(path: Path) -> None:
    asked = next(kafka_session.exchanges())
    with Archive.create(path) as archive:
        spool = Spool.create(path, Cleaner(archive.key))
    entry = spool.open(asked)
    entry.request([asked.request_body], 0)
    entry.request_end(1)
    entry.response_head(200, asked.response_headers, 500)
    entry.response(asked.response_body[:40], 510)
    entry.close()
    spool.close()
    with Timeline.open(path) as timeline:
        (row,) = timeline.turns(SESSION)
        assert (row.outcome, row.status) == ("interrupted", 200)
        assert timeline.body(row.id, "request") == asked.request_body
        assert timeline.body(row.id, "response") == asked.response_body[:40]


def test_what_cannot_be_recovered_is_told_and_the_rest_is_read(
    path: Path, kafka: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    spooled = going_on_with_what_is_lost(path)
    with Timeline.open(path) as timeline:
        assert [row.id for row in timeline.turns(SESSION)] == kafka
    said = capsys.readouterr().err
    assert said.startswith(f"deck: what a dead recorder left in {spooled.relative_to(path)} cannot be kept: no object ")
    assert "deck fsck --repair" in said
    assert spooled.exists()


def test_a_fork_shares_its_beginning(path: Path) -> None:
    turns = forked(path)
    with Timeline.open(path) as timeline:
        rows = timeline.turns(SESSION)
        assert [[edge.turn for edge in row.parents] for row in rows] == [[], turns[:1], turns[:1], turns[2:3]]
        assert timeline.turn(turns[1]).earlier == timeline.turn(turns[2]).earlier
        assert len(timeline.turn(turns[3]).earlier) == 4
        assert timeline.resolve("HEAD~2").id == turns[0]


def test_tags_are_read_and_nothing_else_in_their_place(path: Path, kafka: list[str]) -> None:
    folder = path / "refs" / "tags"
    folder.mkdir()
    (folder / "good").write_text(f"{kafka[3]}\n")
    (folder / "bad").write_text("x\n")
    (path / "refs" / "outside").write_text(kafka[4])
    with Timeline.open(path) as timeline:
        assert timeline.resolve("good~1").id == kafka[2]
        with pytest.raises(StoreError, match="holds no id"):
            timeline.resolve("bad")
        for rev in ("../outside", "tags/../outside", ".", "tags/"):
            with pytest.raises(NotFound):
                timeline.resolve(rev)


def test_bad_ids_are_refused(path: Path, kafka: list[str]) -> None:
    with Timeline.open(path) as timeline:
        with pytest.raises(BadId):
            timeline.turn("../../etc")
        with pytest.raises(NotFound):
            timeline.turn("0" * 64)
        with pytest.raises(NotFound):
            timeline.session("nobody")


def test_a_request_that_is_no_conversation(path: Path) -> None:
    odd = Thread(Clock()).send([text("x")], [text("y")])
    bodies = (b"", b"not json", b"[1]", b'{"messages":"x"}', b'{"model":"m","messages":[1],"tools":7,"system":8}')
    turns = recorded(
        path,
        (
            type(odd)(
                odd.method, odd.url, (), body, odd.started_ms + n, 500, (), b"\x1b\xff", end_ms=7, first_byte_ms=3
            )
            for n, body in enumerate(bodies)
        ),
    )
    with Timeline.open(path) as timeline:
        for turn, body in zip(turns, bodies, strict=True):
            view = timeline.turn(turn)
            assert timeline.body(turn, "request") == body and view.row.status == 500
            assert view.answer is not None and any(block.is_error for block in view.answer.blocks)
            for row in view.steps:
                timeline.step(row)
            timeline.pieces(turn)
