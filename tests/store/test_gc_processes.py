"""gc beside other processes, and gc killed: whoever reads or writes meanwhile notices nothing, and nothing is lost."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from exchanges import conversation

from store.archive import Archive
from store.fsck import check
from store.gc import collect
from store.pack import REPACKED
from store.record import Recorder

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import sys
from itertools import count
from pathlib import Path
from exchanges import conversation
from store.archive import Archive
from store.record import Recorder

with Archive.open(Path(sys.argv[1])) as archive:
    for number in count():  # every session has a writer of its own, which closes its pack at the end
        with Recorder(archive) as recorder:
            for exchange in conversation(6, f"beside {number}", system_words=60):
                print(recorder.record(exchange).turn.hex(), flush=True)
                if not sys.stdin.readline():
                    sys.exit()
"""
READER = """
import sys
from pathlib import Path
from store.archive import Archive
from store.canonical import loads

with Archive.open(Path(sys.argv[1])) as archive:
    print("open", flush=True)
    if sys.argv[2] == "own index":
        archive = archive.with_fresh_index()
        archive.refresh()
    while True:
        archive.refresh()
        rows = archive.index.db.execute("SELECT id FROM turns").fetchall()
        for (turn,) in rows:
            named = loads(archive.get_kind(bytes(turn), "turn"))
            for side in ("request", "response"):
                archive.get_kind(bytes.fromhex(named[side]["body"]), "blob")
        print(len(rows), flush=True)
        if not sys.stdin.readline():
            sys.exit()
        archive.objects.forget()
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from store.archive import Archive
from store.files import Files
from store.gc import collect

calls = 0

def counted(name):
    whole = getattr(Files, name)
    def call(self, *given):
        global calls
        calls += 1
        if calls == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(self, *given)
    return call

Counting = type("Counting", (Files,), {name: counted(name) for name in ("append", "sync", "sync_folder", "create",
    "rename", "remove", "close", "open_append", "open_folder", "read_from")})
with Archive.open(Path(sys.argv[1]), Counting()) as archive:
    calls = 0
    collect(archive)
print(calls)
"""


def start(script: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *words],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'support'}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def say(process: subprocess.Popen[str]) -> str:
    """Let a process go on, and what it says next."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(60) == 0


def beside(path: Path, rounds: int) -> None:
    """gc while one process records and two read; a process goes on when the next one is about to."""
    Archive.create(path).close()
    writer = start(WRITER, str(path))
    assert writer.stdout is not None
    told = [writer.stdout.readline().strip()]
    readers = [start(READER, str(path), index) for index in ("own index", "shared index")]
    for reader in readers:
        assert reader.stdout is not None and reader.stdout.readline() == "open\n"
    replaced = 0
    with Archive.open(path) as archive:
        for _round in range(rounds):
            told += [say(writer) for _turn in range(4)]
            for reader in readers:  # they read while gc works
                assert reader.stdin is not None
                reader.stdin.write("\n")
                reader.stdin.flush()
            replaced += len(collect(archive).replaced)
            for reader in readers:
                assert reader.stdout is not None and reader.stdout.readline().strip().isdigit()
        for process in (writer, *readers):
            end(process)
        assert replaced > rounds // 2
        assert "" not in told
        archive.refresh()
        assert [turn for turn in told if archive.get(bytes.fromhex(turn)).kind != "turn"] == []
        assert check(archive).findings == []


def test_others_read_and_write_meanwhile(tmp_path: Path) -> None:
    beside(tmp_path / "a", 6)


@pytest.mark.prove
@pytest.mark.timeout(600)
def test_others_read_and_write_meanwhile_for_long(tmp_path: Path) -> None:
    beside(tmp_path / "a", 60)


def calls_of_gc(path: Path) -> int:
    said, _ = start(KILLED, str(path), "0").communicate()
    return int(said)


def survives(folder: Path, kills: int) -> None:
    """Kill a gc at calls that change files, spread over all it makes; each time on a fresh copy of the archive."""
    source = folder / "source"
    for session in ("a", "b", "c"):
        with Archive.create(source) as archive, Recorder(archive) as recorder:
            for exchange in conversation(3, session, system_words=200):
                recorder.record(exchange)
    with Archive.open(source) as archive:
        collect(archive)
        with Recorder(archive) as recorder:
            for exchange in conversation(3, "d", system_words=200):
                recorder.record(exchange)
        ids = [bytes(row[0]) for row in archive.index.db.execute("SELECT DISTINCT id FROM objects")]
        before = {wanted: archive.get(wanted) for wanted in ids}
    shutil.copytree(source, folder / "counted")
    calls = calls_of_gc(folder / "counted")
    assert calls > 12
    for kill in range(kills):
        path = folder / f"copy {kill}"
        shutil.copytree(source, path)
        process = start(KILLED, str(path), str(1 + kill * calls // kills))
        process.communicate()
        assert process.returncode == -9
        if kill % 2:
            shutil.rmtree(path / "index")
        with Archive.open(path) as archive:
            assert {wanted: archive.get(wanted) for wanted in before} == before
            assert check(archive).findings == []
            collect(archive)
            assert [name for name in os.listdir(archive.packs) if not name.startswith(REPACKED)] == []
            total, distinct = archive.index.db.execute("SELECT count(*), count(DISTINCT id) FROM objects").fetchone()
            assert total == distinct
            archive.objects.forget()
            assert {wanted: archive.get(wanted) for wanted in before} == before
            assert check(archive).findings == []
        shutil.rmtree(path)


def test_a_killed_gc_loses_nothing_and_the_next_one_clears_up(tmp_path: Path) -> None:
    survives(tmp_path, 6)


@pytest.mark.prove
@pytest.mark.timeout(900)
def test_a_gc_killed_anywhere(tmp_path: Path) -> None:
    survives(tmp_path, 64)
