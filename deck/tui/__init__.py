"""The TUI, the only part of deck that imports Textual."""

import os

os.environ.setdefault("TEXTUAL_FPS", "120")
"""Read when Textual is imported. A key waits for up to a frame until it shows, half of its time with 60 a second."""
