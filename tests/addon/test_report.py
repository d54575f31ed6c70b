"""The status file."""

import json
from pathlib import Path

from addon.report import Counts, Report


def test_it_is_due_when_something_changed_and_not_more_often_than_that(tmp_path: Path) -> None:
    report = Report(tmp_path / "status.json", Counts())
    assert report.due() == 0.0
    report.write()
    assert report.due() is None
    report.touch()
    pause = report.due()
    assert pause is not None
    assert pause <= 0.1


def test_it_holds_the_figures(tmp_path: Path) -> None:
    counts = Counts(turns=3, last="ab", tls_failures={"host": 2})
    report = Report(tmp_path / "status.json", counts)
    counts.skipped += 4
    report.write()
    status = json.loads((tmp_path / "status.json").read_text())
    assert (status["turns"], status["skipped"], status["last"]) == (3, 4, "ab")
    assert status["tls_failures"] == {"host": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]


def test_without_a_path_nothing_is_ever_due() -> None:
    report = Report(None, Counts())
    report.touch()
    assert report.due() is None
    report.write()


def test_a_status_that_cannot_be_written_harms_nobody(tmp_path: Path) -> None:
    Report(tmp_path / "missing" / "status.json", Counts()).write()
