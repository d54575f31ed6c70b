"""What an earlier body says about a new one: which part is new, and what was changed in the rest."""

from collections.abc import Callable
from typing import Final, NamedTuple

from store import overlap
from store.masking.edits import Edit

_BACKSLASH: Final = 0x5C
_TRIED: Final = 8  # places for a border within a text


class Earlier(NamedTuple):
    """A body as it came, and the edits that masked it."""

    raw: bytes
    edits: tuple[Edit, ...]


class Change(NamedTuple):
    """A new body in three parts: bytes up to ``start`` and from ``end`` on are known, with these edits."""

    start: int
    end: int
    before: list[Edit]
    after: list[Edit]

    @property
    def size(self) -> int:
        """Bytes of the new part."""
        return self.end - self.start


def change(earlier: Earlier, body: bytes, margin: int, is_quiet: Callable[[bytes], bool]) -> Change | None:
    """What of ``body`` is new; `None` where too little is known.

    Both borders are quotes of JSON, which end what a rule looks at, at least ``margin`` bytes inside what is equal.
    The second may stand within a text there, where that surely holds nothing (``is_quiet``) and has its own quote
    behind what is new: instructions of many KB that follow a conversation are one string. What begins behind that
    quote and reaches over the border was found in the earlier body too.
    """
    old = earlier.raw
    same = overlap.at_beginning(old, body)
    start = _quote_before(body, same - margin)
    rest = overlap.at_end(old, body, min(len(old), len(body)) - same)
    end = _border_after(body, len(body) - rest, margin, is_quiet)
    shift = len(body) - len(old)
    for edit in earlier.edits:  # none may be cut in two
        if edit.start < start < edit.end:
            start = _quote_before(body, edit.start)
    if start <= 0:
        return None
    end = max(end, start)
    crossing = next((edit for edit in earlier.edits if edit.start + shift < end < edit.end + shift), None)
    if crossing is not None:
        end = _quote_after(body, crossing.end + shift)
    before = [edit for edit in earlier.edits if edit.end <= start]
    after = [edit.moved(shift) for edit in earlier.edits if edit.start + shift >= end]
    return Change(start, end, before, after)


def _border_after(body: bytes, equal: int, margin: int, is_quiet: Callable[[bytes], bool]) -> int:
    """A border behind ``equal``, from where on two bodies are."""
    near = min(equal + margin, len(body))
    if _quote_after(body, equal) < near:
        for border in range(near, min(near + _TRIED * margin, len(body)), margin):
            if is_quiet(body[border - margin : border + margin]):
                return border
    return _quote_after(body, near)


def _quote_before(text: bytes, position: int) -> int:
    """The place of a quote of JSON at or before ``position``; 0 where there is none."""
    found = text.rfind(b'"', 0, max(0, position + 1))
    while found > 0 and text[found - 1] == _BACKSLASH:
        found = text.rfind(b'"', 0, found)
    return max(0, found)


def _quote_after(text: bytes, position: int) -> int:
    """The place of a quote of JSON at or after ``position``; the end of the text where there is none."""
    found = text.find(b'"', max(1, position))
    while found > 0 and text[found - 1] == _BACKSLASH:
        found = text.find(b'"', found + 1)
    return found if found > 0 else len(text)
