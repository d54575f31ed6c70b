"""Writing the records that `store.records` reads."""

import re
from collections.abc import Callable, Sequence

from store.parts import Chain, Element, Large, Literal, Part
from store.varint import put, put_bytes

Place = Callable[[bytes], int]
"""The object's place in the current frame (0-based), or -1 for one that lies elsewhere."""


class Encoder:
    """Writes records that will stand at ``here`` in the frame. One object at a time."""

    def __init__(self, place: Place, here: int) -> None:
        self._place = place
        self._here = here

    def _back(self, out: bytearray, object_id: bytes) -> None:
        place = self._place(object_id)
        put(out, self._here - place if place >= 0 else 0)
        if place < 0:
            out += object_id

    def _fixed(self, out: bytearray, object_id: bytes) -> None:
        place = self._place(object_id)
        put(out, place + 1)
        if place < 0:
            out += object_id

    def message(self, parent: bytes | None, content: bytes) -> bytes:
        """A message of a conversation."""
        out = bytearray()
        self._parent(out, parent)
        return bytes(out + content)

    def repeat(self, parent: bytes | None, same: bytes) -> bytes:
        """A message whose content is that of the message ``same``."""
        out = bytearray()
        self._parent(out, parent)
        self._back(out, same)
        return bytes(out)

    def answer(self, parent: bytes | None, source: bytes, content: bytes) -> bytes:
        """A message rebuilt from the blob ``source``."""
        out = bytearray()
        self._parent(out, parent)
        self._back(out, source)
        return bytes(out + content)

    def _parent(self, out: bytearray, parent: bytes | None) -> None:
        out.append(0 if parent is None else 1)
        if parent is not None:
            self._back(out, parent)

    def json(self, payload: bytes) -> bytes:
        """A JSON payload with the ids in it taken out."""
        found = _HEX.split(payload)  # before, (id, after)*
        out = bytearray()
        put(out, len(found) // 2)
        for text in found[1::2]:
            self._back(out, bytes.fromhex(text.decode()))
        return bytes(out + b'"\xff"'.join(found[::2]))

    def times(self, stream: bytes, packed: bytes) -> bytes:
        """Chunk times packed against the blob ``stream``."""
        out = bytearray()
        self._back(out, stream)
        return bytes(out + packed)

    def recipe(self, own: bytes, parts: Sequence[Part], ids: Callable[[bytes], bytes], tip: bytes | None) -> bytes:
        """A body or array as its parts; ``ids`` names the blob of a large value, ``tip`` the chain's last message.

        Its ``own`` id stands in it: the parts may lie in other frames, and their loss must not cost whatever names it.
        """
        out = bytearray(own)
        put(out, len(parts))
        for part in parts:
            match part:
                case Literal():
                    out.append(0)
                    put_bytes(out, part.data)
                case Large():
                    out.append(1)
                    self._fixed(out, ids(part.data))
                case Chain():
                    out.append(2)
                    assert tip is not None
                    self._back(out, tip)
                    put(out, len(part.elements))
                    put_bytes(out, part.separator)
                    _put_cuts(out, part.elements)
        return bytes(out)


_HEX = re.compile(rb'"([0-9a-f]{64})"')


def _put_cuts(out: bytearray, elements: Sequence[Element]) -> None:
    cut = [(len(elements) - index, element.cuts) for index, element in enumerate(elements) if element.cuts]
    put(out, len(cut))
    for from_end, cuts in cut:
        put(out, from_end)
        put(out, len(cuts))
        for each in cuts:
            put(out, each.at)
            put_bytes(out, each.data)
