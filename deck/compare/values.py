"""What a comparison finds. Every text in here is as it was captured, hence hostile (see `deck.views`).

A sign says what became of something: ``=`` it is the same, ``~`` it changed, ``-`` it was dropped, ``+`` it was added.
"""

from collections.abc import Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from deck.views import Message, Step, StepRow, TurnRow
from store.reading import Block

T = TypeVar("T")


class Change(NamedTuple, Generic[T]):
    """What became of one item of a list, or of one value. Every ``after`` of a list, in order, is the new list."""

    sign: str
    before: T | None  # None where it was added
    after: T | None  # None where it was dropped
    at: int  # number in the old list, from 1; 0 where it was added
    to: int  # number in the new list, from 1; 0 where it was dropped
    noise: bool = False  # changed in nothing but noise (`deck.compare.noise`)


def differ(changes: Iterable[Change[Any]], exact: bool) -> bool:
    """Whether anything changed; unless ``exact``, noise does not count."""
    return any(change.sign != "=" and (exact or not change.noise) for change in changes)


class Piece(NamedTuple):
    """A run of a text: ``=`` both have it, ``-`` only the old one, ``+`` only the new one."""

    sign: str
    text: str


class Mark(NamedTuple):
    """A volatile member (`cache_control`) that is kept beside its message, and put back to give the exact body."""

    message: int  # number in the conversation, from 1
    offset: int  # in the message's bytes as stored
    data: bytes


class Member(NamedTuple):
    """What changed in one member of the request: its items where ``listed``, else it as a whole."""

    name: str
    listed: bool
    changes: tuple[Change[Any], ...]


class Fact(NamedTuple):
    """Something short that is told of a turn: outcome, model, stop reason, …"""

    name: str
    before: str
    after: str
    noise: bool = False


class TurnDiff(NamedTuple):
    """Two turns. Of lists only the parts are given that are not the same from the start."""

    before: TurnRow
    after: TurnRow
    edge: str  # how ``after`` follows ``before`` (continues, forks, …), or ""
    base: str  # response whose conversation the provider puts before that of ``after``, which is then all added; or ""
    same: int  # leading messages that both requests have; they were not even read
    echoed: int  # how many of the messages that follow only repeat the answer of ``before``
    messages: tuple[Change[Message], ...]
    tools: tuple[int, int]  # how many each request offers
    marks: tuple[tuple[Mark, ...], tuple[Mark, ...]]
    members: tuple[Member, ...]  # system prompt, tools and parameters, in the request's order; headers last
    answer: tuple[Change[Block], ...]
    facts: tuple[Fact, ...]

    @property
    def marks_moved(self) -> bool:
        """Whether the volatile members stand elsewhere."""
        return self.marks[0] != self.marks[1]

    def differs(self, exact: bool) -> bool:
        """Whether anything differs; unless ``exact``, noise does not count."""
        lists: tuple[Iterable[Change[Any]], ...] = (
            self.messages,
            self.answer,
            *(member.changes for member in self.members),
        )
        return (
            any(differ(changes, exact) for changes in lists)
            or any(exact or not fact.noise for fact in self.facts)
            or (exact and self.marks_moved)
        )


class StepPair(NamedTuple):
    """One line of two sessions side by side; of a line without sign ``=`` or ``~`` only one side is there."""

    sign: str
    before: StepRow | None
    after: StepRow | None


class Parting(NamedTuple):
    """The first step in which two sessions differ: what both have there, None where one has ended."""

    before: Step | None
    after: Step | None


class SessionDiff(NamedTuple):
    """Two sessions, each as the line of turns that leads to its last one."""

    before: tuple[TurnRow, ...]
    after: tuple[TurnRow, ...]
    recorded: tuple[int, int]  # turns that the two sessions have in all, on their lines or not
    shared: int  # turns of the lines that are the same from the start
    parting: Parting | None  # None where nothing differs
    members: tuple[Member, ...]  # what their requests differ in there, besides the conversation
    steps: tuple[StepPair, ...]  # everything from there on

    def differs(self, exact: bool) -> bool:
        """Whether anything differs; unless ``exact``, noise does not count."""
        return self.parting is not None or any(differ(member.changes, exact) for member in self.members)


class TextDiff(NamedTuple):
    """Two texts, named by their addresses."""

    before: str
    after: str
    pieces: tuple[Piece, ...]

    @property
    def differs(self) -> bool:
        """Whether anything differs."""
        return any(piece.sign != "=" for piece in self.pieces)
