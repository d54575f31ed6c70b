"""Splitting a request body into a conversation, large values and the shell around them, byte for byte.

Agents send the whole conversation again with every request. Split so, a body costs what is new in it: messages are
shared along the chain, tool schemas and system prompts are shared as blobs. Joining the parts gives the body back
exactly; `split` checks that, and gives `None` for anything that is no JSON object it can take apart (it is then kept
whole). A `Known` body of the same conversation makes the work proportional to what is new: what stood there before is
compared, not scanned.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from store import jsonspan
from store.canonical import UNPARSABLE, loads
from store.jsonspan import Span
from store.parts import Chain, Cut, Element, Large, Literal, Part

CONVERSATIONS = (b"messages", b"input", b"contents")
LARGE = 256  # bytes from which a value is worth an object of its own
_VALUE = rb'(?:\{[^{}"]*(?:"[^"\\]*"[^{}"]*)*\}|null)'
_VOLATILE = re.compile(rb',\s*"cache_control"\s*:\s*' + _VALUE + rb'|"cache_control"\s*:\s*' + _VALUE + rb"\s*,\s*")


@dataclass(frozen=True, slots=True)
class Body:
    """A request body taken apart. ``members`` are the other top-level members, name -> raw JSON."""

    parts: tuple[Part, ...]
    members: dict[str, bytes]
    conversation: str = ""
    elements: tuple[Element, ...] = ()
    first_at: int = -1  # offset of the first element in the body


@dataclass(slots=True)
class Known:
    """What an earlier body of a conversation held, to compare the next one with."""

    values: dict[bytes, bytes] = field(default_factory=dict)
    contents: Sequence[bytes] = ()
    first_at: int = -1

    def fits(self, body: bytes) -> bool:
        """Whether ``body`` begins the conversation with the same message at the same place."""
        return bool(self.contents) and body.startswith(self.contents[0], self.first_at)


def join(parts: Sequence[Part]) -> bytes:
    """The bytes that ``parts`` were split from."""
    pieces: list[bytes] = []
    for part in parts:
        if isinstance(part, Chain):
            pieces.append(part.separator.join([element.whole() for element in part.elements]))
        else:
            pieces.append(part.data)
    return b"".join(pieces)


def split(body: bytes, known: Known | None = None) -> Body | None:
    """Take ``body`` apart, or `None` where it has to be kept whole."""
    known = known or Known()

    def end_of(key: bytes, position: int) -> int:
        if key in CONVERSATIONS and known.fits(body):
            spans = jsonspan.elements(body, position, element_end)
            return _array_end(body, position, spans)
        value = known.values.get(key)
        if value is not None and len(value) >= LARGE and body.startswith(value, position):
            return position + len(value)
        return jsonspan.value_end(body, position)

    def element_end(index: int, position: int) -> int:
        if index < len(known.contents) and body.startswith(known.contents[index], position):
            return position + len(known.contents[index])
        return jsonspan.value_end(body, position)

    spans = jsonspan.members(body, 0, end_of)
    if spans is None:
        return None
    conversation = _conversation(body, spans, element_end)
    if conversation is _AMBIGUOUS:
        return None
    parts: list[Part] = []
    members: dict[str, bytes] = {}
    elements: tuple[Element, ...] = ()
    position, first_at, name = 0, -1, ""
    for span in spans:
        value = body[span.start : span.end]
        if conversation is not None and span.start == conversation[0].start:
            chain, first_at, last = _chain(body, conversation[1], known.contents)
            if chain is None:
                return None
            parts += (Literal(body[position:first_at]), chain)
            elements, position, name = chain.elements, last, span.key.decode("ascii")
            continue
        members[span.key.decode("utf-8", "replace")] = value
        if len(value) >= LARGE:
            same = known.values.get(span.key)
            parts += (
                Literal(body[position : span.start]),
                Large(value) if same == value else _large(value),
            )
            position = span.end
    parts.append(Literal(body[position:]))
    if join(parts) != body:
        return None
    return Body(tuple(parts), members, name, elements, first_at)


_AMBIGUOUS: tuple[Span, list[Span]] = (Span(-1, -1), [])


def _conversation(body: bytes, spans: list[Span], element_end: object) -> tuple[Span, list[Span]] | None:
    """The member that holds the conversation and its elements; ambiguous where a name stands twice."""
    found: tuple[Span, list[Span]] | None = None
    for span in spans:
        if span.key not in CONVERSATIONS or body[span.start] != 0x5B:
            continue
        if found is not None:
            return _AMBIGUOUS
        inner = jsonspan.elements(body, span.start, element_end)  # type: ignore[arg-type]
        if inner and all(body[each.start] == 0x7B for each in inner):
            found = (span, inner)
    return found


def _array_end(body: bytes, position: int, spans: list[Span] | None) -> int:
    """One past the array at ``position`` whose elements are ``spans``; -1 where it is not sound."""
    if spans is None:
        return -1
    last = spans[-1].end if spans else position + 1
    return jsonspan.skip_space(body, last) + 1


def _chain(body: bytes, spans: list[Span], known: Sequence[bytes]) -> tuple[Chain | None, int, int]:
    """The conversation in ``spans``, where it begins and where it ends; no chain where it is not uniform JSON."""
    separator = body[spans[0].end : spans[1].start] if len(spans) > 1 else b","
    elements: list[Element] = []
    previous_end = -1
    for index, span in enumerate(spans):
        if index and body[previous_end : span.start] != separator:
            return None, -1, -1
        previous_end = span.end
        if index < len(known) and span.end - span.start == len(known[index]):
            content = known[index]
            if body.startswith(content, span.start):
                elements.append(Element(content))
                continue
        element = _strip(body[span.start : span.end])
        if loads(element.content) is UNPARSABLE:
            return None, -1, -1
        elements.append(element)
    return Chain(tuple(elements), separator), spans[0].start, spans[-1].end


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


def _large(value: bytes) -> Large:
    """A large value, taken apart where it is an array with large elements (tool lists, system blocks)."""
    if value[0] != 0x5B:
        return Large(value)
    spans = jsonspan.elements(value, 0, lambda _index, position: jsonspan.value_end(value, position))
    parts: list[Literal | Large] = []
    position = 0
    for span in spans or ():
        if span.end - span.start >= LARGE:
            parts += (Literal(value[position : span.start]), Large(value[span.start : span.end]))
            position = span.end
    if not parts:
        return Large(value)
    parts.append(Literal(value[position:]))
    return Large(value, tuple(parts))
