"""`deck tag` and `deck note` as a person meets them, and where their words show."""

import errno
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from archives import HOSTILE, as_json
from command_line import Run

from deck.diagnostics import Problem
from deck.editor import edited
from store.files import Files

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, fixed_surroundings: None) -> Iterator[None]:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setattr(sys, "stdin", open(os.devnull))  # noqa: SIM115  no terminal
    yield
    sys.stdin.close()


def test_a_tag_is_made_used_moved_listed_and_deleted(deck: Run, kafka: list[str]) -> None:
    assert deck("tag", "fixed", kafka[7][:10]) == (0, "", "")
    assert deck("rev-parse", "fixed")[1] == deck("rev-parse", "tags/fixed")[1] == f"{kafka[7]}\n"
    assert deck("rev-parse", "fixed~1")[1] == f"{kafka[6]}\n"
    code, _, err = deck("tag", "fixed")
    assert code == 1 and "there is a tag fixed already" in err and "-f moves it" in err
    assert deck("tag", "-f", "fixed")[1] == f"Moved tag fixed (was {kafka[7][:7]})\n"
    assert deck("tag", "whole", "HEAD:request")[0] == 0
    listed = deck("tag")[1].splitlines()
    assert listed[0].split()[:2] == ["fixed", kafka[-1][:7]] and listed[1].endswith("blob")
    shown = as_json(deck("tag", "--json")[1])
    assert shown["schema"] == "deck.tags/1" and shown["tags"][0]["target"] == kafka[-1]
    assert deck("tag", "-d", "fixed")[1] == f"Deleted tag fixed (was {kafka[-1][:7]})\n"
    assert deck("rev-parse", "fixed")[0] == 3 and deck("tag", "-d", "fixed")[0] == 3


@pytest.mark.parametrize(
    "line", [("tag", "x"), ("note", "HEAD", "-m", "x"), ("run", "--", "true"), ("gc",), ("fsck", "--repair")]
)
def test_an_archive_that_cannot_be_written_is_named(
    deck: Run, kafka: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: tuple[str, ...]
) -> None:
    def refuse(_files: Files, path: Path) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(Files, "create", refuse)
    if line == ("fsck", "--repair"):
        (tmp_path / "archive" / "key").unlink()
    if line == ("gc",):
        monkeypatch.setattr(Files, "remove", refuse)
    code, out, err = deck(*line)
    assert (code, out) == (6, "")
    assert f"the archive in {tmp_path / 'archive'} cannot be written (read-only file system)" in err


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (2, ("tag", "../up")),
        (2, ("tag", "HEAD")),
        (2, ("tag", "--delete")),
        (2, ("tag", "--delete", "--force", "a")),
        (2, ("tag", "a", "HEAD:2")),
        (3, ("tag", "a", "nowhere")),
        (2, ("note", "--message", "beside nothing")),
        (2, ("note", "HEAD")),
        (2, ("note", "HEAD", "--message", " ")),
        (2, ("note", "HEAD", "--delete")),
        (2, ("note", "HEAD", "--show", "--delete")),
        (3, ("note", "HEAD:99", "--message", "x")),
    ],
)
def test_mistakes_are_said_and_change_nothing(code: int, line: tuple[str, ...], deck: Run, kafka: list[str]) -> None:
    found, _, err = deck(*line)
    assert found == code and err.startswith("deck: ") and "Traceback" not in err
    assert as_json(deck("tag", "--json")[1])["tags"] == as_json(deck("note", "--json")[1])["notes"] == []


def test_a_note_is_written_changed_shown_and_taken_back(deck: Run, kafka: list[str]) -> None:
    code, out, _ = deck("note", "HEAD~2:1", "-m", "Here it goes wrong.")
    assert code == 0 and f"on {kafka[-3][:7]} step 1" in out
    (note,) = as_json(deck("note", "--json")[1])["notes"]
    assert (note["target"], note["step"], note["text"]) == (kafka[-3], 1, "Here it goes wrong.")
    assert deck("note", note["id"][:10], "-m", "Here it goes wrong, I think.")[0] == 0
    assert "I think" in deck("note", kafka[-3], "--show")[1] and "I think" in deck("note")[1]
    (changed,) = as_json(deck("note", kafka[-3], "--json")[1])["notes"]
    assert changed["replaces"] == note["id"] and changed["step"] == 1
    assert deck("note", "-d", note["id"][:10])[0] == 3  # another one has its place
    assert deck("note", "-d", changed["id"][:10])[0] == 0
    assert deck("note")[:2] == (0, "")


def test_what_is_beside_a_turn_is_shown_with_it(deck: Run, kafka: list[str]) -> None:
    deck("tag", "fixed", kafka[7])
    deck("note", kafka[7], "-m", HOSTILE)
    deck("note", kafka[7], "--star")
    out = deck("checkout", kafka[7])[1]
    assert out.startswith(f"turn {kafka[7]} (tag: fixed)\n") and "\\x1b]0;owned\\x07" in out and "★ star" in out
    assert "\x1b" not in out + deck("log")[1] + deck("sessions")[1] + deck("note")[1]
    assert f"{kafka[7][:7]} (tag: fixed) [star] [note]" in deck("log", "--oneline")[1]
    assert " (tag: fixed)  " in deck("sessions")[1]
    assert as_json(deck("sessions", "--json")[1])["sessions"][0]["refs"] == ["tags/fixed"]
    for line in (("checkout", kafka[7], "--json"), ("log", "--json")):
        found = as_json(deck(*line)[1])
        row = found["turn"] if "turn" in found else found["turns"][-8]
        assert row["id"] == kafka[7] and row["refs"] == ["tags/fixed"] and len(row["notes"]) == 2
        assert isinstance(row["cost_micro_usd"], int)


def test_the_editor_is_asked_as_git_does(kafka: list[str], tmp_path: Path) -> None:
    script = tmp_path / "editor"
    script.write_text(
        '#!/bin/sh\ngrep -q "^# A note on turn" "$1" && printf "From the editor.\\n# not this\\n" > "$1"\n'
    )
    script.chmod(0o700)
    ours, its = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "deck.cli", "note", "HEAD"],
        stdin=its,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "GIT_EDITOR": str(script)},
        timeout=60,
    )
    os.close(ours)
    os.close(its)
    assert done.returncode == 0 and b"    From the editor.\n" in done.stdout and b"not this" not in done.stdout


@pytest.mark.parametrize("editor", ["false", "/no/such/editor", "unclosed 'quote"])
def test_an_editor_that_fails_writes_nothing(editor: str) -> None:
    with pytest.raises(Problem):
        edited("", "", {"EDITOR": editor})


def test_an_editor_that_leaves_the_text_gives_it_back() -> None:
    assert edited("as it was\n\nand is", "about", {"VISUAL": "true"}) == "as it was\n\nand is"


def test_json_drives_no_terminal(deck: Run, kafka: list[str]) -> None:
    deck("note", "HEAD", "-m", "größer \u202e")
    out = deck("note", "--json")[1]
    assert out.isascii() and json.loads(out)["notes"][0]["text"] == "größer \u202e"
