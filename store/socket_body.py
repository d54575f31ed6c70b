"""The messages of a WebSocket as one body: what a turn keeps of what passed after its request.

Each message is a mark (``< `` text from the server, ``> `` text from the client, ``<#`` and ``>#`` binary), its exact
bytes, and an empty line (two LF). JSON has no empty lines, so `parse` finds the messages again; and in any case the
turn's chunk times tell the size of each, mark and empty line included. Laid out so, a body takes the columns of an
event stream (`store.columns`). Pure functions; nothing raises.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

_END: Final = b"\n\n"
_MARKS: Final = (b"< ", b"> ", b"<#", b">#")
_NEXT: Final = re.compile(rb"\n\n(?=[<>][ #])")


class Message(NamedTuple):
    """One message; ``start`` and ``end`` are offsets in the body, of its mark and after its empty line."""

    data: bytes
    from_client: bool
    is_text: bool
    start: int
    end: int


def piece(data: bytes, *, from_client: bool, is_text: bool) -> bytes:
    """The bytes of one message in a body."""
    mark = (b">" if from_client else b"<") + (b" " if is_text else b"#")
    return mark + data + _END


def parse(body: bytes) -> list[Message]:
    """The messages of a body; one that is cut short counts only where nothing of it is missing but its empty line."""
    found: list[Message] = []
    position = 0
    while body.startswith(_MARKS, position):
        following = _NEXT.search(body, position + 2)
        stop = following.start() if following else len(body) - len(_END) * body.endswith(_END)
        end = min(stop + len(_END), len(body))
        from_client, is_text = body[position : position + 1] == b">", body[position + 1 : position + 2] == b" "
        found.append(Message(body[position + 2 : max(stop, position + 2)], from_client, is_text, position, end))
        position = end
    return found


def split(body: bytes, sizes: Iterable[int]) -> list[Message]:
    """The messages of a body whose chunks have these sizes, whatever is in them.

    Where these are no messages, one a chunk, they are what `parse` finds.
    """
    found: list[Message] = []
    position = 0
    for size in sizes:
        end = position + size
        if not (size >= len(_END) + 2 and body.startswith(_MARKS, position) and body.endswith(_END, position, end)):
            return parse(body)
        mark = body[position : position + 2]
        data = body[position + 2 : end - len(_END)]
        found.append(Message(data, mark[:1] == b">", mark[1:] == b" ", position, end))
        position = end
    return found if position == len(body) else parse(body)
