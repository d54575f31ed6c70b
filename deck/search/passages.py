"""Passages: the texts of a turn that a search looks through, each with its address.

A passage is what a person sees as one thing: a step, a reminder that a client injected, a block of the system prompt.
Which passages a turn has follows from the archive alone, so an index of them keeps their places and no text.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from deck.compare.noise import quiet
from deck.timeline_turns import Turns
from deck.views import SENT_AGAIN
from store.archive import Archive
from store.errors import Damaged
from store.ids import from_hex
from store.reading import Block
from store.summary import is_step

_BINARY = re.compile(r"(?:data:[^,\s]{0,200},)?[A-Za-z0-9+/_=-]{512}")  # images, signatures, sealed reasoning


class Passage(NamedTuple):
    """One text of a turn. ``role`` is user, assistant, tool (results) or system (also what clients inject)."""

    place: int  # what is new in the turn counts from 0 up, blocks of its system prompt from -1 down
    part: str  # what stands behind the colon of its address: the number of a step, "request" or "system"
    role: str
    kind: str  # a block kind of `store.reading`
    tool: str  # of a call, or of what it gave
    failed: bool
    text: str
    message: bytes | None = None  # the message that has it; None in a system prompt, or where an answer is no message
    block: int = 0  # its place in that message


class Passages:
    """The passages of an archive's turns; ``id`` is a turn's, 64 hex digits. Raises `Damaged`, `Missing`."""

    def __init__(self, archive: Archive, turns: Turns) -> None:
        self._archive = archive
        self._turns = turns

    def said(self, id: str) -> list[Passage]:
        """What is new in a turn: steps in their order, and what was injected between them."""
        found: list[Passage] = []
        step = 0
        for message, blocks, is_answer in self._messages(id):
            for at, block in enumerate(blocks):
                injected = not is_answer and not is_step(block)
                step += not injected
                part, role = ("request", "system") if injected else (str(step), _role(block))
                made = self._passage(id, len(found), part, role, block)
                found.append(made._replace(message=message, block=at))
        return found

    def said_first(self, id: str) -> list[Passage]:
        """The same without what is a history in another form: it was said in turns before."""
        found = self.said(id)
        edges = self._archive.index.db.execute("SELECT kind FROM parents WHERE turn = ?", (from_hex(id),))
        asked = [passage.message for passage in found if passage.role != "assistant"]
        if not asked or all(kind not in SENT_AGAIN for (kind,) in edges):
            return found
        return found[next(at for at, passage in enumerate(found) if passage.message == asked[-1]) :]

    def system(self, id: str) -> list[Passage]:
        """The system prompt of a turn, less what changes with every request."""
        blocks = self._turns.system(id)
        return [self._passage(id, ~at, "system", "system", block) for at, block in enumerate(blocks)]

    def at(self, id: str, place: int) -> Passage:
        """The passage at a place. Raises `Damaged` where the turn has none there."""
        passages = self.said(id) if place >= 0 else self.system(id)
        for passage in passages:
            if passage.place == place:
                return passage
        raise Damaged("the search index is not that of this archive; remove its index folder, it is made again", id)

    def tags(self, id: str) -> tuple[str, ...]:
        """The tags with which a turn was recorded."""
        return tuple(map(storable, self._turns.payload(id)["tags"]))

    def _messages(self, id: str) -> Iterator[tuple[bytes | None, Sequence[Block], bool]]:
        """(message, its blocks, whether it is the answer) of all that is new in a turn."""
        for message in self._turns.new_messages(id):
            yield from_hex(message.id), message.blocks, False
        answer = self._turns.payload(id)["response"]["answer"]
        yield from_hex(answer) if answer else None, self._turns.answer(id)[1], True

    def _passage(self, id: str, place: int, part: str, role: str, block: Block) -> Passage:
        is_tools = block.kind.endswith(("tool-call", "tool-result"))
        tool = storable(block.name or self._tool_of(id, block.call_id)) if is_tools else ""
        failed = block.is_error or block.kind in ("error", "refusal")
        return Passage(place, part, role, block.kind, tool, failed, _text(block))

    def _tool_of(self, id: str, call_id: str) -> str:
        """The tool of a call, by its id in the turn's session; results do not say it in every wire format."""
        if not call_id:
            return ""
        row = self._archive.index.db.execute(
            "SELECT name FROM steps WHERE session = ? AND call_id = ? AND call_id <> '' AND name <> '' LIMIT 1",
            (self._turns.payload(id)["session"], call_id),
        ).fetchone()
        return row[0] if row else ""


def _role(block: Block) -> str:
    return "tool" if block.kind.endswith("tool-result") else block.role


def _text(block: Block) -> str:
    """All text of a block: name, text, and the names and values of its data where that says more than the text."""
    says_more = block.kind.endswith("tool-call") or block.kind in ("tool-result", "document", "image")
    data = block.data if says_more or not (block.text or block.kind == "thinking") else None
    return storable("\n".join(part for part in (block.name, quiet(block.text), *_leaves(data)) if part))


def storable(text: str) -> str:
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
