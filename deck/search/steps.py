"""Steps of one session whose text holds a query as it stands, in either case: what `/` in the timeline looks for.

A query may begin and end inside a word, which an index of words does not know. What it knows is where a query can be:
in texts with its words, of which the first may be the end of a longer one and the last a beginning. Each of those is
read and looked at. Where the query has nothing that the index could know, and in what it has not taken in yet, all
steps are read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

from deck.search.catchup import first_unknown
from deck.search.database import Database
from deck.search.passages import text_of
from deck.search.wanted import Wanted, narrowing
from deck.timeline_rows import Rows
from deck.timeline_turns import Turns
from deck.views import SENT_AGAIN, Hit
from store.archive import Archive
from store.ids import from_hex

_AROUND: Final = 40  # characters of an excerpt on each side of what was found
_NEAR: Final = 128  # steps that are read without asking the index
_WINDOW: Final = 64
_MOST_WORDS: Final = 500  # of the index that hold one word of a query; where there are more, it says too little
_WORD: Final = re.compile("[a-z0-9]+")
_ALL: Final = 1 << 62


def search_steps(
    archive: Archive, rows: Rows, turns: Turns, database: Database, session: str, query: str, position: int
) -> Iterator[Hit | None]:
    """The hits from a position on, then those from the session's start; None wherever one may stop for a while."""
    wanted = re.compile(re.escape(query), re.IGNORECASE)
    end = rows.step_count(session)
    near = min(position + _NEAR, end)

    def look(places: range) -> Iterator[Hit | None]:
        for start in range(places.start, places.stop, _WINDOW):
            for row in rows.steps(session, start, min(start + _WINDOW, places.stop)):
                text = text_of(turns.block(row))
                if found := wanted.search(text):
                    yield Hit(row.position, text[max(found.start() - _AROUND, 0) : found.end() + _AROUND])
                else:
                    yield None

    yield from look(range(position, near))
    guide = _Guide(archive, database, session)
    narrowed = _Narrowed.of(query)
    known = min(guide.known(), end) if narrowed else 0
    places: set[int] = set()
    if narrowed and known:
        for found in guide.places(narrowed):
            places.update(found)
            yield None
        places.update(guide.histories())
    singly = [range(place, place + 1) for place in sorted(places) if place < known]
    before = [each for each in singly if each.start < position]
    after = [each for each in singly if each.start >= near]
    rest = (*after, range(max(known, near), end), *before, range(known, position))
    yield from chain.from_iterable(map(look, rest))


class _Narrowed(NamedTuple):
    """What the index can be asked of a query: a phrase of whole words but for its last, or a part of one word."""

    phrase: str  # as an FTS5 expression
    part: str = ""  # a LIKE pattern for words, where there is no phrase

    @classmethod
    def of(cls, query: str) -> "_Narrowed | None":
        """None where the index knows nothing of the query: it takes other alphabets apart in ways of its own."""
        text = query.lower()
        words = _WORD.findall(text)
        if not words or not query.isascii():
            return None
        is_begun, is_open = text[0].isalnum(), text[-1].isalnum()
        if len(words) == 1 and is_begun:
            return cls("", part=f"%{words[0]}{'%' if is_open else ''}")
        whole = words[1:] if is_begun else words
        return cls(f'"{" ".join(whole)}"' + ("*" if is_open else ""))


class _Guide:
    """What the search index says of a session."""

    def __init__(self, archive: Archive, database: Database, session: str) -> None:
        self._db = archive.index.db
        self._archive = archive
        self._database = database
        self._session = session
        facet = narrowing(Wanted(session=session), database)
        self._own = f"facets : {facet}" if facet else ""

    def known(self) -> int:
        """The position of the first step that the index may lack."""
        if not self._own:
            return 0
        row = self._db.execute(
            "SELECT s.position FROM turns t JOIN steps s ON s.turn = t.id WHERE t.session = ? AND t.number >= ?"
            " ORDER BY t.ordinal, s.number LIMIT 1",
            (self._session, first_unknown(self._archive, self._database)),
        ).fetchone()
        return _ALL if row is None else int(row[0])

    def places(self, narrowed: _Narrowed) -> Iterator[Sequence[int]]:
        """Positions of steps that can hold the query, a few at a time."""
        again = self._said_again()
        for passages in self._database.shards():
            expression = self._asked(narrowed, passages)
            for found in self._database.newest(expression, passages.start, passages.stop - 1) if expression else ():
                row = self._db.execute(
                    "SELECT position, message FROM steps WHERE turn = ? AND number = ?",
                    (from_hex(found.turn), found.place.step),
                ).fetchone()
                if row is not None:  # else it is no step
                    yield again.get(row[1], row[:1])
            yield ()

    def _asked(self, narrowed: _Narrowed, passages: range) -> str:
        """What to ask a part of the index for; empty where it has nothing."""
        if next(self._database.newest(self._own, passages.start, passages.stop - 1), None) is None:
            return ""
        phrase = narrowed.phrase
        if not phrase:
            words = self._database.words(passages, narrowed.part, _MOST_WORDS + 1)
            if len(words) > _MOST_WORDS:
                return self._own
            phrase = " OR ".join(f'"{word}"' for word in words)
        return f"text : ({phrase}) AND {self._own}" if phrase else ""

    def _said_again(self) -> Mapping[bytes, Sequence[int]]:
        """Of messages that are new in several turns all positions: a text is in the index where it was said first."""
        rows = self._db.execute(
            "SELECT message, group_concat(position) FROM steps WHERE session = ? AND message IS NOT NULL"
            " GROUP BY message HAVING min(turn_number) <> max(turn_number)",
            (self._session,),
        )
        return {message: tuple(map(int, positions.split(","))) for message, positions in rows}

    def histories(self) -> Iterator[int]:
        """Positions of what was sent again in another form, which is not in the index a second time."""
        kinds = ", ".join(f"'{kind}'" for kind in SENT_AGAIN)
        rows = self._db.execute(
            "SELECT s.position FROM parents p CROSS JOIN steps s ON s.turn = p.turn"
            f" WHERE p.kind IN ({kinds}) AND s.session = ?",
            (self._session,),
        )
        return (position for (position,) in rows)
