"""Turns in full, read from their objects: messages, answer, steps, tools, bodies.

What a turn shows is read again from the stored bytes with the wire module that the turn names, so it is never more
than a view. A few answers and turn objects are kept, because one walks from step to step inside a turn.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from deck.timeline_rows import Rows
from deck.views import Message, Step, StepRow, TurnView
from store import wire as wires
from store.archive import Archive
from store.canonical import loads
from store.errors import Damaged, NotFound
from store.headers import TextHeaders, read_blob
from store.ids import from_hex
from store.reading import Answer, Block, Members, Wire, laid_open
from store.records import Shell
from store.summary import is_step
from store.turn import parse
from store.wire import blocks_of

T = TypeVar("T")
_KEPT = 16


class Turns:
    """Full turns of one archive. Ids are 64 hex digits."""

    def __init__(self, archive: Archive, rows: Rows) -> None:
        self._archive = archive
        self._rows = rows
        self._payloads: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._answers: OrderedDict[str, tuple[Answer, tuple[Block, ...]]] = OrderedDict()

    def payload(self, id: str) -> dict[str, Any]:
        """The turn object. Raises `NotFound`, or `Damaged` where it is no turn."""
        return _kept(self._payloads, id, lambda: parse(self._archive.get_kind(from_hex(id), "turn")))

    def view(self, id: str, earlier: bool, setting: bool) -> TurnView:
        """Everything of a turn; what was known before, and the system prompt and tools, only where asked for."""
        row = self._rows.turn(from_hex(id))
        payload = self.payload(id)
        wire, request = self.wire(id), payload["request"]
        known = request["known"]
        chain = self._chain(request["tip"], request["count"] - (0 if earlier else known))
        members = _written(self.members(id)) if setting else {}
        return TurnView(
            row=row,
            payload=payload,
            request_headers=self.headers(request["headers"]),
            response_headers=self.headers(payload["response"]["headers"]),
            system=wire.system_blocks(members),
            tools=(*wire.tools(members), *(self._placed_tools(wire, request) if setting else ())),
            earlier=tuple(self.message(wire, message) for message in chain[:known] if earlier),
            new=tuple(self.message(wire, message) for message in (chain[known:] if earlier else chain)),
            answer=self._answer_message(id),
            steps=tuple(self._rows.steps_of(from_hex(id))),
        )

    def _placed_tools(self, wire: Wire, request: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """Tools that the conversation of a request offers, where the wire format has a place for them there."""
        for message in self._chain(request["tip"], request["count"]) if wire.tool_item else ():
            content = self._archive.objects.message(message).content
            if wire.tool_item in content:
                yield from wire.placed_tools(loads(content))

    def shell(self, id: str) -> Shell:
        """A turn's request body without its conversation, which is not even read; whole where it was kept whole."""
        return self._archive.objects.shell(from_hex(self.payload(id)["request"]["body"])) or Shell(
            self.body(id, "request")
        )

    def members(self, id: str) -> dict[str, Any]:
        """Members of a turn's request body but its conversation, parsed; none where it is no JSON object."""
        value = laid_open(loads(self.shell(id).data))
        return {name: member for name, member in value.items() if name != self.payload(id)["request"]["conversation"]}

    def wire(self, id: str) -> Wire:
        """The wire module that reads a turn."""
        return wires.by_name(self.payload(id)["reading"]["wire"])

    def body(self, id: str, which: str) -> bytes:
        """The exact ``request`` or ``response`` body, content codings undone; empty where there was none."""
        if which not in ("request", "response"):
            raise NotFound(f"a turn has a request and a response, no {which[:40]!r}")
        name = self.payload(id)[which]["body"]
        return self._archive.get_kind(from_hex(name), "blob") if name else b""

    def headers(self, name: str) -> TextHeaders:
        """The headers in the blob of this id, or none for an empty one."""
        if not name:
            return ()
        return read_blob(self._archive.get_kind(from_hex(name), "blob"), name)

    def _chain(self, tip: str, count: int) -> list[bytes]:
        """The last ``count`` messages of the conversation that ends at ``tip``, oldest first."""
        found: list[bytes] = []
        current = from_hex(tip) if tip else None
        while current is not None and len(found) < count:
            found.append(current)
            current = self._archive.objects.message(current).parent
        return found[::-1]

    def message(self, wire: Wire, id: bytes) -> Message:
        """A message of a conversation that ``wire`` reads."""
        content = self._archive.objects.message(id).content
        return Message(id.hex(), _role(content), blocks_of(wire, content), content)

    def new_messages(self, id: str) -> tuple[Message, ...]:
        """What a turn's request added to what was known from the turns before."""
        wire, request = self.wire(id), self.payload(id)["request"]
        chain = self._chain(request["tip"], request["count"] - request["known"])
        return tuple(self.message(wire, message) for message in chain)

    def system(self, id: str) -> tuple[Block, ...]:
        """The system prompt of a turn's request, none of whose messages is read."""
        return self.wire(id).system_blocks(_written(self.members(id)))

    def _answer_message(self, id: str) -> Message | None:
        said = self.payload(id)["response"]
        _answer, blocks = self.answer(id)
        if not said["answer"]:
            return Message("", "assistant", blocks, b"") if blocks else None
        content = self._archive.objects.message(from_hex(said["answer"])).content
        return Message(said["answer"], _role(content), blocks, content)

    def answer(self, id: str) -> tuple[Answer, tuple[Block, ...]]:
        """The answer, and its blocks with an error inside the stream as the last one."""
        return _kept(self._answers, id, lambda: self._read_answer(id))

    def _read_answer(self, id: str) -> tuple[Answer, tuple[Block, ...]]:
        payload = self.payload(id)
        status = payload["http"]["status"] or 0
        answer = self.wire(id).answer(self.body(id, "response"), payload["response"]["type"], status)
        blocks = answer.blocks
        if answer.error and not any(block.kind == "error" for block in blocks):
            blocks = (*blocks, Block("assistant", "error", answer.error, is_error=True))
        return answer, blocks

    def step(self, row: StepRow) -> Step:
        """A step's block, joined with the result of a call or the call of a result."""
        block = self.block(row)
        other = self._rows.joined(row, self._rows.turn(from_hex(row.turn)).session)
        if other is None:
            return Step(row, block)
        joined = self.block(other)
        if row.kind.endswith("tool-call"):
            return Step(row, block, result=joined, result_turn=other.turn, joined=other)
        return Step(row, block, call=joined, call_turn=other.turn, joined=other)

    def block(self, row: StepRow) -> Block:
        """The block of a step. Raises `Damaged` where the index does not fit what is stored."""
        return self.block_of_step(row.turn, row.number)

    def block_of_step(self, id: str, number: int) -> Block:
        """The block of a turn's step of this number, counted from 1. Raises like `block`."""
        found = self._archive.index.db.execute(
            "SELECT s.message, (SELECT min(b.number) FROM steps b WHERE b.turn = s.turn AND b.message IS s.message)"
            " FROM steps s WHERE s.turn = ? AND s.number = ?",
            (from_hex(id), number),
        ).fetchone()
        if found is not None:
            message, first = found
            if message is None or message.hex() == self.payload(id)["response"]["answer"]:
                blocks = self.answer(id)[1]
            else:
                content = self._archive.objects.message(message).content
                blocks = tuple(block for block in blocks_of(self.wire(id), content) if is_step(block))
            place: int = number - first
            if place < len(blocks):
                return blocks[place]
        raise Damaged("the index is not that of this archive; remove its index folder, it is made again", where=id)


def _written(members: dict[str, Any]) -> Members:
    """Parsed members as a wire module takes them; none where one is nested too deeply.

    Written anew rather than cut out: a scan for where each value ends takes ten times as long as parsing it all.
    """
    try:
        return {name: json.dumps(member).encode() for name, member in members.items()}
    except RecursionError:
        return {}


def _role(content: bytes) -> str:
    element = loads(content)
    role = element.get("role") if isinstance(element, dict) else None
    return role if isinstance(role, str) else ""


def _kept(cache: OrderedDict[str, T], key: str, make: Callable[[], T]) -> T:
    """``cache[key]``, made if absent; the cache keeps the last few that were asked for."""
    if key not in cache:
        cache[key] = make()
        if len(cache) > _KEPT:
            cache.popitem(last=False)
    cache.move_to_end(key)
    return cache[key]
