"""`deck -f` in a process of its own, beside recordings that come, gc, and an archive that comes and goes."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import messages_streams as sse
import pytest
from archives import HOSTILE, recorded, streamed
from exchanges import conversation
from terminal import deck_words, on_terminal

from deck.cli import main
from deck.follow import Followed
from deck.render import Style
from deck.render_follow import followed_line
from deck.timeline import Timeline
from deck.views import TurnRow
from store.archive import Archive
from store.gc import collect
from store.reading import Usage

ROOT = Path(__file__).parents[2]
Process = subprocess.Popen[bytes]


@contextmanager
def following(path: Path, *line: str) -> Iterator[Process]:
    process = subprocess.Popen(
        [sys.executable, "-m", "deck.cli", *line, "--archive", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "TZ": "UTC"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def next_turns(process: Process, count: int) -> list[dict[str, Any]]:
    """The lines of the next so many turns; a turn is complete when its last step, the answer's, was told."""
    assert process.stdout is not None
    found: list[dict[str, Any]] = []
    while sum(each["step"]["role"] == "assistant" for each in found) < count:
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else b""
        found.append(json.loads(line))
    return found


def test_steps_are_told_as_turns_are_committed(tmp_path: Path) -> None:
    path = tmp_path / "later"
    with following(path, "-f", "--json") as process:  # the archive does not exist yet
        assert process.stderr is not None and b"waiting for one" in process.stderr.readline()
        first = recorded(path, conversation(2, "one", 9))
        told = next_turns(process, 2)
        assert [each["turn"] for each in told if each["step"]["role"] == "assistant"] == first
        assert {each["schema"] for each in told} == {"deck.follow/1"} and {each["session"] for each in told} == {"one"}
        assert told[0]["address"] == f"{first[0]}:1" and told[0]["step"]["summary"].startswith("0 ")
        assert told[0]["time_ms"] == 1_700_000_000_000
        with Archive.open(path) as archive:
            assert collect(archive).written
        second = recorded(path, conversation(2, "two", 9))
        assert {each["turn"] for each in next_turns(process, 2)} == set(second)
        shutil.rmtree(path)
        again = recorded(path, conversation(1, "three", 9))
        assert {each["turn"] for each in next_turns(process, 1)} == set(again)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (130, b"")


def test_on_a_terminal_it_says_that_it_waits_and_lines_fit(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    recorded(path, conversation(1, "one", 9))
    with on_terminal(deck_words(path, "follow"), (60, 24)) as terminal:
        terminal.see("waiting for the next step")
        recorded(path, [streamed(sse.start() + sse.text(0, "words " * 30) + sse.stop("end_turn"), [])])
        terminal.see("assistant", "…")
        (line,) = (row for row in terminal.screen.lines if "assistant" in row)
    assert line.endswith("…") and len(line) == 60


def test_one_session_is_followed_from_now_on(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    recorded(path, conversation(1, "one", 9))
    with following(path, "--follow", "one", "--json") as process:
        assert process.stdout is not None
        later: list[str] = []
        talk = conversation(1000, "one", 9)
        next(talk)
        while not select.select([process.stdout], [], [], 0)[0]:  # until it has started and tells
            later += recorded(path, [next(talk)])
            recorded(path, [next(conversation(1, f"other {len(later)}", 9))])
        later += recorded(path, [next(talk)])
        told: list[str] = []
        while later[-1] not in told:
            told += [each["turn"] for each in next_turns(process, 1)]
    distinct = list(dict.fromkeys(told))
    assert distinct == later[-len(distinct) :]


@pytest.mark.parametrize(
    ("code", "line"), [(3, ("-f", "nowhere")), (2, ("-f", "one", "two")), (2, ("-f", "--nothing"))]
)
def test_mistakes_are_said(
    code: int, line: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded(tmp_path / "archive", conversation(1, "one", 9))
    assert main(["--archive", str(tmp_path / "archive"), *line]) == code
    assert "Traceback" not in capsys.readouterr().err


def test_a_session_cannot_be_named_before_there_is_an_archive(tmp_path: Path) -> None:
    assert main(["-f", "one", "--archive", str(tmp_path / "nowhere")]) == 6


def test_no_captured_byte_drives_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "archive"
    (turn,) = recorded(path, [streamed(sse.start() + sse.text(0, HOSTILE) + sse.stop("end_turn"), [])])
    with Timeline.open(path) as timeline:
        (row,) = timeline.turns(timeline.sessions()[0].key)
        steps = timeline.turn_steps(turn)
        lines = [followed_line(Followed(row, step, step.at_ms), Style(False)) for step in (*steps, None) if step]
    assert len(lines) == len(steps) == 2
    assert all(line.isprintable() for line in lines) and f"{turn[:7]}:2  assistant  \\x1b]0;owned" in lines[1]


def test_a_turn_without_steps_and_a_time_that_is_none() -> None:
    row = TurnRow(1, "ab" * 32, "s", "t" * 9, "aux:count", (), 1 << 70, 1, 2, "complete", 200, "m", Usage(), "", "", "")
    assert followed_line(Followed(row, None, row.started_ms), Style(False)) == (
        "--:--:--  s        sub tttttttt  abababa  aux:count  complete"
    )
