"""Lines of a stream that wait until the texts in them are settled."""

from typing import NamedTuple

from store.masking.edits import Edit
from store.masking.escapes import Unescaped
from store.masking.lane import Lane
from store.masking.masking import Masking


class Piece(NamedTuple):
    """A part of a line that goes on a lane's text: from ``start`` to ``end`` of it, written from ``at`` in the line."""

    lane: Lane
    start: int
    end: int
    at: int
    view: Unescaped | None  # `None`: as it stands
    most: int  # how much of it may be changed: not a line's end

    def edits(self, masking: Masking) -> list[Edit]:
        """What the lane's secrets change in the line. A token stands where its secret begins."""
        found: list[Edit] = []
        for hit in self.lane.hits_in(self.start, self.end):
            low, high = max(hit.start, self.start) - self.start, min(hit.end, self.end) - self.start
            if low < high and self.view is not None:
                low, high = self.view.source_start(low), self.view.source_end(high)
            high = min(high, self.most)
            if low < high:
                is_begin = hit.start >= self.start
                token, rule = (masking.token(hit.rule, hit.value), hit.rule) if is_begin else (b"", "")
                found.append(Edit(self.at + low, self.at + high, token, rule))
        return found


class Line(NamedTuple):
    """A line that waits until its texts are settled."""

    raw: bytes
    edits: list[Edit]
    pieces: list[Piece]
