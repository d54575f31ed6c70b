"""Masked once more on the way out: no format holds a secret, the rest is as it was, and the archive unchanged."""

import json
from dataclasses import replace
from pathlib import Path

import kafka_session
import pytest
from archives import recorded
from exported import contents, findings, taken_in
from messages_streams import start, stop
from messages_streams import text as said
from secrets_planted import secret

from deck.export.chosen import choose
from deck.export.formats import by_name, names
from deck.export.redaction import redacted
from deck.timeline import Timeline
from store.archive import Archive
from store.clean import Cleaner
from store.exchange import Chunk, Exchange
from store.masking.masking import Masking
from store.record import Recorder

SECRET = secret("github-token", 1)
OWN = "acme_" + "a1b2c3d4" * 4


def unmasking(archive: Archive) -> Cleaner:
    """What keeps the bodies of an archive as they are."""
    return Cleaner(archive.key, Masking(archive.key, ()))


def stream() -> bytes:
    """An answer that says the secret in two pieces."""
    return b"".join((start(), said(0, "It is ", SECRET[:9], SECRET[9:], "."), stop("end_turn")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Three turns; the second answers with the secret, the third repeats it, both in a run with it.

    They were recorded while the archive had no rules.
    """
    first, second, third = list(kafka_session.exchanges())[:3]
    body = stream()
    pieces = [len(piece) + 1 for piece in body.split(b"\n")[:-1]]
    second = replace(
        second,
        response_body=body,
        response_headers=((b"content-type", b"text/event-stream"),),
        chunks=tuple(Chunk(10 * n, size) for n, size in enumerate(pieces, 1)),
    )
    asked = json.loads(third.request_body)
    asked["messages"][1]["content"] = [{"type": "text", "text": f"It is {SECRET}."}]
    asked["messages"][2]["content"] = [{"type": "text", "text": f"{OWN} and \\ud800"}]
    third = replace(third, request_body=json.dumps(asked).encode(), tags=(SECRET,))
    with Archive.create(tmp_path / "a") as archive, Recorder(archive, cleaner=unmasking(archive)) as recorder:
        run = recorder.put_run({"type": "start", "command": ["tool", SECRET]}).hex()
        for each in (first, second, third):
            recorder.record(replace(each, run=run))
        recorder.put_run({"type": "end", "run": run, "exit_code": 0})
    (tmp_path / "a" / "config.toml").write_text(
        '[[masking.rules]]\nid = "acme"\nregex = "acme_[a-z0-9]{32}"\nkeywords = ["acme_"]\n'
    )
    return tmp_path / "a"


def masked(path: Path, name: str) -> tuple[bytes, int]:
    with Timeline.open(path) as timeline, redacted(choose(timeline, [])) as found:
        return b"".join(by_name(name).written(found.chosen)), found.places


@pytest.mark.parametrize("name", sorted({*names()} - {"mitm"}))  # that one starts mitmproxy: tests/e2e/test_export.py
def test_no_format_holds_a_secret(name: str, path: Path) -> None:
    before = contents(path)
    with Timeline.open(path) as timeline:
        assert SECRET.encode() in b"".join(by_name(name).written(choose(timeline, [])))
    data, places = masked(path, name)
    assert SECRET.encode() not in data and OWN.encode() not in data
    assert b"[[deck:github-token:" in data or b"\\[\\[deck:github-token:" in data
    assert places >= 4
    assert contents(path) == before


def test_redacted_lines_are_an_archive_of_their_own(path: Path, tmp_path: Path) -> None:
    lines, _places = masked(path, "jsonl")
    assert json.loads(lines.splitlines()[0])["redacted"] is True
    assert taken_in(lines, tmp_path / "b").problem == ""
    assert findings(tmp_path / "b") == []
    with Timeline.open(path) as old, Timeline.open(tmp_path / "b") as new:
        (session,) = new.sessions()
        assert session.key == old.sessions()[0].key
        rows = list(zip(old.turns(session.key), new.turns(session.key), strict=True))
        assert [one.id == other.id for one, other in rows] == [False] * 3  # their run is masked
        assert [one.summary for one, _ in rows[:2]] == [other.summary for _, other in rows[:2]]
        assert [len(one.parents) for one, _ in rows] == [len(other.parents) for _, other in rows]
        times = [
            [(piece.at_ms, piece.new_block) for piece in each.pieces(row[at].id)]
            for row in rows[1:2]
            for at, each in enumerate((old, new))
        ]
        assert times[0][0] == times[1][0]
        assert "".join(piece.text for piece in new.pieces(rows[1][1].id)).startswith("It is [[deck:github-token:")


def test_where_nothing_is_secret_nothing_changes(tmp_path: Path) -> None:
    turns = recorded(tmp_path / "a", kafka_session.exchanges())
    data, places = masked(tmp_path / "a", "jsonl")
    assert places == 0
    taken_in(data, tmp_path / "b")
    old, new = contents(tmp_path / "a"), contents(tmp_path / "b")
    assert {id for id, (kind, _) in new.items() if kind != "turn"} == {
        id for id, (kind, _) in old.items() if kind != "turn"
    }
    assert len(turns) == sum(kind == "turn" for kind, _ in new.values())


def test_a_turn_alone(path: Path) -> None:
    with Timeline.open(path) as timeline, redacted(choose(timeline, ["HEAD~1"])) as found:
        assert (found.chosen.turns, found.chosen.is_redacted) == (1, True)


def test_rules_that_make_no_sense_stop_it(path: Path) -> None:
    from store.errors import StoreError

    (path / "config.toml").write_text("[masking]\nrules = 1\n")
    with pytest.raises(StoreError, match="masking"):
        masked(path, "md")


def test_any_recorded_outcome_can_be_recorded_again(tmp_path: Path) -> None:
    odd = Exchange("POST", "https://api.anthropic.com/v1/messages", (), b"\xff\x00", 1, error=SECRET)
    recorded(tmp_path / "a", [odd])
    data, _places = masked(tmp_path / "a", "jsonl")
    assert SECRET.encode() not in data
