"""Every key of every screen does what the help says of it; what is asserted is what stands on the screen then."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import kafka_session
import winding_session
from textual.binding import Binding, BindingType
from tui_pilot import Driver, record, running

from deck.timeline import Timeline
from deck.tui.questions import Place, place_of_rev
from deck.tui.screens.compare import COMPARE_KEYS
from deck.tui.screens.help import HelpScreen
from deck.tui.screens.sessions_keys import SESSION_KEYS
from deck.tui.screens.timeline_keys import TIMELINE_KEYS
from deck.tui.widgets.session_list import SessionList
from deck.tui.widgets.step_list import StepList
from deck.tui.widgets.text_view import TextView

SIZE = (120, 30)
OTHER = "5e551011-0000-4000-8000-000000000002"
Walk = Sequence[tuple[str, str]]
"""Keys, each with what stands on the screen then: behind ``not`` what does not, behind ``▌`` in the cursor's line.

``…abc`` is typed, then Enter.
"""

TIMELINE: Walk = [
    *[("J", "turn 2 · step 1/2"), ("K", "turn 1 · step 1/3"), ("j", "turn 1 · step 2/3"), ("k", "turn 1 · step 1/3")],
    *[("down", "turn 1 · step 2/3"), ("up", "turn 1 · step 1/3"), ("G", "turn 8 · step 3/3")],
    *[("g", "turn 1 · step 1/3"), ("end", "turn 8 · step 3/3"), ("home", "turn 1 · step 1/3")],
    *[("pagedown", "turn 8 · step 3/3"), ("pageup", "turn 1 · step 1/3")],
    *[("ctrl+f", "turn 8 · step 3/3"), ("ctrl+b", "turn 1 · step 1/3")],
    *[("e", "turn 2 · step 1/2"), ("t", "turn 2 · step 2/2"), ("T", "turn 1 · step 3/3")],
    *[("u", "turn 3 · step 1/2"), ("U", "turn 1 · step 1/3"), ("a", "turn 3 · step 1/2")],
    *[("c", "turn 8 · step 1/3"), ("left_square_bracket", "turn 6 · step 1/2"), ("A", "turn 3 · step 1/2")],
    *[("right_square_bracket", "turn 6 · step 1/2"), ("G", "turn 8 · step 3/3"), ("C", "turn 8 · step 1/3")],
    *[("E", "turn 2 · step 1/2"), ("tab", " all [main]"), ("shift+tab", "[all] main")],
    *[("2", "[2 request]"), ("3", "[3 response]"), ("4", "[4 context]"), ("5", "[5 diff]"), ("6", "[6 raw]")],
    *[("7", "[7 headers]"), ("1", "[1 step]"), ("x", "[4 context]"), ("d", "request of turn 2 against turn 1")],
    *[("m", "turn 2 is marked"), ("J", "turn 3 · step 1/2"), ("D", "request of turn 3 against turn 2 (marked)")],
    *[("apostrophe", "turn 2 · step 1/2"), ("s", "a note for the star"), ("…look here", "starred: look here")],
    *[("g", "turn 1 · step 1/3"), ("asterisk", "★ look here"), ("S", "the star is off")],
    *[("slash", "search in this session"), ("…scan", "1 of"), ("n", "2 of"), ("N", "1 of")],
    *[("colon", "hash, HEAD~2"), ("…HEAD~3", "turn 4 · step 1/2")],
    *[("colon", "turn (12"), ("…2.2", "turn 2 · step 2/2"), ("colon", "turn (12"), ("…4", "turn 4 · step 1/2")],
    *[("y", "…, with all its digits"), ("Y", "…:1, with all its digits"), ("w", "copied the text: ")],
    *[("p", "the pager needs a terminal that the app can leave")],
    *[("2", "= system prompt and 4 tools"), ("f", '"input_schema": {'), ("f", "= system prompt and 4 tools")],
    *[("1", "↳ ok · 1 line"), ("r", '"kind": "tool-result"'), ("r", "↳ ok · 1 line")],
    *[("plus", "■ 2×"), ("equals_sign", "■ 4×"), ("minus", "■ 2×"), ("space", "▶ 2×"), ("space", "■ 2×")],
    *[("enter", "not [0:00]"), ("escape", "[0:00]"), ("question_mark", "where a subagent begins or goes on")],
    *[("q", "[0:00]"), ("q", "1 session")],
]
DETAIL: Walk = [
    *[("2", "= system prompt and 4 tools"), ("f", "You are a coding agent."), ("ctrl+d", "not 13 messages, 4 tools")],
    *[("ctrl+u", "13 messages, 4 tools"), ("l", "13 messages, 4 tools"), ("G", "1 failed, 41 passed")],
    *[("g", "13 messages, 4 tools"), ("j", "13 messages, 4 tools"), ("j", "not 13 messages"), ("k", "13 messages")],
    *[("home", "[0:"), ("down", "13 messages, 4 tools"), ("down", "not 13 messages"), ("up", "13 messages")],
    *[("end", "1 failed, 41 passed"), ("home", "13 messages, 4 tools")],
    *[
        ("pagedown", "not 13 messages"),
        ("pageup", "13 messages"),
        ("ctrl+f", "not 13 messages"),
        ("ctrl+b", "13 messages"),
    ],
    *[("h", "turn 8 · step 1/3"), ("j", "turn 8 · step 2/3"), ("right", "13 messages"), ("G", "not 13 messages")],
    *[("left", "turn 8 · step 2/3"), ("j", "turn 8 · step 3/3")],
]
SESSIONS: Walk = [
    *[("j", "▌ 4 turns"), ("k", "▌14 turns"), ("down", "▌ 4 turns"), ("up", "▌14 turns")],
    *[("G", "▌ 4 turns"), ("g", "▌14 turns"), ("end", "▌ 4 turns"), ("home", "▌14 turns")],
    *[("pagedown", "▌ 4 turns"), ("pageup", "▌14 turns"), ("ctrl+f", "▌ 4 turns"), ("ctrl+b", "▌14 turns")],
    *[("space", "↳ agent a1b2c3d4e5f60718a"), ("space", "not ↳ agent")],
    *[("slash", "words in title"), ("…000000000002", "1 of 2"), ("escape", "2 of 2")],
    *[("s", "sort: oldest"), ("s", "sort: most turns"), ("p", "── no project is known ──"), ("p", "not no project")],
    *[("g", "▌14 turns"), ("m", "marked: D compares"), ("j", "▌ 4 turns"), ("D", "first difference")],
    *[("question_mark", "sessions compared"), ("q", "first difference"), ("question_mark", "sessions compared")],
    *[("escape", "first difference"), ("f", "first difference"), ("question_mark", "sessions compared")],
    *[("question_mark", "first difference"), ("q", "2 of 2"), ("D", "first difference"), ("escape", "2 of 2")],
    *[("asterisk", "▌*"), ("question_mark", "group by project, or by day again"), ("q", "2 of 2")],
    *[("enter", "turn 1 of 4"), ("q", "2 of 2"), ("q", "")],
]


def keys_of(*bindings: Sequence[BindingType]) -> set[str]:
    """All keys that are bound."""
    bound = [binding for each in bindings for binding in each if isinstance(binding, Binding)]
    return {key for binding in bound for key in binding.key.split(",")}


def is_there(seen: str, text: str) -> bool:
    """Whether the screen is as a walk says."""
    if seen.startswith("▌"):
        return any(line.startswith("▌") and seen[1:] in line for line in text.split("\n"))
    return seen[4:] not in text if seen.startswith("not ") else seen in text


async def take(deck: Driver, way: Walk) -> None:
    """Press the keys of a walk."""
    for key, seen in way:
        if key.startswith("…"):
            await deck.type(key[1:])
            await deck.press("enter")
        else:
            await deck.press(key)
        await deck.until(partial(is_there, seen), f"{seen!r} after {key}")


def test_the_walks_leave_no_key_out() -> None:
    pressed = {name: {key for key, _ in way} for name, way in (("t", TIMELINE), ("d", DETAIL), ("s", SESSIONS))}
    assert keys_of(TIMELINE_KEYS, StepList.BINDINGS) - pressed["t"] - pressed["d"] == set()
    assert keys_of(TextView.BINDINGS) - pressed["d"] == set()
    assert keys_of(SESSION_KEYS, SessionList.BINDINGS, COMPARE_KEYS, HelpScreen.BINDINGS) - pressed["s"] == set()


async def test_keys_of_the_timeline(tmp_path: Path) -> None:
    archive = record(tmp_path / "archive", winding_session.exchanges())
    async with running(archive, SIZE, Place(winding_session.SESSION, 0)) as deck:
        await deck.see("turn 1 · step 1/3", "[all] main  sub 1: find the reader")
        await take(deck, TIMELINE)


async def test_keys_of_the_detail(tmp_path: Path) -> None:
    archive = record(tmp_path / "archive", kafka_session.exchanges())
    with Timeline.open(archive) as timeline:
        place = place_of_rev(f"{kafka_session.SESSION}~4")(timeline)
    async with running(archive, (80, 24), place) as deck:
        await deck.see("turn 8 · step 1/3")
        await take(deck, DETAIL)


async def test_keys_of_the_sessions(tmp_path: Path) -> None:
    archive = record(tmp_path / "archive", kafka_session.exchanges())
    record(archive, list(kafka_session.exchanges(session=OTHER))[1:5])
    async with running(archive, SIZE) as deck:
        await deck.see("2 of 2", "▌  ok")
        await take(deck, SESSIONS)
    assert deck.app.return_code == 0
