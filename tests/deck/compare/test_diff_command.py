"""`deck diff` on the command line: what is printed, exit codes, nothing that drives a terminal."""

import json
import re
from pathlib import Path

import kafka_session
import pytest
from archives import HOSTILE, forked, recorded
from command_line import Run
from kafka_session import SESSION, Clock, Thread, call, result, text


def test_one_turn_against_the_one_before(deck: Run, kafka: list[str]) -> None:
    code, out, err = deck("diff", kafka[8])
    assert (code, err) == (0, "")
    assert out.splitlines()[2:] == [
        "",
        "messages",
        "= 13 messages unchanged",
        "= 1 message echoing the answer of turn 8",
        "+ message 15 · user",
        "+   result of Read",
        '+     expect(topic).toBe("orders-v2")',
        "",
        "settings",
        "= unchanged",
        "",
        "answer",
        "~   assistant",
        "-     A test still names orders-v2.",
        "+     I have a helper look for more.",
        "-   call Read",
        "-     file_path: test/producer.test.ts",
        "+   call Agent",
        "+     description: find uses",
        f"+     prompt: {kafka_session.SUBAGENT_PROMPT}",
        "",
        "noise",
        "~ token counts (--exact shows it)",
    ]
    assert out == deck("diff", kafka[7], kafka[8])[1]


def test_exit_codes(deck: Run, kafka: list[str]) -> None:
    assert deck("diff", kafka[7], kafka[8], "--exit-code")[0] == 1
    assert deck("diff", kafka[7], kafka[8])[0] == 0
    assert deck("diff", "HEAD", kafka[13], "--exit-code") == (0, "", "")
    assert deck("diff", "HEAD:system", "HEAD~3:system", "--exit-code") == (0, "", "")
    assert deck("diff", "HEAD:tools/Bash", "HEAD:tools/Read", "--exit-code")[0] == 1


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (("HEAD", "HEAD:system"), 2, "'HEAD' is a turn, and 'HEAD:system' is a part"),
        (("HEAD:4",), 2, "name what to compare it with"),
        (("HEAD:tools/None", "HEAD:tools/Bash"), 3, "offered no tool 'None'"),
        (("nothing", "HEAD"), 3, "nothing in this archive is named"),
        ((f"{SESSION}~11",), 3, "the first of its session"),
    ],
)
def test_what_cannot_be_compared(line: tuple[str, ...], code: int, said: str, deck: Run, kafka: list[str]) -> None:
    first = kafka[0] if "~11" in line[0] else None
    done, out, err = deck("diff", *([first] if first else line))
    assert (done, out) == (code, "")
    assert said in err and "Traceback" not in err


def test_parts_are_compared_as_texts(deck: Run, kafka: list[str]) -> None:
    _, out, _ = deck("diff", "HEAD:tools/Bash", "HEAD:tools/Read")
    assert f"--- {kafka[13]}:tools/Bash\n+++ {kafka[13]}:tools/Read\n" in out
    assert '~   "name": "[-Bash-]{+Read+}",' in out


def test_two_sessions(deck: Run, tmp_path: Path) -> None:
    names = ("aaaa1111-0000-4000-8000-000000000001", "bbbb1111-0000-4000-8000-000000000001")
    made = []
    for name, said in zip(names, ("left", "right"), strict=True):
        thread = Thread(Clock(), name)
        made.append(thread.send([text("Begin.")], [text("Yes."), call(1, "Bash", command="ls")]))
        made.append(thread.send([result(1, f"go to the {said}\nand on")], [text("Done.")]))
    turns = recorded(tmp_path / "archive", made)
    _, out, _ = deck("diff", "aaaa", "sessions/bbbb")
    lines = out.splitlines()
    assert lines[0] == f"--- session {names[0]} · 2 turns · Begin."
    assert lines[2] == f"identical through turn 1 ({turns[0][:9]}), then the result of Bash differs"
    assert "~   go to the [-left-]{+right+}" in lines
    assert re.search(
        r"^~ [0-9a-f]{7}:1 ↳ ok  go to the left +│ [0-9a-f]{7}:1 ↳ ok  go to the right$", out, re.MULTILINE
    )
    assert re.search(r"^= [0-9a-f]{7}:2 assistant  Done. +│", out, re.MULTILINE)
    shown = json.loads(deck("diff", "aaaa", "bbbb", "--json")[1])
    assert (shown["schema"], shown["kind"], shown["shared_turns"]) == ("deck.diff/1", "sessions", 1)
    assert deck("diff", "aaaa", "bbbb", "--stat")[1] == (
        " turns            | 1 turn added, 1 turn dropped (1 turn the same)\n"
        " steps after them | 1 step changed (1 step the same)\n"
    )


def test_stat_and_json(deck: Run, kafka: list[str]) -> None:
    line = ("diff", kafka[7], kafka[8])
    assert deck(*line, "--stat")[1].splitlines() == [
        " messages | 2 messages added (13 messages the same)",
        " answer   | 1 block added, 1 block dropped, 1 block changed",
    ]
    shown = json.loads(deck(*line, "--json")[1])
    assert (shown["kind"], shown["edge"], shown["differ"]) == ("turns", "continues", True)
    assert [change["sign"] for change in shown["messages"]["changes"]] == ["+", "+"]
    only = json.loads(deck(*line, "--json", "--stat")[1])
    assert only["stat"] == shown["stat"] and "messages" not in only
    assert json.loads(deck("diff", "HEAD:1", "HEAD:2", "--json")[1])["kind"] == "texts"


def test_noise_is_folded_and_shown_when_asked(deck: Run, tmp_path: Path) -> None:
    thread = Thread(Clock())
    marked = {**text("One."), "cache_control": {"type": "ephemeral"}}
    first = thread.send([marked], [text("1")])
    del marked["cache_control"]
    turns = recorded(tmp_path / "archive", [first, thread.send([text("Two.")], [text("2")])])
    assert "~ cache markers moved, token counts (--exact shows it)" in deck("diff", *turns)[1]
    exact = deck("diff", *turns, "--exact")[1]
    assert "cache markers\n~ [-message 1-]{+none+}\n" in exact and "--exact" not in exact


def test_no_captured_byte_drives_the_terminal(deck: Run, tmp_path: Path) -> None:
    turns = forked(tmp_path / "archive")
    tools = [{"name": HOSTILE, "description": HOSTILE}]
    hostile = Thread(Clock(), "hostile", tools=tools, members={HOSTILE[4:9]: HOSTILE})
    turns += recorded(tmp_path / "archive", [hostile.send([text(HOSTILE)], [call(1, HOSTILE, **{HOSTILE: HOSTILE})])])
    for line in (
        *((turns[0], turns[2]), (turns[2], turns[4]), (turns[4], turns[2], "--exact"), (turns[2], turns[4], "--stat")),
        *(
            (turns[2], turns[4], "--json"),
            (f"{turns[2]}:2", f"{turns[4]}:2"),
            (f"{turns[2]}:response", f"{turns[4]}:response"),
        ),
    ):
        code, out, _ = deck("diff", *line)
        assert code == 0 and out
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2069\ud800]", out), line
