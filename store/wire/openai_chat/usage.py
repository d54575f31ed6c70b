"""Token counts of Chat Completions, as OpenAI and compatible hosts report them."""

from typing import Any

from store.reading import Usage
from store.wire.openai_parts import count


def read_usage(counts: Any) -> Usage:
    """`Usage` of a ``usage`` object.

    ``prompt_tokens`` holds cached tokens too, `Usage.input` does not. Cached ones stand in ``prompt_tokens_details``,
    at DeepSeek in ``prompt_cache_hit_tokens``, at Moonshot beside the sums; OpenRouter tells those written to a cache.
    ``completion_tokens`` holds those of reasoning, except at xAI, where the total shows that they come on top.
    """
    details, finer = _part(counts, "prompt_tokens_details"), _part(counts, "completion_tokens_details")
    read = _first((details, "cached_tokens"), (counts, "prompt_cache_hit_tokens"), (counts, "cached_tokens"))
    written = count(details, "cache_write_tokens")
    asked, answered = count(counts, "prompt_tokens"), count(counts, "completion_tokens")
    reasoning = count(finer, "reasoning_tokens")
    if None not in (asked, answered) and reasoning:
        on_top = (asked or 0) + (answered or 0) + reasoning
        answered = (answered or 0) + reasoning if count(counts, "total_tokens") == on_top else answered
    return Usage(
        input=None if asked is None else max(0, asked - (read or 0) - (written or 0)),
        output=answered,
        cache_read=read,
        cache_write_5m=written,
        reasoning=reasoning,
    )


def _part(counts: Any, member: str) -> Any:
    return counts.get(member) if isinstance(counts, dict) else None


def _first(*places: tuple[Any, str]) -> int | None:
    return next((found for holder, name in places if (found := count(holder, name)) is not None), None)
