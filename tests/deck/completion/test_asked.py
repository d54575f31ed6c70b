"""What is offered at the end of a command line."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from archives import recorded
from exchanges import conversation
from kafka_session import SESSION, Clock, Thread, exchanges, text

from deck.command_table import stems, word_of
from deck.completion.asked import candidates
from store import annotate
from store.archive import Archive

ROOT = Path(__file__).parents[3]


@pytest.fixture
def turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    path = tmp_path / "archive"
    monkeypatch.setenv("DECK_STORE", str(path))
    turns = recorded(path, exchanges())
    with Archive.open(path) as archive:
        for name in ("fixed", "first/try", "a;touch owned", "$(touch owned)", "it's"):
            annotate.set_tag(archive, name.replace(" ", ""), bytes.fromhex(turns[0]), "Ada")
    return turns


def test_commands_and_what_opens_the_timeline(turns: list[str]) -> None:
    found = candidates([""])
    assert {*map(word_of, stems()), "--archive", "--follow", "HEAD", "fixed", SESSION} <= set(found)
    assert candidates(["che"]) == ["checkout"]
    assert candidates(["--ver"]) == ["--version"]


def test_options_and_their_values(turns: list[str], tmp_path: Path) -> None:
    assert candidates(["checkout", "--"]) == ["--archive", "--full", "--help", "--json", "--messages", "--raw"]
    assert candidates(["checkout", "HEAD", "--f"]) == ["--full"]
    assert candidates(["checkout", "--archive", ""]) == []  # files, by the shell
    assert candidates(["checkout", "--raw", ""]) == []
    assert candidates(["gc", "--dry"]) == ["--dry-run"]
    assert candidates(["completion", ""]) == ["bash", "fish", "zsh"]


def test_sessions_tags_hashes_and_parts(turns: list[str]) -> None:
    assert {"HEAD", "fixed", "first/try", SESSION} == set(candidates(["checkout", ""]))
    assert candidates(["checkout", SESSION[:3]])[0] == SESSION
    assert turns[4][:10] in candidates(["show", turns[4][:2]])
    assert candidates(["show", turns[4][:30]]) == [turns[4][:30]]
    assert candidates(["diff", "HEAD~1", "fix"]) == candidates(["-f", "fix"]) == ["fixed"]
    assert candidates(["checkout", "--full", "fix"]) == candidates(["stats", "HEAD", "fix"]) == ["fixed"]
    assert candidates(["show", "HEAD~2:s"]) == ["HEAD~2:system"]
    assert candidates(["checkout", "HEAD", "fix"]) == []  # one is all it takes


def test_tags_of_deck_tag(turns: list[str]) -> None:
    assert candidates(["tag", ""]) == candidates(["tag", "-d", ""]) == ["first/try", "fixed"]
    assert "HEAD" in candidates(["tag", "new", ""])


def test_the_archive_of_the_line_counts(turns: list[str], tmp_path: Path) -> None:
    other = str(tmp_path / "other")
    recorded(tmp_path / "other", conversation(1, "elsewhere", 9))
    for line in (
        ["--archive", other, "log", "else"],
        ["log", "--archive", other, "else"],
        [f"--archive={other}", "else"],
    ):
        assert candidates(line) == ["elsewhere"]


def test_a_name_that_a_shell_would_run_is_not_offered(turns: list[str], tmp_path: Path) -> None:
    hostile = replace(Thread(Clock()).send([text("x")], [text("y")]))
    body = hostile.request_body.replace(SESSION.encode(), b"$(touch owned)")
    recorded(tmp_path / "archive", [replace(hostile, request_body=body)])
    offered = [each for word in ("", "$", "a", "i", "-") for each in candidates(["checkout", word])]
    assert not [each for each in offered if set(each) & set(" $();'\"`|&<>\\\n")]


@pytest.mark.parametrize(
    "line", [[], [""], ["nothing", ""], ["checkout", ""], ["-f", ""], ["tag", ""], ["tag", "x", ":"]]
)
def test_without_an_archive_nothing_is_said(line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DECK_STORE", str(tmp_path / "nowhere"))
    candidates(line)
    assert not (tmp_path / "nowhere").exists()


def test_it_is_as_quick_as_a_short_command(turns: list[str]) -> None:
    script = (
        "import sys; from deck.cli import main; code = main(['completion', '--', 'checkout', 'fix'])\n"
        "print(sorted({'typer', 'click', 'textual', 'orjson', 'subprocess'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, cwd=ROOT, timeout=60, text=True)
    assert (done.stdout, done.stderr) == ("fixed\n", "[]\n")
