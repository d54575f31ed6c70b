"""When two messages, blocks or settings are the same, say the same, or stand for each other.

Each has three keys for `deck.compare.align.pairs`, from strict to loose: everything; everything but noise; the shape
alone, which says that one took the place of the other.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple, TypeVar

from deck.compare.align import Budget, pairs
from deck.compare.noise import exact_text, quiet_text
from deck.compare.values import Change
from deck.views import Message
from store.reading import Block

T = TypeVar("T")

_SIGNS = ("=", "~", "~")
_NOISE = 1  # the level on which only noise differs


class Keys(NamedTuple):
    """The three keys of one kind of thing."""

    exact: Callable[[Any], Hashable]
    quiet: Callable[[Any], Hashable]
    shape: Callable[[Any], Hashable]


def changes(
    before: Sequence[T], after: Sequence[T], keys: Keys, budget: Budget, start: tuple[int, int] = (0, 0)
) -> tuple[Change[T], ...]:
    """What became of every item; ``start`` is how many items stand before the first of each list."""
    found: list[Change[T]] = []
    for old, new, level in pairs(before, after, keys, budget):
        at, to = (0 if place is None else place + 1 + skipped for place, skipped in zip((old, new), start, strict=True))
        if old is not None and new is not None:
            found.append(Change(_SIGNS[level], before[old], after[new], at, to, level == _NOISE))
        elif old is not None:
            found.append(Change("-", before[old], None, at, to))
        elif new is not None:
            found.append(Change("+", None, after[new], at, to))
    return tuple(found)


def said(block: Block) -> Hashable:
    """What a block says: without ids, and of thinking without the provider's seal."""
    data = None if block.kind == "thinking" and block.text else quiet_text(block.data)
    return (block.role, block.kind, block.text, block.name, data, block.is_error)


def _block(block: Block) -> Hashable:
    return (*block[:5], exact_text(block.data), block.is_error)


def _block_shape(block: Block) -> Hashable:
    return (block.role, block.kind, block.name)


def _message_said(message: Message) -> Hashable:
    return (message.role, tuple(said(block) for block in message.blocks))


def _message_shape(message: Message) -> Hashable:
    return (message.role, tuple(dict.fromkeys((block.kind, block.name) for block in message.blocks)))


def item_name(item: Any) -> str:
    """The name of an item of a list of settings (a tool, a header), or its type, or ``""``."""
    if isinstance(item, list) and item and isinstance(item[0], str):
        return item[0]
    if not isinstance(item, dict):
        return ""
    inner = item.get("function")
    named = (item.get("name"), inner.get("name") if isinstance(inner, dict) else None, item.get("type"))
    return next((name for name in named if isinstance(name, str)), "")


BLOCKS = Keys(_block, said, _block_shape)
MESSAGES = Keys(lambda message: message.raw, _message_said, _message_shape)
ITEMS = Keys(exact_text, quiet_text, item_name)
