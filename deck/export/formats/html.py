"""A page to read and step through in any browser, offline: see `deck.export.page`."""

from collections.abc import Iterator

from deck.export.chosen import Chosen, Share
from deck.export.page import markup
from deck.export.page.frame import frame
from deck.export.story import session_facts, session_title, turn_stories
from deck.render import plural
from deck.timeline import Timeline
from deck.version import version

IS_TEXT = True


def written(chosen: Chosen) -> Iterator[bytes]:
    """The page, turn by turn."""
    titles = [session_title(share) for share in chosen.shares]
    title = titles[0] if len(titles) == 1 else plural(len(titles), "session")
    before, after = frame(title, _note(chosen))
    yield before.encode()
    for number, share in enumerate(chosen.shares, 1):
        for piece in _session(chosen.timeline, number, share):
            yield piece.encode()
    yield after.encode()


def _note(chosen: Chosen) -> str:
    masked = " Secrets were masked once more, so hashes are not those of the archive." if chosen.is_redacted else ""
    return f"{plural(chosen.turns, 'turn')}, written by deck {version()}".rstrip() + f".{masked}"


def _session(timeline: Timeline, number: int, share: Share) -> Iterator[str]:
    yield f"<h2>{markup.escaped(session_title(share))}</h2>\n"
    yield markup.facts(session_facts(share))
    yield markup.scrubber(number, share.turns)
    yield '<div class="columns">\n'
    yield markup.listed(number, (row for turn in share.turns for row in timeline.turn_steps(turn.id)))
    yield '<div class="flow">\n'
    thread = ""
    for story in turn_stories(timeline, share, compare=True):
        yield from markup.turn(number, story, thread)
        thread = story.row.thread
    yield "</div>\n</div>\n"
