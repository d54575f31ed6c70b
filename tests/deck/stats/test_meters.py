"""What single figures mean, each shown by the smallest session that has it."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from archives import recorded
from told_turns import Line, call, result

from deck.stats.report import measure
from deck.timeline import Timeline
from store.exchange import Exchange, Outcome

BIG = 50_000
HELD = {"cache_read_input_tokens": BIG}
WRITTEN = {"cache_creation_input_tokens": BIG, "cache_read_input_tokens": 0}


def figures(path: Path, exchanges: Iterable[Exchange]) -> dict[str, float | None]:
    """What is not zero."""
    recorded(path / "a", exchanges)
    with Timeline.open(path / "a") as timeline:
        whole = measure(timeline).whole.figures
    return {key: each.value for key, each in whole.items() if each.value}


def parts(found: dict[str, float | None], root: str) -> dict[str, float | None]:
    return {key.partition("/")[2]: value for key, value in found.items() if key.startswith(f"{root}/")}


def test_time_of_answers_side_by_side_counts_once(tmp_path: Path) -> None:
    """A main turn, two subagents that overlap, a tool of one second, and a person who thinks for four."""
    main, one, two = Line(), Line(thread="a1a1a1a1a1a1a1a1a"), Line(thread="b2b2b2b2b2b2b2b2b")
    found = figures(
        tmp_path,
        [
            main.turn(0, "go", [call("t1")], took_ms=1_000),
            one.turn(1_000, "look here", took_ms=3_000),
            two.turn(2_000, "look there", took_ms=4_000),
            main.turn(7_000, [result("t1")], took_ms=500),
            main.turn(11_500, "and now?", took_ms=500),
        ],
    )
    assert parts(found, "time") == {"models": 1_000 + 5_000 + 500 + 500, "tools": 1_000, "idle": 4_000}
    assert found["time"] == 12_000


def test_an_agent_that_tries_another_model_falls_back(tmp_path: Path) -> None:
    line = Line(model="claude-opus-4-8")
    refused = line.turn(0, "go", status=529)
    line.model = "claude-sonnet-4-6"
    found = figures(tmp_path, [refused, line.turn(2_000, "go")])
    assert parts(found, "fallbacks") == {"claude-opus-4-8 → claude-sonnet-4-6": 1}
    assert found["retries"] == found["errors"] == 1
    assert parts(found, "models") == {"claude-opus-4-8": 1, "claude-sonnet-4-6": 1}


@pytest.mark.parametrize("served", ["claude-sonnet-4-6-20260115", "claude-sonnet-4-6", "claude-4.6-sonnet"])
def test_a_version_of_the_model_is_no_fallback(served: str, tmp_path: Path) -> None:
    assert "fallbacks" not in figures(tmp_path, [Line().turn(0, "go", served=served)])


def test_a_loop_is_one_call_with_one_set_of_arguments(tmp_path: Path) -> None:
    """Three failures of a call make one; other arguments, a success between, or two failures do not."""

    def attempts(*outcomes: tuple[dict[str, str], bool]) -> Iterable[Exchange]:
        line = Line(session=f"5e551011-0000-4000-8000-{len(outcomes):012}")
        said: str | list[dict[str, object]] = "go"
        for number, (arguments, failed) in enumerate(outcomes):
            yield line.turn(number * 2_000, said, [call(f"t{number}", **arguments)])
            said = [result(f"t{number}", failed=failed)]
        yield line.turn(60_000, said)

    same, other = {"command": "make", "timeout": "1"}, {"command": "make", "timeout": "2"}
    none = [
        *attempts((same, True), (same, True)),
        *attempts((same, True), (other, True), (same, True)),
        *attempts((same, True), (same, True), (same, False), (same, True)),
    ]
    assert "loops" not in figures(tmp_path / "none", none)
    between = attempts((same, True), (other, True), (same, True), (other, False), (same, True))
    assert parts(figures(tmp_path / "one", between), "loops") == {"Bash make": 3}
    twice = attempts(*[(same, True)] * 3, (same, False), *[(same, True)] * 4)
    assert parts(figures(tmp_path / "two", twice), "loops") == {"Bash make": 7}


@pytest.mark.parametrize(
    ("cause", "change", "after_ms"),
    [
        ("system prompt changed", {"system": "Be long."}, 1_000),
        ("tools changed", {"tools": ("Bash", "Read")}, 1_000),
        ("another model", {"model": "claude-opus-4-8"}, 1_000),
        ("expired", {}, 301_000),
        ("nothing that the request shows", {}, 299_000),
    ],
)
def test_what_broke_the_cache(cause: str, change: dict[str, object], after_ms: int, tmp_path: Path) -> None:
    line = Line()
    first = line.turn(0, "go", **WRITTEN)
    for name, value in change.items():
        setattr(line, name, value)
    found = figures(tmp_path, [first, line.turn(1_000 + after_ms, "on", **WRITTEN)])
    assert parts(found, "cache-breaks") == {cause: 1}
    assert found["cache-lost"] == BIG


def test_a_cache_for_an_hour_holds_for_one(tmp_path: Path) -> None:
    line = Line()
    long = {"cache_creation": {"ephemeral_1h_input_tokens": BIG}}
    first = line.turn(0, "go", **WRITTEN, **long)  # type: ignore[arg-type]
    found = figures(tmp_path, [first, line.turn(3_000_000, "on", **WRITTEN), line.turn(3_002_000, "on", **HELD)])
    assert parts(found, "cache-breaks") == {"nothing that the request shows": 1}


def test_a_cache_that_held_is_not_broken_by_rounding(tmp_path: Path) -> None:
    line = Line()
    nearly = {"cache_read_input_tokens": BIG - 1_000, "cache_creation_input_tokens": 2_000}
    found = figures(tmp_path, [line.turn(0, "go", **WRITTEN), line.turn(2_000, "on", **nearly)])
    assert "cache-breaks" not in found


def test_context_that_leaves_without_a_compaction(tmp_path: Path) -> None:
    line = Line()
    turns = [line.turn(0, "go", **HELD), line.turn(2_000, "on", cache_read_input_tokens=BIG - 20_000)]
    found = figures(tmp_path / "lost", turns)
    assert found["context-lost"] == 20_000 and "resets" not in found and "compactions" not in found
    fresh = Line()
    found = figures(tmp_path / "reset", [line.turn(4_000, "go", **HELD), fresh.turn(6_000, "anew")])
    assert found["resets"] == 1 and "context-lost" not in found


def test_answers_that_were_cut_cost_at_least_what_was_told(tmp_path: Path) -> None:
    cut = replace(Line().turn(0, "go", **HELD), outcome=Outcome.TRUNCATED)
    recorded(tmp_path / "a", [cut])
    with Timeline.open(tmp_path / "a") as timeline:
        whole = measure(timeline).whole.figures
    assert whole["cut/truncated"].value == 1
    assert whole["cost"].value == whole["cost-of-cut"].value == 15_018
    assert whole["cost"].note == "at least: $0.015 of it for answers that were cut"


def test_what_a_client_says_in_the_users_name_is_no_prompt(tmp_path: Path) -> None:
    line = Line()
    found = figures(
        tmp_path,
        [
            line.turn(0, "go", [call("t1")]),
            line.turn(2_000, [result("t1"), {"type": "text", "text": "Base directory for this skill: /x"}]),
            line.turn(4_000, "[Request interrupted by user]"),
            line.turn(6_000, "<system-reminder>be quick</system-reminder>"),
            line.turn(8_000, "on"),
        ],
    )
    assert found["prompts"] == 2
