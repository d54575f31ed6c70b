"""What a response body of the Responses API says, whatever it turns out to be."""

from typing import Any

from store.canonical import UNPARSABLE, loads
from store.reading import Answer, Block
from store.wire.openai_parts import error_words, failure, page, status_words, string
from store.wire.openai_responses.items import item_blocks
from store.wire.openai_responses.response import stop_reason, trouble
from store.wire.openai_responses.stream import read_messages, read_stream
from store.wire.openai_responses.usage import read_usage


def read_answer(body: bytes, content_type: str, status: int) -> Answer:
    """The answer in a decoded body. The body itself decides what it is; gateways mislabel streams and errors."""
    if status == 101:
        return read_messages(body)
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
    output = value.get("output") if isinstance(value, dict) else None
    if status >= 400 or (isinstance(value, dict) and value.get("error") and not isinstance(output, list)):
        return failure(value, status)
    if not isinstance(output, list):
        return Answer(blocks=(Block("assistant", "other", data=value),), error=status_words(status), terminal=True)
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
