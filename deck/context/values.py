"""What the composition of a context is told in. Names and texts in here are as they were captured, hence hostile."""

from typing import Any, NamedTuple

from store.reading import Block

KINDS = ("tools", "system", "user", "memory", "tool results", "assistant", "tool calls", "thinking", "images", "other")
"""Kinds of parts, in the order in which they are told. ``memory`` is what the client injected: reminders, files of
instructions, the state of the machine."""


class Part(NamedTuple):
    """One kind of thing in the window, or one tool's share of it."""

    kind: str  # one of `KINDS`
    name: str  # the tool; "" where the kind has none
    tokens: int  # an estimate
    items: int  # schemas or blocks
    used: int = 0  # of a tool's schema: how often the thread had called the tool by then


class Left(NamedTuple):
    """What the requests of a thread carried no more from some turn on."""

    number: int  # the turn from which on it is gone
    turn: str
    edge: str  # how that turn follows the one before: compacts, rewrites, …
    tokens: int  # an estimate
    blocks: tuple[Block, ...]


class Composition(NamedTuple):
    """The context of one turn; the tokens of its parts add up to ``tokens``."""

    number: int
    turn: str
    tokens: int
    reported: bool  # whether the provider said how many tokens there were; else they are estimated too
    parts: tuple[Part, ...]  # in the order of `KINDS`, the larger ones of a kind first
    before: int  # number of the turn that this one goes on from, 0 where it goes on from none
    before_tokens: int  # 0 where they are not known
    left: Left | None  # of the thread's latest loss

    def of_kind(self, kind: str) -> tuple[Part, ...]:
        """The parts of a kind."""
        return tuple(part for part in self.parts if part.kind == kind)

    def as_json(self) -> dict[str, Any]:
        """As plain values; of what left, how much it was."""
        left = None if self.left is None else {**self.left._asdict(), "blocks": len(self.left.blocks)}
        return {**self._asdict(), "parts": [part._asdict() for part in self.parts], "left": left}
