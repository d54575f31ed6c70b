"""Passages: the texts of a turn that a search looks through, each with its address.

A passage is what a person sees as one thing: a step, a reminder that a client injected, a block of the system prompt.
Which passages a turn has follows from the archive alone, so an index of them keeps their places and no text.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from deck.compare.noise import quiet
from deck.timeline_turns import Turns
from deck.views import SENT_AGAIN
from store.archive import Archive
from store.errors import Damaged
from store.ids import from_hex
from store.reading import Block
from store.summary import is_step

_SYSTEM: Final = -1
_REQUEST: Final = 0
_BINARY: Final = re.compile(r"(?:data:[^,\s]{0,200},)?[A-Za-z0-9+/_=-]{512}")  # images, signatures, sealed reasoning


class Place(NamedTuple):
    """Where in its turn a passage is: a step by its number from 1 on, else one of the others of its kind."""

    step: int
    other: int = 0  # which text of the request, which block of the system prompt

    @property
    def part(self) -> str:
        """What stands behind the colon of its address: what holds it, where it is no step."""
        return {_SYSTEM: "system", _REQUEST: "request"}.get(self.step, str(self.step))


class Passage(NamedTuple):
    """One text of a turn. ``role`` is user, assistant, tool (results) or system (also what clients inject)."""

    place: Place
    role: str
    kind: str  # a block kind of `store.reading`
    tool: str  # of a call, or of what it gave
    failed: bool
    text: str


class Passages:
    """The passages of an archive's turns; ``id`` is a turn's, 64 hex digits. Raises `Damaged`, `Missing`."""

    def __init__(self, archive: Archive, turns: Turns) -> None:
        self._archive = archive
        self._turns = turns

    def said(self, id: str) -> Iterator[tuple[bytes | None, Passage]]:
        """What is new in a turn, each with the message that has it: steps in their order, and what was injected.

        None has an answer that is no message, and a request without a conversation, which is one passage as a whole.
        """
        step = others = 0
        for message, blocks, is_answer in self._messages(id):
            for block in blocks:
                if is_answer or is_step(block):
                    step += 1
                    yield message, self._step(id, step, block)
                else:
                    yield message, _other(Place(_REQUEST, others), "system", block)
                    others += 1
        if not self._turns.payload(id)["request"]["tip"]:
            body = self._turns.body(id, "request")
            yield None, _other(Place(_REQUEST, others), "user", Block("user", "other", body.decode("utf-8", "replace")))

    def said_first(self, id: str) -> list[tuple[bytes | None, Passage]]:
        """The same without what is a history in another form: it was said in turns before."""
        found = list(self.said(id))
        edges = self._archive.index.db.execute("SELECT kind FROM parents WHERE turn = ?", (from_hex(id),))
        asked = [message for message, passage in found if passage.role != "assistant"]
        if not asked or all(kind not in SENT_AGAIN for (kind,) in edges):
            return found
        return found[next(at for at, (message, _passage) in enumerate(found) if message == asked[-1]) :]

    def system(self, id: str) -> list[Passage]:
        """The system prompt of a turn, less what changes with every request."""
        return [_other(Place(_SYSTEM, at), "system", block) for at, block in enumerate(self._turns.system(id))]

    def at(self, id: str, place: Place) -> Passage:
        """The passage at a place. Raises `Damaged` where the turn has none there."""
        if place.step > 0:
            return self._step(id, place.step, self._turns.block_of_step(id, place.step))
        others = self.system(id) if place.step == _SYSTEM else [passage for _message, passage in self.said(id)]
        for passage in others:
            if passage.place == place:
                return passage
        raise Damaged("the search index is not that of this archive; remove its index folder, it is made again", id)

    def tags(self, id: str) -> tuple[str, ...]:
        """The tags with which a turn was recorded."""
        return tuple(map(_storable, self._turns.payload(id)["tags"]))

    def _messages(self, id: str) -> Iterator[tuple[bytes | None, Sequence[Block], bool]]:
        """(message, its blocks, whether it is the answer) of all that is new in a turn."""
        for message in self._turns.new_messages(id):
            yield from_hex(message.id), message.blocks, False
        answer = self._turns.payload(id)["response"]["answer"]
        yield from_hex(answer) if answer else None, self._turns.answer(id)[1], True

    def _step(self, id: str, number: int, block: Block) -> Passage:
        is_result = block.kind.endswith("tool-result")
        is_tools = is_result or block.kind.endswith("tool-call")
        tool = _storable(block.name or self._tool_of(id, block.call_id)) if is_tools else ""
        failed = block.is_error or block.kind in ("error", "refusal")
        role = "tool" if is_result else block.role
        return Passage(Place(number), role, block.kind, tool, failed, text_of(block))

    def _tool_of(self, id: str, call_id: str) -> str:
        """The tool of a call, by its id in the turn's session; results do not say it in every wire format."""
        if not call_id:
            return ""
        row = self._archive.index.db.execute(
            # without being told, SQLite goes through all steps of the session
            "SELECT name FROM steps INDEXED BY steps_call"
            " WHERE session = ? AND call_id = ? AND call_id <> '' AND name <> '' LIMIT 1",
            (self._turns.payload(id)["session"], call_id),
        ).fetchone()
        return row[0] if row else ""


def _other(place: Place, role: str, block: Block) -> Passage:
    return Passage(place, role, block.kind, "", False, text_of(block))


def text_of(block: Block) -> str:
    """All text of a block: name, text, and the names and values of its data where that says more than the text."""
    says_more = block.kind.endswith("tool-call") or block.kind in ("tool-result", "document", "image")
    data = block.data if says_more or not (block.text or block.kind == "thinking") else None
    return _storable("\n".join(part for part in (block.name, quiet(block.text), *_leaves(data)) if part))


def _storable(text: str) -> str:
    """A text without lone surrogates, which no database takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _leaves(data: Any) -> Iterator[str]:
    """Names and values of parsed JSON in their order, without what stands for bytes; however deep it is."""
    left: list[tuple[str, Any]] = [("", data)]
    while left:
        name, value = left.pop()
        if isinstance(value, dict):
            yield name
            left += [(f"{key}: ", inner) for key, inner in reversed(value.items())]
        elif isinstance(value, list):
            yield name
            left += [("", inner) for inner in reversed(value)]
        elif isinstance(value, str):
            yield name if _BINARY.match(value) else name + value
        elif value is not None:
            yield f"{name}{value}"
