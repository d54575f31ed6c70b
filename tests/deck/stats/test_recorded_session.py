"""The recorded session of Claude Code, whose right answers stand beside it."""

from pathlib import Path

import claude_17
import pytest
from archives import recorded

from deck.stats.report import measure
from deck.stats.values import Figure
from deck.timeline import Timeline

pytestmark = pytest.mark.skipif(not claude_17.RECORDED.exists(), reason="the recorded session is not at hand")


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    path: Path = tmp_path_factory.mktemp("recorded") / "a"
    recorded(path, claude_17.exchanges())
    with Timeline.open(path) as timeline:
        return dict(measure(timeline).whole.figures)


def test_what_it_cost(figures: dict[str, Figure]) -> None:
    assert figures["cost"].value == 525_090
    assert figures["cost-with-one-write-price"].value == pytest.approx(525_090 - 39_635 * 2.25, abs=17)  # $0.436
    assert figures["cost/cache_write_1h"].value == pytest.approx(39_635 * 6, abs=7)
    assert "cost-unknown" not in figures


def test_what_was_said_and_called(figures: dict[str, Figure]) -> None:
    shown = ("turns", "turns/main", "turns/sub", "turns/aux", "prompts", "tools", "failures", "days")
    assert [figures[key].value for key in shown] == [17, 14, 2, 1, 1, 25, 5, 1]
    failed = {key: figure.value for key, figure in figures.items() if key.startswith("failures/")}
    assert failed == {"failures/Bash": 2, "failures/Read": 2, "failures/Edit": 1}
    assert figures["models/claude-sonnet-4-6"].value == 17


def test_tokens_and_cache(figures: dict[str, Figure]) -> None:
    kinds = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
    assert [figures[f"tokens/{kind}"].value for kind in kinds] == [547, 504_645, 20_491, 39_635, 3_827]
    assert figures["cache-hit"].value == pytest.approx(504_645 / 565_318)


def test_nothing_went_wrong_with_the_context(figures: dict[str, Figure]) -> None:
    quiet = ("compactions", "resets", "context-lost", "cache-breaks", "retries", "errors", "cut", "loops", "fallbacks")
    assert [figures[key].value for key in quiet] == [0] * len(quiet)


def test_time(figures: dict[str, Figure]) -> None:
    """From the first request to the end of the last answer."""
    assert figures["time"].value == 1785188051298 - 1785187951641
    assert sum(figures[f"time/{whose}"].value or 0 for whose in ("models", "tools")) == figures["time"].value
