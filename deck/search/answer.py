"""What a search found, by session: for text and for ``--json``."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from deck.search.searcher import Hit
from deck.timeline import Timeline


class Group(NamedTuple):
    """The hits of a session, the newest first."""

    session: str
    title: str
    agent: str
    hits: Sequence[Hit]


def by_session(timeline: Timeline, hits: Sequence[Hit]) -> list[Group]:
    """Hits by session; the session with the newest hit first."""
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        found.setdefault(hit.turn.session, []).append(hit)
    return [_group(timeline, key, own) for key, own in found.items()]


def _group(timeline: Timeline, key: str, hits: Sequence[Hit]) -> Group:
    session = timeline.session(key)
    return Group(key, session.title, session.client, hits)


def answer_json(groups: Sequence[Group], *, more: bool, unreadable: int) -> dict[str, Any]:
    """Groups of hits; ``more``: there are further ones; ``unreadable``: so many passages are damaged."""
    return {
        "sessions": [
            {
                "session": group.session,
                "title": group.title,
                "agent": group.agent,
                "hits": [_hit_json(hit) for hit in group.hits],
            }
            for group in groups
        ],
        "more": more,
        "unreadable": unreadable,
    }


def _hit_json(hit: Hit) -> dict[str, Any]:
    """A hit; ``found`` are (first, end) characters of the excerpt in which something was found."""
    turn, passage = hit.turn, hit.passage
    return {
        "rev": hit.address,
        "turn": turn.id,
        "part": passage.place.part,
        "role": passage.role,
        "kind": passage.kind,
        "tool": passage.tool,
        "failed": passage.failed,
        "model": turn.model,
        "started_ms": turn.started_ms,
        "excerpt": hit.excerpt.text,
        "found": [list(span) for span in hit.excerpt.found],
    }
