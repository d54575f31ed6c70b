"""What a response object says of itself: how it ended, and what went wrong."""

from typing import Any

from store.reading import Block
from store.wire.openai_parts import error_block, string


def stop_reason(response: Any) -> str:
    """Why it is incomplete, else its status."""
    details = response.get("incomplete_details") if isinstance(response, dict) else None
    return string(details, "reason") or string(response, "status")


def trouble(response: Any, start: int = -1, end: int = -1) -> Block | None:
    """The error in a response that failed."""
    error = response.get("error") if isinstance(response, dict) else None
    return error_block({"error": error}, start, end) if error else None
