"""Which texts of a stream's events may go on in the next one, and how long that is waited for."""

from typing import Final

from store.masking.leaves import ANY, Leaf

PATIENCE: Final = 64
"""Lines with JSON that a text may hold back without going on itself; then it is taken to be at its end."""

_LITTLE_PATIENCE: Final = 2  # for a text of a name that no provider streams
_STREAMED = frozenset(
    b"""text content thinking signature partial_json delta arguments reasoning reasoning_content reasoning_details
    refusal input output data code transcript summary thought response completion encrypted_content value""".split()
)
_LABELS = frozenset(b"type id role object model event status finish_reason stop_reason created_at obfuscation".split())
TEXT: Final = (b"",)
"""The lane of lines without JSON."""


def patience(lane: tuple[bytes, ...]) -> int:
    """How many lines a text of this lane may hold back without going on."""
    return PATIENCE if is_streamed(lane) or lane == TEXT else _LITTLE_PATIENCE


def is_streamed(lane: tuple[bytes, ...]) -> bool:
    """Whether providers stream texts of this name."""
    return not _STREAMED.isdisjoint(lane)


def goes_on(leaf: Leaf) -> bool:
    """Whether a text may go on in the next line."""
    if not leaf.is_text or (leaf.path and not leaf.path[-1]):
        return False
    name = next((each for each in reversed(leaf.path) if each != ANY), b"")
    return name not in _LABELS and not name.endswith(b"_id")
