"""Token counts of Gemini's ``usageMetadata``."""

from typing import Any

from store.reading import Usage
from store.wire.gemini.blocks import member


def read_usage(counts: Any) -> Usage:
    """`Usage` of a ``usageMetadata`` object.

    The prompt's count includes what came from the cache and not what server tools put in; the answer's count does not
    include thoughts, which are output all the same.
    """
    cached = _count(counts, "cachedContentTokenCount")
    return Usage(
        input=_sum(_count(counts, "promptTokenCount"), _count(counts, "toolUsePromptTokenCount"), minus=cached),
        output=_sum(_count(counts, "candidatesTokenCount"), _count(counts, "thoughtsTokenCount")),
        cache_read=cached,
        reasoning=_count(counts, "thoughtsTokenCount"),
    )


def _sum(*counts: int | None, minus: int | None = None) -> int | None:
    known = [count for count in counts if count is not None]
    return max(sum(known) - (minus or 0), 0) if known else None


def _count(counts: Any, name: str) -> int | None:
    value = member(counts, name)
    return value if type(value) is int and 0 <= value < 2**53 else None
