"""The command line as a person or a script meets it: output, exit codes, nothing imported for nothing."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import kafka_session
import pytest
from archives import HOSTILE, as_json, counting_stream, forked, recorded, session_key, streamed
from command_line import Run
from terminal import deck_words, on_terminal

from store.archive import Archive

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "cli"
pytestmark = pytest.mark.usefixtures("fixed_surroundings")


def named(text: str, turns: list[str]) -> str:
    """The text with turn ids by their number: what is golden is the form, ids follow from docs/format.md."""
    for number, id in enumerate(turns, 1):
        text = text.replace(id, f"<turn {number}>").replace(id[:8], f"<{number}>").replace(id[:7], f"<{number}>")
    return text


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("checkout", ("checkout", "HEAD~6")),
        ("checkout-full", ("checkout", "HEAD~6", "--full")),
        ("checkout-step", ("checkout", "HEAD~2:2")),
        ("log", ("log", "-n", "3")),
        ("log-graph", ("log", "--oneline", "--graph")),
        ("show-tools", ("show", "HEAD:tools")),
    ],
)
def test_golden_outputs(name: str, line: tuple[str, ...], deck: Run, kafka: list[str]) -> None:
    code, out, err = deck(*line)
    assert (code, err) == (0, "")
    assert named(out, kafka) == (GOLDEN / f"{name}.txt").read_text("utf-8")


def test_a_graph_of_a_fork(deck: Run, tmp_path: Path) -> None:
    turns = forked(tmp_path / "archive")
    _, out, _ = deck("log", "--oneline", "--graph")
    assert [line.split(" [")[0].rstrip() for line in named(out, turns).splitlines()] == [
        *("* <4> Slowly.", "* <3>", "| * <2> Fix it.", "|/", "* <1> Where is the bug?")
    ]


def test_sessions(deck: Run, kafka: list[str]) -> None:
    code, out, _ = deck("sessions")
    assert code == 0
    assert "Fix the Kafka topic bug (1 agent)" in out and "14 turns" in out and "1 agent" in out and "1 failure" in out
    view = as_json(deck("sessions", "--json")[1])
    assert view["schema"] == "deck.sessions/1"
    assert view["sessions"][0]["turns"] == 14 and view["sessions"][0]["head"] == kafka[-1]
    assert out.startswith(view["sessions"][0]["key"][:8])


def test_sessions_are_listed_where_prices_cannot_be_understood(deck: Run, kafka: list[str], tmp_path: Path) -> None:
    (tmp_path / "archive" / "config.toml").write_text("[[price]\n")
    code, out, err = deck("sessions")
    assert code == 0 and "  ?  " in out and "Mend or remove" in err
    row = as_json(deck("sessions", "--json")[1])["sessions"][0]
    assert (row["cost_micro_usd"], row["turns_of_unknown_cost"]) == (None, 14)


def test_no_captured_byte_drives_the_terminal(deck: Run, tmp_path: Path) -> None:
    turns = forked(tmp_path / "archive")
    for line in (
        *(("checkout", turns[2]), ("checkout", turns[2], "--full"), ("checkout", turns[2], "--json"), ("sessions",)),
        *(("checkout", turns[2], "--messages"), ("log",), ("log", "--oneline"), ("show", f"{turns[2]}:2")),
        *(("show", f"{turns[2]}:response"), ("show", f"{turns[2]}:2", "--json"), ("log", "--json")),
    ):
        code, out, _ = deck(*line)
        assert code == 0
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2069\ud800]", out), line
        assert "owned" in out or line[0] in ("sessions", "log"), line


def test_raw_gives_every_byte(kafka: list[str], tmp_path: Path) -> None:
    sent = list(kafka_session.exchanges())
    for number in (0, 7, 13):
        for which, body in (("request", sent[number].request_body), ("response", sent[number].response_body)):
            done = start("checkout", kafka[number], "--raw", which)
            assert (done.returncode, done.stdout) == (0, body)


def test_messages_are_the_conversation_and_the_answer(deck: Run, kafka: list[str]) -> None:
    code, out, _ = deck("checkout", "--messages")
    conversation = json.loads(out)
    last = list(kafka_session.exchanges())[-1]
    assert code == 0
    assert conversation[:-1] == json.loads(last.request_body)["messages"]
    assert conversation[-1]["content"] == [{"type": "text", "text": "Committed."}]


def test_checkout_as_json(deck: Run, kafka: list[str]) -> None:
    turn = as_json(deck("checkout", kafka[7], "--json")[1])
    assert turn["schema"] == "deck.turn/1"
    assert turn["turn"]["id"] == kafka[7] and turn["turn"]["parents"][0]["turn"] == kafka[6]
    failed, *_said, call = turn["steps"]
    assert failed["block"]["is_error"] and failed["call"]["data"] == {"command": "npm test"}
    assert call["result"]["text"] == 'expect(topic).toBe("orders-v2")' and call["result_turn"] == kafka[8]
    assert turn["earlier_messages"] == 12 and "earlier" not in turn
    full = as_json(deck("checkout", kafka[7], "--json", "--full")[1])
    assert len(full["earlier"]) == 12 and full["tool_schemas"][0]["name"] == "Bash"


def test_objects(deck: Run, kafka: list[str]) -> None:
    assert deck("rev-parse", "HEAD~1")[1] == f"{kafka[12]}\n"
    assert deck("rev-parse", kafka[3][:10])[1] == f"{kafka[3]}\n"
    assert deck("rev-parse", "HEAD:1")[1] == f"{kafka[13]}:1\n"
    assert deck("rev-parse", "HEAD:tools/Bash")[1] == f"{kafka[13]}:tools/Bash\n"
    blob = deck("rev-parse", "HEAD:request")[1].strip()
    body = list(kafka_session.exchanges())[-1].request_body
    assert deck("cat-file", "-t", blob)[1] == "blob\n"
    assert deck("cat-file", "-s", blob)[1] == f"{len(body)}\n"
    assert start("cat-file", "-p", blob[:12]).stdout == body
    assert as_json(deck("show", "HEAD", "--json")[1])["payload"]["session"] == kafka_session.SESSION
    assert '"model": "claude-sonnet-4-6"' in deck("show", blob)[1]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (0, ("log", "--all")),
        (2, ("log", "--nothing")),
        (2, ("log", "-n", "many")),
        (2, ("log", "-n", "-1")),
        (2, ("checkout", "--raw", "both")),
        (2, ("checkout", "--raw", "request", "--json")),
        (2, ("cat-file", "HEAD")),
        (2, ("rev-parse",)),
        (2, ("no-such-command", "x")),
        (2, ("--archive",)),
        (2, ("--archive=", "log")),
        (2, ("log", "--archive", "")),
        (2, ("",)),
        (2, ("show", "")),
        (2, ()),
        (3, ("no-such-command",)),
        (3, ("checkout", "no-such-session")),
        (3, ("checkout", "HEAD~99")),
        (3, ("show", "HEAD:99")),
        (3, ("show", "HEAD:tools/Nothing")),
        (3, ("checkout", "HEAD:request:x")),
        (6, ("--archive", "/nonexistent/deck", "log")),
        (6, ("log", "--archive", "/nonexistent/deck")),
    ],
)
def test_exit_codes(code: int, line: tuple[str, ...], deck: Run, kafka: list[str]) -> None:
    found, _out, err = deck(*line)
    assert found == code
    assert "Traceback" not in err and (code == 0) == (err == "")


def test_an_ambiguous_prefix_lists_its_candidates(deck: Run, tmp_path: Path) -> None:
    one = recorded(tmp_path / "archive", kafka_session.exchanges(session="aaaa-1"))
    two = recorded(tmp_path / "archive", kafka_session.exchanges(session="aaaa-2"))
    code, out, err = deck("checkout", "aaaa")
    assert (code, out) == (4, "")
    assert "sessions/aaaa-1\n" in err and "sessions/aaaa-2\n" in err
    assert deck("rev-parse", "aaaa-1")[1].strip() == one[-1]
    assert deck("rev-parse", "sessions/aaaa-2")[1].strip() == two[-1]


def test_a_mistyped_command_is_recognised(deck: Run, kafka: list[str]) -> None:
    assert "Did you mean `deck checkout`?" in deck("chekout")[2]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        (("log", "-n", "many"), "'many' is no whole number"),
        (("search", "--regex", "("), "The syntax is RE2's."),
        (("tag", "-d", "nope"), "deck tag lists them."),
        (("export", "HEAD", "-o", "/nonexistent/x.md"), "there is no folder /nonexistent"),
        (("checkout", "HEAD~x"), "deck rev-parse --help"),
        (("show", "HEAD:nope"), "deck rev-parse --help"),
        (("chekout", "--archive", "/nonexistent/deck"), "Did you mean `deck checkout`?"),
        (("--archive", "/nonexistent/deck", "chekout"), "Did you mean `deck checkout`?"),
    ],
)
def test_what_to_do_next_fits_what_went_wrong(line: tuple[str, ...], hint: str, deck: Run, kafka: list[str]) -> None:
    assert hint in deck(*line)[2].splitlines()[-1]


@pytest.mark.parametrize(
    "line",
    [
        ("import", "/nonexistent/x.mitm"),
        ("mask", "test", "/nonexistent/x"),
        ("export", "HEAD", "-o", "/nonexistent/x.md"),
        ("init", "/nonexistent/x"),
        ("checkout", "nope"),
        ("stats", "--turns", "nope"),
    ],
)
def test_what_was_named_and_is_not_there_has_one_code(line: tuple[str, ...], deck: Run, kafka: list[str]) -> None:
    assert deck(*line)[0] == 3


def test_an_archive_of_a_newer_deck_asks_for_it(deck: Run, kafka: list[str], tmp_path: Path) -> None:
    (tmp_path / "archive" / "FORMAT").write_text("deck archive 2\n")
    assert "Update deck" in deck("sessions")[2]


@pytest.mark.parametrize("command", ["sessions", "fsck"])
def test_a_folder_that_is_no_archive_is_nobodys_to_close(command: str, deck: Run, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    code, _, err = deck(command, "--archive", str(tmp_path))
    assert code == 6 and "no deck archive in" in err and "chmod" not in err


@pytest.mark.parametrize(("closed", "lines"), [("2>&-", 14), (">&-", 0), (">&- 2>&- <&-", 0)])
def test_closed_streams_lead_nowhere(closed: str, lines: int, kafka: list[str]) -> None:
    line = f'"{sys.executable}" -m deck.cli log --oneline {closed}'
    done = subprocess.run(["sh", "-c", line], capture_output=True, cwd=ROOT, timeout=60)
    assert (done.returncode, done.stdout.count(b"\n"), done.stderr) == (0, lines, b"")


def test_the_timeline_needs_a_terminal(deck: Run, kafka: list[str]) -> None:
    for line in ((), ("HEAD~2",), (kafka_session.SESSION[:6],)):
        assert "needs a terminal" in deck(*line)[2]


def test_a_stream_that_is_no_terminal_is_named(kafka: list[str]) -> None:
    master, terminal = os.openpty()
    try:
        line = [sys.executable, "-m", "deck.cli"]
        done = subprocess.run(line, stdin=terminal, stdout=terminal, stderr=subprocess.PIPE, cwd=ROOT, timeout=60)
    finally:
        os.close(master)
        os.close(terminal)
    assert b"needs a terminal, and stderr is none" in done.stderr


@pytest.mark.parametrize(
    ("kind", "said"), [("dumb", "is dumb"), ("unknown", "is unknown"), ("", "does not say which one this is")]
)
def test_a_terminal_that_cannot_place_text_is_refused(kind: str, said: str, kafka: list[str], tmp_path: Path) -> None:
    with on_terminal(deck_words(tmp_path / "archive"), (100, 30), {"TERM": kind}) as terminal:
        terminal.see("the timeline needs a terminal, and TERM", said, "Without one: deck sessions")
        assert terminal.end() == 2


def test_the_archive_may_stand_before_the_command(deck: Run, tmp_path: Path) -> None:
    turns = recorded(tmp_path / "other", kafka_session.exchanges())
    other = str(tmp_path / "other")
    for line in (["--archive", other, "rev-parse", "HEAD"], [f"--archive={other}", "rev-parse", "HEAD"]):
        assert deck(*line)[1].strip() == turns[-1]
    assert deck("rev-parse", "HEAD", "--archive", other)[1].strip() == turns[-1]


def test_an_empty_archive(deck: Run, tmp_path: Path) -> None:
    Archive.create(tmp_path / "archive").close()
    assert deck("sessions")[:2] == (0, "")
    assert deck("log")[0] == 3
    assert deck("log", "--all")[:2] == (0, "")
    assert deck("fsck")[0] == 0


def test_fsck_finds_a_flipped_bit(deck: Run, kafka: list[str], tmp_path: Path) -> None:
    assert deck("fsck")[0] == 0
    (pack,) = (tmp_path / "archive" / "objects" / "pack").iterdir()
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(data)
    code, out, _ = deck("fsck")
    assert code == 1 and "finding" in out
    found = as_json(deck("fsck", "--json")[1])
    assert found["schema"] == "deck.fsck/1" and not found["sound"] and found["findings"]


def test_a_streamed_turn(deck: Run, tmp_path: Path) -> None:
    recorded(tmp_path / "archive", [streamed(counting_stream(), [40, 400])])
    _, out, _ = deck("checkout")
    for shown in ("Let me count.", "One, two, three, four.", "call Bash", "command: seq 4", "first byte 100 ms"):
        assert shown in out
    assert deck("log", session_key(tmp_path / "archive"))[0] == 0


def test_help_and_version(deck: Run) -> None:
    assert "checkout" in deck("--help")[1]
    assert "--full" in deck("checkout", "--help")[1]


def start(*line: str) -> "subprocess.CompletedProcess[bytes]":
    """A command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "deck.cli", *line], capture_output=True, cwd=ROOT, env=os.environ, timeout=60
    )


HEAVY = ("typer", "click", "rich", "orjson", "textual", "mitmproxy", "subprocess", "asyncio")


def test_a_short_command_imports_nothing_heavy(kafka: list[str]) -> None:
    script = (
        "import sys; from deck.cli import main; code = main(['checkout'])\n"
        f"print(sorted(set({HEAVY}) & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, cwd=ROOT, timeout=60)
    assert (done.returncode, done.stderr.decode()) == (0, "[]\n")


def test_a_reader_that_goes_away_ends_it_quietly(kafka: list[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "deck.cli", "checkout", "--full"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 141


def test_a_full_disk_is_said_in_one_line(kafka: list[str]) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "deck.cli", "sessions"],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=environ,
        )
    assert (done.returncode, done.stderr) == (1, b"deck: No space left on device\n")


def on_a_terminal(*line: str, **environ: str) -> str:
    """What a terminal gets from a command line."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "deck.cli", *line],
        stdin=its,
        stdout=its,
        stderr=its,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm", **environ},
    )
    os.close(its)
    found = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says so when the last process has closed its side
            break
        if not piece:
            break
        found += piece
    process.wait(60)
    os.close(ours)
    return found.decode("utf-8", "replace").replace("\r\n", "\n")


def test_a_terminal_gets_a_pager_and_colour(kafka: list[str]) -> None:
    paged = on_a_terminal("log", "--oneline", DECK_PAGER="sed s/^/paged:/")
    assert all(line.startswith("paged:") for line in paged.splitlines()) and "\x1b[33m" in paged
    plain = on_a_terminal("log", "--oneline", DECK_PAGER="cat", NO_COLOR="1")
    assert "\x1b" not in plain and "paged:" not in plain
    assert plain == on_a_terminal("log", "--oneline", DECK_PAGER="no-such-pager-here", NO_COLOR="1")


def test_a_pager_that_cannot_be_read_is_named(kafka: list[str]) -> None:
    assert 'the pager "less \'" cannot be read' in on_a_terminal("log", DECK_PAGER="less '")


def test_leaving_the_pager_early_is_no_error(kafka: list[str]) -> None:
    assert on_a_terminal("checkout", "--full", DECK_PAGER="true") == ""


def test_raw_bytes_do_not_drive_a_terminal(tmp_path: Path) -> None:
    body = counting_stream() + HOSTILE.encode("utf-8", "surrogatepass")
    recorded(tmp_path / "archive", [streamed(body, [])])
    shown = on_a_terminal("checkout", "--raw", "response", DECK_PAGER="cat")
    assert "\x1b" not in shown and "\\x1b]0;owned\\x07" in shown
