"""What the situations of the corpus of links have in common: where they are noted, and words that they use.

A situation is a function of a driver; ``only`` names the dialects in which it can happen, where it cannot in all.
"""

from collections.abc import Callable

from link_driver import Driver

Situation = Callable[[Driver], None]
SITUATIONS: list[tuple[str, Situation, tuple[str, ...]]] = []
ALL = ("anthropic", "chat", "responses", "gemini")
THREADS = ("anthropic", "chat", "responses")
LONG = "This is an answer with enough words in it to be told from any other one."
SUMMARY = "The user wants a shop with discounts; we fixed pricing.py and all three tests pass now."


def situation(*only: str) -> Callable[[Situation], Situation]:
    """Put a function into the corpus."""

    def note(function: Situation) -> Situation:
        SITUATIONS.append((function.__name__, function, only or ALL))
        return function

    return note
