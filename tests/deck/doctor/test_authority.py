"""What is said of the CA."""

import datetime
import subprocess
from pathlib import Path

import pytest

from deck.doctor import authority
from deck.doctor.finding import Level
from deck.launch import roots

NOW = datetime.datetime.now(datetime.UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CA as the launcher makes it."""
    return roots.ensure_ca(tmp_path_factory.mktemp("data") / "ca").parent


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "ca"
    subprocess.run(["cp", "-a", str(made), str(copy)], check=True)
    return copy


def levels(folder: Path, now: datetime.datetime = NOW) -> list[str]:
    return [each.level for each in authority.check(folder, now)]


def test_the_launchers_own_is_sound(folder: Path) -> None:
    assert levels(folder) == [Level.OK]


def test_none_is_made_by_looking(tmp_path: Path) -> None:
    assert levels(tmp_path / "ca") == [Level.NOTE]
    assert not (tmp_path / "ca").exists()


def test_others_may_not_use_folder_or_key(folder: Path) -> None:
    folder.chmod(0o755)
    (folder / roots.CA_KEY).chmod(0o644)
    found = list(authority.check(folder, NOW))
    assert [each.level for each in found] == [Level.MEND, Level.MEND, Level.OK]
    assert [each.next for each in found[:2]] == [f"chmod 700 {folder}", f"chmod 600 {folder / roots.CA_KEY}"]


@pytest.mark.parametrize(("days", "level"), [(60, Level.OK), (20, Level.MEND), (-1, Level.MEND)])
def test_its_end_is_seen_coming(folder: Path, days: int, level: Level) -> None:
    (found,) = authority.check(folder, NOW)
    ends = datetime.datetime.fromisoformat(found.message[-10:]).replace(tzinfo=datetime.UTC)
    assert levels(folder, ends - datetime.timedelta(days=days)) == [level]


@pytest.mark.parametrize("name", [roots.CA_CERTIFICATE, roots.CA_KEY])
def test_half_a_ca(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert levels(folder) == [Level.MEND]


def test_a_certificate_that_is_none(folder: Path) -> None:
    (folder / roots.CA_CERTIFICATE).write_text("nothing")
    assert levels(folder) == [Level.MEND]
