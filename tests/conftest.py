"""How much the property tests try (30 examples, and 1,000 with ``make prove``), and how often garbage is looked for.

A worker that has collected all tests holds a million objects that stay: looking through them took a tenth of the time.
"""

import gc
import os

from hypothesis import settings

settings.register_profile("check", max_examples=30, deadline=None)
settings.register_profile("prove", max_examples=1_000, deadline=None)
settings.load_profile(os.environ.get("DECK_PROPERTIES", "check"))

gc.set_threshold(50_000, 20, 50)


def pytest_collection_finish() -> None:
    """What is there now stays."""
    gc.freeze()
