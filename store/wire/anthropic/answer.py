"""What a response body of the Messages API says, whatever it turns out to be."""

from typing import Any, Final

from store.canonical import UNPARSABLE, loads
from store.reading import Answer, Block, Usage
from store.wire.anthropic.blocks import content_blocks
from store.wire.anthropic.stream import error_block, error_words, read_stream, refusal_blocks
from store.wire.anthropic.usage import merge, read_usage

_SHOWN: Final = 4096  # characters of a page that some gateway put in the place of an answer


def read_answer(body: bytes, content_type: str, status: int) -> Answer:
    """The answer in a decoded body. The body itself decides what it is; gateways mislabel streams and errors."""
    head = body.lstrip()[:16]
    if head.startswith((b"{", b"[")):
        value = loads(body)
        if value is UNPARSABLE:
            return Answer(error=_status_words(status))
        return _from_json(value, status)
    if head.startswith((b"event:", b"data:", b":")) or "event-stream" in content_type.lower():
        return read_stream(body)
    return _from_page(body, status)


def _from_json(value: Any, status: int) -> Answer:
    if not isinstance(value, dict):
        return Answer(blocks=(Block("assistant", "other", data=value),), error=_status_words(status), terminal=True)
    if status >= 400 or value.get("type") == "error" or value.get("error"):
        error = error_block(value)
        return Answer(blocks=(error,), error=error_words(error, _status_words(status) or "error"), terminal=True)
    content = value.get("content")
    if isinstance(content, list):
        return _from_message(value, content)
    counted = read_usage({"input_tokens": value.get("input_tokens")}).input
    if counted is not None:
        return Answer(usage=Usage(input=counted), terminal=True)
    return Answer(blocks=(Block("assistant", "other", data=value),), terminal=True)


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


def _from_page(body: bytes, status: int) -> Answer:
    """Neither JSON nor events: an error page, or nothing. Only an error may be empty and yet whole."""
    text = body[: 4 * _SHOWN].decode("utf-8", "replace")[:_SHOWN]
    failed = status >= 400
    blocks = (Block("assistant", "error" if failed else "other", text=text, is_error=failed),) if text else ()
    return Answer(blocks=blocks, error=_status_words(status), terminal=failed or bool(body))


def _status_words(status: int) -> str:
    return f"HTTP {status}" if status >= 400 else ""
