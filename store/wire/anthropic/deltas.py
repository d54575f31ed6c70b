"""Runs of like deltas in a stream, read at once.

Nearly all events of an answer add a few words to one block, in one shape that differs only in those words. Parsing
each as an event and as JSON is most of what reading an answer costs, and it is done once for every captured request,
inside the proxy. So a pattern finds these events in runs, and their strings are decoded together, each by itself. What
the pattern or the JSON parser does not take is left to be read event by event, and reads the same either way.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from store.canonical import UNPARSABLE, loads

# A run starts at an empty line, where no event can be in progress, and the empty line after it stays in view only: it
# begins the next event. No counted repeat is open, as the matcher keeps a place to go back to for each turn.
_HEAD: Final = (
    rb'\n\nevent: content_block_delta\ndata: \{"type": ?"content_block_delta", ?"index": ?(0|[1-9][0-9]{0,8}), ?'
    rb'"delta": ?\{"type": ?"([a-z_]+)", ?"([a-z_]+)": ?"'
)
_PLAIN: Final = rb'[^"\\\n]*+'
_STRING: Final = _PLAIN + rb"(?:\\." + _PLAIN + rb'){0,99}"'
_TAIL: Final = rb" *+\} *+\} *+(?=\n\n)"  # the API pads events with spaces
_REST: Final = _STRING + _TAIL
_RUN: Final = re.compile(rb"(" + _HEAD + rb")" + _REST + rb"(?:\1" + _REST + rb"){0,255}")


class Run(NamedTuple):
    """Neighbouring events that add to the same block. Offsets are in the stream, as those of events."""

    start: int
    end: int
    block: int  # its index
    change: str  # the deltas' type
    member: str  # the one other member that each delta has
    texts: list[str]  # what it holds, by event


def runs(body: bytes) -> Iterator[Run]:
    """The runs in a whole or cut stream, in order. Around them lie whole events, or a last cut one."""
    for found in _RUN.finditer(body):
        head, index, change, member = found.groups()
        quoted = [event.rstrip(b" }") for event in found[0].split(head)[1:]]
        # an array keeps the strings apart: halves of a character in two of them must not become one
        texts = loads((b'["' + b',"'.join(quoted) + b"]").decode("utf-8", "replace"))
        if texts is not UNPARSABLE:
            yield Run(found.start() + 2, found.end() + 2, int(index), change.decode(), member.decode(), texts)
