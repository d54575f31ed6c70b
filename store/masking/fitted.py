"""Putting tokens into JSON so that it stays JSON, with every bracket, name and comma where it was.

A secret inside a text gives way to its token. One that reaches over the end of a text is masked in each text that it
touches; a number becomes a text, which holds the token; what stands between values stays. In what is no sound JSON
nothing that may be a secret stays all the same.
"""

import re
from collections.abc import Callable, Sequence

from store.masking import escapes
from store.masking.edits import Edit
from store.masking.finder import LAYERS
from store.masking.scanner import Hit

_VALUE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[^\s{}\[\],:"]+', re.S)
_WORDS = (b"true", b"false", b"null")

Token = Callable[[str, bytes], bytes]


def fitted(text: bytes, hits: Sequence[Hit], token: Token) -> list[Edit]:
    """Edits that put tokens where ``hits`` are (in order) in the JSON ``text``."""
    edits: list[Edit] = []
    first = 0  # hit that does not end before the value at hand
    for value in _VALUE.finditer(text) if hits else ():
        low, high = value.span()
        while first < len(hits) and hits[first].end <= low:
            first += 1
        if first == len(hits):
            break
        past = first
        while past < len(hits) and hits[past].start < high:
            past += 1
        here = hits[first:past]
        if text[low] == 0x22:
            edits += [edit for hit in here if (edit := _in_text(text, hit, low, high, token)) is not None]
        elif here and text[low:high] not in _WORDS:
            edits.append(Edit(low, high, b'"%b"' % token(here[0].rule, text[low:high]), here[0].rule))
    return edits


def _in_text(text: bytes, hit: Hit, low: int, high: int, token: Token) -> Edit | None:
    """The part of a hit that lies inside the quotes at ``low`` and before ``high``."""
    start, end = max(hit.start, low + 1), min(hit.end, high - 1)
    if start >= end:
        return None
    whole = (start, end) == (hit.start, hit.end)
    value = hit.value if whole else escapes.plain(text[start:end], LAYERS)
    return Edit(start, end, token(hit.rule, value), hit.rule)
