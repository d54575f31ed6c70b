"""Masking one JSON value, or a text that is none, that is there as a whole."""

import re
from codecs import BOM_UTF8

from store.masking.edits import Edit, outside
from store.masking.fields import FIELD
from store.masking.fitted import fitted
from store.masking.leaves import leaves
from store.masking.masking import Masking
from store.masking.scanner import merged

_OPENING = re.compile(rb"(?:%b)?\s*[{\[]" % BOM_UTF8)


def is_json(text: bytes) -> bool:
    """Whether it is an object or array, as far as its ends tell; `fitted` leaves no secret where it is not."""
    return opens_as_json(text) and text.rstrip()[-1:] in (b"}", b"]")


def opens_as_json(text: bytes) -> bool:
    """Whether an object or array begins there."""
    return _OPENING.match(text) is not None


def document_edits(text: bytes, masking: Masking, is_cut: bool = False) -> list[Edit]:
    """What masks ``text``; where it ``is_cut``, the beginnings of secrets go, too.

    Members that fields are about must not stay because nobody could tell them apart: such a text goes as a whole.
    """
    treated: set[tuple[int, int]] = set()
    edits: list[Edit] = []
    if masking.fields and opens_as_json(text):
        read = leaves(text, is_cut)
        if read is None:
            return [withheld(text, masking)]
        treated, edits = masking.by_field(text, read)
    hits = masking.hits(text)
    if is_cut:
        hits = merged([*hits, *masking.finder.unfinished(text)], text)
    if is_json(text):
        found = fitted(text, hits, masking.token)
    else:
        found = [Edit(hit.start, hit.end, masking.token(hit.rule, hit.value), hit.rule) for hit in hits]
    return sorted([*edits, *outside(found, treated)])


def withheld(text: bytes, masking: Masking, at: int = 0) -> Edit:
    """What masks all of ``text`` from ``at`` on, but for its last line's end."""
    end = len(text.rstrip(b"\r\n"))
    return Edit(at, end, b'"%b"' % masking.token(FIELD, text[at:end]), FIELD)
