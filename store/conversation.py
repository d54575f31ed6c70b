"""The conversation of a request body, an array or one text: its elements, their volatile members cut out.

What an earlier body of the same conversation held at the same place is compared in long runs and taken over; only what
is new is scanned and parsed. Volatile members (`cache_control`) move from turn to turn, so a run ends at each element
that had one, and such an element is also looked for without it.
"""

import re
from bisect import bisect_right
from itertools import accumulate
from typing import Any, NamedTuple

from store import jsonspan
from store.canonical import UNPARSABLE, loads
from store.parts import Cut, Element

_VALUE = rb'(?:\{[^{}"]*(?:"[^"\\]*"[^{}"]*)*\}|null)'
_VOLATILE = re.compile(rb',\s*"cache_control"\s*:\s*' + _VALUE + rb'|"cache_control"\s*:\s*' + _VALUE + rb"\s*,\s*")

_LAST = 64  # bytes of an opening that are compared first


class Conversation(NamedTuple):
    """An array of elements in a body: where the first begins and the last ends, and what stands between two."""

    elements: tuple[Element, ...]
    separator: bytes
    start: int
    end: int
    known: int  # how many leading elements were taken over
    known_end: int  # where the last of them ends, or the first element begins
    new: tuple[Any, ...]  # the others, parsed


class _Run(NamedTuple):
    """Neighbouring elements of an earlier body, as they were sent; ``clean`` is one element without its cuts."""

    elements: tuple[Element, ...]
    raw: memoryview
    clean: bytes


class Known:
    """An earlier conversation, to compare the next one with."""

    def __init__(self, whole: bytes, conversation: Conversation) -> None:
        """``whole`` is the body that the conversation is part of."""
        self.start = conversation.start
        self.separator = conversation.separator
        self.opening = conversation.elements[0].content
        self._last = self.opening[-_LAST:]
        self._last_start = self.start + len(self.opening) - len(self._last)
        self._runs = _runs(memoryview(whole), conversation)

    def fits(self, body: bytes) -> bool:
        """Whether ``body`` has the same first element at the same place."""
        # openings begin with the same reminders, and end with what was asked
        return body.startswith(self._last, self._last_start) and body.startswith(self.opening, self.start)

    def common(self, body: bytes) -> tuple[list[Element], int]:
        """Leading elements that ``body`` has in the same order at the same place, and where they end in it."""
        found: list[Element] = []
        position = self.start
        for run in self._runs:
            begin = position + len(self.separator) if found else position
            if found and not body.startswith(self.separator, position):
                break
            if body.startswith(run.raw, begin):
                found += run.elements
                position = begin + len(run.raw)
            elif run.clean and body.startswith(run.clean, begin):
                found.append(Element(run.clean))
                position = begin + len(run.clean)
            else:
                part, size = ((), 0) if run.clean else self._part(run, body, begin)
                found += part
                position = begin + size if part else position
                break
        return found, position

    def _part(self, run: _Run, body: bytes, begin: int) -> tuple[tuple[Element, ...], int]:
        """As much of a run as ``body`` has at ``begin``: elements and bytes."""
        sizes = [len(each.content) + len(self.separator) for each in run.elements]
        ends = [end - len(self.separator) for end in accumulate(sizes)]
        count = bisect_right(ends, False, key=lambda end: not body.startswith(run.raw[:end], begin))
        return run.elements[:count], ends[count - 1] if count else 0


def _runs(whole: memoryview, conversation: Conversation) -> list[_Run]:
    runs: list[_Run] = []
    elements, between = conversation.elements, len(conversation.separator)
    position, first = conversation.start, 0
    for place in (*(number for number, element in enumerate(elements) if element.cuts), len(elements)):
        if plain := elements[first:place]:
            size = sum([len(element.content) for element in plain]) + between * (len(plain) - 1)
            runs.append(_Run(plain, whole[position : position + size], b""))
            position += size + between
        for element in elements[place : place + 1]:
            size = len(element.content) + sum(len(cut.data) for cut in element.cuts)
            runs.append(_Run((element,), whole[position : position + size], element.content))
            position += size + between
        first = place + 1
    return runs


def read(body: bytes, position: int, known: Known | None) -> Conversation | None:
    """The conversation in the array at ``position``; `None` where it is not an array of objects, evenly separated."""
    first = jsonspan.skip_space(body, position + 1)
    elements: list[Element] = []
    new: list[Any] = []
    end = first
    if known is not None and known.start == first:
        elements, end = known.common(body)
    taken, known_end = len(elements), end
    separator = known.separator if known is not None and taken > 1 else None
    while True:
        following = jsonspan.skip_space(body, end)
        mark = body[following : following + 1]
        if mark == b"]":
            break
        begin = following
        if elements:
            begin = jsonspan.skip_space(body, following + 1)
            if mark != b"," or body[end:begin] != (separator or body[end:begin]):
                return None
            separator = body[end:begin]
        end = jsonspan.value_end(body, begin)
        if end < 0 or body[begin] != 0x7B:
            return None
        element = _strip(body[begin:end])
        value = loads(element.content)
        if value is UNPARSABLE:
            return None
        elements.append(element)
        new.append(value)
    if not elements:
        return None
    return Conversation(tuple(elements), separator or b",", first, end, taken, known_end, tuple(new))


def text(body: bytes, span: jsonspan.Span) -> Conversation | None:
    """A conversation that is one JSON text; `None` where the value at ``span`` is none."""
    content = body[span.start : span.end]
    value = loads(content) if content[:1] == b'"' else UNPARSABLE
    if value is UNPARSABLE:
        return None
    return Conversation((Element(content),), b",", span.start, span.end, 0, span.start, (value,))


def _strip(raw: bytes) -> Element:
    """An element without its volatile members.

    Inside a JSON string the name's quotes would be escaped, so a match is always a real member.
    """
    if b'"cache_control"' not in raw:
        return Element(raw)
    kept: list[bytes] = []
    cuts: list[Cut] = []
    position = length = 0
    for match in _VOLATILE.finditer(raw):
        kept.append(raw[position : match.start()])
        length += match.start() - position
        cuts.append(Cut(length, match.group()))
        position = match.end()
    kept.append(raw[position:])
    return Element(b"".join(kept), tuple(cuts))
