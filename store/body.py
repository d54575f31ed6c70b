"""Splitting a request body into a conversation, large values and the shell around them, byte for byte.

Agents send the whole conversation again with every request. Split so, a body costs what is new in it: messages are
shared along the chain, tool schemas and system prompts are shared as blobs. Joining the parts gives the body back
exactly; `split` checks that, and gives `None` for anything that is no JSON object it can take apart (it is then kept
whole). An `Earlier` body of the same conversation makes the work proportional to what is new: what stood there before
is compared, not scanned.
"""

from collections.abc import Sequence
from typing import NamedTuple

from store import conversation, jsonspan
from store.conversation import Conversation, Known
from store.jsonspan import Span
from store.large import LARGE, take_apart
from store.parts import Chain, Element, Large, Literal, Part

CONVERSATIONS = (b"messages", b"input", b"contents")
_TEXTS = (b"input", b"prompt")  # a conversation of one text, where there is no array
_ENVELOPE = b"request"  # of Gemini's Code Assist, around a body with `contents`


class Body(NamedTuple):
    """A request body taken apart. ``members`` are the other top-level members, name -> raw JSON.

    Of an envelope they are the members inside and those around it.
    """

    parts: tuple[Part, ...]
    members: dict[str, bytes]
    name: str = ""  # of the member that is the conversation
    conversation: Conversation | None = None

    @property
    def elements(self) -> tuple[Element, ...]:
        """The conversation's elements, if there is one."""
        return self.conversation.elements if self.conversation else ()


class Earlier:
    """An earlier body and what it held, to compare the next one with."""

    def __init__(self, whole: bytes, body: Body) -> None:
        self.whole = whole
        self.talk = Known(whole, body.conversation) if body.conversation else None
        self.values = {name.encode(): value for name, value in body.members.items() if len(value) >= LARGE}


def join(parts: Sequence[Part]) -> bytes:
    """The bytes that ``parts`` were split from."""
    pieces: list[bytes] = []
    for part in parts:
        if isinstance(part, Chain):
            elements = [each.whole() if each.cuts else each.content for each in part.elements]
            pieces.append(part.separator.join(elements))
        else:
            pieces.append(part.data)
    return b"".join(pieces)


def split(body: bytes, earlier: Earlier | None = None) -> Body | None:
    """Take ``body`` apart, or `None` where it has to be kept whole."""
    talk = earlier.talk if earlier and earlier.talk and earlier.talk.fits(body) else None
    values = earlier.values if earlier else {}
    talks: dict[int, Conversation] = {}  # by the position of the array or text
    inside: dict[int, list[Span]] = {}  # spans in the envelope, by its position
    same: dict[int, bytes] = {}  # earlier values that stand in this body too, by their position

    def end_of(key: bytes, position: int) -> int:
        if key in CONVERSATIONS and body[position : position + 1] == b"[":
            found = conversation.read(body, position, talk)
            if found is not None:
                talks[position] = found
                return jsonspan.skip_space(body, found.end) + 1
        value = values.get(key)
        if value is not None and body.startswith(value, position):
            same[position] = value
            return position + len(value)
        return jsonspan.value_end(body, position)

    def end_of_outer(key: bytes, position: int) -> int:
        if key == _ENVELOPE and body[position : position + 1] == b"{":
            spans = jsonspan.members(body, position, end_of)
            if spans and any(span.key == b"contents" and span.start in talks for span in spans):
                inside[position] = spans
                return jsonspan.skip_space(body, spans[-1].end) + 1
            for inner in [start for start in talks if start > position]:
                del talks[inner]
        return end_of(key, position)

    outer = jsonspan.members(body, 0, end_of_outer)
    if outer is None:
        return None
    spans = [each for span in outer for each in inside.get(span.start, (span,))]
    if not talks:
        talks = {span.start: text for span in spans if span.key in _TEXTS and (text := conversation.text(body, span))}
    if len(talks) > 1:  # two conversations: which of them counts is the reader's guess
        return None
    found = _assemble(body, spans, talks, same)
    return found if _gives(body, found, same) else None


def _gives(body: bytes, found: Body, same: dict[int, bytes]) -> bool:
    """Whether joining the parts gives ``body``. What was compared when it was found is not compared again."""
    position = 0
    for part in found.parts:
        if isinstance(part, Chain):
            talk = found.conversation
            assert talk is not None
            position = talk.known_end
            for number, element in enumerate(talk.elements[talk.known :], talk.known):
                piece = (talk.separator if number else b"") + element.whole()
                if not body.startswith(piece, position):
                    return False
                position += len(piece)
            continue
        if part.data is not same.get(position) and not body.startswith(part.data, position):
            return False
        position += len(part.data)
    return position == len(body)


def _assemble(body: bytes, spans: list[Span], talks: dict[int, Conversation], same: dict[int, bytes]) -> Body:
    parts: list[Part] = []
    members: dict[str, bytes] = {}
    position, name = 0, ""
    for span in spans:
        talk = talks.get(span.start)
        if talk is not None:
            parts += (Literal(body[position : talk.start]), Chain(talk.elements, talk.separator))
            position, name = talk.end, span.key.decode("ascii")
            continue
        known = same.get(span.start)
        value = body[span.start : span.end] if known is None else known
        members[span.key.decode("utf-8", "replace")] = value
        if len(value) >= LARGE:
            parts += (Literal(body[position : span.start]), take_apart(value) if known is None else Large(value))
            position = span.end
    parts.append(Literal(body[position:]))
    return Body(tuple(parts), members, name, next(iter(talks.values()), None))
