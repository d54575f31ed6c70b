"""How much the property tests try: Hypothesis's usual 100 examples, with ``make prove`` ten times as many."""

import os

from hypothesis import settings

settings.register_profile("check", deadline=None)
settings.register_profile("prove", max_examples=1_000, deadline=None)
settings.load_profile(os.environ.get("DECK_PROPERTIES", "check"))
