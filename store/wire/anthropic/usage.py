"""Token counts of the Messages API."""

from typing import Any

from store.reading import Usage


def merge(earlier: dict[str, Any], later: Any) -> dict[str, Any]:
    """Counts of one answer that came twice (message_start, message_delta): per field the last that is not null wins."""
    if not isinstance(later, dict):
        return earlier
    return earlier | {name: value for name, value in later.items() if value is not None}


def read_usage(counts: dict[str, Any]) -> Usage:
    """`Usage` of a ``usage`` object.

    Cache writes are split by lifetime in ``cache_creation``. Tokens of ``cache_creation_input_tokens`` that the split
    does not account for (there may be none; and message_delta renews the sum alone) count as written for five minutes,
    the default lifetime, or for an hour where the split knows of nothing else.
    """
    split = counts.get("cache_creation")
    short = _count(split, "ephemeral_5m_input_tokens")
    long = _count(split, "ephemeral_1h_input_tokens")
    rest = (_count(counts, "cache_creation_input_tokens") or 0) - (short or 0) - (long or 0)
    if rest > 0 and long and not short:
        long += rest
    elif rest > 0:
        short = (short or 0) + rest
    elif short is None and long is None:
        short = _count(counts, "cache_creation_input_tokens")
    return Usage(
        input=_count(counts, "input_tokens"),
        output=_count(counts, "output_tokens"),
        cache_read=_count(counts, "cache_read_input_tokens"),
        cache_write_5m=short,
        cache_write_1h=long,
        reasoning=_count(counts.get("output_tokens_details"), "thinking_tokens"),
    )


def _count(counts: Any, name: str) -> int | None:
    value = counts.get(name) if isinstance(counts, dict) else None
    return value if type(value) is int and 0 <= value < 2**53 else None
