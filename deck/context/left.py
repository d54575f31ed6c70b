"""What a thread's requests carried no more from some turn on: by compaction, by edits of the history."""

from collections.abc import Iterator
from typing import NamedTuple

from deck.compare import keys
from deck.compare.align import Budget
from deck.compare.turns import compare_turns, turn_before
from deck.timeline_rows import Rows
from deck.timeline_turns import Turns
from store.archive import Archive
from store.ids import from_hex
from store.reading import Block

_KEEP = ("continues", "resumes", "forks", "retries")  # edges along which the whole history is sent again
_FARTHEST = 1_000  # turns back


class Loss(NamedTuple):
    """The turn before which something left, how that turn follows the one before, and what it was."""

    turn: str
    number: int
    edge: str
    blocks: tuple[Block, ...]


def latest_loss(archive: Archive, rows: Rows, turns: Turns, id: str) -> Loss | None:
    """The latest loss on the way to a turn; None where its thread lost nothing. Only turns that may be one are read."""
    for _ in range(_FARTHEST):
        found = turn_before(rows, id)
        if found is None or not found[1]:
            return None
        before, edge = found
        if edge not in _KEEP:
            blocks = tuple(_dropped(archive, rows, turns, before, id))
            if blocks:
                return Loss(id, rows.turn(from_hex(id)).number, edge, blocks)
        id = before
    return None


def _dropped(archive: Archive, rows: Rows, turns: Turns, before: str, after: str) -> Iterator[Block]:
    """Blocks of messages that are gone, and of messages that stayed those that are gone or became others."""
    budget = Budget()
    for change in compare_turns(archive, rows, turns, before, after).messages:
        if change.before is None or change.noise:
            continue
        if change.after is None:
            yield from change.before.blocks
        elif change.sign != "=":
            for block in keys.changes(change.before.blocks, change.after.blocks, keys.BLOCKS, budget):
                if block.before is not None and block.sign != "=" and not block.noise:
                    yield block.before
