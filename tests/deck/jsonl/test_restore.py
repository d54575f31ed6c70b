"""What a damaged archive has lost comes back from an export of it."""

import shutil
from pathlib import Path

import pytest
from damage import FLIPS, make_small
from exported import contents, exported, findings, taken_in

from deck.cli import main
from deck.diagnostics import DAMAGED, Problem


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    make_small(tmp_path / "whole", 3)
    return tmp_path / "whole"


def copy_of(archive: Path, name: str) -> Path:
    return Path(shutil.copytree(archive, archive.parent / name))


def packs(archive: Path) -> list[Path]:
    return sorted((archive / "objects" / "pack").iterdir())


def assert_restored(lines: bytes, hurt: Path, whole: Path) -> None:
    """The file brings back what is lost, once, and then there is nothing to find and nothing to add."""
    main(["fsck", "--repair", "--archive", str(hurt)])
    taken_in(lines, hurt)
    assert findings(hurt) == []
    assert contents(hurt) == contents(whole)
    before = {path: path.stat().st_size for path in hurt.rglob("*.*") if path.suffix in (".pack", ".log")}
    again = taken_in(lines, hurt)
    assert (again.tally.turns, again.tally.known) == (0, 6)
    after = {path: path.stat().st_size for path in before}
    assert after == before


@pytest.mark.parametrize("lost", [[0], [1], [0, 1]])
def test_packs_that_are_gone(whole: Path, lost: list[int]) -> None:
    lines = exported(whole, "jsonl", everything=True)
    hurt = copy_of(whole, "hurt")
    for number in reversed(lost):
        packs(hurt)[number].unlink()
    assert_restored(lines, hurt, whole)


@pytest.mark.parametrize("number", [0, 1])
def test_bytes_that_turned(whole: Path, number: int) -> None:
    lines = exported(whole, "jsonl", everything=True)
    size = packs(whole)[number].stat().st_size
    for place in range(33, size, size // 7):
        hurt = copy_of(whole, f"hurt{place}")
        with packs(hurt)[number].open("r+b") as file:  # more than one bit, which a repair would put right
            file.seek(place)
            found = file.read(2)
            file.seek(place)
            file.write(bytes(byte ^ FLIPS[-1] for byte in found))
        assert_restored(lines, hurt, whole)


def test_a_file_is_not_blamed_for_what_the_archive_has_lost(whole: Path) -> None:
    lines = exported(whole, "jsonl", everything=True)
    for pack in packs(whole):
        pack.unlink()  # nobody has looked since, so the index names what was in them
    with pytest.raises(Problem) as caught:
        taken_in(lines, whole)
    assert caught.value.code == DAMAGED
    assert main(["import", str(whole.with_suffix(".jsonl")), "--archive", str(whole)]) == DAMAGED
    assert "the archive has lost" in caught.value.message and "deck fsck --repair" in caught.value.hint
