"""What the linker is asked and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from store.link_keys import ChainKeys
from store.link_turns import Speaker
from store.reading import Block, Wire

AMBIGUOUS: Final = "ambiguous-parent"
UNKNOWN_BASE: Final = "unknown-base"


@dataclass(frozen=True, slots=True)
class Parent:
    """An edge to a parent turn; ``confidence`` is 1 where nothing else could be, ``call`` the tool call of a spawn."""

    turn: bytes
    kind: str
    confidence: float = 1.0
    call: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """What was found: edges, how many leading messages the parent already had, and what the parent says of us."""

    parents: tuple[Parent, ...] = ()
    known: int = 0
    session: str = ""
    thread: str = ""
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose parent is wanted. ``content`` and ``blocks`` are those of one message by its place."""

    wire: Wire
    speaker: Speaker
    keys: ChainKeys
    content: Callable[[int], bytes]
    blocks: Callable[[int], tuple[Block, ...]]
    base: str = ""  # id of the response that the provider puts before the conversation

    @property
    def count(self) -> int:
        """Messages in the conversation."""
        return len(self.keys.ids)

    def is_answer(self, place: int) -> bool:
        """Whether the message at ``place`` is the model's."""
        return any(block.role == "assistant" for block in self.blocks(place))

    def first_of_client(self, known: int) -> int:
        """The first message from ``known`` on that is not the model's: what is sent back is not new."""
        return next((place for place in range(known, self.count) if not self.is_answer(place)), self.count)
