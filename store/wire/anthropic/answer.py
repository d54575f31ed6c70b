"""What a response body of the Messages API says, whatever it turns out to be."""

from typing import Any

from store.reading import Answer, Usage
from store.wire.anthropic.blocks import content_blocks
from store.wire.anthropic.stream import error_block, read_stream, refusal_blocks
from store.wire.anthropic.usage import merge, read_usage
from store.wire.bodies import error_words, other, read_body, status_words


def read_answer(body: bytes, content_type: str, status: int) -> Answer:
    """See `store.wire.bodies.read_body`."""
    return read_body(body, content_type, status, _from_json, read_stream)


def _from_json(value: Any, status: int) -> Answer:
    if not isinstance(value, dict):
        return other(value, status)
    if status >= 400 or value.get("type") == "error" or value.get("error"):
        error = error_block(value)
        return Answer(blocks=(error,), error=error_words(error, status_words(status) or "error"), terminal=True)
    content = value.get("content")
    if isinstance(content, list):
        return _from_message(value, content)
    counted = read_usage({"input_tokens": value.get("input_tokens")}).input
    if counted is not None:
        return Answer(usage=Usage(input=counted), terminal=True)
    return other(value, status)


def _from_message(message: dict[str, Any], content: list[Any]) -> Answer:
    def named(member: str) -> str:
        value = message.get(member)
        return value if isinstance(value, str) else ""

    return Answer(
        message={"role": "assistant", "content": content},
        blocks=(*content_blocks("assistant", content), *refusal_blocks(message)),
        usage=read_usage(merge({}, message.get("usage"))),
        stop_reason=named("stop_reason"),
        model=named("model"),
        response_id=named("id"),
        terminal=True,
    )
