"""kill -9 of a recording process at any moment: every turn it said was durable is there, and the archive is sound."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from store.archive import Archive
from store.fsck import check
from store.record import Recorder

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import sys
from pathlib import Path
from exchanges import conversation
from store.archive import Archive
from store.record import Recorder

with Archive.open(Path(sys.argv[1])) as archive, Recorder(archive) as recorder:
    for exchange in conversation(10_000, sys.argv[2]):
        print(recorder.record(exchange).turn.hex(), flush=True)
"""


def killed(archive: Path, session: str, after: float) -> list[str]:
    """Ids that a writer had told before it was killed, ``after`` seconds past its first."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(archive), session],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'support'}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    told = [writer.stdout.readline().strip()]
    time.sleep(after)
    writer.kill()
    told += [line.strip() for line in writer.stdout.read().splitlines() if len(line.strip()) == 64]
    writer.wait()
    return told


def survive(folder: Path, kills: int) -> None:
    """Kill writers of one archive again and again; each time the next one takes over what the last one left."""
    dice = random.Random(kills)
    Archive.create(folder / "a").close()
    told: list[str] = []
    for kill in range(kills):
        told += killed(folder / "a", f"s{kill}", dice.random() / 5)
        if dice.random() < 0.3:
            for file in (folder / "a" / "index").iterdir():
                file.unlink()
        with Archive.open(folder / "a") as archive, Recorder(archive):
            assert [turn for turn in told if archive.get(bytes.fromhex(turn)).kind != "turn"] == []
            listed = {bytes(row[0]).hex() for row in archive.index.db.execute("SELECT id FROM turns")}
            assert set(told) <= listed
            assert check(archive).findings == []


def test_a_few_kills(tmp_path: Path) -> None:
    survive(tmp_path, 3)


@pytest.mark.prove
def test_many_kills(tmp_path: Path) -> None:
    survive(tmp_path, 25)
