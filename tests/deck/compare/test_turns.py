"""Two turns compared: applied to the first, the difference gives the second; equal ones differ in nothing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import claude_17
import codex_turns
import kafka_session
import pytest
from applied import conversation_after, list_after, members_after, stored_conversation
from archives import recorded
from exchanges import conversation
from hypothesis import given, settings
from hypothesis import strategies as st
from kafka_session import Clock, Thread, result, text

from deck.compare.values import TurnDiff
from deck.timeline import Timeline
from store.exchange import Exchange

TEXT = st.sampled_from(["", "a", "a b c", "Fix the bug.\nNow.", "Fix a bug.\nNow.", "\x1b[2J", "\ud800"])
BLOCK = st.one_of(
    TEXT.map(text),
    TEXT.map(lambda said: {**text(said), "cache_control": {"type": "ephemeral"}}),
    st.builds(lambda number, said: result(number, said), st.integers(1, 3), TEXT),
    st.builds(lambda number, said: kafka_session.call(number, "Bash", command=said), st.integers(1, 3), TEXT),
    st.just({"type": "unheard-of", "of": [1, {"x": None}]}),
)
MESSAGE = st.builds(
    lambda role, content: {"role": role, "content": content},
    st.sampled_from(["user", "assistant"]),
    TEXT | st.lists(BLOCK, max_size=3),
)
TOOL = st.builds(lambda name, said: {"name": name, "description": said}, st.sampled_from("abc"), TEXT)
MEMBERS = st.fixed_dictionaries(
    {},
    optional={
        "system": TEXT | st.lists(BLOCK, max_size=3),
        "tools": st.lists(TOOL, max_size=4),
        "max_tokens": st.integers(1, 3),
        "metadata": st.fixed_dictionaries({"user_id": TEXT}),
        "thinking": st.none() | st.just({"type": "enabled"}),
    },
)


def exchange(messages: list[Any], members: dict[str, Any], answer: list[Any], clock: Clock) -> Exchange:
    thread = Thread(clock, members=members, messages=messages[:-1])
    return thread.send(messages[-1]["content"], answer)


def sent(timeline: Timeline, id: str) -> tuple[list[Any], dict[str, Any]]:
    body = json.loads(timeline.body(id, "request"))
    return body.pop("messages"), body


def check(timeline: Timeline, before: str, after: str) -> TurnDiff:
    """What two turns differ in, after everything that must hold of it."""
    diff = timeline.compare_turns(before, after)
    messages, members = sent(timeline, after)
    if not diff.base:
        elements = conversation_after(diff, stored_conversation(timeline, before))
        assert [json.loads(element) for element in elements] == messages
    assert members_after(diff, sent(timeline, before)[1]) == members
    answers = [timeline.turn(id, earlier=False, setting=False).answer for id in (before, after)]
    old, new = ([block[:7] for block in answer.blocks] if answer else [] for answer in answers)
    assert [block[:7] for block in list_after(diff.answer, old)] == new
    return diff


@settings(max_examples=40, deadline=None)
@given(st.lists(MESSAGE, max_size=5), st.lists(MESSAGE, max_size=5), MEMBERS, MEMBERS, st.lists(BLOCK, max_size=2))
def test_applied_to_the_first_turn_it_gives_the_second(
    tmp_path_factory: pytest.TempPathFactory,
    common: list[Any],
    more: list[Any],
    one: Any,
    other: Any,
    answer: list[Any],
) -> None:
    path = tmp_path_factory.mktemp("compared")
    clock = Clock()
    asked = {"role": "user", "content": [text("Go on.")]}
    made = [
        exchange([*common, asked], one, [text("Yes.")], clock),
        exchange([*common, *more, asked], other, answer, clock),
        exchange([*more, asked], one, [text("Yes.")], clock),
    ]
    turns = recorded(path, made)
    with Timeline.open(path) as timeline:
        for before, after in permutations(turns, 2):
            check(timeline, before, after)
        assert not timeline.compare_turns(turns[0], turns[0]).differs(exact=True)


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Timeline, list[str]]]:
    path = tmp_path_factory.mktemp("kafka") / "archive"
    turns = recorded(path, kafka_session.exchanges())
    with Timeline.open(path) as timeline:
        yield timeline, turns


def test_every_pair_of_a_session(kafka: tuple[Timeline, list[str]]) -> None:
    timeline, turns = kafka
    for before, after in permutations(turns, 2):
        check(timeline, before, after)


def test_the_next_turn_adds_what_is_new_and_echoes_the_answer(kafka: tuple[Timeline, list[str]]) -> None:
    timeline, turns = kafka
    diff = timeline.compare_turns(turns[6], turns[7])
    assert (diff.edge, diff.same, diff.echoed) == ("continues", 11, 1)
    assert [(change.sign, change.to) for change in diff.messages] == [("+", 12), ("+", 13)]
    assert diff.members == () and diff.differs(exact=False)


def test_what_a_failed_attempt_sent_is_no_echo(tmp_path: Path) -> None:
    """The parent of a retry's parent knew the tool's result as little as anybody."""
    thread = Thread(Clock())
    first = thread.send([text("Begin.")], [kafka_session.call(1, "Bash", command="ls")])
    failed = replace(thread.send([result(1, "a b")], [text("lost")]), status=529, response_body=b"{}")
    del thread.messages[-2:]
    turns = recorded(tmp_path / "archive", [first, failed, thread.send([result(1, "a b")], [text("Done.")])])
    with Timeline.open(tmp_path / "archive") as timeline:
        assert timeline.turn_before(turns[2]) == (turns[0], "continues")
        diff = check(timeline, turns[0], turns[2])
        assert (diff.same, diff.echoed, len(diff.messages)) == (1, 1, 2)
        assert timeline.compare_turns(turns[1], turns[2]).messages == ()


def test_what_both_begin_with_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = recorded(tmp_path / "archive", conversation(60, "s", system_words=50))
    with Timeline.open(tmp_path / "archive") as timeline:
        asked: list[bytes] = []
        reader = timeline.archive.objects
        read = reader.message
        monkeypatch.setattr(reader, "message", lambda id: asked.append(id) or read(id))
        diff = timeline.compare_turns(turns[-2], turns[-1])
        assert diff.same == 117 and len(diff.messages) == 2
        assert len(set(asked)) == 2


def test_a_changed_opening_leaves_the_rest_the_same(tmp_path: Path) -> None:
    clock = Clock()
    thread = Thread(clock)
    rest = [message for number in range(20) for message in (
        {"role": "assistant", "content": f"answer {number}"}, {"role": "user", "content": f"question {number}"}
    )]  # fmt: skip
    openings = [{"role": "user", "content": f"Today is day {day}. Fix the bug."} for day in (1, 2)]
    made = [exchange([opening, *rest], {}, [text("Yes.")], thread.clock) for opening in openings]
    turns = recorded(tmp_path / "archive", made)
    with Timeline.open(tmp_path / "archive") as timeline:
        diff = check(timeline, *turns)
    assert diff.same == 0
    assert [change.sign for change in diff.messages] == ["~", *"=" * 40]


def test_noise_does_not_count_unless_asked(tmp_path: Path) -> None:
    clock = Clock()

    def asked(day: int) -> Exchange:
        system = [{"type": "text", "text": f"x-anthropic-billing-header: cch={day};"}, text("Be brief.")]
        system[1]["cache_control"] = {"type": "ephemeral", "ttl": f"{day}h"}
        talk = [kafka_session.call(day, "Bash", command="ls")]
        messages = [
            {"role": "user", "content": [text("Go.")]},
            {"role": "assistant", "content": talk},
            {"role": "user", "content": [{**result(day, "a b"), "cache_control": {"type": "ephemeral"}}]},
        ]
        members = {"system": system, "metadata": {"user_id": str(day)}}
        return exchange(messages, members, [text("Yes.")], clock)

    turns = recorded(tmp_path / "archive", [asked(1), asked(2)])
    with Timeline.open(tmp_path / "archive") as timeline:
        diff = check(timeline, *turns)
    assert not diff.differs(exact=False) and diff.differs(exact=True)
    assert all(change.noise for change in diff.messages if change.sign != "=")
    assert {member.name for member in diff.members} == {"system", "metadata"}


def test_a_conversation_that_the_provider_keeps_is_not_told_as_dropped(tmp_path: Path) -> None:
    turns = recorded(tmp_path / "archive", codex_turns.exchanges())
    with Timeline.open(tmp_path / "archive") as timeline:
        diff = timeline.compare_turns(turns[1], turns[2])
    assert diff.base
    assert diff.messages and all(change.sign == "+" for change in diff.messages)


def test_the_turn_before(kafka: tuple[Timeline, list[str]]) -> None:
    timeline, turns = kafka
    assert timeline.turn_before(turns[7]) == (turns[6], "continues")
    assert timeline.turn_before(turns[9]) == (turns[8], "")  # the subagent's first
    assert timeline.turn_before(turns[0]) is None


@pytest.mark.skipif(not claude_17.RECORDED.exists(), reason="the recorded session is not at hand")
def test_the_recorded_session(tmp_path: Path) -> None:
    turns = recorded(tmp_path / "archive", claude_17.exchanges())
    with Timeline.open(tmp_path / "archive") as timeline:
        for before, after in [*pairwise(turns), (turns[16], turns[0]), (turns[9], turns[8])]:
            check(timeline, before, after)
        ninth = timeline.compare_turns(turns[7], turns[8])
    assert (ninth.same, ninth.echoed) == (13, 1)
    (result_of_update,) = ninth.messages[1].after.blocks  # type: ignore[union-attr]
    assert result_of_update.text == "Updated task #1 status"
    assert [member.name for member in ninth.members] == ["request headers"] and ninth.marks_moved
