"""Two sessions compared: where they part, in turns, in words and step by step."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from archives import recorded
from exchanges import conversation
from kafka_session import Clock, Thread, call, result, text

from deck.compare.parting import parting_text
from deck.compare.values import SessionDiff
from deck.render import Style
from deck.render_diff import diff_lines
from deck.timeline import Timeline
from store.errors import NotFound
from store.exchange import Exchange

ONE, OTHER = "aaaa1111-0000-4000-8000-000000000001", "bbbb1111-0000-4000-8000-000000000001"
LISTING = "\n".join(f"file {number}" for number in range(40))


def session(name: str, ids: int, listing: str = LISTING, members: dict[str, Any] | None = None) -> Iterator[Exchange]:
    """Four turns; calls have other ids in every session, as with real providers."""
    thread = Thread(Clock(), name)
    yield thread.send([text("Fix the bug.")], [text("I look."), call(ids + 1, "Bash", command="ls")])
    yield thread.send([result(ids + 1, "a\nb")], [text("I list."), call(ids + 2, "Bash", command="ls -R")])
    thread.members = members or {}
    yield thread.send([result(ids + 2, listing)], [text("I see."), call(ids + 3, "Edit", file_path="a")])
    yield thread.send([result(ids + 3, "ok")], [text("Done.")])


def compared(path: Path, one: list[Exchange], other: list[Exchange]) -> tuple[Any, str]:
    recorded(path, [*one, *other])
    with Timeline.open(path) as timeline:
        diff = timeline.compare_sessions(ONE, OTHER)
        return diff, parting_text(diff)


def told_lines(diff: SessionDiff, fold: str = "") -> Iterator[str]:
    return diff_lines(diff, Style(colour=False), 7, exact=False, columns=120, fold=fold)


def test_they_part_where_something_else_is_said(tmp_path: Path) -> None:
    other = session(OTHER, 20, LISTING.replace("file 7", "file seven"), {"max_tokens": 5})
    diff, told = compared(tmp_path / "archive", list(session(ONE, 0)), list(other))
    assert told == f"identical through turn 2 ({diff.before[1].id[:9]}), then the result of Bash differs"
    assert diff.differs(exact=False)
    assert [member.name for member in diff.members] == ["max_tokens", "metadata"]
    assert [member.changes[0].noise for member in diff.members] == [False, True]
    assert [pair.sign for pair in diff.steps] == ["~", "=", "=", "=", "="]
    assert diff.steps[0].before.turn == diff.before[2].id and diff.steps[0].after.turn == diff.after[2].id


def test_ids_alone_are_no_difference(tmp_path: Path) -> None:
    diff, told = compared(tmp_path / "archive", list(session(ONE, 0)), list(session(OTHER, 20)))
    assert (diff.shared, told, diff.parting, diff.steps) == (4, "identical: 4 turns", None, ())
    assert not diff.differs(exact=False)


def test_one_goes_on(tmp_path: Path) -> None:
    short = list(islice(session(ONE, 0), 3))
    diff, told = compared(tmp_path / "archive", short, list(session(OTHER, 0)))
    assert (diff.shared, told) == (
        3,
        f"identical through turn 3 ({diff.before[2].id[:9]}), then the second goes on for 1 turn",
    )
    assert [pair.sign for pair in diff.steps] == ["+", "+"]


def test_they_may_part_at_once(tmp_path: Path) -> None:
    other = Thread(Clock(), OTHER).send([text("Write a poem.")], [text("Roses are red.")])
    diff, told = compared(tmp_path / "archive", list(session(ONE, 0)), [other])
    assert (diff.shared, told) == (0, "they part in their first turn: the prompt differs")


def test_a_forked_session_begins_with_the_turns_of_the_other(tmp_path: Path) -> None:
    """As when an agent resumes under a new id: only what came after the fork was captured in the new session."""
    clock = Clock()
    one = Thread(clock, ONE)
    shared = [one.send([text(f"Question {number}")], [text(f"Answer {number}")]) for number in range(3)]
    other = Thread(clock, OTHER, messages=list(one.messages))
    last = [one.send([text("Go left.")], [text("Left.")]), other.send([text("Go right.")], [text("Right.")])]
    turns = recorded(tmp_path / "archive", [*shared, *last])
    with Timeline.open(tmp_path / "archive") as timeline:
        diff = timeline.compare_sessions(ONE, OTHER)
        assert parting_text(diff) == f"identical through turn 3 ({turns[2][:9]}), then the prompt differs"
        assert "1 turn, after 3 of another session" in next(islice(told_lines(diff), 1, None))
        assert [turn.id for turn in diff.after] == [*turns[:3], turns[4]]
        assert [pair.sign for pair in diff.steps] == ["~", "~"]


def test_turns_have_their_numbers_and_the_line_says_that_it_is_not_all(tmp_path: Path) -> None:
    """A subagent's turn stands between those of the line: the line's second turn is the session's third."""
    made = []
    for name, last in ((ONE, "Left."), (OTHER, "Right.")):
        clock = Clock()
        thread = Thread(clock, name)
        made.append(thread.send([text("Begin.")], [text("Yes.")]))
        made.append(Thread(clock, name, agent="a1b2c3d4e5f60718a").send([text("Look around.")], [text("nothing")]))
        made += [thread.send([text(said)], [text("Yes.")]) for said in ("Go on.", last)]
    turns = recorded(tmp_path / "archive", made)
    with Timeline.open(tmp_path / "archive") as timeline:
        diff = timeline.compare_sessions(ONE, OTHER)
    assert parting_text(diff) == f"identical through turn 3 ({turns[2][:9]}), then the prompt differs"
    assert next(told_lines(diff)) == f"--- session {ONE} · 3 of 4 turns, the main line · Begin."


def test_steps_come_first_and_what_is_long_and_only_in_one_can_be_folded(tmp_path: Path) -> None:
    prompts = ["\n".join(f"{word} {number}" for number in range(40)) for word in ("old", "new")]
    made = []
    for name, prompt in zip((ONE, OTHER), prompts, strict=True):
        thread = Thread(Clock(), name, members={"system": prompt})
        made.append(thread.send([text(f"Do it {prompt[:3]}.")], [text("Yes.")]))
    diff, _ = compared(tmp_path / "archive", made[:1], made[1:])
    lines, folded = list(told_lines(diff)), list(told_lines(diff, "f unfolds"))
    headings = [line.strip() for line in lines if line.startswith("\n")]
    assert headings == ["step by step", "first difference", "system"]
    assert f"- {prompts[0].splitlines()[39]}" in lines
    size = f"40 lines, {len(prompts[0]) - 39} characters (f unfolds)"
    assert folded[-2:] == [f"- {size}", f"+ {size}"]
    assert folded[:-2] == lines[: len(folded) - 2]


def test_what_they_share_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    threads = [Thread(clock, name) for name in (ONE, OTHER)]
    made = [
        thread.send([text(f"Question {number}")], [text(f"Answer {number}")])
        for thread in threads
        for number in range(40)
    ]
    made += [
        thread.send([text(said)], [text("Yes.")]) for thread, said in zip(threads, ("Left.", "Right."), strict=True)
    ]
    recorded(tmp_path / "archive", made)
    with Timeline.open(tmp_path / "archive") as timeline:
        asked: list[bytes] = []
        reader = timeline.archive.objects
        read = reader.message
        monkeypatch.setattr(reader, "message", lambda id: asked.append(id) or read(id))
        diff = timeline.compare_sessions(ONE, OTHER)
    assert parting_text(diff) == f"identical through turn 40 ({diff.before[39].id[:9]}), then the prompt differs"
    assert len(set(asked)) == 2


def test_failed_attempts_and_subagents_are_not_on_the_line(tmp_path: Path) -> None:
    clock = Clock()
    thread = Thread(clock, ONE)
    first = thread.send([text("Begin.")], [text("Yes."), call(1, "Agent", prompt="Look around in every folder.")])
    failed = replace(thread.send([result(1, "nothing")], [text("lost")]), status=529, response_body=b"{}")
    del thread.messages[-2:]
    again = thread.send([result(1, "nothing")], [text("So be it.")])
    helper = Thread(clock, ONE, agent="a1b2c3d4e5f60718a")
    asked = helper.send([text("Look around in every folder.")], [text("nothing")])
    turns = recorded(tmp_path / "archive", [first, asked, failed, again])
    with Timeline.open(tmp_path / "archive") as timeline:
        line = timeline.compare_sessions(ONE, ONE)
    assert [turn.id for turn in line.before] == [turns[0], turns[3]]
    assert not line.differs(exact=True)


def test_turns_that_are_linked_to_none_stand_in_the_order_of_the_session(tmp_path: Path) -> None:
    clock = Clock()
    alone = [Thread(clock, ONE).send([text(f"Question {n}")], [text(f"Answer {n}")]) for n in range(4)]
    helper = Thread(clock, ONE, agent="a1b2c3d4e5f60718a").send([text("Look around.")], [text("nothing")])
    turns = recorded(tmp_path / "archive", [*alone[:2], helper, *alone[2:]])
    with Timeline.open(tmp_path / "archive") as timeline:
        line = timeline.compare_sessions(ONE, ONE)
        assert not any(turn.parents for turn in timeline.turns(ONE))
    assert [turn.id for turn in line.before] == [*turns[:2], *turns[3:]]


def test_no_session_of_that_name(tmp_path: Path) -> None:
    recorded(tmp_path / "archive", conversation(1, "s", system_words=5))
    with Timeline.open(tmp_path / "archive") as timeline, pytest.raises(NotFound):
        timeline.compare_sessions("s", "nobody's")
