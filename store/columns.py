"""Event streams and chunk times as columns: the same bytes, told in an order that compresses.

A stream of deltas repeats a few event shapes thousands of times around short pieces of text. `pack_stream` keeps each
shape once, then which shape each event has, then the lengths, the texts and the padding each on their own. A codec
here is only an encoding: `pack_*` gives `None` unless `unpack_*` gives back the very bytes.
"""

import re

from store.errors import Damaged
from store.varint import Cursor, put, put_bytes

_EVENT_END = b"\n\n"
# A string under a name that carries streamed text in one of the known wires, or padding that hides its length.
_HOLE = re.compile(
    rb'(?P<name>"(?:text|partial_json|thinking|signature|delta|content|arguments|reasoning|reasoning_content|obfuscation)"'
    rb'\s*:\s*")(?P<text>(?:[^"\\]|\\.)*)(?=")'
    rb"|(?P<space> +)(?=\}\n)"
)
_MARK = b"\xff"  # never part of UTF-8, so never part of a shape
_SPACE_MARK = b"\xfe"


def pack_stream(stream: bytes) -> bytes | None:
    """An event stream as columns, or `None` where that would not give it back."""
    if stream.count(_EVENT_END) < 4 or _MARK in stream or _SPACE_MARK in stream:
        return None
    shapes: dict[bytes, int] = {}
    order, lengths, spaces = bytearray(), bytearray(), bytearray()
    texts: list[bytes] = []

    def hole(match: re.Match[bytes]) -> bytes:
        if match.lastgroup == "space":
            put(spaces, match.end() - match.start())
            return _SPACE_MARK
        text = match.group("text")
        put(lengths, len(text))
        texts.append(text)
        return match.group("name") + _MARK

    *events, tail = stream.split(_EVENT_END)
    for event in events:
        shape = _HOLE.sub(hole, event + b"\n")
        put(order, shapes.setdefault(shape, len(shapes)))
    out = bytearray()
    put(out, len(events))
    put_bytes(out, b"\xff\xff".join(shapes))
    for column in (order, lengths, spaces, b"".join(texts)):
        put_bytes(out, column)
    put_bytes(out, tail)
    packed = bytes(out)
    return packed if unpack_stream(packed) == stream else None


def unpack_stream(packed: bytes) -> bytes:
    """The stream that `pack_stream` packed. Raises `Damaged` for anything else."""
    cursor = Cursor(packed)
    count = cursor.varint()
    shapes = [_pieces(shape) for shape in cursor.bytes().split(b"\xff\xff")]
    order, lengths, spaces = Cursor(cursor.bytes()), Cursor(cursor.bytes()), Cursor(cursor.bytes())
    texts, tail = Cursor(cursor.bytes()), cursor.bytes()
    out: list[bytes] = []
    for _ in range(count):
        number = order.varint()
        if number >= len(shapes):
            raise Damaged("an event has a shape that is not there")
        for piece in shapes[number]:
            if piece == _MARK:
                out.append(texts.take(lengths.varint()))
            elif piece == _SPACE_MARK:
                out.append(b" " * spaces.varint())
            else:
                out.append(piece)
        out.append(b"\n")
    return b"".join((*out, tail))


_MARKS = re.compile(b"(\xff|\xfe)")


def _pieces(shape: bytes) -> list[bytes]:
    return [piece for piece in _MARKS.split(shape) if piece]


def pack_times(times: bytes, stream: bytes) -> bytes | None:
    """Chunk times (`store.chunks`) with sizes counted in events of ``stream``; `None` where that does not fit."""
    cursor = Cursor(times)
    waits, events = bytearray(), bytearray()
    position = 0
    while not cursor.done:
        put(waits, cursor.varint())
        stop = position + cursor.varint()
        if stop > len(stream) or (stop and stream[stop - 2 : stop] != _EVENT_END):
            return None
        put(events, stream.count(_EVENT_END, position, stop))
        position = stop
    out = bytearray()
    put_bytes(out, waits)
    put_bytes(out, events)
    packed = bytes(out)
    return packed if unpack_times(packed, stream) == times else None


def unpack_times(packed: bytes, stream: bytes) -> bytes:
    """The chunk times that `pack_times` packed against the same stream. Raises `Damaged` for anything else."""
    cursor = Cursor(packed)
    waits, events = Cursor(cursor.bytes()), Cursor(cursor.bytes())
    out = bytearray()
    position = 0
    while not waits.done:
        put(out, waits.varint())
        stop = position
        for _ in range(events.varint()):
            found = stream.find(_EVENT_END, stop)
            if found < 0:
                raise Damaged("a chunk has more events than its stream")
            stop = found + len(_EVENT_END)
        put(out, stop - position)
        position = stop
    return bytes(out)
