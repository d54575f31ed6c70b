"""Costs in the list of sessions: the same as those of `deck stats`."""

from dataclasses import replace
from pathlib import Path

import kafka_session
import pytest
from archives import as_json, recorded

from deck.cli import main
from deck.cost.sessions import SessionCost
from deck.stats.report import measure
from deck.timeline import Timeline

OTHER = "0ther000-0000-4000-8000-000000000001"


def test_sessions_cost_what_their_turns_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a"
    first, *rest = kafka_session.exchanges(kafka_session.Clock(1_790_100_000_000), OTHER)
    strange = replace(first, response_body=first.response_body.replace(b"claude-sonnet-4-6", b"claude-dream-9"))
    recorded(path, [*kafka_session.exchanges(), strange, *rest])
    with Timeline.open(path) as timeline:
        groups = {group.name: group.figures for group in measure(timeline, by="session").groups}
    assert main(["sessions", "--json", "--archive", str(path)]) == 0
    found = {row["key"]: row for row in as_json(capsys.readouterr().out)["sessions"]}
    assert {key: row["cost_micro_usd"] for key, row in found.items()} == {
        key: figures["cost"].value for key, figures in groups.items()
    }
    assert found[OTHER]["turns_of_unknown_cost"] == groups[OTHER]["cost-unknown"].value == 1
    assert main(["sessions", "--archive", str(path)]) == 0
    shown = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "  $0.013  " in shown[kafka_session.SESSION[:8]] and "  $0.012 + ?  " in shown[OTHER[:8]]


@pytest.mark.parametrize(
    ("cost", "shown"),
    [
        (SessionCost(), "$0.00"),
        (SessionCost(525_090), "$0.525"),
        (SessionCost(0, 2), "?"),
        (SessionCost(7_000_000, 1), "$7.00 + ?"),
    ],
)
def test_words(cost: SessionCost, shown: str) -> None:
    assert str(cost) == shown
