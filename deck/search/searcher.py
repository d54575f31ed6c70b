"""Searching: from a query and filters to hits, the newest first, found as one asks for them."""

import sqlite3
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from deck.search import words
from deck.search.catchup import Show, catch_up
from deck.search.database import FILE, Database, is_damage
from deck.search.excerpts import Anything, Excerpt, Finder, Pattern, Words, excerpt
from deck.search.passages import Passage, Passages, Place
from deck.search.wanted import EVERYTHING, Judge, TurnFacts, Wanted, narrowing
from deck.timeline_turns import Turns
from store.archive import Archive
from store.errors import Damaged


class Hit(NamedTuple):
    """A passage that has what was looked for. Everything in it but ids is captured text, or made from it."""

    turn: TurnFacts
    passage: Passage
    excerpt: Excerpt

    @property
    def address(self) -> str:
        """What `deck show` takes: the turn's id, and the part behind a colon."""
        return f"{self.turn.id}:{self.passage.place.part}"


class Searcher:
    """Full text over an archive. A context manager, used from one thread at a time.

    ``unreadable`` counts passages of the last search that are damaged, of which `deck fsck` says more.
    """

    def __init__(self, archive: Archive, turns: Turns) -> None:
        self._archive = archive
        self.passages = Passages(archive, turns)
        self._database = self._open()
        self.unreadable = 0

    def _open(self) -> Database:
        return Database(self._archive.path / "index" / FILE, self._archive.id.hex())

    def __enter__(self) -> "Searcher":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back; idempotent."""
        self._database.close()

    @property
    def is_kept(self) -> bool:
        """Whether the search index stays for the next time; not where the archive cannot be written."""
        return self._database.is_kept

    def catch_up(self, show: Show = lambda _what, _done, _of: None) -> None:
        """Take in what was recorded since the last time; ``show(what, done, of)`` tells how far it is."""
        try:
            catch_up(self._archive, self.passages, self._database, show)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._database.remove()
            self._database = self._open()
            catch_up(self._archive, self.passages, self._database, show)

    def words(self, query: str, wanted: Wanted = EVERYTHING) -> Iterator[Hit]:
        """Passages with all words and phrases of a query (`deck.search.words`), the newest first.

        An empty query finds whatever the filters let pass. Raises `Problem` for one that has no word.
        """
        if not query.strip():
            return self._hits("", Anything(), wanted)
        expression = words.expression(query)
        return self._hits(expression, Words(expression), wanted)

    def pattern(self, pattern: str, wanted: Wanted = EVERYTHING, show: Show = lambda *_: None) -> Iterator[Hit]:
        """Passages in whose text a regular expression is found: every one that the filters let pass is read."""
        return self._hits("", Pattern(pattern), wanted, show)

    def _hits(self, expression: str, finder: Finder, wanted: Wanted, show: Show = lambda *_: None) -> Iterator[Hit]:
        self.unreadable = 0
        judge = Judge(self._archive, self.passages, wanted)
        narrowed = narrowing(wanted, self._database)
        if narrowed is None:
            return
        columns = (("text", expression), ("facets", narrowed))
        whole = " AND ".join(f"{column} : ({part})" for column, part in columns if part)
        first, last = self._database.between(wanted.turns.since_ms, wanted.turns.until_ms)
        for found in self._database.newest(whole, first, last):
            show("looking at passage", last - found.number + 1, last - first + 1)
            turn = judge.turn(found.turn)
            hit = turn and self._hit(turn, found.place, finder, judge)
            if hit:
                yield hit

    def _hit(self, turn: TurnFacts, place: Place, finder: Finder, judge: Judge) -> Hit | None:
        try:
            passage = self.passages.at(turn.id, place)
        except Damaged:
            self.unreadable += 1
            return None
        spans = finder.spans(passage.text) if judge.takes(passage) else None
        return None if spans is None else Hit(turn, passage, excerpt(passage.text, spans))


def first(hits: Iterator[Hit], most: int | None) -> tuple[list[Hit], bool]:
    """So many of the hits (all for None), and whether there are more."""
    found = list(islice(hits, most))
    return found, most is not None and next(hits, None) is not None
