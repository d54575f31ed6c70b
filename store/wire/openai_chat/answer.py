"""What a response body of Chat Completions says, whatever it turns out to be."""

from typing import Any

from store.canonical import UNPARSABLE, loads
from store.reading import Answer, Block
from store.wire.openai_chat.blocks import message_blocks
from store.wire.openai_chat.stream import read_stream, whole_message
from store.wire.openai_chat.usage import read_usage
from store.wire.openai_parts import error_block, error_words, failure, page, status_words, string


def read_answer(body: bytes, content_type: str, status: int) -> Answer:
    """The answer in a decoded body. The body itself decides what it is; gateways mislabel streams and errors."""
    head = body.lstrip()[:16]
    if head.startswith((b"{", b"[")):
        value = loads(body)
        if value is UNPARSABLE:
            return Answer(error=status_words(status))
        return _from_json(value, status)
    if head.startswith((b"event:", b"data:", b":")) or "event-stream" in content_type.lower():
        return read_stream(body)
    return page(body, status)


def _from_json(value: Any, status: int) -> Answer:
    choices = value.get("choices") if isinstance(value, dict) else None
    if status >= 400 or (isinstance(value, dict) and value.get("error") and not choices):
        return failure(value, status)
    if not isinstance(choices, list):
        return Answer(blocks=(Block("assistant", "other", data=value),), error=status_words(status), terminal=True)
    return _from_completion(value, [choice for choice in choices if isinstance(choice, dict)])


def _from_completion(value: dict[str, Any], choices: list[dict[str, Any]]) -> Answer:
    found = [choice["message"] for choice in choices if isinstance(choice.get("message"), dict)]
    message = whole_message([{**each, "role": "assistant"} for each in found])
    blocks = message_blocks(message) if message is not None else ()
    error = ""
    # OpenRouter has the error of a provider behind it in the choice
    for holder in (value, *choices):
        if holder.get("error"):
            failed = error_block({"error": holder["error"]})
            error, blocks = error_words(failed), (*blocks, failed)
            break
    return Answer(
        message=message,
        blocks=blocks,
        usage=read_usage(value.get("usage")),
        stop_reason=next((reason for choice in choices if (reason := string(choice, "finish_reason"))), ""),
        model=string(value, "model"),
        response_id=string(value, "id"),
        error=error,
        terminal=True,
    )
