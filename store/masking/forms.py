"""Events that differ in nothing but their texts and numbers from one that was read before: where their texts are.

Reading an event costs more than everything else that is done with one. So a form, met for the second time, becomes a
pattern: it fits only events that `store.masking.leaves` would find the same texts in, of the same paths and lanes.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from store.masking.leaves import PLACES, Leaf

_TEXT: Final = rb'[^"\\\n]*+(?:\\.[^"\\\n]*+)*+'
_NUMBER: Final = rb"-?[0-9][0-9.eE+-]*+"
_CLOSING = re.compile(rb" *([}\]])")
_WORD = re.compile(rb"[\w.-]*")
_KINDS: Final = frozenset(
    b"type object event status role finish_reason finishReason stop_reason stopReason done_reason".split()
)
"""Names of texts that say what an event is, or that it is the last: a form has them as they are."""
_MOST_FORMS: Final = 24
_MOST_BYTES: Final = 2048
_MOST_LEAVES: Final = 64


class Form(NamedTuple):
    """Events of one form: ``pattern`` has a group for each text that goes on one of ``lanes``."""

    pattern: re.Pattern[bytes]
    lanes: tuple[tuple[bytes, ...], ...]
    streams: bool  # one of the lanes is an answer's

    def fits(self, chunk: bytes) -> list[re.Match[bytes]] | None:
        """The events of a chunk that holds nothing but events of this form; else `None`."""
        found = self.pattern.fullmatch(chunk)
        if found is not None:
            return [found]
        *events, last = chunk.split(b"\n\n")
        several = [] if last else [each for event in events if (each := self.pattern.fullmatch(event + b"\n\n"))]
        return several if several and len(several) == len(events) else None


class Read(NamedTuple):
    """An event's JSON as it was read: its leaves, told from ``at`` in the event, and which of them go on a lane."""

    at: int
    leaves: Sequence[Leaf]
    going_on: Sequence[Leaf]


class Forms:
    """Forms that were met, the last one first. Streams may share them; use them from one thread."""

    def __init__(self) -> None:
        self._forms: list[Form] = []
        self._once: set[bytes] = set()  # patterns of events that were met once

    def fit(self, event: bytes) -> tuple[Form, re.Match[bytes]] | None:
        """The form of an event, with its texts as groups; `None` for one that must be read."""
        for place, form in enumerate(self._forms):
            found = form.pattern.fullmatch(event)
            if found is not None:
                if place:
                    self._forms.insert(0, self._forms.pop(place))
                return form, found
        return None

    def learn(self, event: bytes, read: Read, streams: bool) -> Form | None:
        """An event was read that did not fit: whole lines, of which one is JSON and no other belongs to a text.

        Its form, where that is known now.
        """
        lanes = tuple([leaf.lane for leaf in read.going_on])
        is_odd = len(event) > _MOST_BYTES or len(read.leaves) > _MOST_LEAVES or len(set(lanes)) < len(lanes)
        if is_odd or any(_is_bracketed(event, read.at, leaf) for leaf in read.leaves):
            return None
        source = _pattern(event, read)
        if source in self._once:
            self._forms.insert(0, Form(_compiled(source), lanes, streams))
            del self._forms[_MOST_FORMS:]
            return self._forms[0]
        if len(self._once) == 4 * _MOST_FORMS:
            self._once.clear()
        self._once.add(source)
        return None


def _is_name(leaf: Leaf) -> bool:
    return leaf.path[-1:] == (b"",)


def _is_bracketed(event: bytes, at: int, leaf: Leaf) -> bool:
    """Whether a name holds what `_literal` takes for structure."""
    return _is_name(leaf) and _CLOSING.search(event, at + leaf.start, at + leaf.end) is not None


def _pattern(event: bytes, read: Read) -> bytes:
    """What fits every event that is read like this one."""
    pieces: list[bytes] = []
    position = 0
    going_on = {leaf.start for leaf in read.going_on}
    for leaf in read.leaves:
        if _is_name(leaf) or (not leaf.is_text and leaf.path[-1:] and leaf.path[-1] in PLACES):
            continue
        pieces.append(_literal(event[position : read.at + leaf.start]))
        start, position = read.at + leaf.start, read.at + leaf.end
        fits = _TEXT if leaf.is_text else _NUMBER
        if leaf.is_text and leaf.path[-1:] and leaf.path[-1] in _KINDS and _WORD.fullmatch(event, start, position):
            fits = re.escape(event[start:position])
        pieces.append(b"(%b)" % fits if leaf.start in going_on else fits)
    pieces.append(_literal(event[position:]))
    return b"".join(pieces)


def _literal(text: bytes) -> bytes:
    """A part that is the same in all; but providers put blanks before the last brackets."""
    parts = _CLOSING.split(text)
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = [b" *" + re.escape(bracket) for bracket in parts[1::2]]
    return b"".join(parts)


@lru_cache(64)
def _compiled(source: bytes) -> re.Pattern[bytes]:
    return re.compile(source)
