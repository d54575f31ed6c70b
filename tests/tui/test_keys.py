"""Every key explains itself, and no two do the same on one screen."""

from textual.binding import Binding, BindingType

from deck.tui.keys import help_lines, key_name, short_help
from deck.tui.screens.sessions import SESSION_KEYS
from deck.tui.screens.timeline_keys import TIMELINE_KEYS
from deck.tui.widgets.session_list import SessionList
from deck.tui.widgets.step_list import StepList
from deck.tui.widgets.text_view import TextView

SCREENS: list[list[BindingType]] = [
    [*SESSION_KEYS, *SessionList.BINDINGS],
    [*TIMELINE_KEYS, *StepList.BINDINGS],
    [*TIMELINE_KEYS, *TextView.BINDINGS],
]


def test_every_binding_has_its_line_in_the_help() -> None:
    for bindings in SCREENS:
        assert len(help_lines(bindings)) == len(bindings)


def test_no_key_is_bound_twice_on_a_screen() -> None:
    for bindings in SCREENS:
        keys = [key for binding in bindings if isinstance(binding, Binding) for key in binding.key.split(",")]
        assert sorted(keys) == sorted(set(keys))


def test_names() -> None:
    assert [key_name(key) for key in ("j", "down", "ctrl+f", "question_mark")] == ["j", "↓", "Ctrl-F", "?"]
    assert ("J K", "turn") in short_help(TIMELINE_KEYS)
