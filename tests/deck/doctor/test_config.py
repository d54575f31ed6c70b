"""What is said of an archive's config.toml."""

from pathlib import Path

import pytest

from deck.doctor import config
from deck.doctor.finding import Level


def test_an_archive_without_one(tmp_path: Path) -> None:
    assert list(config.check(tmp_path, {})) == []


def test_one_that_is_understood(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[[provider]]\nhost = "gateway.example"\n')
    (found,) = config.check(tmp_path, {})
    assert found.level is Level.OK


@pytest.mark.parametrize(
    "text", ["[[provider", "provider = 3", "price = 3", '[[price]]\nmodels = ["a"]\ninputs = 3', "[masking]\nrule = 3"]
)
def test_one_that_is_not_is_named_once_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    (found,) = config.check(tmp_path, {})
    assert found.level is Level.MEND
    assert str(tmp_path / "config.toml") in found.message
    assert found.next == f"Mend or remove {tmp_path / 'config.toml'}"
