"""Every key explains itself, and no two do the same on one screen."""

import re
from pathlib import Path

import pytest
from textual.binding import Binding, BindingType

from deck.tui.keys import APP_KEYS, help_lines, key_name, short_help
from deck.tui.screens.compare import COMPARE_KEYS
from deck.tui.screens.help import HelpScreen
from deck.tui.screens.sessions import SESSION_KEYS
from deck.tui.screens.timeline_keys import TIMELINE_KEYS
from deck.tui.widgets.prompt import Prompt
from deck.tui.widgets.session_list import SessionList
from deck.tui.widgets.step_list import StepList
from deck.tui.widgets.text_view import TextView

SCREENS: list[list[BindingType]] = [
    [*APP_KEYS, *SESSION_KEYS, *SessionList.BINDINGS],
    [*APP_KEYS, *TIMELINE_KEYS, *StepList.BINDINGS],
    [*APP_KEYS, *TIMELINE_KEYS, *TextView.BINDINGS],
    [*APP_KEYS, *COMPARE_KEYS, *TextView.BINDINGS],
    [*APP_KEYS, *HelpScreen.BINDINGS, *TextView.BINDINGS],
    [*APP_KEYS, *Prompt.BINDINGS],
]
README = Path(__file__).parents[2] / "README.md"


def test_every_binding_has_its_line_in_the_help() -> None:
    for bindings in SCREENS:
        assert len(help_lines(bindings)) == len(bindings)


def test_no_key_is_bound_twice_on_a_screen() -> None:
    for bindings in SCREENS:
        keys = [key for binding in bindings if isinstance(binding, Binding) for key in binding.key.split(",")]
        assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("bindings", SCREENS, ids=["sessions", "timeline", "detail", "compare", "help", "prompt"])
def test_every_key_is_in_the_readme(bindings: list[BindingType]) -> None:
    text = README.read_text("utf-8").partition("## The timeline")[2].partition("\n## ")[0]
    named = {name for quoted in re.findall(r"`([^`]+)`", text) for name in quoted.split()}
    keys = {key_name(key) for binding in bindings if isinstance(binding, Binding) for key in binding.key.split(",")}
    assert keys - named == set()


def test_names() -> None:
    assert [key_name(key) for key in ("j", "down", "ctrl+f", "question_mark")] == ["j", "↓", "Ctrl-F", "?"]
    assert ("J K", "turn") in short_help(TIMELINE_KEYS)
