"""What the index says of a turn besides what it says of sessions and steps."""

from dataclasses import replace
from pathlib import Path

import pytest
from kafka_session import exchanges

from store.archive import Archive
from store.record import Recorder


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.anthropic.com/v1/messages?beta=true", "api.anthropic.com"),
        ("https://API.Anthropic.com:8443/v1/messages", "api.anthropic.com"),
        ("http://user@127.0.0.1:4000/v1/messages", "127.0.0.1"),
        ("https://api.x.ai?key=/@b", "api.x.ai"),
        ("http://[::1]:4000/v1/messages", "::1"),
        ("not a url", ""),
    ],
)
def test_host_and_model_of_a_turn(url: str, host: str, tmp_path: Path) -> None:
    first = replace(next(exchanges()), url=url)
    with Archive.create(tmp_path / "a") as archive, Recorder(archive) as recorder:
        recorder.record(first)
    with Archive.open(tmp_path / "a") as archive:
        assert archive.index.db.execute("SELECT host, asked FROM turns").fetchall() == [(host, "claude-sonnet-4-6")]
