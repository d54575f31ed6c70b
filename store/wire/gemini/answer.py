"""What a response body of Gemini says, put together from its pieces.

Neighbouring texts (and thoughts) are one: Gemini streams an answer as many parts of the same kind. Nothing raises;
pieces of unknown shape are passed over.
"""

from typing import Any, Final

from store.reading import Answer, Block, Usage
from store.wire.bodies import error_words, page, status_words
from store.wire.gemini.blocks import as_json, block_of, is_plain, member, parts_of, string
from store.wire.gemini.chunks import Piece, pieces
from store.wire.gemini.usage import read_usage

_REFUSALS: Final = (
    *("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "OTHER", "MODEL_ARMOR"),
    *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"),
)


class _Part:
    """A part that may grow: texts of one kind, or one part of another kind."""

    __slots__ = ("end", "given", "start", "texts")

    def __init__(self, given: Any, piece: Piece) -> None:
        self.given = given
        self.start, self.end = piece.start, piece.end
        self.texts = [given["text"]] if is_plain(given) else []

    def takes(self, part: Any) -> bool:
        return bool(self.texts) and is_plain(part) and part.get("thought") == self.given.get("thought")

    def add(self, part: dict[str, Any], piece: Piece) -> None:
        self.texts.append(part["text"])
        self.given = {**self.given, **part}  # a signature may come with a later piece
        self.end = piece.end

    def whole(self) -> Any:
        return {**self.given, "text": "".join(self.texts)} if self.texts else self.given


class _Candidate:
    """One of the answers that were asked for; the first is the one that clients echo."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self.stop_reason = ""
        self.tail: list[Block] = []
        self.grounding: Block | None = None
        self.begun = False

    def add(self, given: dict[str, Any], piece: Piece) -> None:
        content = given.get("content")
        self.begun = self.begun or isinstance(content, dict)
        fresh = parts_of(content)
        for part in fresh:
            if self.parts and self.parts[-1].takes(part):
                self.parts[-1].add(part, piece)
            else:
                self.parts.append(_Part(part, piece))
        reason = string(given, "finishReason")
        if reason and reason != "FINISH_REASON_UNSPECIFIED":
            self.stop_reason = reason
        elif fresh:
            self.stop_reason = ""  # some models give a reason with every piece: only that of the last one counts
        if self.stop_reason in _REFUSALS and not self.tail:
            text = string(given, "finishMessage") or self.stop_reason
            data = member(given, "safetyRatings")
            self.tail.append(Block("assistant", "refusal", text=text, data=data, start=piece.start, end=piece.end))
        grounding = member(given, "groundingMetadata")
        if isinstance(grounding, dict) and grounding:
            self.grounding = _grounding_block(grounding, piece)

    def message(self) -> dict[str, Any]:
        return {"role": "model", "parts": [part.whole() for part in self.parts]}

    def blocks(self) -> list[Block]:
        found: list[Block] = []
        for place, part in enumerate(self.parts):
            whole = part.whole()
            if is_plain(whole) and not whole["text"]:
                continue  # a signature alone is nothing to see
            closed = not part.texts or bool(self.stop_reason) or place + 1 < len(self.parts)
            found.append(block_of("assistant", whole, part.start, part.end if closed else -1))
        if self.grounding is not None:
            found.append(self.grounding)
        return [*found, *self.tail]


def _grounding_block(grounding: dict[str, Any], piece: Piece) -> Block:
    hits = member(grounding, "groundingChunks")
    pages = [member(hit, "web") for hit in hits] if isinstance(hits, list) else []
    lines = [f"{string(page, 'title')} {string(page, 'uri')}".strip() for page in pages]
    text = "\n".join(line for line in lines if line)
    return Block(
        "assistant", "server-tool-result", text=text, name="google_search", data=grounding,
        start=piece.start, end=piece.end,
    )  # fmt: skip


class Assembly:
    """The answer while its pieces are read."""

    def __init__(self) -> None:
        self._candidates: dict[int, _Candidate] = {}
        self._usage: dict[str, Any] = {}
        self._model = self._id = self._blocked = self._error = ""
        self._tail: list[Block] = []
        self._counted: int | None = None
        self._other: list[Block] = []

    def add(self, piece: Piece) -> None:
        """One more piece. What an envelope of Code Assist holds counts as the piece itself."""
        value = piece.value
        inner = member(value, "response")
        value = inner if isinstance(inner, dict) else value
        if not isinstance(value, dict):
            self._other.append(Block("assistant", "other", data=value, start=piece.start, end=piece.end))
            return
        if value.get("error"):
            error = error_block(value["error"], value, piece)
            self._error = error_words(error)
            self._tail.append(error)
        candidates = value.get("candidates")
        for place, given in enumerate(candidates if isinstance(candidates, list) else []):
            if isinstance(given, dict):
                index = given.get("index")
                number = index if isinstance(index, int) else place
                self._candidates.setdefault(number, _Candidate()).add(given, piece)
        usage = member(value, "usageMetadata")
        if isinstance(usage, dict):
            self._usage |= {name: count for name, count in usage.items() if count is not None}
        self._model = string(value, "modelVersion") or self._model
        self._id = string(value, "responseId") or self._id
        feedback = member(value, "promptFeedback")
        if (reason := string(feedback, "blockReason")) and not self._blocked:
            self._blocked = reason
            text = string(feedback, "blockReasonMessage") or reason
            self._tail.append(Block("assistant", "refusal", text=text, data=feedback, start=piece.start, end=piece.end))
        total = member(value, "totalTokens")
        if type(total) is int and total >= 0 and not self._candidates:
            self._counted = total

    def answer(self, closed: bool) -> Answer:
        """The answer as far as it has come; ``closed`` says that the body ends where it may end."""
        first = self._candidates.get(min(self._candidates, default=0))
        rest = [each for each in self._candidates.values() if each is not first]
        usage = read_usage(self._usage)
        stop_reason = (first.stop_reason if first else "") or self._blocked
        return Answer(
            message=first.message() if first and (first.begun or first.parts) else None,
            blocks=(*(first.blocks() if first else ()), *map(_alternative, rest), *self._other, *self._tail),
            usage=usage if self._counted is None else Usage(input=self._counted),
            stop_reason=stop_reason,
            model=self._model,
            response_id=self._id,
            error=self._error,
            terminal=closed or bool(stop_reason or self._error),
        )


def _alternative(candidate: _Candidate) -> Block:
    """A further answer, as one block: it is no part of the conversation."""
    text = "\n".join(block.text for block in candidate.blocks() if block.text)
    return Block("assistant", "other", name="candidate", text=text, data=candidate.message())


def read_answer(body: bytes, content_type: str, status: int) -> Answer:
    """The answer in a decoded body, complete or cut anywhere."""
    found = pieces(body, content_type)
    if found is None:
        return page(body, status)
    assembly = Assembly()
    for piece in found.found:
        assembly.add(piece)
    answer = assembly.answer(found.closed)
    return answer._replace(error=status_words(status)) if status >= 400 and not answer.error else answer


def error_block(error: Any, data: Any, piece: Piece) -> Block:
    """An error object, ``{code, message, status}``, or whatever stands in its place."""
    if not isinstance(error, dict):
        text = error if isinstance(error, str) else as_json(error)
        return Block("assistant", "error", text=text, data=data, is_error=True, start=piece.start, end=piece.end)
    code = error.get("code")
    name = string(error, "status") or (str(code) if isinstance(code, int | str) else "")[:40]
    text = string(error, "message")
    return Block("assistant", "error", text=text, name=name, data=data, is_error=True, start=piece.start, end=piece.end)
