"""What a search found as text. Everything captured passes `deck.render.safe` here."""

from collections.abc import Iterator, Sequence

from deck.render import Style, safe, short, wall_time
from deck.search.answer import Group
from deck.search.excerpts import pieces
from deck.search.searcher import Hit

_TITLE = 60


def search_lines(groups: Sequence[Group], style: Style, digits: int) -> Iterator[str]:
    """A line a hit below a line for its session; ``digits`` of a turn's id are shown, which `deck show` takes."""
    shown = [hit for group in groups for hit in group.hits]
    width = max((len(_address(hit, digits)) for hit in shown), default=0)
    kinds = max((len(_kind(hit)) for hit in shown), default=0)
    for number, group in enumerate(groups):
        if number:
            yield ""
        title = short(safe(group.title, newlines=False), _TITLE) or "(no prompt)"
        about = " · ".join(safe(part, newlines=False) for part in (group.agent, group.session) if part)
        yield f"{style.strong(title)} · {about} · {wall_time(group.hits[0].turn.started_ms)}"
        for hit in group.hits:
            address = style.id(_address(hit, digits).ljust(width))
            kind = style.kind("error" if hit.passage.failed else hit.passage.kind, _kind(hit).ljust(kinds))
            yield f"{address}  {kind}  {_excerpt(hit, style)}".rstrip()


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
    return safe(short(words, 20), newlines=False)


def _excerpt(hit: Hit, style: Style) -> str:
    return "".join(
        style.found(shown) if wanted else shown
        for text, wanted in pieces(hit.excerpt)
        if (shown := safe(text, newlines=False))
    )
