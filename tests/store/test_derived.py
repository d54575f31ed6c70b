"""Databases that can be made again, in several processes and several times in one of them."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from store import derived

SCHEMA = "CREATE TABLE meta(name TEXT, value TEXT);CREATE TABLE notes(text TEXT)"
OTHER_PROCESS = """
import sys
from pathlib import Path
from store import derived
derived.open_file(Path(sys.argv[1]), sys.argv[2], "1").close()
"""


def test_another_process_that_leaves_does_not_take_the_log_from_one_that_has_it_open_twice(tmp_path: Path) -> None:
    path = tmp_path / "some.sqlite"
    writing = derived.open_file(path, SCHEMA, "1")
    reading = derived.open_file(path, SCHEMA, "1")
    reading.execute("SELECT count(*) FROM notes").fetchone()
    log = os.stat(path.with_name("some.sqlite-wal")).st_ino

    command = [sys.executable, "-c", OTHER_PROCESS, str(path), SCHEMA]
    subprocess.run(command, check=True, timeout=60, cwd=Path(derived.__file__).parents[1])

    assert os.stat(path.with_name("some.sqlite-wal")).st_ino == log
    writing.execute("INSERT INTO notes VALUES('after')")
    assert reading.execute("SELECT text FROM notes").fetchall() == [("after",)]
    later = derived.open_file(path, SCHEMA, "1")
    assert later.execute("SELECT text FROM notes").fetchall() == [("after",)]
    for db in (writing, reading, later):
        db.close()


def test_the_file_is_the_users_alone(tmp_path: Path) -> None:
    path = tmp_path / "some.sqlite"
    before = os.umask(0)
    try:
        db = derived.open_file(path, SCHEMA, "1")
        db.execute("INSERT INTO notes VALUES('private')")
        modes = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir()}
        db.close()
    finally:
        os.umask(before)
    assert modes == {"some.sqlite": 0o600, "some.sqlite-wal": 0o600, "some.sqlite-shm": 0o600}


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE notes RENAME TO old; CREATE VIEW notes AS SELECT * FROM old, old AS o",
        "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER more AFTER INSERT ON notes BEGIN DELETE FROM notes; END",
        "CREATE INDEX more ON notes(hex(text))",
        "DROP TABLE notes; CREATE TABLE notes(text TEXT, more TEXT)",
        "DROP TABLE notes",
        "ALTER TABLE meta RENAME TO old; CREATE VIEW meta AS SELECT * FROM old",
    ],
)
def test_a_file_of_another_schema_is_made_anew_whatever_it_calls_itself(tmp_path: Path, change: str) -> None:
    path = tmp_path / "some.sqlite"
    with closing(derived.open_file(path, SCHEMA, "1")) as db:
        db.execute("CREATE TABLE further(a)")
        db.execute("INSERT INTO notes VALUES('kept')")
    with closing(derived.open_file(path, SCHEMA, "1")) as db:
        assert db.execute("SELECT text FROM notes").fetchall() == [("kept",)]
        db.executescript(f"DROP TABLE further; {change}")
    with closing(derived.open_file(path, SCHEMA, "1")) as db:
        assert [row[0] for row in db.execute("SELECT sql FROM sqlite_master ORDER BY name")] == SCHEMA.split(";")
        assert db.execute("SELECT * FROM notes").fetchall() == []
