"""Masking a stream of events while it comes in: SSE, JSON lines, the messages of a socket, or lines of plain text.

Each line keeps its place and its form. The texts in it go on from line to line (`store.masking.lane`), so a secret is
found however it is cut into events; its token stands where the secret began, and what later events had of it is
gone. What may still become a secret is held back, with all lines after it.
"""

import re
from bisect import bisect_left, bisect_right
from collections import deque
from typing import Final, NamedTuple

from store.masking.edits import Edit, Place, outside, places, replaced
from store.masking.escapes import Unescaped, plain
from store.masking.finder import LAYERS
from store.masking.fitted import fitted
from store.masking.lane import Lane
from store.masking.leaves import ANY, Leaf, leaves
from store.masking.masking import Masking
from store.masking.scanner import Hit

PATIENCE: Final = 64
"""Lines with JSON that a text may hold back without going on itself; then it is taken to be at its end."""

_HEAD = re.compile(rb"(?:(?:data|event|id|retry):[ ]?|[<>]#?[ ])?[ \t]*")
_LABELS = frozenset(b"type id role object model event status finish_reason stop_reason created_at obfuscation".split())
_MOST_LANES = 1024
_TEXT = (b"",)


class _Piece(NamedTuple):
    """A part of a line that goes on a lane's text: from ``start`` to ``end`` of it, written from ``at`` in the line."""

    lane: Lane
    start: int
    end: int
    at: int
    view: Unescaped | None  # `None`: as it stands
    most: int = 0  # where the line's end stands in it, which stays

    def edits(self, masking: Masking) -> list[Edit]:
        """What the lane's secrets change in the line. A token stands where its secret begins."""
        found: list[Edit] = []
        for hit in self.lane.hits_in(self.start, self.end):
            low, high = max(hit.start, self.start) - self.start, min(hit.end, self.end) - self.start
            if low < high:
                if self.view is not None:
                    low, high = self.view.source_start(low), self.view.source_end(high)
                else:
                    high = min(high, self.most)
                    if low >= high:
                        continue
                if hit.start >= self.start:
                    found.append(Edit(self.at + low, self.at + high, masking.token(hit.rule, hit.value), hit.rule))
                else:
                    found.append(Edit(self.at + low, self.at + high, b""))
        return found


class _Line(NamedTuple):
    """A line that waits until its texts are settled."""

    raw: bytes
    edits: list[Edit]
    pieces: list[_Piece]


class StreamMasker:
    """One stream. Feed it in any chunks: what comes out in all is the same."""

    def __init__(self, masking: Masking) -> None:
        self._masking = masking
        self._rest: list[bytes] = []  # of a line whose end has not come
        self._waiting: deque[_Line] = deque()
        self._lanes: dict[tuple[bytes, ...], Lane] = {}
        self._count = 0
        self._written_bytes = 0  # of the lines that were let go, as they came
        self.places: list[Place] = []
        """Where something was masked in the stream as it came, in order."""

    def feed(self, chunk: bytes) -> bytes:
        """Go on with ``chunk``; what can be written now."""
        lines = chunk.split(b"\n")
        if len(lines) == 1:
            self._rest.append(chunk)
            return b""
        out: list[bytes] = []
        lines[0] = b"".join((*self._rest, lines[0]))
        self._rest = [lines.pop()]
        for line in lines:
            self._take(line + b"\n")
            self._release(out)
        return b"".join(out)

    def flush(self, is_cut: bool = False) -> bytes:
        """The stream is at its end; all that was held back. Where it ``is_cut``, the beginnings of secrets go, too."""
        rest, self._rest = b"".join(self._rest), []
        if rest:
            self._take(rest, is_last=True)
        self._finish(is_cut)
        out: list[bytes] = []
        self._release(out)
        return b"".join(out)

    def _take(self, raw: bytes, is_last: bool = False) -> None:
        found = _HEAD.match(raw)
        at = found.end() if found else 0
        read = leaves(raw[at:], is_last) if raw[at : at + 1] in (b"{", b"[", b'"') else None
        if read is None:
            piece = self._go_on(_TEXT, raw[at:], at, None, [])
            self._waiting.append(_Line(raw, [], [piece._replace(most=len(raw.rstrip(b"\r\n")) - at)]))
            return
        self._count += 1
        if len(self._lanes) > _MOST_LANES:
            self._finish()
        payload = raw[at:]
        hits = self._masking.hits(payload)
        treated, edits = self._masking.by_field(payload, read)
        starts, ends = [hit.start for hit in hits], [hit.end for hit in hits]
        pieces: list[_Piece] = []
        for leaf in read:
            if _goes_on(leaf) and (leaf.start, leaf.end) not in treated:
                view = Unescaped(payload[leaf.start : leaf.end], only_json=True)
                here = hits[bisect_right(ends, leaf.start) : bisect_left(starts, leaf.end)]
                given = [_inside(hit, leaf, view) for hit in here]
                pieces.append(self._go_on(leaf.lane, view.text, at + leaf.start, view, given))
                treated.add((leaf.start, leaf.end))
        if hits:
            edits += outside(fitted(payload, hits, self._masking.token), treated)
        self._waiting.append(_Line(raw, [edit.moved(at) for edit in edits], pieces))

    def _go_on(self, name: tuple[bytes, ...], text: bytes, at: int, view: Unescaped | None, given: list[Hit]) -> _Piece:
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = Lane(self._masking.finder)
        start = lane.size
        lane.add(text, given)
        lane.heard = self._count
        return _Piece(lane, start, lane.size, at, view)

    def _release(self, out: list[bytes]) -> None:
        """Write what is settled, in order; a text that held it back for long without going on is at its end."""
        while self._waiting:
            line = self._waiting[0]
            for piece in line.pieces:
                if piece.lane.settled < piece.end:
                    if self._count - piece.lane.heard < PATIENCE:
                        return
                    piece.lane.finish()
            self._waiting.popleft()
            out.append(self._written(line))

    def _written(self, line: _Line) -> bytes:
        edits = list(line.edits)
        for piece in line.pieces:
            if piece.lane.hits:
                edits += piece.edits(self._masking)
                piece.lane.forget(piece.end)
        at = self._written_bytes
        self._written_bytes += len(line.raw)
        if not edits:
            return line.raw
        edits.sort()
        self.places += places(edits, at)
        return replaced(line.raw, edits)

    def _finish(self, is_cut: bool = False) -> None:
        for lane in self._lanes.values():
            lane.finish(is_cut)
        self._lanes.clear()


def _goes_on(leaf: Leaf) -> bool:
    """Whether a text may go on in the next line."""
    if not leaf.is_text or (leaf.path and not leaf.path[-1]):
        return False
    name = next((each for each in reversed(leaf.path) if each != ANY), b"")
    return name not in _LABELS and not name.endswith(b"_id")


def _inside(hit: Hit, leaf: Leaf, view: Unescaped) -> Hit:
    """The part of a hit in a line that lies in ``leaf``, told in the leaf's text."""
    low, high = max(hit.start, leaf.start), min(hit.end, leaf.end)
    start, end = view.place_of(low - leaf.start), view.place_after(high - leaf.start)
    value = hit.value if (low, high) == (hit.start, hit.end) else plain(view.text[start:end], LAYERS)
    return Hit(start, end, hit.rule, value)
