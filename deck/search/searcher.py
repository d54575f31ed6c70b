"""Searching: from a query and filters to hits, the newest first, found as one asks for them."""

import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from deck.diagnostics import Problem
from deck.search import words
from deck.search.catchup import Show, catch_up
from deck.search.database import FILE, Database, Found
from deck.search.excerpts import Anything, Excerpt, Finder, Pattern, Words, excerpt
from deck.search.passages import Passage, Passages
from deck.search.steps import search_steps
from deck.search.wanted import EVERYTHING, Judge, TurnFacts, Wanted, narrowing
from deck.timeline_rows import Rows
from deck.timeline_turns import Turns
from deck.views import Hit as StepHit
from store.archive import Archive
from store.derived import is_damage
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
        self._turns = turns
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

    def catch_up(self, show: Show = lambda _what, _done, _of: None, go_on: Callable[[], bool] = lambda: True) -> bool:
        """Take in what was recorded since the last time, for as long as ``go_on`` says so; whether all is taken in.

        ``show(what, done, of)`` tells how far it is.
        """
        try:
            return catch_up(self._archive, self.passages, self._database, show, go_on)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._make_again()
            return catch_up(self._archive, self.passages, self._database, show, go_on)

    def _make_again(self) -> None:
        self._database.remove()
        self._database = self._open()

    def words(self, query: str, wanted: Wanted = EVERYTHING, show: Show = lambda *_: None) -> Iterator[Hit]:
        """Passages with all words and phrases of a query (`deck.search.words`), the newest first.

        An empty query finds whatever the filters let pass. Raises `Problem` for one that has no word.
        """
        if not query.strip():
            return self._hits("", Anything(), wanted, show)
        expression = words.expression(query)
        return self._hits(expression, Words(expression), wanted, show)

    def pattern(self, pattern: str, wanted: Wanted = EVERYTHING, show: Show = lambda *_: None) -> Iterator[Hit]:
        """Passages in whose text a regular expression is found: every one that the filters let pass is read."""
        return self._hits("", Pattern(pattern), wanted, show)

    def steps(self, rows: Rows, session: str, query: str, position: int) -> Iterator[StepHit | None]:
        """Steps of a session whose text holds a query as it stands, from a position on (`deck.search.steps`)."""
        try:
            yield from search_steps(self._archive, rows, self._turns, self._database, session, query, position)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._make_again()
            raise Damaged("the search index was damaged; it was removed, search again") from error

    def _hits(self, expression: str, finder: Finder, wanted: Wanted, show: Show) -> Iterator[Hit]:
        self.unreadable = 0
        judge = Judge(self._archive, self.passages, wanted)
        narrowed = narrowing(wanted, self._database)
        if narrowed is None:
            return
        columns = (("text", expression), ("facets", narrowed))
        whole = " AND ".join(f"{column} : ({part})" for column, part in columns if part)
        first, last = self._database.between(wanted.turns.since_ms, wanted.turns.until_ms)
        for found in self._found(whole, first, last):
            show("looking at passage", last - found.number + 1, last - first + 1)
            try:
                hit = self._hit(found, finder, judge)
            except Damaged:
                self.unreadable += 1
            else:
                if hit:
                    yield hit

    def _found(self, expression: str, first: int, last: int) -> Iterator[Found]:
        try:
            yield from self._database.newest(expression, first, last)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._make_again()
            raise Problem(
                f"the search index is damaged: {error}", "It was removed; the next search makes it."
            ) from error

    def _hit(self, found: Found, finder: Finder, judge: Judge) -> Hit | None:
        turn = judge.turn(found.turn)
        passage = self.passages.at(found.turn, found.place) if turn else None
        if turn is None or passage is None or not judge.takes(passage):
            return None
        spans = finder.spans(passage.text)
        return None if spans is None else Hit(turn, passage, excerpt(passage.text, spans))


def first(hits: Iterator[Hit], most: int) -> tuple[list[Hit], bool]:
    """At most so many of the hits, and whether there are more."""
    return list(islice(hits, most)), next(hits, None) is not None
