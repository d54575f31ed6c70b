"""The word that names a step in the list."""

import pytest

from deck.tui import palette
from deck.views import StepRow

ROW = StepRow(0, "ab" * 32, 1, 1, "assistant", "tool-call", "Bash", "ls", "c", False, 0, "")


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({}, "Bash"),
        ({"name": ""}, "tool"),
        ({"name": "collaboration.spawn_agent"}, "spawn_agent"),
        ({"name": "odd."}, "odd."),
        ({"is_error": True}, "Bash ✗"),
        ({"kind": "other", "name": "agent_message"}, "agent_message"),
        ({"kind": "other", "name": ""}, "other"),
        ({"kind": "other", "name": "\x1b[2J"}, r"\x1b[2J"),
    ],
)
def test_a_step_is_named_by_what_tells_most(changed: dict[str, object], word: str) -> None:
    assert palette.look(ROW._replace(**changed))[0] == word  # type: ignore[arg-type]
