"""Key names as people write them, and the help's lines, both made from the bindings themselves."""

from collections.abc import Iterable, Sequence

from textual.binding import Binding, BindingType

APP_KEYS: list[BindingType] = [
    Binding("ctrl+q", "quit", show=False, priority=True, tooltip="quit from anywhere"),
    Binding(
        "ctrl+z", "suspend_process", show=False, priority=True, tooltip="leave deck in the background; fg comes back"
    ),
    Binding("ctrl+p", "command_palette", show=False, priority=True, tooltip="find a command by what it does"),
    Binding("ctrl+c", "help_quit", show=False, system=True, tooltip="say how to quit"),
]
"""The keys of every screen."""

Sections = Sequence[tuple[str, Sequence[BindingType]]]
"""The keys of a screen by where they are heard, each with a title; first those of the screen itself."""

_NAMES = {
    "down": "↓",
    "up": "↑",
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "escape": "Esc",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "enter": "Enter",
    "space": "Space",
    "left": "←",
    "right": "→",
    "shift+tab": "Shift-Tab",
    "apostrophe": "'",
    "asterisk": "*",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}


def key_name(key: str) -> str:
    """One key as people write it: ``↓``, ``Ctrl-F``."""
    if key.startswith("ctrl+"):
        return f"Ctrl-{key[5:].upper()}"
    return _NAMES.get(key, key)


def key_names(binding: Binding) -> str:
    """All its keys as people write them."""
    return " ".join(key_name(key) for key in binding.key.split(","))


def help_lines(bindings: Iterable[BindingType]) -> list[tuple[str, str]]:
    """(keys, what they do) of every binding that says what it does."""
    return [
        (key_names(binding), binding.tooltip)
        for binding in bindings
        if isinstance(binding, Binding) and binding.tooltip
    ]


def short_help(bindings: Iterable[BindingType]) -> list[tuple[str, str]]:
    """(keys, a word) of the bindings that the bottom line shows."""
    return [
        (binding.key_display or key_names(binding), binding.description)
        for binding in bindings
        if isinstance(binding, Binding) and binding.show and binding.description
    ]
