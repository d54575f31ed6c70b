"""What a response body of Ollama says: one JSON object a line, the last with ``done``; or just one object.

The lines of a stream add to one message. Nothing raises; what is no object is passed over.
"""

from collections.abc import Iterator
from typing import Any

from store.canonical import loads
from store.reading import Answer, Block, Usage
from store.wire.bodies import page, status_words
from store.wire.ollama.blocks import call_block, string


class _Text:
    """A text that grows line by line."""

    __slots__ = ("end", "pieces", "start")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.start = self.end = -1

    def add(self, text: str, start: int, end: int) -> None:
        if text:
            self.start = self.start if self.pieces else start
            self.pieces.append(text)
            self.end = end

    def block(self, kind: str, closed: bool) -> list[Block]:
        end = self.end if closed else -1
        return [Block("assistant", kind, "".join(self.pieces), start=self.start, end=end)] if self.pieces else []


class _Assembly:
    """The answer while its lines are read."""

    def __init__(self) -> None:
        self._thinking, self._text = _Text(), _Text()
        self._calls: list[Any] = []
        self._blocks: list[Block] = []  # calls and errors
        self._last: dict[str, Any] = {}
        self._begun = False
        self._model = self._error = ""
        self._done = False

    def add(self, line: dict[str, Any], start: int, end: int) -> None:
        self._model = string(line, "model") or self._model
        if line.get("error"):
            error = line["error"]
            text = error if isinstance(error, str) else string(error, "message") or "error"
            self._error = " ".join(text.split())[:300]
            self._blocks.append(Block("assistant", "error", text, data=line, is_error=True, start=start, end=end))
        message = line.get("message")
        if isinstance(message, dict):
            self._begun = True
            self._text.add(string(message, "content"), start, end)
            self._thinking.add(string(message, "thinking"), start, end)
            calls = message.get("tool_calls")
            for call in calls if isinstance(calls, list) else []:
                self._calls.append(call)
                self._blocks.append(call_block("assistant", call, start, end))
        elif "response" in line:
            self._begun = True
            self._text.add(string(line, "response"), start, end)
            self._thinking.add(string(line, "thinking"), start, end)
        if line.get("done") is True:
            self._done = True
            self._last = line

    def answer(self) -> Answer:
        thought, said = "".join(self._thinking.pieces), "".join(self._text.pieces)
        message: dict[str, Any] = {"role": "assistant", "content": said}
        message |= {"thinking": thought} if thought else {}
        message |= {"tool_calls": self._calls} if self._calls else {}
        finished = self._done or bool(self._blocks)
        return Answer(
            message=message if self._begun else None,
            blocks=(
                *self._thinking.block("thinking", finished or bool(said)),
                *self._text.block("text", finished),
                *self._blocks,
            ),
            usage=Usage(input=_count(self._last, "prompt_eval_count"), output=_count(self._last, "eval_count")),
            stop_reason=string(self._last, "done_reason"),
            model=self._model,
            error=self._error,
            terminal=self._done or bool(self._error),
        )


def read_answer(body: bytes, status: int) -> Answer:
    """The answer in a decoded body, complete or cut anywhere."""
    whole = loads(body)
    one = isinstance(whole, dict)
    assembly = _Assembly()
    if one:
        assembly.add(whole, -1, -1)
    else:
        seen = False
        for line, start, end in _lines(body):
            seen = True
            assembly.add(line, start, end)
        if not seen:
            return page(body, status)._replace(terminal=status >= 400)  # a stream without a line is cut
    answer = assembly.answer()
    error = answer.error or status_words(status)
    # a single object without `done` is whole where it is no stream's first line, which names what it is part of
    terminal = answer.terminal or (one and answer.message is None) or status >= 400
    return answer._replace(error=error, terminal=terminal)


def _lines(body: bytes) -> Iterator[tuple[dict[str, Any], int, int]]:
    """Objects of whole lines, with the offsets of the line and of what follows its end."""
    position = 0
    while position < len(body):
        end = body.find(b"\n", position) + 1 or len(body)
        value = loads(body[position:end])
        if isinstance(value, dict):
            yield value, position, end
        position = end


def _count(counts: dict[str, Any], name: str) -> int | None:
    value = counts.get(name)
    return value if type(value) is int and 0 <= value < 2**53 else None
