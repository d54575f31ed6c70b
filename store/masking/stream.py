"""Masking a stream of events while it comes in: SSE, JSON lines, the messages of a socket, or lines of plain text.

Each line keeps its place and its form. The texts in it go on from line to line (`store.masking.lane`), so a secret is
found however it is cut into events; its token stands where the secret began, and what later events had of it is
gone. What may still become a secret is held back, with all lines after it.
"""

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence

from store.masking.document import document_edits, opens_as_json, withheld
from store.masking.edits import Edit, Place, outside, places, replaced
from store.masking.escapes import Unescaped, plain
from store.masking.finder import LAYERS
from store.masking.fitted import fitted
from store.masking.flowing import TEXT, goes_on, is_streamed, patience
from store.masking.forms import Form, Forms, Read
from store.masking.framing import Document, Framing, Kind, Opening
from store.masking.lane import Lane
from store.masking.leaves import Leaf, leaves
from store.masking.lines import Line, Piece
from store.masking.masking import Masking
from store.masking.scanner import Hit

_BY_ITSELF = re.compile(rb"(?:(?:event|id|retry)?:.*)?\r?\n\Z", re.S)
_DONE = re.compile(rb"(?:\[DONE\]\s*)?\Z")
_MOST_LANES = 1024


class StreamMasker:
    """One stream. Feed it in any chunks: what comes out in all is the same."""

    def __init__(self, masking: Masking, forms: Forms | None = None) -> None:
        """``forms`` are those met in other streams: their events need not be read again."""
        self._masking = masking
        self._opening = Opening()
        self._framing: Framing | None = None
        self._forms = Forms() if forms is None else forms
        self._latest: Form | None = None  # of the last event
        self._waiting: deque[Line] = deque()
        self._lanes: dict[tuple[bytes, ...], Lane] = {}
        self._count = 0  # lines with JSON
        self._fed_bytes = 0
        self._written_bytes = 0  # of what was let go, as it came
        self.places: list[Place] = []
        """Where something was masked in the stream as it came, in order."""

    @property
    def held(self) -> int:
        """Bytes of what was fed that are held back."""
        return self._fed_bytes - self._written_bytes

    def feed(self, chunk: bytes) -> bytes:
        """Go on with ``chunk``; what can be written now."""
        return self._feed(chunk, is_quiet=False)

    def leave(self) -> None:
        """Share forms with other streams no longer."""
        self._forms = Forms()

    def _feed(self, chunk: bytes, *, is_quiet: bool) -> bytes:
        """`feed`; where it ``is_quiet``, there is no sign of a secret in the chunk."""
        is_quiet = is_quiet and (self._framing or self._opening).is_between
        self._fed_bytes += len(chunk)
        if self._framing is None:
            told = self._opening.told(chunk)
            if told is None:
                return b""
            self._framing, chunk = told
        out: list[bytes] = []
        for event in self._framing.events(chunk):
            self._take_event(event, self._framing, out, is_quiet=is_quiet)
        return b"".join(out)

    def is_more(self, chunk: bytes) -> bool:
        """Whether a chunk is nothing but more of the text that streams: it ends nothing."""
        latest = self._streaming
        return latest is not None and latest.fits(chunk) is not None

    def feed_all(self, chunks: Sequence[bytes]) -> list[bytes]:
        """`feed` of each; what can be written after each. More of the text that streams is cleaned in one go."""
        out: list[bytes] = []
        is_quiet = self._masking.finder.quiet.is_quiet(b"".join(chunks))
        more: list[bytes] = []
        events: list[re.Match[bytes]] = []  # in all of it
        for chunk in chunks:
            form = self._streaming
            found = form.fits(chunk) if form is not None and is_quiet else None
            if found is not None:
                more.append(chunk)
                events += found
                continue
            if more:
                out += self._feed_more(more, events)
                more, events = [], []
            out.append(self._feed(chunk, is_quiet=is_quiet))
        return out + self._feed_more(more, events) if more else out

    @property
    def _streaming(self) -> Form | None:
        """The form of the last event, where the next one could be more of its text."""
        latest, framing = self._latest, self._framing
        is_between = framing is not None and framing.is_between
        return latest if latest is not None and latest.streams and is_between else None

    def _feed_more(self, chunks: Sequence[bytes], found: Sequence[re.Match[bytes]]) -> list[bytes]:
        """`feed` of chunks with nothing but these events of the latest form, and no sign of a secret in any of them."""
        form = self._latest
        is_plain = not self._waiting and len(self._lanes) <= _MOST_LANES
        if form is not None and is_plain:
            texts = [_text([each[number] for each in found]) for number in range(1, len(form.lanes) + 1)]
            lanes = [self._lane(name) for name in form.lanes]
            if all(lane.is_quiet_with(text) and not lane.hits for lane, text in zip(lanes, texts, strict=True)):
                self._begin_lines(len(found))
                for lane, text in zip(lanes, texts, strict=True):
                    lane.add_quiet(text)
                    lane.heard = self._count
                size = sum(map(len, chunks))
                self._fed_bytes += size
                self._written_bytes += size
                return list(chunks)
        return [self._feed(chunk, is_quiet=True) for chunk in chunks]

    def flush(self, is_cut: bool = False) -> bytes:
        """The stream is at its end; all that was held back. Where it ``is_cut``, the beginnings of secrets go, too."""
        framing = self._framing or Document()
        rest = self._opening.rest() if self._framing is None else framing.rest()
        out: list[bytes] = []
        if rest and framing.kind is Kind.DOCUMENT:
            self._waiting.append(Line(rest, document_edits(rest, self._masking, is_cut), []))
        elif rest:
            self._take(rest, framing, is_last=True)
        self._finish(is_cut)
        self._release(out)
        return b"".join(out)

    def _take_event(self, event: bytes, framing: Framing, out: list[bytes], *, is_quiet: bool) -> None:
        fit = None if self._masking.fields else self._forms.fit(event)
        self._latest = fit[0] if fit is not None else None
        if fit is not None and (is_quiet or self._masking.finder.quiet.is_quiet(event)):
            self._take_fitting(event, *fit, out)
            return
        read: list[Read] = []
        is_other = False  # there is a line that is neither read nor by itself
        at = 0
        for line in framing.lines(event):
            found = None
            if _BY_ITSELF.match(line):
                self._waiting.append(Line(line, self._edits_by_itself(line), []))
            else:
                found = self._take(line, framing)
                is_other = is_other or found is None
            if found is not None:
                read.append(found._replace(at=at + found.at))
            at += len(line)
            self._release(out)
        if fit is None and len(read) == 1 and not is_other and not self._masking.fields:
            self._latest = self._forms.learn(event, read[0], any(is_streamed(leaf.lane) for leaf in read[0].going_on))

    def _take_fitting(self, event: bytes, form: Form, found: re.Match[bytes], out: list[bytes]) -> None:
        """Take an event of a known form in which no secret is, unless one goes on there or begins."""
        self._begin_lines(1)
        pieces: list[Piece] = []
        is_settled = not self._waiting
        for number, name in enumerate(form.lanes, 1):
            source = found[number]
            view = Unescaped(source, only_json=True) if b"\\" in source else None
            piece = self._go_on(name, source, found.start(number), view, [])
            is_settled = is_settled and piece.lane.settled == piece.end and not piece.lane.hits
            pieces.append(piece)
        if is_settled:
            self._written_bytes += len(event)
            out.append(event)
        else:
            self._waiting.append(Line(event, [], pieces))
            self._release(out)

    def _take(self, raw: bytes, framing: Framing, is_last: bool = False) -> Read | None:
        """Take a line, and let its texts go on. What was read of it; `None` where it is no JSON."""
        head = framing.head.match(raw)
        at = head.end() if head else 0
        payload = raw[at:]
        read = leaves(payload, is_last) if payload[:1] in (b"{", b"[", b'"') else None
        if read is None:
            self._take_text(raw, at)
            return None
        self._begin_lines(1)
        hits = self._masking.hits(payload)
        treated, edits = self._masking.by_field(payload, read)
        starts, ends = [hit.start for hit in hits], [hit.end for hit in hits]
        pieces: list[Piece] = []
        going_on = [leaf for leaf in read if goes_on(leaf) and (leaf.start, leaf.end) not in treated]
        for leaf in going_on:
            source = payload[leaf.start : leaf.end]
            view = Unescaped(source, only_json=True)
            here = hits[bisect_right(ends, leaf.start) : bisect_left(starts, leaf.end)]
            given = [_inside(hit, leaf, view) for hit in here]
            pieces.append(self._go_on(leaf.lane, source, at + leaf.start, view, given))
        if hits:
            treated |= {(leaf.start, leaf.end) for leaf in going_on}
            edits += outside(fitted(payload, hits, self._masking.token), treated)
        self._waiting.append(Line(raw, [edit.moved(at) for edit in edits], pieces))
        return Read(at, read, going_on)

    def _take_text(self, raw: bytes, at: int) -> None:
        """Take a line without JSON. Where fields are named, none that could be in it may stay."""
        if (
            self._masking.fields
            and (raw[:at].strip() or opens_as_json(raw) or raw[:1] == b'"')
            and not _DONE.match(raw, at)
        ):
            self._waiting.append(Line(raw, [withheld(raw, self._masking, at)], []))
            return
        most = len(raw.rstrip(b"\r\n")) - at
        self._waiting.append(Line(raw, [], [self._go_on(TEXT, raw[at:], at, None, [], most)]))

    def _edits_by_itself(self, line: bytes) -> list[Edit]:
        """What masks a line that goes on with no other: the fields of an event beside its data, or an empty line."""
        end = len(line.rstrip(b"\r\n"))
        token = self._masking.token
        hits = self._masking.hits(line[:end]) if end else ()
        return [Edit(hit.start, hit.end, token(hit.rule, hit.value), hit.rule) for hit in hits]

    def _begin_lines(self, count: int) -> None:
        """Count lines with JSON."""
        self._count += count
        if len(self._lanes) > _MOST_LANES:
            self._finish()

    def _go_on(
        self,
        name: tuple[bytes, ...],
        source: bytes,
        at: int,
        view: Unescaped | None,
        given: Sequence[Hit],
        most: int | None = None,
    ) -> Piece:
        lane = self._lane(name)
        start = lane.size
        lane.add(source if view is None else view.text, given)
        return Piece(lane, start, lane.size, at, view, len(source) if most is None else most)

    def _lane(self, name: tuple[bytes, ...]) -> Lane:
        """The text of this name, which goes on now."""
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = Lane(self._masking.finder, patience(name))
        lane.heard = self._count
        return lane

    def _release(self, out: list[bytes]) -> None:
        """Write what is settled, in order; a text that held it back for long without going on is at its end."""
        while self._waiting:
            line = self._waiting[0]
            for piece in line.pieces:
                if piece.lane.settled < piece.end:
                    if self._count - piece.lane.heard < piece.lane.patience:
                        return
                    piece.lane.finish()
            self._waiting.popleft()
            out.append(self._written(line))

    def _written(self, line: Line) -> bytes:
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


def _text(sources: Sequence[bytes]) -> bytes:
    """A text in the pieces of several events."""
    if not any(b"\\" in source for source in sources):
        return b"".join(sources)
    return b"".join([Unescaped(source, only_json=True).text for source in sources])


def _inside(hit: Hit, leaf: Leaf, view: Unescaped) -> Hit:
    """The part of a hit in a line that lies in ``leaf``, told in the leaf's text."""
    low, high = max(hit.start, leaf.start), min(hit.end, leaf.end)
    start, end = view.place_of(low - leaf.start), view.place_after(high - leaf.start)
    value = hit.value if (low, high) == (hit.start, hit.end) else plain(view.text[start:end], LAYERS)
    return Hit(start, end, hit.rule, value)
