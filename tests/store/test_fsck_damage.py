"""Every byte of a small archive flipped three ways, every truncation, an appended byte, every file deleted.

fsck finds all of it but for what docs/format.md, section Damage, lists: that list is asserted here, and is exact. Then
what a repair brings back of it.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from damage import TAG, Contents, Damage, contents, damages, inflict, make_small, put_back

from store.archive import Archive
from store.errors import Damaged
from store.fsck import examine
from store.gc import collect
from store.repair import repair

RECORD = 64
BEYOND_REPAIR = {"missing-object", "bad-ref"}


class Small:
    """The archive, its sound bytes, and what its objects hold."""

    def __init__(self, path: Path, pack_again: bool = False) -> None:
        self.path = path
        self.turns = make_small(path)
        with Archive.open(path) as archive:
            if pack_again:
                assert collect(archive).replaced
            self.files: Contents = contents(path)
            ids = [bytes(row[0]) for row in archive.index.db.execute("SELECT DISTINCT id FROM objects")]
            self.payloads = {each: archive.get(each).payload for each in ids}
        put_back(path, self.files)

    def damaged(self, damage: Damage) -> None:
        """Put everything back but for one damage."""
        put_back(self.path, self.files)
        inflict(self.path, damage)

    def unseen(self) -> set[tuple[str, str, int]]:
        """What cannot be seen from inside: a lost tag, and the last commit of a journal with its seal, or the seal."""
        logs = [(name, len(data)) for name, data in self.files.items() if name.endswith(".log")]
        tails = {(name, "cut", size - back * RECORD) for name, size in logs for back in (1, 2)}
        return tails | {(TAG, "delete", 0)}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return Small(tmp_path_factory.mktemp("damage") / "a")


def look(small: Small, chosen: Iterator[Damage]) -> tuple[int, set[tuple[str, str, int]]]:
    """How many damages were looked at, and those that fsck called sound."""
    tried, sound = 0, set()
    for damage in chosen:
        small.damaged(damage)
        if examine(small.path).sound:
            sound.add((damage.name, damage.what, damage.at))
        tried += 1
    return tried, sound


def mend(small: Small, chosen: Iterator[Damage]) -> tuple[int, int]:
    """Repair each damage: how many there were, and how many came back whole. What is left over must be a loss."""
    tried = whole = 0
    for damage in chosen:
        small.damaged(damage)
        repair(small.path)
        report = examine(small.path)
        assert {finding.kind for finding in report.findings} <= BEYOND_REPAIR, damage[:3]
        assert repair(small.path) == [], damage[:3]
        with Archive.open(small.path) as archive:
            intact = sum(_is_intact(archive, wanted, payload) for wanted, payload in small.payloads.items())
            whole += report.sound and intact == len(small.payloads)
        tried += 1
    return tried, whole


def _is_intact(archive: Archive, wanted: bytes, payload: bytes) -> bool:
    """Whether an object can be given; what is given is never anything else."""
    try:
        assert archive.get(wanted).payload == payload
    except Damaged:
        return False
    return True


def a_sample(small: Small, step: int, start: int = 0) -> Iterator[Damage]:
    return islice(damages(small.files), start, None, step)


def test_a_sample_of_all_damage_is_found(small: Small) -> None:
    tried, sound = look(small, a_sample(small, 97))
    assert tried > 100
    assert sound <= small.unseen()


def test_what_cannot_be_seen_is_what_the_contract_lists(small: Small) -> None:
    borders = (each for each in damages(small.files) if each.what == "cut" and each.at % RECORD == 0)
    whole_files = (each for each in damages(small.files) if each.what in ("append", "delete"))
    assert look(small, borders)[1] | look(small, whole_files)[1] == small.unseen()


def test_what_is_not_seen_is_noted_where_a_journal_was_cut(small: Small) -> None:
    for name, what, at in small.unseen() - {(TAG, "delete", 0)}:
        small.damaged(Damage(name, what, at, small.files[name][:at]))
        assert "unsealed" in {note.kind for note in examine(small.path).notes}


def test_a_sample_of_all_damage_is_repaired(small: Small) -> None:
    tried, whole = mend(small, a_sample(small, 487, 7))
    assert tried > 20
    assert whole > tried / 3


def test_a_sample_of_all_damage_to_what_gc_packed_is_found_and_repaired(tmp_path: Path) -> None:
    packed = Small(tmp_path / "a", pack_again=True)
    assert [name for name in packed.files if name.endswith(".pack")] != []
    tried, sound = look(packed, a_sample(packed, 211))
    assert tried > 30
    assert sound <= packed.unseen()
    mend(packed, a_sample(packed, 503, 11))


def test_one_turned_bit_in_a_pack_or_journal_comes_back_whole(small: Small) -> None:
    stored = (each for each in a_sample(small, 31) if each.name.endswith((".pack", ".log")) and each.what == "flip")
    bits = [each for each in stored if _bits(each.data, small.files[each.name]) == 1]
    tried, whole = mend(small, iter(bits[:: len(bits) // 15]))
    assert tried >= 15
    assert whole == tried


def _bits(data: bytes | None, before: bytes) -> int:
    return sum((a ^ b).bit_count() for a, b in zip(data or b"", before, strict=True))


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_all_damage_is_found_but_for_what_the_contract_lists(small: Small) -> None:
    tried, sound = look(small, damages(small.files))
    assert sound == small.unseen()
    print(f"\n{tried} damages, {len(sound)} of them not seen, all of them on the list")


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_all_damage_is_repaired_as_far_as_it_can_be(small: Small) -> None:
    tried, whole = mend(small, a_sample(small, 5))
    print(f"\n{tried} damages, {whole} of them repaired without a loss")
    assert whole > tried / 2
