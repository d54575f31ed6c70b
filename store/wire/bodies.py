"""What every wire format does alike with a response body: what it is, an error page, an error in one line."""

from collections.abc import Callable
from typing import Any, Final

from store.canonical import UNPARSABLE, loads
from store.reading import Answer, Block

_SHOWN: Final = 4096  # characters of a page that some gateway put in the place of an answer


def read_body(
    body: bytes,
    content_type: str,
    status: int,
    of_json: Callable[[Any, int], Answer],
    of_events: Callable[[bytes], Answer],
) -> Answer:
    """The answer in a decoded body. The body itself decides what it is; gateways mislabel streams and errors."""
    head = body.lstrip()[:16]
    if head.startswith((b"{", b"[")):
        value = loads(body)
        return Answer(error=status_words(status)) if value is UNPARSABLE else of_json(value, status)
    if head.startswith((b"event:", b"data:", b":")) or "event-stream" in content_type.lower():
        return of_events(body)
    return page(body, status)


def page(body: bytes, status: int) -> Answer:
    """Neither JSON nor events: an error page, or nothing. Only an error may be empty and yet whole."""
    text = body[: 4 * _SHOWN].decode("utf-8", "replace")[:_SHOWN]
    failed = status >= 400
    blocks = (Block("assistant", "error" if failed else "other", text=text, is_error=failed),) if text else ()
    return Answer(blocks=blocks, error=status_words(status), terminal=failed or bool(body))


def other(value: Any, status: int) -> Answer:
    """JSON of a shape that the format does not have."""
    return Answer(blocks=(Block("assistant", "other", data=value),), error=status_words(status), terminal=True)


def status_words(status: int) -> str:
    """``HTTP 500`` for a status that is an error, else ``""``."""
    return f"HTTP {status}" if status >= 400 else ""


def error_words(error: Block, otherwise: str = "error") -> str:
    """An error block in one short line; ``otherwise`` where it says nothing."""
    words = ": ".join(part for part in (error.name, " ".join(error.text.split())) if part)
    return words[:300] or otherwise
