"""Pieces of a streamed answer that cannot be its end, told by the names of their events.

A recorder may keep them for a moment before it writes them (docs/format.md). Names are those of Anthropic's Messages
and OpenAI's Responses (store/wire); events of other names, and events without one, are not known here.
"""

import re
from typing import Final

_LONGEST: Final = 8 << 10  # bytes of a piece: what is longer takes so long to clean that it does not wait for more
_UNENDING: Final = re.compile(
    rb"""(?:event:[ ](?:message_start|message_delta|content_block_(?:start|delta|stop)|ping
                       |response\.(?:created|queued|in_progress|[a-z_]+\.[a-z_.]+))\r?\n
            data:[^\n]*\n\r?\n)++""",
    re.VERBOSE,
)


def is_unending(piece: bytes) -> bool:
    """Whether a piece is whole events, none of which ends an answer."""
    return len(piece) <= _LONGEST and _UNENDING.fullmatch(piece) is not None
