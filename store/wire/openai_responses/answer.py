"""What a response body of the Responses API says, whatever it turns out to be."""

from typing import Any

from store.reading import Answer
from store.wire.bodies import error_words, other, read_body
from store.wire.openai_parts import failure, string
from store.wire.openai_responses.items import item_blocks
from store.wire.openai_responses.response import stop_reason, trouble
from store.wire.openai_responses.stream import read_messages, read_stream
from store.wire.openai_responses.usage import read_usage


def read_answer(body: bytes, content_type: str, status: int) -> Answer:
    """See `store.wire.bodies.read_body`; a socket has a status of its own."""
    if status == 101:
        return read_messages(body)
    return read_body(body, content_type, status, _from_json, read_stream)


def _from_json(value: Any, status: int) -> Answer:
    output = value.get("output") if isinstance(value, dict) else None
    if status >= 400 or (isinstance(value, dict) and value.get("error") and not isinstance(output, list)):
        return failure(value, status)
    if not isinstance(output, list):
        return other(value, status)
    blocks = [block for item in output for block in item_blocks(item)]
    failed = trouble(value)
    return Answer(
        message={"role": "assistant", "output": output},
        blocks=(*blocks, *((failed,) if failed else ())),
        usage=read_usage(value.get("usage")),
        stop_reason=stop_reason(value),
        model=string(value, "model"),
        response_id=string(value, "id"),
        error=error_words(failed) if failed else "",
        terminal=True,
    )
