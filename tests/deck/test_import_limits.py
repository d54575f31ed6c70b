"""What is too large to be read is refused before anything reads it."""

from pathlib import Path

import pytest

from deck.diagnostics import Problem
from deck.import_limits import LARGEST_FLOW, LARGEST_HAR, refuse_too_large


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "recording"


@pytest.mark.parametrize("head", [b"{", b"\xef\xbb\xbf{"])
def test_a_har_is_judged_by_its_size(file: Path, head: bytes) -> None:
    file.write_bytes(head)
    with file.open("r+b") as sparse:
        sparse.truncate(LARGEST_HAR)
    refuse_too_large(file)
    with file.open("r+b") as sparse:
        sparse.truncate(LARGEST_HAR + 1)
    with pytest.raises(Problem, match="HAR of more than 256 MiB"):
        refuse_too_large(file)


def test_a_flow_is_judged_by_the_length_that_it_claims(file: Path) -> None:
    file.write_bytes(b"3:abc," * 3 + b"%d:" % LARGEST_FLOW)
    refuse_too_large(file)
    file.write_bytes(b"3:abc," * 3 + b"%d:" % (LARGEST_FLOW + 1))
    with pytest.raises(Problem, match="at byte 18 "):
        refuse_too_large(file)


@pytest.mark.parametrize("data", [b"", b"junk", b"3:ab", b"12", b"9999999999999:", b":", b"-1:x"])
def test_damage_is_left_to_the_reader(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    refuse_too_large(file)
