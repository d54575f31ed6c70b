"""Errors in words."""

import errno
from pathlib import Path

import pytest

from deck import diagnostics
from deck.diagnostics import Problem, explain, report
from store import errors


def test_every_error_of_the_store_has_a_code_and_says_what_to_do() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.StoreError)]
    assert len(kinds) >= 8
    for kind in kinds:
        more = {errors.Ambiguous: [("a", "b")], errors.BadConfig: ["in line 1"]}.get(kind, [])
        error = kind("it broke", *more)
        problem = explain(error)
        assert problem.code in range(1, 7)
        assert problem.message.startswith("it broke")
        assert problem.hint or kind is errors.StoreError


def test_codes_tell_kinds_apart() -> None:
    codes = {
        errors.NotFound("x"): diagnostics.NOT_FOUND,
        errors.Ambiguous("x", ()): diagnostics.AMBIGUOUS,
        errors.Damaged("x"): diagnostics.DAMAGED,
        errors.Missing("x"): diagnostics.DAMAGED,
        errors.NotAnArchive("x"): diagnostics.UNUSABLE,
        errors.Unsafe("x"): diagnostics.UNUSABLE,
        errors.BadId("x"): diagnostics.USAGE,
    }
    assert {error: explain(error).code for error in codes} == codes


def test_candidates_are_listed_but_not_without_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(errors.Ambiguous("it fits several:", [f"id-{n}" for n in range(30)])) == diagnostics.AMBIGUOUS
    said = capsys.readouterr().err
    assert "  id-0\n" in said and "id-29" not in said and "… and 10 more" in said


def test_no_captured_byte_reaches_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    report(Problem("bad \x1b[2J", "try \x9b"))
    assert capsys.readouterr() == ("", "deck: bad \\x1b[2J\n      try \\x9b\n")


def test_a_full_disk_is_named() -> None:
    problem = explain(OSError(errno.ENOSPC, "No space left on device", "/somewhere/pack"))
    assert (problem.message, problem.code) == ("/somewhere/pack: No space left on device", diagnostics.FAILED)


@pytest.mark.parametrize(
    ("number", "why", "mend"),
    [
        (errno.EROFS, "(read-only file system)", "mount it for writing"),
        (errno.EACCES, "(permission denied)", "ls -ld /somewhere/archive"),
        (errno.ENOSPC, "(no space left on device)", "make room"),
    ],
)
def test_an_archive_that_cannot_be_written_is_named_with_what_to_do(number: int, why: str, mend: str) -> None:
    problem = explain(errors.Unwritable(number, Path("/somewhere/archive")))
    assert problem.message == f"the archive in /somewhere/archive cannot be written {why}"
    assert mend in problem.hint and "--archive FOLDER" in problem.hint
    assert problem.code == diagnostics.UNUSABLE


def test_documented_codes_are_those_in_use() -> None:
    table = {int(line.split()[0]) for line in (diagnostics.__doc__ or "").splitlines() if line.strip()[:1].isdigit()}
    named = {
        value
        for name, value in vars(diagnostics).items()
        if name[0] != "_" and name.isupper() and isinstance(value, int)
    }
    assert table == named
