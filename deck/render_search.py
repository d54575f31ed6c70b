"""What a search found as text. Everything captured passes `deck.render.safe` here."""

from collections.abc import Iterator, Sequence

from deck.render import Style, padded, safe, short, wall_time, width_of
from deck.search.answer import Group
from deck.search.excerpts import less_before, pieces
from deck.search.searcher import Hit

_TITLE = 60
_BEFORE_AT_LEAST = 4  # characters


def search_lines(groups: Sequence[Group], style: Style, digits: int, columns: int | None) -> Iterator[str]:
    """A line a hit below a line for its session; ``digits`` of a turn's id are shown, which `deck show` takes.

    Lines can be cut to ``columns``: what was found stands near enough to the front.
    """
    shown = [hit for group in groups for hit in group.hits]
    width = max((len(_address(hit, digits)) for hit in shown), default=0)
    kinds = max((width_of(_kind(hit)) for hit in shown), default=0)
    before = None if columns is None else max((columns - width - kinds) // 4, _BEFORE_AT_LEAST)
    for number, group in enumerate(groups):
        if number:
            yield ""
        title = short(safe(group.title, newlines=False), _TITLE) or "(no prompt)"
        about = " · ".join(safe(part, newlines=False) for part in (group.agent, group.session) if part)
        yield f"{style.strong(title)} · {about} · {wall_time(group.hits[0].turn.started_ms)}"
        for hit in group.hits:
            address = style.id(_address(hit, digits).ljust(width))
            kind = style.kind("error" if hit.passage.failed else hit.passage.kind, padded(_kind(hit), kinds))
            yield f"{address}  {kind}  {_excerpt(hit, style, before)}".rstrip()


def _address(hit: Hit, digits: int) -> str:
    return f"{hit.turn.id[:digits]}:{hit.passage.place.part}"


def _kind(hit: Hit) -> str:
    """What was found, in a word or two: ``user``, ``thinking``, ``call Bash``, ``result Bash``, ``system``."""
    passage = hit.passage
    match passage.kind.removeprefix("server-"):
        case "tool-call":
            words = f"call {passage.tool}"
        case "tool-result":
            words = f"result {passage.tool}".rstrip()
        case "text" | "other":
            words = passage.role
        case kind:
            words = kind
    return short(safe(words, newlines=False), 20)


def _excerpt(hit: Hit, style: Style, before: int | None) -> str:
    excerpt = hit.excerpt if before is None else less_before(hit.excerpt, before)
    return "".join(
        style.found(shown) if wanted else shown
        for text, wanted in pieces(excerpt)
        if (shown := safe(text, newlines=False))
    )
