"""Where a run of the bench works, and the recorded session that several figures look at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from figure import Figure
from recording import Recording, record_session

Bench = Callable[["Workspace"], Sequence[Figure]]


@dataclass
class Workspace:
    """A scratch folder; ``quick`` leaves out the peers that take minutes."""

    folder: Path
    quick: bool

    @property
    def session(self) -> Path:
        """The archive of a made-up session of 420 turns."""
        assert self.recording
        return self.folder / "session"

    @cached_property
    def recording(self) -> Recording:
        """What recording that session cost; recorded when first asked for."""
        return record_session(self.folder / "session")
