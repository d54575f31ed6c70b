"""Token counts of the Responses API."""

from typing import Any

from store.reading import Usage
from store.wire.openai_parts import count


def read_usage(counts: Any) -> Usage:
    """`Usage` of a ``usage`` object; its ``input_tokens`` hold those of the cache too, `Usage.input` does not."""
    if not isinstance(counts, dict):
        return Usage()
    details = counts.get("input_tokens_details")
    read, written = count(details, "cached_tokens"), count(details, "cache_write_tokens")
    asked = count(counts, "input_tokens")
    return Usage(
        input=None if asked is None else max(0, asked - (read or 0) - (written or 0)),
        output=count(counts, "output_tokens"),
        cache_read=read,
        cache_write_5m=written,
        reasoning=count(counts.get("output_tokens_details"), "reasoning_tokens"),
    )
