"""The judge of `make agents` finds what is wrong: a recorded conversation against scripts that say something else."""

from dataclasses import replace
from pathlib import Path

import pytest
from agent_claude import TITLE, answers, aside, last_words
from agent_judge import judge
from agent_page import BEGIN, END, put, table
from agent_play import Play
from agent_script import Heard, Move, Script
from agent_server import Asked
from agent_stage import Launched, Played
from exchanges import conversation
from kafka_session import TITLE_ONLY, Clock, Thread, text

from store.archive import Archive
from store.record import Recorder

MOVES = (
    Move("asks", "0"),
    Move("goes on", "1", edges=(("asks", "continues"),)),
    Move("ends", "2", edges=(("goes on", "continues"),), part="ending"),
)


@pytest.fixture
def played(tmp_path: Path) -> Played:
    """A play of three turns that is over, with nothing wrong."""
    script = Script(MOVES, last_words, answers, aside)
    with Archive.create(tmp_path / "archive") as archive, Recorder(archive) as recorder:
        for number, exchange in enumerate(conversation(3, "s")):
            recorder.record(exchange)
            script.heard.append(Heard(Asked(number, "/v1/messages", exchange.request_body), MOVES[number]))
    (tmp_path / "frogs.txt").touch()
    play = Play("Claude Code", "package", "HTTP", script, [("claude",)], ["frogs.txt"])
    return Played(play, (Launched(("claude",), 0, ""),), tmp_path / "archive", tmp_path, "")


def heard_as(played: Played, number: int, move: Move | None) -> None:
    heard = played.play.script.heard
    heard[number] = replace(heard[number], move=move)


def test_what_is_as_scripted_is_right(played: Played) -> None:
    verdict = judge(played)
    assert verdict.mistakes == ()
    assert [each.edges for each in verdict.found] == [move.edges for move in MOVES]


@pytest.mark.parametrize(
    ("number", "changed", "mistake"),
    [
        (1, {"edges": (("asks", "forks"),)}, "goes on has the edges [('asks', 'continues')], not [('asks', 'forks')]"),
        (2, {"edges": (("asks", "continues"),)}, "ends has the edges"),
        (2, {"edges": ()}, "ends has the edges"),
        (1, {"role": "sub"}, "goes on has the role main in thread '', not sub"),
        (1, {"session": "second"}, "two sessions have one name"),
        (1, {"status": 529}, "goes on ended as complete"),
    ],
)
def test_what_is_not_as_scripted_is_a_mistake(
    played: Played, number: int, changed: dict[str, object], mistake: str
) -> None:
    heard_as(played, number, replace(MOVES[number], **changed))  # type: ignore[arg-type]
    mistakes = judge(played).mistakes
    assert len(mistakes) == 1
    assert mistakes[0].startswith(mistake)


def test_calls_and_turns_that_have_no_counterpart_are_mistakes(played: Played) -> None:
    heard = played.play.script.heard
    heard[2] = replace(heard[2], asked=replace(heard[2].asked, body=b"{}"))
    missing, stranger = judge(played).mistakes
    assert missing == "model calls that are not in the archive: 1"
    assert stranger.startswith("a turn that no model call was made for")


def test_a_turn_with_the_answer_to_another_call_is_a_mistake(played: Played) -> None:
    heard = played.play.script.heard
    heard[2] = replace(heard[2], asked=replace(heard[2].asked, number=7))
    assert judge(played).mistakes == ("ends has the answer 'msg_2', not that of call 7",)


def test_a_call_that_the_script_does_not_know_has_to_be_a_side_call(played: Played) -> None:
    heard_as(played, 2, None)
    assert judge(played).mistakes == ("side call 2 is taken for a part of the conversation (main): /v1/messages",)


@pytest.mark.parametrize("title", [TITLE, "Toads"])
def test_a_session_has_the_title_that_its_agent_was_given(played: Played, title: str) -> None:
    call = Thread(Clock(), "s", tools=[], members=TITLE_ONLY)
    asked = call.send([text("A title, please.")], [text(f'{{"title": "{title}"}}')])
    with Archive.open(played.archive) as archive, Recorder(archive) as recorder:
        recorder.record(asked)
    played.play.script.heard.append(Heard(Asked(9, "/v1/messages", asked.request_body), None))
    wrong = (f"the session s has the title 'Toads', not {TITLE!r}",)
    assert judge(played).mistakes == (() if title == TITLE else wrong)


def test_launches_files_and_fsck_count(played: Played) -> None:
    (played.project / "frogs.txt").unlink()
    ended = replace(played, launches=(Launched(("claude",), 1, "no key"),), fsck="damaged")
    assert judge(ended).mistakes == (
        "claude ended with 1: no key",
        "no tool wrote frogs.txt",
        "deck fsck: damaged",
    )


def test_the_page_tells_what_was_seen_what_was_wrong_and_what_was_not_provoked(played: Played, tmp_path: Path) -> None:
    heard_as(played, 1, replace(MOVES[1], edges=(("asks", "forks"),)))
    del played.play.script.heard[2]
    text = table([judge(played)], {"package": "1.2"})
    assert "|  | Claude Code 1.2 |" in text
    assert "| tool calls | 1 continues; WRONG: goes on |" in text
    assert "| ending | no edges; not provoked: ends |" in text
    assert "| edges as scripted | 0 of 2 |" in text
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    put(page, text)
    assert page.read_text() == f"before\n{BEGIN}\n\n{text}\n\n{END}\nafter\n"
    page.write_text("no markers")
    with pytest.raises(ValueError, match="markers"):
        put(page, text)
    assert page.read_text() == "no markers"
