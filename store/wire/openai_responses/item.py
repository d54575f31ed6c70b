"""One item of a streamed answer, put together from its deltas until it is given as a whole."""

from typing import Any, Final

_TEXTS: Final = {
    "response.output_text.delta": ("content", "content_index", "text"),
    "response.refusal.delta": ("content", "content_index", "refusal"),
    "response.reasoning_text.delta": ("content", "content_index", "text"),
    "response.reasoning_summary_text.delta": ("summary", "summary_index", "text"),
}
"""Deltas of a part's text: the list that holds the part, what says its place, and the member that grows."""
_PART_TYPES: Final = {
    "response.output_text.delta": "output_text",
    "response.refusal.delta": "refusal",
    "response.reasoning_text.delta": "reasoning_text",
    "response.reasoning_summary_text.delta": "summary_text",
}
_INPUTS: Final = {
    "response.function_call_arguments.delta": "arguments",
    "response.mcp_call_arguments.delta": "arguments",
    "response.custom_tool_call_input.delta": "input",
    "response.code_interpreter_call_code.delta": "code",
}
_PARTS: Final = {
    "response.content_part.added": ("content", "content_index"),
    "response.reasoning_summary_part.added": ("summary", "summary_index"),
}
_MOST_PARTS: Final = 10_000


class StreamedItem:
    """See the module; ``start`` and ``end`` are byte offsets of its first event and after its last, -1 until then."""

    __slots__ = ("_given", "_inputs", "_parts", "end", "start")

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = -1
        self._given: dict[str, Any] = {}
        self._inputs: dict[str, list[str]] = {}
        self._parts: dict[tuple[str, int], _Part] = {}

    def given(self, item: dict[str, Any]) -> None:
        """The item as the provider has it now; what was built before is part of it."""
        self._given = item
        self._inputs.clear()
        self._parts.clear()

    def add(self, kind: str, value: dict[str, Any]) -> None:
        """The next event of the item; unknown ones are passed over."""
        text = value.get("delta")
        if kind in _TEXTS and isinstance(text, str):
            holder, place, member = _TEXTS[kind]
            if (part := self._part(holder, value.get(place), {"type": _PART_TYPES[kind]})) is not None:
                part.pieces.setdefault(member, []).append(text)
        elif kind in _INPUTS and isinstance(text, str):
            self._inputs.setdefault(_INPUTS[kind], []).append(text)
        elif kind in _PARTS and isinstance(value.get("part"), dict):
            holder, place = _PARTS[kind]
            self._part(holder, value.get(place), value["part"])
        elif kind == "response.output_text.annotation.added":
            part = self._part("content", value.get("content_index"), {"type": "output_text"})
            if part is not None:
                part.notes.append(value.get("annotation"))

    def _part(self, holder: str, place: Any, otherwise: dict[str, Any]) -> "_Part | None":
        if type(place) is not int or not 0 <= place < _MOST_PARTS:
            return None
        return self._parts.setdefault((holder, place), _Part(otherwise))

    def whole(self) -> dict[str, Any]:
        """The item as far as it has come."""
        if not (self._inputs or self._parts):
            return self._given
        item = dict(self._given)
        for member, pieces in self._inputs.items():
            item[member] = _joined(item.get(member), pieces)
        for holder in {holder for holder, _place in self._parts}:
            listed = item.get(holder)
            built = [part.whole() for place, part in sorted(self._parts.items(), key=_by_place) if place[0] == holder]
            item[holder] = [*(listed if isinstance(listed, list) else []), *built]
        return item


class _Part:
    """A part of the item's content or summary."""

    __slots__ = ("_given", "notes", "pieces")

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given
        self.notes: list[Any] = []
        self.pieces: dict[str, list[str]] = {}

    def whole(self) -> dict[str, Any]:
        part = dict(self._given)
        for member, pieces in self.pieces.items():
            part[member] = _joined(part.get(member), pieces)
        if self.notes:
            before = part.get("annotations")
            part["annotations"] = [*(before if isinstance(before, list) else []), *self.notes]
        return part


def _joined(before: Any, pieces: list[str]) -> str:
    return (before if isinstance(before, str) else "") + "".join(pieces)


def _by_place(each: tuple[tuple[str, int], _Part]) -> tuple[str, int]:
    return each[0]
