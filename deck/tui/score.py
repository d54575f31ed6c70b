"""When what of a turn's answer became visible, step by step: what there is to play."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from deck.tui.model import ReadModel
from deck.views import Piece, StepRow
from store.errors import StoreError


class Beat(NamedTuple):
    """Something of a step becomes visible: when, in ms from the session's start, and the text that is new."""

    at_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """What came of a turn's answer; ``blocks`` are the pieces of each, and the first is the step after ``before``."""

    turn: str
    before: int
    blocks: tuple[tuple[Piece, ...], ...]

    def beats(self, row: StepRow) -> tuple[Beat, ...]:
        """How a step of the turn came; nothing for one that was there at once."""
        place = row.number - 1 - self.before
        pieces = self.blocks[place] if 0 <= place < len(self.blocks) else ()
        if len(pieces) < 2:
            return ()
        started = row.at_ms - pieces[0].at_ms
        return tuple(Beat(started + piece.at_ms, "" if piece.new_block else piece.text) for piece in pieces)


def score_of(turn: str) -> Callable[[ReadModel], Score]:
    """The score of a turn; an empty one where it cannot be read, which its page says."""

    def ask(model: ReadModel) -> Score:
        blocks: list[list[Piece]] = []
        try:
            for piece in model.pieces(turn):
                if piece.new_block:
                    blocks.append([])
                blocks[-1].append(piece)
        except StoreError:
            blocks.clear()
        return Score(turn, len(model.turn_steps(turn)) - len(blocks), tuple(map(tuple, blocks)))

    return ask
