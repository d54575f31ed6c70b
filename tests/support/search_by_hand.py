"""Searching by hand: a plain scan over passages that agrees with the index on what a word is, and nothing else."""

import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from deck.search.database import FILE
from deck.search.passages import Passage
from deck.search.searcher import Hit, Searcher
from deck.timeline import Timeline

_TERM = re.compile(r'"([^"]*)"(\*?)|(\S+)')


def words_of(text: str) -> list[str]:
    """Letters and digits without case and accents."""
    plain = "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))
    return re.findall(r"[^\W_]+", plain.lower())


def fits(query: str, text: str) -> bool:
    """Whether a text has all words, phrases and beginnings of a query."""
    said = words_of(text)
    return all(_has(said, phrase or word, (star or word).endswith("*")) for phrase, star, word in _TERM.findall(query))


def _has(said: Sequence[str], phrase: str, is_beginning: bool) -> bool:
    wanted = words_of(phrase)
    for start in range(len(said) - len(wanted) + 1):
        *whole, last = said[start : start + len(wanted)]
        if whole == wanted[:-1] and (last.startswith(wanted[-1]) if is_beginning else last == wanted[-1]):
            return True
    return False


def newest_passages(timeline: Timeline, searcher: Searcher) -> Iterator[tuple[str, Passage]]:
    """(turn, passage) of all that is new in turns, and of their system prompts, the newest first."""
    for row in timeline.newest_turns(None):
        passages = [
            *(passage for _message, passage in searcher.passages.said(row.id)),
            *searcher.passages.system(row.id),
        ]
        yield from ((row.id, passage) for passage in reversed(passages))


def addresses(hits: Iterator[Hit]) -> list[str]:
    """What a search found, in its order."""
    return [hit.address for hit in hits]


def searched(path: Path, query: str) -> list[str]:
    """Addresses of all hits of words in an archive, which is indexed first."""
    with Timeline.open(path) as timeline, timeline.searcher() as searcher:
        searcher.catch_up()
        return addresses(searcher.words(query))


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the search index of an archive holds, but for the words."""
    queries = {
        "passages": "SELECT p.number, t.id, p.step, p.other FROM passages p JOIN turns t ON t.number = p.turn",
        "known": "SELECT text FROM known ORDER BY 1",
        "names": "SELECT kind, name FROM names ORDER BY 1, 2",
        "hours": "SELECT hour, first, last FROM hours ORDER BY 1",
        "journals": "SELECT name, size, chain FROM journals ORDER BY 1",
    }
    with closing(sqlite3.connect(path / "index" / FILE)) as db:
        return {name: db.execute(query).fetchall() for name, query in queries.items()}
