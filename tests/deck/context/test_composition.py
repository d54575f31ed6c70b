"""What was in the window: everything is counted, once, and adds up to what was reported."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import codex_turns
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka_session import Clock, Thread, call, exchanges, result, text
from tui_pilot import record

from deck.context.estimate import shares
from deck.context.values import KINDS, Composition
from deck.timeline import Timeline
from store.exchange import Exchange

REMINDER = text("<system-reminder>\nAlways answer in rhyme.\n</system-reminder>")
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAyAAAAJYCAAAAAD"  # the head of a PNG file of 800 × 600 pixels
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
SUMMARY = "This session is being continued from a previous conversation. The work so far: the bug is found."


def session() -> Iterator[Exchange]:
    """Five requests: the third edits the history, the fourth asks for a summary, the fifth begins with it."""
    thread = Thread(Clock())
    yield thread.send([REMINDER, text("Find it."), IMAGE], [text("I look."), call(1, "Read", file_path="a.ts")])
    yield thread.send(
        [result(1, "const a = 1;\n" * 400)], [call(2, "Bash", command="npm test")], cache_read_input_tokens=6_000
    )
    thread.messages[2]["content"][0]["content"] = "[cleared]"
    yield thread.send([result(2, "all passed")], [text("Found.")], cache_read_input_tokens=5_000)
    yield thread.send([text("Summarise the conversation.")], [text(SUMMARY)])
    after = Thread(thread.clock)
    yield after.send([text(SUMMARY), text("Go on.")], [text("Done.")])


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Timeline]:
    folder = tmp_path_factory.mktemp("composition")
    made: dict[str, Any] = {"session": session, "kafka": exchanges, "codex": codex_turns.exchanges}
    return {name: Timeline.open(record(Path(folder) / name, make())) for name, make in made.items()}


def composed(timeline: Timeline, turn: int) -> Composition:
    row = timeline.turns(timeline.sessions()[0].key)[turn - 1]
    return timeline.composition(row.id)


def amounts(found: Composition) -> dict[str, int]:
    return {kind: sum(part.items for part in found.of_kind(kind)) for kind in KINDS if found.of_kind(kind)}


def test_every_block_is_counted_once_under_its_kind(archives: dict[str, Timeline]) -> None:
    assert amounts(composed(archives["session"], 2)) == {
        **{"tools": 4, "system": 1, "user": 1, "memory": 1},
        **{"tool results": 1, "assistant": 1, "tool calls": 1, "images": 1},
    }


@pytest.mark.parametrize("turn", range(1, 15))
def test_parts_add_up_to_what_was_reported(archives: dict[str, Timeline], turn: int) -> None:
    timeline = archives["kafka"]
    found = composed(timeline, turn)
    row = timeline.turns(timeline.sessions()[0].key)[turn - 1]
    assert found.reported and found.tokens == row.usage.context
    assert sum(part.tokens for part in found.parts) == found.tokens


def test_tools_say_whether_they_were_used(archives: dict[str, Timeline]) -> None:
    used = {part.name: part.used for part in composed(archives["session"], 3).of_kind("tools")}
    assert used == {"Bash": 1, "Read": 1, "Edit": 0, "Agent": 0}
    assert {part.name: part.used for part in composed(archives["kafka"], 11).of_kind("tools")}[
        "Bash"
    ] == 1  # its thread's


def test_an_image_weighs_by_its_pixels(archives: dict[str, Timeline]) -> None:
    found = composed(archives["session"], 1)
    (image,) = found.of_kind("images")
    assert image.tokens > 0.5 * found.tokens


def test_what_an_edit_took_out_is_named_with_the_turn(archives: dict[str, Timeline]) -> None:
    assert composed(archives["session"], 2).left is None
    left = composed(archives["session"], 3).left
    assert left is not None and (left.number, left.edge) == (3, "rewrites")
    assert [block.text for block in left.blocks] == ["const a = 1;\n" * 400]
    assert composed(archives["session"], 4).left == left._replace(tokens=composed(archives["session"], 4).left.tokens)  # type: ignore[union-attr]


def test_a_compaction_takes_out_everything_before_it(archives: dict[str, Timeline]) -> None:
    left = composed(archives["session"], 5).left
    assert left is not None and (left.number, left.edge) == (5, "compacts")
    assert {block.text for block in left.blocks} >= {"Find it.", "all passed", "Found."}


def test_what_the_provider_keeps_is_counted_too(archives: dict[str, Timeline]) -> None:
    whole, delta = composed(archives["codex"], 2), composed(archives["codex"], 3)
    assert not whole.reported and sum(part.tokens for part in whole.parts) == whole.tokens
    assert amounts(delta)["tools"] == 2
    assert amounts(delta)["user"] == amounts(whole)["user"] + 1
    assert amounts(delta)["assistant"] == amounts(whole)["assistant"] + 1


def test_as_json_it_says_how_much_left(archives: dict[str, Timeline]) -> None:
    shown = composed(archives["session"], 3).as_json()
    assert shown["left"]["blocks"] == 1 and shown["parts"][0]["kind"] == "tools"


@given(st.lists(st.integers(0, 10**7), max_size=9), st.integers(0, 10**6))
def test_shares_add_up(weights: list[int], total: int) -> None:
    found = shares(weights, total)
    assert sum(found) == (total if sum(weights) else 0)
    assert all(share >= 0 for share in found)
