"""Marks of a turn in a log."""

import pytest

from deck.render import Style
from deck.render_log import Told, log_lines
from deck.views import Beside, TurnRow
from store.notes import STAR, Note
from store.reading import Usage

ROW = TurnRow(1, "ab" * 32, "s", "", "main", (), 0, 1, 2, "complete", 200, "m", Usage(), "", "", "Hi.")


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({}, "abababab Hi."),
        ({"thread": "a1b2c3d4e5f6", "role": "sub"}, "abababab [sub a1b2c3d4] Hi."),
        (
            {"thread": "01a1fd10-2557-7783-8b57-d138f7e6fda4", "role": "sub"},
            "abababab [sub f7e6fda4] Hi.",
        ),
        (
            {"thread": "f05dcb2e-9a1f-4f0e-8a4a-3f2b7d0e9c11", "role": "sub"},
            "abababab [sub f05dcb2e] Hi.",
        ),
        ({"status": 529, "error": "Overloaded"}, "abababab [error 529] Hi."),
        ({"status": 101, "error": "Overloaded"}, "abababab [error] Hi."),
        ({"status": None, "error": "lost", "outcome": "no-response"}, "abababab [no-response] [error] Hi."),
        ({"role": "aux:title"}, "abababab [aux:title] Hi."),
    ],
)
def test_marks_say_what_sets_a_turn_apart(changed: dict[str, object], line: str) -> None:
    row = ROW._replace(**changed)  # type: ignore[arg-type]
    told = Told(8, {}, lambda _row: "?")
    assert list(log_lines([row], told, Style(False), oneline=True, graph=False)) == [line]


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        ("overloaded_error Overloaded", ["    overloaded_error: Overloaded"]),
        ("Hi.", ["    Hi.", "    overloaded_error: Overloaded"]),
        ("", ["    complete", "    overloaded_error: Overloaded"]),
    ],
)
def test_an_error_is_told_once(summary: str, said: list[str]) -> None:
    row = ROW._replace(status=529, error="overloaded_error: Overloaded", summary=summary)
    lines = list(log_lines([row], Told(8, {}, lambda _row: "?"), Style(False), oneline=False, graph=False))
    assert [line for line in lines if line.startswith("    ")] == said


def test_tags_stars_and_notes_stand_beside_a_turn() -> None:
    notes = (Note(ROW.id, text="\x1b]0;owned\x07", author="Ada", id="cd" * 32), Note(ROW.id, tags=(STAR,), step=3))
    told = Told(8, {ROW.id: Beside(("v1", "base/first"), notes)}, lambda _row: "$0.31")
    assert list(log_lines([ROW], told, Style(False), oneline=True, graph=False)) == [
        "abababab (tag: v1, tag: base/first) [star] [note] Hi."
    ]
    entry = "\n".join(log_lines([ROW], told, Style(False), oneline=False, graph=False))
    assert entry.startswith(f"turn {ROW.id} (tag: v1, tag: base/first)\n") and " · $0.31\n" in entry
    assert "note cdcdcdcd · Ada · " in entry and "    \\x1b]0;owned\\x07" in entry and "★ star" in entry
    assert "on step 3" in entry
