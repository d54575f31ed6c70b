"""Following what is being captured: every step of each turn, as soon as the turn is committed.

Waits where there is no archive yet, goes on through gc and full packs, and begins anew where the archive was removed
and made again.
"""

import sqlite3
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from deck.presence import Presence
from deck.timeline import Timeline
from deck.views import StepRow, TurnRow
from store.errors import NotAnArchive, StoreError

_POLL_SECONDS = 0.1
_REMEMBERED = 4096  # turns that were told; two writers may be taken in in another order than they were told


class Followed(NamedTuple):
    """A step of a turn that is new; ``step`` is None where the turn has none. ``at_ms`` is its wall time (Unix ms)."""

    turn: TurnRow
    step: StepRow | None
    at_ms: int


def follow(path: Path, rev: str | None, waiting: Callable[[bool], None]) -> Iterator[Followed]:
    """What is committed from now on, of the session that ``rev`` names or of all; ends only by an exception.

    Raises what opening an archive and resolving a rev raise. Without a rev it waits for an archive; ``waiting`` is
    called with whether there is one when it begins to wait, from when on nothing is missed.
    """
    session: str | None = None
    from_the_start = False
    if rev is not None:
        with Timeline.open(path) as named:
            session = named.resolve(rev).session
    while True:
        timeline = _opened(path)
        if timeline is None:
            if not from_the_start:
                waiting(False)
            from_the_start = True
            time.sleep(_POLL_SECONDS)
            continue
        with timeline:
            follower = _Follower(timeline, session, from_the_start)
            if not from_the_start:
                waiting(True)
            yield from follower.until_gone()
        from_the_start = True


def _opened(path: Path) -> Timeline | None:
    """The archive, or None where there is none yet."""
    try:
        return Timeline.open(path)
    except NotAnArchive:
        if (path / "FORMAT").exists():
            raise
        return None


class _Follower:
    """Follows one archive for as long as it is there."""

    def __init__(self, timeline: Timeline, session: str | None, from_the_start: bool) -> None:
        self._timeline = timeline
        self._session = session
        self._presence = Presence(timeline.archive.path)
        self._told: OrderedDict[str, None] = OrderedDict()
        if not from_the_start:
            self._new_turns()

    def until_gone(self) -> Iterator[Followed]:
        """Steps as they are committed, until the archive is removed."""
        look = True
        while True:
            try:
                if self._presence.is_gone:
                    return
                look = self._timeline.refresh() or look
                new = [each for turn in self._new_turns() for each in self._steps(turn)] if look else []
            except (OSError, sqlite3.Error, StoreError):
                if self._presence.is_gone:  # while one looked
                    return
                raise
            yield from new
            look = False
            time.sleep(_POLL_SECONDS)

    def _new_turns(self) -> list[TurnRow]:
        """Turns that were not told yet, the oldest first."""
        found: list[TurnRow] = []
        for row in self._timeline.newest_turns(self._session):
            if row.id in self._told or len(found) == _REMEMBERED:
                break
            found.append(row)
        for row in reversed(found):
            self._told[row.id] = None
            if len(self._told) > _REMEMBERED:
                self._told.popitem(last=False)
        return found[::-1]

    def _steps(self, turn: TurnRow) -> Iterator[Followed]:
        steps = self._timeline.turn_steps(turn.id)
        if not steps:
            yield Followed(turn, None, turn.started_ms)
            return
        origin = self._timeline.session(turn.session).started_ms
        for step in steps:
            yield Followed(turn, step, max(turn.started_ms, origin + step.at_ms))
