"""What a response body of Chat Completions says, whatever it turns out to be."""

from typing import Any

from store.reading import Answer
from store.wire.bodies import error_words, other, read_body
from store.wire.openai_chat.blocks import message_blocks
from store.wire.openai_chat.stream import read_stream, whole_message
from store.wire.openai_chat.usage import read_usage
from store.wire.openai_parts import error_block, failure, string


def read_answer(body: bytes, content_type: str, status: int) -> Answer:
    """See `store.wire.bodies.read_body`."""
    return read_body(body, content_type, status, _from_json, read_stream)


def _from_json(value: Any, status: int) -> Answer:
    choices = value.get("choices") if isinstance(value, dict) else None
    if status >= 400 or (isinstance(value, dict) and value.get("error") and not choices):
        return failure(value, status)
    if not isinstance(choices, list):
        return other(value, status)
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
