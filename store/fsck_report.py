"""What a check found. Kinds are stable words for programs; docs/format.md, section Damage, says what each means."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

FINDINGS: Final = (
    "bad-format",
    "bad-header",
    "bad-index",
    "bad-key",
    "bad-note",
    "bad-ref",
    "bad-turn",
    "broken-journal",
    "cycle",
    "damaged-block",
    "damaged-object",
    "dangling-parent",
    "missing-journal",
    "missing-object",
    "missing-record",
    "torn-tail",
    "wrong-mode",
)
NOTES: Final = ("left-over", "no-writer", "uncommitted", "unknown-file", "unsealed")

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done and how much there is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or (a note) worth knowing. ``where`` is a file and offset, or an object."""

    kind: str  # of FINDINGS or NOTES
    where: str
    message: str


@dataclass(slots=True)
class Report:
    """What was checked and found. Notes say what is no damage: a writer that died, files that are not deck's."""

    packs: int = 0
    blocks: int = 0
    objects: int = 0
    turns: int = 0  # that journals commit and packs hold
    lost_turns: int = 0  # that journals commit and no pack holds
    records: int = 0
    purged: int = 0  # objects that are named, not there, and deleted on purpose
    content_bytes: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    @property
    def hurt_turns(self) -> int:
        """How many of the turns that are there lack something of theirs, or cannot be read."""
        places = {each.where for each in self.findings if each.kind != "missing-record"}
        return sum(place.startswith("turn ") for place in places)

    def add(self, kind: str, where: str, message: str) -> None:
        """Note a finding."""
        self.findings.append(Finding(kind, where, message))

    def note(self, kind: str, where: str, message: str) -> None:
        """Note what is no damage."""
        self.notes.append(Finding(kind, where, message))
