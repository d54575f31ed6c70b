"""Token counts: what wins where they come twice, and cache writes by lifetime."""

from typing import Any

import pytest
from messages_streams import start, stop

from store.reading import Usage
from store.wire.anthropic.stream import read_stream
from store.wire.anthropic.usage import read_usage


def test_usage_of_message_delta_wins_where_it_is_not_null() -> None:
    counts = {"input_tokens": None, "output_tokens": 50, "cache_read_input_tokens": 8}
    assert read_stream(start(cache_read_input_tokens=7) + stop(usage=counts)).usage == Usage(3, 50, 8)


@pytest.mark.parametrize(
    ("counts", "short", "long"),
    [
        ({"cache_creation_input_tokens": 9}, 9, None),
        ({"cache_creation_input_tokens": 0}, 0, None),
        ({"cache_creation": {"ephemeral_1h_input_tokens": 9}}, None, 9),
        (
            {
                "cache_creation_input_tokens": 9,
                "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 4},
            },
            0,
            9,
        ),
        ({"cache_creation_input_tokens": -1, "cache_creation": [], "input_tokens": True}, None, None),
    ],
)
def test_cache_writes_by_lifetime(counts: dict[str, Any], short: int | None, long: int | None) -> None:
    usage = read_usage(counts)
    assert (usage.cache_write_5m, usage.cache_write_1h) == (short, long)
