"""One choice of a streamed answer, put together from its deltas.

Text members grow piece by piece, tool calls by their index. What compatible hosts do otherwise: a role in every delta;
content as a list of parts (Mistral's thinking models); calls without an index, or several whole calls under index 0
(Gemini's compatible endpoint, Ollama); a call's id and name repeated in each of its pieces. Members that nobody knows
are kept (`store.wire.openai_chat.growing`).
"""

from collections.abc import Iterator
from typing import Any, Final

from store.reading import Block
from store.wire.openai_chat.blocks import REASONING, Place, placed_blocks
from store.wire.openai_chat.growing import extend, grow, settled
from store.wire.openai_parts import string

_TEXTS: Final = frozenset({"content", "refusal", *REASONING})
_LONG_NAME: Final = 256  # characters; a name does not grow past it
_INPUTS: Final = {"function": "arguments", "custom": "input"}


class Choice:
    """See the module; ``reason`` is why it ended, or empty."""

    __slots__ = ("_begun", "_by_index", "_calls", "_end", "_legacy", "_others", "_parts", "_texts", "reason")

    def __init__(self) -> None:
        self.reason = ""
        self._end = -1
        self._texts: dict[str, list[str]] = {}
        self._parts: list[Any] = []  # content that came as parts
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}
        self._legacy: _Call | None = None  # function_call, which tool_calls have replaced
        self._others: dict[str, Any] = {}
        self._begun: dict[Place, int] = {}  # byte offset of the event with the first piece

    def add(self, delta: dict[str, Any], start: int) -> None:
        """The next delta, of the event at ``start``."""
        for member, value in delta.items():
            if value is None or member == "role":
                continue
            if member in _TEXTS and isinstance(value, str):
                self._texts.setdefault(member, []).append(value)
                if value:
                    self._begun.setdefault((member, 0), start)
            elif member == "content" and isinstance(value, list):
                extend(self._parts, value)
                self._arrived(member, len(self._parts), start)
            elif member == "tool_calls" and isinstance(value, list):
                self._add_calls(value, start)
            elif member == "function_call" and isinstance(value, dict):
                self._legacy = self._legacy or _Call()
                self._legacy.add({"function": value})
                self._begun.setdefault((member, 0), start)
            else:
                self._others[member] = grow(member, self._others.get(member), value)
                self._arrived(member, len(self._others[member]) if isinstance(value, list) else 1, start)

    def _arrived(self, member: str, length: int, start: int) -> None:
        """The last elements of a member are of the event at ``start``, unless they were there before."""
        position = length - 1
        while position >= 0 and (member, position) not in self._begun:
            self._begun[member, position] = start
            position -= 1

    def finish(self, reason: str, end: int) -> None:
        """The choice ends with the event that ends at ``end``."""
        self.reason, self._end = reason, end

    def message(self) -> dict[str, Any]:
        """The message as far as it has come, in the shape in which clients send it back."""
        texts = {member: "".join(pieces) for member, pieces in self._texts.items()}
        message: dict[str, Any] = {"role": "assistant", "content": None, **settled(self._others), **texts}
        if self._parts:
            text = texts.get("content")
            message["content"] = [*settled(self._parts), *([{"type": "text", "text": text}] if text else ())]
        if self._calls:
            message["tool_calls"] = [call.whole() for call in self._calls]
        if self._legacy is not None:
            message["function_call"] = self._legacy.whole().get("function")
        return message

    def blocks(self, message: dict[str, Any]) -> Iterator[Block]:
        """The blocks of ``message``, made by `message`, with their places in the stream."""
        for place, block in placed_blocks(message):
            start = self._begun.get(place, self._begun.get((place[0], 0), 0))
            yield block._replace(start=start, end=self._end)

    def _add_calls(self, calls: list[Any], start: int) -> None:
        for given in calls:
            if not isinstance(given, dict):
                continue
            call = self._call_of(given)
            if call is None:
                call = _Call()
                self._begun["tool_calls", len(self._calls)] = start
                self._calls.append(call)
            if isinstance(index := given.get("index"), int):
                self._by_index[index] = call
            call.add(given)

    def _call_of(self, given: dict[str, Any]) -> "_Call | None":
        """The call that a piece goes on with: by index, else the last; another id begins another call."""
        index, name = given.get("index"), string(given, "id")
        last = self._calls[-1] if self._calls else None
        found = self._by_index.get(index) if isinstance(index, int) else last
        return None if found is not None and name and found.id and name != found.id else found


class _Call:
    """One call; ``given`` is all that is neither name nor input."""

    __slots__ = ("_given", "_inner", "_kind", "_pieces")

    def __init__(self) -> None:
        self._kind = ""
        self._given: dict[str, Any] = {}
        self._inner: dict[str, Any] = {}
        self._pieces: list[str] = []

    @property
    def id(self) -> str:
        return string(self._given, "id")

    def add(self, piece: dict[str, Any]) -> None:
        for member, value in piece.items():
            if member in _INPUTS and isinstance(value, dict):
                self._kind = member
                self._add_inner(value, _INPUTS[member])
            elif member != "index" and value is not None:
                self._given[member] = grow(member, self._given.get(member), value)

    def _add_inner(self, value: dict[str, Any], input_: str) -> None:
        for member, item in value.items():
            if member == input_ and isinstance(item, str):
                self._pieces.append(item)
            elif member == "name" and isinstance(item, str):
                before = string(self._inner, "name")
                self._inner["name"] = before if item == before or len(before) > _LONG_NAME else before + item
            elif item is not None:
                self._inner[member] = grow(member, self._inner.get(member), item)

    def whole(self) -> dict[str, Any]:
        """The call as a client sends it back."""
        if not self._kind:
            return dict(settled(self._given))
        inner = settled(self._inner)
        if self._pieces or _INPUTS[self._kind] not in inner:
            inner[_INPUTS[self._kind]] = "".join(self._pieces)
        return {"type": self._kind, **settled(self._given), self._kind: inner}
