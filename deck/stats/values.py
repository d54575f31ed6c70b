"""The values of statistics: what meters see and name, and what a report holds.

A figure is named by its key: a word, or a word and what it is about, as in ``tools/Bash``. What stands behind the slash
was captured, hence may be hostile.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from store.reading import Usage


class Turn(NamedTuple):
    """One turn as the index has it. Times are ms: ``started_ms`` Unix, the others from there."""

    id: bytes
    session: str
    thread: str  # "" is the main one
    role: str
    client: str
    started_ms: int
    end_ms: int | None
    outcome: str
    status: int | None
    wire: str
    model: str  # the one that answered, else the one that was asked for
    asked: str
    host: str
    cwd: str
    error: str
    usage: Usage

    @property
    def is_main(self) -> bool:
        """Whether it is of the session's main line."""
        return not self.thread and self.role == "main"

    @property
    def failed(self) -> bool:
        """Whether the provider said that it did not answer."""
        return (self.status or 0) >= 400 or bool(self.error)

    @property
    def spent(self) -> Usage:
        """Tokens that went through a model: what a call counts that only asks for a count was not sent to any."""
        return Usage() if self.role == "aux:count-tokens" else self.usage


class Step(NamedTuple):
    """One step of a turn as the index has it."""

    turn: int  # its place among the turns of `Facts`
    number: int  # inside the turn
    role: str
    kind: str
    name: str
    summary: str
    call_id: str
    is_error: bool
    message: bytes | None


class Edge(NamedTuple):
    """How a turn is linked to one before it, and that turn, which may be of another session."""

    kind: str
    parent: Turn


class Facts(NamedTuple):
    """The turns of some sessions, each session's in order, with their steps and edges."""

    turns: Sequence[Turn]
    steps: Sequence[Step]  # what is new in each turn, in order
    edges: Mapping[int, Sequence[Edge]]  # by the place of the turn


class Amount(NamedTuple):
    """So much of something in a turn. ``turn`` is its place in `Facts`."""

    key: str
    turn: int
    much: int = 1


class Figure(NamedTuple):
    """A sum. ``turns`` are the turns behind it, with the part of each; ``value`` is None where it is unknown."""

    key: str
    unit: str  # count | tokens | micro-usd | ms | share (from 0 to 1)
    value: float | None
    turns: Mapping[str, int]
    note: str = ""

    @property
    def root(self) -> str:
        """What the figure is a part of: the key up to the slash."""
        return self.key.partition("/")[0]


class Group(NamedTuple):
    """The figures of the turns that have something in common; ``name`` says what, or is empty for all turns."""

    name: str
    figures: Mapping[str, Figure]


class Report(NamedTuple):
    """All figures, and those of each group."""

    whole: Group
    groups: Sequence[Group]
    price_date: str
    price_source: str
