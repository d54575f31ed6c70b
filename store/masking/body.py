"""Masking whole bodies: JSON stays JSON, events stay events, everything else is text. What is known is not scanned.

A request repeats the one before it but for its end. So the latest bodies are kept in memory, as they came and with
what was changed in them; of a new one only the part that differs is looked at, and as much around it as a rule sees.
"""

from typing import Final, NamedTuple

from store.masking.document import document_edits, is_json
from store.masking.earlier import EarlierBodies, talk_in
from store.masking.edits import Edit, Place, places, replaced
from store.masking.fitted import fitted
from store.masking.framing import Kind, kind_of
from store.masking.known import Change, Earlier, change
from store.masking.masking import Masking
from store.masking.scanner import Hit
from store.masking.stream import StreamMasker

_SHARE: Final = 4
_SHORT: Final = 1 << 14  # below it a body is scanned as a whole
_QUIETER: Final = 16  # how much faster a text is passed over in which nothing looks like a secret


class TooMuch(Exception):
    """More of a body would have to be looked at than the caller has time for."""


class Masked(NamedTuple):
    """A body without its secrets, and where they were in the body as it came."""

    data: bytes
    places: tuple[Place, ...]


class BodyMasker:
    """Masks bodies, and remembers the latest ones. From any thread."""

    def __init__(self, masking: Masking) -> None:
        self._masking = masking
        self._earlier = EarlierBodies(None)

    def mask(self, body: bytes, most: int | None = None) -> Masked:
        """A body that is there as a whole. Its meaning is told by what it holds, not by its content type.

        Raises `TooMuch` where more than ``most`` bytes would have to be looked at closely, and then has done little.
        """
        most = len(body) if most is None else most
        if kind_of(body) in (Kind.LINES, Kind.ELEMENTS):
            _check(len(body), most)
            stream = StreamMasker(self._masking)
            data = stream.feed(body) + stream.flush()
            return Masked(data, tuple(stream.places))
        edits = self._edits(body, most)
        return Masked(replaced(body, edits) if edits else body, tuple(places(edits)))

    def _edits(self, body: bytes, most: int) -> list[Edit]:
        masking = self._masking
        if masking.fields or len(body) < _SHORT or not is_json(body):
            _check(len(body), most)
            return document_edits(body, masking)
        return self._with_earlier(body, most)

    def _with_earlier(self, body: bytes, most: int) -> list[Edit]:
        masking = self._masking
        rules = masking.finder
        earlier = self._earlier
        if earlier.rules is not rules:
            earlier = self._earlier = EarlierBodies(rules)
        margin, talk = rules.sight, talk_in(body)
        best: tuple[Earlier, Change] | None = None
        likes = earlier.like(body, talk)
        for like in likes:
            found = change(like.body, body, margin, rules.quiet.is_quiet)
            if found is not None and (best is None or found.size < best[1].size):
                best = like.body, found
            if best is not None and best[1].size * _SHARE < len(body):
                break  # the others can spare little more
        is_quiet = self._is_quiet(body, best[1] if best else None, margin, most)
        edits = None
        if best is not None:
            start, end, before, after = best[1]
            new = [] if is_quiet else self._between(body, start, end, margin)
            if all(start <= hit.start and hit.end <= end for hit in new):
                edits = [*before, *fitted(body, new, masking.token), *after]
        if best is None or edits is None:
            edits = [] if is_quiet else fitted(body, masking.hits(body), masking.token)
        earlier.remember(Earlier(body, tuple(edits)), talk, likes)
        return edits

    def _is_quiet(self, body: bytes, new: Change | None, margin: int, most: int) -> bool:
        """Whether so much is new that it was asked for signs of a secret first, and has none. Raises `TooMuch`."""
        start, end = (0, len(body)) if new is None else (new.start, new.end)
        if end - start <= most:
            return False
        _check(end - start, most * _QUIETER)
        if not self._masking.finder.quiet.is_quiet(body[max(0, start - margin) : end + margin]):
            raise TooMuch
        return True

    def _between(self, body: bytes, start: int, end: int, margin: int) -> list[Hit]:
        """What rules find from ``start`` to ``end`` and over these borders."""
        low, high = max(0, start - margin), min(len(body), end + margin)
        found = [hit.moved(low) for hit in self._masking.hits(body[low:high])]
        return [hit for hit in found if hit.end > start and hit.start < end]


def _check(size: int, most: int) -> None:
    if size > most:
        raise TooMuch
