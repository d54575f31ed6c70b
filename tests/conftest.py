"""How much the property tests try: 30 examples, and 1,000 with ``make prove``."""

import os

from hypothesis import settings

settings.register_profile("check", max_examples=30, deadline=None)
settings.register_profile("prove", max_examples=1_000, deadline=None)
settings.load_profile(os.environ.get("DECK_PROPERTIES", "check"))
