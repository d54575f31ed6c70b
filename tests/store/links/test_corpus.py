"""The corpus of links: every edge is the one that the driver of the situation knows, now and when found again."""

from pathlib import Path

import pytest
from link_dialects import DIALECTS, Dialect
from link_driver import Driver
from link_situations import SITUATIONS, Situation

from store.archive import Archive
from store.relink import corrections

CASES = [
    pytest.param(function, dialect, id=f"{name}-{dialect.name}")
    for name, function, only in SITUATIONS
    for dialect in DIALECTS
    if dialect.name in only
]


@pytest.mark.parametrize(("situation", "dialect"), CASES)
def test_edges_are_those_that_the_driver_knows(situation: Situation, dialect: Dialect, tmp_path: Path) -> None:
    driver = Driver(dialect, tmp_path / "archive")
    situation(driver)
    assert driver.found(driver.archive) == driver.expected
    driver.close()
    driver.archive.close()
    for file in (tmp_path / "archive" / "index").iterdir():
        file.unlink()
    with Archive.open(tmp_path / "archive") as again:
        assert driver.found(again) == driver.expected
        assert list(corrections(again, lambda what, done, of: None)) == []


def test_the_corpus_is_as_large_as_it_has_to_be() -> None:
    assert len(SITUATIONS) >= 60
