"""Code, prose and ids are left alone: Python's own library and whatever packages are installed beside deck."""

import hashlib
import json
import random
import sysconfig
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from store.masking.masking import Masking

MASKING = Masking(bytes(32))
_TEXTS: Final = frozenset((".py", ".pyi", ".txt", ".md", ".rst", ".toml", ".cfg", ".json", ".c", ".h"))
_MOST: Final = 0.05  # masks in 10 KB


def _files(folder: str) -> Iterator[Path]:
    """Text files of the library (``stdlib``) or of installed packages (``purelib``), by name."""
    root = Path(sysconfig.get_path(folder))
    inner = Path(sysconfig.get_path("purelib"))
    for path in sorted(root.rglob("*")):
        if path.suffix in _TEXTS and path.is_file() and (folder == "purelib" or not path.is_relative_to(inner)):
            yield path


def _masks(paths: Iterator[Path], most_bytes: int) -> tuple[int, list[str]]:
    """Bytes that were looked at, as an agent sends files, and what was found in them."""
    size, found = 0, []
    for path in paths:
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        body = json.dumps({"messages": [{"role": "user", "content": text}]}, ensure_ascii=False).encode()
        size += len(body)
        found += [f"{path}: {hit.rule}" for hit in MASKING.hits(body)]
        if size >= most_bytes:
            break
    return size, found


def _ids(chance: random.Random) -> str:
    """What looks random in a conversation and is no secret."""
    word = "".join(chance.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789", k=24))
    digest = hashlib.sha256(word.encode())
    uid = uuid.UUID(int=chance.getrandbits(128))
    ids = (
        f"toolu_01{word[:22]}",
        f"call_{word}",
        f"msg_01{word[:22]}",
        f"req_011{word[:21]}",
        f"chatcmpl-{word}",
        f"resp_{digest.hexdigest()[:50]}",
        f"fc_{digest.hexdigest()[:48]}",
        f"commit {digest.hexdigest()[:40]}",
        f"index {digest.hexdigest()[:7]}..{digest.hexdigest()[7:14]} 100644",
        f"sha256:{digest.hexdigest()}",
        f"{digest.hexdigest()}  file.txt",
        str(uid),
        f"user_{digest.hexdigest()}_account_{uid}_session_{uid}",
        f'"sha512-{word}{word}+/{word}=="',
    )
    return "\n".join(ids)


@pytest.mark.parametrize("folder", ["stdlib", "purelib"])
def test_little_is_found_in_a_sample_of_code(folder: str) -> None:
    size, found = _masks(_files(folder), 1_500_000)
    assert size > 1_000_000
    assert len(found) / (size / 10_240) < _MOST, found


def test_ids_are_no_secrets() -> None:
    chance = random.Random(5)
    text = json.dumps({"content": "\n".join(_ids(chance) for _ in range(300))})
    assert not MASKING.hits(text.encode())


@pytest.mark.prove
@pytest.mark.parametrize("folder", ["stdlib", "purelib"])
def test_next_to_nothing_is_found_in_twenty_megabytes_of_code(folder: str) -> None:
    size, found = _masks(_files(folder), 20 << 20)
    assert size > 20 << 20
    assert len(found) / (size / 10_240) < _MOST, found


@pytest.mark.prove
def test_a_million_ids_are_no_secrets() -> None:
    chance = random.Random(6)
    for _ in range(700):
        text = "\n".join(_ids(chance) for _ in range(100))
        assert not MASKING.hits(text.encode())
