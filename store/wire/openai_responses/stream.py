"""A streamed answer of the Responses API, put together again from its events.

The result is what OpenAI's own SDK gets (tests compare the two), except that nothing raises. An item is what its last
event says: ``output_item.done``, else the response in the terminal event, else what its deltas have built so far.
(Behind ChatGPT's login the response in the terminal event has no output.)
"""

from collections.abc import Iterable
from typing import Any, Final

from store import socket_body
from store.canonical import loads
from store.reading import Answer, Block
from store.wire import sse
from store.wire.bodies import error_words
from store.wire.openai_parts import error_block, members_of, string
from store.wire.openai_responses.item import StreamedItem
from store.wire.openai_responses.items import item_blocks
from store.wire.openai_responses.response import stop_reason, trouble
from store.wire.openai_responses.usage import read_usage

_ENDS: Final = frozenset({"response.completed", "response.incomplete", "response.failed", "response.cancelled"})


def read_stream(body: bytes) -> Answer:
    """The answer in an event stream, complete or cut anywhere. ``terminal``: one of the last events came."""
    return _read(sse.parse(body))


def read_messages(body: bytes) -> Answer:
    """The answer in the messages of a WebSocket (`store.socket_body`), complete or cut anywhere."""
    messages = socket_body.parse(body)
    return _read(sse.Event("", each.data, each.start, each.end) for each in messages if not each.from_client)


def _read(events: Iterable[sse.Event]) -> Answer:
    assembly = _Assembly()
    for event in events:
        assembly.add(event)
    return assembly.answer()


class _Assembly:
    """The answer while its stream is read."""

    def __init__(self) -> None:
        self._response: Any = None  # as the newest event that has one gives it
        self._items: dict[int, StreamedItem] = {}
        self._errors: list[Block] = []
        self._is_ended = False

    def add(self, event: sse.Event) -> None:
        """Take the next event."""
        value = loads(event.data.decode("utf-8", "replace"))
        if not isinstance(value, dict):
            return
        kind = string(value, "type") or event.name
        if kind == "error" or (kind == "message" and value.get("error")):
            self._is_ended = True
            self._errors.append(error_block(value, event.start, event.end))
            return
        index = value.get("output_index")
        if type(index) is int:
            self._add_to_item(index, kind, value, event)
        elif isinstance(value.get("response"), dict):
            self._response = value["response"]
            if kind in _ENDS:
                self._end(event)

    def _add_to_item(self, index: int, kind: str, value: dict[str, Any], event: sse.Event) -> None:
        item = self._items.get(index)
        if kind in ("response.output_item.added", "response.output_item.done"):
            if isinstance(value.get("item"), dict):
                item = self._items.setdefault(index, StreamedItem(event.start))
                item.given(value["item"])
                item.end = event.end if kind.endswith("done") else item.end
        elif item is not None:
            item.add(kind, value)

    def _end(self, event: sse.Event) -> None:
        self._is_ended = True
        if (failed := trouble(self._response, event.start, event.end)) is not None:
            self._errors.append(failed)
        for index, item in enumerate(members_of(self._response, "output")):
            if isinstance(item, dict) and (index not in self._items or self._items[index].end < 0):
                mine = self._items.setdefault(index, StreamedItem(event.start))
                mine.given(item)
                mine.end = event.end

    def answer(self) -> Answer:
        """The answer as far as it has come."""
        items = [item for _index, item in sorted(self._items.items())]
        wholes = [item.whole() for item in items]
        blocks = [
            block._replace(start=item.start, end=item.end)
            for item, whole in zip(items, wholes, strict=True)
            for block in item_blocks(whole)
        ]
        response = self._response if isinstance(self._response, dict) else {}
        return Answer(
            message={"role": "assistant", "output": wholes} if response or wholes else None,
            blocks=(*blocks, *self._errors),
            usage=read_usage(response.get("usage")),
            stop_reason=stop_reason(response) if self._is_ended and response else "",
            model=string(response, "model"),
            response_id=string(response, "id"),
            error=error_words(self._errors[0]) if self._errors else "",
            terminal=self._is_ended,
        )
