"""Every figure against what the maker of a session counted, and what has to hold for any archive."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import kafka_session
import pytest
from archives import forked, recorded
from counted_session import Maker
from hypothesis import given, settings
from hypothesis import strategies as st

from deck.filters import Filter
from deck.stats.report import GROUPS, measure
from deck.stats.values import Figure, Report
from deck.timeline import Timeline

MESSAGES = 426
OTHER = "c0117ed0-0000-4000-8000-000000000002"
OTHER_STARTS_MS = 1_790_409_600_000  # while the first goes on
NO_SUMS = {"sessions", "days", "cache-hit"}


@pytest.fixture(autouse=True, scope="module")
def _utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Maker]:
    """An archive with a session of 426 messages over ten days, and a shorter one beside it; the maker of the first."""
    path = tmp_path_factory.mktemp("counted") / "archive"
    maker, other = Maker(9), Maker(2, OTHER, OTHER_STARTS_MS)
    recorded(path, [*maker.exchanges(MESSAGES), *other.exchanges(80)])
    return path, maker


def measured(path: Path, sessions: list[str] | None = None, which: Filter | None = None, by: str = "") -> Report:
    with Timeline.open(path) as timeline:
        return measure(timeline, sessions, which, by)


def sums(figures: dict[str, Figure]) -> dict[str, float]:
    """What adds up over turns, without what is zero."""
    return {key: each.value for key, each in figures.items() if key not in NO_SUMS and each.value}


def test_a_list_of_sessions_counts_errors_and_failures_as_figures_do(made: tuple[Path, Maker]) -> None:
    with Timeline.open(made[0]) as timeline:
        views = timeline.sessions()
        for view in views:
            figures = measure(timeline, [view.key]).whole.figures
            assert (view.errors, view.failures) == (figures["errors"].value, figures["failures"].value)
    assert any(view.errors for view in views) and any(view.failures for view in views)


def test_every_figure_is_what_the_maker_counted(made: tuple[Path, Maker]) -> None:
    path, maker = made
    whole = measured(path, [maker.session]).whole.figures
    found = sums(whole)
    parts = {key: found.pop(key) for key in tuple(found) if key.startswith("cost/")}
    short = found.pop("cost-with-one-write-price")
    assert maker.truth["messages"] == MESSAGES
    assert found == {key: much for key, much in maker.truth.items() if key != "sessions"}
    assert whole["sessions"].value == 1
    assert whole["days"].value == len(maker.days) == 7 and maker.calendar_days == 10
    assert whole["days"].note == f"of {maker.calendar_days}, {min(maker.days)} to {max(maker.days)}"
    assert sum(parts.values()) == maker.truth["cost"] > short
    tokens = maker.truth
    given = tokens["tokens/input"] + tokens["tokens/cache_read"] + tokens["tokens/cache_write_1h"]
    assert whole["cache-hit"].value == pytest.approx(tokens["tokens/cache_read"] / given)


def test_the_maker_did_everything_at_least_once(made: tuple[Path, Maker]) -> None:
    roots = {key.partition("/")[0] for key, much in made[1].truth.items() if much}
    rare = {"compactions", "resets", "context-lost", "images", "retries", "errors", "loops", "fallbacks"}
    assert rare <= roots
    causes = ("another model", "tools changed", "expired", "compaction", "history changed")
    assert all(made[1].truth[f"cache-breaks/{cause}"] for cause in causes)


@pytest.mark.parametrize("by", GROUPS)
def test_groups_add_up_to_the_whole(made: tuple[Path, Maker], by: str) -> None:
    report = measured(made[0], by=by)
    added: Counter[str] = Counter()
    behind: Counter[tuple[str, str]] = Counter()
    for group in report.groups:
        added.update(sums(dict(group.figures)))
        behind.update((key, turn) for key, each in group.figures.items() for turn in each.turns)
    whole = report.whole.figures
    assert added == sums(dict(whole))
    assert set(behind.values()) == {1}
    assert set(behind) == {(key, turn) for key, each in whole.items() for turn in each.turns}
    assert len(report.groups) == {"session": 2, "project": 1, "model": 2, "agent": 1}.get(by, whole["days"].value)


def test_the_turns_behind_a_figure_add_up_to_it(made: tuple[Path, Maker]) -> None:
    for key, figure in measured(made[0]).whole.figures.items():
        assert bool(figure.turns) == bool(figure.value)
        if key not in NO_SUMS:
            assert sum(figure.turns.values()) == figure.value


def test_a_moment_cuts_everything_in_two(made: tuple[Path, Maker]) -> None:
    path = made[0]
    moment = OTHER_STARTS_MS + 1_000
    early = sums(dict(measured(path, which=Filter(until_ms=moment)).whole.figures))
    late = sums(dict(measured(path, which=Filter(since_ms=moment)).whole.figures))
    assert early["turns"] and late["turns"]
    assert Counter(early) + Counter(late) == sums(dict(measured(path).whole.figures))


def test_filters_take_what_they_say(made: tuple[Path, Maker]) -> None:
    path = made[0]
    haiku = measured(path, [made[1].session], Filter(model="HAIKU")).whole.figures
    assert haiku["turns"].value == haiku["fallbacks"].value == made[1].truth["fallbacks"]
    assert measured(path, which=Filter(project="/shop", agent="claude")).whole.figures["sessions"].value == 2
    assert measured(path, which=Filter(project="elsewhere")).whole.figures["turns"].value == 0


def test_a_fork_counts_nothing_twice(tmp_path: Path) -> None:
    turns = forked(tmp_path / "a")
    figures = measured(tmp_path / "a").whole.figures
    assert list(figures["turns"].turns) == turns
    assert (figures["messages"].value, figures["prompts"].value) == (8, 4)
    assert figures["tokens/output"].value == 4 * 50


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=8), st.booleans())
def test_a_tree_of_forks_counts_every_turn_once(
    tmp_path_factory: pytest.TempPathFactory, parents: list[int], own_sessions: bool
) -> None:
    """Each turn goes on from some turn before it, in its session or in one that begins with the same history."""
    clock = kafka_session.Clock()
    histories: list[list[dict[str, object]]] = [[]]
    exchanges = []
    for number, parent in enumerate(parents):
        session = f"5e551011-0000-4000-8000-{number if own_sessions else 1:012}"
        thread = kafka_session.Thread(clock, session, messages=list(histories[parent % len(histories)]))
        said, heard = [kafka_session.text(f"prompt {number}")], [kafka_session.text(f"the answer to prompt {number}")]
        exchanges.append(thread.send(said, heard, output_tokens=10**number))
        histories.append(thread.messages)
    path = tmp_path_factory.mktemp("tree") / "a"
    ids = recorded(path, exchanges)
    report = measured(path, by="session")
    figures = report.whole.figures
    assert set(figures["turns"].turns) == set(ids) and len(ids) == len(parents)
    assert figures["tokens/output"].value == sum(10**number for number in range(len(parents)))
    assert figures["prompts"].value == len(parents)
    assert sum(group.figures["cost"].value or 0 for group in report.groups) == figures["cost"].value
