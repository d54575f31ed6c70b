"""Putting tokens into JSON so that it stays JSON, with every bracket, name and comma where it was.

A secret inside a text gives way to its token. One that reaches over the end of a text is masked in each text that it
touches; a number becomes a text, which holds the token; what stands between values stays. In what is no sound JSON
nothing that may be a secret stays all the same.
"""

import re
from collections.abc import Callable, Iterable

from store.masking import escapes
from store.masking.edits import Edit
from store.masking.finder import LAYERS
from store.masking.scanner import Hit

_VALUE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[^\s{}\[\],:"]+', re.S)
_WORDS = (b"true", b"false", b"null")

Token = Callable[[str, bytes], bytes]


def fitted(text: bytes, hits: Iterable[Hit], token: Token, start: int = 0) -> list[Edit]:
    """Edits that put tokens where ``hits`` are (in order), in JSON that begins at ``start``."""
    waiting = list(hits)[::-1]
    edits: list[Edit] = []
    if not waiting:
        return edits
    for value in _VALUE.finditer(text, start):
        low, high = value.span()
        while waiting and waiting[-1].end <= low:
            waiting.pop()
        if not waiting:
            break
        if waiting[-1].start >= high:
            continue
        if text[low] == 0x22:
            here = (hit for hit in reversed(waiting) if hit.start < high)
            edits += [edit for hit in here if (edit := _in_text(text, hit, low, high, token)) is not None]
        elif text[low:high] not in _WORDS:
            rule = waiting[-1].rule
            edits.append(Edit(low, high, b'"%b"' % token(rule, text[low:high]), rule))
    return edits


def _in_text(text: bytes, hit: Hit, low: int, high: int, token: Token) -> Edit | None:
    """The part of a hit that lies inside the quotes at ``low`` and before ``high``."""
    start, end = max(hit.start, low + 1), min(hit.end, high - 1)
    if start >= end:
        return None
    whole = (start, end) == (hit.start, hit.end)
    value = hit.value if whole else escapes.plain(text[start:end], LAYERS)
    return Edit(start, end, token(hit.rule, value), hit.rule)
