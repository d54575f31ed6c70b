"""A streamed answer of the Messages API, put together again from its events.

The result is what Anthropic's own SDK accumulates (tests compare the two), except that nothing raises: events of
unknown type, for unknown blocks or out of order are passed over, deltas of unknown type stay with their block.
"""

from typing import Any, Final

from store.canonical import UNPARSABLE, loads
from store.reading import Answer, Block
from store.wire import sse
from store.wire.anthropic.blocks import UNPARSED, block_of
from store.wire.anthropic.deltas import Run, runs
from store.wire.anthropic.usage import merge, read_usage
from store.wire.bodies import error_words

_APPENDED: Final = {("text", "text_delta"): "text", ("thinking", "thinking_delta"): "thinking"}
_REPLACED: Final = {
    ("thinking", "signature_delta"): ("signature",),
    ("compaction", "compaction_delta"): ("content", "encrypted_content"),
}


class _Part:
    """A content block that is being streamed."""

    __slots__ = ("citations", "end", "given", "pieces", "start", "unknown")

    def __init__(self, given: dict[str, Any], start: int) -> None:
        self.given = given  # as its content_block_start had it, with what replaced members since
        self.start = start
        self.end = -1
        self.pieces: dict[str, list[str]] = {}  # by member, to be appended
        self.citations: list[Any] = []
        self.unknown: list[Any] = []

    def add(self, delta: dict[str, Any]) -> None:
        kind, change = self.given.get("type"), delta.get("type")
        if not isinstance(kind, str) or not isinstance(change, str):
            self.unknown.append(delta)
        elif (member := _APPENDED.get((kind, change))) and isinstance(delta.get(member), str):
            self.pieces.setdefault(member, []).append(delta[member])
        elif change == "input_json_delta" and isinstance(delta.get("partial_json"), str):
            self.pieces.setdefault("input", []).append(delta["partial_json"])
        elif change == "citations_delta" and kind == "text":
            self.citations.append(delta.get("citation"))
        elif (kind, change) in _REPLACED:
            self.given |= {name: delta[name] for name in _REPLACED[kind, change] if name in delta}
        else:
            self.unknown.append(delta)

    def extend(self, run: Run) -> None:
        """What `add` does, for each delta of the run."""
        kind = self.given.get("type")
        if isinstance(kind, str) and _APPENDED.get((kind, run.change)) == run.member:
            self.pieces.setdefault(run.member, []).extend(run.texts)
        elif isinstance(kind, str) and (run.change, run.member) == ("input_json_delta", "partial_json"):
            self.pieces.setdefault("input", []).extend(run.texts)
        else:
            for text in run.texts:
                self.add({"type": run.change, run.member: text})

    def whole(self) -> dict[str, Any]:
        """The block as far as it has come, in the provider's shape."""
        part = dict(self.given)
        for member, pieces in self.pieces.items():
            added = "".join(pieces)
            if member != "input":
                before = part.get(member)
                part[member] = (before if isinstance(before, str) else "") + added
            elif added:  # a tool without arguments streams empty JSON and keeps the input of its start
                value = loads(added)
                part["input"] = {UNPARSED: {"raw": added}} if value is UNPARSABLE else value
        if self.citations:
            before = part.get("citations")
            part["citations"] = [*(before if isinstance(before, list) else []), *self.citations]
        return part

    def block(self, part: dict[str, Any]) -> Block:
        """`part`, made by `whole`, as a block; deltas that nobody knows make it an ``other`` that keeps them."""
        if self.unknown:
            data = {**part, "unknown_deltas": self.unknown}
            return Block(
                "assistant", "other", name=str(part.get("type", "")), data=data, start=self.start, end=self.end
            )
        return block_of("assistant", part, self.start, self.end)


class Assembly:
    """The answer while its stream is read: piece by piece as events, or as runs of deltas, with the same result."""

    def __init__(self) -> None:
        self._message: dict[str, Any] | None = None
        self._parts: dict[int, _Part] = {}
        self._usage: dict[str, Any] = {}
        self._tail: list[Block] = []  # error and refusal, which are no part of the message
        self._stop_reason = ""
        self._error = ""
        self._terminal = False

    def read(self, piece: bytes, offset: int = 0) -> None:
        """The events of a piece of the stream that begins at ``offset``, where an event begins."""
        for event in sse.parse(piece, offset):
            if event.name != "ping":
                self._add(event)

    def extend(self, run: Run) -> None:
        """The events of a run."""
        if (part := self._parts.get(run.block)) is not None:
            part.extend(run)

    def _add(self, event: sse.Event) -> None:
        value = loads(event.data.decode("utf-8", "replace"))
        if not isinstance(value, dict):
            return
        match value.get("type", event.name):
            case "message_start" if self._message is None:
                message = value.get("message")
                self._message = message if isinstance(message, dict) else {}
                self._usage = merge({}, self._message.get("usage"))
            case "content_block_start":
                index, given = value.get("index"), value.get("content_block")
                if isinstance(index, int) and isinstance(given, dict) and index not in self._parts:
                    self._parts[index] = _Part(given, event.start)
            case "content_block_delta":
                if (part := self._part(value)) is not None and isinstance(delta := value.get("delta"), dict):
                    part.add(delta)
            case "content_block_stop":
                if (part := self._part(value)) is not None:
                    part.end = event.end
            case "message_delta":
                self._usage = merge(self._usage, value.get("usage"))
                self._stop(value.get("delta"), event)
            case "message_stop":
                self._terminal = True
            case "error":
                self._terminal = True
                error = error_block(value, event.start, event.end)
                self._error = error_words(error)
                self._tail.append(error)

    def _part(self, value: dict[str, Any]) -> _Part | None:
        index = value.get("index")
        return self._parts.get(index) if isinstance(index, int) else None

    def _stop(self, delta: Any, event: sse.Event) -> None:
        if not isinstance(delta, dict) or not isinstance(delta.get("stop_reason"), str):
            return
        self._stop_reason = delta["stop_reason"]
        self._tail += refusal_blocks(delta, event.start, event.end)

    def answer(self) -> Answer:
        """The answer as far as it has come."""
        wholes = [(part, part.whole()) for part in self._parts.values()]
        message = self._message
        return Answer(
            message={"role": "assistant", "content": [whole for _, whole in wholes]}
            if message is not None or wholes
            else None,
            blocks=(*(part.block(whole) for part, whole in wholes), *self._tail),
            usage=read_usage(self._usage),
            stop_reason=self._stop_reason,
            model=_string(message, "model"),
            response_id=_string(message, "id"),
            error=self._error,
            terminal=self._terminal,
        )


def read_stream(body: bytes) -> Answer:
    """The answer in an event stream, complete or cut anywhere. ``terminal``: message_stop or an error event came."""
    assembly = Assembly()
    done = 0
    for run in runs(body):
        assembly.read(body[done : run.start], done)
        assembly.extend(run)
        done = run.end
    assembly.read(body[done:], done)
    return assembly.answer()


def refusal_blocks(holder: dict[str, Any], start: int = -1, end: int = -1) -> list[Block]:
    """The block that says the model refused, if ``holder`` (a message or a message_delta's delta) does."""
    if holder.get("stop_reason") != "refusal":
        return []
    details = holder.get("stop_details")
    text = _string(details, "explanation") or _string(details, "category")
    return [Block("assistant", "refusal", text=text, data=details, start=start, end=end)]


def error_block(value: dict[str, Any], start: int = -1, end: int = -1) -> Block:
    """An error event or body; gateways have ``{"error": "text"}`` or ``{"message": …}`` for the official shape."""
    error = value.get("error", value)
    if isinstance(error, str):
        return Block("assistant", "error", text=error, data=value, is_error=True, start=start, end=end)
    name = _string(error, "type")
    text = _string(error, "message") or _string(error, "detail")
    return Block("assistant", "error", text=text, name=name, data=value, is_error=True, start=start, end=end)


def _string(holder: Any, member: str) -> str:
    value = holder.get(member) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""
