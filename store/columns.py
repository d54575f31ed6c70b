"""Event streams and chunk times as columns: the same bytes, told in an order that compresses.

A stream of deltas repeats a few event shapes thousands of times around short pieces of text. `pack_stream` keeps each
shape once, then which shape each event has, then the lengths, the texts and the padding each on their own. A codec
here is only an encoding: `pack_*` gives `None` unless `unpack_*` gives back the very bytes.
"""

import re
from itertools import accumulate, pairwise
from operator import sub

from store.errors import Damaged
from store.ids import MAX_OBJECT
from store.varint import Cursor, put, put_all, put_bytes, take_all

_EVENT_END = b"\n\n"
# A string under a name that carries streamed text in one of the known wires, or padding that hides its length.
_HOLE = re.compile(
    rb'("(?:text|partial_json|thinking|signature|delta|content|arguments|reasoning|reasoning_content|obfuscation)"'
    rb'\s*:\s*")([^"\\]*+(?:\\.[^"\\]*+)*+)(?=")'
)
_TEXT, _SPACE = b"\xff", b"\xfe"  # what stands for a hole in a shape; never part of UTF-8
_MARKS = re.compile(b"([\xfe\xff])")
_MOST_SPACES = 1 << 16
_BETWEEN = b"\xff\xff"  # never inside a shape, where two holes always have something between them


def pack_stream(stream: bytes) -> bytes | None:
    """An event stream as columns, or `None` where that would not give it back."""
    if stream.count(_EVENT_END) < 4 or _TEXT in stream or _SPACE in stream:
        return None
    found = _HOLE.split(stream)  # before, (name, text, after)*
    texts = found[2::3]
    found[2::3] = [_TEXT] * len(texts)
    *events, tail = b"".join(found).split(_EVENT_END)
    spaces: list[int] = []
    for place, event in enumerate(events):
        if event.endswith(b" }"):
            bare = event[:-1].rstrip(b" ")
            spaces.append(len(event) - 1 - len(bare))
            events[place] = bare + _SPACE + b"}"
    if max(spaces, default=0) > _MOST_SPACES:
        return None
    shapes = {shape: number for number, shape in enumerate(dict.fromkeys(events))}
    out = bytearray()
    put(out, len(events))
    put_bytes(out, _BETWEEN.join(shapes))
    for column in ([shapes[event] for event in events], [len(text) for text in texts], spaces):
        put_bytes(out, put_all(column))
    put_bytes(out, b"".join(texts))
    put_bytes(out, tail)
    packed = bytes(out)
    return packed if len(stream) < MAX_OBJECT and unpack_stream(packed) == stream else None


def unpack_stream(packed: bytes) -> bytes:
    """The stream that `pack_stream` packed. Raises `Damaged` for anything else."""
    cursor = Cursor(packed)
    count = cursor.varint()
    shapes = cursor.bytes().split(_BETWEEN)
    order, lengths, spaces = take_all(cursor.bytes()), take_all(cursor.bytes()), take_all(cursor.bytes())
    texts, tail = cursor.bytes(), cursor.bytes()
    if len(order) != count or max(order, default=0) >= len(shapes) or max(spaces, default=0) > _MOST_SPACES:
        raise Damaged("an event has a shape that is not there")
    events = [shapes[number] for number in order]
    if sum(map(len, events)) + sum(spaces) > MAX_OBJECT:  # the rest is no longer than the record
        raise Damaged("an event stream is longer than any that is kept")
    found = _MARKS.split(_EVENT_END.join((*events, tail)))  # before, (mark, after)*
    ends = [0, *accumulate(lengths)]
    if ends[-1] > len(texts):
        raise Damaged("a text runs past its record")
    pieces, widths = iter([texts[start:end] for start, end in pairwise(ends)]), iter(spaces)
    try:
        found[1::2] = [next(pieces) if mark == _TEXT else b" " * next(widths) for mark in found[1::2]]
    except StopIteration:
        raise Damaged("an event stream has more holes than texts for them") from None
    return b"".join(found)


def pack_times(times: bytes, stream: bytes) -> bytes | None:
    """Chunk times (`store.chunks`) with sizes counted in events of ``stream``; `None` where that does not fit."""
    numbers = take_all(times)
    ends = _event_ends(stream)
    numbered = {end: number for number, end in enumerate(ends)}
    stops = [numbered.get(stop, -1) for stop in accumulate(numbers[1::2])]
    if -1 in stops:
        return None
    out = bytearray()
    put_bytes(out, put_all(numbers[::2]))
    put_bytes(out, put_all(_steps(stops)))
    packed = bytes(out)
    return packed if _unpack_times(packed, ends) == times else None


def unpack_times(packed: bytes, stream: bytes) -> bytes:
    """The chunk times that `pack_times` packed against the same stream. Raises `Damaged` for anything else."""
    return _unpack_times(packed, _event_ends(stream))


def _unpack_times(packed: bytes, ends: list[int]) -> bytes:
    cursor = Cursor(packed)
    waits, events = take_all(cursor.bytes()), take_all(cursor.bytes())
    if len(events) != len(waits):
        raise Damaged("chunk times are not in pairs")
    if sum(events) >= len(ends):
        raise Damaged("a chunk has more events than its stream")
    sizes = _steps([ends[number] for number in accumulate(events)])
    return put_all([number for pair in zip(waits, sizes, strict=True) for number in pair])


def _event_ends(stream: bytes) -> list[int]:
    """Where each event ends, after the 0 where the first one begins."""
    events = stream.split(_EVENT_END)[:-1]
    return [0, *accumulate([len(event) + len(_EVENT_END) for event in events])]


def _steps(places: list[int]) -> list[int]:
    """How far each place is from the one before it; the first from 0."""
    return list(map(sub, places, [0, *places[:-1]]))
