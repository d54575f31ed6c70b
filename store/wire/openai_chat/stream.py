"""A streamed answer of Chat Completions, put together again from its chunks.

The result is what OpenAI's own SDK accumulates (tests compare the two), except that nothing raises, and that the habits
of compatible hosts which the SDK trips over are understood: see `store.wire.openai_chat.choice`. An answer is whole
with ``[DONE]``, with an error, or once every choice has its finish reason, as some hosts send nothing after it.
"""

from typing import Any

from store.canonical import loads
from store.reading import Answer, Block
from store.wire import sse
from store.wire.bodies import error_words
from store.wire.openai_chat.blocks import of_choice
from store.wire.openai_chat.choice import Choice
from store.wire.openai_chat.usage import read_usage
from store.wire.openai_parts import error_block, members_of, string


def read_stream(body: bytes) -> Answer:
    """The answer in an event stream, complete or cut anywhere."""
    assembly = _Assembly()
    for event in sse.parse(body):
        assembly.add(event)
    return assembly.answer()


def whole_message(messages: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The messages of an answer's choices as one message."""
    if len(messages) > 1:
        return {"role": "assistant", "choices": messages}
    return messages[0] if messages else None


class _Assembly:
    """The answer while its stream is read."""

    def __init__(self) -> None:
        self._choices: dict[int, Choice] = {}
        self._usage: Any = None
        self._errors: list[Block] = []
        self._model = ""
        self._id = ""
        self._is_done = False

    def add(self, event: sse.Event) -> None:
        """Take the next event."""
        if event.data.strip() == b"[DONE]":
            self._is_done = True
            return
        value = loads(event.data.decode("utf-8", "replace"))
        if not isinstance(value, dict):
            return
        self._id = self._id or string(value, "id")
        self._model = self._model or string(value, "model")
        self._usage = value.get("usage") or _nested(value, "x_groq") or self._usage
        for choice in members_of(value, "choices"):
            self._add_choice(choice, event)
        if value.get("error") or event.name == "error":
            self._errors.append(error_block(value, event.start, event.end))

    def _add_choice(self, given: Any, event: sse.Event) -> None:
        index = given.get("index", 0) if isinstance(given, dict) else None
        if not isinstance(index, int):
            return
        choice = self._choices.setdefault(index, Choice())
        self._usage = given.get("usage") or self._usage  # Moonshot
        if isinstance(given.get("delta"), dict):
            choice.add(given["delta"], event.start)
        if reason := string(given, "finish_reason"):
            choice.finish(reason, event.end)

    def answer(self) -> Answer:
        """The answer as far as it has come."""
        choices = [choice for _index, choice in sorted(self._choices.items())]
        messages = [choice.message() for choice in choices]
        blocks = [
            of_choice(number, block)
            for number, (choice, message) in enumerate(zip(choices, messages, strict=True))
            for block in choice.blocks(message)
        ]
        blocks.sort(key=lambda block: block.start)
        is_finished = bool(choices) and all(choice.reason for choice in choices)
        return Answer(
            message=whole_message(messages),
            blocks=(*blocks, *self._errors),
            usage=read_usage(self._usage),
            stop_reason=next((choice.reason for choice in choices if choice.reason), ""),
            model=self._model,
            response_id=self._id,
            error=error_words(self._errors[0]) if self._errors else "",
            terminal=self._is_done or bool(self._errors) or is_finished,
        )


def _nested(value: dict[str, Any], holder: str) -> Any:
    inner = value.get(holder)
    return inner.get("usage") if isinstance(inner, dict) else None
