"""The size of a model's window."""

import pytest

from deck.tui.windows import window_of


@pytest.mark.parametrize(
    ("model", "context", "window"),
    [
        ("claude-sonnet-4-6", 5, 200_000),
        ("claude-opus-4-8", 300_000, 1_000_000),
        ("gpt-5-codex", 5, 400_000),
        ("gpt-5.2-2025-12-11", 5, 400_000),
        ("gpt-5-chat-latest", 5, None),
        ("gpt-4.1-mini", 5, 1_047_576),
        ("o3", 5, 200_000),
        ("gemini-2.5-flash", 5, 1_048_576),
        ("gemini-2.0-flash-001", 5, 1_048_576),
        ("gemini-2.5-flash-image", 5, None),
        ("some-model", 5, None),
    ],
)
def test_windows(model: str, context: int, window: int | None) -> None:
    assert window_of(model, context) == window
