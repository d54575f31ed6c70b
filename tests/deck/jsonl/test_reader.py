"""Lines taken in: under the same ids, nothing twice, and nothing that is not what it says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kafka_session
import pytest
from archives import recorded
from exported import exported, findings, record_types, taken_in

from deck.diagnostics import Problem
from deck.jsonl import form
from deck.jsonl.reader import is_export

Line = dict[str, Any]


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A title call and two turns of a conversation."""
    path = tmp_path_factory.mktemp("lines") / "a"
    recorded(path, list(kafka_session.exchanges())[:3])
    return exported(path, "jsonl", everything=True)


def parsed(data: bytes) -> list[Line]:
    return [json.loads(line) for line in data.splitlines()]


def joined(lines: list[Line]) -> bytes:
    return b"".join(map(form.encode, lines))


def test_twice_is_once(lines: bytes, tmp_path: Path) -> None:
    for new in (True, False):
        imported = taken_in(lines, tmp_path / "b")
        assert (imported.problem, imported.tally.turns, imported.tally.known) == ("", 3 * new, 3 * (not new))
    assert len(record_types(tmp_path / "b")) == 3
    assert findings(tmp_path / "b") == []


def test_a_cut_file_gives_whole_turns(lines: bytes, tmp_path: Path) -> None:
    rows = lines.splitlines(keepends=True)
    records = [number for number, line in enumerate(parsed(lines)) if "record" in line]
    for number, cut in enumerate((0, records[0] - 1, records[0] + 1, records[1] + 3, len(rows) - 1)):
        imported = taken_in(b"".join(rows[:cut]), tmp_path / f"b{number}")
        assert imported.problem.startswith(f"line {cut + 1 if cut else 0}: "), imported.problem
        assert imported.tally.turns == sum(record < cut for record in records)
        assert findings(tmp_path / f"b{number}") == []
    torn = taken_in(b"".join(rows)[:-3], tmp_path / "c")
    assert torn.problem == f"line {len(rows)}: no JSON object"


def first(lines: list[Line], **like: object) -> int:
    return next(n for n, line in enumerate(lines) if all(line.get(name) == value for name, value in like.items()))


def with_part(lines: list[Line]) -> int:
    return next(n for n, line in enumerate(lines) if "parts" in line)


def other_text(lines: list[Line]) -> None:
    lines[first(lines, kind="message")]["value"]["role"] = "system"


def other_id(lines: list[Line]) -> None:
    lines[first(lines, kind="blob")]["id"] = "ab" * 32


def other_kind(lines: list[Line]) -> None:
    lines[first(lines, kind="turn")]["kind"] = "note"


def strange_kind(lines: list[Line]) -> None:
    lines[first(lines, kind="turn")]["kind"] = "../../etc/passwd"


def no_kind(lines: list[Line]) -> None:
    del lines[first(lines, kind="turn")]["kind"]


def missing_message(lines: list[Line]) -> None:
    del lines[first(lines, kind="message")]


def missing_headers(lines: list[Line]) -> None:
    del lines[first(lines, kind="blob")]


def path_for_an_id(lines: list[Line]) -> None:
    lines[first(lines, kind="blob")]["id"] = "../" * 21 + "x"


def other_record(lines: list[Line]) -> None:
    lines[first(lines, record="commit")]["record"] = "seal"


def deletion(lines: list[Line]) -> None:
    lines[first(lines, record="commit")]["record"] = "purge"


def strange_record(lines: list[Line]) -> None:
    lines[first(lines, record="commit")]["record"] = "__class__"


def record_of_a_blob(lines: list[Line]) -> None:
    lines[first(lines, record="commit")]["id"] = lines[first(lines, kind="blob")]["id"]


def record_of_nothing(lines: list[Line]) -> None:
    lines[first(lines, record="commit")]["id"] = "ab" * 32


def endless_conversation(lines: list[Line]) -> None:
    part = next(part for part in lines[with_part(lines)]["parts"] if "messages" in part)
    part["messages"] = 1 << 28


def cut_outside(lines: list[Line]) -> None:
    part = next(part for part in lines[with_part(lines)]["parts"] if "messages" in part)
    part["put_back"] = [{"message": -1, "at": 1 << 20, "text": "x"}]


def unfolding(lines: list[Line]) -> None:
    """A megabyte that is named a thousand times, by a blob that is named a thousand times."""
    from store.ids import object_id

    megabyte = "a" * (1 << 20)
    named = object_id("blob", megabyte.encode()).hex()
    bomb = {"kind": "blob", "id": "ab" * 32, "parts": [{"blob": named}] * 1000}
    lines[1:1] = [{"kind": "blob", "id": named, "text": megabyte}, bomb]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (other_text, "does not give the object's id"),
        (other_id, "does not give the object's id"),
        (other_kind, "does not give the object's id"),
        (strange_kind, "there is no kind of object '../../etc/passwd'"),
        (no_kind, "kind is missing"),
        (missing_message, "was not sent before"),
        (missing_headers, "was not sent before"),
        (path_for_an_id, "id is no id"),
        (other_record, "not taken from elsewhere"),
        (deletion, "not taken from elsewhere"),
        (strange_record, "no records of type '__class__'"),
        (record_of_a_blob, "a blob stands where a turn is needed"),
        (record_of_nothing, "was not sent before"),
        (endless_conversation, "shorter than a body says"),
        (cut_outside, "a cut lies outside"),
        (unfolding, "more than any object has"),
    ],
)
def test_what_is_not_what_it_says_is_refused(
    change: Callable[[list[Line]], None], words: str, lines: bytes, tmp_path: Path
) -> None:
    changed = parsed(lines)
    change(changed)
    imported = taken_in(joined(changed), tmp_path / "b")
    assert words in imported.problem
    assert imported.problem.startswith("line ")
    assert findings(tmp_path / "b") == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "b.jsonl"]


def test_another_version_is_told(lines: bytes, tmp_path: Path) -> None:
    changed = parsed(lines)
    changed[0][form.MARK] = 2
    with pytest.raises(Problem, match="version 2"):
        taken_in(joined(changed), tmp_path / "b")


def test_what_follows_the_end_is_told(lines: bytes, tmp_path: Path) -> None:
    imported = taken_in(lines + b"{}\n", tmp_path / "b")
    assert "something follows the last line" in imported.problem and imported.tally.turns == 3


def test_objects_without_a_record_wait_in_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from store import receive
    from store.ids import object_id

    monkeypatch.setattr(receive, "MAX_OBJECT", 1 << 16)
    texts = [str(number) for number in range(1000)]
    blobs = [{"kind": "blob", "id": object_id("blob", text.encode()).hex(), "text": text} for text in texts]
    imported = taken_in(joined([{form.MARK: 1}, *blobs]), tmp_path / "b")
    assert "more objects before a record than a commit can hold" in imported.problem
    assert record_types(tmp_path / "b") == []


def test_which_files_are_exports(lines: bytes, tmp_path: Path) -> None:
    file = tmp_path / "file"
    for data, expected in ((lines, True), (b"{}\n", False), (b"", False), (b"\xff\x00", False), (b"[]", False)):
        file.write_bytes(data)
        assert is_export(file) is expected
    assert not is_export(tmp_path / "none") and not is_export(tmp_path)
